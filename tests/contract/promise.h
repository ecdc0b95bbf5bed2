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

// Into TEXT what a file of /proc says; nothing is allocated.
static inline void read_proc(const char *name, char *text, size_t size)
{
	int file = open(name, O_RDONLY);
	ssize_t n = read(file, text, size - 1);

	CHECK(n > 0);
	close(file);
	text[n] = 0;
}

// Bytes of the address space that are mapped.
static inline size_t address_space(void)
{
	char text[200];

	read_proc("/proc/self/statm", text, sizeof text);
	return strtoul(text, NULL, 10) * (size_t)getpagesize();
}

// Bytes that a line of a file of /proc has in KiB; it begins with WORD.
static inline size_t proc_size(const char *name, const char *word)
{
	char text[4000];

	read_proc(name, text, sizeof text);
	const char *line = strstr(text, word);
	CHECK(line);
	return strtoul(line + strlen(word), NULL, 10) * KIB;
}

// Bytes that are in memory, as the page tables have it: statm's number is kept for each processor
// and summed up now and then, and may be wrong by half a MiB.
static inline size_t resident(void)
{
	return proc_size("/proc/self/smaps_rollup", "\nRss:");
}

// Bytes that RLIMIT_DATA counts.
static inline size_t data_size(void)
{
	return proc_size("/proc/self/status", "\nVmData:");
}

static inline int aligned(const void *p, size_t alignment)
{
	return (uintptr_t)p % alignment == 0;
}

#endif
