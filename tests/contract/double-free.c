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

// Beside as many blocks of its size as may fill one mimalloc page, or two, or be in none with it.
static void try_beside(size_t size)
{
	for (int beside = 0; beside < 48; beside++) {
		void *const block = malloc(size);

		for (int elsewhere = 0; elsewhere < 2; elsewhere++)
			CHECK(block && WIFSIGNALED(status_of(block, size, elsewhere)));
		// It stays.
	}
}

int main(void)
{
	static const size_t sizes[] = { 1,     300,   3000,   9000,   12000, 20000,
		                        30000, 70000, 200000, 400000, 600000 };
	const struct rlimit no_core = { 0, 0 };

	CHECK(setrlimit(RLIMIT_CORE, &no_core) == 0);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		try_beside(sizes[i]);
		// Until what is freed is kept for the next.
		for (int round = 0; round < 100; round++)
			free(malloc(sizes[i]));
		try_beside(sizes[i]);
	}
	return 0;
}
