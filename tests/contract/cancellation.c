// SPDX-License-Identifier: MIT
// malloc and free are no cancellation points; a thread that is cancelled is reclaimed as any other,
// and its cleanup handlers may allocate and free.
// Source: POSIX (cancellation points), musl.
#include "promise.h"

#include <pthread.h>

#define THREADS 2000

static _Atomic int cleaned;

static void cleanup(void *block)
{
	free(block);
	block = malloc(100000);
	CHECK(block);
	free(block);
	cleaned++;
}

static void *wait_in_vain(void *arg)
{
	char *p = malloc(1000);

	(void)arg;
	CHECK(p);
	pthread_cleanup_push(cleanup, p);
	for (;;) {
		// A request that comes in here waits for the next cancellation point.
		for (size_t i = 0; i < 100; i++) {
			char *q = malloc(i * 100);
			CHECK(q);
			free(q);
		}
		pthread_testcancel();
	}
	pthread_cleanup_pop(0);
	return NULL;
}

static void *is_cancelled_before(void *arg)
{
	void *p;

	(void)arg;
	CHECK(pthread_cancel(pthread_self()) == 0);
	p = malloc(100 * KIB);
	CHECK(p);
	p = realloc(p, 10 * MIB);
	CHECK(p);
	free(p);
	cleaned++;
	pthread_testcancel();
	CHECK(0);
	return NULL;
}

int main(void)
{
	size_t early = 0;

	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		void *result;
		CHECK(pthread_create(&thread, NULL, i % 2 ? wait_in_vain : is_cancelled_before,
		                     NULL) == 0);
		if (i % 2)
			CHECK(pthread_cancel(thread) == 0);
		CHECK(pthread_join(thread, &result) == 0);
		CHECK(result == PTHREAD_CANCELED);
		if (i == THREADS / 10)
			early = resident();
	}
	// A thread that is cancelled before it starts has nothing to clean.
	CHECK(cleaned >= THREADS / 2);
	CHECK(resident() <= early + MIB);
	return 0;
}
