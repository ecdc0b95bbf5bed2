// SPDX-License-Identifier: MIT
// A large block that cannot grow, at RLIMIT_DATA and at RLIMIT_AS: each call that fails leaves the
// block and the address space as they were.
#include "promise.h"

#include <sys/resource.h>

#define BLOCK (100 * MIB)

static void check(int resource, size_t room, size_t step)
{
	struct rlimit before, limit;
	char *block = malloc(BLOCK);

	CHECK(block);
	block[0] = block[BLOCK - 1] = 1;
	CHECK(getrlimit(resource, &before) == 0);
	limit = before;
	limit.rlim_cur = address_space() + room;
	CHECK(setrlimit(resource, &limit) == 0);

	const size_t mapped = address_space();
	size_t size = BLOCK, failed = 0;
	for (int i = 0; i < 20; i++) {
		const size_t before_it = address_space();
		errno = UNTOUCHED;
		char *grown = realloc(block, size + step);
		if (grown) {
			block = grown;
			size += step;
			continue;
		}
		CHECK(errno == ENOMEM);
		CHECK(address_space() == before_it);
		failed++;
	}
	CHECK(failed >= 5);
	// What it grew by, and what more it was given.
	CHECK(address_space() <= mapped + (size - BLOCK) + (size / 8) + MIB);
	CHECK(block[0] == 1 && block[BLOCK - 1] == 1);
	CHECK(setrlimit(resource, &before) == 0);
	free(block);
}

int main(void)
{
	check(RLIMIT_DATA, 5 * MIB, 200 * MIB);
	check(RLIMIT_DATA, 64 * MIB, 24 * MIB);
	check(RLIMIT_AS, 5 * MIB, 24 * MIB);
	check(RLIMIT_AS, 64 * MIB, 24 * MIB);
	check(RLIMIT_AS, 180 * MIB, 24 * MIB);
	return 0;
}
