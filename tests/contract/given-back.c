// SPDX-License-Identifier: MIT
// After a peak is freed, resident memory falls to a fifth within two seconds: without any further
// call, and while the program goes on allocating a little; for blocks of every size, in threads
// that block meanwhile, and when another thread frees the blocks.
#include "promise.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

enum { PEAK = 128, THREADS_MOST = 32 };

static struct kind {
	size_t smallest, largest;
} kinds[] = {
	{ 16, 1000 },       { 1000, 10000 },     { 10000, 64000 },      { 64000, 130000 },
	{ 130000, 520000 }, { 520000, 4 << 20 }, { 4 << 20, 16 << 20 },
};

struct worker {
	pthread_t thread;
	void *blocks; // a list through their first words
	uint64_t random;
};
static struct worker workers[THREADS_MOST];
static struct kind kind;
static int threads, crossed;
static pthread_barrier_t barrier;

static void *work(void *argument)
{
	struct worker *self = argument;

	for (size_t done = 0; done < PEAK * MIB / (size_t)threads;) {
		self->random = self->random * 6364136223846793005U + 1442695040888963407U;
		size_t size = kind.smallest +
		              (size_t)(self->random >> 33) % (kind.largest - kind.smallest);
		void *p = malloc(size);

		CHECK(p);
		memset(p, 1, size);
		*(void **)p = self->blocks;
		self->blocks = p;
		done += size;
	}
	pthread_barrier_wait(&barrier); // full
	pthread_barrier_wait(&barrier); // measured
	struct worker *of = &workers[(self - workers + crossed) % threads];
	while (of->blocks) {
		void *next = *(void **)of->blocks;
		free(of->blocks);
		of->blocks = next;
	}
	pthread_barrier_wait(&barrier); // empty
	pthread_barrier_wait(&barrier); // measured again
	return NULL;
}

static void check(void)
{
	const struct timespec pause = { 0, 20000000 };

	CHECK(pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1) == 0);
	for (int i = 0; i < threads; i++) {
		workers[i].random = (uint64_t)i;
		CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
	}
	pthread_barrier_wait(&barrier);
	const size_t peak = resident();
	CHECK(peak >= PEAK * MIB);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	size_t after = resident();
	for (int i = 0; i < 100 && after > peak / 5; i++) {
		nanosleep(&pause, NULL);
		after = resident();
	}
	if (after > peak / 5) {
		dprintf(STDERR_FILENO, "%zu to %zu bytes, %d threads, crossed %d: %zu of %zu MiB\n",
		        kind.smallest, kind.largest, threads, crossed, after / MIB, peak / MIB);
		_exit(1);
	}
	for (int i = 0; i < 500; i++)
		free(malloc((size_t)i * 20));
	CHECK(resident() <= peak / 5);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
}

int main(void)
{
	// Threads, and whether each frees its neighbour's blocks.
	static const int ways[][2] = { { 1, 0 }, { 8, 0 }, { 32, 0 }, { 8, 1 } };

	for (size_t i = 0; i < COUNT(kinds); i++) {
		for (size_t j = 0; j < COUNT(ways); j++) {
			int status;

			kind = kinds[i];
			threads = ways[j][0];
			crossed = ways[j][1];
			// A process for each: a heap that is emptied and filled again and again
			// learns to keep more.
			if (fork() == 0) {
				check();
				_exit(0);
			}
			CHECK(wait(&status) > 0 && status == 0);
		}
	}
	return 0;
}
