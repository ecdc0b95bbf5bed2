/* SPDX-License-Identifier: MIT
 *
 * When memory goes back to the system. Included by mimalloc.c behind upstream's arena-alloc.c,
 * whose functions of these names are called upstream_... there.
 *
 * What is freed goes back at once if it is much beside what is in use; upstream waits for a later
 * call, which an idle program never makes. The price is a page fault for each page that is used
 * again, so a program that empties and fills its heap in quick succession is allowed to keep more.
 * All of this is done when whole mimalloc pages (64 KiB and more) come and go.
 */

/* Unused memory that is always kept, and the part of what is in use that may be unused beside it.
 */
#define KEPT_LEAST MI_MiB
#define KEPT_PART  4

/* Memory that is used again within this time of being given back was given back too early; what is
 * not touched for as long is not needed. */
#define KEPT_MSECS 1000

static struct {
	_Atomic(size_t) used;   /* bytes of pages in arenas */
	_Atomic(size_t) unused; /* bytes that were in use and can be given back */
	_Atomic(size_t)
		lesson; /* bytes that may be kept beyond the above: doubled by each mistake */
	_Atomic(int64_t) given;  /* when memory was last given back */
	_Atomic(int64_t) learnt; /* the same, of the last mistake */
	_Atomic(size_t) least;   /* of unused, since then: */
	_Atomic(int64_t) since;
	_Atomic(size_t) busy; /* 1 while a thread gives back */
} kept;

static size_t kept_untaught(void)
{
	return KEPT_LEAST + mi_atomic_load_relaxed(&kept.used) / KEPT_PART;
}

static size_t kept_limit(void)
{
	return kept_untaught() + mi_atomic_load_relaxed(&kept.lesson);
}

static void kept_subtract(_Atomic(size_t) *counter, size_t size)
{
	size_t old = mi_atomic_load_relaxed(counter);

	while (!mi_atomic_cas_weak_acq_rel(counter, &old, old > size ? old - size : 0))
		;
}

static void give_back(mi_subproc_t *subproc, mi_msecs_t now)
{
	size_t idle = 0;

	if (!mi_atomic_cas_strong_acq_rel(&kept.busy, &idle, (size_t)1))
		return;
	/* Another thread may free what was looked at already; but not for ever in this one's time.
	 */
	for (int i = 0; i == 0 || (i < 3 && mi_atomic_load_relaxed(&kept.unused) > kept_limit());
	     i++) {
		mi_atomic_store_relaxed(&kept.unused, (size_t)0);
		mi_arenas_try_purge(true, true, subproc, 0);
	}
	mi_atomic_storei64_relaxed(&kept.given, now);
	mi_atomic_store_release(&kept.busy, (size_t)0);
}

void _mi_arenas_free(mi_subproc_t *subproc, void *p, size_t size, mi_memid_t memid)
{
	upstream_arenas_free(subproc, p, size, memid);
	if (memid.memkind != MI_MEM_ARENA || memid.is_pinned)
		return;

	kept_subtract(&kept.used, size);
	const size_t unused = mi_atomic_add_acq_rel(&kept.unused, size) + size;
	if (unused <= kept_untaught())
		return;

	const mi_msecs_t now = _mi_clock_now();
	if (mi_atomic_load_relaxed(&kept.lesson) &&
	    now - mi_atomic_loadi64_relaxed(&kept.since) > KEPT_MSECS) {
		/* For a second this much has been unused at least: the lesson is out of date. */
		if (mi_atomic_load_relaxed(&kept.least) > KEPT_LEAST)
			mi_atomic_store_relaxed(&kept.lesson, (size_t)0);
		mi_atomic_store_relaxed(&kept.least, unused);
		mi_atomic_storei64_relaxed(&kept.since, now);
	}
	if (unused > kept_limit())
		give_back(subproc, now);
}

void *_mi_arenas_try_alloc(mi_heap_t *heap, size_t slice_count, size_t alignment, bool commit,
                           bool allow_large, mi_arena_t *req_arena, size_t tseq, int numa_node,
                           mi_memid_t *memid)
{
	void *p = upstream_arenas_try_alloc(heap, slice_count, alignment, commit, allow_large,
	                                    req_arena, tseq, numa_node, memid);
	if (!p || memid->is_pinned)
		return p;

	mi_arena_t *const arena = memid->mem.arena.arena;
	const size_t index = memid->mem.arena.slice_index;
	const size_t size = _mi_size_of_slices(slice_count);
	const size_t reused =
		_mi_size_of_slices(mi_bitmap_popcountN(arena->slices_purge, index, slice_count));

	mi_atomic_add_acq_rel(&kept.used, size);
	if (reused) {
		mi_bitmap_clearN(arena->slices_purge, index, slice_count);
		kept_subtract(&kept.unused, reused);
		const size_t unused = mi_atomic_load_relaxed(&kept.unused);
		if (unused < mi_atomic_load_relaxed(&kept.least))
			mi_atomic_store_relaxed(&kept.least, unused);
	}
	if (reused < size && !memid->initially_zero) {
		const mi_msecs_t now = _mi_clock_now();
		const mi_msecs_t given = mi_atomic_loadi64_relaxed(&kept.given);
		if (now - given <= KEPT_MSECS && given != mi_atomic_loadi64_relaxed(&kept.learnt)) {
			const size_t lesson = mi_atomic_load_relaxed(&kept.lesson);
			mi_atomic_store_relaxed(&kept.lesson, mi_max(2 * lesson, KEPT_LEAST));
			mi_atomic_storei64_relaxed(&kept.learnt, given);
			mi_atomic_store_relaxed(&kept.least, (size_t)0);
			mi_atomic_storei64_relaxed(&kept.since, now);
		}
	}
	return p;
}
