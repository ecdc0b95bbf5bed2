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

/* The leaf of a slice; where there is none, it is made if WANTED, else NULL. */
static page_map_leaf_t *page_map_leaf(size_t slice, bool wanted)
{
	_Atomic(page_map_leaf_t *) *entry =
		&page_map[(slice >> PAGE_MAP_LEAF_BITS) % PAGE_MAP_ROOT_COUNT];
	page_map_leaf_t *leaf = mi_atomic_load_ptr_acquire(page_map_leaf_t, entry);
	mi_memid_t memid;

	if (leaf || !wanted)
		return leaf;
	page_map_leaf_t *made = _mi_os_zalloc(_mi_subproc_main(), sizeof *leaf, &memid);
	if (!made)
		return NULL;
	/* Another thread may have been faster. */
	if (mi_atomic_cas_ptr_strong_acq_rel(page_map_leaf_t, entry, &leaf, made))
		return made;
	_mi_os_free(_mi_subproc_main(), made, sizeof *leaf, memid);
	return leaf;
}

/* Stores VALUE for the slices from FIRST to LAST; NULL takes them out, which cannot fail. */
static bool page_map_set(size_t first, size_t last, mi_page_t *value)
{
	for (size_t slice = first; slice <= last; slice++) {
		page_map_leaf_t *leaf = page_map_leaf(slice, value != NULL);
		if (!leaf && value)
			return false;
		if (leaf)
			mi_atomic_store_ptr_release(
				mi_page_t, &leaf->pages[slice % PAGE_MAP_LEAF_COUNT], value);
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
	return page_map_leaf(last, true) != NULL &&
	       page_map_window_of(start) == mi_atomic_load_relaxed(&page_map_window);
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
	const uintptr_t wanted = page_map_window_of(mi_page_start(page));
	uintptr_t window = 0;

	if (!mi_atomic_cas_strong_acq_rel(&page_map_window, &window, wanted) && window != wanted)
		return false;
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
