// SPDX-License-Identifier: MIT
// mi_collect(true) gives back what threads that have ended left for the next, though it is little
// beside what is in use.
#include "generation.h"

#include <stdbool.h>

enum { THREADS = 8, USED = 200 };

void mi_collect(bool force);

int main(void)
{
	char *used[USED]; // not touched

	for (size_t i = 0; i < USED; i++)
		CHECK(used[i] = malloc(MIB));
	generation(THREADS);
	const size_t left = resident();
	mi_collect(true);
	const size_t kept = resident();
	if (left < kept + MIB / 2)
		dprintf(STDERR_FILENO, "%zu KiB, collected %zu\n", left >> 10, kept >> 10);
	CHECK(left >= kept + MIB / 2);
	for (size_t i = 0; i < USED; i++)
		free(used[i]);
	return 0;
}
