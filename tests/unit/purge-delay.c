// SPDX-License-Identifier: MIT
// Prints how many MiB are resident after all blocks have been freed, more often than is given back
// by itself, and after threads that had some have ended.
#include "../contract/promise.h"

#include <pthread.h>

enum { ROUNDS = 12, BLOCKS = 64 * 1024, SIZE = 1000, THREADS = 16, SIZES = 100, STEP = 20 };

static void *touch(void *barrier)
{
	char *blocks[SIZES];

	for (size_t i = 0; i < SIZES; i++) {
		blocks[i] = malloc((i + 1) * STEP);
		CHECK(blocks[i]);
		memset(blocks[i], 1, (i + 1) * STEP);
	}
	pthread_barrier_wait(barrier); // so that each has pages of its own
	for (size_t i = 0; i < SIZES; i++)
		free(blocks[i]);
	return NULL;
}

int main(void)
{
	static char *blocks[BLOCKS];
	pthread_t threads[THREADS];
	pthread_barrier_t barrier;

	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < BLOCKS; i++) {
			blocks[i] = malloc(SIZE);
			CHECK(blocks[i]);
			memset(blocks[i], 1, SIZE);
		}
		for (size_t i = 0; i < BLOCKS; i++)
			free(blocks[i]);
	}
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, touch, &barrier));
	for (size_t i = 0; i < THREADS; i++)
		CHECK(!pthread_join(threads[i], NULL));
	printf("%zu\n", resident() / MIB);
	return 0;
}
