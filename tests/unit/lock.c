/* SPDX-License-Identifier: MIT
 *
 * That one thread at a time has a lock (lock.h), and that none sleeps for ever. Prints how often it
 * was held; where nobody ever slept for it, that nothing was seen.
 */
#include "../../src/mimalloc.c"

#include <stdio.h>
#include <unistd.h>

enum { THREADS = 4, TIMES = 3000, WATCHDOG = 60 };

static mi_lock_t lock = MI_LOCK_INITIALIZER;
static unsigned held, slept_for; /* what the lock guards */

static void *hold_often(void *arg)
{
	for (int i = 0; i < TIMES; i++) {
		mi_lock(&lock)
		{
			const unsigned before = held;

			/* Now and then for longer than anybody spins. */
			if (i % 8 == 0)
				usleep(1);
			slept_for += mi_atomic_load_relaxed(&lock.mutex) == LOCK_WAITED_FOR;
			held = before + 1;
		}
	}
	return arg;
}

int main(void)
{
	pthread_t thread[THREADS];

	alarm(WATCHDOG);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, hold_often, NULL) != 0)
			return 2;
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	if (slept_for == 0 || mi_lock_try_acquire(&lock) != true || mi_lock_try_acquire(&lock))
		puts("nothing was seen");
	printf("%u\n", held);
	return 0;
}
