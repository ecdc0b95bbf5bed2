/* SPDX-License-Identifier: MIT
 *
 * How much address space an arena takes: a little at first, then as much again as there is.
 * Included by mimalloc.c in place of upstream's function of this name, which takes 1 GiB for the
 * first byte.
 *
 * What is reserved counts against RLIMIT_AS, and under mlockall(MCL_FUTURE) it is locked: a program
 * pays for at most twice what it uses. Where the limit leaves no room for an arena, upstream takes
 * single pages from prim.c.
 */

/* In one step: upstream's bitmaps allow MI_ARENA_MIN_SIZE to MI_ARENA_MAX_SIZE (config.h). */
#define ARENA_FIRST_SIZE MI_ARENA_MIN_SIZE

static size_t arena_total_size(mi_subproc_t *subproc)
{
	size_t total = 0;

	for (size_t i = 0; i < mi_arenas_get_count(subproc); i++) {
		mi_arena_t *arena = mi_arena_from_index(subproc, i);
		if (arena)
			total += mi_arena_size(arena);
	}
	return total;
}

/* Called with arena_reserve_lock held. */
bool _mi_arena_reserve(mi_subproc_t *subproc, size_t request, bool allow_large,
                       mi_arena_id_t *arena_id)
{
	const bool commit = mi_option_get(mi_option_arena_eager_commit) == 1;
	size_t size = mi_option_get_size(mi_option_arena_reserve);

	/* The last few places are for arenas that the program itself manages. */
	if (size == 0 || mi_arenas_get_count(subproc) > MI_MAX_ARENAS - 4)
		return false;

	/* Room for the arena's own records, which are below 1/16 of it. */
	const size_t least =
		mi_align_up(request + request / 16 + MI_ARENA_SLICE_SIZE, MI_ARENA_MIN_SIZE);
	if (least > MI_ARENA_MAX_SIZE)
		return false;
	size = mi_max(size, arena_total_size(subproc));
	size = mi_clamp(mi_align_up(size, MI_ARENA_MIN_SIZE), least, MI_ARENA_MAX_SIZE);

	for (; size >= least; size = mi_align_down(size / 2, MI_ARENA_MIN_SIZE)) {
		if (mi_reserve_os_memory_ex2(subproc, size, commit, allow_large, false, arena_id) ==
		    0)
			return true;
		if (size <= MI_ARENA_MIN_SIZE)
			break;
	}
	return false;
}
