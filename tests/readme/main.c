/* SPDX-License-Identifier: MIT
 *
 * The program of the project that README.md's commands are tried on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	char *text = strdup("hello");

	puts(text);
	free(text);
	return 0;
}
