/* SPDX-License-Identifier: MIT
 *
 * From an address to the mimalloc page that it is in: a table of two levels, the upper one in .bss.
 * Takes the place of upstream's mimalloc/heap/page-map.h, whose upper level takes 2 MiB of address
 * space, an eighth of what a program under `ulimit -v 16384` has, and is mapped at start. Here it
 * is 384 KiB for both levels, and the start costs nothing.
 *
 * It covers 32 TiB, the window in which the first page lies. The kernel maps downwards from the top
 * of the address space, or upwards from a third or quarter of it, with 17 TiB of the window to go
 * at least; should a process have mapped all of that, malloc fails.
 */
#ifndef MIMALLOC_MUSL_PAGE_MAP_H
#define MIMALLOC_MUSL_PAGE_MAP_H

#include "mimalloc/types.h"

/* The guard of the header that this one replaces. */
#define MI_INTERNAL_PAGE_MAP_H

#define PAGE_MAP_WINDOW     (MI_MAX_VABITS < 45 ? MI_MAX_VABITS : 45)
#define PAGE_MAP_BITS       (PAGE_MAP_WINDOW - MI_ARENA_SLICE_SHIFT)
#define PAGE_MAP_LEAF_BITS  (PAGE_MAP_BITS / 2)
#define PAGE_MAP_LEAF_COUNT ((size_t)1 << PAGE_MAP_LEAF_BITS)
#define PAGE_MAP_ROOT_COUNT ((size_t)1 << (PAGE_MAP_BITS - PAGE_MAP_LEAF_BITS))

typedef struct page_map_leaf {
	_Atomic(mi_page_t *) pages[PAGE_MAP_LEAF_COUNT];
} page_map_leaf_t;

/* Makes sure that pages between START and START + SIZE can be registered without fail. */
static bool page_map_prepare(const void *start, size_t size);

/* Which window it is: the address bits above, plus 1; 0 while there is no page. */
static _Atomic(uintptr_t) page_map_window;

/* NULL where no page has ever been. */
static _Atomic(page_map_leaf_t *) page_map[PAGE_MAP_ROOT_COUNT];

bool _mi_page_map_init(void);
bool _mi_page_map_register(mi_page_t *page);
void _mi_page_map_unregister(mi_page_t *page);
void _mi_page_map_unregister_range(void *start, size_t size);
void _mi_page_map_unsafe_destroy(void);
mi_page_t *_mi_safe_ptr_page(const void *p);

static inline uintptr_t page_map_window_of(const void *p)
{
	return ((uintptr_t)p >> (PAGE_MAP_WINDOW - 1) >> 1) + 1;
}

/* The page that P lies in, or NULL; of P's address the window is not looked at. */
static inline mi_page_t *mi_ptr_page(const void *p)
{
	const size_t slice = (uintptr_t)p >> MI_ARENA_SLICE_SHIFT;
	page_map_leaf_t *leaf = mi_atomic_load_ptr_acquire(
		page_map_leaf_t, &page_map[(slice >> PAGE_MAP_LEAF_BITS) % PAGE_MAP_ROOT_COUNT]);

	if mi_unlikely (!leaf)
		return NULL;
	return mi_atomic_load_ptr_relaxed(mi_page_t, &leaf->pages[slice % PAGE_MAP_LEAF_COUNT]);
}

/* The same for any address. */
static inline mi_page_t *mi_checked_ptr_page(const void *p)
{
	return page_map_window_of(p) == mi_atomic_load_relaxed(&page_map_window) ? mi_ptr_page(p)
	                                                                         : NULL;
}

#endif
