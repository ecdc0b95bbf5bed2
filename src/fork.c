/* SPDX-License-Identifier: MIT
 *
 * Where musl's fork tells its allocator, in a process that has had threads; included by mimalloc.c,
 * called by overlay.c in static programs, by pthread_atfork's handlers in dynamic ones.
 *
 * Every lock of mimalloc's and ours is held while the process is copied, so that what they guard is
 * whole in the child. The order is that in which they are taken inside one another:
 *
 * - thread_key_lock (thread.c), which is taken before any, if it can be had: from 1.2.4 on musl's
 *   fork holds the lock of its keys by now, for which the thread that makes ours may wait;
 * - mi_subprocs_lock, heaps_lock: the lists that are walked here (heap/subproc.c, heap/heap.c);
 * - theaps_lock of the thread, of each heap (heap/init.c, heap/theap.c, which only try where they
 *   take them the other way round);
 * - mi_thread_locals_lock (util/threadlocal.c);
 * - arena_pages_lock of heaps that are not main: allocates its records (arena/arena-page.c);
 * - theap_meta_lock: the records' own heap (heap/subproc.c);
 * - arena_pages_lock of a main heap: allocates nothing;
 * - os_abandoned_pages_lock (arena/arena-page.c);
 * - arena_reserve_lock, holes_lock (arena/arena-alloc.c, arena.c);
 * - page_list_locks (page.c);
 * - the guard of purging (arena.c);
 * - out_buf_lock (util/options.c), the one of these that the guard's holder may wait for; where
 * there are messages.
 *
 * theaps_lock of another thread is not held: in the child nobody is left who takes it. The guards
 * of what is done once are open since mi_process_init.
 *
 * What threads change without a lock:
 *
 * - bitmaps of arenas, page map, xthread_free: atomic words, each step of which is a valid state;
 *   what a thread was about to put back is lost to the child.
 * - pages and page queues of a thread: may be half changed. The child looks at no more of them
 *   than the thread's id: the thread's theap leaves its heap's list, and a block of such a page is
 *   freed as one of another thread, by one atomic push. So its memory is not used again in the
 *   child; upstream abandons such pages, and asks that no thread be inside malloc.
 */
#include "mimalloc/heap/subproc.h"

#include "overlay.h"

typedef void lock_action(mi_lock_t *);

#ifdef ONE_HEAP
#define EACH_SUBPROC(subproc) \
	for (mi_subproc_t *subproc = &mi_process_subproc_main; subproc; subproc = NULL)
#define EACH_HEAP(heap) for (mi_heap_t *heap = &mi_process_heap_main; heap; heap = NULL)
#else
#define EACH_SUBPROC(subproc) \
	for (mi_subproc_t *subproc = mi_subprocs; subproc; subproc = (subproc)->next)
#define EACH_HEAP(heap)                  \
	EACH_SUBPROC (subproc_of_##heap) \
		for (mi_heap_t *heap = subproc_of_##heap->heaps; heap; heap = (heap)->next)
#endif

static mi_tld_t *fork_tld(void)
{
	mi_theap_t *const theap = _mi_theap_default();

	return mi_theap_is_initialized(theap) ? theap->tld : NULL;
}

/* All but the locks of the lists that are walked, in their order. */
static void inner_locks(lock_action *act)
{
	mi_tld_t *const tld = fork_tld();

	if (tld)
		act(&tld->theaps_lock);
	EACH_HEAP (heap)
		act(&heap->theaps_lock);
	act(&mi_thread_locals_lock);
	EACH_HEAP (heap)
		if (!mi_is_heap_main(heap))
			act(&heap->arena_pages_lock);
	EACH_SUBPROC (subproc)
		act(&subproc->theap_meta_lock);
	EACH_HEAP (heap)
		if (mi_is_heap_main(heap))
			act(&heap->arena_pages_lock);
	EACH_HEAP (heap)
		act(&heap->os_abandoned_pages_lock);
	EACH_SUBPROC (subproc)
		act(&subproc->arena_reserve_lock);
	act(&holes_lock);
	for (size_t i = 0; i < PAGE_LIST_LOCKS; i++)
		act(&page_list_locks[i]);
}

/* Until a thread that makes its key, without waiting, has done so. */
#define FORK_KEY_TRIES 100

static bool fork_holds_key; /* mi_subprocs_lock guards it */

static bool fork_take_key(void)
{
	for (int i = 0; i < FORK_KEY_TRIES; i++) {
		if (mi_lock_try_acquire(&thread_key_lock))
			return true;
		_mi_prim_thread_yield();
	}
	return false;
}

static void fork_prepare(void)
{
	mi_process_init();
	const bool holds_key = fork_take_key();
	mi_lock_acquire(&mi_subprocs_lock);
	fork_holds_key = holds_key;
	EACH_SUBPROC (subproc)
		mi_lock_acquire(&subproc->heaps_lock);
	inner_locks(mi_lock_acquire);
	while (!purge_enter())
		_mi_prim_thread_yield();
#ifdef PROFILE_FULL
	mi_lock_acquire(&out_buf_lock);
#endif
}

static void fork_done(lock_action *act)
{
	const bool has_key = fork_holds_key || act == mi_lock_init;

#ifdef PROFILE_FULL
	act(&out_buf_lock);
#endif
	purge_leave();
	inner_locks(act);
	EACH_SUBPROC (subproc)
		act(&subproc->heaps_lock);
	act(&mi_subprocs_lock);
	if (has_key)
		act(&thread_key_lock);
}

/* No thread has this one's address. */
static _Alignas(16) char forgotten_thread;

/* A page of a thread that is not in the child belongs to nobody who could have the thread's id
 * again, as one on the same stack would. An abandoned one that a thread was looking at is back in
 * the bitmap: who frees a block of it waits for the bit (arena/bitmap-chunk.c). */
static bool forget_page(size_t slice_index, size_t slice_count, mi_arena_t *arena, void *heap)
{
	mi_page_t *const page = mi_arena_page_at_slice(arena, slice_index);
	const mi_threadid_t thread = mi_page_thread_id(page);

	(void)slice_count;
	if (thread > MI_THREADID_DETACHED && thread != _mi_prim_thread_id()) {
		mi_atomic_store_release(&page->xthread_id,
		                        (mi_threadid_t)&forgotten_thread | mi_page_flags(page));
	} else if (mi_page_is_abandoned_mapped(page) && !mi_page_is_owned(page)) {
		mi_bitmap_set(mi_heap_arena_pages(heap, arena)
		                      ->pages_abandoned[_mi_bin(mi_page_block_size(page))],
		              slice_index);
	}
	return true;
}

static bool forget_pages(mi_arena_t *arena, const void *of_heap, void **result)
{
	mi_heap_t *const heap = *(mi_heap_t *const *)of_heap;
	mi_arena_pages_t *const pages = mi_heap_arena_pages(heap, arena);

	(void)result;
	if (pages)
		_mi_bitmap_forall_set(pages->pages, forget_page, arena, heap);
	return true;
}

/* The theaps of threads that are not in the child leave their heaps' lists. */
static void forget_threads(void)
{
	mi_tld_t *const tld = fork_tld();

	EACH_HEAP (heap) {
		for (mi_theap_t *theap = heap->theaps, *next; theap; theap = next) {
			next = theap->hnext;
			if (theap->tld == tld || theap->tld->thread_id == MI_THREADID_DETACHED)
				continue;
			if (next)
				next->hprev = theap->hprev;
			if (theap->hprev)
				theap->hprev->hnext = next;
			else
				heap->theaps = next;
			theap->hnext = theap->hprev = NULL;
		}
		mi_forall_arenas(heap, NULL, 0, forget_pages, &heap, NULL);
	}
}

void mimalloc_musl_atfork(int who)
{
	if (who < 0) {
		fork_prepare();
	} else if (who == 0) {
		fork_done(mi_lock_release);
	} else {
		forget_threads();
		mi_atomic_store_release(&kept.busy, (size_t)0);
		fork_done(mi_lock_init);
	}
}

/* A libc.so calls only its own malloc's hook. Handlers that are registered before any of the
 * program's run next to the copying, but before libc takes its own locks: a thread that allocates
 * while it holds one of those (in dlopen, setlocale, tzset) may then be waited for in vain. Both
 * names are weak: the first is in a static program only, the second in one that uses it. */
#pragma weak __init_libc
#pragma weak pthread_atfork
extern void __init_libc(char **, char *);

static void before_fork(void)
{
	mimalloc_musl_atfork(-1);
}

static void after_fork_in_the_parent(void)
{
	mimalloc_musl_atfork(0);
}

static void after_fork_in_the_child(void)
{
	mimalloc_musl_atfork(1);
}

static void fork_register(void)
{
	if (!__init_libc && pthread_atfork)
		pthread_atfork(before_fork, after_fork_in_the_parent, after_fork_in_the_child);
}
