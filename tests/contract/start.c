// SPDX-License-Identifier: MIT
// The first call may come from any place, also one that runs before every constructor of the
// overlay's, and be any function. The program starts itself once for each place and function.
// Source: musl, whose malloc needs no initialisation.
#include "promise.h"

#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static void *thread(void *p)
{
	free(p);
	return malloc(10);
}

static void first_call(int function)
{
	void *p = NULL;
	pthread_t id;
	pid_t child;
	int status;

	switch (function) {
	case 0:
		p = malloc(100);
		break;
	case 1:
		p = calloc(10, 10);
		break;
	case 2:
		p = realloc(NULL, 100);
		break;
	case 3:
		p = aligned_alloc(64, 128);
		break;
	case 4:
		CHECK(posix_memalign(&p, 4096, 100) == 0);
		break;
	case 5:
		p = memalign(32, 100);
		break;
	case 6:
		p = reallocarray(NULL, 10, 10);
		break;
	case 7:
		p = valloc(100);
		break;
	case 8:
		p = strdup("text");
		break;
	case 9:
		p = malloc(100 * MIB);
		break;
	case 10:
		free(NULL);
		return;
	case 11:
		CHECK(malloc_usable_size(NULL) == 0);
		return;
	case 12:
		FAILS(malloc(SIZE_MAX), ENOMEM);
		return;
	case 13:
		CHECK(pthread_create(&id, NULL, thread, NULL) == 0);
		CHECK(pthread_join(id, &p) == 0);
		break;
	case 14:
		child = fork();
		if (child == 0) {
			p = malloc(100);
			_exit(p == NULL);
		}
		CHECK(waitpid(child, &status, 0) == child && status == 0);
		return;
	default:
		CHECK(0);
	}
	CHECK(p);
	memset(p, 1, malloc_usable_size(p) < 100 ? 1 : 100);
	free(p);
}

enum { FUNCTIONS = 15 };

static int places_seen;

static void at(const char *place)
{
	const char *first = getenv("FIRST");
	const size_t length = strlen(place);

	places_seen++;
	if (first && strncmp(first, place, length) == 0 && first[length] == ':')
		first_call(atoi(first + length + 1));
}

#define PLACE(name, attributes)                \
	attributes static void at_##name(void) \
	{                                      \
		at(#name);                     \
	}

PLACE(earliest, )
PLACE(constructor_101, __attribute__((constructor(101))))
PLACE(constructor_102, __attribute__((constructor(102))))
PLACE(constructor, __attribute__((constructor)))

__attribute__((section(".init_array.00000"), used)) static void (*earliest)(void) = at_earliest;

static const char *const places[] = { "earliest", "constructor_101", "constructor_102",
	                              "constructor", "main" };

int main(int argc, char **argv)
{
	int status;
	pid_t child;

	(void)argc;
	at("main");
	CHECK(places_seen == COUNT(places));
	if (getenv("FIRST"))
		return 0;
	for (size_t place = 0; place < COUNT(places); place++) {
		for (int function = 0; function < FUNCTIONS; function++) {
			char first[50];

			snprintf(first, sizeof first, "%s:%d", places[place], function);
			CHECK(setenv("FIRST", first, 1) == 0);
			CHECK(posix_spawn(&child, argv[0], NULL, NULL, argv, environ) == 0);
			CHECK(waitpid(child, &status, 0) == child);
			if (status)
				dprintf(STDERR_FILENO, "FIRST=%s\n", first);
			CHECK(status == 0);
		}
	}
	return 0;
}
