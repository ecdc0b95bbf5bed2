// SPDX-License-Identifier: MIT
// Forks of every kind while threads allocate, start and end: from threads, with handlers that
// allocate, of a child of a child, vfork, posix_spawn, system and popen; the parent's memory stays
// as it is. FORKS rounds, or as many as the first argument says. Source: musl since 1.2.2
// (__malloc_atfork); POSIX (pthread_atfork).
#include "promise.h"

#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>

#define FORKS   20
#define THREADS 3

// Seconds after which a child hangs.
#define WATCHDOG 20

extern char **environ;

static volatile int stop;
static int generations = 3;
static _Atomic int handlers;

static void use_the_heap(void)
{
	char *p[40];

	for (size_t i = 0; i < COUNT(p); i++) {
		p[i] = malloc(i * i * i);
		CHECK(p[i]);
		p[i] = realloc(p[i], i * 100 + 1);
		CHECK(p[i]);
		*p[i] = 1;
	}
	for (size_t i = 0; i < COUNT(p); i++)
		free(p[i]);
}

static void handler(void)
{
	handlers++;
	use_the_heap();
}

static void *some_work(void *arg)
{
	use_the_heap();
	return arg;
}

// Allocates, and starts threads that end: there is always one just coming or going.
static void *allocate(void *arg)
{
	while (!stop) {
		pthread_t thread;
		use_the_heap();
		CHECK(pthread_create(&thread, NULL, some_work, NULL) == 0);
		CHECK(pthread_join(thread, NULL) == 0);
	}
	return arg;
}

static void wait_for(pid_t child)
{
	int status;

	CHECK(child > 0);
	CHECK(waitpid(child, &status, 0) == child);
	if (status)
		dprintf(STDERR_FILENO, "status %#x\n", status);
	CHECK(status == 0);
}

static void fork_once(int generation)
{
	char *const before = malloc(1000);
	CHECK(before);
	const pid_t child = fork();
	if (child == 0) {
		pthread_t thread;
		alarm(WATCHDOG);
		free(before);
		use_the_heap();
		const size_t early = resident();
		for (int i = 0; i < 50; i++)
			use_the_heap();
		CHECK(resident() <= early + MIB);
		CHECK(pthread_create(&thread, NULL, some_work, NULL) == 0);
		CHECK(pthread_join(thread, NULL) == 0);
		if (generation < generations)
			fork_once(generation + 1);
		_exit(0);
	}
	wait_for(child);
	free(before);
}

static void *fork_often(void *arg)
{
	for (int i = 0; i < *(int *)arg; i++)
		fork_once(1);
	return NULL;
}

static void other_kinds(void)
{
	static char name[] = "true";
	static char *arguments[] = { name, NULL };
	char word[20];
	pid_t child;

	child = vfork();
	if (child == 0) {
		execvp(name, arguments);
		_exit(127);
	}
	wait_for(child);
	CHECK(posix_spawnp(&child, name, NULL, NULL, arguments, environ) == 0);
	wait_for(child);
	CHECK(system("true") == 0);
	FILE *const pipe = popen("echo word", "r");
	CHECK(pipe);
	CHECK(fgets(word, sizeof word, pipe) && strcmp(word, "word\n") == 0);
	CHECK(pclose(pipe) == 0);
}

int main(int argc, char **argv)
{
	int forks = argc > 1 ? atoi(argv[1]) : FORKS;
	pthread_t thread[THREADS], forker[2];
	size_t early = 0;

	// At once, from a process with one thread, then with the first of others.
	fork_once(generations);
	CHECK(pthread_atfork(handler, handler, handler) == 0);
	for (size_t i = 0; i < THREADS; i++) {
		CHECK(pthread_create(&thread[i], NULL, allocate, NULL) == 0);
		fork_once(generations);
	}
	for (int half = 0; half < 2; half++) {
		for (size_t i = 0; i < COUNT(forker); i++)
			CHECK(pthread_create(&forker[i], NULL, fork_often, &forks) == 0);
		for (int i = 0; i < forks; i++) {
			fork_once(1);
			if (i % 10 == 0)
				other_kinds();
		}
		for (size_t i = 0; i < COUNT(forker); i++)
			CHECK(pthread_join(forker[i], NULL) == 0);
		if (half == 0)
			early = resident();
	}
	// Threads that come and go leave pages in which not every block is free.
	if (resident() > early + 8 * MIB)
		dprintf(STDERR_FILENO, "%zu KiB, then %zu\n", early / KIB, resident() / KIB);
	CHECK(resident() <= early + 8 * MIB);
	CHECK(handlers > 2 * forks);
	stop = 1;
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	return 0;
}
