/* SPDX-License-Identifier: MIT
 *
 * From an address to the mimalloc page that it is in: a table of two levels, the upper one in .bss.
 * Takes the place of upstream's mimalloc/heap/page-map.h, whose upper level takes 2 MiB of address
 * space, an eighth of what a program under `ulimit -v 16384` has, is mapped at start and is reached
 * by a pointer. Here the levels are of even size (512 and 256 KiB with 47 bits of address), the
 * start costs nothing, and free has a load less.
 */
#ifndef MIMALLOC_MUSL_PAGE_MAP_H
#define MIMALLOC_MUSL_PAGE_MAP_H

#include "mimalloc/types.h"

/* The guard of the header that this one replaces. */
#define MI_INTERNAL_PAGE_MAP_H

#define PAGE_MAP_BITS       (MI_MAX_VABITS - MI_ARENA_SLICE_SHIFT)
#define PAGE_MAP_LEAF_BITS  (PAGE_MAP_BITS / 2)
#define PAGE_MAP_LEAF_COUNT ((size_t)1 << PAGE_MAP_LEAF_BITS)
#define PAGE_MAP_ROOT_COUNT ((size_t)1 << (PAGE_MAP_BITS - PAGE_MAP_LEAF_BITS))

typedef struct page_map_leaf {
	_Atomic(mi_page_t *) pages[PAGE_MAP_LEAF_COUNT];
} page_map_leaf_t;

/* NULL where no page has ever been. */
static _Atomic(page_map_leaf_t *) page_map[PAGE_MAP_ROOT_COUNT];

bool _mi_page_map_init(void);
bool _mi_page_map_register(mi_page_t *page);
void _mi_page_map_unregister(mi_page_t *page);
void _mi_page_map_unregister_range(void *start, size_t size);
void _mi_page_map_unsafe_destroy(void);
mi_page_t *_mi_safe_ptr_page(const void *p);

/* The page that P lies in, or NULL. P may be any address; bits above MI_MAX_VABITS are ignored. */
static inline mi_page_t *mi_ptr_page(const void *p)
{
	const size_t slice = (uintptr_t)p >> MI_ARENA_SLICE_SHIFT;
	page_map_leaf_t *leaf = mi_atomic_load_ptr_acquire(
		page_map_leaf_t, &page_map[(slice >> PAGE_MAP_LEAF_BITS) % PAGE_MAP_ROOT_COUNT]);

	if mi_unlikely (!leaf)
		return NULL;
	return mi_atomic_load_ptr_relaxed(mi_page_t, &leaf->pages[slice % PAGE_MAP_LEAF_COUNT]);
}

static inline mi_page_t *mi_checked_ptr_page(const void *p)
{
	return mi_ptr_page(p);
}

#endif
