/* SPDX-License-Identifier: MIT
 *
 * What is free inside of pages that are in use goes back to the system too. Included by mimalloc.c.
 *
 * To upstream a page is one piece: a block that stays keeps 64 KiB and more. Here each thread looks
 * through its own pages now and then, and if much of what they have is free, the memory pages go
 * back in which there are free blocks only. A free block's link to the next is in the block, so
 * such blocks are parked: in no list, but a bit in the page's record, until the page has no other
 * free block.
 */

#define PARKED_MOST 64 /* the bits of mi_memid_t's `parked` */

/* Fewer bytes in a row are not worth a system call. */
#define TRIM_LEAST (8 * MI_KiB)

/* For the calls it owes as much as if so many times the memory were taken again (purge.c). */
#define TRIM_PRICE 3

static __thread struct {
	uint32_t events;     /* pages that came or went since they were looked through */
	_Atomic(size_t) bar; /* bytes in use when they were last trimmed (purge.c) */
} trim;

/* --- A page --- */

static mi_block_t *page_block(const mi_page_t *page, size_t index)
{
	return (mi_block_t *)(mi_page_start(page) + index * page->block_size);
}

/* Where a page is searched for a free block. The first of those parked is taken back: that touches
 * the memory which it begins in. */
static bool page_collect(mi_page_t *page, bool force)
{
	const bool collected = _mi_page_free_collect(page, force);

	if (TRIM && !page->free && page->memid.parked) {
		mi_block_t *const block = page_block(page, mi_ctz(page->memid.parked));

		page->memid.parked &= page->memid.parked - 1;
		kept_take(page->block_size);
		mi_block_set_next(page, block, NULL);
		page->free = block;
	}
	return collected;
}

COLD_BEGIN

/* Gives back the memory pages within the blocks from FIRST up to END, which are all free. */
static bool blocks_give_back(const mi_page_t *page, size_t first, size_t end)
{
	uint8_t *const from = mi_align_up_ptr(page_block(page, first), _mi_os_page_size());
	uint8_t *const to = mi_align_down_ptr(page_block(page, end), _mi_os_page_size());

	if (to < from + TRIM_LEAST)
		return false;
	_mi_prim_reset(from, (size_t)(to - from));
	return true;
}

/* Returns the bytes of the blocks that are parked now and were not before. */
static size_t page_trim(mi_page_t *page)
{
	uint64_t linked = 0, parked = 0;

	_mi_page_free_collect(page, true);
	if (mi_page_all_free(page)) /* upstream will find it */
		return 0;
	for (mi_block_t *block = page->free; block; block = mi_block_next(page, block)) {
		const size_t i =
			(size_t)((uint8_t *)block - mi_page_start(page)) / page->block_size;
		if (i >= page->capacity || ((linked | page->memid.parked) >> i & 1))
			__builtin_trap(); /* freed twice, or written to after that */
		linked |= (uint64_t)1 << i;
	}

	const uint64_t unused = linked | page->memid.parked;
	for (size_t first = 0, end; first < page->capacity; first = end + 1) {
		for (end = first; end < page->capacity && (unused >> end & 1); end++)
			;
		if (end == first)
			continue;
		/* Those of them that are not parked yet. */
		const uint64_t rest = linked & UINT64_MAX >> (PARKED_MOST - (end - first)) << first;
		if (rest && blocks_give_back(page, first, end))
			parked |= rest;
	}
	if (!parked)
		return 0;

	page->free = NULL;
	for (size_t i = page->capacity; i-- > 0;) {
		if ((linked & ~parked) >> i & 1) {
			mi_block_set_next(page, page_block(page, i), page->free);
			page->free = page_block(page, i);
		}
	}
	page->memid.parked |= parked;
	return mi_popcount(parked) * page->block_size;
}

/* --- A thread's pages --- */

/* Bytes that may be free in sparse ones, beside a part of what they have else (purge.c). */
#define TRIM_KEPT (256 * MI_KiB)

/* They are looked through each time that as many of them have come or gone: that least, and this
 * part of them. */
#define TRIM_EVENTS_LEAST 16
#define TRIM_EVENTS_PART  16

/* In smaller blocks' pages there is a block in use in most memory pages. */
static bool page_may_be_trimmed(const mi_page_t *page)
{
	return page->block_size > MI_SMALL_SIZE_MAX && page->reserved > 1 &&
	       page->reserved <= PARKED_MOST && page->memid.memkind == MI_MEM_ARENA &&
	       !page->memid.is_pinned;
}

static bool page_is_sparse(const mi_page_t *page)
{
	return page_may_be_trimmed(page) && mi_page_used(page) * 2 <= page->capacity;
}

/* Whether what is free in sparse pages is enough, and may go back. */
static bool theap_shall_be_trimmed(const mi_theap_t *theap)
{
	size_t size = 0, used = 0, loose = 0;

	for (size_t bin = 0; bin < MI_BIN_HUGE; bin++) {
		for (const mi_page_t *page = theap->pages[bin].first; page; page = page->next) {
			if (!page_may_be_trimmed(page))
				continue;
			const size_t there =
				page->capacity * page->block_size - page_parked_size(page);
			const size_t in_use = mi_page_used(page) * page->block_size;

			size += there;
			used += in_use;
			if (page_is_sparse(page))
				loose += there - in_use;
		}
	}
	size -= loose;
	return loose > TRIM_KEPT + size / KEPT_PART && kept_may_go(&trim.bar, used);
}

static void theap_trim(mi_theap_t *theap)
{
	size_t trimmed = 0;

	if (!TRIM || mi_arena_purge_delay() < 0)
		return;
	for (size_t bin = 0; bin < MI_BIN_HUGE; bin++) {
		for (mi_page_t *page = theap->pages[bin].first; page; page = page->next) {
			if (page_is_sparse(page))
				trimmed += page_trim(page);
		}
	}
	kept_subtract(&kept.used, trimmed);
	kept_owe(TRIM_PRICE * trimmed);
}

/* One of the calling thread's pages comes or goes. Nothing of upstream's may be about to use a free
 * block that it has found. */
static void page_comes_or_goes(void)
{
	mi_theap_t *const theap = _mi_theap_default();

	if (!TRIM || ++trim.events < TRIM_EVENTS_LEAST + theap->page_count / TRIM_EVENTS_PART)
		return;
	trim.events = 0;
	if (theap_shall_be_trimmed(theap))
		theap_trim(theap);
}

COLD_END
