// SPDX-License-Identifier: MIT
// A command that is over at once: allocates a table that grows and a few hundred strings, frees
// some, prints a line, and leaves the rest to the end. `cli 0` allocates nothing: start to exit.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	size_t strings = argc > 1 ? (size_t)atoi(argv[1]) : 0, room = 0;
	char **table = NULL;

	for (size_t i = 0; i < strings; i++) {
		if (i == room) {
			room = 2 * room + 8;
			table = realloc(table, room * sizeof *table);
			if (!table)
				return 1;
		}
		table[i] = malloc(8 + i * 37 % 120);
		if (!table[i])
			return 1;
		strcpy(table[i], "value");
		if (i % 3 == 2)
			free(table[i - 1]);
	}
	return strings > 0 && printf("%s\n", table[strings - 1]) < 0;
}
