/* SPDX-License-Identifier: MIT
 *
 * Which block a size gets: one of a multiple of 16 bytes, so that every block is aligned to 16.
 * Compilers assume that of malloc whatever the size (max_align_t); upstream gives up to 8 bytes a
 * block of 8. Stands in for mi_wsize_from_size of upstream's mimalloc.h, with the same unit: words.
 */
#ifndef MIMALLOC_MUSL_SIZE_H
#define MIMALLOC_MUSL_SIZE_H

#include <stddef.h>

/* On the path of every malloc. 0 bytes give 0 words, an entry of pages_free_direct that is never
 * filled: malloc(0) takes the slow path, and all other sizes pay nothing. */
static inline size_t block_words(size_t size)
{
	return (size + 15) / 16 * 2;
}

/* Where size classes are chosen: 0 bytes need a block too. */
static inline size_t block_words_at_least_one(size_t size)
{
	return block_words(size + (size == 0));
}

#endif
