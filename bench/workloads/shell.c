// SPDX-License-Identifier: MIT
// A shell: a heap of some 8 MiB of variables and parsed scripts, and a child for every command,
// which frees some of it, allocates its own and ends. An operation is a child.
#include "workload.h"

#include <sys/wait.h>
#include <unistd.h>

enum { VARIABLES = 60000, WORDS = 300 };

static _Thread_local char *variable[VARIABLES];

static _Noreturn void child(struct worker *self)
{
	for (int i = 0; i < WORDS; i++) {
		char **slot = &variable[next_random(self) % VARIABLES];
		drop(*slot);
		*slot = take(between(self, 8, 250));
	}
	_exit(0);
}

void work(struct worker *self)
{
	for (int i = 0; i < VARIABLES; i++)
		variable[i] = take(between(self, 8, 250));
	while (!stopped()) {
		int status;
		pid_t id = fork();
		if (id == 0)
			child(self);
		if (id < 0 || waitpid(id, &status, 0) != id || status != 0)
			out_of_memory();
		for (int i = 0; i < WORDS / 10; i++) {
			char **slot = &variable[next_random(self) % VARIABLES];
			drop(*slot);
			*slot = take(between(self, 8, 250));
		}
		self->operations++;
	}
	for (int i = 0; i < VARIABLES; i++)
		drop(variable[i]);
}
