/* SPDX-License-Identifier: MIT
 *
 * Allocates in two threads, itself and through libc; frees in one what the other allocated. Prints
 * "hello".
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *duplicate(void *text)
{
	return strdup(text);
}

int main(void)
{
	pthread_t thread;
	char text[] = "hel";
	void *copy;
	char *printed = NULL;

	if (pthread_create(&thread, NULL, duplicate, text) || pthread_join(thread, &copy) || !copy)
		return 1;
	if (asprintf(&printed, "%slo", (char *)copy) != 5)
		return 2;
	free(copy);
	printed = realloc(printed, 100000);
	if (!printed)
		return 3;
	puts(printed);
	free(printed);
	return 0;
}
