// SPDX-License-Identifier: MIT
// The block that was freed last is the first that malloc gives for its size, while the cache has
// it.
#include <stdio.h>
#include <stdlib.h>

enum { SIZES = 64, BLOCKS = 6 };

static int last_first(size_t size)
{
	void *volatile blocks[BLOCKS];
	void *volatile freed[2];
	int same;

	for (int i = 0; i < BLOCKS; i++)
		blocks[i] = malloc(size);
	freed[0] = blocks[1];
	freed[1] = blocks[3];
	free(blocks[1]);
	free(blocks[3]);
	blocks[3] = malloc(size);
	blocks[1] = malloc(size);
	same = blocks[3] == freed[1] && blocks[1] == freed[0];
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	return same;
}

int main(void)
{
	int count = 0;

	for (size_t size = 16; size <= 16 * SIZES; size += 16)
		count += last_first(size);
	printf("%d of %d sizes\n", count, SIZES);
	return count != SIZES;
}
