/* SPDX-License-Identifier: MIT
 *
 * What the other files of ours ask of prim.c beside mimalloc's own interface to it.
 */
#ifndef MIMALLOC_MUSL_PRIM_H
#define MIMALLOC_MUSL_PRIM_H

#include <stddef.h>
#include <sys/mman.h>

/* mmap of private anonymous memory: 0 and the address, or the error and NULL; errno is kept. */
static int prim_map(void *hint, size_t size, int protection, int flags, void **addr);

/* mremap, likewise; PLACE is for MREMAP_FIXED. */
static int prim_remap(void *base, size_t size, size_t new_size, int flags, void *place,
                      void **addr);

#endif
