// SPDX-License-Identifier: MIT
// A fork while another thread makes the key that tells its end. From musl 1.2.4 on that one waits
// for fork, which holds the lock of keys by then; here it is this program's pthread_key_create that
// does. Prints `forked`.
#include "../contract/promise.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WATCHDOG = 30 };

static atomic_int making, forked;

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	(void)key;
	(void)destructor;
	making = 1;
	while (!forked)
		usleep(1000);
	return EAGAIN;
}

// Its handlers are not to be told its end, so it has a key.
static void *allocate(void *arg)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	void *volatile p = malloc(100);
	CHECK(p);
	free(p);
	return arg;
}

static void in_a_thread(void)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, allocate, NULL) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
}

int main(void)
{
	pthread_t thread;
	int status;

	alarm(WATCHDOG);
	CHECK(pthread_create(&thread, NULL, allocate, NULL) == 0);
	while (!making)
		usleep(1000);
	const pid_t child = fork();
	forked = 1;
	if (child == 0) {
		alarm(WATCHDOG);
		in_a_thread();
		_exit(0);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	in_a_thread();
	puts("forked");
	return 0;
}
