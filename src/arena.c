/* SPDX-License-Identifier: MIT
 *
 * How much address space arenas take. Included by mimalloc.c in place of upstream's function of
 * this name, which takes 1 GiB for the first byte.
 *
 * What is reserved counts against RLIMIT_AS and, once it is written to, against RLIMIT_DATA, a
 * cgroup and vm.overcommit_memory=2. So the first arena is small, each further one as large as all
 * before it, and where a limit leaves no room for one, upstream takes single pages from prim.c.
 * When there is no room for anything, the free parts of the arenas are unmapped: what small blocks
 * have left, one large block can have. Such a hole is mapped again when slices are needed and it is
 * still free.
 */

/* purge.c */
static void kept_purged(size_t size);
static size_t slices_reuse(mi_arena_t *arena, size_t index, size_t count);

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

/* --- Holes --- */

/* Of fewer slices a hole is not worth its place. */
#define HOLE_LEAST 8
#define HOLES_MAX  512

static struct {
	mi_arena_t *arena;
	size_t index; /* of its first slice */
	size_t count; /* of slices; they are neither free nor in use */
} holes[HOLES_MAX];
static size_t hole_count;
static mi_lock_t holes_lock = MI_LOCK_INITIALIZER;

/* The slices are a hole now: one of their own, or at the end or start of another. There is a place.
 */
static void hole_add(mi_arena_t *arena, size_t index, size_t count)
{
	for (size_t i = 0; i < hole_count; i++) {
		if (holes[i].arena != arena ||
		    (holes[i].index + holes[i].count != index && index + count != holes[i].index))
			continue;
		index = mi_min(index, holes[i].index);
		count += holes[i].count;
		holes[i] = holes[--hole_count];
		/* It may have closed the gap to a third. */
		hole_add(arena, index, count);
		return;
	}
	holes[hole_count].arena = arena;
	holes[hole_count].index = index;
	holes[hole_count++].count = count;
}

/* The slices have been taken from the free ones. Returns the bytes that were unmapped. */
static size_t hole_make(mi_arena_t *arena, size_t index, size_t count)
{
	const size_t size = _mi_size_of_slices(count);

	if (count < HOLE_LEAST || hole_count == HOLES_MAX ||
	    _mi_prim_free(mi_arena_slice_start(arena, index), size) != 0) {
		if (count)
			mi_bbitmap_setN(arena->slices_free, index, count);
		return 0;
	}
	mi_bitmap_clearN(arena->slices_committed, index, count);
	mi_bitmap_clearN(arena->slices_dirty, index, count);
	slices_reuse(arena, index, count);
	hole_add(arena, index, count);
	return size;
}

/* The word of a bitmap that has this slice's bit. */
static size_t slices_word(mi_bchunk_t *chunks, size_t index)
{
	return mi_atomic_load_relaxed(
		&chunks[index / MI_BCHUNK_BITS].bfields[index % MI_BCHUNK_BITS / MI_BFIELD_BITS]);
}

/* A look without an atomic operation: at a limit most slices are in use, and this is asked often.
 */
static bool slice_may_be_free(mi_arena_t *arena, size_t index)
{
	return slices_word(arena->slices_free->chunks, index) >> (index % MI_BFIELD_BITS) & 1;
}

/* Unmaps free slices until WANTED bytes of address space are won, or there are no more. */
static size_t arenas_unmap(size_t wanted)
{
	mi_subproc_t *const subproc = _mi_subproc_main();
	size_t won = 0;

	/* An absurd size must not cost the program what it has. */
	if (wanted / 2 > arena_total_size(subproc))
		return 0;
	mi_lock(&holes_lock)
	{
		for (size_t i = mi_arenas_get_count(subproc); i-- > 0 && won < wanted;) {
			mi_arena_t *const arena = mi_arena_from_index(subproc, i);
			size_t run = 0;

			if (!arena || arena->memid.memkind != MI_MEM_OS || arena->memid.is_pinned ||
			    arena->is_exclusive || arena->commit_fun)
				continue;
			for (size_t index = arena->info_slices; index < arena->slice_count;
			     index++) {
				if (slice_may_be_free(arena, index) &&
				    mi_bbitmap_try_clearNC(arena->slices_free, index, 1)) {
					run++;
					continue;
				}
				won += hole_make(arena, index - run, run);
				run = 0;
			}
			won += hole_make(arena, arena->slice_count - run, run);
		}
	}
	return won;
}

/* Maps a hole again, or as much of its start as there is room for, if that is LEAST slices. */
static bool hole_fill(size_t i, size_t least)
{
	void *const start = mi_arena_slice_start(holes[i].arena, holes[i].index);

	for (size_t count = holes[i].count; count >= least; count /= 2) {
		const size_t size = _mi_size_of_slices(count);
		void *p;

		if (prim_map(start, size, PROT_NONE, MAP_NORESERVE | MAP_FIXED_NOREPLACE, &p) != 0)
			continue;
		if (p != start) { /* Linux before 4.17, and the place is taken */
			_mi_prim_free(p, size);
			return false;
		}
		mi_bbitmap_setN(holes[i].arena->slices_free, holes[i].index, count);
		holes[i].index += count;
		holes[i].count -= count;
		if (!holes[i].count)
			holes[i] = holes[--hole_count];
		return true;
	}
	return false;
}

static bool holes_fill(size_t least)
{
	bool filled = false;

	mi_lock(&holes_lock)
	{
		for (size_t i = hole_count; i-- > 0 && !filled;)
			filled = hole_fill(i, least);
	}
	return filled;
}

/* --- What is made writable --- */

/* Making it so takes a lock that page faults of all threads wait for: two threads that fill memory
 * take half the time if it is not done for each 64 KiB. So where such have been handed out for the
 * first time, free slices that follow are made writable too: in an arena no more than this part of
 * what is in use, since RLIMIT_DATA counts them. */
#define AHEAD_PART 4

/* And no further than to where half a huge page ends: to its end, the system would fill it at once
 * where its policy is `always`, which takes 0.7 to 1.3 times as long. */
static size_t ahead_room(mi_arena_t *arena, size_t index)
{
	const size_t half = _mi_os_large_page_size() / 2;
	const uintptr_t start = (uintptr_t)mi_arena_slice_start(arena, index);

	return (mi_align_down(start + half, 2 * half) + half - start) / MI_ARENA_SLICE_SIZE;
}

static bool ahead_may(mi_arena_t *arena, size_t index)
{
	return index < arena->slice_count && slice_may_be_free(arena, index) &&
	       mi_bitmap_is_clear(arena->slices_committed, index);
}

/* How many slices are writable and never were in use. */
static size_t ahead_count(mi_arena_t *arena)
{
	size_t count = 0;

	for (size_t index = 0; index < arena->slice_count; index += MI_BFIELD_BITS)
		count += mi_popcount(slices_word(arena->slices_committed->chunks, index) &
		                     ~slices_word(arena->slices_dirty->chunks, index));
	return count;
}

/* INDEX: of the slice that follows. */
static void commit_ahead(mi_arena_t *arena, size_t index, size_t in_use)
{
	if (arena->commit_fun || !ahead_may(arena, index) ||
	    mi_bitmap_is_clear(arena->slices_committed, index - 1))
		return;

	/* Whoever finds no free slice meanwhile takes the lock, and then looks again. */
	if (!mi_lock_try_acquire(&holes_lock))
		return;

	const size_t room = ahead_room(arena, index);
	const size_t most = in_use / AHEAD_PART / MI_ARENA_SLICE_SIZE;
	const size_t already = ahead_count(arena);
	size_t count = 0;
	bool is_zero;

	while (count < room && already + count < most && ahead_may(arena, index + count) &&
	       mi_bbitmap_try_clearNC(arena->slices_free, index + count, 1))
		count++;
	if (count) {
		/* Not by _mi_arena_commit, which tells the program's own function of a failure: it
		 * may call malloc. */
		if (_mi_prim_commit(mi_arena_slice_start(arena, index), _mi_size_of_slices(count),
		                    &is_zero) == 0)
			mi_bitmap_setN(arena->slices_committed, index, count, NULL);
		mi_bbitmap_setN(arena->slices_free, index, count);
	}
	mi_lock_release(&holes_lock);
}

/* --- Purging, one thread at a time --- */

/* Upstream's guard is a variable inside the function that purges: fork could not wait for it. */
static _Atomic(size_t) purge_guard;

static bool purge_enter(void)
{
	size_t idle = 0;

	return mi_atomic_cas_strong_acq_rel(&purge_guard, &idle, (size_t)1);
}

static bool purge_leave(void)
{
	mi_atomic_store_release(&purge_guard, (size_t)0);
	return false;
}

static _Atomic(size_t) purge_refused; /* 1 if a thread has found the guard taken */

static bool purge_refuse(void)
{
	mi_atomic_store_relaxed(&purge_refused, (size_t)1);
	return false;
}

/* Bytes that stay of what is purged: those that are come to first, at the start of the arenas,
 * which are the first to be taken again. Not thread-local: 8 bytes more of that, and musl would map
 * memory at each start. What another thread purges meanwhile may stay in their place. */
static _Atomic(size_t) purge_stays;

static bool slices_stay(mi_arena_t *arena, size_t index, size_t count)
{
	const size_t size = _mi_size_of_slices(count);
	const size_t stays = mi_atomic_load_relaxed(&purge_stays);

	if (!STAYS || stays < size)
		return false;
	mi_atomic_store_relaxed(&purge_stays, stays - size);
	mi_bitmap_setN(arena->slices_purge, index, count, NULL);
	return true;
}

#define PURGE_GUARD(upstreams) \
	(void)(upstreams);     \
	for (bool entered = purge_enter() || purge_refuse(); entered; entered = purge_leave())

/* --- Arenas --- */

/* The size of a large block: no more than it needs. Upstream rounds up by as much as 12.5 %, and
 * still does so for the mapping that it lies in, as address space only. */
size_t _mi_os_good_alloc_size(size_t size)
{
	const size_t unit = size < 512 * MI_KiB ? _mi_os_page_size() : MI_ARENA_SLICE_SIZE;

	return size < SIZE_MAX - unit ? mi_align_up(size, unit) : size;
}

/* Called with arena_reserve_lock held. */
bool _mi_arena_reserve(mi_subproc_t *subproc, size_t request, bool allow_large,
                       mi_arena_id_t *arena_id)
{
	const bool commit = mi_option_get(mi_option_arena_eager_commit) == 1;
	size_t size = mi_option_get_size(mi_option_arena_reserve);

	if (subproc == _mi_subproc_main() && holes_fill(_mi_slice_count_of_size(request)))
		return true;

	/* The last few places are for arenas that the program itself manages. */
	if (size == 0 || mi_arenas_get_count(subproc) > MI_MAX_ARENAS - 4)
		return false;

	/* Room for the arena's own records: below 1/16 of it, and in its first chunk, while a block
	 * of more than a chunk has chunks of its own. */
	const size_t least = request > MI_ARENA_MIN_SIZE
	                             ? mi_align_up(request, MI_ARENA_MIN_SIZE) + MI_ARENA_MIN_SIZE
	                             : mi_align_up(request + request / 16 + MI_ARENA_SLICE_SIZE,
	                                           MI_ARENA_MIN_SIZE);
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
