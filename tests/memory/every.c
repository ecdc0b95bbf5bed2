/* SPDX-License-Identifier: MIT
 *
 * Every size from 0 to 512 and some above, every alignment to 64 of both sides, every distance of
 * two that overlap, every place of a difference: the functions against bytes that are looked at one
 * by one. What lies around must be neither written nor taken into account.
 *
 * usage: every [STEP]: of all pairs of alignments and the like each STEPth, for slow machines
 */
#include "model.h"

#define LINE   64  /* alignments */
#define AROUND 80  /* bytes that are looked at before and behind */
#define DENSE  512 /* every size up to this */

static const size_t more[] = {
	513,  575,   640,   767,   1000,  1023,  1024,  1025,  1600,   2047,
	2048, 2049,  3000,  4095,  4096,  4097,  5000,  6144,  8191,   8192,
	8193, 10000, 16383, 16385, 32769, 65535, 65536, 65537, 100003, 300007
};

#define SIZES   (DENSE + 1 + sizeof more / sizeof *more)
#define LARGEST 300007
#define AREA    (2 * AROUND + 2 * LINE + LARGEST)

static _Alignas(4096) uint8_t one[AREA * 2], other[AREA];
static size_t step = 1;

/* The k-th size, and for those that are not dense, whether the k-th pair is looked at. */
static size_t size_at(size_t k)
{
	return k <= DENSE ? k : more[k - DENSE - 1];
}

static bool skipped(size_t k, size_t pair)
{
	static size_t turn;

	if (k > DENSE)
		return pair % 61 != k % 61;
	return turn++ % step != 0;
}

static void copies(const char *name, void *(*copy)(void *, const void *, size_t))
{
	size_t at;

	draw(one, 0, AREA);
	paint(other, 0, AREA, 0);
	for (size_t k = 0; k < SIZES; k++) {
		const size_t size = size_at(k);

		for (size_t pair = 0; pair < LINE * LINE; pair++) {
			if (skipped(k, pair))
				continue;

			const size_t from = AROUND + pair % LINE, to = AROUND + pair / LINE;
			uint8_t *const p = other + to;

			is(copy(p, one + from, size) == p, "%s: its result, %zu bytes", name, size);
			if (!drawn(p - from, from, from + size, 0, &at) ||
			    !filled(other, to - AROUND, to, 0, &at) ||
			    !filled(p, size, size + AROUND, 0, &at))
				wrong("%s of %zu bytes, from 64 n + %zu to 64 n + %zu: byte %zu",
				      name, size, from % LINE, to % LINE, at);
			paint(p, 0, size, 0);
		}
	}
	if (!drawn(one, 0, AREA, 0, &at))
		wrong("%s has written to its source", name);
}

/* Where the two overlap, and beside each other. */
static void moves(const char *name, void *(*move)(void *, const void *, size_t))
{
	size_t at;

	draw(one, 0, sizeof one);
	for (size_t k = 0; k < SIZES; k++) {
		const size_t size = size_at(k);
		const size_t reach = size <= DENSE ? size + LINE : 3 * LINE;

		for (size_t distance = 0; distance <= 2 * reach; distance++) {
			for (size_t align = 0; align < LINE; align += 1 + (distance * 7 + k) % 23) {
				if (skipped(k, distance))
					continue;

				const size_t from = AROUND + reach + align,
					     to = from - reach + distance;
				const size_t low = from < to ? from : to,
					     high = from < to ? to : from;
				uint8_t *const p = one + to;

				is(move(p, one + from, size) == p, "%s: its result, %zu bytes",
				   name, size);
				if (!drawn(one, to, to + size, to - from, &at) ||
				    !drawn(one, low - AROUND, to, 0, &at) ||
				    !drawn(one, to + size, high + size + AROUND, 0, &at))
					wrong("%s of %zu bytes from 64 n + %zu on by %td: byte %td",
					      name, size, from % LINE, (ptrdiff_t)(to - from),
					      (ptrdiff_t)(at - to));
				draw(one, to, to + size);
			}
		}
	}
}

static void fills(void)
{
	static const int bytes[] = { 0, 1, 0x7f, 0x80, 0xff, 0x1a5, -2 };
	size_t at;

	draw(one, 0, AREA);
	for (size_t k = 0; k < SIZES; k++) {
		const size_t size = size_at(k);

		for (size_t align = 0; align < LINE; align++) {
			for (size_t b = 0; b < sizeof bytes / sizeof *bytes; b++) {
				if (k > DENSE ? (align + k) % 7 : skipped(k, 0))
					continue;

				const size_t to = AROUND + align;

				is(memset(one + to, bytes[b], size) == one + to,
				   "memset: its result, %zu bytes", size);
				if (!filled(one, to, to + size, (uint8_t)bytes[b], &at) ||
				    !drawn(one, to - AROUND, to, 0, &at) ||
				    !drawn(one, to + size, to + size + AROUND, 0, &at))
					wrong("memset of %zu bytes to %#x, to 64 n + %zu: byte %td",
					      size, (unsigned)bytes[b], align,
					      (ptrdiff_t)(at - to));
				draw(one, to, to + size);
			}
		}
	}
}

/* In what order two bytes are that differ by more and by less than a sign bit. */
static const uint8_t pairs[][2] = {
	{ 0, 1 }, { 0x7f, 0x80 }, { 1, 0xff }, { 0xff, 0xfe }, { 0x80, 0 }
};

#define PAIRS (sizeof pairs / sizeof *pairs)

static void compares(const char *name, int (*compare)(const void *, const void *, size_t),
                     bool ordered)
{
	paint(one, 0, AREA, 0x55);
	paint(other, 0, AREA, 0x55);
	for (size_t k = 0; k < SIZES; k++) {
		const size_t size = size_at(k);

		for (size_t pair = 0; pair < LINE * LINE; pair++) {
			if (skipped(k, pair))
				continue;

			uint8_t *const a = one + AROUND + pair % LINE, *const b = other + AROUND +
			                                                          pair / LINE;

			/* What is before and behind differs. */
			a[-1] = a[size] = 1;
			is(compare(a, b, size) == 0,
			   "%s of the same %zu bytes at 64 n + %zu and 64 n + %zu", name, size,
			   pair % LINE, pair / LINE);

			/* Of two differences the first says; every place of it, in turns. */
			const size_t place = size ? (pair + pair / LINE) % size : 0;
			const uint8_t *const two = pairs[(pair + k) % PAIRS];

			if (size) {
				const uint8_t last = b[size - 1];

				b[size - 1] = 0xaa;
				a[place] = two[0];
				b[place] = two[1];

				const int result = compare(a, b, size);

				is(ordered ? result == two[0] - two[1] : result != 0,
				   "%s of %zu bytes at 64 n + %zu and 64 n + %zu, of which byte "
				   "%zu differs (%d): %d",
				   name, size, pair % LINE, pair / LINE, place, two[0] - two[1],
				   result);
				b[size - 1] = last;
				a[place] = b[place] = 0x55;
			}
			a[-1] = a[size] = 0x55;
		}
	}
}

static void finds(void)
{
	for (size_t k = 0; k < SIZES; k++) {
		const size_t size = size_at(k);

		for (size_t pair = 0; pair < LINE * LINE; pair++) {
			if (skipped(k, pair))
				continue;

			const size_t align = pair % LINE;
			const int byte =
				(pair / LINE) % 2 ? 0x80 : 0x1180; /* converted to unsigned char */
			uint8_t *const p = one + AROUND + align;

			/* One before it and one behind it are none of its. */
			p[-1] = p[size] = 0x80;
			is(memchr(p, byte, size) == NULL,
			   "memchr in %zu bytes at 64 n + %zu finds what is not there", size,
			   align);
			if (size) {
				const size_t place = (pair / LINE * 31 + pair) % size;

				p[size - 1] = p[place] = 0x80;
				is(memchr(p, byte, size) == p + place,
				   "memchr in %zu bytes at 64 n + %zu: byte %zu", size, align,
				   place);
				is(memchr(p, byte, SIZE_MAX) == p + place,
				   "memchr without a limit at 64 n + %zu: byte %zu", align, place);
				p[size - 1] = p[place] = 0x55;
			}
			p[-1] = 0;
			p[size] = 0;
			is(strlen((char *)p) == size, "strlen of %zu bytes at 64 n + %zu", size,
			   align);
			p[-1] = p[size] = 0x55;
		}
	}
}

static void compare_strings(void)
{
	for (size_t k = 0; k < SIZES; k++) {
		const size_t size = size_at(k);

		for (size_t pair = 0; pair < LINE * LINE; pair++) {
			if (skipped(k, pair))
				continue;

			uint8_t *const a = one + AROUND + pair % LINE, *const b = other + AROUND +
			                                                          pair / LINE;
			const char *const x = (char *)a, *const y = (char *)b;

			/* What is behind the end differs. */
			a[size] = b[size] = 0;
			b[size + 1] = 0xaa;
			is(strcmp(x, y) == 0,
			   "strcmp of the same %zu bytes at 64 n + %zu and 64 n + %zu", size,
			   pair % LINE, pair / LINE);

			const size_t place = (pair + pair / LINE) % (size + 1);
			const uint8_t *const two = pairs[(pair + k) % PAIRS];

			a[place] = two[0];
			b[place] = two[1];
			is(strcmp(x, y) == two[0] - two[1],
			   "strcmp of %zu bytes at 64 n + %zu and 64 n + %zu, of which byte %zu "
			   "differs: %d",
			   size, pair % LINE, pair / LINE, place, strcmp(x, y));
			a[place] = b[place] = 0x55;
			a[size] = b[size] = b[size + 1] = 0x55;
		}
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		step = strtoul(argv[1], NULL, 10);
	/* From here on the processor has been asked for what it has (src/memory/cpu.h). */
	static uint8_t large[3 << 20];
	memset(large, 1, sizeof large);

	copies("memcpy", memcpy);
	copies("memmove", memmove);
	moves("memmove", memmove);
	moves("memcpy", memcpy);
	fills();
	compares("memcmp", memcmp, true);
	compares("bcmp", bcmp, false);
	finds();
	compare_strings();
	printf("%lu cases\n", cases);
	return 0;
}
