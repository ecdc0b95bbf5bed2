// SPDX-License-Identifier: MIT
// free keeps errno in every case (POSIX.1-2024), and so does every call that succeeds.
#include "promise.h"

#include <sys/resource.h>

#define KEEPS_ERRNO(statement)             \
	do {                               \
		errno = UNTOUCHED;         \
		statement;                 \
		CHECK(errno == UNTOUCHED); \
	} while (0)

static void *volatile blocks[2000];

// A block that grows, where what is tried first fails.
static void at_a_limit(size_t room)
{
	struct rlimit before, limit;
	char *const between[] = { malloc(room), malloc(MIB) };
	char *block = malloc(8 * MIB), *list = NULL, *next;

	CHECK(between[0] && between[1] && block);
	*between[0] = *block = 1;
	CHECK(getrlimit(RLIMIT_AS, &before) == 0);
	limit = before;
	limit.rlim_cur = address_space();
	CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	for (size_t size = MIB; size >= 30000; size /= 2) {
		while ((next = malloc(size))) {
			*(char **)next = list;
			list = next;
		}
	}
	free(between[0]);
	errno = UNTOUCHED;
	char *const grown = realloc(block, 9 * MIB);
	CHECK(errno == (grown ? UNTOUCHED : ENOMEM));
	block = grown ? grown : block;
	CHECK(setrlimit(RLIMIT_AS, &before) == 0);
	for (; list; list = next) {
		next = *(char **)list;
		free(list);
	}
	free(block);
	free(between[1]);
}

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
	for (size_t room = 8 * MIB; room < 16 * MIB; room += 128 * KIB)
		at_a_limit(room);
	return 0;
}
