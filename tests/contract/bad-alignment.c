// SPDX-License-Identifier: MIT
// An alignment that is no power of two: NULL and EINVAL; an absurd one: NULL and ENOMEM; 0 and
// small ones, and sizes that are no multiple, are fine. As musl has it, where C and POSIX leave it
// open.
#include "promise.h"

static void check_good(size_t alignment, size_t size)
{
	void *p;

	errno = UNTOUCHED;
	p = aligned_alloc(alignment, size);
	CHECK(p);
	CHECK(aligned(p, alignment < 16 ? 16 : alignment));
	memset(p, 1, size);
	free(p);
	p = memalign(alignment, size);
	CHECK(p);
	CHECK(aligned(p, alignment < 16 ? 16 : alignment));
	memset(p, 1, size);
	free(p);
	CHECK(errno == UNTOUCHED);
}

int main(void)
{
	const size_t bad[] = { 3,   5,    6,    7,       12,       24,           48,
		               100, 4095, 4097, MIB + 1, SIZE_MAX, SIZE_MAX - 1, 3 * GIB };
	const size_t sizes[] = { 0, 1, 10, 64, 1000, 5000, 100000 };

	for (size_t i = 0; i < COUNT(bad); i++) {
		for (size_t j = 0; j < COUNT(sizes); j++) {
			FAILS(aligned_alloc(bad[i], sizes[j]), EINVAL);
			FAILS(memalign(bad[i], sizes[j]), EINVAL);
		}
		FAILS(aligned_alloc(bad[i], SIZE_MAX), EINVAL);
	}
	for (size_t shift = 35; shift < sizeof(size_t) * 8; shift++) {
		FAILS(aligned_alloc((size_t)1 << shift, 1), ENOMEM);
		FAILS(memalign((size_t)1 << shift, 0), ENOMEM);
	}
	for (size_t j = 0; j < COUNT(sizes); j++) {
		check_good(0, sizes[j]);
		for (size_t alignment = 1; alignment <= GIB; alignment *= 2)
			check_good(alignment, sizes[j]);
	}
	return 0;
}
