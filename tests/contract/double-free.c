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

// What becomes of a process in which the block is freed twice, by this thread or another, and which
// then asks for one of its size.
static int status_of(void *block, size_t size, int elsewhere)
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
		_exit(malloc(size) != NULL);
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
			CHECK(WIFSIGNALED(status_of(alone, size, elsewhere)));
			void *const beside = malloc(size);
			CHECK(alone && beside);
			CHECK(WIFSIGNALED(status_of(alone, size, elsewhere)));
			free(alone);
			free(beside);
		}
	}
	// Of these each is alone in its memory, which, once it has come and gone often enough, is
	// kept for the next.
	for (size_t size = 20000; size < 600000; size *= 3) {
		for (int i = 0; i < 100; i++)
			free(malloc(size));
		for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
			void *const block = malloc(size);
			CHECK(block && WIFSIGNALED(status_of(block, size, elsewhere)));
			free(block);
		}
	}
	return 0;
}
