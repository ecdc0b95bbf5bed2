// SPDX-License-Identifier: MIT
// A thread's first call may come at any point of its life, and the thread is reclaimed all the
// same: below a cleanup handler, with cancellation disabled, in a handler, in a key's destructor,
// in the last round of these, and in the function of a timer or in a destructor behind it, whose
// thread musl uses again as if it were new. With keys left and, given an argument, with none left.
#include "promise.h"

#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>

#define THREADS 2000
#define TIMERS  300

static pthread_key_t key, late_key;
static char round_of[PTHREAD_DESTRUCTOR_ITERATIONS];

static void use(void *arg)
{
	char *p[20];

	(void)arg;
	for (size_t i = 0; i < COUNT(p); i++) {
		p[i] = malloc(i * 100);
		CHECK(p[i]);
	}
	for (size_t i = 0; i < COUNT(p); i++)
		free(p[i]);
}

static void use_in_the_last_round(void *arg)
{
	char *const round = arg;

	if (round == &round_of[COUNT(round_of) - 1])
		use(NULL);
	else
		CHECK(pthread_setspecific(late_key, round + 1) == 0);
}

static void *below_a_handler(void *arg)
{
	pthread_cleanup_push(use, arg);
	use(NULL);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *in_a_handler(void *arg)
{
	pthread_cleanup_push(use, arg);
	pthread_exit(NULL);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *not_to_be_cancelled(void *arg)
{
	int before;

	CHECK(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before) == 0);
	use(arg);
	return NULL;
}

static void *in_a_destructor(void *arg)
{
	(void)arg;
	CHECK(pthread_setspecific(key, &key) == 0);
	return NULL;
}

static void *in_the_last_destructors(void *arg)
{
	(void)arg;
	CHECK(pthread_setspecific(late_key, &round_of[0]) == 0);
	return NULL;
}

static void one_thread(void *(*work)(void *))
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
}

static sem_t notified;
static void *(*timers_work)(void *);

static void notify(union sigval value)
{
	(void)value;
	timers_work(NULL);
	sem_post(&notified);
}

static void *in_a_timer(void *arg)
{
	use(arg);
	return NULL;
}

static void one_expiry(void *(*work)(void *))
{
	static timer_t timer;
	const struct itimerspec soon = { .it_value = { 0, 1 } };

	timers_work = work;
	if (!timer) {
		struct sigevent event = { .sigev_notify = SIGEV_THREAD,
			                  .sigev_notify_function = notify };
		CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	}
	CHECK(timer_settime(timer, 0, &soon, NULL) == 0);
	CHECK(sem_wait(&notified) == 0);
}

static void bounded(const char *what, int times, void (*one)(void *(*)(void *)),
                    void *(*work)(void *))
{
	size_t early = 0;

	for (int i = 0; i < times; i++) {
		one(work);
		if (i == times / 10)
			early = resident();
	}
	if (resident() > early + MIB)
		dprintf(STDERR_FILENO, "%s: %zu KiB, then %zu\n", what, early / KIB,
		        resident() / KIB);
	CHECK(resident() <= early + MIB);
}

int main(int argc, char **argv)
{
	(void)argv;
	CHECK(pthread_key_create(&key, use) == 0);
	// Behind the key of mimalloc's own, which the first such thread makes.
	one_thread(below_a_handler);
	CHECK(pthread_key_create(&late_key, use_in_the_last_round) == 0);
	for (pthread_key_t other; argc > 1 && pthread_key_create(&other, NULL) == 0;)
		;
	CHECK(sem_init(&notified, 0, 0) == 0);
	bounded("below a handler", THREADS, one_thread, below_a_handler);
	bounded("in a handler", THREADS, one_thread, in_a_handler);
	bounded("not to be cancelled", THREADS, one_thread, not_to_be_cancelled);
	bounded("in a destructor", THREADS, one_thread, in_a_destructor);
	bounded("in the last destructors", THREADS, one_thread, in_the_last_destructors);
	bounded("in a timer", TIMERS, one_expiry, in_a_timer);
	bounded("in a destructor behind a timer", TIMERS, one_expiry, in_a_destructor);
	return 0;
}
