// SPDX-License-Identifier: MIT
// Forks beside a thread that gives memory back, and is warned each time that it cannot: its memory
// is locked. Prints `forked`, or what cannot be tried here.
#include "../contract/promise.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WATCHDOG = 30, FORKS = 1000, BLOCKS = 400, SIZE = 60000 };

static atomic_bool done;

static void *fill_and_empty(void *arg)
{
	static void *block[BLOCKS];

	while (!done) {
		for (int i = 0; i < BLOCKS; i++)
			block[i] = malloc(SIZE);
		for (int i = 0; i < BLOCKS; i++)
			free(block[i]);
	}
	return arg;
}

int main(void)
{
	pthread_t thread;
	int status;

	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
		puts("memory cannot be locked");
		return 0;
	}
	alarm(WATCHDOG);
	CHECK(pthread_create(&thread, NULL, fill_and_empty, NULL) == 0);
	for (int i = 0; i < FORKS; i++) {
		const pid_t child = fork();
		if (child == 0)
			_exit(0);
		CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
	}
	done = true;
	CHECK(pthread_join(thread, NULL) == 0);
	puts("forked");
	return 0;
}
