/* SPDX-License-Identifier: MIT
 *
 * How a thread ends: it gives its pages back. Included by mimalloc.c behind upstream's
 * _mi_malloc_generic, which is called upstream_malloc_generic there.
 *
 * musl ends each thread with __pthread_tsd_run_dtors, which runs the destructors of keys. Where a
 * static program has no pthread_key_create that is the overlay's (overlay.c): no key is taken, and
 * threads have no room for keys on their stacks. Elsewhere we have a key. It is the process's
 * first, so its destructor runs before the program's, which may allocate, in as many rounds as
 * there are (C++'s and Rust's thread_local are such keys). Nothing of the thread's own comes after
 * the last: so from its end on a thread gives back with each call what the call took.
 */
#include "overlay.h"

#pragma weak pthread_key_create

static pthread_key_t thread_key;
static _Atomic(bool) thread_key_made;
static __thread bool thread_ended;

void mimalloc_musl_thread_done(void)
{
	thread_ended = true;
	_mi_thread_done(NULL);
}

static void thread_key_destructor(void *theap)
{
	(void)theap; /* may be gone */
	mimalloc_musl_thread_done();
}

void _mi_prim_thread_init_auto_done(void)
{
	if (pthread_key_create && pthread_key_create(&thread_key, thread_key_destructor) == 0)
		mi_atomic_store_release(&thread_key_made, true);
}

void _mi_prim_thread_done_auto_done(void)
{
	/* The key stays until the process ends: other threads may still run, and musl 1.2.3's
	 * pthread_key_delete waits for them. */
}

void _mi_prim_thread_associate_default_theap(mi_theap_t *theap)
{
	if (mi_atomic_load_acquire(&thread_key_made))
		pthread_setspecific(thread_key, theap);
}

void *_mi_malloc_generic(mi_theap_t *theap, size_t size, size_t zero_huge_alignment,
                         mi_page_t **ppage)
{
	const bool ended = !mi_theap_is_initialized(theap) && thread_ended;
	void *const p = upstream_malloc_generic(theap, size, zero_huge_alignment, ppage);

	if (ended)
		_mi_thread_done(NULL);
	return p;
}
