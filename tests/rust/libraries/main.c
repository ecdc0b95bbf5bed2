/* SPDX-License-Identifier: MIT
 *
 * A C program with a library in Rust: each frees what the other has allocated.
 */
#include <stdio.h>
#include <stdlib.h>

char *greeting(void);
size_t take(unsigned char *block, size_t size);

int main(void)
{
	char *words = greeting();

	if (take(calloc(1, 100), 100) != 1100)
		return 1;
	puts(words);
	free(words);
	return 0;
}
