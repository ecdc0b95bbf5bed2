/* SPDX-License-Identifier: MIT
 *
 * How a thread ends: a destructor of a key gives its pages back. Included by mimalloc.c behind
 * upstream's function of that name, which is called upstream_... there.
 *
 * The key is the process's first, so its destructor runs before the program's, which may allocate,
 * in as many rounds as there are (C++'s and Rust's thread_local are such keys). Nothing of the
 * thread's own comes after the last: so from its end on a thread gives back with each call what the
 * call took.
 */
static pthread_key_t thread_key;
static _Atomic(bool) thread_key_made;
static __thread bool thread_ended;

static void thread_done(void *theap)
{
	(void)theap; /* may be gone */
	thread_ended = true;
	_mi_thread_done(NULL);
}

void _mi_prim_thread_init_auto_done(void)
{
	if (pthread_key_create(&thread_key, thread_done) == 0)
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
