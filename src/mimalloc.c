/* SPDX-License-Identifier: MIT
 *
 * All of mimalloc as one translation unit: the list of upstream's src/static.c, with our OS layer
 * (prim.c) in place of upstream's src/prim/prim.c. Relies on config.h; the build then makes every
 * name local that is not API.
 *
 * Upstream's files are unchanged. Where one function of theirs does not keep a promise of libc's
 * malloc, it gets another name while its file is included, and a file of ours defines the name.
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

#include "size.h"
#define mi_wsize_from_size block_words
#include "mimalloc/heap/theap.h"
#undef mi_wsize_from_size
#define mi_wsize_from_size block_words_at_least_one

#include "prim/os.c"
#include "prim/prim-tls.c"

#include "util/libc.c"
#include "util/options.c"
#include "util/random.c"
#include "util/stats.c"
#include "util/threadlocal.c"

#include "arena/arena.h"
#define _mi_arena_reserve upstream_arena_reserve
bool upstream_arena_reserve(mi_subproc_t *, size_t, bool, mi_arena_id_t *);
#include "arena/arena.c"
#undef _mi_arena_reserve
#include "arena.c"
#include "arena/arena-alloc.c"
#include "arena/arena-page.c"
#include "arena/bitmap-chunk.c"
#include "arena/bitmap.c"

#include "alloc/alloc.c"
#define _mi_malloc_generic upstream_malloc_generic
void *upstream_malloc_generic(mi_theap_t *, size_t, size_t, mi_page_t **);
#include "alloc/alloc-generic.c"
#undef _mi_malloc_generic
#include "generic.c"
#include "alloc/alloc-aligned.c"
#include "alloc/alloc-posix.c"
#include "alloc/page.c"
#include "alloc/page-queue.c"

#include "heap/heap.c"
#include "heap/init.c"
#include "heap/page-map.c"
#include "heap/subproc.c"
#include "heap/theap.c"

#include "profile/sample-guarded.c"
#include "profile/sample-profile.c"
#include "profile/pprof.c"

#include "prim.c"
#include "fork.c"
