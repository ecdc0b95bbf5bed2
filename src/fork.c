/* SPDX-License-Identifier: MIT
 *
 * Where musl tells its allocator about fork; included by mimalloc.c, called by overlay.c.
 *
 * In the child, upstream's own pthread_atfork handler gives the pages of the threads that are gone back. The locks of
 * mimalloc are not held around fork yet: a child forked while other threads allocate may hang when it allocates.
 * README.md says so under "Differences from plain musl".
 */
#include "overlay.h"

void mimalloc_musl_atfork(int who)
{
	(void)who;
}
