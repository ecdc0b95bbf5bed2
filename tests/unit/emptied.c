/* SPDX-License-Identifier: MIT
 *
 * What a thread does with pages that become empty. A line for each thing tried: its name, and the
 * KiB of empty pages that are no slices yet, after it; for `blocks`, of how many blocks the page is
 * that is taken then: one that comes of slices begins with one.
 */
#include "../../src/mimalloc.c"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK ((size_t)200000)
#define OTHER ((size_t)100000)
#define SMALL ((size_t)8000)

enum { BLOCKS = 60, CONSUMED = 256 };

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

/* Frees what another thread has taken. */
static void *consumer(void *blocks)
{
	for (int i = 0; i < CONSUMED; i++)
		free(((void **)blocks)[i]);
	printf("consumed %zu\n", listed());
	return NULL;
}

static void *thread(void *unused)
{
	come_and_go(BLOCK);
	printf("freed %zu\n", listed());
	return unused;
}

int main(void)
{
	void *blocks[BLOCKS], *consumed[CONSUMED];
	pthread_t other;

	come_and_go(BLOCK);
	for (int i = 0; i < BLOCKS; i++)
		blocks[i] = take(BLOCK);
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	printf("freed %zu\n", listed());
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = take(BLOCK);
		if (i == 0)
			printf("blocks %u\n", mi_ptr_page(blocks[i])->capacity);
	}
	printf("taken %zu\n", listed());
	for (int i = 0; i < BLOCKS; i++)
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

	for (int i = 0; i < CONSUMED; i++)
		consumed[i] = take(SMALL);
	printf("others %zu\n", listed());
	pthread_create(&other, NULL, consumer, consumed);
	pthread_join(other, NULL);
	return 0;
}
