// SPDX-License-Identifier: MIT
// Blocks that share pages with few others, round after round: what stays keeps its content while
// the memory around it goes back, and what is taken again is nobody else's, zero if it shall be,
// and in the same place: the peak does not grow. Prints what is resident when one block in twelve
// is left, and the last peak, both in percent of the first peak.
#include "../contract/promise.h"

#include <pthread.h>

enum { THREADS = 4, BLOCKS = 600, ROUNDS = 8, LEAST = 1025, MOST = 100000, STEP = 512 };

static struct block {
	char *start;
	size_t size;
	uint64_t tag;
} blocks[THREADS][BLOCKS];
static pthread_barrier_t barrier;

static uint64_t by_chance(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random >> 20;
}

static void write_tags(const struct block *block)
{
	for (size_t at = 0; at + 8 <= block->size; at += STEP)
		memcpy(block->start + at, &block->tag, 8);
	memcpy(block->start + block->size - 8, &block->tag, 8);
}

static void check_tags(const struct block *block)
{
	for (size_t at = 0; at + 8 <= block->size; at += STEP)
		CHECK(memcmp(block->start + at, &block->tag, 8) == 0 || at + 16 > block->size);
	CHECK(memcmp(block->start + block->size - 8, &block->tag, 8) == 0);
}

static void take(struct block *block, uint64_t *random)
{
	void *aligned;

	block->size = LEAST + (size_t)by_chance(random) % (MOST - LEAST);
	block->tag = by_chance(random) << 1 | 1;
	switch (by_chance(random) % 4) {
	case 0:
		block->start = calloc(1, block->size);
		CHECK(block->start);
		for (size_t i = 0; i < block->size; i++)
			CHECK(block->start[i] == 0);
		break;
	case 1:
		CHECK(posix_memalign(&aligned, 256, block->size) == 0);
		block->start = aligned;
		break;
	case 2:
		block->start = realloc(malloc(block->size / 2), block->size);
		break;
	default:
		block->start = malloc(block->size);
	}
	CHECK(block->start);
	write_tags(block);
}

static void *work(void *argument)
{
	const size_t number = (size_t)argument;
	uint64_t random = 88172645463325252u + number;

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < BLOCKS; i++) {
			if (!blocks[number][i].start)
				take(&blocks[number][i], &random);
		}
		pthread_barrier_wait(&barrier); // full
		pthread_barrier_wait(&barrier); // measured
		// Each second time they are another thread's.
		struct block *const freed = blocks[(number + (size_t)round % 2) % THREADS];
		for (int i = 0; i < BLOCKS; i++) {
			check_tags(&freed[i]);
			if (by_chance(&random) % 12 == 0)
				continue;
			free(freed[i].start);
			freed[i].start = NULL;
		}
		pthread_barrier_wait(&barrier); // few are left
		pthread_barrier_wait(&barrier); // measured
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	size_t first = 0, peak = 0, least = SIZE_MAX;

	CHECK(pthread_barrier_init(&barrier, NULL, THREADS + 1) == 0);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		peak = resident();
		first = first ? first : peak;
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		const size_t now = resident();
		least = now < least ? now : least;
		pthread_barrier_wait(&barrier);
	}
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	printf("%zu %zu\n", least * 100 / first, peak * 100 / first);
	return 0;
}
