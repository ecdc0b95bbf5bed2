/* SPDX-License-Identifier: MIT
 *
 * A fork beside a thread that gives memory back: nobody does in the child. Prints 1 if that is so.
 */
#include "../../src/mimalloc.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static void *wait_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	pthread_t thread;
	int status;

	free(malloc(1));
	if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
		return 1;
	kept.busy = 1;
	const pid_t child = fork();
	if (!child)
		_exit(kept.busy != 0);
	if (waitpid(child, &status, 0) != child)
		return 1;
	printf("%d\n", kept.busy == 1 && status == 0);
	return 0;
}
