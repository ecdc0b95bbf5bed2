/* SPDX-License-Identifier: MIT
 *
 * That what purge.c counts as unused is what can go back, to the byte, whoever gives some of it
 * back. The argument is how many rounds.
 */
#include "../../src/mimalloc.c"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCKS = 300, LOOK = 100 };

static long rounds, looks, unused, given_back;

static size_t purgeable(void)
{
	mi_subproc_t *const subproc = _mi_subproc_main();
	const size_t count = mi_arenas_get_count(subproc);
	size_t slices = 0;

	for (size_t i = 0; i < count; i++)
		slices += mi_bitmap_popcount(mi_arena_from_index(subproc, i)->slices_purge);
	return _mi_size_of_slices(slices);
}

static void look(const char *when, long round)
{
	static size_t before;
	const size_t can = purgeable();

	looks++;
	unused += can > 0;
	given_back += can < before;
	before = can;
	if (can == kept.unused)
		return;
	printf("%s %ld: %zu KiB can go back, %zu are counted\n", when, round, can / 1024,
	       kept.unused / 1024);
	exit(1);
}

static void work(void)
{
	static void *block[BLOCKS];
	unsigned long state = 1;

	for (long round = 0; round < rounds; round++) {
		state = state * 6364136223846793005u + 1442695040888963407u;

		const size_t i = (state >> 33) % BLOCKS;
		const int large = (state >> 20) % 64 == 0;

		free(block[i]);
		block[i] = malloc(large ? (20 + (state >> 24) % 13) << 20
		                        : (size_t)16 << (state >> 50) % 18);
		if (!block[i])
			abort();
		*(volatile char *)block[i] = 1;
		if (round % LOOK == 0) {
			look("round", round);
			usleep(5000); /* longer than the delay after which upstream purges */
		}
	}
	for (size_t i = 0; i < BLOCKS; i++)
		free(block[i]);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = atol(argv[1]);
	work();
	look("end", rounds);
	mi_collect(true);
	look("collected", rounds);
	if (unused < looks / 2 || !given_back) {
		printf("nothing was unused, or nothing went back\n");
		return 1;
	}
	printf("%ld looks\n", looks);
	return 0;
}
