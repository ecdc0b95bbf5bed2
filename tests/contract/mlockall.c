// SPDX-License-Identifier: MIT
// mlockall(MCL_FUTURE) locks what is used, not what is reserved.
#include "promise.h"

#include <fcntl.h>
#include <sys/mman.h>

static size_t resident(void)
{
	char text[200], *end;
	int file = open("/proc/self/statm", O_RDONLY);
	ssize_t n = read(file, text, sizeof text - 1);

	CHECK(n > 0);
	close(file);
	text[n] = 0;
	strtoul(text, &end, 10);
	return strtoul(end, NULL, 10) * (size_t)getpagesize();
}

int main(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) // without the right to do so
		return 0;
	const size_t start = resident();
	char *p = malloc(1);
	CHECK(p);
	CHECK(resident() < start + 2 * MIB);
	for (int i = 0; i < 10000; i++)
		CHECK(malloc(1000));
	CHECK(resident() < start + 13 * MIB);
	free(p);
	return 0;
}
