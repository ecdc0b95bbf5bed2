// SPDX-License-Identifier: MIT
// Threads come and go, one after another and hundreds at once, and leave blocks that others free:
// memory stays bounded. The arguments are how many in sequence and how many at once.
// Source: musl, which keeps nothing for a thread.
#include "promise.h"

#include <pthread.h>

#define SEQUENCE 10000
#define AT_ONCE  300
#define ROUNDS   8
#define BLOCKS   60

struct blocks {
	char *block[BLOCKS];
};

static void fill(struct blocks *of)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		of->block[i] = malloc(i * i + 1);
		CHECK(of->block[i]);
		*of->block[i] = (char)i;
	}
}

static void empty(struct blocks *of)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		CHECK(*of->block[i] == (char)i);
		free(of->block[i]);
	}
}

// Leaves its blocks to who frees what it returns.
static void *leave_blocks(void *before)
{
	struct blocks *mine = malloc(sizeof *mine);
	CHECK(mine);
	fill(mine);
	if (before) {
		empty(before);
		free(before);
	}
	return mine;
}

static pthread_barrier_t all_are_there;

static void *meet(void *arg)
{
	struct blocks *mine = leave_blocks(arg);
	pthread_barrier_wait(&all_are_there);
	return mine;
}

static void in_sequence(int count)
{
	void *blocks = NULL;
	size_t early = 0;

	for (int i = 0; i < count; i++) {
		pthread_t thread;
		CHECK(pthread_create(&thread, NULL, leave_blocks, blocks) == 0);
		CHECK(pthread_join(thread, &blocks) == 0);
		if (i == count / 10)
			early = resident();
	}
	empty(blocks);
	free(blocks);
	if (resident() > early + 2 * MIB)
		dprintf(STDERR_FILENO, "in sequence: %zu KiB, then %zu\n", early / KIB,
		        resident() / KIB);
	CHECK(resident() <= early + 2 * MIB);
}

static void at_once(size_t count)
{
	pthread_t *const thread = calloc(count, sizeof *thread);
	void **const blocks = calloc(count, sizeof *blocks);
	pthread_attr_t small_stack;
	size_t early = 0, last = 0;

	CHECK(thread && blocks);
	CHECK(pthread_attr_init(&small_stack) == 0);
	CHECK(pthread_attr_setstacksize(&small_stack, 32 * KIB) == 0);
	CHECK(pthread_barrier_init(&all_are_there, NULL, (unsigned)count) == 0);
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < count; i++)
			CHECK(pthread_create(&thread[i], &small_stack, meet, blocks[i]) == 0);
		for (size_t i = 0; i < count; i++)
			CHECK(pthread_join(thread[i], &blocks[i]) == 0);
		last = resident();
		if (round == 1)
			early = last;
	}
	for (size_t i = 0; i < count; i++) {
		empty(blocks[i]);
		free(blocks[i]);
	}
	// A place where pages of all size classes take turns ends up with as much memory as the
	// largest has touched there: bounded, but more than at first.
	if (last > early / 4 * 7)
		dprintf(STDERR_FILENO, "at once: %zu KiB, then %zu\n", early / KIB, last / KIB);
	CHECK(last <= early / 4 * 7);
#ifdef EARLY_MOST
	CHECK(early <= EARLY_MOST);
#endif
}

int main(int argc, char **argv)
{
	in_sequence(argc > 1 ? atoi(argv[1]) : SEQUENCE);
	at_once(argc > 2 ? (size_t)atoi(argv[2]) : AT_ONCE);
	return 0;
}
