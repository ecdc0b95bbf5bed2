/* SPDX-License-Identifier: MIT
 *
 * mimalloc_musl_version() and mimalloc's own API agree with the headers that are installed. Prints
 * what was linked.
 */
#include <mimalloc-musl.h>
#include <mimalloc.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	char version[64];
	const char *const note = mimalloc_musl_version();

	snprintf(version, sizeof version, " mimalloc=%d.%d.%d ", MI_MALLOC_VERSION / 10000,
	         MI_MALLOC_VERSION / 100 % 100, MI_MALLOC_VERSION % 100);
	if (mi_version() != MI_MALLOC_VERSION || !strstr(note, version)) {
		fprintf(stderr, "header %s, library %d, note %s\n", version, mi_version(), note);
		return 1;
	}
	printf("%s\n%s\n", note, mimalloc_musl_memory_version());
	return 0;
}
