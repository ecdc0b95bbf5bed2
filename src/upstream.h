/* SPDX-License-Identifier: MIT
 *
 * The functions of upstream's that have another name here, since ours stand in for them.
 */
#ifndef MIMALLOC_MUSL_UPSTREAM_H
#define MIMALLOC_MUSL_UPSTREAM_H

/* arena.c */
size_t upstream_os_good_alloc_size(size_t);
bool upstream_arena_reserve(mi_subproc_t *, size_t, bool, mi_arena_id_t *);

/* purge.c */
void upstream_arenas_free(mi_subproc_t *, void *, size_t, mi_memid_t);
void *upstream_arenas_try_alloc(mi_heap_t *, size_t, size_t, bool, bool, mi_arena_t *, size_t, int,
                                mi_memid_t *);

/* page.c */
mi_page_t *upstream_arenas_page_alloc(mi_theap_t *, size_t, size_t);
void upstream_arenas_page_free(mi_page_t *, mi_theap_t *);
void upstream_page_retire(mi_page_t *);

/* prim.c */
void upstream_options_init(void);

/* remap.c */
void *upstream_realloc(void *, size_t);

/* thread.c */
void *upstream_malloc_generic(mi_theap_t *, size_t, size_t, mi_page_t **);

#endif
