/* SPDX-License-Identifier: MIT
 *
 * The first allocation of a process, or of a thread, may be any entry point of the allocator.
 *
 * usage: first-call process|thread ENTRY, or first-call --list
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns a block that holds 40 bytes, or NULL if the entry point gives none. */
typedef void *entry(void);

/* Through a volatile pointer: the compiler may not know what it calls, nor drop it. */
#define CALL(function, ...) (*(__typeof__(&function) volatile[]){ function })(__VA_ARGS__)

static void *first_malloc(void)
{
	return CALL(malloc, 40);
}

static void *first_calloc(void)
{
	return CALL(calloc, 4, 10);
}

static void *first_realloc(void)
{
	return CALL(realloc, NULL, 40);
}

static void *first_reallocarray(void)
{
	return CALL(reallocarray, NULL, 4, 10);
}

static void *first_aligned_alloc(void)
{
	return CALL(aligned_alloc, 64, 64);
}

static void *first_memalign(void)
{
	return CALL(memalign, 4096, 40);
}

static void *first_posix_memalign(void)
{
	void *p;

	return CALL(posix_memalign, &p, 256, 40) ? NULL : p;
}

static void *first_valloc(void)
{
	return CALL(valloc, 40);
}

static void *first_free(void)
{
	CALL(free, NULL);
	return CALL(malloc, 40);
}

static void *first_malloc_usable_size(void)
{
	return CALL(malloc_usable_size, NULL) == 0 ? CALL(malloc, 40) : NULL;
}

static void *first_strdup(void)
{
	return strdup("a string of forty characters and a NUL ");
}

static const struct {
	const char *name;
	entry *first;
} entries[] = {
	{ "malloc", first_malloc },
	{ "calloc", first_calloc },
	{ "realloc", first_realloc },
	{ "reallocarray", first_reallocarray },
	{ "aligned_alloc", first_aligned_alloc },
	{ "memalign", first_memalign },
	{ "posix_memalign", first_posix_memalign },
	{ "valloc", first_valloc },
	{ "free", first_free },
	{ "malloc_usable_size", first_malloc_usable_size },
	{ "strdup", first_strdup },
};

#define ENTRIES (sizeof entries / sizeof *entries)

struct attempt {
	entry *first;
	const char *error;
};

static void *try(void *argument)
{
	struct attempt *attempt = argument;
	char *p = attempt->first();

	if (!p || malloc_usable_size(p) < 40) {
		attempt->error = "no block";
		return NULL;
	}
	memset(p, 0x5a, 40);
	p = realloc(p, 70000);
	for (int i = 0; i < 40; i++)
		if (p[i] != 0x5a)
			attempt->error = "content lost";
	free(p);
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (size_t i = 0; i < ENTRIES; i++)
			puts(entries[i].name);
		return 0;
	}
	for (size_t i = 0; argc == 3 && i < ENTRIES; i++) {
		struct attempt attempt = { entries[i].first, NULL };
		pthread_t thread;

		if (strcmp(argv[2], entries[i].name))
			continue;
		if (!strcmp(argv[1], "process"))
			try(&attempt);
		else if (pthread_create(&thread, NULL, try, &attempt) || pthread_join(thread, NULL))
			attempt.error = "no thread";
		if (attempt.error)
			fprintf(stderr, "%s first in a %s: %s\n", argv[2], argv[1], attempt.error);
		return attempt.error != NULL;
	}
	return 2;
}
