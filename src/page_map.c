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

/* The entry of a slice; where there is no leaf, it is made if WANTED, else NULL. */
static page_map_entry_t *page_map_leaf(size_t slice, bool wanted)
{
	const size_t root = slice / PAGE_MAP_LEAF_COUNT;
	const size_t size = PAGE_MAP_LEAF_COUNT * sizeof(page_map_entry_t);
	mi_memid_t memid;

	if (root >= PAGE_MAP_ROOT_COUNT)
		return NULL;
	uintptr_t leaf = mi_atomic_load_acquire(&page_map[root]);
	if (!leaf && wanted) {
		void *const made = _mi_os_zalloc(_mi_subproc_main(), size, &memid);
		if (!made)
			return NULL;
		const uintptr_t biased = (uintptr_t)made - root * size;
		/* Another thread may have been faster. */
		if (mi_atomic_cas_strong_acq_rel(&page_map[root], &leaf, biased))
			leaf = biased;
		else
			_mi_os_free(_mi_subproc_main(), made, size, memid);
	}
	return leaf ? page_map_entry(leaf, slice) : NULL;
}

/* Stores VALUE for the slices from FIRST to LAST; NULL takes them out, which cannot fail. */
static bool page_map_set(size_t first, size_t last, mi_page_t *value)
{
	for (size_t slice = first; slice <= last; slice++) {
		page_map_entry_t *const entry = page_map_leaf(slice, value != NULL);
		if (!entry && value)
			return false;
		if (entry)
			mi_atomic_store_ptr_release(mi_page_t, entry, value);
	}
	return true;
}

static bool page_map_prepare(const void *start, size_t size)
{
	const uintptr_t last = ((uintptr_t)start + size - 1) >> MI_ARENA_SLICE_SHIFT;

	for (uintptr_t slice = (uintptr_t)start >> MI_ARENA_SLICE_SHIFT; slice <= last;
	     slice += PAGE_MAP_LEAF_COUNT) {
		if (!page_map_leaf(slice, true))
			return false;
	}
	return page_map_leaf(last, true) != NULL;
}

/* All slices of the page's blocks; of a single block, those in which a pointer to it may lie, since
 * aligned_alloc moves it by less than that. */
static bool page_map_set_page(mi_page_t *page, mi_page_t *value)
{
	size_t size;
	uint8_t *start = mi_page_area(page, &size);

	if (mi_page_is_singleton(page) && size > MI_LARGE_PAGE_SIZE)
		size = MI_LARGE_PAGE_SIZE;
	return page_map_set((uintptr_t)start >> MI_ARENA_SLICE_SHIFT,
	                    ((uintptr_t)start + size - 1) >> MI_ARENA_SLICE_SHIFT, value);
}

bool _mi_page_map_register(mi_page_t *page)
{
	if (page_map_set_page(page, page))
		return true;
	page_map_set_page(page, NULL);
	return false;
}

void _mi_page_map_unregister(mi_page_t *page)
{
	page_map_set_page(page, NULL);
}

void _mi_page_map_unregister_range(void *start, size_t size)
{
	page_map_set((uintptr_t)start >> MI_ARENA_SLICE_SHIFT,
	             ((uintptr_t)start + size - 1) >> MI_ARENA_SLICE_SHIFT, NULL);
}

mi_page_t *_mi_safe_ptr_page(const void *p)
{
	return mi_checked_ptr_page(p);
}

bool mi_is_in_heap_region(const void *p)
{
	return mi_checked_ptr_page(p) != NULL;
}
