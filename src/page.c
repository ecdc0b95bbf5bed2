/* SPDX-License-Identifier: MIT
 *
 * Which mimalloc pages a thread takes and keeps. Included by mimalloc.c behind upstream's functions
 * of these names, which are called upstream_... there.
 */

/* --- Taking --- */

/* Blocks of more than 10 KiB come in pages of 512 KiB or 4 MiB, of which a thread that blocks keeps
 * one of each size class, whoever frees the blocks: 100 MiB in eight threads. So a thread starts
 * with pages of one block, and the next is larger: the last is small beside all that it has had. */
static __thread uint8_t pages_taken[32];

/* Pages until there is one with a block more. */
#define PAGES_OF_A_SIZE 4

mi_page_t *_mi_arenas_page_alloc(mi_theap_t *theap, size_t block_size, size_t block_alignment)
{
	if (block_alignment > MI_PAGE_MAX_OVERALLOC_ALIGN || block_size <= MI_SMALL_MAX_OBJ_SIZE ||
	    block_size > MI_LARGE_MAX_OBJ_SIZE)
		return upstream_arenas_page_alloc(theap, block_size, block_alignment);

	const size_t before = mi_page_info_size() + MI_PAGE_CACHE_OFFSET_MAX;
	const size_t most =
		mi_block_size_is_medium(block_size) ? MI_MEDIUM_PAGE_SIZE : MI_LARGE_PAGE_SIZE;
	/* These are fewer than 32 size classes, and musl has little room for thread-local variables
	 * before it must ask the system for more, in every program. */
	uint8_t *const taken = &pages_taken[_mi_bin(block_size) % 32];
	size_t blocks = 1 + *taken / PAGES_OF_A_SIZE;
	mi_page_t *page;

	if (*taken < UINT8_MAX)
		++*taken;
	/* Where there is no room for a large page any more, there may be for a smaller one. */
	do
		page = mi_arenas_page_regular_alloc(
			theap, _mi_slice_count_of_size(mi_min(before + blocks * block_size, most)),
			block_size);
	while (!page && (blocks /= 2));
	return page;
}

/* --- Keeping --- */

/* Empty pages of which little has been touched: one block that comes and goes must not cost a page
 * each time. Upstream keeps one to three of each size class whatever is in them: 100 MiB in eight
 * threads that block after a peak of blocks of 60 KiB and more. A page that is not kept remains an
 * arena's for a while (purge.c). */
#define RETIRE_SMALL_TOUCHED (32 * MI_KiB)
#define RETIRE_OTHER_TOUCHED (64 * MI_KiB)

void _mi_page_retire(mi_page_t *page)
{
	const size_t block_size = mi_page_block_size(page);
	const size_t touched = page->capacity * block_size;

	if (touched <=
	    (block_size <= MI_SMALL_MAX_OBJ_SIZE ? RETIRE_SMALL_TOUCHED : RETIRE_OTHER_TOUCHED))
		upstream_page_retire(page);
	else
		_mi_page_free(page, mi_page_queue_of(page));
}
