/* SPDX-License-Identifier: MIT
 *
 * errno of an allocation that fails within mimalloc, as POSIX and musl have it. Every failure is
 * reported by _mi_error_message, which is silent by default and leaves errno as it is unless it is
 * 0; from here on it is followed by ours. A success reports nothing, so it pays nothing.
 */
#ifndef MIMALLOC_MUSL_ERRORS_H
#define MIMALLOC_MUSL_ERRORS_H

#include <errno.h>

/* Other errors are of arguments, which overlay.c has looked at, and of a corrupted heap. */
static inline void set_errno_of(int error)
{
	if (error == ENOMEM || error == EOVERFLOW)
		errno = ENOMEM;
}

#define _mi_error_message(error, ...) ((_mi_error_message)(error, __VA_ARGS__), set_errno_of(error))

#endif
