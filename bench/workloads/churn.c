// SPDX-License-Identifier: MIT
// A thread for each connection: it starts, allocates some dozen blocks, frees most, leaves its
// result to the thread that waits for it, and ends. An operation is a connection.
#include "workload.h"

#include <pthread.h>

enum { BLOCKS = 60 };

struct connection {
	struct worker *worker;
	char *result;
};

static void *serve(void *argument)
{
	struct connection *connection = argument;
	struct worker *self = timed = connection->worker;
	char *block[BLOCKS];
	for (int i = 0; i < BLOCKS; i++)
		block[i] = take(between(self, 16, i % 8 ? 256 : 4096));
	connection->result = block[0];
	for (int i = 1; i < BLOCKS; i++)
		drop(block[i]);
	return NULL;
}

void work(struct worker *self)
{
	while (!stopped()) {
		pthread_t thread;
		struct connection *connection = take(sizeof *connection);
		connection->worker = self;
		if (pthread_create(&thread, NULL, serve, connection))
			out_of_memory();
		pthread_join(thread, NULL);
		drop(connection->result);
		drop(connection);
		self->operations++;
	}
}
