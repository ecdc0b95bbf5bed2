// SPDX-License-Identifier: MIT
// How often a program calls the functions on memory and strings, and with what sizes: an object
// that stands in for libc's. What it has seen it adds to the file $COUNTS at exit, a line a
// function: `NAME CALLS BYTES`, then a thousandth for each class of sizes.h.
//
//   musl-gcc -O2 -fno-builtin -fno-tree-loop-distribute-patterns -c count.c
//   CC_MIMALLOC_MEMORY=off cc-mimalloc -static program.c count.o
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sizes.h"

enum { MEMCPY, MEMMOVE, MEMSET, MEMCMP, MEMCHR, STRLEN, STRCMP, FUNCTIONS };

static const char *const names[] = { "memcpy", "memmove", "memset", "memcmp",
	                             "memchr", "strlen",  "strcmp" };
static unsigned long calls[FUNCTIONS][CLASSES + 1], bytes[FUNCTIONS];
static int started;

static void write_counts(void)
{
	FILE *const file = fopen(getenv("COUNTS") ? getenv("COUNTS") : "counts", "a");

	if (!file)
		return;
	for (int f = 0; f < FUNCTIONS; f++) {
		unsigned long all = 0;

		for (size_t k = 0; k <= CLASSES; k++)
			all += calls[f][k];
		if (!all)
			continue;
		fprintf(file, "%s %lu %lu", names[f], all, bytes[f]);
		for (size_t k = 0; k <= CLASSES; k++)
			fprintf(file, " %.0f", 1000.0 * (double)calls[f][k] / (double)all);
		fputc('\n', file);
	}
	fclose(file);
}

static void count(int function, size_t size)
{
	size_t k = 0;

	if (!__atomic_exchange_n(&started, 1, __ATOMIC_RELAXED))
		atexit(write_counts);
	while (k < CLASSES && size > classes[k])
		k++;
	__atomic_fetch_add(&calls[function][k], 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&bytes[function], size, __ATOMIC_RELAXED);
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *const p = to;
	const uint8_t *const q = from;

	count(MEMMOVE, size);
	if ((uintptr_t)p - (uintptr_t)q >= size)
		for (size_t i = 0; i < size; i++)
			p[i] = q[i];
	else
		for (size_t i = size; i--;)
			p[i] = q[i];
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	uint8_t *const p = to;
	const uint8_t *const q = from;

	count(MEMCPY, size);
	for (size_t i = 0; i < size; i++)
		p[i] = q[i];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	uint8_t *const p = to;

	count(MEMSET, size);
	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)byte;
	return to;
}

// Up to the difference, which is what it takes.
int memcmp(const void *x, const void *y, size_t size)
{
	const uint8_t *const a = x, *const b = y;
	size_t i = 0;

	while (i < size && a[i] == b[i])
		i++;
	count(MEMCMP, i);
	return i < size ? a[i] - b[i] : 0;
}

int bcmp(const void *x, const void *y, size_t size)
{
	return memcmp(x, y, size);
}

void *memchr(const void *start, int byte, size_t size)
{
	const uint8_t *const p = start;
	size_t i = 0;

	while (i < size && p[i] != (uint8_t)byte)
		i++;
	count(MEMCHR, i);
	return i < size ? (void *)(uintptr_t)(p + i) : NULL;
}

size_t strlen(const char *string)
{
	size_t i = 0;

	while (string[i])
		i++;
	count(STRLEN, i);
	return i;
}

int strcmp(const char *x, const char *y)
{
	size_t i = 0;

	while (x[i] && x[i] == y[i])
		i++;
	count(STRCMP, i);
	return (uint8_t)x[i] - (uint8_t)y[i];
}
