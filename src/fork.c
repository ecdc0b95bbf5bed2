/* SPDX-License-Identifier: MIT
 *
 * Where musl's fork tells its allocator, in a process that has had threads; included by mimalloc.c,
 * called by overlay.c.
 *
 * mimalloc's locks are not held around fork yet: a child forked while other threads allocate may
 * hang when it allocates itself. README.md says so under "Differences from plain musl".
 */
#include "mimalloc/heap/subproc.h"

#include "overlay.h"

void mimalloc_musl_atfork(int who)
{
	/* Of the parent's threads only this one is left in the child: give the pages of the others
	 * back. */
	if (who == 1)
		_mi_fork_child();
}
