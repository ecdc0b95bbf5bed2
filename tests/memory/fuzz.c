/* SPDX-License-Identifier: MIT
 *
 * Calls with arguments by chance, small ones most often, against bytes that are looked at one by
 * one; threads do it at the same time, each in its own area.
 *
 * usage: fuzz SECONDS [SEED]
 */
#include "model.h"

#include <pthread.h>
#include <time.h>

#define AREA    (256 << 10)
#define THREADS 4

static uint64_t seed;
static time_t end;

static uint64_t by_chance(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

/* Up to 64 KiB, as many between 2 and 4 as between 4 and 8. */
static size_t some_size(uint64_t *state)
{
	const uint64_t n = by_chance(state);

	return n % ((UINT64_C(2) << by_chance(state) % 16));
}

static void model_move(uint8_t *to, const uint8_t *from, size_t size)
{
	if (to < from)
		for (size_t i = 0; i < size; i++) {
			to[i] = from[i];
			opaque(i);
		}
	else
		for (size_t i = size; i--;) {
			to[i] = from[i];
			opaque(i);
		}
}

static bool same(const uint8_t *a, const uint8_t *b, size_t size, size_t *where)
{
	for (size_t i = 0; i < size; i++)
		if (a[i] != b[i]) {
			*where = i;
			return false;
		}
	return true;
}

static int sign_of(int n)
{
	return (n > 0) - (n < 0);
}

static void *run(void *number)
{
	uint64_t state = seed + (uintptr_t)number * UINT64_C(0x9e3779b97f4a7c15);
	uint8_t *const real = malloc(AREA), *const model = malloc(AREA);
	unsigned long done = 0;
	size_t at = 0;

	if (!real || !model)
		wrong("no memory");
	draw(real, 0, AREA);
	draw(model, 0, AREA);
	while (done % 4096 || time(NULL) <= end) {
		const size_t size = some_size(&state);
		const size_t a = by_chance(&state) % (AREA - size),
			     far = by_chance(&state) % (AREA - size);
		/* near, so that they overlap, or anywhere */
		const size_t near = a + by_chance(&state) % 300,
			     b = near < AREA - size ? near : far;
		const size_t to = done % 2 ? b : a, from = done % 2 ? a : b;
		const int byte = (int)by_chance(&state);
		const char *name = "memmove";

		done++;
		switch (by_chance(&state) % 8) {
		case 0:
		case 1:
			memmove(real + to, real + from, size);
			model_move(model + to, model + from, size);
			break;
		case 2:
			name = "memcpy";
			if (to < from ? from - to < size : to - from < size)
				break;
			memcpy(real + to, real + from, size);
			model_move(model + to, model + from, size);
			break;
		case 3:
			/* seldom large, else all is of one byte soon */
			name = "memset";
			if (size > 256 && done % 64)
				break;
			memset(real + to, byte, size);
			paint(model, to, to + size, (uint8_t)byte);
			break;
		case 4: {
			name = "memcmp";
			const int expected = same(model + a, model + b, size, &at)
			                             ? 0
			                             : model[a + at] - model[b + at];
			if (memcmp(real + a, real + b, size) != expected ||
			    !bcmp(real + a, real + b, size) != !expected)
				wrong("memcmp of %zu bytes at %zu and %zu, seed %llu", size, a, b,
				      (unsigned long long)seed);
			break;
		}
		case 5: {
			name = "memchr";
			size_t i = 0;
			while (i < size && model[a + i] != (uint8_t)byte)
				i++;
			if (memchr(real + a, byte, size) != (i < size ? real + a + i : NULL))
				wrong("memchr in %zu bytes at %zu, seed %llu", size, a,
				      (unsigned long long)seed);
			break;
		}
		default: {
			name = "strlen";
			const uint8_t kept = real[a + size], kept_b = real[b + size];
			real[a + size] = real[b + size] = 0;
			size_t i = 0;
			while (real[a + i])
				i++;
			if (strlen((char *)real + a) != i)
				wrong("strlen at %zu, seed %llu", a, (unsigned long long)seed);
			for (i = 0; real[a + i] && real[a + i] == real[b + i];)
				i++;
			if (sign_of(strcmp((char *)real + a, (char *)real + b)) !=
			    sign_of(real[a + i] - real[b + i]))
				wrong("strcmp at %zu and %zu, seed %llu", a, b,
				      (unsigned long long)seed);
			real[b + size] = kept_b;
			real[a + size] = kept;
		}
		}
		/* What was written, and 100 bytes around it; all of it now and then. */
		const size_t low = to > 100 ? to - 100 : 0,
			     high = to + size + 100 < AREA ? to + size + 100 : AREA;
		if (!same(real + low, model + low, high - low, &at) ||
		    (done % 4096 == 0 && !same(real, model, AREA, &at)))
			wrong("%s of %zu bytes from %zu to %zu: byte %zu, seed %llu", name, size,
			      from, to, low + at, (unsigned long long)seed);
	}
	__atomic_fetch_add(&cases, done, __ATOMIC_RELAXED);
	free(real);
	free(model);
	return NULL;
}

int main(int argc, char **argv)
{
	struct timespec now;
	pthread_t thread[THREADS];

	if (argc < 2)
		wrong("usage: fuzz SECONDS [SEED]");
	clock_gettime(CLOCK_REALTIME, &now);
	seed = argc > 2 ? strtoull(argv[2], NULL, 10)
	                : (uint64_t)now.tv_nsec * 1000 + (uint64_t)now.tv_sec + 1;
	end = now.tv_sec + strtol(argv[1], NULL, 10);
	printf("seed %llu\n", (unsigned long long)seed);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, run, (void *)(i + 1)))
			wrong("no thread");
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	printf("%lu cases\n", cases);
	return 0;
}
