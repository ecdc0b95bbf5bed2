/* SPDX-License-Identifier: MIT
 *
 * libc's allocator names, forwarded to mimalloc: the one object of libc-overlay.a. Linked before
 * libc.a it satisfies every reference to musl's allocator, so none of that is pulled in. One
 * object, and strong names: a linker that could take half of these, and half of musl's, would build
 * two heaps into one program. One name alone is weak, no allocator's: __pthread_tsd_run_dtors.
 *
 * tests/expected/ holds the names as data; tests/symbols.bats compares them with the libc.a that is
 * installed.
 *
 * What a call gives, where POSIX leaves it open as musl 1.2.3 does; the last column is the file in
 * tests/contract that holds it, with musl alone too.
 *
 *   call                                          result                  errno    test
 *   any that succeeds                             aligned to 16           kept     alignment
 *   any that succeeds, free in every case         -                       kept     errno-kept
 *   size 0, count 0                               a block of its own      kept     zero-size
 *   realloc(p, 0)                                 another block, p freed  kept     zero-size
 *   free(NULL)                                    -                       kept     errno-kept
 *   size > PTRDIFF_MAX, or no memory              NULL                    ENOMEM   too-large, limit
 *   calloc, reallocarray: the product overflows   NULL                    ENOMEM   too-large
 *   realloc, reallocarray that fail               NULL, p is whole        ENOMEM   too-large
 *   realloc that succeeds                         content kept            kept     realloc-content
 *   calloc                                        all bytes 0             kept     calloc-zero
 *   aligned_alloc, memalign: no power of two      NULL                    EINVAL   bad-alignment
 *     alignment 0 to 16                           as malloc               kept     bad-alignment
 *     alignment of 32 GiB and more                NULL                    ENOMEM   bad-alignment
 *     size no multiple of the alignment           as if it were           kept     bad-alignment
 *   posix_memalign: alignment below a pointer's   EINVAL, *result kept    kept     posix-memalign
 *     alignment no power of two                   EINVAL, *result kept    EINVAL   posix-memalign
 *     no memory                                   ENOMEM, *result kept    ENOMEM   posix-memalign
 *   malloc_usable_size(NULL)                      0                       kept     usable-size
 *   malloc_usable_size(p)                         size or more, writable  kept     usable-size
 */
#include "overlay.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "mimalloc-musl.h"
#include "mimalloc.h"
#include "alias.h"
#include "note.h"

/* The alignment of every block, whatever its size (size.h). */
#define BLOCK_ALIGNMENT 16

/* musl's limit: from this alignment on there is no memory. */
#define ALIGNMENT_LIMIT (UINT64_C(1) << 35)

/* For what fails before mimalloc is asked; where mimalloc itself fails, errors.h sets errno. */
static void *out_of_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

/* --- The public names: what <stdlib.h> and <malloc.h> of musl declare --- */

void *malloc(size_t size)
{
	return mi_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return out_of_memory();
	return mi_zalloc(total);
}

void *realloc(void *p, size_t size)
{
	return mi_realloc(p, size);
}

void *reallocarray(void *p, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return out_of_memory();
	return mi_realloc(p, total);
}

void free(void *p)
{
	mi_free(p);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	if (alignment & (alignment - 1)) {
		errno = EINVAL;
		return NULL;
	}
	if (alignment <= BLOCK_ALIGNMENT)
		return mi_malloc(size);
	if (alignment >= ALIGNMENT_LIMIT || size > SIZE_MAX - alignment)
		return out_of_memory();

	void *p = mi_malloc_aligned(size, alignment);
	return p ? p : out_of_memory();
}

alias(aligned_alloc, memalign);

void *valloc(size_t size)
{
	return aligned_alloc((size_t)getpagesize(), size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
	if (alignment < sizeof(void *))
		return EINVAL;

	void *p = aligned_alloc(alignment, size);
	if (!p)
		return errno;
	*result = p;
	return 0;
}

size_t malloc_usable_size(void *p)
{
	return mi_usable_size(p);
}

/* --- musl's internal names: libc's own objects call these, also in a program that replaces malloc
 * --- */

alias(malloc, __libc_malloc);
alias(malloc, __libc_malloc_impl);
alias(calloc, __libc_calloc);
alias(realloc, __libc_realloc);
alias(free, __libc_free);

void __malloc_atfork(int who)
{
	mimalloc_musl_atfork(who);
}

/* Weak in musl's pthread_create.o too, which is linked later and so loses to this one; where the
 * program has keys, that of pthread_key_create.o wins over both, and thread.c has a handler. */
__attribute__((__weak__)) void __pthread_tsd_run_dtors(void)
{
	mimalloc_musl_thread_done();
}

/* In a libc.a that has this object in it (linkshim/copy-libc), neither of the two is the first:
 * there pthread_create.o calls this instead. */
void mimalloc_musl_tsd_run_dtors(void)
{
	__pthread_tsd_run_dtors();
}

/* A gift of spare memory from the dynamic linker: declined. */
void __malloc_donate(char *start, char *end)
{
	(void)start;
	(void)end;
}

/* Asks whether a block is known to be zero: never promised. */
int __malloc_allzerop(void *p)
{
	(void)p;
	return 0;
}

/* 0: to libc this is its own malloc. */
int __malloc_replaced = 0;
int __aligned_alloc_replaced = 0;

/* Nothing to lock: there is no bump allocator. */
static volatile int bump_lock;
volatile int *const __bump_lockptr = &bump_lock;

/* --- What was linked in, for people and for cc-mimalloc --check --- */

ELF_NOTE(mimalloc_musl_version, "mimalloc-musl=" MIMALLOC_MUSL_VERSION " mimalloc=" MIMALLOC_VERSION
                                " profile=" MIMALLOC_MUSL_PROFILE)
