// SPDX-License-Identifier: MIT
// free keeps errno in every case (POSIX.1-2024), and so does every call that succeeds.
#include "promise.h"

#define KEEPS_ERRNO(statement)             \
	do {                               \
		errno = UNTOUCHED;         \
		statement;                 \
		CHECK(errno == UNTOUCHED); \
	} while (0)

static void *volatile blocks[2000];

int main(void)
{
	KEEPS_ERRNO(free(NULL));
	for (size_t size = 0; size < 600 * MIB; size = size * 2 + 1) {
		void *volatile p;
		void *q = NULL;

		KEEPS_ERRNO(p = malloc(size));
		CHECK(p);
		KEEPS_ERRNO(p = realloc(p, size * 2));
		CHECK(p);
		KEEPS_ERRNO(p = realloc(p, size / 3));
		CHECK(p);
		KEEPS_ERRNO(p = reallocarray(p, 1, size + 1));
		CHECK(p);
		KEEPS_ERRNO(free(p));
		KEEPS_ERRNO(p = calloc(1, size));
		CHECK(p);
		KEEPS_ERRNO(malloc_usable_size(p));
		KEEPS_ERRNO(free(p));
		KEEPS_ERRNO(p = aligned_alloc(8192, size));
		CHECK(p);
		KEEPS_ERRNO(free(p));
		KEEPS_ERRNO(posix_memalign(&q, 64, size));
		CHECK(q);
		KEEPS_ERRNO(free(q));
	}
	// Many at once: pages and arenas come and go.
	for (size_t size = 100; size <= 100000; size *= 10) {
		for (size_t i = 0; i < COUNT(blocks); i++) {
			KEEPS_ERRNO(blocks[i] = malloc(size));
			CHECK(blocks[i]);
		}
		for (size_t i = 0; i < COUNT(blocks); i++)
			KEEPS_ERRNO(free(blocks[i]));
	}
	return 0;
}
