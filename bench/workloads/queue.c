// SPDX-License-Identifier: MIT
// Producers and consumers: every second thread allocates messages, its neighbour frees them. An
// operation is a message of 32 to 1024 bytes. A single thread does both in turns.
#include "workload.h"

#include <sched.h>
#include <stdatomic.h>

enum { RING = 4096, RINGS = 64, BATCH = 512 };

static struct {
	_Alignas(128) atomic_uint written;
	_Alignas(128) atomic_uint read;
	char *message[RING];
} rings[RINGS];

static bool produce(struct worker *self, unsigned ring)
{
	unsigned at = atomic_load_explicit(&rings[ring].written, memory_order_relaxed);
	if (at - atomic_load_explicit(&rings[ring].read, memory_order_acquire) == RING)
		return false;
	rings[ring].message[at % RING] = take(between(self, 32, 1024));
	atomic_store_explicit(&rings[ring].written, at + 1, memory_order_release);
	return true;
}

static bool consume(struct worker *self, unsigned ring)
{
	unsigned at = atomic_load_explicit(&rings[ring].read, memory_order_relaxed);
	if (at == atomic_load_explicit(&rings[ring].written, memory_order_acquire))
		return false;
	drop(rings[ring].message[at % RING]);
	atomic_store_explicit(&rings[ring].read, at + 1, memory_order_release);
	self->operations++;
	return true;
}

void work(struct worker *self)
{
	unsigned ring = self->number / 2;
	bool last = self->number + 1 == self->workers;
	bool alone = self->number % 2 == 0 && last;

	while (!stopped()) {
		if (alone) {
			for (int i = 0; i < BATCH; i++)
				produce(self, ring);
			for (int i = 0; i < BATCH; i++)
				consume(self, ring);
		} else if (!(self->number % 2 ? consume(self, ring) : produce(self, ring))) {
			sched_yield();
		}
	}
	// What a producer adds after this is a message at most, and not worth a lock.
	while (self->number % 2 && consume(self, ring))
		;
}
