/* SPDX-License-Identifier: MIT
 *
 * C's side of the crossings in main.rs.
 */
#include <stdlib.h>
#include <string.h>

char *c_words(const char *);
void *c_grow(void *, size_t);
void c_free(void *);

char *c_words(const char *text)
{
	return strdup(text);
}

void *c_grow(void *block, size_t size)
{
	return realloc(block, size);
}

void c_free(void *block)
{
	free(block);
}
