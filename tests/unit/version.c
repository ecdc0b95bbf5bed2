/* SPDX-License-Identifier: MIT
 *
 * mimalloc_musl_version() and mimalloc's own API agree with the headers that are installed.
 */
#include <mimalloc-musl.h>
#include <mimalloc.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	char version[64];

	snprintf(version, sizeof version, " mimalloc=%d.%d.%d ", MI_MALLOC_VERSION / 10000,
	         MI_MALLOC_VERSION / 100 % 100, MI_MALLOC_VERSION % 100);
	if (mi_version() != MI_MALLOC_VERSION || !strstr(mimalloc_musl_version(), version)) {
		fprintf(stderr, "header %s, library %d, note %s\n", version, mi_version(),
		        mimalloc_musl_version());
		return 1;
	}
	return 0;
}
