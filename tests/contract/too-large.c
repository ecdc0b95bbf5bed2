// SPDX-License-Identifier: MIT
// What is larger than PTRDIFF_MAX, or cannot be counted, or is larger than the address space: NULL
// and ENOMEM; what was there stays whole.
#include "promise.h"

int main(void)
{
	const size_t sizes[] = { SIZE_MAX,          SIZE_MAX - 1, SIZE_MAX - 15,
		                 SIZE_MAX - 4096,   SIZE_MAX / 2, SIZE_MAX / 2 + 1,
		                 SIZE_MAX / 2 + 16, PTRDIFF_MAX,  SIZE_MAX / 4 };
	static void *volatile freed[500];
	char *p = malloc(100);

	CHECK(p);
	for (size_t i = 0; i < COUNT(freed); i++)
		CHECK((freed[i] = malloc(60000)));
	for (size_t i = 0; i < COUNT(freed); i++)
		free(freed[i]);
	// An absurd size must not cost the program what it has.
	const size_t mapped = address_space();
	FAILS(malloc(SIZE_MAX / 4), ENOMEM);
	CHECK(address_space() == mapped);
	memset(p, 'x', 100);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		size_t size = sizes[i];
		void *result = p;

		FAILS(malloc(size), ENOMEM);
		FAILS(calloc(1, size), ENOMEM);
		FAILS(calloc(size, 1), ENOMEM);
		FAILS(realloc(NULL, size), ENOMEM);
		FAILS(realloc(p, size), ENOMEM);
		FAILS(reallocarray(NULL, 1, size), ENOMEM);
		FAILS(reallocarray(p, size, 1), ENOMEM);
		FAILS(aligned_alloc(16, size), ENOMEM);
		FAILS(aligned_alloc(64, size), ENOMEM);
		FAILS(aligned_alloc(MIB, size), ENOMEM);
		FAILS(memalign(4096, size), ENOMEM);
		FAILS(valloc(size), ENOMEM);
		CHECK(posix_memalign(&result, 64, size) == ENOMEM);
		CHECK(result == p);
	}

	// Products that do not fit, and one that wraps around to 0.
	FAILS(calloc(SIZE_MAX / 2 + 2, 2), ENOMEM);
	FAILS(calloc(SIZE_MAX / 16 + 1, 16), ENOMEM);
	FAILS(calloc((size_t)1 << (sizeof(size_t) * 4), (size_t)1 << (sizeof(size_t) * 4)), ENOMEM);
	FAILS(calloc(SIZE_MAX, SIZE_MAX), ENOMEM);
	FAILS(reallocarray(NULL, SIZE_MAX / 2 + 2, 2), ENOMEM);
	FAILS(reallocarray(p, SIZE_MAX / 16 + 1, 16), ENOMEM);
	FAILS(reallocarray(p, SIZE_MAX, SIZE_MAX), ENOMEM);

	for (int i = 0; i < 100; i++)
		CHECK(p[i] == 'x');
	free(p);
	return 0;
}
