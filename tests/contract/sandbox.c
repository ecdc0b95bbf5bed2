// SPDX-License-Identifier: MIT
// Whoever may make only the system calls that musl's own malloc makes may use malloc: mmap, munmap,
// mremap, madvise, mprotect, brk and futex. From main on, with threads; and from a program's first
// instruction on, when the calls of musl's start are allowed too. Anything else kills.
#include "promise.h"

#include <pthread.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { THREADS = 4 };

// Of <linux/seccomp.h> and <linux/filter.h>, which a musl on Debian has not.
enum { SET_MODE_FILTER = 1, TSYNC = 1 };
enum { LOAD_WORD = 0x20, JUMP_IF_EQUAL = 0x15, RETURN = 0x06 };
#define KILL_PROCESS 0x80000000U
#define ALLOW        0x7fff0000U
struct instruction {
	uint16_t code;
	uint8_t if_true, if_false;
	uint32_t k;
};
struct program {
	uint16_t length;
	struct instruction *instructions;
};

static pthread_barrier_t barrier, never;

static void allow_only(const int *calls, size_t count, unsigned flags)
{
	// The call's number is the first field of what is looked at.
	struct instruction filter[64] = { { LOAD_WORD, 0, 0, 0 } };
	uint16_t n = 1;

	for (size_t i = 0; i < count; i++) {
		filter[n++] = (struct instruction){ JUMP_IF_EQUAL, 0, 1, (uint32_t)calls[i] };
		filter[n++] = (struct instruction){ RETURN, 0, 0, ALLOW };
	}
	filter[n++] = (struct instruction){ RETURN, 0, 0, KILL_PROCESS };
	struct program program = { n, filter };
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SET_MODE_FILTER, flags, &program) == 0);
}

static void use_malloc(unsigned seed)
{
	static _Thread_local void *blocks[500];
	uint64_t random = seed;

	for (int i = 0; i < 50000; i++) {
		random = random * 6364136223846793005U + 1442695040888963407U;
		void **slot = &blocks[(random >> 40) % COUNT(blocks)];
		size_t size = (random >> 20) % ((random >> 60) ? 5000 : 500000);
		size_t align = (size_t)16 << ((random >> 33) & 15);

		switch ((random >> 50) & 7) {
		case 0: {
			void *p = realloc(*slot, size);
			if (p)
				*slot = p;
			break;
		}
		case 1:
			free(*slot);
			*slot = aligned_alloc(align, size);
			break;
		case 2:
			free(*slot);
			*slot = calloc(1, size);
			break;
		default:
			free(*slot);
			*slot = malloc(size);
		}
	}
	for (size_t i = 0; i < COUNT(blocks); i++) {
		free(blocks[i]);
		blocks[i] = NULL;
	}
	char *p = NULL;
	for (size_t size = MIB; size < 80 * MIB; size += 3 * MIB) {
		p = realloc(p, size);
		if (!p)
			_exit(2);
	}
	free(realloc(p, 10 * MIB));
	if (malloc(SIZE_MAX / 2) != NULL)
		_exit(3);
}

static void *thread(void *seed)
{
	pthread_barrier_wait(&barrier); // begun
	pthread_barrier_wait(&barrier); // sandboxed
	use_malloc((unsigned)(uintptr_t)seed);
	pthread_barrier_wait(&barrier);
	// What a thread calls to end is not the question here.
	for (;;)
		pthread_barrier_wait(&never);
	return NULL;
}

static void from_main_on(void)
{
	const int calls[] = { SYS_mmap, SYS_munmap, SYS_mremap,     SYS_madvise, SYS_mprotect,
		              SYS_brk,  SYS_futex,  SYS_exit_group, SYS_exit };
	pthread_t id;

	CHECK(pthread_barrier_init(&barrier, NULL, THREADS + 1) == 0);
	CHECK(pthread_barrier_init(&never, NULL, THREADS + 1) == 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&id, NULL, thread, (void *)i) == 0);
	pthread_barrier_wait(&barrier);
	allow_only(calls, COUNT(calls), TSYNC);
	pthread_barrier_wait(&barrier);
	use_malloc(99);
	pthread_barrier_wait(&barrier);
	_exit(0);
}

static void from_the_first_instruction_on(char *program)
{
	const int calls[] = {
		SYS_mmap,
		SYS_munmap,
		SYS_mremap,
		SYS_madvise,
		SYS_mprotect,
		SYS_brk,
		SYS_futex,
		SYS_exit_group,
		SYS_execve,
		SYS_set_tid_address,
		SYS_arch_prctl,
		// the dynamic linker's, where there is one; last
		SYS_open,
		SYS_read,
		SYS_close,
		SYS_fstat,
		SYS_fcntl,
		SYS_stat,
	};
	const size_t of_the_linker = 6;
	const size_t count = COUNT(calls) - (getauxval(AT_BASE) ? 0 : of_the_linker);
	char work[] = "work";
	char *argv[] = { program, work, NULL };

	allow_only(calls, count, 0);
	execv(program, argv);
	_exit(4);
}

static void forbidden(void)
{
	const int calls[] = { SYS_exit_group };

	allow_only(calls, COUNT(calls), 0);
	getppid();
	_exit(0);
}

// The status of a child that runs one of these; a child that is killed is 256.
static int status_of(int which, char *program)
{
	int status;
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		switch (which) {
		case 0:
			from_main_on();
			break;
		case 1:
			from_the_first_instruction_on(program);
			break;
		default:
			forbidden();
		}
	}
	CHECK(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

int main(int argc, char **argv)
{
	if (argc == 2) {
		use_malloc(7);
		_exit(0);
	}
	CHECK(status_of(2, NULL) == 256);
	CHECK(status_of(0, NULL) == 0);
	CHECK(status_of(1, argv[0]) == 0);
	return 0;
}
