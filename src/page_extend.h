/* SPDX-License-Identifier: MIT
 *
 * How many blocks of a page are linked into its free list at a time. That touches them; upstream
 * takes 8 KiB. Here it is at first what is left of the memory page that they begin in, so that a
 * size class of which a thread uses a few blocks costs it one memory page and not two or three: 300
 * threads with 60 blocks each take 52 MiB instead of 85.
 */
#ifndef MIMALLOC_MUSL_PAGE_EXTEND_H
#define MIMALLOC_MUSL_PAGE_EXTEND_H

static inline size_t page_extend(const mi_page_t *page, size_t extend)
{
	const size_t size = page->block_size;
	const uintptr_t next = (uintptr_t)mi_page_start(page) + page->capacity * size;
	const uintptr_t end = mi_align_up(next + size, _mi_os_page_size());
	const size_t room = (end - next) / size;

	return page->capacity * size >= _mi_os_page_size() || room > extend ? extend : room;
}

#endif
