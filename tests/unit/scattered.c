// SPDX-License-Identifier: MIT
// Of large blocks that are freed by chance, so that a twelfth of them stays, most of the memory
// goes back: few of them share a page. Prints what is resident then, in percent of the peak.
#include "../contract/promise.h"

#include <time.h>

enum { PEAK = 128, MOST = 16384 };

static char *blocks[MOST];

static uint64_t by_chance(void)
{
	static uint64_t random = 88172645463325252u;

	random ^= random << 13;
	random ^= random >> 7;
	random ^= random << 17;
	return random >> 20;
}

int main(void)
{
	const struct timespec pause = { 2, 0 };
	size_t count = 0;

	for (size_t taken = 0; taken < PEAK * MIB; count++) {
		const size_t size = 10 * KIB + (size_t)by_chance() % (100 * KIB);

		CHECK(count < MOST);
		blocks[count] = malloc(size);
		CHECK(blocks[count]);
		memset(blocks[count], 1, size);
		taken += size;
	}
	const size_t peak = resident();
	for (size_t i = 0; i < count; i++) {
		if (by_chance() % 12)
			free(blocks[i]);
	}
	nanosleep(&pause, NULL);
	CHECK(peak > PEAK * MIB);
	printf("%zu\n", resident() * 100 / peak);
	return 0;
}
