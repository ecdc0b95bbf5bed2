// SPDX-License-Identifier: MIT
// Until a process is gone it may allocate: in handlers and destructors, in threads while another
// one runs exit, after the main thread has gone. The program starts itself once for each way to
// end. Source: musl, which tears nothing of its malloc down.
#include "promise.h"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

// Seconds after which an end hangs.
#define WATCHDOG 30

extern char **environ;

static char *volatile kept;
static int handlers, handlers_wanted;

static void use_the_heap(void)
{
	for (size_t size = 1; size < MIB; size = size * 2 + 1) {
		char *p = malloc(size);
		CHECK(p);
		*p = 1;
		free(kept);
		kept = p;
	}
}

static void handler(void)
{
	use_the_heap();
	handlers++;
}

__attribute__((destructor)) static void destructor(void)
{
	handler();
}

__attribute__((destructor(102))) static void late_destructor(void)
{
	handler();
}

// The last: its word is the exit status.
__attribute__((destructor(101))) static void last_destructor(void)
{
	handler();
	if (handlers_wanted && handlers != handlers_wanted)
		_exit(3);
}

static void *allocate(void *arg)
{
	(void)arg;
	for (;;) {
		char *p = malloc(100), *q = malloc(100 * KIB);
		CHECK(p && q);
		*p = *q = 1;
		free(p);
		free(q);
	}
	return NULL;
}

static void start(void *(*function)(void *))
{
	pthread_t thread;
	CHECK(pthread_create(&thread, NULL, function, NULL) == 0);
	CHECK(pthread_detach(thread) == 0);
}

static void allocating_threads(void)
{
	for (int i = 0; i < 4; i++)
		start(allocate);
	usleep(2000);
}

static void *exits(void *arg)
{
	(void)arg;
	use_the_heap();
	exit(0);
}

static volatile int main_is_gone;
static pthread_key_t at_exit_of_main;

static void main_goes(void *value)
{
	(void)value;
	use_the_heap();
	main_is_gone = 1;
}

static void leave_main(void)
{
	CHECK(pthread_key_create(&at_exit_of_main, main_goes) == 0);
	CHECK(pthread_setspecific(at_exit_of_main, &at_exit_of_main) == 0);
	pthread_exit(NULL);
}

static void *ends_after_main(void *arg)
{
	(void)arg;
	while (!main_is_gone)
		usleep(100);
	usleep(1000);
	use_the_heap();
	return NULL;
}

static void *forks_after_main(void *arg)
{
	int status;
	for (int i = 0; i < 20; i++) {
		ends_after_main(arg);
		const pid_t child = fork();
		if (child == 0) {
			alarm(WATCHDOG);
			use_the_heap();
			exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child);
		CHECK(status == 0);
	}
	exit(0);
}

static void *aborts(void *arg)
{
	(void)arg;
	abort();
}

static void end(int way)
{
	alarm(WATCHDOG);
	CHECK(atexit(handler) == 0);
	CHECK(at_quick_exit(handler) == 0);
	use_the_heap();
	// atexit's and the three destructors; quick_exit and abort run none of them.
	handlers_wanted = 4;
	switch (way) {
	case 0:
		exit(0);
	case 1:
		allocating_threads();
		exit(0);
	case 2:
		start(exits);
		allocate(NULL);
		break;
	case 3:
		allocating_threads();
		quick_exit(0);
	case 4:
		start(ends_after_main);
		leave_main();
		break;
	case 5:
		start(forks_after_main);
		leave_main();
		break;
	case 6:
		allocating_threads();
		_exit(0);
	case 7:
		allocating_threads();
		abort();
	case 8:
		start(aborts);
		allocate(NULL);
		break;
	default:
		CHECK(0);
	}
}

enum { WAYS = 9, ABORTS = 7 };

int main(int argc, char **argv)
{
	int status;
	pid_t child;

	if (argc > 1) {
		end(atoi(argv[1]));
		return 1;
	}
	for (int round = 0; round < 5; round++) {
		for (int way = 0; way < WAYS; way++) {
			char number[10];
			char *const arguments[] = { argv[0], number, NULL };

			snprintf(number, sizeof number, "%d", way);
			CHECK(posix_spawn(&child, argv[0], NULL, NULL, arguments, environ) == 0);
			CHECK(waitpid(child, &status, 0) == child);
			if (status != (way < ABORTS ? 0 : SIGABRT)) {
				dprintf(STDERR_FILENO, "way %d: status %#x\n", way, status);
				return 1;
			}
		}
	}
	return 0;
}
