/* SPDX-License-Identifier: MIT
 *
 * How blocks of more than LARGE bytes are copied and filled, with vectors of one width; included
 * once for each: VECTOR is the type, WIDTH its bytes, OF(name) what something has as its name for
 * that width, TARGET what the compiler may use, STRING_FROM how many bytes `rep movsb` needs to be
 * worth its start of some 35 cycles, on Intel's processors; `rep stosb` needs eight times as many.
 *
 * The ends of a block are unaligned vectors that overlap what the loop does; what they take is
 * loaded before the loop stores. Between them the destination is aligned.
 */

TARGET static inline void OF(store_four)(char *p, VECTOR a, VECTOR b, VECTOR c, VECTOR d)
{
	store(VECTOR, p, a);
	store(VECTOR, p + 1 * WIDTH, b);
	store(VECTOR, p + 2 * WIDTH, c);
	store(VECTOR, p + 3 * WIDTH, d);
}

/* All four are loaded before one is stored. */
TARGET static inline void OF(copy_four)(char *to, const char *from)
{
	const VECTOR a = load(VECTOR, from);
	const VECTOR b = load(VECTOR, from + 1 * WIDTH);
	const VECTOR c = load(VECTOR, from + 2 * WIDTH);
	const VECTOR d = load(VECTOR, from + 3 * WIDTH);

	OF(store_four)(to, a, b, c, d);
}

/* Four to eight vectors, which are all loaded before one is stored. */
TARGET static inline void OF(copy_eight)(char *to, const char *from, size_t size)
{
	char *const end = to + size;
	const char *const from_end = from + size;
	const VECTOR a = load(VECTOR, from), h = load(VECTOR, from_end - 1 * WIDTH);
	const VECTOR b = load(VECTOR, from + 1 * WIDTH), g = load(VECTOR, from_end - 2 * WIDTH);
	const VECTOR c = load(VECTOR, from + 2 * WIDTH), f = load(VECTOR, from_end - 3 * WIDTH);
	const VECTOR d = load(VECTOR, from + 3 * WIDTH), e = load(VECTOR, from_end - 4 * WIDTH);

	OF(store_four)(to, a, b, c, d);
	OF(store_four)(end - 4 * WIDTH, e, f, g, h);
}

TARGET static inline void OF(copy_forward)(char *to, const char *from, size_t size)
{
	const VECTOR head = load(VECTOR, from);
	const char *const from_end = from + size;
	const VECTOR tail0 = load(VECTOR, from_end - 4 * WIDTH);
	const VECTOR tail1 = load(VECTOR, from_end - 3 * WIDTH);
	const VECTOR tail2 = load(VECTOR, from_end - 2 * WIDTH);
	const VECTOR tail3 = load(VECTOR, from_end - 1 * WIDTH);
	char *const end = to + size;
	const uintptr_t away = (uintptr_t)from - (uintptr_t)to;
	char *p = to + WIDTH - ((uintptr_t)to & (WIDTH - 1));

	while (p < end - 4 * WIDTH) {
		OF(copy_four)(p, (const char *)((uintptr_t)p + away));
		p += 4 * WIDTH;
	}
	OF(store_four)(end - 4 * WIDTH, tail0, tail1, tail2, tail3);
	store(VECTOR, to, head);
}

TARGET static inline void OF(copy_backward)(char *to, const char *from, size_t size)
{
	const VECTOR tail = load(VECTOR, from + size - WIDTH);
	const VECTOR head0 = load(VECTOR, from);
	const VECTOR head1 = load(VECTOR, from + 1 * WIDTH);
	const VECTOR head2 = load(VECTOR, from + 2 * WIDTH);
	const VECTOR head3 = load(VECTOR, from + 3 * WIDTH);
	char *const end = to + size;
	const uintptr_t away = (uintptr_t)from - (uintptr_t)to;
	char *p = end - 1 - ((uintptr_t)(end - 1) & (WIDTH - 1));

	while (p > to + 4 * WIDTH) {
		p -= 4 * WIDTH;

		OF(copy_four)(p, (const char *)((uintptr_t)p + away));
	}
	OF(store_four)(to, head0, head1, head2, head3);
	store(VECTOR, end - WIDTH, tail);
}

TARGET static void *OF(copy_large)(void *to, const void *from, size_t size)
{
#if 4 * WIDTH > LARGE
	if (size <= 4 * WIDTH) {
		char *const p = to, *const end = p + size;
		const char *const q = from, *const q_end = q + size;
		const VECTOR a = load(VECTOR, q);
		const VECTOR b = load(VECTOR, q + 1 * WIDTH);
		const VECTOR c = load(VECTOR, q_end - 2 * WIDTH);
		const VECTOR d = load(VECTOR, q_end - 1 * WIDTH);

		store(VECTOR, p, a);
		store(VECTOR, p + 1 * WIDTH, b);
		store(VECTOR, end - 2 * WIDTH, c);
		store(VECTOR, end - 1 * WIDTH, d);
		return to;
	}
#endif
#if 8 * WIDTH > LARGE
	if (size <= 8 * WIDTH) {
		OF(copy_eight)(to, from, size);
		return to;
	}
#endif
#if WIDTH > 16
	if (size >= STRING_FROM && (cpu_known() & CPU_STRING) &&
	    (uintptr_t)to - (uintptr_t)from >= size && (uintptr_t)from - (uintptr_t)to >= size) {
		void *p = to;

		__asm__ volatile("rep movsb" : "+D"(p), "+S"(from), "+c"(size) : : "memory");
		return to;
	}
#endif
	if ((uintptr_t)to - (uintptr_t)from >= size)
		OF(copy_forward)(to, from, size);
	else
		OF(copy_backward)(to, from, size);
	return to;
}

/* LARGE bytes: with wider vectors there are fewer at the end that are not aligned. */
TARGET static inline void OF(store_large)(char *p, VECTOR bytes)
{
#pragma GCC unroll 8
	for (size_t i = 0; i < LARGE; i += WIDTH)
		store(VECTOR, p + i, bytes);
}

TARGET static void *OF(fill_large)(void *to, int byte, size_t size)
{
	const VECTOR bytes = (VECTOR){ 0 } + (uint8_t)byte;
	char *const start = to, *const end = start + size;
	char *p = start + WIDTH - ((uintptr_t)to & (WIDTH - 1));

	store(VECTOR, start, bytes);
#if WIDTH > 16
	if (size <= 2 * LARGE) {
		OF(store_large)(start, bytes);
		p = end;
	} else if (size >= 8 * STRING_FROM && (cpu_known() & CPU_STRING)) {
		void *q = to;

		__asm__ volatile("rep stosb" : "+D"(q), "+c"(size) : "a"(byte) : "memory");
		return to;
	}
#endif
	for (; p < end - LARGE; p += LARGE)
		OF(store_large)(p, bytes);
	OF(store_large)(end - LARGE, bytes);
	return to;
}
