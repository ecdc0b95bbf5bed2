// SPDX-License-Identifier: MIT
// realloc keeps the content, growing and shrinking, at every size and for blocks of aligned_alloc.
#include "promise.h"

static void fill(unsigned char *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p[i] = (unsigned char)(i * 31 >> 3);
}

static void check(const unsigned char *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		CHECK(p[i] == (unsigned char)(i * 31 >> 3));
}

static void check_from(unsigned char *p, size_t from, size_t to)
{
	CHECK(p);
	fill(p, from);
	p = realloc(p, to);
	CHECK(p);
	CHECK(aligned(p, 16));
	CHECK(malloc_usable_size(p) >= to);
	check(p, from < to ? from : to);
	fill(p, to);
	free(p);
}

int main(void)
{
	const size_t sizes[] = { 1,    8,     15,     16,     17,      100,     1000,    1024,
		                 5000, 70000, 140000, 600000, 1 * MIB, 3 * MIB, 9 * MIB, 33 * MIB };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (size_t j = 0; j < COUNT(sizes); j++) {
			check_from(malloc(sizes[i]), sizes[i], sizes[j]);
			check_from(calloc(1, sizes[i]), sizes[i], sizes[j] + 1);
			check_from(aligned_alloc(256, sizes[i]), sizes[i], sizes[j]);
			check_from(aligned_alloc(256 * KIB, sizes[i]), sizes[i], sizes[j]);
		}
	}

	unsigned char *p = NULL;
	size_t size = 0;
	for (size_t next = 1; next < 20 * MIB; next += next / 5 + 1) {
		p = realloc(p, next);
		CHECK(p);
		check(p, size);
		fill(p, next);
		size = next;
	}
	for (size_t next = size; next > 0; next -= next / 5 + 1) {
		p = realloc(p, next);
		CHECK(p);
		check(p, next);
	}
	free(p);

	p = malloc(100);
	CHECK(p);
	fill(p, 100);
	p = reallocarray(p, 50, 100);
	CHECK(p);
	check(p, 100);
	fill(p, 5000);
	p = reallocarray(p, 3, 10);
	CHECK(p);
	check(p, 30);
	free(p);
	return 0;
}
