// SPDX-License-Identifier: MIT
// mi_collect(true) gives back what threads that have ended left for the next, though it is little
// beside what is in use.
#include "../contract/promise.h"

#include <pthread.h>
#include <stdbool.h>

enum { THREADS = 8, LARGEST = 2000, STEP = 20, USED = 200 };

void mi_collect(bool force);

static void *touch(void *barrier)
{
	char *blocks[LARGEST / STEP];

	for (size_t i = 0; i < COUNT(blocks); i++) {
		blocks[i] = malloc((i + 1) * STEP);
		CHECK(blocks[i]);
		memset(blocks[i], 1, (i + 1) * STEP);
	}
	pthread_barrier_wait(barrier); // so that each has pages of its own
	for (size_t i = 0; i < COUNT(blocks); i++)
		free(blocks[i]);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	pthread_barrier_t barrier;
	char *used[USED]; // not touched

	for (size_t i = 0; i < USED; i++)
		CHECK(used[i] = malloc(MIB));
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, touch, &barrier));
	for (size_t i = 0; i < THREADS; i++)
		CHECK(!pthread_join(threads[i], NULL));
	const size_t left = resident();
	mi_collect(true);
	const size_t kept = resident();
	if (left < kept + MIB / 2)
		dprintf(STDERR_FILENO, "%zu KiB, collected %zu\n", left >> 10, kept >> 10);
	CHECK(left >= kept + MIB / 2);
	for (size_t i = 0; i < USED; i++)
		free(used[i]);
	return 0;
}
