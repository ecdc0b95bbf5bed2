/* SPDX-License-Identifier: MIT
 *
 * A large block that cannot grow, with an mremap that unmaps what it is to replace before it fails,
 * as the kernel's may, and another thread that maps something there. Prints how often that was.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { FOREIGN = 65536, GROWN = 8 };

static char *foreign[2 * GROWN];
static int failed;

static void *mremap_that_fails(void *base, size_t size, size_t new_size, int flags, void *place)
{
	(void)base;
	(void)size;
	if (flags & MREMAP_FIXED) {
		if (munmap(place, new_size) != 0)
			abort();
		foreign[failed] = mmap(place, FOREIGN, PROT_READ | PROT_WRITE,
		                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (foreign[failed] != place)
			abort();
		*foreign[failed++] = 1;
	}
	errno = ENOMEM;
	return MAP_FAILED;
}

#define mremap(...) mremap_that_fails(__VA_ARGS__)
#include "../../src/mimalloc.c"
#undef mremap

int main(void)
{
	const size_t size = 40 * MI_MiB;
	char *block = malloc(size), *grown;

	if (!block)
		return 1;
	block[0] = block[size - 1] = 2;
	for (size_t i = 1; i <= GROWN; i++) {
		grown = realloc(block, size + i * MI_MiB);
		block = grown ? grown : block;
	}
	if (block[0] != 2 || block[size - 1] != 2)
		puts("the block has another content");
	for (int i = 0; i < failed; i++)
		if (*foreign[i] != 1) /* or SIGSEGV */
			puts("what is another thread's has another content");
	printf("%d\n", failed);
	return 0;
}
