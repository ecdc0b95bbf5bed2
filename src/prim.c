/* SPDX-License-Identifier: MIT
 *
 * mimalloc's OS layer ("prim") for musl: what include/mimalloc/prim.h of mimalloc declares; also
 * how locks wait, how options are read, and what runs before main and after it. Included by
 * mimalloc.c, which makes it part of one translation unit.
 *
 * It runs below libc, before main and under any caller: it opens no file, uses no stdio, and leaves
 * errno as it was (malloc keeps errno when it succeeds, free always does); errors are return
 * values. No function of prim.h allocates.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mimalloc/prim.h"
#include "mimalloc/heap/init.h"

/* Turns a call that returns -1 (MAP_FAILED) and sets errno into one that returns the error and
 * keeps errno. */
#define PRIM_ERROR_OF(call)                                          \
	__extension__({                                              \
		int saved_errno = errno;                             \
		int call_error = (intptr_t)(call) == -1 ? errno : 0; \
		errno = saved_errno;                                 \
		call_error;                                          \
	})

/* linux/futex.h, which musl does not have. */
#define FUTEX_WAIT         0
#define FUTEX_WAKE         1
#define FUTEX_PRIVATE_FLAG 128

/* The size of a huge page wherever musl runs with 4 KiB pages; where it is another, the hint is a
 * bit too fine. */
#define PRIM_LARGE_PAGE_SIZE (2 * MI_MiB)

void _mi_prim_mem_init(mi_os_mem_config_t *config)
{
	config->page_size = (size_t)getpagesize();
	config->alloc_granularity = config->page_size;
	config->large_page_size = PRIM_LARGE_PAGE_SIZE;
	config->has_partial_free = true;
	config->has_virtual_reserve = true;
	/* Reading /proc and /sys costs a third of the start of a small program and fails in
	 * sandboxes and chroots. With vm.overcommit_memory=2 the kernel counts what is mapped and
	 * mmap fails in time: no need to ask first. */
	config->has_overcommit = true;
	/* No MADV_HUGEPAGE: clearing huge pages took 23 % of wasmtime's time and made its peak 2 to
	 * 4 times glibc's. The system's own policy still applies. */
	config->has_transparent_huge_pages = false;
}

static int prim_map(void *hint, size_t size, int protection, int flags, void **addr)
{
	void *p;
	int error = PRIM_ERROR_OF(
		p = mmap(hint, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0));

	*addr = error ? NULL : p;
	return error;
}

static int prim_remap(void *base, size_t size, size_t new_size, int flags, void *place, void **addr)
{
	void *p;
	int error = PRIM_ERROR_OF(p = mremap(base, size, new_size, flags, place));

	*addr = error ? NULL : p;
	return error;
}

int _mi_prim_alloc(void *hint_addr, size_t size, size_t try_alignment, bool commit,
                   bool allow_large, bool *is_large, bool *is_zero, void **addr)
{
	const int protection = commit ? PROT_READ | PROT_WRITE : PROT_NONE;

	(void)try_alignment;
	(void)allow_large;
	*is_large = false;
	*is_zero = true;
	/* NORESERVE: an arena is address space, counted when it is touched. */
	int error = prim_map(hint_addr, size, protection, MAP_NORESERVE, addr);
	/* Not for another arena: a smaller one will do, or single pages. */
	if (error == ENOMEM && commit && arenas_unmap(size))
		error = prim_map(hint_addr, size, protection, MAP_NORESERVE, addr);
	return error;
}

int _mi_prim_alloc_huge_os_pages(void *hint_addr, size_t size, int numa_node, bool *is_zero,
                                 void **addr)
{
	int huge_1gib = 30 << MAP_HUGE_SHIFT;

	(void)numa_node;
	*is_zero = true;
	return prim_map(hint_addr, size, PROT_READ | PROT_WRITE, MAP_HUGETLB | huge_1gib, addr);
}

int _mi_prim_free(void *addr, size_t size)
{
	return PRIM_ERROR_OF(munmap(addr, size));
}

int _mi_prim_commit(void *addr, size_t size, bool *is_zero)
{
	/* The range may be committed in part already, and that part keeps its content. */
	*is_zero = false;
	return PRIM_ERROR_OF(mprotect(addr, size, PROT_READ | PROT_WRITE));
}

int _mi_prim_decommit(void *addr, size_t size, bool *needs_recommit)
{
	*needs_recommit = false;
	/* DONTNEED, not FREE: resident memory falls at once, where the user and the cgroup see it.
	 */
	return PRIM_ERROR_OF(madvise(addr, size, MADV_DONTNEED));
}

int _mi_prim_reset(void *addr, size_t size)
{
	return PRIM_ERROR_OF(madvise(addr, size, MADV_DONTNEED));
}

int _mi_prim_reuse(void *addr, size_t size)
{
	(void)addr;
	(void)size;
	return 0;
}

int _mi_prim_protect(void *addr, size_t size, bool protect)
{
	return PRIM_ERROR_OF(mprotect(addr, size, protect ? PROT_NONE : PROT_READ | PROT_WRITE));
}

/* One node: the count stands in /sys, and getcpu on every new thread buys nothing where there is
 * one. */
size_t _mi_prim_numa_node(void)
{
	return 0;
}

size_t _mi_prim_numa_node_count(void)
{
	return 1;
}

mi_msecs_t _mi_prim_clock_now(void)
{
	struct timespec now;

	/* Cannot fail: every Linux that musl supports has this clock, and no system call is made
	 * where there is a vDSO. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (mi_msecs_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static mi_msecs_t prim_milliseconds(struct timeval t)
{
	return (mi_msecs_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

void _mi_prim_process_info(mi_process_info_t *info)
{
	struct rusage usage;

	if (PRIM_ERROR_OF(getrusage(RUSAGE_SELF, &usage)))
		return;
	info->utime = prim_milliseconds(usage.ru_utime);
	info->stime = prim_milliseconds(usage.ru_stime);
	info->page_faults = (size_t)usage.ru_majflt;
	info->peak_rss = (size_t)usage.ru_maxrss * MI_KiB;
}

void _mi_prim_out_stderr(const char *msg)
{
	int saved = errno;
	size_t left = strlen(msg);

	while (left) {
		/* Not write, where a thread may be cancelled: mimalloc's locks may be held. */
		long written = syscall(SYS_write, STDERR_FILENO, msg, left);
		if (written <= 0)
			break;
		msg += written;
		left -= (size_t)written;
	}
	errno = saved;
}

int _mi_prim_getenv(const char *name, char *result, size_t result_size)
{
	char upper[64];
	size_t length = strlen(name);

	if (length >= sizeof upper)
		return 0;
	for (size_t i = 0; i <= length; i++)
		upper[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];

	/* NULL in a setuid or setcap program (AT_SECURE): its caller must not steer its allocator.
	 */
	const char *value = secure_getenv(upper);
	if (!value)
		return 0;
	return _mi_strlcpy(result, value, result_size) ? 1 : -1;
}

/* The kernel's 16 random bytes of this process (AT_RANDOM), stretched to the length asked for. No
 * system call: a sandbox may allow none.
 *
 * Strength: this is only the key of mimalloc's ChaCha20, from which all random numbers come, so
 * none of what the program can see tells anything of the bytes, of which musl makes the stack
 * protector's canary too. Guessing them is guessing 128 bits. A forked child goes on with its
 * parent's state, as musl's malloc does with its secret. */
bool _mi_prim_random_buf(void *buf, size_t buf_len)
{
	const unsigned char *seed = (const unsigned char *)getauxval(AT_RANDOM);
	unsigned char *out = buf;
	uint64_t state[2];

	if (!seed)
		return false;
	memcpy(state, seed, sizeof state);
	/* Two contexts that are set up in one process differ by where they lie. */
	state[0] ^= (uintptr_t)buf;
	for (size_t i = 0; i < buf_len; i++) {
		/* splitmix64 */
		uint64_t z = (state[0] += 0x9e3779b97f4a7c15U) ^ state[1];
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
		out[i] = (unsigned char)((z ^ (z >> 31)) >> 24);
	}
	return true;
}

bool _mi_prim_thread_is_in_threadpool(void)
{
	return false;
}

/* To wait at most so long while the word has this value, or to wake so many that do. */
static void prim_futex(const volatile void *word, int operation, int value,
                       const struct timespec *at_most)
{
	(void)PRIM_ERROR_OF(
		syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, at_most, NULL, 0));
}

void _mi_prim_thread_yield(void)
{
	/* By futex, which a sandbox allows to musl's own malloc; sched_yield it may not. */
	static volatile int never;
	const struct timespec moment = { 0, 50000 };

	prim_futex(&never, FUTEX_WAIT, 0, &moment);
}

#ifndef LOCKS_OF_PTHREAD
/* As long as most locks are held. */
#define LOCK_SPINS 100

static void lock_wait(lock_state *lock)
{
	for (int i = 0; i < LOCK_SPINS && mi_atomic_load_relaxed(lock) == LOCK_HELD; i++)
		atomic_thread_fence(memory_order_seq_cst); /* to take its time, as musl's a_spin */
	/* Who has slept does not know whether another one does. */
	while (mi_atomic_exchange_acq_rel(lock, LOCK_WAITED_FOR) != LOCK_FREE)
		prim_futex(lock, FUTEX_WAIT, LOCK_WAITED_FOR, NULL);
}

static void lock_wake(lock_state *lock)
{
	prim_futex(lock, FUTEX_WAKE, 1, NULL);
}
#endif

bool _mi_prim_process_is_killed(void)
{
	return false;
}

/* Upstream asks for 60 names, which is half of what it does at start. */
void _mi_options_init(void)
{
#ifndef PROFILE_SMALL
	for (char **entry = environ; entry && *entry; entry++) {
		if (strncmp(*entry, "MIMALLOC_", strlen("MIMALLOC_")) == 0) {
			upstream_options_init();
			return;
		}
	}
	for (int i = 0; i < _mi_option_last; i++)
		mi_options[i].init = MI_OPTION_DEFAULTED;
#endif
}

bool _mi_is_redirected(void)
{
	return false;
}

bool _mi_allocator_init(const char **message)
{
	*message = NULL;
	return true;
}

void _mi_allocator_done(void)
{
}

__attribute__((constructor(101))) static void prim_process_start(void)
{
	/* The main thread may not be the first that allocates. */
	mi_thread_init();
	_mi_auto_process_init();
	fork_register();
}

#ifdef PROFILE_FULL
/* Only for the statistics that MIMALLOC_SHOW_STATS and MIMALLOC_VERBOSE print. Otherwise nothing is
 * torn down: atexit handlers, destructors and other threads may allocate until the very end. */
__attribute__((destructor(101))) static void prim_process_end(void)
{
	if (mi_option_is_enabled(mi_option_show_stats) || mi_option_is_enabled(mi_option_verbose))
		_mi_auto_process_done();
}
#endif
