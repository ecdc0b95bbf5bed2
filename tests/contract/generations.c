// SPDX-License-Identifier: MIT
// Threads that come and go, a generation after another, each with a few blocks of many sizes: the
// last generation needs little more memory than the second, though blocks of one size lie where
// blocks of another were. What they leave is there for blocks of one size, under a limit too.
// Source: musl, glibc; measured, no standard.
#include "promise.h"

#include <pthread.h>
#include <sys/resource.h>

#define LIMIT (384 * MIB)
#define LEAST (300 * MIB)

enum { THREADS = 100, GENERATIONS = 40, CLASSES = 35, BLOCKS = 5 };

static pthread_barrier_t barrier;

static void *live(void *seed)
{
	uint64_t random = (uintptr_t)seed;
	char *blocks[CLASSES * BLOCKS];

	for (size_t i = 0; i < COUNT(blocks); i++) {
		// 16 to 256 in steps of 16, then in quarters of a power of two, to 8 KiB.
		const size_t class = i / BLOCKS, step = class < 16 ? 0 : class - 15;
		const size_t size =
			class < 16 ? 16 * (class + 1) : ((4 + step % 4) << (step / 4)) * 64;

		random = random * 6364136223846793005u + 1442695040888963407u;
		blocks[i] = malloc(size - (random >> 60));
		CHECK(blocks[i]);
		memset(blocks[i], 1, size - 15);
	}
	pthread_barrier_wait(&barrier); // all live
	pthread_barrier_wait(&barrier); // measured
	for (size_t i = 0; i < COUNT(blocks); i++)
		free(blocks[i]);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	size_t second = 0, last = 0, had = 0;
	const struct rlimit limit = { LIMIT, LIMIT };

	CHECK(!setrlimit(RLIMIT_AS, &limit));
	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (int generation = 1; generation <= GENERATIONS; generation++) {
		for (size_t i = 0; i < THREADS; i++)
			CHECK(!pthread_create(&threads[i], NULL, live,
			                      (void *)(THREADS * (size_t)generation + i)));
		pthread_barrier_wait(&barrier);
		last = resident();
		if (generation == 2)
			second = last;
		pthread_barrier_wait(&barrier);
		for (size_t i = 0; i < THREADS; i++)
			CHECK(!pthread_join(threads[i], NULL));
	}
	if (last * 2 > second * 3)
		dprintf(STDERR_FILENO, "%zu KiB in the second generation, %zu in the last\n",
		        second >> 10, last >> 10);
	CHECK(last * 2 <= second * 3);
	while (malloc(5000))
		had += 5000;
	if (had < LEAST)
		dprintf(STDERR_FILENO, "%zu KiB of blocks of one size\n", had >> 10);
	CHECK(had >= LEAST);
	return 0;
}
