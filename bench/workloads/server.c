// SPDX-License-Identifier: MIT
// A web server: a request is read by one thread and answered by another, which frees what the first
// had allocated; a session cache lives longer than the requests. An operation is a request: a
// buffer, a dozen headers, a tree of some parsed values, an answer that grows, one session
// replaced.
#include "workload.h"

#include <stdatomic.h>

enum { HEADERS = 12, VALUES = 30, SESSIONS = 1000, BOXES = 64 };

struct request {
	char *buffer;
	char *header[HEADERS];
};

// Where a reader leaves a request for a worker. A request that is still there comes back to whoever
// leaves the next, so that none waits and only the allocator can make threads wait.
static _Atomic(struct request *) box[BOXES];

static struct request *read_request(struct worker *self)
{
	struct request *request = take(sizeof *request);
	request->buffer = take(between(self, 1024, 8192));
	for (int i = 0; i < HEADERS; i++)
		request->header[i] = take(between(self, 8, 96));
	return request;
}

static void free_request(struct request *request)
{
	for (int i = 0; i < HEADERS; i++)
		drop(request->header[i]);
	drop(request->buffer);
	drop(request);
}

static void answer(struct worker *self, struct request *request)
{
	char *value[VALUES];
	for (int i = 0; i < VALUES; i++)
		value[i] = take(between(self, 16, 256));
	char *body = NULL;
	for (size_t size = 256; size <= 16384; size *= 2)
		body = take_resized(body, size);
	free_request(request);
	for (int i = 0; i < VALUES; i++)
		drop(value[i]);
	drop(body);
}

static _Thread_local char *session[SESSIONS];

void fill(struct worker *self)
{
	for (int i = 0; i < SESSIONS; i++)
		session[i] = take(between(self, 64, 2048));
}

void work(struct worker *self)
{
	while (!stopped()) {
		unsigned to = self->workers == 1 ? 0 : (self->number + 1) % self->workers;
		struct request *back = atomic_exchange(&box[to], read_request(self));
		if (back)
			answer(self, back);
		struct request *mine = atomic_exchange(&box[self->number], NULL);
		if (mine)
			answer(self, mine);
		char **old = &session[next_random(self) % SESSIONS];
		drop(*old);
		*old = take(between(self, 64, 2048));
		self->operations++;
	}
	for (int i = 0; i < SESSIONS; i++)
		drop(session[i]);
	struct request *last = atomic_exchange(&box[self->number], NULL);
	if (last)
		free_request(last);
}
