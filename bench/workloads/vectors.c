// SPDX-License-Identifier: MIT
// Vectors that grow: from 16 bytes in steps of a half to between 1 KiB and 4 MiB, several at a
// time, each written as it grows. An operation is a step.
#include "workload.h"

#include <string.h>

enum { VECTORS = 16 };

void work(struct worker *self)
{
	struct {
		char *data;
		size_t size, end;
	} vector[VECTORS] = { 0 };

	while (!stopped()) {
		unsigned i = next_random(self) % VECTORS;
		if (!vector[i].data) {
			// As many small as large ones, by order of magnitude.
			vector[i].end = (size_t)between(self, 512, 1024) << between(self, 1, 12);
			vector[i].size = 16;
			vector[i].data = take(vector[i].size);
		} else if (vector[i].size >= vector[i].end) {
			drop(vector[i].data);
			vector[i].data = NULL;
			continue;
		} else {
			size_t size = vector[i].size + vector[i].size / 2;
			vector[i].data = take_resized(vector[i].data, size);
			memset(vector[i].data + vector[i].size, 1, size - vector[i].size);
			vector[i].size = size;
		}
		self->operations++;
	}
	for (int i = 0; i < VECTORS; i++)
		drop(vector[i].data);
}
