// SPDX-License-Identifier: MIT
// Runs a workload.
//
// usage: WORKLOAD THREADS SECONDS [calls]
//
// Prints `rate N`, operations per second of all threads together, and `peak_kib N`. The time is
// given and not the number of operations, since contenders differ by two orders of magnitude. With
// `calls`, each call of malloc, realloc and free is timed, and printed are percentiles of their
// times in nanoseconds (`malloc_p50` to `free_max`), and `idle_kib`, resident memory when
// everything is freed and the threads have done nothing for a second, and `live_kib` if the
// workload keeps something.
#define _DEFAULT_SOURCE
#include "workload.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS_MAX = 64 };

bool timing;
_Thread_local struct worker *timed;

// A page of its own for each, so that only the allocator can make threads share a cache line.
static struct {
	_Alignas(4096) struct worker worker;
} slots[WORKERS_MAX];
static atomic_bool stop;
static pthread_barrier_t filled, finished, measured;

bool stopped(void)
{
	return atomic_load_explicit(&stop, memory_order_relaxed);
}

void out_of_memory(void)
{
	perror("malloc");
	_exit(1);
}

// Times below 16 have classes of their own. Above, the class is the exponent and four bits more.
void record(struct histogram *times, uint64_t elapsed)
{
	unsigned shift = elapsed < HISTOGRAM_SUB ? 0 : 59 - (unsigned)__builtin_clzll(elapsed);
	times->count[shift * HISTOGRAM_SUB + (elapsed >> shift)]++;
}

// The upper end of the class in which the fraction of all times is reached.
static uint64_t percentile(const struct histogram *times, double fraction)
{
	uint64_t all = 0, seen = 0;
	for (unsigned i = 0; i < HISTOGRAM_SIZE; i++)
		all += times->count[i];
	for (unsigned i = 0; i < HISTOGRAM_SIZE; i++) {
		seen += times->count[i];
		if (seen > 0 && (double)seen >= fraction * (double)all) {
			unsigned shift = i < HISTOGRAM_SUB ? 0 : i / HISTOGRAM_SUB - 1;
			return ((uint64_t)(i - shift * HISTOGRAM_SUB) + 1) << shift;
		}
	}
	return 0;
}

static void print_times(const char *name, const struct histogram *times, double ns_per_tick)
{
	static const struct {
		const char *name;
		double fraction;
	} percentiles[] = { { "p50", .5 }, { "p99", .99 }, { "p99.9", .999 }, { "max", 1 } };
	for (unsigned i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
		printf("%s_%s %.1f\n", name, percentiles[i].name,
		       (double)percentile(times, percentiles[i].fraction) * ns_per_tick);
}

// A value of /proc/self/status, without a call of malloc.
static long status_kib(const char *key)
{
	char text[4096];
	int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
	if (file >= 0)
		close(file);
	text[length < 0 ? 0 : length] = 0;
	const char *found = strstr(text, key);
	return found ? atol(found + strlen(key)) : -1;
}

static void add(struct histogram *sum, const struct histogram *times)
{
	for (unsigned i = 0; i < HISTOGRAM_SIZE; i++)
		sum->count[i] += times->count[i];
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void pause_for(double seconds)
{
	struct timespec t = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
	nanosleep(&t, NULL);
}

static void *run(void *argument)
{
	timed = argument;
	if (fill)
		fill(timed);
	pthread_barrier_wait(&filled);
	work(timed);
	pthread_barrier_wait(&finished);
	pthread_barrier_wait(&measured);
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc >= 3 ? atoi(argv[1]) : 0;
	double seconds = argc >= 3 ? atof(argv[2]) : 0;
	timing = argc == 4 && strcmp(argv[3], "calls") == 0;
	if (argc != 3 + timing || threads < 1 || threads > WORKERS_MAX ||
	    !(seconds > 0 && seconds < 3600)) {
		fprintf(stderr, "usage: %s THREADS SECONDS [calls] (1 to %d threads)\n", argv[0],
		        WORKERS_MAX);
		return 2;
	}

	pthread_t ids[WORKERS_MAX];
	pthread_barrier_init(&filled, NULL, (unsigned)threads + 1);
	pthread_barrier_init(&finished, NULL, (unsigned)threads + 1);
	pthread_barrier_init(&measured, NULL, (unsigned)threads + 1);
	for (int i = 0; i < threads; i++) {
		struct worker *worker = &slots[i].worker;
		worker->number = (unsigned)i;
		worker->workers = (unsigned)threads;
		worker->random = 88172645463325252u + (uint64_t)i * 2654435761u;
		if (pthread_create(&ids[i], NULL, run, worker)) {
			fprintf(stderr, "%s: a thread cannot be started\n", argv[0]);
			return 1;
		}
	}
	pthread_barrier_wait(&filled);
	double start = now();
	uint64_t start_ticks = ticks();
	pause_for(seconds);
	atomic_store(&stop, true);
	pthread_barrier_wait(&finished);
	double elapsed = now() - start;
	double ns_per_tick = elapsed * 1e9 / (double)(ticks() - start_ticks);
	long peak = status_kib("VmHWM:");

	uint64_t operations = 0;
	for (int i = 0; i < threads; i++)
		operations += slots[i].worker.operations;
	if (operations == 0 || peak < 0) {
		fprintf(stderr, "%s: nothing was measured\n", argv[0]);
		return 1;
	}
	long idle = -1;
	if (timing) {
		pause_for(1.2);
		idle = status_kib("VmRSS:");
	}
	pthread_barrier_wait(&measured);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);

	// Only now, since stdio allocates.
	if (timing) {
		static struct histogram malloc_times, free_times;
		size_t live = 0;
		for (int i = 0; i < threads; i++) {
			add(&malloc_times, &slots[i].worker.malloc_times);
			add(&free_times, &slots[i].worker.free_times);
			live += slots[i].worker.live;
		}
		print_times("malloc", &malloc_times, ns_per_tick);
		print_times("free", &free_times, ns_per_tick);
		printf("idle_kib %ld\nlive_kib %zu\n", idle, live / 1024);
	} else {
		printf("rate %.1f\n", (double)operations / elapsed);
	}
	printf("peak_kib %ld\n", peak);
	return 0;
}
