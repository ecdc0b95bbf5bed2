/* SPDX-License-Identifier: MIT
 *
 * Which mimalloc pages a thread takes, keeps and leaves. Included by mimalloc.c behind upstream's
 * functions of these names, which are called upstream_... there.
 */

COLD_BEGIN

/* --- Leaving --- */

/* Empty pages of small blocks that a thread leaves when it ends, by size class: the next thread
 * with such blocks touches the same memory. As free slices they would be of another class each
 * time, and what stays is what the class touched that touches most: four times as much, with 300
 * threads at a time. They count as unused (purge.c). */
static _Atomic(mi_page_t *) pages_left[MI_ARENA_BIN_COUNT];
static mi_lock_t pages_left_lock = MI_LOCK_INITIALIZER;

static void page_leave(mi_page_queue_t *queue, mi_page_t *page, size_t bin)
{
	mi_page_queue_remove(queue, page);
	mi_page_set_has_interior_pointers(page, false);
	mi_page_set_theap(page, NULL);
	page->retire_expire = 0;
	kept_subtract(&kept.used, MI_SMALL_PAGE_SIZE);
	mi_lock(&pages_left_lock)
	{
		page->next = mi_atomic_load_relaxed(&pages_left[bin]);
		mi_atomic_store_relaxed(&pages_left[bin], page);
	}
	/* A thread that gives back looks here before it takes everything as given back. */
	mi_atomic_add_acq_rel(&kept.unused, MI_SMALL_PAGE_SIZE);
}

/* Called with theaps_lock of its heap held, as upstream's walks of a heap do. */
static void pages_leave(mi_theap_t *theap)
{
	mi_page_queue_t *queue = theap->pages;

	/* MIMALLOC_PURGE_DELAY=0: nothing shall stay. */
	if (!mi_is_process_heap_main(mi_theap_heap(theap)) || mi_arena_purge_delay() == 0)
		return;
	for (size_t bin = 0; queue->block_size <= MI_SMALL_MAX_OBJ_SIZE; bin++, queue++) {
		for (mi_page_t *page = queue->first, *next; page; page = next) {
			next = page->next;
			_mi_page_free_collect(page, true);
			if (mi_page_all_free(page) && page->memid.memkind == MI_MEM_ARENA &&
			    !page->memid.is_pinned && !page_parked_size(page))
				page_leave(queue, page, bin);
		}
	}
	kept_give_back(_mi_subproc_main());
}

/* One, or all of them, linked. */
static mi_page_t *pages_take_left(size_t bin, bool all)
{
	mi_page_t *page = NULL;

	mi_lock(&pages_left_lock)
	{
		page = mi_atomic_load_relaxed(&pages_left[bin]);
		if (page)
			mi_atomic_store_relaxed(&pages_left[bin], all ? NULL : page->next);
	}
	return page;
}

/* For whoever needs slices, or gives them back to the system. */
static void left_pages_free(void)
{
	for (size_t bin = 0; bin < MI_ARENA_BIN_COUNT; bin++) {
		for (mi_page_t *page = pages_take_left(bin, true), *next; page; page = next) {
			next = page->next;
			page->next = NULL;
			kept_use(MI_SMALL_PAGE_SIZE);
			_mi_arenas_page_free(page, NULL);
		}
	}
}

/* For blocks of this size, or NULL. Abandoned pages come first: what the thread frees of their
 * blocks is its own then. */
static mi_page_t *left_page_take(mi_theap_t *theap, size_t block_size)
{
	const size_t bin = _mi_bin(block_size);
	mi_page_t *page;

	if (!mi_atomic_load_relaxed(&pages_left[bin]) ||
	    !mi_is_process_heap_main(mi_theap_heap(theap)))
		return NULL;
	page = mi_arenas_page_try_find_abandoned(theap, 1, block_size);
	if (page)
		return page;
	page = pages_take_left(bin, false);
	if (page) {
		page->next = NULL;
		mi_page_set_theap(page, theap);
		kept_use(MI_SMALL_PAGE_SIZE);
	}
	return page;
}

/* --- Taking --- */

/* Blocks of more than 10 KiB come in pages of 512 KiB or 4 MiB, where one block that stays keeps
 * all the others' memory, and of which a thread that blocks keeps one of each size class, whoever
 * frees the blocks: 100 MiB in eight threads. So a thread starts with pages of one block, the next
 * are larger, and none has more blocks than it takes to leave no more than this part of it over:
 * two to thirteen. */
#define PAGE_REST 12

/* Pages until there is one with a block more. */
#define PAGES_OF_A_SIZE 4

static __thread uint8_t pages_taken[32];

static size_t page_size(size_t blocks, size_t block_size)
{
	return _mi_size_of_slices(_mi_slice_count_of_size(
		mi_page_info_size() + MI_PAGE_CACHE_OFFSET_MAX + blocks * block_size));
}

static size_t page_blocks(size_t block_size)
{
	/* These are fewer than 32 size classes, and musl has little room for thread-local variables
	 * before it must ask the system for more, in every program. */
	uint8_t *const taken = &pages_taken[_mi_bin(block_size) % 32];
	const size_t most = 1 + *taken / PAGES_OF_A_SIZE;
	size_t blocks = 1;

	if (*taken < UINT8_MAX)
		++*taken;
	while (blocks < most && page_size(blocks, block_size) - blocks * block_size >
	                                page_size(blocks, block_size) / PAGE_REST)
		blocks++;
	return blocks;
}

mi_page_t *_mi_arenas_page_alloc(mi_theap_t *theap, size_t block_size, size_t block_alignment)
{
	size_t blocks;
	mi_page_t *page;

	page_comes_or_goes();
	if (block_alignment > MI_PAGE_MAX_OVERALLOC_ALIGN || block_size > MI_LARGE_MAX_OBJ_SIZE)
		return upstream_arenas_page_alloc(theap, block_size, block_alignment);
	if (block_size <= MI_SMALL_MAX_OBJ_SIZE) {
		page = left_page_take(theap, block_size);
		return page ? page : upstream_arenas_page_alloc(theap, block_size, block_alignment);
	}
	blocks = page_blocks(block_size);
	/* Where there is no room for that any more, there may be for a smaller one. */
	do
		page = mi_arenas_page_regular_alloc(
			theap, page_size(blocks, block_size) / MI_ARENA_SLICE_SIZE, block_size);
	while (!page && --blocks);
	return page;
}

COLD_END

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
	page_comes_or_goes();
}
