// SPDX-License-Identifier: MIT
// Runs a command and writes what it cost to a file, a `name value` a line: wall, user and system
// time in seconds, peak resident memory in KiB, context switches, page faults. In C, since the peak
// of a child counts the memory of the process that starts it, which must be small, and since it
// must not itself be measured.
//
// usage: measure FILE COMMAND [ARGUMENT...]
//        measure -n COUNT FILE COMMAND [ARGUMENT...]   COUNT times; times are those of a run on
//        average
// Exit status: the command's; 128 and the signal's number if a signal ended it; 125 if it could not
// be run.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

int main(int argc, char **argv)
{
	int count = 1;
	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		count = atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc < 3 || count < 1) {
		fputs("usage: measure [-n COUNT] FILE COMMAND [ARGUMENT...]\n", stderr);
		return 125;
	}

	struct timespec start, end;
	struct rusage usage;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < count; i++) {
		int status;
		pid_t child = vfork();
		if (child == 0) {
			execvp(argv[2], argv + 2);
			_exit(125);
		}
		if (child < 0 || waitpid(child, &status, 0) != child) {
			perror("measure");
			return 125;
		}
		if (status != 0)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	getrusage(RUSAGE_CHILDREN, &usage);

	FILE *file = fopen(argv[1], "w");
	if (!file) {
		perror(argv[1]);
		return 125;
	}
	double wall =
		(double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
	fprintf(file, "wall %.7f\nuser %.7f\nsystem %.7f\n", wall / count,
	        seconds(usage.ru_utime) / count, seconds(usage.ru_stime) / count);
	fprintf(file, "peak_kib %ld\nswitches %ld\nfaults %ld\n", usage.ru_maxrss,
	        (usage.ru_nvcsw + usage.ru_nivcsw) / count,
	        (usage.ru_minflt + usage.ru_majflt) / count);
	if (fclose(file)) {
		perror(argv[1]);
		return 125;
	}
	return 0;
}
