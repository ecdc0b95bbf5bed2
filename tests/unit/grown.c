// SPDX-License-Identifier: MIT
// Blocks that grow by as much as others, which are written to: with what is behind them, if that is
// free. Prints how many moved.
#include "../contract/promise.h"

enum { LEAST = 500, MOST = 1000, STEP = 20, GROWTH = 160 }; // KiB

int main(void)
{
	int moved = 0;

	for (size_t size = LEAST; size < MOST; size += STEP) {
		char *block = malloc(size * KIB);

		CHECK(block);
		memset(block, 1, size * KIB);

		char *grown = realloc(block, (size + GROWTH) * KIB);
		CHECK(grown);
		moved += grown != block;
		memset(grown, 2, (size + GROWTH) * KIB);
	}
	printf("%d\n", moved);
	return 0;
}
