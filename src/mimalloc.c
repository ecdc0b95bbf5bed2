/* SPDX-License-Identifier: MIT
 *
 * All of mimalloc as one translation unit: the list of upstream's src/static.c, with our OS layer
 * (prim.c) in place of upstream's src/prim/prim.c. Relies on config.h; the build then makes every
 * name local that is not API.
 */
#include "config.h"

/* The API is what other objects may see; upstream marks it so only in its shared library. */
#pragma GCC visibility push(default)
#include "mimalloc.h"
#include "mimalloc-stats.h"
#include "mimalloc-profile.h"
#pragma GCC visibility pop

#include "prim/os.c"
#include "prim/prim-tls.c"

#include "util/libc.c"
#include "util/options.c"
#include "util/random.c"
#include "util/stats.c"
#include "util/threadlocal.c"

#include "arena/arena.c"
#include "arena/arena-alloc.c"
#include "arena/arena-page.c"
#include "arena/bitmap-chunk.c"
#include "arena/bitmap.c"

#include "alloc/alloc.c"
#include "alloc/alloc-generic.c"
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
