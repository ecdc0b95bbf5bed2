/* SPDX-License-Identifier: MIT
 *
 * The names that libc-overlay.a defines, and the seam between it and libmimalloc-musl.a.
 */
#ifndef MIMALLOC_MUSL_OVERLAY_H
#define MIMALLOC_MUSL_OVERLAY_H

#include <stddef.h>

#define hidden __attribute__((__visibility__("hidden")))

/* musl's internal names; its own objects refer to them, and no header of musl's declares them. The
 * seam dates from musl 1.2.2: commit 8d37958d gives libc access to its own malloc, commit 167390f0
 * makes fork tell the allocator. */
hidden void *__libc_malloc(size_t);
hidden void *__libc_calloc(size_t, size_t);
hidden void *__libc_realloc(void *, size_t);
hidden void __libc_free(void *);
hidden void *__libc_malloc_impl(size_t);          /* what __libc_malloc hands over to */
hidden void __malloc_donate(char *, char *);      /* the dynamic linker's spare bytes */
hidden void __malloc_atfork(int);                 /* called by fork */
hidden int __malloc_allzerop(void *);             /* asked by calloc */
hidden void __pthread_tsd_run_dtors(void);        /* called as a thread ends */
extern hidden int __malloc_replaced;              /* set by the dynamic linker, since 1.1.20 */
extern hidden int __aligned_alloc_replaced;       /* likewise */
extern hidden volatile int *const __bump_lockptr; /* lite_malloc's lock, taken around fork */

/* libmimalloc-musl.a: called around fork, who is -1 before, 0 in the parent, 1 in the child (as
 * __malloc_atfork). */
__attribute__((__visibility__("default"))) void mimalloc_musl_atfork(int who);

/* The name of __pthread_tsd_run_dtors for a libc.a that has the overlay in it. */
void mimalloc_musl_tsd_run_dtors(void);

/* libmimalloc-musl.a: called as the last of a thread that ends. */
__attribute__((__visibility__("default"))) void mimalloc_musl_thread_done(void);

#endif
