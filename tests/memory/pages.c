/* SPDX-License-Identifier: MIT
 *
 * At the ends of pages behind which, or before which, nothing may be touched: what is read or
 * written beyond a block must not be in another page.
 *
 * usage: pages [STEP]: of all sizes each STEPth, for slow machines
 */
#include "model.h"

#include <sys/mman.h>
#include <unistd.h>

#define REACH 1200 /* sizes up to this */
#define NEAR  40   /* bytes between the end of a block and that of its page */

static size_t page;
static size_t step = 1;

/* Some pages, between two that nobody may touch. */
static uint8_t *guarded(size_t pages)
{
	uint8_t *const p =
		mmap(NULL, (pages + 2) * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + page, pages * page, PROT_READ | PROT_WRITE))
		wrong("no memory");
	return p + page;
}

static void check(uint8_t *a, uint8_t *b, size_t size)
{
	size_t at;

	for (size_t i = 0; i < size; i++)
		a[i] = pattern(i);
	paint(b, 0, size, 0);

	memcpy(b, a, size);
	is(drawn(b, 0, size, 0, &at), "memcpy of %zu bytes: byte %zu", size, at);
	paint(b, 0, size, 0);
	memmove(b, a, size);
	is(drawn(b, 0, size, 0, &at), "memmove of %zu bytes: byte %zu", size, at);

	is(memcmp(a, b, size) == 0, "memcmp of %zu bytes", size);
	is(bcmp(a, b, size) == 0, "bcmp of %zu bytes", size);
	is(memchr(a, 0, size) == NULL, "memchr in %zu bytes", size);
	if (size) {
		const uint8_t last = a[size - 1];

		a[size - 1] = 0;
		is(memchr(a, 0, size) == a + size - 1, "memchr in %zu bytes, for the last", size);
		/* A limit beyond the page, and beyond all memory, where the byte is found before.
		 */
		is(memchr(a, 0, 3 * page) == a + size - 1, "memchr in more than %zu bytes", size);
		for (size_t more = 1; more < 3 * page; more += more / 3 + 1)
			is(memchr(a, 0, size + more) == a + size - 1,
			   "memchr in %zu bytes, a limit of %zu more", size, more);
		for (size_t limit = SIZE_MAX; limit > PTRDIFF_MAX; limit -= SIZE_MAX / 7)
			is(memchr(a, 0, limit) == a + size - 1, "memchr, a limit of %zu, %zu bytes",
			   limit, size);
		is(strlen((char *)a) == size - 1, "strlen of %zu bytes", size - 1);
		b[size - 1] = 0;
		is(strcmp((char *)a, (char *)b) == 0, "strcmp of %zu bytes", size - 1);
		b[size - 1] = 1;
		is(strcmp((char *)a, (char *)b) == -1, "strcmp of %zu bytes, the last differs",
		   size);
		a[size - 1] = last;
	}
	memset(b, 0x5a, size);
	is(filled(b, 0, size, 0x5a, &at), "memset of %zu bytes: byte %zu", size, at);

	/* Within the block, both ways. */
	for (size_t by = 1; by < size && by < 200; by += 1 + by / 3) {
		for (size_t i = 0; i < size; i++)
			b[i] = pattern(i);
		memmove(b + by, b, size - by);
		is(drawn(b, by, size, by, &at), "memmove of %zu bytes on by %zu: byte %zu",
		   size - by, by, at);
		for (size_t i = 0; i < size; i++)
			b[i] = pattern(i);
		memmove(b, b + by, size - by);
		is(drawn(b, 0, size - by, -by, &at), "memmove of %zu bytes back by %zu: byte %zu",
		   size - by, by, at);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		step = strtoul(argv[1], NULL, 10);
	page = (size_t)sysconf(_SC_PAGESIZE);

	static uint8_t large[3 << 20];
	memset(large, 1, sizeof large);

	const size_t pages = REACH / page + 2;
	uint8_t *const one = guarded(pages), *const other = guarded(pages);
	uint8_t *const one_end = one + pages * page, *const other_end = other + pages * page;

	for (size_t size = 0; size <= REACH; size += step) {
		for (size_t near = 0; near < NEAR; near += near < 3 ? 1 : 7) {
			check(one_end - size - near, other_end - size, size);
			check(one_end - size, other_end - size - near, size);
			check(one + near, other, size);
			check(one, other + near, size);
			check(one + near, other_end - size, size);
			check(one_end - size, other + near, size);
		}
		/* From one page into the next, by an even part and by one that is not. */
		for (size_t k = 1; k < 9; k++) {
			const size_t across =
				k % 2 ? size * k / 9 : (size * 5 + k * 7) % (size + 1);

			check(one + page - across, other_end - size, size);
			check(one_end - size, other + page - across, size);
			check(one + page - across, other + page - size + across, size);
		}
	}
	/* Beyond them the program does stop, so the pages above are guarded. */
	if (argc > 2)
		memset(one_end - 1, 0, 2);
	printf("%lu cases\n", cases);
	return 0;
}
