/* SPDX-License-Identifier: MIT
 *
 * mimalloc-musl: mimalloc as the one heap of a musl executable.
 *
 * A program needs nothing of this header to use it: malloc, free and their relatives are mimalloc's
 * once the program is linked with cc-mimalloc, pkg-config's flags or the library folder. mimalloc's
 * own API (mi_stats_print, mi_heap_new ...) is declared in <mimalloc.h>, in the folder that
 * `pkg-config --cflags mimalloc-musl` names; all of it is in the profile `full` only.
 */
#ifndef MIMALLOC_MUSL_H
#define MIMALLOC_MUSL_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What was linked into this program.
 *
 * Arguments: none.
 * Returns: a constant string of words key=value, at least "mimalloc-musl=VERSION mimalloc=VERSION
 *   profile=NAME"; never NULL, never to be freed. The same text is in the program's ELF note, which
 *   `cc-mimalloc --check PROGRAM` prints.
 * Errors: none; safe at any time, in signal handlers too.
 * Source: this project. Without mimalloc-musl a program that calls it does not link.
 */
const char *mimalloc_musl_version(void);

/*
 * Whether libmem-overlay.a was linked into this program, and which.
 *
 * Arguments: none.
 * Returns: a constant string, "memory-functions=VERSION"; never NULL, never to be freed. It is in
 *   an ELF note too.
 * Errors: none; safe at any time, in signal handlers too.
 * Source: this project. Without libmem-overlay.a a program that calls it does not link.
 */
const char *mimalloc_musl_memory_version(void);

#ifdef __cplusplus
}
#endif

#endif
