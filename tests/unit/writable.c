// SPDX-License-Identifier: MIT
// Prints how many KiB are writable once there is a block.
#include "../contract/promise.h"

int main(void)
{
	CHECK(malloc(100));
	printf("%zu\n", data_size() / KIB);
	return 0;
}
