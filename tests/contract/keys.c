// SPDX-License-Identifier: MIT
// Keys of threads: a program has all 128, destructors may allocate and free in each of their
// rounds, and with all keys taken threads that end are still reclaimed. Source: POSIX
// (PTHREAD_KEYS_MAX, PTHREAD_DESTRUCTOR_ITERATIONS).
#include "promise.h"

#include <limits.h>
#include <pthread.h>

#define THREADS 3000

static pthread_key_t key[PTHREAD_KEYS_MAX];
static int keys;

static _Atomic int destructors;

static void destructor(void *value)
{
	const size_t round = (size_t)value;
	char *p[20];

	for (size_t i = 0; i < COUNT(p); i++) {
		p[i] = malloc(i * 100);
		CHECK(p[i]);
	}
	for (size_t i = 0; i < COUNT(p); i++)
		free(p[i]);
	destructors++;
	if (round < PTHREAD_DESTRUCTOR_ITERATIONS)
		CHECK(pthread_setspecific(key[keys - 1], (void *)(round + 1)) == 0);
}

// Before any malloc, and before any constructor of the overlay's.
__attribute__((constructor(101))) static void take_all_keys(void)
{
	while (keys < PTHREAD_KEYS_MAX && pthread_key_create(&key[keys], destructor) == 0)
		keys++;
}

static void *use_keys(void *arg)
{
	char *p = malloc(10000);

	CHECK(p);
	*p = 1;
	free(p);
	if (arg)
		CHECK(pthread_setspecific(key[keys - 1], (void *)1) == 0);
	return NULL;
}

static void threads_are_reclaimed(void *arg)
{
	size_t early = 0;

	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		CHECK(pthread_create(&thread, NULL, use_keys, arg) == 0);
		CHECK(pthread_join(thread, NULL) == 0);
		if (i == THREADS / 10)
			early = resident();
	}
	if (resident() > early + MIB)
		dprintf(STDERR_FILENO, "%s destructors: %zu KiB, then %zu\n",
		        arg ? "with" : "without", early / KIB, resident() / KIB);
	CHECK(resident() <= early + MIB);
}

int main(void)
{
	CHECK(keys == PTHREAD_KEYS_MAX);
	threads_are_reclaimed(NULL);
	CHECK(destructors == 0);
	threads_are_reclaimed(&keys);
	CHECK(destructors == THREADS * PTHREAD_DESTRUCTOR_ITERATIONS);
	return 0;
}
