/* SPDX-License-Identifier: MIT
 *
 * Blocks of 1 to 31 MiB, each in a process that has no arena yet: prints how many lie in the arena
 * that was made for them.
 */
#include "../../src/mimalloc.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { MOST = 31 };

static int lies_in_an_arena(size_t size)
{
	const void *const block = malloc(size);

	return block && mi_ptr_page(block)->memid.memkind == MI_MEM_ARENA;
}

int main(void)
{
	int lie = 0, status;

	for (size_t mib = 1; mib <= MOST; mib++) {
		const pid_t child = fork();

		if (child == 0)
			_exit(lies_in_an_arena(mib * MI_MiB));
		if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
			return 1;
		lie += WEXITSTATUS(status);
	}
	printf("%d\n", lie);
	return 0;
}
