// SPDX-License-Identifier: MIT
// malloc works in an empty root folder (no /proc, /sys, /dev) with every descriptor closed, before
// which it has never been called; and nothing is opened.
#include "promise.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

int main(void)
{
	char folder[] = "/tmp/empty-XXXXXX";
	int status;
	pid_t child;

	CHECK(mkdtemp(folder));
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		if (chroot(folder) != 0)
			_exit(errno == EPERM ? NOT_HERE : 2);
		if (chdir("/") != 0)
			_exit(2);
		for (int i = 0; i < 1024; i++)
			close(i);
		for (size_t size = 1; size < 100 * MIB; size *= 3) {
			char *p = malloc(size), *q = calloc(1, size);
			if (!p || !q)
				_exit(3);
			p[size - 1] = 1;
			p = realloc(p, size * 2);
			if (!p || p[size - 1] != 1)
				_exit(4);
			free(p);
			free(q);
		}
		// The lowest descriptor is free, so none has been opened.
		if (dup(0) != -1 || errno != EBADF || pipe((int[2]){ 0, 0 }) != 0 || dup(0) != 2)
			_exit(5);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	rmdir(folder);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_HERE) {
		dprintf(STDERR_FILENO, "chroot is not allowed\n");
		return NOT_HERE;
	}
	CHECK(status == 0);
	return 0;
}
