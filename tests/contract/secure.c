// SPDX-License-Identifier: MIT
// A program whose privileges are not its caller's (AT_SECURE) obeys no MIMALLOC_ variable. Prints
// AT_SECURE; the variables that contract.bats sets would make it print more. Plain musl prints the
// number as well.
#include "promise.h"

#include <sys/auxv.h>

int main(void)
{
	void *p = malloc(100);

	CHECK(p);
	free(p);
	dprintf(STDOUT_FILENO, "%lu\n", getauxval(AT_SECURE));
	return 0;
}
