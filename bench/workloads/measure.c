// SPDX-License-Identifier: MIT
// Runs a command and writes its wall time in seconds and its peak resident memory in KiB, with a
// tab between them, to a file. In C, since GNU time and python are not there on every machine and a
// shell's `time` knows no memory.
//
// usage: measure FILE COMMAND [ARGUMENT...]
// Exit status: the command's; 128 and the signal's number if a signal ended it; 125 if it could not
// be run.
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: measure FILE COMMAND [ARGUMENT...]\n", stderr);
		return 125;
	}

	struct timespec start, end;
	struct rusage usage;
	int status;
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid_t child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(125);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("measure");
		return 125;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);

	FILE *file = fopen(argv[1], "w");
	if (!file) {
		perror(argv[1]);
		return 125;
	}
	fprintf(file, "%.4f\t%ld\n",
	        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9,
	        usage.ru_maxrss);
	if (fclose(file)) {
		perror(argv[1]);
		return 125;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
