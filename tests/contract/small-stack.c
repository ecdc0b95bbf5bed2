// SPDX-License-Identifier: MIT
// The smallest stack is enough: that of a thread of PTHREAD_STACK_MIN bytes, and one for signals of
// SIGSTKSZ (a kernel that saves AVX-512 does not fit MINSIGSTKSZ).
// Source: POSIX (PTHREAD_STACK_MIN), musl.
#include "promise.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>

// Blocks of another thread's, so that freeing them takes the long way.
static char *of_main[300];

static void fill(void)
{
	for (size_t i = 0; i < COUNT(of_main); i++) {
		of_main[i] = malloc(i * i * i / 10);
		CHECK(of_main[i]);
	}
}

static void use_everything(void)
{
	for (size_t i = 0; i < COUNT(of_main); i++)
		free(of_main[i]);
	for (size_t size = 1; size < 100 * MIB; size = size * 3 / 2 + 1) {
		char *p = malloc(size);
		CHECK(p);
		*p = 1;
		p = realloc(p, size * 2);
		CHECK(p && *p == 1);
		free(p);
	}
	for (size_t alignment = 16; alignment < 4 * MIB; alignment *= 2) {
		void *p = aligned_alloc(alignment, alignment * 3);
		CHECK(p && aligned(p, alignment));
		free(p);
	}
	for (int i = 0; i < 10000; i++) {
		static char *block[100];
		free(block[i % 100]);
		block[i % 100] = calloc(1, (size_t)i % 3000);
		CHECK(block[i % 100]);
	}
	FAILS(malloc(SIZE_MAX / 4), ENOMEM);
	FAILS(malloc(SIZE_MAX), ENOMEM);
}

static void *thread(void *arg)
{
	use_everything();
	return arg;
}

static void on_signal(int number)
{
	(void)number;
	use_everything();
}

static void on_its_own_stack(void)
{
	static char memory[SIGSTKSZ];
	const stack_t stack = { .ss_sp = memory, .ss_size = sizeof memory };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };

	fill();
	CHECK(sigaltstack(&stack, NULL) == 0);
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	CHECK(raise(SIGUSR1) == 0);
}

int main(void)
{
	pthread_attr_t smallest;
	pthread_t id;

	CHECK(pthread_attr_init(&smallest) == 0);
	CHECK(pthread_attr_setstacksize(&smallest, PTHREAD_STACK_MIN) == 0);
	for (int i = 0; i < 10; i++) {
		fill();
		CHECK(pthread_create(&id, &smallest, thread, NULL) == 0);
		CHECK(pthread_join(id, NULL) == 0);
	}
	on_its_own_stack();
	return 0;
}
