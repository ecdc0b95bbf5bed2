// SPDX-License-Identifier: MIT
// Threads that allocate: each keeps a window of live blocks and replaces one at random, again and
// again.
//
// usage: threads THREADS SECONDS
// Prints millions of operations per second, of all threads together. An operation frees a block,
// allocates another of 16 to 527 bytes and writes its first and last byte. The order is the same in
// every run; the time is given, not the number of operations, since contenders differ by two orders
// of magnitude.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WINDOW = 4096, SMALLEST = 16, SIZES = 512, THREADS_MAX = 256 };

static atomic_bool stop;

// A cache line of its own for each thread's result, so that only the allocator can make threads
// share one.
static struct {
	_Alignas(128) uint64_t operations;
} results[THREADS_MAX];

static void *work(void *argument)
{
	uintptr_t self = (uintptr_t)argument;
	uint64_t random = 88172645463325252u + self * 2654435761u;
	uint64_t operations = 0;
	char *window[WINDOW] = { 0 };

	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		char **slot = &window[random % WINDOW];
		size_t size = SMALLEST + (random >> 32) % SIZES;

		free(*slot);
		*slot = malloc(size);
		if (!*slot) {
			perror("malloc");
			exit(1);
		}
		(*slot)[0] = (*slot)[size - 1] = (char)operations;
		operations++;
	}
	for (int i = 0; i < WINDOW; i++)
		free(window[i]);
	results[self].operations = operations;
	return NULL;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	int threads = argc == 3 ? atoi(argv[1]) : 0;
	double seconds = argc == 3 ? atof(argv[2]) : 0;
	if (threads < 1 || threads > THREADS_MAX || !(seconds > 0 && seconds < 3600)) {
		fprintf(stderr, "usage: threads THREADS SECONDS (1 to %d threads)\n", THREADS_MAX);
		return 2;
	}

	pthread_t ids[THREADS_MAX];
	double start = now();
	for (int i = 0; i < threads; i++) {
		if (pthread_create(&ids[i], NULL, work, (void *)(uintptr_t)i)) {
			fputs("threads: a thread cannot be started\n", stderr);
			return 1;
		}
	}
	struct timespec pause = { (time_t)seconds,
		                  (long)((seconds - (double)(time_t)seconds) * 1e9) };
	nanosleep(&pause, NULL);
	atomic_store(&stop, 1);
	double elapsed = now() - start;

	uint64_t operations = 0;
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		operations += results[i].operations;
	}
	printf("%.3f\n", (double)operations / elapsed / 1e6);
	return 0;
}
