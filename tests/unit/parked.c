// SPDX-License-Identifier: MIT
// mi_collect(true) gives back what is free inside of pages. Prints what is resident then, in
// percent of what was. With an argument, one of those blocks is freed twice before the next time.
#include "../contract/promise.h"

#include <stdbool.h>

enum { BLOCKS = 3000, SIZE = 6000, STAYS = 4 };

void mi_collect(bool force);

int main(int argc, char **argv)
{
	static char *volatile blocks[BLOCKS];
	(void)argv;

	for (size_t i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(SIZE);
		CHECK(blocks[i]);
		memset(blocks[i], (int)i, SIZE);
	}
	const size_t before = resident();
	for (size_t i = 0; i < BLOCKS; i++) {
		if (i % STAYS)
			free(blocks[i]);
	}
	mi_collect(true);
	const size_t after = resident();
	for (size_t i = 0; i < BLOCKS; i += STAYS)
		CHECK(blocks[i][0] == (char)i && blocks[i][SIZE - 1] == (char)i);
	if (argc > 1) {
		free(blocks[BLOCKS / 2 + 1]);
		mi_collect(true);
	}
	printf("%zu\n", after * 100 / before);
	return 0;
}
