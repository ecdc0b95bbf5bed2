// SPDX-License-Identifier: MIT
// Every pointer is aligned to 16 bytes, whatever its size and wherever it comes from.
#include "promise.h"

static char *kept[64];

static void check(void *p)
{
	static unsigned next;

	CHECK(p);
	CHECK(aligned(p, 16));
	// Some stay alive, so that blocks other than the first of a page are seen.
	free(kept[next % COUNT(kept)]);
	kept[next++ % COUNT(kept)] = p;
}

int main(void)
{
	for (size_t size = 0; size <= 5000; size++) {
		void *p;

		check(malloc(size));
		check(calloc(1, size));
		check(calloc(size, 1));
		check(realloc(NULL, size));
		check(realloc(malloc(size / 2), size));
		check(realloc(malloc(2 * size), size));
		check(reallocarray(NULL, size, 1));
		check(aligned_alloc(1, size));
		check(aligned_alloc(16, size));
		check(memalign(8, size));
		CHECK(posix_memalign(&p, 8, size) == 0);
		check(p);
		p = valloc(size);
		CHECK(aligned(p, (size_t)getpagesize()));
		check(p);
	}
	for (size_t size = 4096; size < 64 * MIB; size += size / 3) {
		check(malloc(size));
		check(malloc(size - 1));
		check(calloc(1, size + 1));
	}
	check(strdup(""));
	check(strdup("abcdefg"));
	return 0;
}
