// SPDX-License-Identifier: MIT
// After many threads that have ended, as much goes back of what is freed as at first.
#include "../unit/generation.h"

int main(void)
{
	static char *block[1000];

	for (int i = 0; i < 2000; i++)
		generation(1);
	for (size_t i = 0; i < COUNT(block); i++) {
		CHECK((block[i] = malloc(60000)));
		memset(block[i], 1, 60000);
	}
	const size_t peak = resident();
	for (size_t i = 0; i < COUNT(block); i++)
		free(block[i]);
	CHECK(resident() <= peak / 5);
	return 0;
}
