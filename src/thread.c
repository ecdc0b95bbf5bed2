/* SPDX-License-Identifier: MIT
 *
 * How a thread ends: it gives its pages back. Included by mimalloc.c behind upstream's
 * _mi_malloc_generic, which is called upstream_malloc_generic there.
 *
 * musl ends each thread in two steps: its cleanup handlers (pthread_cleanup_push), then
 * __pthread_tsd_run_dtors, the destructors of keys. Where a static program has no
 * pthread_key_create, the second is the overlay's (overlay.c), and threads have no room for keys on
 * their stacks. Elsewhere we are the thread's first cleanup handler and so the last that runs: all
 * keys are left to the program. A thread whose first call comes while it has handlers already, or
 * with cancellation disabled, has a key instead, which is made for the first such thread: it may be
 * that of a timer (SIGEV_THREAD), which forgets its handlers each time, or in the destructor of a
 * key, behind all handlers.
 *
 * Destructors of the program's keys (C++'s and Rust's thread_local are such) may allocate after
 * that, in as many rounds as there are, and nothing of the thread's own comes after the last. So
 * from its end on a thread gives back with each call what the call took.
 *
 * Two ends are not told: of a timer's thread whose first call comes in a destructor, before its
 * handlers are forgotten, and of one whose first call comes in the last round of destructors. What
 * such a thread had goes back as the next one comes that has its id.
 */
#include <time.h>

#include "overlay.h"

#pragma weak pthread_key_create
#pragma weak timer_create

static __thread bool thread_ended;

static pthread_key_t thread_key;
static _Atomic(bool) thread_key_made;
static mi_lock_t thread_key_lock = MI_LOCK_INITIALIZER;

void mimalloc_musl_thread_done(void)
{
	thread_ended = true;
	_mi_thread_done(NULL);
}

static void thread_end(void *arg)
{
	(void)arg;
	mimalloc_musl_thread_done();
}

static bool thread_has_key(mi_theap_t *theap)
{
	bool has = false;

	mi_lock(&thread_key_lock)
	{
		if (!thread_key_made)
			thread_key_made = pthread_key_create(&thread_key, thread_end) == 0;
		has = thread_key_made && pthread_setspecific(thread_key, theap) == 0;
	}
	return has;
}

#ifdef __GLIBC__ /* where ThreadSanitizer is, and no handler outlives a function */
static bool thread_has_handler(void)
{
	return false;
}
#else
static __thread struct __ptcb thread_handler;

static bool thread_has_handler(void)
{
	struct __ptcb top = { 0 };
	int cancellation;

	if (thread_handler.__f)
		return true;
	_pthread_cleanup_push(&top, thread_end, NULL);
	_pthread_cleanup_pop(&top, 0);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancellation);
	pthread_setcancelstate(cancellation, NULL);
	if (top.__next || cancellation != PTHREAD_CANCEL_ENABLE)
		return false;
	_pthread_cleanup_push(&thread_handler, thread_end, NULL);
	return true;
}
#endif

void _mi_prim_thread_init_auto_done(void)
{
}

void _mi_prim_thread_done_auto_done(void)
{
	/* The key stays until the process ends: other threads may still run, and musl 1.2.3's
	 * pthread_key_delete waits for them. */
}

void _mi_prim_thread_associate_default_theap(mi_theap_t *theap)
{
	if (!pthread_key_create || thread_ended)
		return;
	if (!thread_has_handler() && !thread_has_key(theap))
		thread_ended = true; /* slow, but nothing is lost */
}

/* Where this thread has nothing yet, what has its id is lost. Before the process is initialized,
 * and with it the lock, nothing is. */
static void thread_find_lost(void)
{
	const mi_threadid_t thread = _mi_prim_thread_id();
	mi_theap_t *lost = NULL;

	if (thread_ended || !(timer_create || thread_key_made) || !_mi_process_is_initialized)
		return;
#ifndef ONE_HEAP /* A heap may have nothing for a thread that has something. */
	if (mi_theap_is_initialized(_mi_theap_default()))
		return;
#endif
	mi_lock(&mi_process_heap_main.theaps_lock)
	{
		lost = mi_process_heap_main.theaps;
		while (lost && lost->tld->thread_id != thread)
			lost = lost->hnext;
	}
	if (lost)
		_mi_thread_done(lost);
}

void *_mi_malloc_generic(mi_theap_t *theap, size_t size, size_t zero_huge_alignment,
                         mi_page_t **ppage)
{
	const bool fresh = !mi_theap_is_initialized(theap);

	if (fresh)
		thread_find_lost();
	void *const p = upstream_malloc_generic(theap, size, zero_huge_alignment, ppage);

	if (fresh && thread_ended)
		_mi_thread_done(NULL);
	return p;
}
