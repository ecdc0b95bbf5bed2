/* SPDX-License-Identifier: MIT
 *
 * All of mimalloc as one translation unit: the list of upstream's src/static.c, with our OS layer
 * (prim.c) in place of upstream's src/prim/prim.c. Relies on config.h; the build then makes every
 * name local that is not API.
 *
 * What runs rarely is compiled for size, which costs no time that can be measured and saves a sixth
 * of the code. Upstream's headers come before all of it: a function that is inlined where it
 * matters must not be one of those.
 *
 * Upstream's files are unchanged. Where one function of theirs does not keep a promise of libc's
 * malloc, it gets another name while its file is included, and a file of ours defines the name; its
 * page map is replaced as a whole.
 */
#include "config.h"

/* The API is what other objects may see; upstream marks it so only in its shared library. */
#pragma GCC visibility push(default)
#define mi_wsize_from_size upstream_wsize_from_size
#include "mimalloc.h"
#undef mi_wsize_from_size
#ifdef PROFILE_FULL
#include "mimalloc-stats.h"
#endif
#include "mimalloc-profile.h"
#pragma GCC visibility pop

#include "lock.h"

/* A bit for each block of a page (trim.c), with where its memory is from: the initializers of that,
 * and of a page, stay as they are. */
#define initially_zero  \
	initially_zero; \
	uint64_t parked
#ifndef PROFILE_FULL
#include "stats.h"
#endif
#include "mimalloc/types.h"
#undef initially_zero
#include "lock.h"
#include "page_map.h"
#include "size.h"
#define mi_wsize_from_size block_words
#include "mimalloc/heap/theap.h"
#undef mi_wsize_from_size
#define mi_wsize_from_size block_words_at_least_one

#include "prim.h"
#include "mimalloc/internal.h"
#include "alloc/page.h"
#include "alloc/page-queue.h"
#include "arena/arena.h"
#include "upstream.h"
#include "trim.h"
/* No block is sampled (MI_PROFILE, MI_GUARDED); upstream looks all the same whether one shall be.
 */
#define mi_theap_should_sample(theap, size) ((void)(theap), (void)(size), false)
#define mi_profiler_is_enabled(profiler)    ((void)(profiler), false)
#ifdef ONE_HEAP
#define mi_is_heap_main(heap)         ((void)(heap), true)
#define mi_is_process_heap_main(heap) ((void)(heap), true)
#endif

COLD_BEGIN
#ifndef PROFILE_FULL
/* A message ends before it is put together, so what would do that is dropped. */
#undef va_start
#define va_start(arguments, last) return
#endif
#define _mi_options_init upstream_options_init
#include "util/options.c"
#undef _mi_options_init
#undef va_start
#define va_start(arguments, last) __builtin_va_start(arguments, last)
#ifndef PROFILE_FULL
/* Nor is it asked for whether there shall be any, which looks at the environment. */
#define _mi_verbose_message(...) ((void)0)
#define _mi_warning_message(...) ((void)0)
#endif
#ifdef PROFILE_SMALL
#include "options.h"
#endif
#define _mi_os_good_alloc_size upstream_os_good_alloc_size
#include "prim/os.c"
#undef _mi_os_good_alloc_size
#include "prim/prim-tls.c"
#include "util/libc.c"
#include "errors.h"
#include "util/random.c"
#ifdef PROFILE_FULL
#include "util/stats.c"
#endif
#pragma push_macro("mi_thread_local_key_fast")
#ifdef ONE_HEAP /* so every key is that of its variable */
#undef mi_thread_local_key_fast
#define mi_thread_local_key_fast key
#endif
#include "util/threadlocal.c"
#pragma pop_macro("mi_thread_local_key_fast")
#define _mi_arena_reserve upstream_arena_reserve
#include "arena/arena.c"
#undef _mi_arena_reserve
#include "arena.c"

#define _mi_arenas_free      upstream_arenas_free
#define _mi_arenas_try_alloc upstream_arenas_try_alloc
#pragma push_macro("mi_atomic_guard")
#undef mi_atomic_guard
#define mi_atomic_guard(guard) PURGE_GUARD(guard)
/* What upstream purges itself: of blocks of 32 MiB and more at once, of others now and then. */
#define _mi_os_purge_ex(subproc, p, size, ...)            \
	(!slices_stay(arena, slice_index, slice_count) && \
	 (kept_purged(size), (_mi_os_purge_ex)(subproc, p, size, __VA_ARGS__)))
#include "arena/arena-alloc.c"
#undef _mi_os_purge_ex
#pragma pop_macro("mi_atomic_guard")
#undef _mi_arenas_free
#undef _mi_arenas_try_alloc
COLD_END
#include "purge.c"
#define _mi_arenas_page_alloc upstream_arenas_page_alloc
#define _mi_arenas_page_free  upstream_arenas_page_free
/* As a page is freed. What is parked are bytes from here on, for _mi_arenas_free. */
#define _mi_page_map_unregister(page) \
	(page->memid.parked = page_parked_size(page), (_mi_page_map_unregister)(page))
#include "arena/arena-page.c"
#undef _mi_page_map_unregister
#undef _mi_arenas_page_alloc
#undef _mi_arenas_page_free
#include "arena/bitmap-chunk.c"
#include "arena/bitmap.c"

#ifndef PROFILE_FULL /* Its counters overflow unless a page has no free block now and then. */
/* What a thread frees it gets first, while it is in the cache; upstream has it wait until all other
 * free blocks of the page were in use. A page that had a block back is not all zero any more. */
#define local_free                 free
#define mi_xused_used_count(xused) (page->free_is_zero = false, (mi_xused_used_count)(xused))
#endif
/* A block that is freed twice in a row would be given to two callers. One comparison, of a block
 * that goes before the first free one; to find it anywhere in a list takes a secure build. With all
 * of mimalloc what the thread itself has freed is a list of its own, `lfree` where upstream puts a
 * block before it: the block must not be the first of the other list either. */
#define SET_NEXT_UNLESS(freed_twice, page, block, next) \
	((freed_twice) ? __builtin_trap() : (mi_block_set_next)(page, block, next))
#define mi_block_set_next(page, block, next)                                           \
	SET_NEXT_UNLESS((block) == (next) || (__builtin_strcmp(#next, "lfree") == 0 && \
	                                      (block) == (page)->free),                \
	                page, block, next)
#define mi_realloc upstream_realloc
#include "alloc/alloc.c" /* and alloc/free.c */
#undef mi_realloc
#undef mi_block_set_next
#undef local_free
#undef mi_xused_used_count
COLD_BEGIN
#include "remap.c"
COLD_END
/* Of the pages looked at for a free block, one that has some goes before one that would first have
 * to touch more memory: 1.08 times the peak with eight threads otherwise, at the same speed. */
#define mi_page_used(page) \
	(mi_page_used(page) + (mi_page_immediate_available(page) ? UINT16_MAX : 0))
#define mi_page_is_mostly_used(page) \
	(mi_page_is_mostly_used(page) && !mi_page_immediate_available(page))
#define _mi_page_free_collect(page, force) page_collect(page, force)
#define _mi_malloc_generic                 upstream_malloc_generic
#include "alloc/alloc-generic.c"
#undef _mi_malloc_generic
#undef _mi_page_free_collect
#undef mi_page_used
#undef mi_page_is_mostly_used
#include "alloc/alloc-aligned.c"
#include "alloc/alloc-posix.c"
#include "page_extend.h"
/* Read once, where EXTEND, the number of blocks to link into the free list, is known. */
#define mi_page_slice_committed(page) \
	(extend = page_extend(page, extend), (mi_page_slice_committed)(page))
/* Where upstream puts what other threads have freed before what this one has: the last of those
 * must be the first of neither list. */
#define mi_block_set_next(page, block, next)                                    \
	SET_NEXT_UNLESS(__builtin_strcmp(#next, "page->local_free") == 0 &&     \
	                        ((block) == (next) || (block) == (page)->free), \
	                page, block, next)
#define _mi_page_retire upstream_page_retire
#include "alloc/page.c"
#undef mi_block_set_next
#undef mi_page_slice_committed
#undef _mi_page_retire
#include "page.c"
#include "trim.c"
#include "alloc/page-queue.c"

COLD_BEGIN
#include "page_map.c"
#include "heap/heap.c"
#ifndef PROFILE_FULL /* MIMALLOC_RESERVE_HUGE_OS_PAGES: pages of 1 GiB that the system was started \
                        with */
#define mi_reserve_huge_os_pages_at(pages, node, timeout)          ((void)(pages))
#define mi_reserve_huge_os_pages_interleave(pages, nodes, timeout) ((void)(pages))
#endif
/* Its answer is asked for by another compiler only, and the instruction that gives it takes 4 to 6
 * us in a virtual machine. */
#define _mi_detect_cpu_features() ((void)0)
/* They come from the kernel at once (prim.c) or not at all. */
#define _mi_random_reinit_if_weak(random) ((void)(random))
#define _mi_theap_collect_abandon(theap)  (pages_leave(theap), (_mi_theap_collect_abandon)(theap))
#include "heap/init.c"
#undef _mi_theap_collect_abandon
#include "heap/subproc.c"
/* A heap's random numbers are set up when the first is asked for, not from another heap's as soon
 * as there are two: only secure builds ever ask, and it is a fifth of the instructions of a start.
 */
#define _mi_random_split(from, to) ((void)(from))
/* mi_collect, and what is done before there is no memory. */
#define _mi_arenas_collect(force, all, tld)                                       \
	((force) ? empty_pages_free(), theap_trim(_mi_theap_default()) : (void)0, \
	 (_mi_arenas_collect)(force, all, tld))
#define _mi_theap_guarded_init(theap) ((void)0)
#include "heap/theap.c"
#undef _mi_theap_guarded_init
#undef _mi_arenas_collect

#include "profile/sample-guarded.c"
#include "profile/sample-profile.c"
#include "profile/pprof.c"

#include "thread.c"
#include "fork.c"
#include "prim.c"
COLD_END

#ifdef KEPT_NAMES /* -fwhole-program, and what it is not the whole of */
#define KEPT(name) extern __typeof__(name) name __attribute__((__externally_visible__));
KEPT_NAMES
#endif
