/* SPDX-License-Identifier: MIT
 *
 * libc's allocator names, forwarded to mimalloc: the one object of libc-overlay.a. Linked before
 * libc.a it satisfies every reference to musl's allocator, so none of that is pulled in. One
 * object, and strong names: a linker that could take half of these, and half of musl's, would build
 * two heaps into one program.
 *
 * tests/expected/ holds the names as data; tests/symbols.bats compares them with the libc.a that is
 * installed.
 */
#include "overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <malloc.h>

#include "mimalloc-musl.h"
#include "mimalloc.h"

/* --- The public names: what <stdlib.h> and <malloc.h> of musl declare --- */

void *malloc(size_t size)
{
	return mi_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return mi_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
	return mi_realloc(p, size);
}

void free(void *p)
{
	mi_free(p);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return mi_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
	return mi_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
	return mi_posix_memalign(result, alignment, size);
}

void *valloc(size_t size)
{
	return mi_valloc(size);
}

void *reallocarray(void *p, size_t count, size_t size)
{
	return mi_reallocarray(p, count, size);
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

/* No lock to hold around fork: fork.c has its own. */
static volatile int bump_lock;
volatile int *const __bump_lockptr = &bump_lock;

/* --- What was linked in, for people and for cc-mimalloc --check --- */

#include "note.h"
