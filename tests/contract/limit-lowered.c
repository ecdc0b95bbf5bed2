// SPDX-License-Identifier: MIT
// Limits are honoured when they are lowered while the program runs: RLIMIT_AS, RLIMIT_DATA. At the
// limit it is NULL and ENOMEM, what is there stays usable, a block that can grow all the same is as
// large as was asked for, and once the limit is raised again there is more.
#include "promise.h"

#include <sys/resource.h>
#include <sys/wait.h>

static void check(int resource, size_t size)
{
	struct rlimit before, limit;
	size_t total = 0, more = 0;
	char *list = NULL;

	for (int i = 0; i < 100; i++) {
		char *p = malloc(size);

		CHECK(p);
		*(char **)p = list;
		list = p;
	}
	CHECK(getrlimit(resource, &before) == 0);
	limit = before;
	limit.rlim_cur = (resource == RLIMIT_DATA ? data_size() : address_space()) + 32 * MIB;
	CHECK(setrlimit(resource, &limit) == 0);
	for (;;) {
		errno = UNTOUCHED;
		char *p = malloc(size);
		if (!p)
			break;
		*(char **)p = list;
		list = p;
		total += size;
	}
	CHECK(errno == ENOMEM);
	// An arena may have room that was reserved before.
	CHECK(total >= 16 * MIB && total <= 64 * MIB);
	FAILS(malloc(300 * MIB), ENOMEM);
	char *grown = realloc(list, size + KIB);
	if (grown) {
		CHECK(malloc_usable_size(grown) >= size + KIB);
		list = grown;
	}
	CHECK(setrlimit(resource, &before) == 0);
	while (more < 32 * MIB) {
		char *p = malloc(size);

		CHECK(p);
		*(char **)p = list;
		list = p;
		more += size;
	}
	while (list) {
		char *next = *(char **)list;
		free(list);
		list = next;
	}
}

// Where there is no memory of an earlier one's to be had again.
static void in_a_child(int resource, size_t size)
{
	int status;
	const pid_t child = fork();

	CHECK(child >= 0);
	if (!child) {
		check(resource, size);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
	for (size_t size = KIB; size <= MIB; size *= 32) {
		in_a_child(RLIMIT_AS, size);
		in_a_child(RLIMIT_DATA, size);
	}
	return 0;
}
