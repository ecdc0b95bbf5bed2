// SPDX-License-Identifier: MIT
// A size of 0 gives a pointer of its own that may be freed, as musl has it; realloc to 0 does not
// free.
#include "promise.h"

int main(void)
{
	char *p[9];
	void *q;

	errno = UNTOUCHED;
	p[0] = malloc(0);
	p[1] = calloc(0, 0);
	p[2] = calloc(0, 100);
	p[3] = calloc(SIZE_MAX, 0);
	p[4] = realloc(NULL, 0);
	p[5] = realloc(malloc(100), 0);
	p[6] = reallocarray(NULL, 0, SIZE_MAX);
	p[7] = aligned_alloc(4096, 0);
	CHECK(posix_memalign(&q, 64, 0) == 0);
	p[8] = q;
	for (size_t i = 0; i < COUNT(p); i++) {
		CHECK(p[i]);
		for (size_t j = 0; j < i; j++)
			CHECK(p[i] != p[j]);
	}
	for (size_t i = 0; i < COUNT(p); i++) {
		p[i] = realloc(p[i], 50);
		CHECK(p[i]);
		memset(p[i], (int)i, 50);
	}
	for (size_t i = 0; i < COUNT(p); i++)
		CHECK(p[i][0] == (char)i && p[i][49] == (char)i);
	for (size_t i = 0; i < COUNT(p); i++) {
		p[i] = realloc(p[i], 0);
		CHECK(p[i]);
		free(p[i]);
	}
	CHECK(errno == UNTOUCHED);
	return 0;
}
