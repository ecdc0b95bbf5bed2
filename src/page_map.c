/* SPDX-License-Identifier: MIT
 *
 * Included by mimalloc.c in place of upstream's heap/page-map.c; see page_map.h.
 */
bool _mi_page_map_init(void)
{
	return true;
}

void _mi_page_map_unsafe_destroy(void)
{
	/* At the end of the process only. */
}

/* Makes the leaf of an address, if it is in the window and there is none. */
static bool page_map_make_leaf(uintptr_t address)
{
	const size_t size = PAGE_MAP_LEAF_COUNT * sizeof(page_map_entry_t);
	const uintptr_t number = address >> PAGE_MAP_LEAF_SHIFT;
	const uintptr_t first = number - mi_min(number, PAGE_MAP_ROOT_COUNT / 2);
	uintptr_t map = 0, leaf = 0;
	mi_memid_t memid;

	mi_atomic_cas_strong_acq_rel(&page_map, &map,
	                             (uintptr_t)page_map_root - first * sizeof page_map_root[0]);
	page_map_leaf_t *const at = page_map_leaf_or_null(address);
	if (!at)
		return false;
	void *const made = _mi_os_zalloc(_mi_subproc_main(), size, &memid);
	if (!made)
		return false;
	const uintptr_t biased = (uintptr_t)made - number * size;
	/* Another thread may have been faster. */
	if (!mi_atomic_cas_strong_acq_rel(at, &leaf, biased))
		_mi_os_free(_mi_subproc_main(), made, size, memid);
	return true;
}

/* Makes sure that there is an entry for each slice of it. */
static bool page_map_prepare(const void *start, size_t size)
{
	const uintptr_t leaf_size = (uintptr_t)1 << PAGE_MAP_LEAF_SHIFT;
	uintptr_t address = (uintptr_t)start;
	const uintptr_t end = address + size;

	for (; address < end; address = mi_align_down(address, leaf_size) + leaf_size) {
		if (!page_map_find(address) && !page_map_make_leaf(address))
			return false;
	}
	return true;
}

/* Stores VALUE for all slices between START and START + SIZE that have an entry. */
static void page_map_set(const void *start, size_t size, mi_page_t *value)
{
	const uintptr_t end = (uintptr_t)start + size;

	for (uintptr_t address = (uintptr_t)start; address < end;
	     address = mi_align_down(address, MI_ARENA_SLICE_SIZE) + MI_ARENA_SLICE_SIZE) {
		page_map_entry_t *const entry = page_map_find(address);
		if (entry)
			mi_atomic_store_ptr_release(mi_page_t, entry, value);
	}
}

/* Of a single block this much has entries: where a pointer to it may lie, since aligned_alloc moves
 * it by less. */
static size_t page_map_block_size(size_t size)
{
	return mi_min(size, MI_LARGE_PAGE_SIZE);
}

static bool page_map_prepare_block(const void *start, size_t size)
{
	return page_map_prepare(start, page_map_block_size(size));
}

/* Where the page's blocks are, *SIZE bytes. */
static const void *page_map_area(mi_page_t *page, size_t *size)
{
	const void *const start = mi_page_area(page, size);

	if (mi_page_is_singleton(page))
		*size = page_map_block_size(*size);
	return start;
}

bool _mi_page_map_register(mi_page_t *page)
{
	size_t size;
	const void *const start = page_map_area(page, &size);

	if (!page_map_prepare(start, size))
		return false;
	page_map_set(start, size, page);
	return true;
}

void _mi_page_map_unregister(mi_page_t *page)
{
	size_t size;
	const void *const start = page_map_area(page, &size);

	page_map_set(start, size, NULL);
}

void _mi_page_map_unregister_range(void *start, size_t size)
{
	page_map_set(start, size, NULL);
}

mi_page_t *_mi_safe_ptr_page(const void *p)
{
	return mi_checked_ptr_page(p);
}

bool mi_is_in_heap_region(const void *p)
{
	return mi_checked_ptr_page(p) != NULL;
}
