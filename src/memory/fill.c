/* SPDX-License-Identifier: MIT
 *
 * memset.
 */

#if defined(__x86_64__)

__attribute__((__cold__, __noinline__)) static void *fill_unasked(void *to, int byte, size_t size)
{
	return cpu_ask(size) & CPU_WIDE ? fill_large_wide(to, byte, size)
	                                : fill_large(to, byte, size);
}

__attribute__((__noinline__)) static void *fill_chosen(void *to, int byte, size_t size)
{
	const unsigned features = cpu_known();

	if (features & CPU_WIDE)
		return fill_large_wide(to, byte, size);
	return features ? fill_large(to, byte, size) : fill_unasked(to, byte, size);
}

#else
#define fill_chosen fill_large
#endif

void *memset(void *to, int byte, size_t size)
{
	char *const p = to;

	if (size >= 16) {
		const v16 bytes = spread(byte);

		if (size > LARGE)
			return fill_chosen(to, byte, size);
		if (size > 64) {
			store(v16, p, bytes);
			store(v16, p + 16, bytes);
			store(v16, p + 32, bytes);
			store(v16, p + 48, bytes);
			store(v16, p + size - 64, bytes);
			store(v16, p + size - 48, bytes);
			store(v16, p + size - 32, bytes);
			store(v16, p + size - 16, bytes);
			return to;
		}

		const size_t k = (size - 1) / 32 * 16;

		store(v16, p, bytes);
		store(v16, p + k, bytes);
		store(v16, p + size - 16 - k, bytes);
		store(v16, p + size - 16, bytes);
		return to;
	}

	const uint64_t bytes = (uint8_t)byte * UINT64_C(0x0101010101010101);

	if (size >= 8) {
		store(u64, p, bytes);
		store(u64, p + size - 8, bytes);
	} else if (size >= 4) {
		store(u32, p, (uint32_t)bytes);
		store(u32, p + size - 4, (uint32_t)bytes);
	} else if (size) {
		p[0] = (char)byte;
		p[size / 2] = (char)byte;
		p[size - 1] = (char)byte;
	}
	return to;
}
