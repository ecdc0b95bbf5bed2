/* SPDX-License-Identifier: MIT
 *
 * A program of a parent project's: uses the project's header and mimalloc's API. Prints "hello".
 */
#include <mimalloc-musl.h>
#include <mimalloc.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	char *text = strdup("hello");

	if (!text || !mi_is_in_heap_region(text) || !strstr(mimalloc_musl_version(), "mimalloc="))
		return 1;
	puts(text);
	return 0;
}
