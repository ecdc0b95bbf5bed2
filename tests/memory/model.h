/* SPDX-License-Identifier: MIT
 *
 * What the tests of memory functions share. Nothing here calls one of them: bytes are looked at one
 * by one, through an empty asm that keeps the compiler from making a call of a loop.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define opaque(value) __asm__("" : "+r"(value))

static unsigned long cases;

/* Says what was called, and stops. */
#define wrong(...)                                      \
	do {                                            \
		fprintf(stderr, "wrong: " __VA_ARGS__); \
		fputc('\n', stderr);                    \
		exit(1);                                \
	} while (0)

#define is(expression, ...)                 \
	do {                                \
		cases++;                    \
		if (!(expression))          \
			wrong(__VA_ARGS__); \
	} while (0)

/* Bytes that neither repeat soon nor are the same after a shift; never 0. */
static inline uint8_t pattern(size_t i)
{
	return (uint8_t)(((i * 2654435761u) >> 13) % 255 + 1);
}

static inline void draw(uint8_t *area, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		area[i] = pattern(i);
		opaque(i);
	}
}

/* Whether area[from, to) is the pattern, moved on by `distance`; where not, *where says. */
static inline bool drawn(const uint8_t *area, size_t from, size_t to, size_t distance,
                         size_t *where)
{
	for (size_t i = from; i < to; i++) {
		if (area[i] != pattern(i - distance)) {
			*where = i;
			return false;
		}
	}
	return true;
}

static inline bool filled(const uint8_t *area, size_t from, size_t to, uint8_t byte, size_t *where)
{
	for (size_t i = from; i < to; i++) {
		if (area[i] != byte) {
			*where = i;
			return false;
		}
	}
	return true;
}

static inline void paint(uint8_t *area, size_t from, size_t to, uint8_t byte)
{
	for (size_t i = from; i < to; i++) {
		area[i] = byte;
		opaque(i);
	}
}

#endif
