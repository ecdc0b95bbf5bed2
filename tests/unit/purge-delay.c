// SPDX-License-Identifier: MIT
// Prints how many MiB are resident after all blocks have been freed, more often than is given back
// by itself, and after threads that had some have ended.
#include "generation.h"

enum { ROUNDS = 12, BLOCKS = 64 * 1024, SIZE = 1000, THREADS = 16 };

int main(void)
{
	static char *blocks[BLOCKS];

	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < BLOCKS; i++) {
			blocks[i] = malloc(SIZE);
			CHECK(blocks[i]);
			memset(blocks[i], 1, SIZE);
		}
		for (size_t i = 0; i < BLOCKS; i++)
			free(blocks[i]);
	}
	generation(THREADS);
	printf("%zu\n", resident() / MIB);
	return 0;
}
