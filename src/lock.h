/* SPDX-License-Identifier: MIT
 *
 * mimalloc's locks. Upstream's are pthread's mutexes, which take 2.2 KiB of each program and keep
 * what these do not need: an owner, a kind, robustness. To be included before upstream's atomic.h,
 * which takes these for pthread's, and again behind it, where pthread's have their names back. With
 * LOCKS_OF_PTHREAD they are those: ThreadSanitizer watches the order in which they are taken.
 */
#ifndef MIMALLOC_MUSL_LOCK_H
#define MIMALLOC_MUSL_LOCK_H

#include <pthread.h>
#include <stdatomic.h>

#ifndef LOCKS_OF_PTHREAD

enum { LOCK_FREE, LOCK_HELD, LOCK_WAITED_FOR /* by a thread that sleeps, perhaps */ };

typedef _Atomic(int) lock_state;

/* prim.c */
static void lock_wait(lock_state *lock);
static void lock_wake(lock_state *lock);

static inline int lock_try(lock_state *lock)
{
	int state = LOCK_FREE;

	return !atomic_compare_exchange_strong_explicit(lock, &state, LOCK_HELD,
	                                                memory_order_acquire, memory_order_relaxed);
}

static inline int lock_acquire(lock_state *lock)
{
	if (lock_try(lock) != 0)
		lock_wait(lock);
	return 0;
}

static inline void lock_release(lock_state *lock)
{
	if (atomic_exchange_explicit(lock, LOCK_FREE, memory_order_release) == LOCK_WAITED_FOR)
		lock_wake(lock);
}

#pragma push_macro("PTHREAD_MUTEX_INITIALIZER")
#undef PTHREAD_MUTEX_INITIALIZER
#define PTHREAD_MUTEX_INITIALIZER   LOCK_FREE
#define pthread_mutex_t             lock_state
#define pthread_mutex_trylock(lock) lock_try(lock)
#define pthread_mutex_lock(lock)    lock_acquire(lock)
#define pthread_mutex_unlock(lock)  lock_release(lock)
#define pthread_mutex_destroy(lock) ((void)(lock))

#endif

#elif !defined(LOCKS_OF_PTHREAD)

#pragma pop_macro("PTHREAD_MUTEX_INITIALIZER")
#undef pthread_mutex_t
#undef pthread_mutex_trylock
#undef pthread_mutex_lock
#undef pthread_mutex_unlock
#undef pthread_mutex_destroy
#undef MI_LOCK_INITIALIZER
#define MI_LOCK_INITIALIZER \
	{                   \
		LOCK_FREE   \
	}

#endif
