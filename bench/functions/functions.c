// SPDX-License-Identifier: MIT
// The functions on memory and strings, by themselves: how long a call takes, over its size.
//
// usage: functions FUNCTION hot|aligned|cold|real SECONDS, which are for all of it. Prints `SIZE
// NANOSECONDS` a line, or `PROGRAM NANOSECONDS` for `real`, whose sizes are those of a program
// (sizes.h), by chance.
//
// Linked with one libc or another. A compiler that is told to inlines some of the calls instead.
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sizes.h"

#define CALLS 4096         // in a run
#define CACHE 12288        // bytes of each side that are hot, unless one block has more
#define HOT   (64 << 20)   // room for the largest
#define COLD  (256u << 20) // room for many, so that each has pages of its own

static const size_t sizes[] = { 1,    2,     3,     4,      6,      8,       12,      16,
	                        24,   32,    48,    64,     96,     128,     160,     192,
	                        256,  384,   512,   768,    1024,   1536,    2048,    4096,
	                        8192, 16384, 32768, 131072, 524288, 2097152, 16777216 };

static struct call {
	uint32_t size, from, to;
} calls[1 << 20], blocks[1024]; // so many that no processor learns by heart which size comes next

static size_t placed; // of calls
static uint8_t *from, *to;
static uint8_t *flush; // if not NULL: to go through before each run, so that the caches have that
static volatile uint64_t sink;

static uint64_t by_chance(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 11;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

// What the compiler is to believe of memory: that it has changed.
#define touched() __asm__ volatile("" : : : "memory")

#define EACH(statement)                         \
	for (size_t i = 0; i < count; i++) {    \
		const struct call c = calls[i]; \
		statement;                      \
		touched();                      \
	}                                       \
	return

static void do_memcpy(size_t count)
{
	EACH(memcpy(to + c.to, from + c.from, c.size));
}

static void do_memmove_down(size_t count)
{
	EACH(memmove(from + c.from, from + c.from + 24, c.size));
}

static void do_memmove_up(size_t count)
{
	EACH(memmove(from + c.from + 24, from + c.from, c.size));
}

static void do_memset(size_t count)
{
	EACH(memset(to + c.to, 0, c.size));
}

static void do_memcmp(size_t count)
{
	EACH(sink += (uint64_t)memcmp(to + c.to, from + c.from, c.size));
}

static void do_memchr(size_t count)
{
	EACH(sink += (uintptr_t)memchr(from + c.from, 1, c.size));
}

static void do_strlen(size_t count)
{
	EACH(sink += strlen((char *)from + c.from));
}

static void do_strcmp(size_t count)
{
	EACH(sink += (uint64_t)strcmp((char *)from + c.from, (char *)to + c.to));
}

static const struct {
	const char *name;
	void (*run)(size_t count);
} functions[] = {
	{ "memcpy", do_memcpy },         { "memmove-down", do_memmove_down },
	{ "memmove-up", do_memmove_up }, { "memset", do_memset },
	{ "memcmp", do_memcmp },         { "memchr", do_memchr },
	{ "strlen", do_strlen },         { "strcmp", do_strcmp },
};

#define FUNCTIONS (sizeof functions / sizeof *functions)

// The least time of a call, of as many runs as there is time for.
static double measure(void (*run)(size_t), size_t count, double nanoseconds)
{
	const double end = now() + nanoseconds;
	double least = 1e18;

	do {
		for (size_t i = 0; flush && i < HOT; i += 64)
			*(volatile uint8_t *)(flush + i) = 1;

		const double start = now();

		run(count);

		const double taken = now() - start;
		if (taken < least)
			least = taken;
	} while (now() < end);
	return least / (double)count;
}

// A block, and the ends that strings have; blocks lie apart.
static struct call block(size_t size, size_t from_at, size_t to_at)
{
	from[from_at + size] = to[to_at + size] = 0;
	return (struct call){ (uint32_t)size, (uint32_t)from_at, (uint32_t)to_at };
}

// What was placed, no longer.
static void clear(void)
{
	for (size_t i = 0; i < placed; i++)
		from[calls[i].from + calls[i].size] = to[calls[i].to + calls[i].size] = 'x';
}

// Calls for blocks that lie in no cache, in an order that no prefetcher foresees, each once.
static size_t place_cold(size_t size)
{
	const size_t room = size + 256, all = COLD / (2 * room), count = all < CALLS ? all : CALLS;

	clear();
	placed = count;
	for (size_t i = 0; i < count; i++) {
		const size_t at = i * 7919 % all * 2 * room;

		calls[i] = block(size, at + by_chance() % 64, at + room + by_chance() % 64);
	}
	return count;
}

// Calls for a few blocks, by chance: of one size, or with the shares that a program has. `aligned`:
// to 64 bytes.
static size_t place_hot(size_t size, const unsigned *shares, int aligned)
{
	size_t count = shares ? sizeof calls / sizeof *calls : CALLS, used = 0, k = 0;
	unsigned total = 0;

	clear();
	for (size_t i = 0; shares && i < CLASSES; i++)
		total += shares[i];
	do {
		if (shares) {
			unsigned chance = (unsigned)(by_chance() % total);
			size_t class = 0;

			while (chance >= shares[class])
				chance -= shares[class ++];

			const size_t least = class ? classes[class - 1] + 1 : 0;
			size = least + by_chance() % (classes[class] - least + 1);
		}
		blocks[k++] = block(size, used + (aligned ? 0 : by_chance() % 64),
		                    used + (aligned ? 0 : by_chance() % 64));
		used += (size + 64 + 63 + 1) / 64 * 64;
	} while (k < sizeof blocks / sizeof *blocks && used + size < CACHE);
	// No more than a run of some 50 us for large ones.
	while (!shares && count > 1 && count * size > 1 << 20)
		count /= 2;
	for (size_t i = 0; i < count; i++)
		calls[i] = blocks[by_chance() % k];
	placed = count;
	return count;
}

// A chain of additions, one a cycle on every processor.
static void add(size_t count)
{
	uint64_t n = count;

	for (size_t i = 0; i < count; i += 16)
		__asm__ volatile("add %0, %0\nadd %0, %0\nadd %0, %0\nadd %0, %0\n"
		                 "add %0, %0\nadd %0, %0\nadd %0, %0\nadd %0, %0\n"
		                 "add %0, %0\nadd %0, %0\nadd %0, %0\nadd %0, %0\n"
		                 "add %0, %0\nadd %0, %0\nadd %0, %0\nadd %0, %0\n"
		                 : "+r"(n));
	sink = n;
}

// By malloc, so that it can be seen which libc and which heap a program has.
static uint8_t *area(size_t size)
{
	uint8_t *p = malloc(size + 4096);

	if (!p) {
		fputs("functions: error: no memory\n", stderr);
		exit(1);
	}
	p += -(uintptr_t)p & 4095;
	memset(p, 'x', size);
	return p;
}

int main(int argc, char **argv)
{
	const char *const where = argc > 2 ? argv[2] : "";
	const int real = strcmp(where, "real") == 0, cold = strcmp(where, "cold") == 0;
	const int aligned = strcmp(where, "aligned") == 0;

	const int known = real || cold || aligned || strcmp(where, "hot") == 0;

	for (size_t f = 0; argc == 4 && known && f < FUNCTIONS; f++) {
		if (strcmp(argv[1], functions[f].name) != 0)
			continue;

		const double seconds = strtod(argv[3], NULL);

		from = area(cold ? COLD : HOT);
		// Not at the same place of a page, where processors take one for the other.
		to = cold ? from : area(HOT + 2048) + 2048;
		// Ours asks the processor what it has once so much was copied.
		memcpy(to + (4 << 20), from, 3 << 20);
		printf("cycle %.4f\n", measure(add, 1 << 16, 1e7));
		flush = cold ? area(HOT) : NULL;
		for (size_t k = 0; real && k < PROGRAMS; k++)
			// memmove's for both directions
			if (strncmp(programs[k].function, argv[1], strlen(programs[k].function)) ==
			    0)
				printf("%s %.3f\n", programs[k].name,
				       measure(functions[f].run,
				               place_hot(0, programs[k].shares, 0),
				               seconds / PROGRAMS * 1e9));
		for (size_t k = 0; !real && k < sizeof sizes / sizeof *sizes; k++) {
			if (cold && sizes[k] > 1 << 20)
				break;

			const size_t count =
				cold ? place_cold(sizes[k]) : place_hot(sizes[k], NULL, aligned);
			printf("%zu %.3f\n", sizes[k],
			       measure(functions[f].run, count,
			               seconds / (sizeof sizes / sizeof *sizes) * 1e9));
		}
		return 0;
	}
	fputs("usage: functions FUNCTION hot|aligned|cold|real SECONDS\n", stderr);
	return 2;
}
