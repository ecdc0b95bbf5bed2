/* SPDX-License-Identifier: MIT
 *
 * libc's functions on memory and strings that musl is slow with: the one object of
 * libmem-overlay.a. One object, and strong names, for the reasons that overlay.c has.
 *
 * Each does what ISO C and musl say of it, for every size, alignment and overlap (memcpy too), and
 * neither reads nor writes a page that has no byte of the caller's. No state but what cpu.h finds
 * out; safe in signal handlers and before anything is initialized.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "mimalloc-musl.h"

#include "../alias.h"
#include "../note.h"
#include "cpu.h"
#include "vector.h"

/* Up to this size all is done in eight vectors. */
#define LARGE 128

/* Of find.c; those of scan.h, which it goes on with, call it. */
never_inline uintptr_t find_at_page_end(const uint8_t *start, int byte, size_t size,
                                        uintptr_t base);

#define VECTOR v16
#define WIDTH  16
#define ALL    MASK_ALL
#define TARGET
#define OF(name) name
#include "large.h"
#include "scan.h"

#if defined(__x86_64__)
#undef VECTOR
#undef WIDTH
#undef ALL
#undef TARGET
#undef OF
#define VECTOR      v32
#define WIDTH       32
#define ALL         MASK_ALL_WIDE
#define TARGET      target_wide
#define OF(name)    name##_wide
#define STRING_FROM 4096
#include "large.h"
#include "scan.h"

#undef VECTOR
#undef WIDTH
#undef TARGET
#undef OF
#undef STRING_FROM
#define VECTOR      v64
#define WIDTH       64
#define TARGET      target_widest
#define OF(name)    name##_widest
#define STRING_FROM 16384
#include "large.h"
#endif

#include "copy.c"
#include "fill.c"
#include "compare.c"
#include "find.c"

ELF_NOTE(mimalloc_musl_memory_version, "memory-functions=" MIMALLOC_MUSL_VERSION)
