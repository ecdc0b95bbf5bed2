// SPDX-License-Identifier: MIT
// malloc_usable_size(NULL) is 0; of a block it is at least what was asked for, and all of those
// bytes may be written without hurting a neighbour.
#include "promise.h"

static unsigned char *blocks[300];

int main(void)
{
	CHECK(malloc_usable_size(NULL) == 0);
	for (size_t size = 0; size < 3 * MIB; size += size / 4 + 1) {
		size_t count = size < 64 * KIB ? COUNT(blocks) : 10;

		for (size_t i = 0; i < count; i++) {
			blocks[i] = i % 3 ? malloc(size) : aligned_alloc(128, size);
			CHECK(blocks[i]);
			CHECK(malloc_usable_size(blocks[i]) >= size);
			memset(blocks[i], (int)i, malloc_usable_size(blocks[i]));
		}
		for (size_t i = 0; i < count; i++) {
			size_t usable = malloc_usable_size(blocks[i]);

			for (size_t j = 0; j < usable; j++)
				CHECK(blocks[i][j] == (unsigned char)i);
			free(blocks[i]);
		}
	}
	return 0;
}
