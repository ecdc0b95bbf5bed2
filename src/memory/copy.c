/* SPDX-License-Identifier: MIT
 *
 * memcpy and memmove, which are one function: to find out which way to go takes less than a
 * program's mistake of calling the wrong one costs.
 */

/* A function of its own, so that memmove saves no register for it. */
__attribute__((__noinline__)) static void *copy_widest(void *to, const void *from, size_t size)
{
	cpu_count(size);
	return widest(copy_large, to, from, size);
}

/* Up to LARGE all is loaded before anything is stored, so it does not matter how the two overlap.
 */
void *memmove(void *to, const void *from, size_t size)
{
	char *const p = to;
	const char *const q = from;

	if (size > LARGE)
		return copy_widest(to, from, size);
	if (size > 64) {
		copy_eight(p, q, size);
	} else if (size >= 16) {
		/* Four that overlap as they need to: each branch less on a size that nothing
		 * foretells is worth more than what is stored twice. */
		const size_t k = (size - 1) / 32 * 16;
		const v16 a = load(v16, q), b = load(v16, q + k);
		const v16 c = load(v16, q + size - 16 - k), d = load(v16, q + size - 16);

		store(v16, p, a);
		store(v16, p + k, b);
		store(v16, p + size - 16 - k, c);
		store(v16, p + size - 16, d);
	} else if (size >= 8) {
		const uint64_t a = load(u64, q), b = load(u64, q + size - 8);

		store(u64, p, a);
		store(u64, p + size - 8, b);
	} else if (size >= 4) {
		const uint32_t a = load(u32, q), b = load(u32, q + size - 4);

		store(u32, p, a);
		store(u32, p + size - 4, b);
	} else if (size) {
		/* the first, the middle and the last: up to three bytes, these are all */
		const char a = q[0], b = q[size / 2], c = q[size - 1];

		p[0] = a;
		p[size / 2] = b;
		p[size - 1] = c;
	}
	return to;
}

alias(memmove, memcpy);
