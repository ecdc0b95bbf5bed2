// SPDX-License-Identifier: MIT
// What the workloads share. Each is a file that defines `work`, linked with workload.c, which has
// main and says how it is called and what is printed.
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

// Times of calls, in ticks: 16 classes for each power of two, so that a time is known to 6 %.
enum { HISTOGRAM_SUB = 16, HISTOGRAM_SIZE = 61 * HISTOGRAM_SUB };
struct histogram {
	uint64_t count[HISTOGRAM_SIZE];
};

struct worker {
	unsigned number;     // of this worker, from 0
	unsigned workers;    // how many there are
	uint64_t random;     // state of next_random
	uint64_t operations; // to be counted by `work`
	size_t live;         // bytes that `work` leaves allocated, if any
	struct histogram malloc_times, free_times;
};

// Defined by each workload: does its operations until stopped(), then frees what it holds.
void work(struct worker *self);

// Defined where that allocates what is live all the time: before the measured time, so that all
// allocators have the same peak of it, whatever their speed.
void fill(struct worker *self) __attribute__((weak));

// Whether calls are timed. The clock takes time itself: rates come from other runs.
extern bool timing;

// The end of the measured time.
bool stopped(void);

// The time a worker's calls are added to. A thread that a worker starts and waits for sets it to
// the worker's own.
extern _Thread_local struct worker *timed;

static inline uint64_t ticks(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
#endif
}

void record(struct histogram *times, uint64_t elapsed);
_Noreturn void out_of_memory(void);

static inline void *taken(char *block, size_t size, uint64_t start)
{
	if (timing)
		record(&timed->malloc_times, ticks() - start);
	if (!block)
		out_of_memory();
	block[0] = block[size - 1] = 1;
	return block;
}

// malloc and realloc of at least one byte. The first and the last are written, as a program would.
static inline void *take(size_t size)
{
	uint64_t start = timing ? ticks() : 0;
	return taken(malloc(size), size, start);
}

static inline void *take_resized(void *old, size_t size)
{
	uint64_t start = timing ? ticks() : 0;
	return taken(realloc(old, size), size, start);
}

static inline void drop(void *block)
{
	uint64_t start = timing ? ticks() : 0;
	free(block);
	if (timing && block)
		record(&timed->free_times, ticks() - start);
}

// The same numbers in every run.
static inline uint32_t next_random(struct worker *self)
{
	self->random ^= self->random << 13;
	self->random ^= self->random >> 7;
	self->random ^= self->random << 17;
	return (uint32_t)(self->random >> 32);
}

// From low to high, both included.
static inline size_t between(struct worker *self, size_t low, size_t high)
{
	return low + next_random(self) % (high - low + 1);
}

#endif
