/* SPDX-License-Identifier: MIT
 *
 * What the memory functions are written in: integers and vectors at any address, and masks, which
 * say in which bytes of a vector something is so. Of the baseline of each architecture: SSE2, NEON.
 */
#ifndef MIMALLOC_MUSL_VECTOR_H
#define MIMALLOC_MUSL_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>
#else
#error "the memory functions are for x86-64 and for aarch64, little-endian"
#endif

#define any_address __attribute__((__aligned__(1), __may_alias__))

typedef uint16_t u16 any_address;
typedef uint32_t u32 any_address;
typedef uint64_t u64 any_address;
typedef uint8_t v16 __attribute__((__vector_size__(16))) any_address;
typedef uint8_t v32 __attribute__((__vector_size__(32))) any_address;
typedef uint8_t v64 __attribute__((__vector_size__(64))) any_address;

#define inline_always static inline __attribute__((__always_inline__))
#define never_inline  static __attribute__((__noinline__))

#define load(type, address)         (*(const type *)(address))
#define store(type, address, value) ((void)(*(type *)(address) = (value)))

static inline v16 spread(int byte)
{
	return (v16){ 0 } + (uint8_t)byte;
}

/* MASK_BITS for each byte, the first byte's lowest. */
#if defined(__x86_64__)

typedef uint32_t mask;
#define MASK_BITS 1
#define MASK_ALL  UINT32_C(0xffff)

/* Of the result of comparing two vectors. */
static inline mask mask_of(v16 v)
{
	return (mask)_mm_movemask_epi8((__m128i)v);
}

/* Of two results, a bit for each byte. */
static inline uint32_t mask_of_two(v16 v, v16 v2)
{
	return mask_of(v) | mask_of(v2) << 16;
}

static inline v16 smaller(v16 a, v16 b)
{
	return (v16)_mm_min_epu8((__m128i)a, (__m128i)b);
}

/* That what is loaded once is not loaded again with each operation: gcc takes that for free. */
#define kept_in_register(vector) __asm__("" : "+x"(vector))

#define target_wide   __attribute__((__target__("avx2")))
#define target_widest __attribute__((__target__("avx512bw")))

#define MASK_ALL_WIDE UINT32_MAX

target_wide static inline mask mask_of_wide(v32 v)
{
	return (mask)_mm256_movemask_epi8((__m256i)v);
}

target_wide static inline v32 smaller_wide(v32 a, v32 b)
{
	return (v32)_mm256_min_epu8((__m256i)a, (__m256i)b);
}

#else

typedef uint64_t mask;
#define MASK_BITS 4
#define MASK_ALL  UINT64_MAX

static inline mask mask_of(v16 v)
{
	/* Half of each byte's result, so that all of them fit into one register. */
	const uint8x8_t halves = vshrn_n_u16((uint16x8_t)v, 4);

	return vget_lane_u64(vreinterpret_u64_u8(halves), 0);
}

static inline uint32_t mask_of_two(v16 v, v16 v2)
{
	static const uint8_t bits[16] = {
		1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128
	};
	const uint8x16_t bit = vld1q_u8(bits);
	uint8x16_t sum = vpaddq_u8(vandq_u8((uint8x16_t)v, bit), vandq_u8((uint8x16_t)v2, bit));

	sum = vpaddq_u8(sum, sum);
	sum = vpaddq_u8(sum, sum);
	return vgetq_lane_u32(vreinterpretq_u32_u8(sum), 0);
}

static inline v16 smaller(v16 a, v16 b)
{
	return (v16)vminq_u8((uint8x16_t)a, (uint8x16_t)b);
}

#define kept_in_register(vector) ((void)0)

#endif

/* Of two vectors, in which bytes they are equal: a vector of bytes that are 255 or 0. */
#define equal(type, a, b)    ((type)((a) == (b)))
#define equal_at(type, p, q) equal(type, load(type, p), load(type, q))

/* Of 32 bytes, a bit for each that is the wanted one. */
static inline uint32_t found_in_32(const uint8_t *p, v16 wanted)
{
	return mask_of_two(equal(v16, load(v16, p), wanted), equal(v16, load(v16, p + 16), wanted));
}

/* Of bits, one for each byte: the first. */
static inline size_t first_bit(uint64_t found)
{
	return (unsigned)__builtin_ctzll(found);
}

/* Of four results, the first byte, which there is. */
static inline size_t first_of_four(v16 a, v16 b, v16 c, v16 d)
{
	return first_bit(mask_of_two(a, b) | (uint64_t)mask_of_two(c, d) << 32);
}

#if defined(__x86_64__)
target_wide static inline uint32_t found_in_32_wide(const uint8_t *p, v32 wanted)
{
	return mask_of_wide(equal(v32, load(v32, p), wanted));
}

target_wide static inline size_t first_of_four_wide(v32 a, v32 b, v32 c, v32 d)
{
	const uint64_t ab = mask_of_wide(a) | (uint64_t)mask_of_wide(b) << 32;
	const uint64_t cd = mask_of_wide(c) | (uint64_t)mask_of_wide(d) << 32;

	return first_bit(ab ? ab : cd) + (ab ? 0 : 64);
}
#endif

/* What lies beyond an end may be read, and must not matter, as long as it is in the same page. No
 * page is smaller. */
#define SMALLEST_PAGE 4096

/* Whether so many bytes are in one page. */
static inline bool in_page(const uint8_t *p, size_t bytes)
{
	return !(((uintptr_t)p ^ ((uintptr_t)p + bytes - 1)) & SMALLEST_PAGE);
}

/* Of the first bytes that differ, as it is in musl. */
static inline int difference(const uint8_t *a, const uint8_t *b, size_t i)
{
	return a[i] - b[i];
}

/* The first of those that stand for `size` bytes (1 to 64) from `p` on: how far that is behind
 * `base`; 0 if there is none. */
static inline uintptr_t first_within(const uint8_t *p, uint64_t found, size_t size, uintptr_t base)
{
	found &= UINT64_MAX >> (64 - size);
	return found ? (uintptr_t)p + first_bit(found) - base : 0;
}

/* The number of the first byte in a mask that is not 0. */
static inline size_t first(mask m)
{
	return first_bit(m) / MASK_BITS;
}

#endif
