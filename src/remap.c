/* SPDX-License-Identifier: MIT
 *
 * realloc of large blocks. Included by mimalloc.c behind upstream's function of this name, which
 * copies, and keeps what is cut off.
 *
 * A block that is a mimalloc page of its own (above 512 KiB) gives slices back when it shrinks,
 * and first takes those behind it when it grows. Where they are in use, a block of a MiB or more
 * that grows in small steps moves into a mapping of its own, once; from then on mremap grows it,
 * in place or elsewhere: pages are moved, not bytes. The page's record lies in front of such a
 * block and so moves as well: for that moment the page is taken out of every list. In steps of a
 * quarter and more a block is copied a few times only, and memory that has been in use is faster
 * than what mmap gives: a vector that grows by halves takes 0.6 of the time.
 */

#define REMAP_LEAST MI_MiB

/* A block that grows gets address space for an eighth more, up to this: many small steps are few
 * moves then. It becomes memory when it is written. */
#define REMAP_SPARE_PART 8
#define REMAP_SPARE_MOST (32 * MI_MiB)

/* The part of a block that is no small step. What no arena has room for is never copied. */
#define COPY_STEP_PART 4

/* What is cut off an arena's block goes back if it is as much as this. */
#define CUT_LEAST MI_ARENA_SLICE_SIZE

/* An alignment that makes upstream map a block for itself. */
#define REMAP_ALIGNMENT (2 * MI_PAGE_MAX_OVERALLOC_ALIGN)

/* Room for a mapping to move to, if it may grow by so much: a limit is found out about here, where
 * nothing is lost. */
static int room_take(size_t room_size, size_t growth, void **room)
{
	void *grown = NULL;
	int error = 0;

	if (growth)
		error = prim_map(NULL, growth, PROT_READ | PROT_WRITE, MAP_NORESERVE, &grown);
	if (!error)
		error = prim_map(NULL, room_size, PROT_NONE, MAP_NORESERVE, room);
	if (grown)
		_mi_prim_free(grown, growth);
	return error;
}

/* Lets go of room whose middle a failed mremap was to replace. The kernel may have unmapped that
 * before it failed, and another thread may have mapped something there since: so that stays, if
 * need be as address space that nobody uses. */
static void room_leave(uint8_t *room, size_t room_size, uint8_t *start, size_t size)
{
	if (start > room)
		_mi_prim_free(room, (size_t)(start - room));
	_mi_prim_free(start + size, (size_t)(room + room_size - (start + size)));
}

/* Gives a mapping NEW_SIZE bytes, where it is or on another slice's boundary, or leaves it as it is
 * and returns NULL. The new place is reserved before: at no moment may another thread's mapping
 * come between. FRONT: the bytes of it before its block. */
static void *mapping_resize(void *base, size_t old_size, size_t new_size, size_t front)
{
	const size_t room_size = new_size + MI_ARENA_SLICE_SIZE;
	const size_t growth = new_size > old_size ? new_size - old_size : 0;
	void *room, *moved = NULL;

	if (prim_remap(base, old_size, new_size, 0, NULL, &moved) == 0)
		return moved;
	if (room_take(room_size, growth, &room) != 0)
		return NULL;

	uint8_t *const start = mi_align_up_ptr(room, MI_ARENA_SLICE_SIZE);
	const size_t before = (size_t)(start - (uint8_t *)room);
	if (!page_map_prepare_block(start + front, new_size - front)) {
		_mi_prim_free(room, room_size);
		return NULL;
	}
	if (prim_remap(base, old_size, new_size, MREMAP_MAYMOVE | MREMAP_FIXED, start, &moved) !=
	    0) {
		room_leave(room, room_size, start, new_size);
		return NULL;
	}
	if (before)
		_mi_prim_free(room, before);
	_mi_prim_free(start + new_size, MI_ARENA_SLICE_SIZE - before);
	return moved;
}

/* Whether the block is a mapping of its own that no thread's list holds. */
static bool is_mapping(const mi_page_t *page, const void *block)
{
	return page->memid.memkind == MI_MEM_OS && !page->memid.is_pinned &&
	       mi_page_is_singleton(page) && mi_page_is_abandoned(page) &&
	       !mi_page_is_abandoned_mapped(page) && mi_page_start(page) == (const uint8_t *)block;
}

/* The block at its new place with SIZE bytes or more, or NULL and everything as it was. */
static void *block_resize(mi_page_t *page, size_t size, size_t spare)
{
	mi_theap_t *const theap = _mi_page_associated_theap_peek(page); /* may be NULL */
	uint8_t *const base = page->memid.mem.os.base;
	const size_t before = (size_t)(mi_page_start(page) - base);
	const size_t record = (size_t)((uint8_t *)page - base);
	const size_t old_size = page->memid.mem.os.size;
	const size_t new_size = mi_align_up(before + size + spare, MI_ARENA_SLICE_SIZE);

	if (!page_map_prepare_block(base + before, new_size - before) ||
	    !mi_page_claim_ownership(page))
		return NULL;
	_mi_arenas_page_unabandon(page, theap);
	_mi_page_map_unregister(page);

	uint8_t *const moved = mapping_resize(base, old_size, new_size, before);
	if (moved) {
		page = (mi_page_t *)(moved + record);
		page->memid.mem.os.base = moved;
		page->memid.mem.os.size = new_size;
		page->block_size = new_size - before;
	}
	/* Cannot fail: the page map is prepared for both places. */
	const bool registered = _mi_page_map_register(page);
	(void)registered;
	if (moved && new_size > old_size) {
		mi_subproc_stat_increase(mi_page_subproc(page), reserved, new_size - old_size);
		mi_subproc_stat_increase(mi_page_subproc(page), committed, new_size - old_size);
	} else if (moved) {
		mi_subproc_stat_decrease(mi_page_subproc(page), reserved, old_size - new_size);
		mi_subproc_stat_decrease(mi_page_subproc(page), committed, old_size - new_size);
	}
	void *const block = mi_page_start(page);
	_mi_arenas_page_abandon(page, theap);
	return moved ? block : NULL;
}

/* An arena's block takes the slices behind it, if they are free, or gives back those it does not
 * need any more. Not if it is writable in part only (MIMALLOC_PAGE_COMMIT_ON_DEMAND). */
static bool block_fit(mi_page_t *page, const void *block, size_t size)
{
	if (page->memid.memkind != MI_MEM_ARENA || page->memid.is_pinned ||
	    page->slice_pcommitted || !mi_page_is_singleton(page) || !mi_page_is_abandoned(page) ||
	    mi_page_start(page) != (const uint8_t *)block)
		return false;

	mi_theap_t *const theap = _mi_page_associated_theap_peek(page); /* may be NULL */
	mi_subproc_t *const subproc = mi_page_subproc(page);
	uint8_t *const start = mi_page_slice_start(page);
	mi_memid_t rest = page->memid;
	const size_t count = rest.mem.arena.slice_count;
	const size_t before = (size_t)(mi_page_start(page) - start);
	const size_t wanted = _mi_slice_count_of_size(before + size);

	if (!page_map_prepare_block(block, size) || !mi_page_claim_ownership(page))
		return false;
	_mi_arenas_page_unabandon(page, theap);
	rest.mem.arena.slice_index += (uint32_t)mi_min(wanted, count);
	const bool resized =
		wanted <= count ||
		arena_try_take(rest.mem.arena.arena, rest.mem.arena.slice_index, wanted - count);
	if (resized) {
		if (wanted < count)
			_mi_page_map_unregister(page);
		page->memid.mem.arena.slice_count = (uint32_t)wanted;
		page->block_size = _mi_size_of_slices(wanted) - before;
		/* Cannot fail: the page map is prepared. */
		(void)!_mi_page_map_register(page);
	}
	_mi_arenas_page_abandon(page, theap);
	if (wanted < count) {
		rest.mem.arena.slice_count = (uint32_t)(count - wanted);
		_mi_arenas_free(subproc, start + _mi_size_of_slices(wanted),
		                _mi_size_of_slices(count - wanted), rest);
	}
	return resized;
}

/* In a mapping of its own, with room to grow. */
static void *block_move(void *block, size_t usable, size_t size, size_t spare)
{
	mi_page_t *page;
	void *const p = _mi_theap_malloc_zero(_mi_theap_default(), size + spare, false,
	                                      REMAP_ALIGNMENT, &page);

	if (p) {
		memcpy(p, block, usable < size ? usable : size);
		mi_free(block);
	}
	return p;
}

void *mi_realloc(void *block, size_t size)
{
	mi_page_t *const page = size <= MI_LARGE_MAX_OBJ_SIZE ? NULL : mi_ptr_page(block);

	if (mi_likely(!page) || size > PTRDIFF_MAX / 2)
		return upstream_realloc(block, size);

	const int saved = errno;
	const size_t usable = _mi_page_usable_size(page, block);
	const size_t spare = mi_min(size / REMAP_SPARE_PART, REMAP_SPARE_MOST);
	void *p;

	if (size <= usable) {
		if (usable - size < CUT_LEAST || usable - size <= spare)
			return block;
		if (is_mapping(page, block)) {
			p = block_resize(page, size, 0);
			if (p)
				return p;
		} else if (block_fit(page, block, size)) {
			return block;
		}
		return upstream_realloc(block, size);
	}

	if (block_fit(page, block, size))
		return block;
	if (is_mapping(page, block)) {
		p = block_resize(page, size, spare);
		if (!p && spare)
			p = block_resize(mi_ptr_page(block), size, 0);
	} else if (size >= REMAP_LEAST &&
	           (size - usable < usable / COPY_STEP_PART || size > mi_arena_max_object_size())) {
		p = block_move(block, usable, size, spare);
	} else {
		p = NULL;
	}
	if (!p)
		p = upstream_realloc(block, size);
	if (p)
		errno = saved; /* of an attempt that failed */
	return p;
}
