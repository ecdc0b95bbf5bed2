/* SPDX-License-Identifier: MIT
 *
 * Which empty mimalloc pages a thread keeps for its next block of the size: those of which little
 * has been touched. Included by mimalloc.c behind upstream's function of this name, which keeps one
 * to three of each size class: 100 MiB in eight threads that block after a peak of blocks of 60 KiB
 * and more. A page that is not kept stays an arena's for a while (arena.c).
 */

/* One block that comes and goes must not cost a page each time. */
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
