// SPDX-License-Identifier: MIT
// Up to 16 threads at a time that use blocks of many sizes up to 2,000 bytes, free them and end.
#include "../contract/promise.h"

#include <pthread.h>

static void *generation_touch(void *barrier)
{
	char *blocks[100];

	for (size_t i = 0; i < COUNT(blocks); i++) {
		const size_t size = (i + 1) * 20;

		blocks[i] = malloc(size);
		CHECK(blocks[i]);
		memset(blocks[i], 1, size);
	}
	pthread_barrier_wait(barrier); // so that each has pages of its own
	for (size_t i = 0; i < COUNT(blocks); i++)
		free(blocks[i]);
	return NULL;
}

static inline void generation(unsigned count)
{
	pthread_t threads[16];
	pthread_barrier_t barrier;

	CHECK(count <= COUNT(threads));
	pthread_barrier_init(&barrier, NULL, count);
	for (unsigned i = 0; i < count; i++)
		CHECK(!pthread_create(&threads[i], NULL, generation_touch, &barrier));
	for (unsigned i = 0; i < count; i++)
		CHECK(!pthread_join(threads[i], NULL));
}
