/* SPDX-License-Identifier: MIT
 *
 * Blocks of more than 4 GiB, where a size that is cut to 32 bits would be seen: one file in memory,
 * mapped many times in a row, so that they take 64 MiB.
 */
#define _GNU_SOURCE
#include "model.h"

#include <sys/mman.h>
#include <unistd.h>

#define PART  (UINT64_C(64) << 20)
#define PARTS 66
#define SIZE  (PART * PARTS)

static uint8_t *row(const char *name)
{
	const int file = memfd_create(name, 0);
	uint8_t *const p =
		mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (file < 0 || ftruncate(file, PART) || p == MAP_FAILED)
		wrong("no memory");
	for (size_t i = 0; i < PARTS; i++)
		if (mmap(p + i * PART, PART, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
		         0) == MAP_FAILED)
			wrong("no memory");
	return p;
}

int main(void)
{
	uint8_t *const a = row("a"), *const b = row("b");
	const size_t size = SIZE - 100;

	is(memset(a, 7, size) == a, "memset: its result");
	is(a[0] == 7 && a[PART / 2] == 7 && a[PART - 1] == 7, "memset: the bytes");
	/* Of all parts only what the last copies of a byte are can be seen. */
	is(memcpy(b, a, size) == b, "memcpy: its result");
	is(b[0] == 7 && b[PART / 2 + 1] == 7 && b[PART - 1] == 7, "memcpy: the bytes");
	is(memcmp(a, b, size) == 0, "memcmp of the same");
	is(bcmp(a, b, size) == 0, "bcmp of the same");
	is(memchr(a, 8, size) == NULL, "memchr of what is not there");

	/* The last part becomes one of its own. */
	uint8_t *const end = a + SIZE - PART;
	if (mmap(end, PART, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	         0) == MAP_FAILED)
		wrong("no memory");
	is(memset(a, 7, size) == a, "memset: its result");
	is(end[0] == 7 && a[size - 1] == 7 && a[size] == 0, "memset: the end");
	a[size - 50] = 8;
	is(memcmp(a, b, size) == 1, "memcmp: a difference near the end");
	is(bcmp(a, b, size) != 0, "bcmp: a difference near the end");
	is(memchr(a, 8, size) == a + size - 50, "memchr of a byte near the end");
	is(strlen((char *)a) == size, "strlen");
	is(memmove(b, a, size) == b, "memmove: its result");
	is(b[(size - 50) % PART] == 8, "memmove: the end");

	/* On by a part and one: each byte has many copies, so only the ends can be told. */
	is(memmove(a + 1, a, size - 1) == a + 1, "memmove: its result");
	is(a[size - 49] == 8 && a[size - 50] == 7 && a[size] == 0, "memmove: the end");
	printf("%lu cases\n", cases);
	return 0;
}
