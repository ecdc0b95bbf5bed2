/* SPDX-License-Identifier: MIT
 *
 * Strings and blocks beside which memory is undefined: a result must not depend on that. To be run
 * by valgrind, which would say so.
 */
#include "model.h"

#define LONGEST 300

__attribute__((__noinline__)) static void check(size_t size, size_t align)
{
	/* Nothing of these is defined but what is written here. */
	_Alignas(64) char first[LONGEST + 128], second[LONGEST + 128], third[LONGEST + 128];
	char *const a = first + align, *const b = second + align / 3, *const c = third + align;

	for (size_t i = 0; i < size; i++)
		a[i] = b[i] = (char)pattern(i);
	is(memchr(a, 0, size) == NULL, "memchr");
	a[size] = b[size] = 0;

	is(strlen(a) == size, "strlen");
	is(strcmp(a, b) == 0, "strcmp");
	is(memchr(a, 0, size + 1) == a + size, "memchr");
	is(memchr(a, 0, SIZE_MAX) == a + size, "memchr");
	is(memchr(a, 0, size) == NULL, "memchr");
	is(memcmp(a, b, size + 1) == 0, "memcmp");
	is(bcmp(a, b, size + 1) == 0, "bcmp");
	memcpy(c, a, size + 1);
	is(strlen(c) == size, "memcpy");
	memmove(c + 1, c, size + 1);
	is(c[1 + size] == 0 && c[1] == a[0], "memmove");
	memset(c, 'x', size);
	c[size] = 0;
	is(strlen(c) == size, "memset");
}

int main(int argc, char **argv)
{
	static char large[3 << 20];

	for (int asked = 0; asked < 2; asked++) {
		for (size_t size = 0; size <= LONGEST; size++)
			for (size_t align = 0; align < 64; align++)
				check(size, align);
		/* From here on the processor has been asked for what it has (src/memory/cpu.h). */
		memset(large, 1, sizeof large);
	}
	/* valgrind does see such a thing: with an argument that it has nothing to say of */
	if (argc > 1) {
		char undefined[64];

		undefined[0] = argv[1][0];
		printf("%s", strlen(undefined) > 40 ? "long " : "short ");
	}
	printf("%lu cases\n", cases);
	return 0;
}
