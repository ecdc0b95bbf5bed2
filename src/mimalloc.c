/* SPDX-License-Identifier: MIT
 *
 * All of mimalloc as one translation unit: the list of upstream's src/static.c, with our OS layer
 * (prim.c) in place of upstream's src/prim/prim.c. Relies on config.h; the build then makes every
 * name local that is not API.
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
#include "mimalloc-stats.h"
#include "mimalloc-profile.h"
#pragma GCC visibility pop

#include "page_map.h"
#include "size.h"
#define mi_wsize_from_size block_words
#include "mimalloc/heap/theap.h"
#undef mi_wsize_from_size
#define mi_wsize_from_size block_words_at_least_one

#include "prim.h"
#include "mimalloc/prim/os.h"
#include "upstream.h"
#define _mi_os_good_alloc_size upstream_os_good_alloc_size
#include "prim/os.c"
#undef _mi_os_good_alloc_size
#include "prim/prim-tls.c"

#include "util/libc.c"
#include "util/options.c"
#include "errors.h"
#include "util/random.c"
#include "util/stats.c"
#include "util/threadlocal.c"

#include "mimalloc/alloc/page.h"
#include "mimalloc/arena/arena-alloc.h"
#include "mimalloc/arena/arena-page.h"
#include "arena/arena.h"
#define _mi_arena_reserve upstream_arena_reserve
#include "arena/arena.c"
#undef _mi_arena_reserve
#include "arena.c"
#define _mi_arenas_free      upstream_arenas_free
#define _mi_arenas_try_alloc upstream_arenas_try_alloc
#undef mi_atomic_guard
#define mi_atomic_guard(guard) PURGE_GUARD(guard)
#include "arena/arena-alloc.c"
#undef _mi_arenas_free
#undef _mi_arenas_try_alloc
#include "purge.c"
#define _mi_arenas_page_alloc upstream_arenas_page_alloc
#include "arena/arena-page.c"
#undef _mi_arenas_page_alloc
#include "arena/bitmap-chunk.c"
#include "arena/bitmap.c"

#define mi_realloc upstream_realloc
#include "alloc/alloc.c"
#undef mi_realloc
#include "remap.c"
/* Of the pages looked at for a free block, one that has some goes before one that would first have
 * to touch more memory: 1.08 times the peak with eight threads otherwise, at the same speed. */
#define mi_page_used(page) \
	(mi_page_used(page) + (mi_page_immediate_available(page) ? UINT16_MAX : 0))
#define mi_page_is_mostly_used(page) \
	(mi_page_is_mostly_used(page) && !mi_page_immediate_available(page))
#define _mi_malloc_generic upstream_malloc_generic
#include "alloc/alloc-generic.c"
#undef _mi_malloc_generic
#undef mi_page_used
#undef mi_page_is_mostly_used
#include "alloc/alloc-aligned.c"
#include "alloc/alloc-posix.c"
#include "page_extend.h"
/* Read once, where EXTEND, the number of blocks to link into the free list, is known. */
#define mi_page_slice_committed(page) \
	(extend = page_extend(page, extend), (mi_page_slice_committed)(page))
#define _mi_page_retire upstream_page_retire
#include "alloc/page.c"
#undef mi_page_slice_committed
#undef _mi_page_retire
#include "page.c"
#include "alloc/page-queue.c"

#include "heap/heap.c"
#include "heap/init.c"
#include "page_map.c"
#include "heap/subproc.c"
#include "heap/theap.c"

#include "profile/sample-guarded.c"
#include "profile/sample-profile.c"
#include "profile/pprof.c"

#include "thread.c"
#include "fork.c"
#include "prim.c"
