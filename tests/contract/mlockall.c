// SPDX-License-Identifier: MIT
// mlockall(MCL_FUTURE) locks what is used, not what is reserved.
#include "promise.h"

#include <sys/mman.h>

int main(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
		dprintf(STDERR_FILENO, "mlockall is not allowed\n");
		return NOT_HERE;
	}
	const size_t start = resident();
	char *p = malloc(1);
	CHECK(p);
	CHECK(resident() < start + 2 * MIB);
	for (int i = 0; i < 10000; i++)
		CHECK(malloc(1000));
	CHECK(resident() < start + 13 * MIB);
	free(p);

	// What is locked cannot go back, and free keeps errno.
	static char *blocks[1000];
	for (size_t i = 0; i < COUNT(blocks); i++)
		CHECK((blocks[i] = malloc(60000)));
	for (size_t i = 0; i < COUNT(blocks); i++) {
		errno = UNTOUCHED;
		free(blocks[i]);
		CHECK(errno == UNTOUCHED);
	}
	return 0;
}
