// SPDX-License-Identifier: MIT
// A cache that has run for hours: what is asked for changes its size from phase to phase, one block
// in 64 stays for good, and 24 MiB are live. At the end all but what stays is freed; idle memory
// beside live memory says what the holes cost. An operation is a replaced block.
#include "workload.h"

enum { SLOTS = 1 << 16, LIVE = 24 << 20, PHASE = 20000, KEPT = 1 << 12 };

void work(struct worker *self)
{
	static _Thread_local struct {
		char *block;
		size_t size;
	} slot[SLOTS], kept[KEPT];
	size_t live = 0;
	unsigned next = 0, keep = 0;

	while (!stopped()) {
		size_t typical = (size_t)24 << (self->operations / PHASE * 5 % 9);
		// The oldest go until there is room, with a few that are younger.
		while (live > LIVE) {
			unsigned i =
				next_random(self) % 4 ? next++ % SLOTS : next_random(self) % SLOTS;
			if (slot[i].block) {
				drop(slot[i].block);
				live -= slot[i].size;
				slot[i].block = NULL;
			}
		}
		unsigned i = next_random(self) % SLOTS;
		if (slot[i].block) {
			if (next_random(self) % 64 == 0) {
				unsigned k = keep++ % KEPT;
				drop(kept[k].block);
				self->live += slot[i].size - kept[k].size;
				kept[k].block = slot[i].block;
				kept[k].size = slot[i].size;
			} else {
				drop(slot[i].block);
			}
			live -= slot[i].size;
		}
		slot[i].size = between(self, typical / 2, typical * 2);
		slot[i].block = take(slot[i].size);
		live += slot[i].size;
		self->operations++;
	}
	for (int i = 0; i < SLOTS; i++)
		drop(slot[i].block);
}
