/* SPDX-License-Identifier: MIT
 *
 * memchr and strlen.
 */

/* The search near the end of a page, up to where the usual one can go on: its first 32 bytes are
 * those of the next page. */
static uintptr_t find_at_page_end(const uint8_t *start, int byte, size_t size, uintptr_t base)
{
	const v16 wanted = spread(byte);
	const uint8_t *const page = start + (-(uintptr_t)start & (SMALLEST_PAGE - 1));
	const uint8_t *p = start;
	size_t left = size, before = (uintptr_t)start & 31;

	for (; p < page + 32; p += 32 - before, left -= 32 - before, before = 0) {
		const uint32_t found = found_in_32(p - before, wanted) >> before;

		if (left <= 32 - before)
			return first_within(p, found, left, base);
		if (found)
			return (uintptr_t)p + first_bit(found) - base;
	}
	return wide(memchr_on, page, byte, left + 32, base);
}

void *memchr(const void *start, int byte, size_t size)
{
	const uint8_t *const p = start;

	if (!size)
		return NULL;
	if (in_page(p, 32)) {
		const uint32_t found = found_in_32(p, spread(byte));

		if (size <= 32)
			return (void *)first_within(p, found, size, 0);
		if (found)
			return (void *)(uintptr_t)(p + first_bit(found));
	}
	return (void *)wide(memchr_on, p, byte, size, 0);
}

size_t strlen(const char *string)
{
	const uint8_t *const p = (const uint8_t *)string;

	if (in_page(p, 32)) {
		const uint32_t found = found_in_32(p, spread(0));

		if (found)
			return first_bit(found);
	}
	return wide(strlen_on, p);
}
