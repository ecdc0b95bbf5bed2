// SPDX-License-Identifier: MIT
// A heap that starts just above a multiple of 32 TiB, and grows below it. Prints how many blocks
// lie there. With an argument: one that grows as the kernel maps, and how many lie above the first.
#define _GNU_SOURCE
#include "../contract/promise.h"
#include <stdint.h>
#include <sys/mman.h>

enum { BLOCKS = 16 };

static void *reserve(size_t size)
{
	return mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static int upwards(void)
{
	const char *const first = malloc(100);
	int above = 0;

	for (int i = 0; i < 400; i++) {
		char *const block = malloc(31 * MIB);

		CHECK(block);
		block[0] = 1;
		above += block > first;
	}
	printf("%d\n", above);
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return upwards();

	const uintptr_t multiple = (uintptr_t)32 << 40;
	const uintptr_t left = 64 * MIB;
	const uintptr_t next = (uintptr_t)reserve(MIB);
	const uintptr_t edge = next & -multiple;
	int below = 0;

	// The kernel maps downwards.
	CHECK(next - edge > left);
	CHECK(reserve(next - edge - left) != MAP_FAILED);

	for (int i = 0; i < BLOCKS; i++) {
		char *block = malloc(16 * MIB);

		CHECK(block);
		CHECK((uintptr_t)block < edge + left);
		block[0] = 1;
		below += (uintptr_t)block < edge;
		if (i % 2)
			free(block);
	}
	printf("%d\n", below);
	return 0;
}
