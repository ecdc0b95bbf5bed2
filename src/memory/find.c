/* SPDX-License-Identifier: MIT
 *
 * memchr and strlen.
 */

/* The first such byte from `start` on, or something behind `last`. */
static inline const uint8_t *find(const uint8_t *start, int byte, uintptr_t last)
{
	const v16 wanted = spread(byte);
	const size_t before = (uintptr_t)start & 31;
	/* 32 bytes, or where the page ends before them, what there is of it */
	const uint8_t *const head = in_page(start, 32) ? start : start - before;
	const uint32_t found = found_in_32(head, wanted) >> (start - head);

	if (found)
		return start + __builtin_ctz(found);

	const uint8_t *p = start - before;

	for (int i = 32;; i += 32) {
		p += 32;
		if ((uintptr_t)p > last)
			return p;
		if (i == SHORT)
			return widest(find_large, p, byte, last);

		const uint32_t more = found_in_32(p, wanted);

		if (more)
			return p + __builtin_ctz(more);
	}
}

void *memchr(const void *start, int byte, size_t size)
{
	const uint8_t *const p = start;

	if (!size)
		return NULL;

	/* A size that goes beyond the address space means up to where the byte is. */
	const uintptr_t last =
		size - 1 > UINTPTR_MAX - (uintptr_t)p ? UINTPTR_MAX : (uintptr_t)p + (size - 1);
	const uint8_t *const found = find(p, byte, last);

	return (uintptr_t)found <= last ? (void *)(uintptr_t)found : NULL;
}

size_t strlen(const char *string)
{
	const uint8_t *const p = (const uint8_t *)string;

	return (size_t)(find(p, 0, UINTPTR_MAX) - p);
}
