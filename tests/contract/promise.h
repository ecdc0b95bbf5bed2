// SPDX-License-Identifier: MIT
// What the promises share. A promise is a program that says nothing and exits with 0 if it is kept;
// else it names the line and the condition on stderr. It is built with -fno-builtin: the compiler
// must not reason about malloc.
#ifndef PROMISE_H
#define PROMISE_H

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)                                                                     \
	do {                                                                                 \
		if (!(condition)) {                                                          \
			dprintf(STDERR_FILENO, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, \
			        #condition, errno);                                          \
			_exit(1);                                                            \
		}                                                                            \
	} while (0)

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define GIB ((size_t)1 << 30)

// The exit status of a promise that cannot be looked at here; what is missing stands on stderr.
#define NOT_HERE 77

// A value that no call sets.
#define UNTOUCHED 4711

// The call fails: NULL, and errno is `error`.
#define FAILS(call, error)               \
	do {                             \
		errno = UNTOUCHED;       \
		CHECK((call) == NULL);   \
		CHECK(errno == (error)); \
	} while (0)

// Bytes of the address space that are mapped (field 0), or in memory (field 1); nothing is
// allocated.
static inline size_t statm(int field)
{
	char text[200], *rest = text;
	int file = open("/proc/self/statm", O_RDONLY);
	ssize_t n = read(file, text, sizeof text - 1);

	CHECK(n > 0);
	close(file);
	text[n] = 0;
	while (field--)
		strtoul(rest, &rest, 10);
	return strtoul(rest, NULL, 10) * (size_t)getpagesize();
}

static inline size_t resident(void)
{
	return statm(1);
}

static inline int aligned(const void *p, size_t alignment)
{
	return (uintptr_t)p % alignment == 0;
}

#endif
