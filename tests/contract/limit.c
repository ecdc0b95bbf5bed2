// SPDX-License-Identifier: MIT
// Under a limit of the address space: prints how many KiB of blocks of the size given can be had,
// how many after all is freed, and how large one block can be then. Every failure is NULL and
// ENOMEM. contract.bats compares this with what plain musl prints.
#include "promise.h"

static size_t hand_out(size_t size, void **list)
{
	size_t total = 0;

	for (;;) {
		errno = UNTOUCHED;
		void *p = malloc(size);
		if (!p)
			break;
		CHECK(errno == UNTOUCHED);
		*(void **)p = *list;
		*list = p;
		total += size;
	}
	CHECK(errno == ENOMEM);
	return total;
}

static void take_back(void **list)
{
	while (*list) {
		void *next = *(void **)*list;
		free(*list);
		*list = next;
	}
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	const size_t size = strtoul(argv[1], NULL, 10);
	void *list = NULL;

	const size_t first = hand_out(size, &list);
	take_back(&list);
	const size_t second = hand_out(size, &list);
	take_back(&list);
	size_t one = first;
	void *p = NULL;
	while (one > KIB && !(p = malloc(one)))
		one -= one / 64 + 1;
	CHECK(p);
	memset(p, 1, one < 16 * MIB ? one : 16 * MIB);
	free(p);
	CHECK(hand_out(size, &list) >= first / 2);
	dprintf(STDOUT_FILENO, "%zu %zu %zu\n", first / KIB, second / KIB, one / KIB);
	return 0;
}
