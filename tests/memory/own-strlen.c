/* SPDX-License-Identifier: MIT
 *
 * A program with a strlen of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int calls;

size_t strlen(const char *string)
{
	size_t n = 0;

	calls++;
	while (string[n])
		n++;
	return n;
}

int main(int argc, char **argv)
{
	char *const copy = strdup(argv[argc - 1]);

	puts(copy && calls ? "own" : "libc's");
	free(copy);
	return 0;
}
