/* SPDX-License-Identifier: MIT
 *
 * How blocks of more than a few vectors are compared and searched, with vectors of one width;
 * included as large.h is.
 */

/* For WIDTH bytes and more. */
TARGET static int OF(compare_large)(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t i = 0;

	for (; size - i > 4 * WIDTH; i += 4 * WIDTH) {
		const VECTOR same = equal_at(VECTOR, a + i, b + i) &
		                    equal_at(VECTOR, a + i + 1 * WIDTH, b + i + 1 * WIDTH) &
		                    equal_at(VECTOR, a + i + 2 * WIDTH, b + i + 2 * WIDTH) &
		                    equal_at(VECTOR, a + i + 3 * WIDTH, b + i + 3 * WIDTH);

		if (OF(mask_of)(same) != ALL)
			break;
	}
	for (; size - i > WIDTH; i += WIDTH) {
		const mask same = OF(mask_of)(equal_at(VECTOR, a + i, b + i));

		if (same != ALL)
			return difference(a, b, i + first(~same));
	}
	i = size - WIDTH;

	const mask same = OF(mask_of)(equal_at(VECTOR, a + i, b + i));

	return same == ALL ? 0 : difference(a, b, i + first(~same));
}

/* Of 64 bytes, a bit for each that is the wanted one. */
TARGET static inline uint64_t OF(found_in_64)(const uint8_t *p, VECTOR wanted)
{
	return OF(found_in_32)(p, wanted) | (uint64_t)OF(found_in_32)(p + 32, wanted) << 32;
}

/* In four vectors: the first, or 4 * WIDTH. */
TARGET inline_always size_t OF(find_in_four)(const uint8_t *p, VECTOR wanted)
{
	const VECTOR a = equal(VECTOR, load(VECTOR, p), wanted);
	const VECTOR b = equal(VECTOR, load(VECTOR, p + 1 * WIDTH), wanted);
	const VECTOR c = equal(VECTOR, load(VECTOR, p + 2 * WIDTH), wanted);
	const VECTOR d = equal(VECTOR, load(VECTOR, p + 3 * WIDTH), wanted);

	if (__builtin_expect(!OF(mask_of)(a | b | c | d), 1))
		return 4 * WIDTH;
	return OF(first_of_four)(a, b, c, d);
}

/* How far behind `base` that is which is not in the first 32 bytes; 0 if it is not there. Where it
 * is not found soon, in blocks that are aligned, so that no page is read that has nothing of the
 * caller's: the first of them may begin with bytes that were looked at, but with none before the
 * start. The last ends with the size, which is no later than an aligned one would. `endless`: it is
 * there. */
TARGET inline_always uintptr_t OF(find_on)(const uint8_t *start, int byte, size_t size,
                                           uintptr_t base, bool endless)
{
	const VECTOR wanted = (VECTOR){ 0 } + (uint8_t)byte;
	const uint8_t *p = start + 32;
	size_t left = size - 32, i;

	if (!in_page(start, 160))
		return find_at_page_end(start, byte, size, base);
	for (int k = 0; k < 2; k++, p += 64, left -= 64) {
		const uint64_t found = OF(found_in_64)(p, wanted);

		if (!endless && left <= 64)
			return first_within(p, found, left, base);
		if (found)
			return (uintptr_t)p + first_bit(found) - base;
	}
	left += (uintptr_t)p & (4 * WIDTH - 1);
	p -= (uintptr_t)p & (4 * WIDTH - 1);
	for (; endless || left > 4 * WIDTH; p += 4 * WIDTH, left -= 4 * WIDTH) {
		i = OF(find_in_four)(p, wanted);
		if (i < 4 * WIDTH)
			return (uintptr_t)p + i - base;
	}
	p -= 4 * WIDTH - left;
	i = OF(find_in_four)(p, wanted);
	return i < 4 * WIDTH ? (uintptr_t)p + i - base : 0;
}

TARGET never_inline uintptr_t OF(memchr_on)(const uint8_t *start, int byte, size_t size,
                                            uintptr_t base)
{
	return OF(find_on)(start, byte, size, base, false);
}

TARGET never_inline size_t OF(strlen_on)(const uint8_t *start)
{
	return OF(find_on)(start, 0, SIZE_MAX, (uintptr_t)start, true);
}

/* The bytes in which a string ends, or the two differ. */
TARGET inline_always VECTOR OF(string_ends)(const uint8_t *a, const uint8_t *b)
{
	VECTOR v = load(VECTOR, a);

	kept_in_register(v);
	return equal(VECTOR, OF(smaller)(equal(VECTOR, v, load(VECTOR, b)), v), (VECTOR){ 0 });
}

/* Strings that are equal so far, for WIDTH bytes at least. Any vector may be loaded that ends in
 * the page in which both go on: so may one that begins before, with bytes that were looked at. */
TARGET never_inline int OF(strcmp_on)(const uint8_t *a, const uint8_t *b)
{
	for (;;) {
		const size_t in_a = (uintptr_t)a & (SMALLEST_PAGE - 1);
		const size_t in_b = (uintptr_t)b & (SMALLEST_PAGE - 1);
		const size_t before = in_a & (WIDTH - 1);
		size_t room = SMALLEST_PAGE - (in_a > in_b ? in_a : in_b) + before;

		a -= before;
		b -= before;
		for (; room >= 4 * WIDTH; room -= 4 * WIDTH) {
			const VECTOR c = OF(string_ends)(a, b);
			const VECTOR d = OF(string_ends)(a + 1 * WIDTH, b + 1 * WIDTH);
			const VECTOR e = OF(string_ends)(a + 2 * WIDTH, b + 2 * WIDTH);
			const VECTOR f = OF(string_ends)(a + 3 * WIDTH, b + 3 * WIDTH);

			if (OF(mask_of)(c | d | e | f))
				return difference(a, b, OF(first_of_four)(c, d, e, f));
			a += 4 * WIDTH;
			b += 4 * WIDTH;
		}
		while (room) {
			if (room < WIDTH) {
				a -= WIDTH - room;
				b -= WIDTH - room;
				room = WIDTH;
			}

			const mask ends = OF(mask_of)(OF(string_ends)(a, b));

			if (ends)
				return difference(a, b, first(ends));
			a += WIDTH;
			b += WIDTH;
			room -= WIDTH;
		}
	}
}
