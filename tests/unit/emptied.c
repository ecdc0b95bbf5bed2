/* SPDX-License-Identifier: MIT
 *
 * What a thread does with pages that become empty. A line for each thing tried: its name, and the
 * KiB of empty pages that are no slices yet, after it.
 */
#include "../../src/mimalloc.c"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK ((size_t)200000)
#define OTHER ((size_t)100000)

static size_t listed(void)
{
	size_t size = 0;

	for (size_t i = 0; i < EMPTIED_LISTS; i++)
		size += page_lists[i].size;
	return size / MI_KiB;
}

static void *take(size_t size)
{
	void *const block = malloc(size);

	if (!block)
		abort();
	return block;
}

/* Often enough that pages are as large as they get. */
static void come_and_go(size_t size)
{
	for (int i = 0; i < 64; i++)
		free(take(size));
}

static void *thread(void *unused)
{
	come_and_go(BLOCK);
	printf("freed %zu\n", listed());
	return unused;
}

int main(void)
{
	void *blocks[64];
	pthread_t other;

	come_and_go(BLOCK);
	for (int i = 0; i < 64; i++)
		blocks[i] = take(BLOCK);
	for (int i = 0; i < 64; i++)
		free(blocks[i]);
	printf("freed %zu\n", listed());
	for (int i = 0; i < 64; i++)
		blocks[i] = take(BLOCK);
	printf("taken %zu\n", listed());
	for (int i = 0; i < 64; i++)
		free(blocks[i]);
	printf("freed %zu\n", listed());

	void *const other_class = take(OTHER);
	printf("slices %zu\n", listed());
	free(other_class);
	come_and_go(OTHER);
	printf("freed %zu\n", listed());

	pthread_create(&other, NULL, thread, NULL);
	pthread_join(other, NULL);
	printf("ended %zu\n", listed());
	return 0;
}
