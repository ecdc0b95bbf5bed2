/* SPDX-License-Identifier: MIT
 *
 * What is known of the processor (cpu.h): at first, when little has been filled, when enough has.
 */
#define MIMALLOC_MUSL_VERSION "0"
#include "../../src/memory/memory.c"

#include <stdio.h>

static char block[CPU_WORTH_ASKING + 1];

int main(void)
{
	printf("%u ", cpu_features);
	memset(block, 1, sizeof block / 2);
	printf("%u ", cpu_features);
	memset(block, 2, sizeof block);
	printf("%u\n", cpu_features);
	return 0;
}
