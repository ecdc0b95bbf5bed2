// SPDX-License-Identifier: MIT
// A child forked while eight threads allocate may allocate, free what its parent allocated, start
// threads, fork again and leave by exit or _exit; neither grows. FORKS of them, or as many as the
// first argument says.
// Source: musl since 1.2.2 (__malloc_atfork).
#include "promise.h"

#include <pthread.h>
#include <sys/wait.h>

#define FORKS   300
#define THREADS 8
#define BLOCKS  64

// What the blocks that happen to be alive may make of a difference.
#define SLACK (16 * MIB)

// Seconds after which a child hangs.
#define WATCHDOG 20

static char *volatile shared[THREADS][BLOCKS];
static volatile int stop;

static size_t some_size(unsigned *state)
{
	*state = *state * 1103515245 + 12345;
	const unsigned r = *state >> 8;
	return r % 100 ? 1 + r % 2000 : r % MIB;
}

static void *allocate(void *arg)
{
	const size_t self = (size_t)arg;
	unsigned state = (unsigned)self;
	for (size_t i = 0; !stop; i = (i + 1) % BLOCKS) {
		char *p = malloc(some_size(&state));
		CHECK(p);
		*p = (char)i;
		free(shared[self][i]);
		shared[self][i] = p;
	}
	return NULL;
}

static void *allocate_some(void *arg)
{
	unsigned state = 7;
	(void)arg;
	for (int i = 0; i < 500; i++) {
		char *p = malloc(some_size(&state));
		CHECK(p);
		*p = 1;
		free(p);
	}
	return NULL;
}

static void wait_for(pid_t child)
{
	int status;
	CHECK(child > 0);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(status == 0);
}

static void in_the_child(int round, char *of_the_parent)
{
	const size_t early = resident();

	alarm(WATCHDOG);
	allocate_some(NULL);
	free(of_the_parent);
	if (round % 5 == 0) {
		pthread_t thread[2];
		for (size_t i = 0; i < COUNT(thread); i++)
			CHECK(pthread_create(&thread[i], NULL, allocate_some, NULL) == 0);
		for (size_t i = 0; i < COUNT(thread); i++)
			CHECK(pthread_join(thread[i], NULL) == 0);
	}
	if (round % 7 == 0) {
		const pid_t child = fork();
		if (child == 0) {
			alarm(WATCHDOG);
			allocate_some(NULL);
			_exit(0);
		}
		wait_for(child);
	}
	for (int i = 0; i < 10; i++)
		allocate_some(NULL);
	CHECK(resident() <= early + SLACK);
	if (round % 2)
		exit(0);
	_exit(0);
}

int main(int argc, char **argv)
{
	const int forks = argc > 1 ? atoi(argv[1]) : FORKS;
	pthread_t thread[THREADS];
	size_t early = 0;

	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, allocate, (void *)i) == 0);
	for (int round = 0; round < forks; round++) {
		char *p = malloc(1000);
		CHECK(p);
		const pid_t child = fork();
		if (child == 0)
			in_the_child(round, p);
		wait_for(child);
		free(p);
		if (round == forks / 10)
			early = resident();
	}
	CHECK(resident() <= early + SLACK);
	stop = 1;
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	return 0;
}
