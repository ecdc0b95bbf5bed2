/* SPDX-License-Identifier: MIT
 *
 * Every switch of mimalloc's that we set, with its reason; included before anything of mimalloc's.
 * A switch that is not here has upstream's default.
 */
#ifndef MIMALLOC_MUSL_CONFIG_H
#define MIMALLOC_MUSL_CONFIG_H

#define _GNU_SOURCE /* secure_getenv, MAP_ANONYMOUS; before any header */

#include <features.h>

/* ThreadSanitizer, for which upstream has MI_TSAN, exists with glibc only (tests/tsan.bats). */
#if !defined(__linux__) || (defined(__GLIBC__) && !defined(MI_TSAN))
#error "mimalloc-musl is for Linux with musl: compile against musl's headers"
#endif
/* size.h, page_map.h and purge.c count on it; x32 is x86-64 as well. */
#if __SIZEOF_POINTER__ != 8
#error "mimalloc-musl is for pointers of 64 bits"
#endif
#if __GCC_ATOMIC_POINTER_LOCK_FREE != 2
#error "pointers must be lock-free atomics: libatomic's locks allocate nothing but deadlock in fork"
#endif

/* Our archives have one build; assertions are for those who develop mimalloc. */
#define NDEBUG   1
#define MI_DEBUG 0

/* The heap profiler needs stdio, realpath and a backtrace, all of which allocate: none of that
 * belongs below libc. The mi_pprof_ functions remain and answer that there is no profiler. */
#define MI_PROFILE 0

/* Other threads may still allocate while one of them runs exit(); the kernel frees the process's
 * memory anyway. */
#define MI_SKIP_COLLECT_ON_EXIT 1

/* musl's fork calls its allocator by name (fork.c). Registering a handler instead would allocate
 * before main. */
#define MI_NO_PTHREAD_ATFORK 1

/* Find a block's page through the page map, not by aligning its address down to 256 MiB: arenas
 * then need no such alignment, which a small address space cannot give, any alignment can be asked
 * for, and a page's record lies apart from its blocks. Upstream's default puts the record at the
 * start of each page, where all of them share a few cache sets: 7.9 ns instead of 4.5 ns for a free
 * and a malloc of 1 to 512 bytes. Keeping the alignment but not that (MI_OPT_FREE_SMALL 0)
 * takes 4.3. */
#define MI_FREE_USE_PAGEMAP 1

/* Arenas of 8 MiB to 1 GiB instead of 32 MiB to 16 GiB, so that a small address space has room for
 * one; 160 of them are 150 GiB. */
#define MI_BCHUNK_BITS_SHIFT     7
#define MI_DEFAULT_ARENA_RESERVE (8 * 1024) /* KiB, the first; then see arena.c */

/* An arena's memory is made writable as it is handed out: RLIMIT_DATA, vm.overcommit_memory=2 and
 * mlockall then count what is used and a quarter more (AHEAD), and no huge page comes of a few
 * bytes. */
#define MI_DEFAULT_ARENA_EAGER_COMMIT 0

/* Of each small size class a thread keeps one full page, not two, for when its blocks are freed:
 * fewer stay with threads that block while others free. 0 would take 15 to 60 % more time, 1 takes
 * 0 to 2. */
#if defined(PROFILE_SMALL)
#define MI_DEFAULT_PAGE_FULL_RETAIN 0
#elif !defined(PROFILE_SPEED)
#define MI_DEFAULT_PAGE_FULL_RETAIN 1
#endif

/* Pages of threads that have ended, kept by a thread that frees a block in one, of each small size
 * class. It may never use that class itself, and then keeps them: with 32, threads that start and
 * end leave 4 times as much memory with the threads that wait for them. 0 takes 10 % more time
 * where each thread goes on with the blocks of one that ended, 2 takes none. */
#define MI_DEFAULT_PAGE_CROSS_THREAD_MAX_RECLAIM 2

/* Larger blocks are mappings of their own: they need no arena of their size, which would stay, and
 * mremap moves them. */
#define MI_DEFAULT_ARENA_MAX_OBJECT_SIZE (32 * 1024) /* KiB */

/* --- Profiles: what CC_MIMALLOC_PROFILE chooses, one macro each; src/meson.build has their flags
 * --- */

/* `full` has all of mimalloc's API, and statistics. The other profiles have what libc's names need,
 * and the most used names of mimalloc's beside (src/meson.build). */
#ifndef PROFILE_FULL
#define MI_STATS 0
#endif
#if !defined(PROFILE_FULL) && !defined(MI_TSAN) /* tests/tsan makes heaps */
#define ONE_HEAP 1
#endif

/* What is free inside of a page goes back too (trim.c). Not in `small`, since it takes 1.2 KiB; not
 * in `speed`, which keeps what is freed; not in `full`, whose mi_heap_visit_blocks would call what
 * is in no list used. */
#if defined(PROFILE_SMALL) || defined(PROFILE_SPEED) || defined(PROFILE_FULL)
#define TRIM 0
#else
#define TRIM 1
#endif

/* Memory is made writable ahead of what is asked for (arena.c). Not in `small`, since it takes half
 * a KiB. */
#ifdef PROFILE_SMALL
#define AHEAD 0
#else
#define AHEAD 1
#endif

/* What goes back is what is too much, not all that is unused (purge.c). Not in `small` and `speed`,
 * which it would make a memory page larger. */
#if defined(PROFILE_SMALL) || defined(PROFILE_SPEED)
#define STAYS 0
#else
#define STAYS 1
#endif

/* Pages that become empty are not slices at once (page.c). Not in `small`: it takes half a KiB. */
#ifdef PROFILE_SMALL
#define EMPTIED 0
#else
#define EMPTIED 1
#endif

/* What runs rarely, in mimalloc.c. Two functions that are compiled differently are not inlined into
 * each other. */
#if defined(PROFILE_SPEED) || defined(PROFILE_SMALL)
#define COLD_BEGIN
#define COLD_END
#elif defined(__clang__)
#define COLD_BEGIN \
	_Pragma("clang attribute push(__attribute__((__minsize__)), apply_to = function)")
#define COLD_END _Pragma("clang attribute pop")
#else
#define COLD_BEGIN _Pragma("GCC push_options") _Pragma("GCC optimize(\"Os\")")
#define COLD_END   _Pragma("GCC pop_options")
#endif

/* Where the baseline processor has no such instruction, __builtin_popcount is a call to libgcc, and
 * rustc links without libgcc: upstream's own plain C version instead. */
#if !defined(__POPCNT__) && !defined(__aarch64__)
#define __builtin_popcountll(x) ((int)_mi_popcount_generic(x))
#define __builtin_popcountl(x)  ((int)_mi_popcount_generic(x))
#define __builtin_popcount(x)   ((int)_mi_popcount_generic(x))
#endif

/* --- Refused --- */

/* Refused: MI_LIBC_MUSL. It only picks local-dynamic TLS (for libraries that are opened late; an
 * executable's is local-exec) and a thread pointer by address of a variable where
 * __builtin_thread_pointer is one load. */

/* Refused: MI_MALLOC_OVERRIDE. overlay.c defines libc's names, exactly those that musl has;
 * upstream's list has more (cfree, reallocarr, malloc_size), which collides with libraries that
 * bring their own. */

#endif
