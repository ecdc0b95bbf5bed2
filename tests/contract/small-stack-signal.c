// SPDX-License-Identifier: MIT
// A thread of PTHREAD_STACK_MIN bytes that has used malloc has room left for a signal: a handler of
// the program's, and the one by which libc cancels. In a static program without keys of threads,
// that is; the table of keys takes 1,024 bytes of each stack, in every dynamic one too.
// Source: musl; glibc's tst-minstack-cancel asks for it.
#include "promise.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>

// What a page has, less what libc keeps of a thread. The kernel needs more to save some processors.
#define ROOM 3500

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

static _Atomic int handled;

static void on_signal(int number)
{
	(void)number;
	handled = 1;
}

static pthread_barrier_t ready;

static void *wait_for_signals(void *arg)
{
	char *p = malloc(100);

	CHECK(p);
	free(p);
	pthread_barrier_wait(&ready);
	for (;;)
		pause();
	return arg;
}

int main(void)
{
	const struct sigaction action = { .sa_handler = on_signal };
	pthread_attr_t smallest;
	pthread_t id;
	void *result;

	if (getauxval(AT_MINSIGSTKSZ) > ROOM) {
		dprintf(STDERR_FILENO, "a signal takes %lu bytes here\n",
		        getauxval(AT_MINSIGSTKSZ));
		return NOT_HERE;
	}
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	CHECK(pthread_barrier_init(&ready, NULL, 2) == 0);
	CHECK(pthread_attr_init(&smallest) == 0);
	CHECK(pthread_attr_setstacksize(&smallest, PTHREAD_STACK_MIN) == 0);
	for (int i = 0; i < 20; i++) {
		handled = 0;
		CHECK(pthread_create(&id, &smallest, wait_for_signals, NULL) == 0);
		pthread_barrier_wait(&ready);
		CHECK(pthread_kill(id, SIGUSR1) == 0);
		while (!handled)
			usleep(100);
		CHECK(pthread_cancel(id) == 0);
		CHECK(pthread_join(id, &result) == 0);
		CHECK(result == PTHREAD_CANCELED);
	}
	return 0;
}
