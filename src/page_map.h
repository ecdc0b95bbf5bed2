/* SPDX-License-Identifier: MIT
 *
 * From an address to the mimalloc page that it is in: a table of two levels, the upper one in .bss.
 * Takes the place of upstream's mimalloc/heap/page-map.h, whose upper level takes 2 MiB of address
 * space, an eighth of what a program under `ulimit -v 16384` has, and is mapped at start. Here it
 * is 768 KiB for both levels, and the start costs nothing.
 *
 * It is on the path of every free. So an entry of the upper level is where the leaf's first element
 * would be if it were that of address 0, which saves a mask; and only NULL is looked at: what is
 * no block's address, which no program may free, is a segmentation fault, or goes unnoticed.
 */
#ifndef MIMALLOC_MUSL_PAGE_MAP_H
#define MIMALLOC_MUSL_PAGE_MAP_H

#include "mimalloc/types.h"

/* The guard of the header that this one replaces. */
#define MI_INTERNAL_PAGE_MAP_H

#define PAGE_MAP_LEAF_SHIFT 32 /* of addresses: 4 GiB */
#define PAGE_MAP_LEAF_COUNT ((size_t)1 << (PAGE_MAP_LEAF_SHIFT - MI_ARENA_SLICE_SHIFT))
#define PAGE_MAP_ROOT_COUNT ((size_t)1 << (MI_MAX_VABITS - PAGE_MAP_LEAF_SHIFT))

typedef _Atomic(mi_page_t *) page_map_entry_t;

/* Makes sure that pages between START and START + SIZE can be registered without fail. */
static bool page_map_prepare(const void *start, size_t size);

/* 0 where no page has ever been. */
static _Atomic(uintptr_t) page_map[PAGE_MAP_ROOT_COUNT];

bool _mi_page_map_init(void);
bool _mi_page_map_register(mi_page_t *page);
void _mi_page_map_unregister(mi_page_t *page);
void _mi_page_map_unregister_range(void *start, size_t size);
void _mi_page_map_unsafe_destroy(void);
mi_page_t *_mi_safe_ptr_page(const void *p);

static inline page_map_entry_t *page_map_entry(uintptr_t leaf, uintptr_t slice)
{
	return (page_map_entry_t *)(leaf + slice * sizeof(page_map_entry_t));
}

/* The page of a block, or NULL for NULL. */
static inline mi_page_t *mi_ptr_page(const void *p)
{
	if mi_unlikely (!p)
		return NULL;
	const uintptr_t leaf =
		mi_atomic_load_acquire(&page_map[(uintptr_t)p >> PAGE_MAP_LEAF_SHIFT]);
	mi_page_t *const page = mi_atomic_load_ptr_relaxed(
		mi_page_t, page_map_entry(leaf, (uintptr_t)p >> MI_ARENA_SLICE_SHIFT));
	if (!page)
		__builtin_unreachable();
	return page;
}

/* The page that any address is in, or NULL. */
static inline mi_page_t *mi_checked_ptr_page(const void *p)
{
	const uintptr_t root = (uintptr_t)p >> PAGE_MAP_LEAF_SHIFT;
	const uintptr_t leaf =
		root < PAGE_MAP_ROOT_COUNT ? mi_atomic_load_acquire(&page_map[root]) : 0;

	return leaf ? mi_atomic_load_ptr_relaxed(
			      mi_page_t, page_map_entry(leaf, (uintptr_t)p >> MI_ARENA_SLICE_SHIFT))
	            : NULL;
}

#endif
