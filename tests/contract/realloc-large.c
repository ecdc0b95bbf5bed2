// SPDX-License-Identifier: MIT
// A block of 256 MiB that grows in steps of 64 KiB is not copied at each, and takes little more
// memory than itself; cut to half, and to a MiB, it gives the rest back.
#include "promise.h"

#include <sys/resource.h>
#include <time.h>

enum { LARGEST = 256, STEP = 1 << 16 };

int main(void)
{
	const size_t largest = LARGEST * MIB;
	struct rusage usage;
	char *p = NULL;
	size_t moves = 0;

	for (size_t size = STEP; size <= largest; size += STEP) {
		char *q = realloc(p, size);

		CHECK(q);
		moves += q != p;
		p = q;
		memset(p + size - STEP, (int)(size / STEP), STEP);
	}
	for (size_t size = STEP; size <= largest; size += STEP)
		CHECK(p[size - STEP] == (char)(size / STEP) && p[size - 1] == (char)(size / STEP));
#ifndef PLAIN_MUSL
	CHECK(moves < 200);
#endif
	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	CHECK((size_t)usage.ru_maxrss * KIB < largest + 16 * MIB);

	p = realloc(p, largest / 2);
	CHECK(p);
	CHECK(resident() < largest / 2 + 16 * MIB);
	for (size_t size = STEP; size <= largest / 2; size += STEP)
		CHECK(p[size - 1] == (char)(size / STEP));
	p = realloc(p, 10 * MIB);
	CHECK(p);
	CHECK(resident() < 26 * MIB);
	p = realloc(p, 6 * MIB);
	CHECK(p);
	p = realloc(p, MIB);
	CHECK(p);
	CHECK(resident() < 16 * MIB);
	CHECK(p[STEP - 1] == 1 && p[MIB - 1] == (char)(MIB / STEP));
	free(p);

	// A block that malloc made, of any size, as well.
	for (size_t size = MIB; size <= 64 * MIB; size *= 2) {
		p = malloc(size);
		CHECK(p);
		memset(p, 1, size);
		p = realloc(p, size * 5 / 8);
		CHECK(p);
		CHECK(resident() < size * 6 / 8 + 16 * MIB);
		// Not once more at each further step.
		CHECK(malloc_usable_size(p) < size * 6 / 8 + STEP);
		CHECK(p[0] == 1 && p[size * 5 / 8 - 1] == 1);
		p = realloc(p, size * 3);
		CHECK(p);
		CHECK(p[0] == 1 && p[size * 5 / 8 - 1] == 1);
		memset(p, 2, size * 3);
		free(p);
	}
	return 0;
}
