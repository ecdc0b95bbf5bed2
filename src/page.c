/* SPDX-License-Identifier: MIT
 *
 * Which mimalloc pages a thread takes and keeps. Included by mimalloc.c behind upstream's functions
 * of these names, which are called upstream_... there.
 */

/* --- Taking --- */

/* Blocks of 84 to 512 KiB come by the dozen, in pages of 4 MiB. Where there is no room for such a
 * page any more, there may be for the one block. */
mi_page_t *_mi_arenas_page_alloc(mi_theap_t *theap, size_t block_size, size_t block_alignment)
{
	mi_page_t *page = upstream_arenas_page_alloc(theap, block_size, block_alignment);

	if (!page && block_alignment <= MI_PAGE_MAX_OVERALLOC_ALIGN &&
	    block_size > MI_SMALL_MAX_OBJ_SIZE && block_size <= MI_LARGE_MAX_OBJ_SIZE)
		page = mi_arenas_page_singleton_alloc(theap, block_size, block_alignment);
	return page;
}

/* --- Keeping --- */

/* Empty pages of which little has been touched: one block that comes and goes must not cost a page
 * each time. Upstream keeps one to three of each size class whatever is in them: 100 MiB in eight
 * threads that block after a peak of blocks of 60 KiB and more. A page that is not kept remains an
 * arena's for a while (purge.c). */
#define RETIRE_SMALL_TOUCHED (32 * MI_KiB)
#define RETIRE_OTHER_TOUCHED (128 * MI_KiB)

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
