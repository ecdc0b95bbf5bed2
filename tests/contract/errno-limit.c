// SPDX-License-Identifier: MIT
// A realloc that succeeds keeps errno, where what is tried first fails.
#include "promise.h"

#include <sys/resource.h>

static void at_a_limit(size_t room)
{
	struct rlimit before, limit;
	char *const between[] = { malloc(room), malloc(MIB) };
	char *block = malloc(8 * MIB), *list = NULL, *next;

	CHECK(between[0] && between[1] && block);
	*between[0] = *block = 1;
	CHECK(getrlimit(RLIMIT_AS, &before) == 0);
	limit = before;
	limit.rlim_cur = address_space();
	CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	for (size_t size = MIB; size >= 30000; size /= 2) {
		while ((next = malloc(size))) {
			*(char **)next = list;
			list = next;
		}
	}
	free(between[0]);
	errno = UNTOUCHED;
	char *const grown = realloc(block, 9 * MIB);
	CHECK(errno == (grown ? UNTOUCHED : ENOMEM));
	block = grown ? grown : block;
	CHECK(setrlimit(RLIMIT_AS, &before) == 0);
	for (; list; list = next) {
		next = *(char **)list;
		free(list);
	}
	free(block);
	free(between[1]);
}

int main(void)
{
	for (size_t room = 8 * MIB; room < 16 * MIB; room += 128 * KIB)
		at_a_limit(room);
	return 0;
}
