/* SPDX-License-Identifier: MIT
 *
 * What others need of trim.c.
 */
#ifndef MIMALLOC_MUSL_TRIM_H
#define MIMALLOC_MUSL_TRIM_H

/* Bytes of the blocks that are parked. */
static inline size_t page_parked_size(const mi_page_t *page)
{
	return !TRIM ? 0 : mi_popcount(page->memid.parked) * page->block_size;
}

static bool page_collect(mi_page_t *page, bool force);
static void page_comes_or_goes(void);
static void theap_trim(mi_theap_t *theap);

#endif
