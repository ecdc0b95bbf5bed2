/* SPDX-License-Identifier: MIT
 *
 * A block that grows into slices which the system does not make writable (under a limit, or for
 * want of memory). Prints how many calls it refused, whether the block kept its content, and
 * whether the slices can be taken when it refuses no more.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

static bool refuse;
static int refused;

static int mprotect_refused(void *start, size_t size, int protection)
{
	if (!refuse)
		return mprotect(start, size, protection);
	refused++;
	errno = ENOMEM;
	return -1;
}

#define mprotect mprotect_refused
#include "../../src/mimalloc.c"
#undef mprotect

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	unsigned char *block = malloc(MI_MiB);

	if (!block)
		return 1;
	for (size_t i = 0; i < MI_MiB; i++)
		block[i] = i % 251;

	const mi_memid_t memid = mi_ptr_page(block)->memid;
	const size_t behind = memid.mem.arena.slice_index + memid.mem.arena.slice_count;

	refuse = true;
	block = realloc(block, 3 * MI_MiB);
	refuse = false;
	if (!block)
		return 1;
	memset(block + MI_MiB, 1, 2 * MI_MiB);

	size_t same = 0;
	while (same < MI_MiB && block[same] == same % 251)
		same++;
	printf("%d %d %d\n", refused, same == MI_MiB,
	       arena_try_take(memid.mem.arena.arena, behind, 2 * MI_MiB / MI_ARENA_SLICE_SIZE));
	return 0;
}
