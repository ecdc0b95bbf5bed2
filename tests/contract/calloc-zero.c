// SPDX-License-Identifier: MIT
// calloc's memory is zero, however it was used before.
#include "promise.h"

static void *dirty[400];

static void check_zero(const char *p, size_t size)
{
	CHECK(p);
	for (size_t i = 0; i < size; i++)
		CHECK(p[i] == 0);
}

int main(void)
{
	for (size_t size = 1; size < 40 * MIB; size += size / 2 + 1) {
		size_t count = size < 100 * KIB ? COUNT(dirty) : 2;

		for (int round = 0; round < 2; round++) {
			for (size_t i = 0; i < count; i++) {
				dirty[i] = malloc(size);
				CHECK(dirty[i]);
				memset(dirty[i], 0xff, malloc_usable_size(dirty[i]));
			}
			for (size_t i = 0; i < count; i++)
				free(dirty[i]);
			for (size_t i = 0; i < count; i++) {
				dirty[i] = i % 2 ? calloc(1, size) : calloc(size, 1);
				check_zero(dirty[i], size);
				memset(dirty[i], 0xff, size);
			}
			for (size_t i = 0; i < count; i++)
				free(dirty[i]);
		}
	}
	return 0;
}
