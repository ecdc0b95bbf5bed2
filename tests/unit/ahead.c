/* SPDX-License-Identifier: MIT
 *
 * Threads that fill memory. Prints, when each has taken a little, when each has taken more, and
 * when one that was alone has taken more: the calls so far that made memory writable, KiB that have
 * been in use, KiB that are writable and have not, how many of the calls were for as much as a huge
 * page, and how many of these ended where one does.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

static _Atomic(int) calls, whole_calls, whole_pages;

static int mprotect_counted(void *start, size_t size, int protection)
{
	calls++;
	if (size == HUGE_PAGE) {
		whole_calls++;
		whole_pages += (size_t)start % HUGE_PAGE == 0;
	}
	return mprotect(start, size, protection);
}

#define mprotect mprotect_counted
#include "../../src/mimalloc.c"
#undef mprotect

#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 32, FIRST = 20, THEN = 2000, ALONE = 40000, BLOCK = 1000 };

static pthread_barrier_t barrier;

static void fill(int blocks)
{
	for (int i = 0; i < blocks; i++) {
		char *const block = malloc(BLOCK);

		if (!block)
			abort();
		memset(block, 1, BLOCK);
	}
}

static void *thread(void *unused)
{
	fill(FIRST);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	fill(THEN);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return unused;
}

static void print(void)
{
	mi_subproc_t *const subproc = _mi_subproc_main();
	size_t writable = 0, dirty = 0;

	for (size_t i = 0; i < mi_arenas_get_count(subproc); i++) {
		mi_arena_t *const arena = mi_arena_from_index(subproc, i);

		writable += mi_bitmap_popcountN(arena->slices_committed, 0, arena->slice_count);
		dirty += mi_bitmap_popcountN(arena->slices_dirty, 0, arena->slice_count);
	}
	printf("%d %zu %zu %d %d\n", calls, _mi_size_of_slices(dirty) / MI_KiB,
	       _mi_size_of_slices(writable - dirty) / MI_KiB, whole_calls, whole_pages);
}

int main(void)
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, thread, NULL) != 0)
			return 1;
	for (int i = 0; i < 2; i++) {
		pthread_barrier_wait(&barrier);
		print();
		pthread_barrier_wait(&barrier);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	fill(ALONE);
	print();
	return 0;
}
