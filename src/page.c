/* SPDX-License-Identifier: MIT
 *
 * Which mimalloc pages a thread takes, keeps and leaves. Included by mimalloc.c behind upstream's
 * functions of these names, which are called upstream_... there.
 */

COLD_BEGIN

/* --- Sizes --- */

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

/* These are fewer than 32 size classes, and musl has little room for thread-local variables before
 * it must ask the system for more, in every program. */
static uint8_t *class_pages_taken(size_t block_size)
{
	return &pages_taken[_mi_bin(block_size) % 32];
}

/* Of the next page, which is taken now. */
static size_t page_blocks(size_t block_size)
{
	uint8_t *const taken = class_pages_taken(block_size);
	const size_t most = 1 + *taken / PAGES_OF_A_SIZE;
	size_t blocks = 1;

	if (*taken < UINT8_MAX)
		++*taken;
	while (blocks < most && page_size(blocks, block_size) - blocks * block_size >
	                                page_size(blocks, block_size) / PAGE_REST)
		blocks++;
	return blocks;
}

/* --- Empty pages --- */

/* One for each few threads. */
#define EMPTIED_LISTS 16

/* Pages that are no thread's, and not free slices yet. They count as unused (purge.c). */
static struct page_list {
	_Atomic(size_t) size; /* bytes */
	mi_page_t *first;
} page_lists[EMPTIED_LISTS + MI_ARENA_BIN_COUNT];

/* So few, since fork takes all of them. */
#define PAGE_LIST_LOCKS (EMPTIED ? 32 : 1)
static mi_lock_t page_list_locks[PAGE_LIST_LOCKS];

/* Pages of small blocks, by size class, that threads had which have ended: the next thread with
 * such blocks touches the same memory. As free slices they would be of another class each time, and
 * what stays is what the class touched that touches most: four times as much, with 300 threads at a
 * time. */
static size_t left_list(size_t block_size)
{
	return EMPTIED_LISTS + _mi_bin(block_size);
}

/* Pages that have become empty since a thread last took slices, a list for each few threads. What a
 * program frees that it has just asked for it often asks for again, and a page that becomes slices
 * and a page again takes 4,000 instructions. As soon as slices are taken these are slices too, so
 * that nothing is put elsewhere because of them. */
#define EMPTIED_MOST (2 * MI_MiB)

static size_t emptied_list(void)
{
	return _mi_theap_default()->tld->thread_seq % EMPTIED_LISTS;
}

static size_t page_slices_size(const mi_page_t *page)
{
	return _mi_size_of_slices(page->memid.mem.arena.slice_count);
}

/* With MIMALLOC_PURGE_DELAY=0 nothing shall stay. */
static bool page_may_be_listed(const mi_page_t *page)
{
	return page->memid.memkind == MI_MEM_ARENA && !page->memid.is_pinned &&
	       !page_parked_size(page) && mi_is_process_heap_main(mi_page_heap(page)) &&
	       mi_arena_purge_delay() != 0;
}

/* The page is in no queue, and no thread's. */
static bool page_put(size_t number, mi_page_t *page, size_t most)
{
	const size_t size = page_slices_size(page);
	struct page_list *const list = &page_lists[number];
	mi_lock_t *const lock = &page_list_locks[number % PAGE_LIST_LOCKS];
	bool put = false;

	mi_lock(lock)
	{
		put = list->size + size <= most;
		if (put) {
			kept_subtract(&kept.used, size);
			page->retire_expire = 0;
			page->next = list->first;
			list->first = page;
			list->size += size;
		}
	}
	/* A thread that gives back looks here before it takes everything as given back. */
	if (put)
		mi_atomic_add_acq_rel(&kept.unused, size);
	return put;
}

static bool list_is_empty(size_t number)
{
	return !mi_atomic_load_relaxed(&page_lists[number].size);
}

/* The page is in no list any more. */
static void page_listed_no_more(mi_page_t *page)
{
	/* No block of it was in use. */
	if (mi_tf_block(mi_atomic_load_relaxed(&page->xthread_free)))
		__builtin_trap(); /* freed twice */
	page->next = NULL;
	kept_use(page_slices_size(page));
}

/* One for blocks of this size, or NULL. */
static mi_page_t *page_take(size_t number, mi_theap_t *theap, size_t block_size)
{
	struct page_list *const list = &page_lists[number];
	mi_lock_t *const lock = &page_list_locks[number % PAGE_LIST_LOCKS];
	mi_page_t **link = &list->first, *page;

	if (list_is_empty(number))
		return NULL;
	mi_lock(lock)
	{
		while ((page = *link) && mi_page_block_size(page) != block_size)
			link = &page->next;
		if (page) {
			*link = page->next;
			list->size -= page_slices_size(page);
		}
	}
	if (page) {
		page_listed_no_more(page);
		mi_page_set_theap(page, theap);
	}
	return page;
}

static void pages_free(size_t number)
{
	struct page_list *const list = &page_lists[number];
	mi_lock_t *const lock = &page_list_locks[number % PAGE_LIST_LOCKS];
	mi_page_t *page = NULL;

	if (list_is_empty(number))
		return;
	mi_lock(lock)
	{
		page = list->first;
		list->first = NULL;
		list->size = 0;
	}
	for (mi_page_t *next; page; page = next) {
		next = page->next;
		page_listed_no_more(page);
		upstream_arenas_page_free(page, NULL);
	}
}

/* For a thread that takes slices. */
static void emptied_pages_free(void)
{
	if (EMPTIED)
		pages_free(emptied_list());
}

/* For whoever finds none, or gives them back to the system. */
static void empty_pages_free(void)
{
	for (size_t i = 0; i < EMPTIED_LISTS + MI_ARENA_BIN_COUNT; i++)
		pages_free(i);
}

/* Called with theaps_lock of its heap held, as upstream's walks of a heap do. */
static void pages_leave(mi_theap_t *theap)
{
	mi_page_queue_t *queue = theap->pages;

	emptied_pages_free();
	for (; queue->block_size <= MI_SMALL_MAX_OBJ_SIZE; queue++) {
		for (mi_page_t *page = queue->first, *next; page; page = next) {
			next = page->next;
			_mi_page_free_collect(page, true);
			if (!mi_page_all_free(page) || !page_may_be_listed(page))
				continue;
			mi_page_queue_remove(queue, page);
			mi_page_set_has_interior_pointers(page, false);
			mi_page_set_theap(page, NULL);
			page_put(left_list(queue->block_size), page, SIZE_MAX);
		}
	}
	kept_give_back(_mi_subproc_main());
}

/* The page is in no queue. One that was another thread's is of no use to this one, which may be a
 * consumer that takes none; nor is one of larger blocks before the thread's are as large as they
 * get, since then it would take the small one again and again. */
void _mi_arenas_page_free(mi_page_t *page, mi_theap_t *theap)
{
	const size_t block_size = mi_page_block_size(page);

	if (EMPTIED && block_size <= MI_LARGE_MAX_OBJ_SIZE && page_may_be_listed(page) &&
	    (!page->theap || page->theap == _mi_theap_default()) &&
	    (block_size <= MI_SMALL_MAX_OBJ_SIZE ||
	     *class_pages_taken(block_size) >= PAGES_OF_A_SIZE * PAGE_REST)) {
		_mi_page_free_collect(page, true);
		if (page_put(emptied_list(), page, EMPTIED_MOST)) {
			kept_give_back(_mi_subproc_main());
			return;
		}
	}
	upstream_arenas_page_free(page, theap);
}

/* For blocks of this size, or NULL. Abandoned pages come first: what the thread frees of their
 * blocks is its own then. */
static mi_page_t *empty_page_take(mi_theap_t *theap, size_t block_size)
{
	const size_t emptied = emptied_list(), left = left_list(block_size);
	mi_page_t *page;

	/* Upstream looks for abandoned ones itself. */
	if (!mi_is_process_heap_main(mi_theap_heap(theap)) ||
	    (list_is_empty(emptied) && list_is_empty(left)))
		return NULL;
	page = mi_arenas_page_try_find_abandoned(theap, 1, block_size);
	if (EMPTIED && !page)
		page = page_take(emptied, theap, block_size);
	if (!page)
		page = page_take(left, theap, block_size);
	return page;
}

/* --- Taking --- */

mi_page_t *_mi_arenas_page_alloc(mi_theap_t *theap, size_t block_size, size_t block_alignment)
{
	size_t blocks;
	mi_page_t *page;

	page_comes_or_goes();
	if (block_alignment > MI_PAGE_MAX_OVERALLOC_ALIGN || block_size > MI_LARGE_MAX_OBJ_SIZE)
		return upstream_arenas_page_alloc(theap, block_size, block_alignment);
	page = empty_page_take(theap, block_size);
	if (block_size <= MI_SMALL_MAX_OBJ_SIZE)
		return page ? page : upstream_arenas_page_alloc(theap, block_size, block_alignment);

	blocks = page_blocks(block_size);
	if (page)
		return page;
	/* Where there is no room for that any more, there may be for a smaller one. */
	do
		page = mi_arenas_page_regular_alloc(
			theap, page_size(blocks, block_size) / MI_ARENA_SLICE_SIZE, block_size);
	while (!page && --blocks);
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
	page_comes_or_goes();
}

COLD_END
