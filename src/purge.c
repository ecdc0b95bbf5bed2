/* SPDX-License-Identifier: MIT
 *
 * When memory goes back to the system, and where in an arena it is taken. Included by mimalloc.c
 * behind upstream's arena-alloc.c, whose functions of these names are called upstream_... there.
 *
 * What is freed goes back at once if it is much beside what is in use; upstream waits for a later
 * call, which an idle program never makes. All that is unused goes if less than half of what was
 * in use is left (in heaps of some MiB, `small` and `speed` always); else only what is too much,
 * since a program that grows takes it again. The price is a page fault for each 4 KiB that are
 * taken again, so that is rationed: what a program takes again it owes, and while it is in debt
 * nothing goes back, unless a quarter less is in use than when the debt began, or than at a peak in
 * it that was a third above all before: a program that is done may make no call after the last
 * free. It owes no more than what there is and ten seconds' rations, lest a peak stays for minutes.
 * All of this is done when whole mimalloc pages (64 KiB and more) come and go.
 */

/* What each profile keeps.
 *
 * KEPT_LEAST: bytes that may always be unused; KEPT_PART: the part of what is in use that may be
 * unused beside it: a compiler that is done with a function begins the next.
 *
 * RATION: bytes of what went back that may be taken again for each millisecond that passes, which
 * costs 1 to 4 % of it (default; the second on a machine whose page faults are slow). What is not
 * spent is saved, for SAVED_MSECS at most. */
#if defined(PROFILE_SPEED)
#define KEPT_LEAST (32 * MI_MiB)
#define KEPT_PART  1
#define RATION     (16 * MI_KiB)
#elif defined(PROFILE_SMALL)
#define KEPT_LEAST (256 * MI_KiB)
#define KEPT_PART  8
#define RATION     MI_MiB
#else
#define KEPT_LEAST MI_MiB
#define KEPT_PART  2
#define RATION     (64 * MI_KiB)
#endif
#define SAVED_MSECS 1000
#define OWED_MSECS  10000

static struct {
	_Atomic(size_t) used;   /* bytes of pages in arenas, but for what is parked (trim.c) */
	_Atomic(size_t) unused; /* bytes that were in use and can be given back */
	_Atomic(int64_t) spent; /* the time up to which rations are spent, as kept_now has it */
	_Atomic(size_t) bar;    /* what was in use when the debt began, a peak in it, or what was
	                         * left in use when memory last went back */
	_Atomic(size_t) record; /* the highest of these peaks */
	_Atomic(size_t) top;    /* the most that was in use since all went back */
	_Atomic(size_t) busy;   /* 1 while a thread gives back */
	_Atomic(size_t) rounds; /* how often that was begun */
} kept;

static void kept_subtract(_Atomic(size_t) *counter, size_t size)
{
	size_t old = mi_atomic_load_relaxed(counter);

	while (!mi_atomic_cas_weak_acq_rel(counter, &old, old > size ? old - size : 0))
		;
}

/* What give_back purges it has subtracted already. */
static void kept_purged(size_t size)
{
	if (!mi_atomic_load_relaxed(&kept.busy))
		kept_subtract(&kept.unused, size);
}

/* How much may be unused beside so much that is in use. */
static size_t kept_allowed(size_t used)
{
	return KEPT_LEAST + used / KEPT_PART;
}

static bool kept_too_much(void)
{
	return mi_atomic_load_relaxed(&kept.unused) >
	       kept_allowed(mi_atomic_load_relaxed(&kept.used));
}

/* The time, as the bytes of all rations up to now. */
static int64_t kept_now(void)
{
	return _mi_clock_now() * (int64_t)RATION;
}

/* A debt begins, or there is a peak in it. */
static void kept_peak(size_t used)
{
	mi_atomic_store_relaxed(&kept.bar, used);
	mi_atomic_store_relaxed(&kept.record, used);
}

static void kept_owe(size_t size)
{
	const int64_t now = kept_now();
	const int64_t spent = mi_atomic_loadi64_relaxed(&kept.spent);
	const int64_t least = now - SAVED_MSECS * (int64_t)RATION;
	const size_t used = mi_atomic_load_relaxed(&kept.used);
	const size_t there_is = used + mi_atomic_load_relaxed(&kept.unused);
	const int64_t most = now + OWED_MSECS * (int64_t)RATION + (int64_t)there_is;

	if (spent <= now)
		kept_peak(used);
	/* Not mi_min and mi_max, which are of size_t: LEAST is below 0 in a system's first second.
	 */
	const int64_t owed = (spent > least ? spent : least) + (int64_t)size;
	mi_atomic_storei64_relaxed(&kept.spent, owed < most ? owed : most);
}

/* With MIMALLOC_PURGE_DELAY=0 nothing shall stay, whatever it costs. */
static bool kept_in_debt(void)
{
	return kept_now() < mi_atomic_loadi64_relaxed(&kept.spent) && mi_arena_purge_delay() != 0;
}

/* So much that went back comes into use again. */
static void kept_take(size_t size)
{
	kept_owe(size);
	mi_atomic_add_acq_rel(&kept.used, size);
}

/* Whether what is unused may go back, beside so much in use. In debt that is a quarter less than
 * BAR: each time there is less left that it could cost. */
static bool kept_may_go(_Atomic(size_t) *bar, size_t used)
{
	if (kept_in_debt() && used >= mi_atomic_load_relaxed(bar) / 4 * 3)
		return false;
	mi_atomic_store_relaxed(bar, used);
	return true;
}

/* By so many bytes less stays than could: nothing in a heap of some MiB. Whether a program does
 * more with one soon or is idle for hours is not to be seen. */
#define STAYS_LESS (4 * KEPT_LEAST)

/* How much of what is unused stays if all of it could go. Less than what is allowed: with all of
 * that, the next page that is freed would go by a call of its own. */
static size_t kept_stays(size_t used)
{
	const size_t most = kept_allowed(used) / 8 * 7;

	if (!STAYS || most < STAYS_LESS || used < mi_atomic_load_relaxed(&kept.top) / 2 ||
	    kept_in_debt())
		return 0;
	return most - STAYS_LESS;
}

/* page.c */
static void empty_pages_free(void);
static void emptied_pages_free(void);

COLD_BEGIN

/* All that arenas have of it, unless another thread is about to give back some. */
static bool arenas_give_back(mi_subproc_t *subproc)
{
	/* Where a thread frees while another looks, there is something to purge in an arena that
	 * upstream takes for one without. */
	for (size_t i = 0; i < mi_arenas_get_count(subproc); i++) {
		mi_arena_t *const arena = mi_arena_from_index(subproc, i);

		if (arena)
			mi_atomic_storei64_relaxed(&arena->purge_expire, (mi_msecs_t)1);
	}
	mi_atomic_store_relaxed(&purge_refused, (size_t)0);
	mi_arenas_try_purge(true, true, subproc, 0);
	return !mi_atomic_load_relaxed(&purge_refused);
}

static void kept_give_back(mi_subproc_t *subproc)
{
	/* Another thread may free what was looked at already, and leave it to this one, having
	 * asked whether it may go; but not for ever in this one's time. */
	for (int round = 0, tries = 0; tries < 3; round++) {
		size_t idle = 0;

		/* Either this thread sees that none gives back, or that one sees what this one has
		 * freed. */
		atomic_thread_fence(memory_order_seq_cst);
		if (!kept_too_much())
			return;

		const size_t used = mi_atomic_load_relaxed(&kept.used);
		const size_t stays = kept_stays(used);
		if ((!stays && round == 0 && !kept_may_go(&kept.bar, used)) ||
		    !mi_atomic_cas_strong_acq_rel(&kept.busy, &idle, (size_t)1))
			return;
		empty_pages_free();

		const size_t unused = mi_atomic_exchange_acq_rel(&kept.unused, (size_t)0);
		mi_atomic_add_acq_rel(&kept.rounds, (size_t)1);
		if (STAYS && !stays)
			mi_atomic_store_relaxed(&kept.top, used);
		if (STAYS)
			mi_atomic_store_relaxed(&purge_stays, stays);
		const bool done = arenas_give_back(subproc);
		const size_t rest = STAYS ? mi_atomic_exchange_acq_rel(&purge_stays, (size_t)0) : 0;
		if (!done) {
			mi_atomic_add_acq_rel(&kept.unused, unused);
			_mi_prim_thread_yield();
		} else if (STAYS) {
			mi_atomic_add_acq_rel(&kept.unused, stays - rest);
		}
		/* Where some stays, each round leaves less to give back, or more to owe. */
		tries += !stays || !done;
		mi_atomic_store_release(&kept.busy, (size_t)0);
	}
}

static void kept_use(size_t size)
{
	mi_atomic_add_acq_rel(&kept.used, size);
	kept_subtract(&kept.unused, size);
}

void _mi_arenas_free(mi_subproc_t *subproc, void *p, size_t size, mi_memid_t memid)
{
	const bool counted = memid.memkind == MI_MEM_ARENA && !memid.is_pinned;
	const size_t rounds = mi_atomic_load_acquire(&kept.rounds);

	/* Before the memory can be taken by another thread, which counts it as used. What is parked
	 * of it is counted too: whoever gives it back, or takes it, counts slices. */
	if (counted) {
		kept_subtract(&kept.used, size - memid.parked);
		mi_atomic_add_acq_rel(&kept.unused, size);
	}
	upstream_arenas_free(subproc, p, size, memid);
	if (!counted)
		return;
	/* A thread that gave back meanwhile has counted it as given back, and may not have seen it.
	 */
	if (mi_atomic_load_acquire(&kept.rounds) != rounds)
		mi_atomic_add_acq_rel(&kept.unused, size);
	kept_give_back(subproc);
}

/* What of these slices was unused is so no more. Returns the bytes of it. */
static size_t slices_reuse(mi_arena_t *arena, size_t index, size_t count)
{
	const size_t reused =
		_mi_size_of_slices(mi_bitmap_popcountN(arena->slices_purge, index, count));

	if (reused) {
		mi_bitmap_clearN(arena->slices_purge, index, count);
		kept_subtract(&kept.unused, reused);
	}
	return reused;
}

/* FRESH: the bytes of them that never were in use. */
static void slices_taken(mi_arena_t *arena, size_t index, size_t count, size_t fresh)
{
	const size_t size = _mi_size_of_slices(count);
	const size_t resident = slices_reuse(arena, index, count);
	const size_t again = size > fresh + resident ? size - fresh - resident : 0;

	if (again)
		kept_take(again);
	const size_t used = mi_atomic_add_acq_rel(&kept.used, size - again) + size - again;
	if (STAYS && used > mi_atomic_load_relaxed(&kept.top))
		mi_atomic_store_relaxed(&kept.top, used);
	/* By a third, so that what peaks can cost in a debt is bounded too. */
	if (used / 4 * 3 > mi_atomic_load_relaxed(&kept.record))
		kept_peak(used);
	if (AHEAD && fresh)
		commit_ahead(arena, index + count, used);
}

void *_mi_arenas_try_alloc(mi_heap_t *heap, size_t slice_count, size_t alignment, bool commit,
                           bool allow_large, mi_arena_t *req_arena, size_t tseq, int numa_node,
                           mi_memid_t *memid)
{
	emptied_pages_free();

	/* Upstream has each thread begin its search elsewhere. What is more than a slice goes where
	 * there is room first, so that it is put where something has been. */
	void *p =
		upstream_arenas_try_alloc(heap, slice_count, alignment, commit, allow_large,
	                                  req_arena, slice_count > 1 ? 0 : tseq, numa_node, memid);
	if (p && !memid->is_pinned)
		slices_taken(memid->mem.arena.arena, memid->mem.arena.slice_index, slice_count,
		             memid->initially_zero ? _mi_size_of_slices(slice_count) : 0);
	return p;
}

/* Takes these slices, if they are free. */
static bool arena_try_take(mi_arena_t *arena, size_t index, size_t count)
{
	emptied_pages_free();
	if (arena->commit_fun || index + count > arena->slice_count ||
	    !mi_bbitmap_try_clearNC(arena->slices_free, index, count))
		return false;
	if (!mi_bitmap_is_setN(arena->slices_committed, index, count)) {
		if (!_mi_arena_commit(arena->subproc, arena, mi_arena_slice_start(arena, index),
		                      _mi_size_of_slices(count), NULL, 0)) {
			mi_bbitmap_setN(arena->slices_free, index, count);
			return false;
		}
		mi_bitmap_setN(arena->slices_committed, index, count, NULL);
	}
	size_t dirty;
	mi_bitmap_setN(arena->slices_dirty, index, count, &dirty);
	slices_taken(arena, index, count, _mi_size_of_slices(count - dirty));
	return true;
}

COLD_END
