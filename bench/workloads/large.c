// SPDX-License-Identifier: MIT
// Large buffers: images, files, matrices of 256 KiB to 8 MiB, a few at a time, every page of them
// written. An operation is a buffer.
#include "workload.h"

enum { BUFFERS = 4, PAGE = 4096 };

void work(struct worker *self)
{
	char *buffer[BUFFERS] = { 0 };

	while (!stopped()) {
		char **slot = &buffer[next_random(self) % BUFFERS];
		drop(*slot);
		size_t size = (size_t)between(self, 128, 256) << between(self, 11, 15);
		*slot = take(size);
		for (size_t i = 0; i < size; i += PAGE)
			(*slot)[i] = 1;
		self->operations++;
	}
	for (int i = 0; i < BUFFERS; i++)
		drop(buffer[i]);
}
