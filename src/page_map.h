/* SPDX-License-Identifier: MIT
 *
 * From an address to the mimalloc page that it is in: a table of two levels, the upper one in .bss.
 * Takes the place of upstream's mimalloc/heap/page-map.h, whose upper level takes 2 MiB of address
 * space, an eighth of what a program under `ulimit -v 16384` has, and is mapped at start. Here it
 * is 384 KiB for both levels, and the start costs nothing.
 *
 * It covers 32 TiB, 16 on either side of the first page, since the kernel maps downwards or upwards
 * from an address that is random; should a process have mapped all of that, malloc fails.
 *
 * It is on the path of every free. So both levels are biased: found by where their first element
 * would be if it were that of address 0, which saves two masks. And only NULL is looked at: what is
 * no block's address, which no program may free, is a segmentation fault, or goes unnoticed.
 */
#ifndef MIMALLOC_MUSL_PAGE_MAP_H
#define MIMALLOC_MUSL_PAGE_MAP_H

#include "mimalloc/types.h"

/* The guard of the header that this one replaces. */
#define MI_INTERNAL_PAGE_MAP_H

#define PAGE_MAP_SHIFT      45 /* of addresses: 32 TiB */
#define PAGE_MAP_LEAF_SHIFT 31 /* of addresses: 2 GiB */
#define PAGE_MAP_LEAF_COUNT ((size_t)1 << (PAGE_MAP_LEAF_SHIFT - MI_ARENA_SLICE_SHIFT))
#define PAGE_MAP_ROOT_COUNT ((size_t)1 << (PAGE_MAP_SHIFT - PAGE_MAP_LEAF_SHIFT))

typedef _Atomic(uintptr_t) page_map_leaf_t; /* biased; 0 where no page has ever been */
typedef _Atomic(mi_page_t *) page_map_entry_t;

/* Makes sure that the page of a single block of SIZE bytes at START can be registered without fail.
 */
static bool page_map_prepare_block(const void *start, size_t size);

static page_map_leaf_t page_map_root[PAGE_MAP_ROOT_COUNT];
/* The root, biased; 0 while there is no page. */
static _Atomic(uintptr_t) page_map;

bool _mi_page_map_init(void);
bool _mi_page_map_register(mi_page_t *page);
void _mi_page_map_unregister(mi_page_t *page);
void _mi_page_map_unregister_range(void *start, size_t size);
void _mi_page_map_unsafe_destroy(void);
mi_page_t *_mi_safe_ptr_page(const void *p);

static inline page_map_leaf_t *page_map_leaf(uintptr_t map, uintptr_t address)
{
	return (page_map_leaf_t *)map + (address >> PAGE_MAP_LEAF_SHIFT);
}

static inline page_map_entry_t *page_map_entry(uintptr_t leaf, uintptr_t address)
{
	return (page_map_entry_t *)leaf + (address >> MI_ARENA_SLICE_SHIFT);
}

/* The page of a block, or NULL for NULL. */
static inline mi_page_t *mi_ptr_page(const void *p)
{
	if mi_unlikely (!p)
		return NULL;
	const uintptr_t address = (uintptr_t)p;
	const uintptr_t map = mi_atomic_load_acquire(&page_map);
	const uintptr_t leaf = mi_atomic_load_acquire(page_map_leaf(map, address));
	mi_page_t *const page =
		mi_atomic_load_ptr_relaxed(mi_page_t, page_map_entry(leaf, address));
	/* Upstream asks for NULL, and then goes on: with -Oz that question stays. */
	if (!page)
#ifdef PROFILE_SMALL
		__builtin_trap();
#else
		__builtin_unreachable();
#endif
	return page;
}

/* Where the leaf of any address is, or NULL outside the window. */
static inline page_map_leaf_t *page_map_leaf_or_null(uintptr_t address)
{
	const uintptr_t map = mi_atomic_load_acquire(&page_map);
	page_map_leaf_t *const leaf = page_map_leaf(map, address);

	return map && (uintptr_t)leaf - (uintptr_t)page_map_root < sizeof page_map_root ? leaf
	                                                                                : NULL;
}

/* The entry of any address, or NULL. */
static inline page_map_entry_t *page_map_find(uintptr_t address)
{
	page_map_leaf_t *const at = page_map_leaf_or_null(address);
	const uintptr_t leaf = at ? mi_atomic_load_acquire(at) : 0;

	return leaf ? page_map_entry(leaf, address) : NULL;
}

/* The page that any address is in, or NULL. */
static inline mi_page_t *mi_checked_ptr_page(const void *p)
{
	page_map_entry_t *const entry = page_map_find((uintptr_t)p);

	return entry ? mi_atomic_load_ptr_relaxed(mi_page_t, entry) : NULL;
}

#endif
