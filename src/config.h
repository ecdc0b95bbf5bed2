/* SPDX-License-Identifier: MIT
 *
 * Every switch of mimalloc's that we set, with its reason; included before anything of mimalloc's.
 * A switch that is not here has upstream's default.
 */
#ifndef MIMALLOC_MUSL_CONFIG_H
#define MIMALLOC_MUSL_CONFIG_H

#define _GNU_SOURCE /* secure_getenv, MAP_ANONYMOUS; before any header */

#if !defined(__linux__) || defined(__GLIBC__)
#error "mimalloc-musl is for Linux with musl: compile against musl's headers"
#endif
#if __ATOMIC_ACQUIRE != 2 || __GCC_ATOMIC_POINTER_LOCK_FREE != 2
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

/* Refused: MI_LIBC_MUSL. It only picks local-dynamic TLS (for libraries that are opened late; an
 * executable's is local-exec) and a thread pointer by address of a variable where
 * __builtin_thread_pointer is one load. */

/* Refused: MI_MALLOC_OVERRIDE. overlay.c defines libc's names, exactly those that musl has;
 * upstream's list has more (cfree, reallocarr, malloc_size), which collides with libraries that
 * bring their own. */

/* Where the baseline processor has no such instruction, __builtin_popcount is a call to libgcc, and
 * rustc links without libgcc: upstream's own plain C version instead. */
#if !defined(__POPCNT__) && !defined(__aarch64__)
#define __builtin_popcountll(x) ((int)_mi_popcount_generic(x))
#define __builtin_popcountl(x)  ((int)_mi_popcount_generic(x))
#define __builtin_popcount(x)   ((int)_mi_popcount_generic(x))
#endif

#endif
