// SPDX-License-Identifier: MIT
// Threads that only libc allocates for: prints "reclaimed" if nothing of theirs stays. Nothing here
// names malloc or free, and in libc.a what does comes after pthread_create, so that a linker is
// tempted to have that first. With -DKEYS the program has keys of threads.
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS 2000

static long resident_pages(void)
{
	char text[200], *rest;
	const int file = open("/proc/self/statm", O_RDONLY);
	const ssize_t n = read(file, text, sizeof text - 1);

	close(file);
	text[n > 0 ? n : 0] = 0;
	strtol(text, &rest, 10);
	return strtol(rest, NULL, 10);
}

static void *allocate(void *arg)
{
	// A block of a few bytes that is never freed: 32 KiB in all.
	static char *volatile folder;
	folder = getcwd(NULL, 0);
	return folder ? arg : NULL;
}

int main(void)
{
	long early = 0;

#ifdef KEYS
	pthread_key_t key;
	if (pthread_key_create(&key, NULL) != 0)
		return 1;
#endif
	if (chdir("/") != 0)
		return 1;
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		void *result;
		if (pthread_create(&thread, NULL, allocate, &early) != 0 ||
		    pthread_join(thread, &result) != 0 || result != &early)
			return 1;
		if (i == THREADS / 10)
			early = resident_pages();
	}
	if (early == 0 || resident_pages() > early + (1 << 20) / getpagesize())
		return 1;
	return write(STDOUT_FILENO, "reclaimed\n", 10) != 10;
}
