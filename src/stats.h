/* SPDX-License-Identifier: MIT
 *
 * Statistics that are not kept: they take 4.4 KiB of each thread's heap and 3 to 10 % of the
 * time, and the code that prints them a tenth of the library. Takes the place of upstream's
 * mimalloc/util/stats.h in all profiles but `full`.
 */
#ifndef MIMALLOC_MUSL_STATS_H
#define MIMALLOC_MUSL_STATS_H

/* Upstream's counters, of a byte each. */
#include <stdint.h>
#include <string.h>
#define int64_t char
#include "mimalloc-stats.h"
#undef int64_t

#include "mimalloc/types.h"

/* The guard of the header that this one replaces. */
#define MI_INTERNAL_STATS_H

#define mi_heap_stat_increase(heap, stat, amount)                  ((void)0)
#define mi_heap_stat_decrease(heap, stat, amount)                  ((void)0)
#define mi_subproc_stat_counter_increase(subproc, stat, amount)    ((void)0)
#define mi_subproc_stat_increase(subproc, stat, amount)            ((void)0)
#define mi_subproc_stat_decrease(subproc, stat, amount)            ((void)0)
#define mi_subproc_stat_adjust_increase(subproc, stat, amount)     ((void)0)
#define mi_subproc_stat_adjust_decrease(subproc, stat, amount)     ((void)0)
#define mi_theap_stat_counter_increase(theap, stat, amount)        ((void)0)
#define mi_theap_stat_counter_decrease(theap, stat, amount)        ((void)0)
#define mi_theap_stat_increase(theap, stat, amount)                ((void)0)
#define mi_theap_stat_decrease(theap, stat, amount)                ((void)0)
#define mi_theapx_stat_counter_increase(heap, theap, stat, amount) ((void)0)
#define mi_theapx_stat_adjust_decrease(heap, theap, stat, amount)  ((void)0)
#define mi_theapx_stat_increase(heap, theap, stat, amount)         ((void)0)
#define mi_theapx_stat_decrease(heap, theap, stat, amount)         ((void)0)

static inline void _mi_stats_init(void)
{
}

static inline void _mi_stats_merge_into(mi_stats_t *to, mi_stats_t *from)
{
	(void)to;
	(void)from;
}

#define mi_subproc_stats_print_out(subproc, out, arg) ((void)0)

mi_msecs_t _mi_prim_clock_now(void);

static inline mi_msecs_t _mi_clock_now(void)
{
	return _mi_prim_clock_now();
}

static inline mi_msecs_t _mi_clock_start(void)
{
	return _mi_prim_clock_now();
}

static inline mi_msecs_t _mi_clock_end(mi_msecs_t start)
{
	return _mi_prim_clock_now() - start;
}

#endif
