// SPDX-License-Identifier: MIT
// A large block that grows and has to move again and again leaves no address space behind.
#include "promise.h"

int main(void)
{
	size_t mapped = 0;

	for (int round = 0; round < 20; round++) {
		char *block = malloc(40 * MIB), *between[40];

		for (size_t i = 0; i < COUNT(between); i++) {
			block = realloc(block, (41 + i) * MIB);
			CHECK(block);
			CHECK((between[i] = malloc(33 * MIB)));
		}
		free(block);
		for (size_t i = 0; i < COUNT(between); i++)
			free(between[i]);
		if (round == 3)
			mapped = address_space();
	}
	CHECK(address_space() <= mapped + MIB);
	return 0;
}
