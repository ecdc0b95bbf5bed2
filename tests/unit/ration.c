// SPDX-License-Identifier: MIT
// A program that frees and takes the same memory again and again. Prints how many KiB it took again
// for each ms that passed, and how many MiB are resident when all is freed, while it is in debt.
// The arguments are the least and the greatest size of a block, which blocks stay: 1 for the first
// half, else one in so many, the MiB that there are, and for how many ms.
#include "../contract/promise.h"

#include <sys/resource.h>
#include <time.h>

static uint64_t state = 1;
static size_t least, most, count, stays;
static char **blocks;

static void fill(void)
{
	for (size_t i = 0; i < count; i++) {
		if (blocks[i])
			continue;
		state = state * 6364136223846793005u + 1442695040888963407u;

		const size_t size = least + (size_t)(state >> 33) % (most - least);

		blocks[i] = malloc(size);
		CHECK(blocks[i]);
		memset(blocks[i], 1, size);
	}
}

static void empty(size_t step)
{
	for (size_t i = 0; i < count; i++) {
		if (step && (step == 1 ? i < count / 2 : i % step == 0))
			continue;
		free(blocks[i]);
		blocks[i] = NULL;
	}
}

static long msecs(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t faulted(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (size_t)usage.ru_minflt * 4096;
}

int main(int argc, char **argv)
{
	CHECK(argc == 6);
	least = strtoul(argv[1], NULL, 0);
	most = strtoul(argv[2], NULL, 0);
	stays = strtoul(argv[3], NULL, 0);
	count = strtoul(argv[4], NULL, 0) * MIB / ((least + most) / 2);
	blocks = calloc(count, sizeof *blocks);
	CHECK(blocks);
	const long msecs_least = atol(argv[5]);
	fill();

	const size_t before = faulted();
	const long start = msecs();
	long rounds = 0;

	for (; msecs() < start + msecs_least; rounds++) {
		empty(stays);
		fill();
	}
	CHECK(rounds >= 4);

	const size_t again = faulted() - before;
	const long passed = msecs() - start;

	empty(0);
	printf("%zu %zu\n", again / KIB / (size_t)passed, resident() / MIB);
	return 0;
}
