// SPDX-License-Identifier: MIT
// All that src/ does, at once and in eight threads, for ThreadSanitizer to watch: blocks of every
// size class that other threads free, realloc of a MiB and more, an address space that is full,
// threads that come and go, heaps, forks. It goes on until each was done often enough, or as many
// times as often as the argument says, and prints how often that was.
//
// The program's own malloc is glibc's, so mimalloc is called by its own names. What the threads
// share here is relaxed wherever it may be: more would order what mimalloc has to order.
#define _GNU_SOURCE
#include "../contract/promise.h"

#include <mimalloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

enum { SLOTS = 1024, SHORT_LIVED = 50 };

// Seconds after which a child hangs, and after which the rest is given up.
enum { WATCHDOG = 60, PATIENCE = 600 };

// --- What is done, and how often at least ---

#define WORK(X)                   \
	X(blocks, 200000)         \
	X(freed_by_others, 80000) \
	X(resized, 10000)         \
	X(threads, 300)           \
	X(heaps, 150)             \
	X(forks, 80)              \
	X(refused, 2000)          \
	X(holes_filled, 200)      \
	X(moved, 80)              \
	X(given_back, 5000)

#define AS_MEMBER(name, least) _Atomic(size_t) name;
#define AS_AND(name, least)    &&done.name >= (least)*times
#define AS_TEXT(name, least)   printf("%s %zu\n", #name, (size_t)done.name);

static struct {
	WORK(AS_MEMBER)
} done;

static void count(_Atomic(size_t) *what)
{
	atomic_fetch_add_explicit(what, 1, memory_order_relaxed);
}

// --- A limit of mimalloc's address space: under RLIMIT_AS ThreadSanitizer could not start ---

#define LIMIT (256 * MIB)

// The linker's --wrap.
void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);
int __real_munmap(void *, size_t);
int __wrap_munmap(void *, size_t);
void *__real_mremap(void *, size_t, size_t, int, ...);
void *__wrap_mremap(void *, size_t, size_t, int, ...);
int __real_madvise(void *, size_t, int);
int __wrap_madvise(void *, size_t, int);

static _Atomic(size_t) mapped;

static size_t unmapped(size_t size)
{
	return atomic_fetch_sub_explicit(&mapped, size, memory_order_relaxed);
}

static int may_map(size_t size)
{
	if (atomic_fetch_add_explicit(&mapped, size, memory_order_relaxed) + size <= LIMIT)
		return 1;
	unmapped(size);
	count(&done.refused);
	errno = ENOMEM;
	return 0;
}

// Every other mapping is far from the last, so that the page map needs many leaves, of 2 GiB each;
// the others lie side by side, so that not all can grow in place.
static void *elsewhere(void *hint)
{
	static _Atomic(size_t) calls;
	const size_t n = atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);

	if (n % 2)
		return hint;
	return (void *)((uintptr_t)environ / GIB * GIB - n / 2 % 1024 * (GIB / 4));
}

void *__wrap_mmap(void *hint, size_t size, int protection, int flags, int file, off_t offset)
{
	if (!may_map(size))
		return MAP_FAILED;
	if (!(flags & MAP_FIXED_NOREPLACE))
		hint = elsewhere(hint);
	void *p = __real_mmap(hint, size, protection, flags, file, offset);
	if (p == MAP_FAILED)
		unmapped(size);
	else if (flags & MAP_FIXED_NOREPLACE)
		count(&done.holes_filled);
	return p;
}

int __wrap_munmap(void *p, size_t size)
{
	unmapped(size);
	return __real_munmap(p, size);
}

void *__wrap_mremap(void *p, size_t size, size_t new_size, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	void *place = va_arg(arguments, void *);
	va_end(arguments);
	// The place is mapped already, and that of P is not any more.
	const size_t more = flags & MREMAP_FIXED || new_size < size ? 0 : new_size - size;
	if (!may_map(more))
		return MAP_FAILED;
	void *moved = __real_mremap(p, size, new_size, flags, place);
	if (moved == MAP_FAILED) {
		unmapped(more);
	} else if (flags & MREMAP_FIXED) {
		unmapped(size);
		count(&done.moved);
	} else if (new_size < size) {
		unmapped(size - new_size);
	}
	return moved;
}

int __wrap_madvise(void *p, size_t size, int advice)
{
	count(&done.given_back);
	return __real_madvise(p, size, advice);
}

// --- Blocks ---

static _Atomic(char *) shared[SLOTS];
static atomic_int stop;

static int stopped(void)
{
	return atomic_load_explicit(&stop, memory_order_relaxed);
}

static size_t some(uint64_t *random, size_t below)
{
	*random = *random * 6364136223846793005U + 1442695040888963407U;
	return (size_t)(*random >> 33) % below;
}

// Of all magnitudes up to 2 MiB, small ones more often.
static size_t some_size(uint64_t *random)
{
	return some(random, (size_t)32 << some(random, 1 + some(random, 17)));
}

static char *used(char *p, size_t size)
{
	if (!p)
		return NULL;
	CHECK(mi_usable_size(p) >= size && mi_is_in_heap_region(p));
	p[size ? size - 1 : 0] = 1;
	p[0] = 42;
	count(&done.blocks);
	return p;
}

static char *some_block(uint64_t *random)
{
	const size_t size = some_size(random);

	switch (some(random, 8)) {
	case 0:
		return used(mi_zalloc(size), size);
	case 1:
		return used(mi_malloc_aligned(size, (size_t)32 << some(random, 14)), size);
	default:
		return used(mi_malloc(size), size);
	}
}

// Ours for somebody's.
static char *swapped(uint64_t *random, char *p)
{
	p = atomic_exchange_explicit(&shared[some(random, SLOTS)], p, memory_order_acq_rel);
	if (p) {
		CHECK(p[0] == 42);
		count(&done.freed_by_others);
	}
	return p;
}

// P is as it was, or as large as this.
static char *resized(char *p, size_t size)
{
	char *q = mi_realloc(p, size);

	if (!q)
		return p;
	CHECK(!p || q[0] == 42);
	count(&done.resized);
	return used(q, size);
}

// --- Threads ---

static void *allocate(void *argument)
{
	uint64_t random = (uintptr_t)argument;
	char *mine[64] = { NULL };

	while (!stopped()) {
		char *p = swapped(&random, some_block(&random));
		if (some(&random, 8) == 0)
			p = resized(p, some_size(&random) + 1);
		const size_t i = some(&random, COUNT(mine));
		mi_free(mine[i]);
		mine[i] = some_block(&random);
		mi_free(p);
		// The heap is emptied, for memory to go back.
		for (size_t n = some(&random, 4096) ? 0 : SLOTS; n > 0; n--)
			mi_free(swapped(&random, NULL));
	}
	for (size_t i = 0; i < COUNT(mine); i++)
		mi_free(mine[i]);
	return NULL;
}

static void *resize(void *argument)
{
	uint64_t random = (uintptr_t)argument;
	char *p = NULL;

	while (!stopped()) {
		// Blocks of more than 32 MiB are mappings of their own, and so are those of such an
		// alignment; others mostly grow where they are.
		if (some(&random, 2)) {
			mi_free(p);
			p = used(mi_malloc_aligned(MIB, 2 * MIB), MIB);
		} else {
			p = resized(p, some(&random, 4) ? MIB << some(&random, 6) : 33 * MIB);
		}
		for (int i = 0; i < 8; i++)
			p = resized(p, MIB / 8 + (p ? mi_usable_size(p) : MIB) / 8 *
			                                 (6 + some(&random, 4)));
		p = swapped(&random, p);
	}
	mi_free(p);
	return NULL;
}

static pthread_key_t key;

// mimalloc's own destructor has run by then.
static void allocate_at_the_end(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	mi_free(swapped(&random, some_block(&random)));
}

static void *live_shortly(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	CHECK(pthread_setspecific(key, argument) == 0);
	for (int i = 0; i < SHORT_LIVED; i++) {
		mi_free(some_block(&random)); // alone in its page: it is left empty
		mi_free(swapped(&random, some_block(&random)));
	}
	return NULL;
}

static void *come_and_go(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	while (!stopped()) {
		pthread_t thread[2];
		for (size_t i = 0; i < COUNT(thread); i++)
			CHECK(pthread_create(&thread[i], NULL, live_shortly,
			                     (void *)(some(&random, SIZE_MAX) | 1)) == 0);
		for (size_t i = 0; i < COUNT(thread); i++) {
			CHECK(pthread_join(thread[i], NULL) == 0);
			count(&done.threads);
		}
		// Upstream lets no other thread near a heap that is destroyed.
		mi_heap_t *heap = mi_heap_new();
		for (int i = 0; heap && i < SHORT_LIVED; i++) {
			const size_t size = some_size(&random);
			used(mi_heap_malloc(heap, size), size);
		}
		if (heap) {
			mi_heap_destroy(heap);
			count(&done.heaps);
		}
	}
	return NULL;
}

static void *divide(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	while (!stopped()) {
		char *p = some_block(&random);
		const pid_t child = fork();
		int status;

		if (child == 0) {
			alarm(WATCHDOG);
			mi_free(p);
			live_shortly(&random);
			if (some(&random, 2))
				exit(0);
			_exit(0);
		}
		CHECK(child > 0 && waitpid(child, &status, 0) == child);
		CHECK(status == 0);
		mi_free(p);
		count(&done.forks);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static void *(*const work[])(void *) = { allocate, allocate, allocate,    allocate,
		                                 resize,   resize,   come_and_go, divide };
	const struct timespec tenth = { 0, 100000000 };
	const size_t times = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	pthread_t thread[COUNT(work)];

	CHECK(pthread_key_create(&key, allocate_at_the_end) == 0);
	for (size_t i = 0; i < COUNT(work); i++)
		CHECK(pthread_create(&thread[i], NULL, work[i], (void *)i) == 0);
	for (int i = 0; i < PATIENCE * 10 && !(1 WORK(AS_AND)); i++)
		nanosleep(&tenth, NULL);
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
	for (size_t i = 0; i < COUNT(work); i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	WORK(AS_TEXT)
	CHECK(1 WORK(AS_AND));
	return 0;
}
