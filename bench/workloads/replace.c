// SPDX-License-Identifier: MIT
// Threads that each keep a window of live blocks and replace one at random: the allocator and
// nothing else. An operation frees a block and allocates another of 16 to 527 bytes.
#include "workload.h"

enum { WINDOW = 4096 };

void work(struct worker *self)
{
	char *window[WINDOW] = { 0 };

	while (!stopped()) {
		char **slot = &window[next_random(self) % WINDOW];
		drop(*slot);
		*slot = take(between(self, 16, 527));
		self->operations++;
	}
	for (int i = 0; i < WINDOW; i++)
		drop(window[i]);
}
