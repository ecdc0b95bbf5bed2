// SPDX-License-Identifier: MIT
// A program whose blocks come and go, never more than so many bytes at once, stays near that many.
// Source: musl, glibc; measured, no standard.
#include "promise.h"

#define WINDOW 4096
#define ROUNDS 4000000

// Percent of what is live on average, for size classes, their swings and what is kept for later.
#ifdef PLAIN_MUSL
#define MOST 160
#else
#define MOST 148
#endif

static char *window[WINDOW];

int main(void)
{
	uint64_t random = 88172645463325252u;
	size_t live = 0, sum = 0;

	// Not the pages of the window itself.
	memset(window, 0, sizeof window);
	free(malloc(1));
	const size_t before = resident();
	for (int i = 0; i < ROUNDS; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		char **const slot = &window[random % WINDOW];
		const size_t size = 16 + (random >> 32) % 512;
		if (*slot) {
			live -= *(size_t *)*slot;
			free(*slot);
		}
		*slot = malloc(size);
		CHECK(*slot);
		*(size_t *)*slot = size;
		(*slot)[size - 1] = 1;
		live += size;
		sum += live >> 10;
	}
	const size_t average = sum / ROUNDS, taken = (resident() - before) >> 10;
	if (taken * 100 > average * MOST)
		dprintf(STDERR_FILENO, "%zu KiB for %zu\n", taken, average);
	CHECK(taken * 100 <= average * MOST);
	return 0;
}
