// SPDX-License-Identifier: MIT
// A block that is freed twice in a row stops the program, and is not given to two callers.
#include "promise.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void *freed_twice(void *block)
{
	free(block);
	free(block);
	return NULL;
}

// What becomes of a process in which the block is freed twice, by this thread or another.
static int status_of(void *block, int elsewhere)
{
	int status;
	pthread_t thread;
	const pid_t child = fork();

	CHECK(child >= 0);
	if (!child) {
		if (!elsewhere)
			freed_twice(block);
		else if (pthread_create(&thread, NULL, freed_twice, block) == 0)
			pthread_join(thread, NULL);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	return status;
}

int main(void)
{
	const struct rlimit no_core = { 0, 0 };

	CHECK(setrlimit(RLIMIT_CORE, &no_core) == 0);
	for (size_t size = 1; size < 20000; size = size * 3 + 1) {
		for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
			void *const alone = malloc(size);
			CHECK(WIFSIGNALED(status_of(alone, elsewhere)));
			void *const beside = malloc(size);
			CHECK(alone && beside);
			CHECK(WIFSIGNALED(status_of(alone, elsewhere)));
			free(alone);
			free(beside);
		}
	}
	return 0;
}
