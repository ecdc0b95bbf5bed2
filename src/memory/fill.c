/* SPDX-License-Identifier: MIT
 *
 * memset.
 */

__attribute__((__noinline__)) static void *fill_widest(void *to, int byte, size_t size)
{
	cpu_count(size);
	return widest(fill_large, to, byte, size);
}

void *memset(void *to, int byte, size_t size)
{
	char *const p = to;

	if (size >= 16) {
		const v16 bytes = spread(byte);

		if (size > LARGE)
			return fill_widest(to, byte, size);
		if (size > 64) {
			store_four(p, bytes, bytes, bytes, bytes);
			store_four(p + size - 64, bytes, bytes, bytes, bytes);
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
