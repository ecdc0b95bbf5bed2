/* SPDX-License-Identifier: MIT
 *
 * The slow path of every allocation, wrapped: errno as POSIX and musl have it. Included by
 * mimalloc.c, in which upstream's function of this name is called upstream_malloc_generic.
 *
 * Nothing is added to the fast path, which cannot fail.
 */
void *_mi_malloc_generic(mi_theap_t *theap, size_t size, size_t zero_huge_alignment,
                         mi_page_t **ppage)
{
	int saved = errno;
	void *p = upstream_malloc_generic(theap, size, zero_huge_alignment, ppage);

	errno = p ? saved : ENOMEM;
	return p;
}
