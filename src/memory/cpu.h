/* SPDX-License-Identifier: MIT
 *
 * What this processor has beyond the baseline, found out while the program runs: musl has no ifunc,
 * and a pointer that a constructor sets would be unset in the calls before. Only what is large
 * looks, and only copying and filling asks.
 */
#ifndef MIMALLOC_MUSL_CPU_H
#define MIMALLOC_MUSL_CPU_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CPU_BASELINE = 1,
	CPU_WIDE = 2,   /* vectors of 32 bytes (AVX2) */
	CPU_STRING = 4, /* with these: `rep movsb` is faster still for a long block */
};

#if defined(__x86_64__)
#include <cpuid.h>

#define CPUID_7_EBX_ERMS (1u << 9) /* gcc and clang differ in its name */

/* In a virtual machine each CPUID costs 4 us, which wide vectors win back in 2 MiB. Most programs
 * that run for a moment never come that far. */
#define CPU_WORTH_ASKING (2u << 20)

#ifndef CPU_FEATURES /* by tests, to have each of them on any machine */
#define CPU_FEATURES 0
#endif

static unsigned cpu_features = CPU_FEATURES; /* 0: not asked yet */
static size_t cpu_bytes;                     /* in large blocks, until it is asked */

/* What is found out of it, 0 as long as it has not been asked. */
static inline unsigned cpu_known(void)
{
	return __atomic_load_n(&cpu_features, __ATOMIC_RELAXED);
}

/* As long as it is not known: for a block of `size` bytes. */
__attribute__((__cold__, __noinline__)) static void cpu_ask(size_t size)
{
	/* Counts that threads lose only put the question off. */
	const size_t bytes = __atomic_load_n(&cpu_bytes, __ATOMIC_RELAXED) + size;

	__atomic_store_n(&cpu_bytes, bytes, __ATOMIC_RELAXED);
	if (bytes < CPU_WORTH_ASKING)
		return;

	unsigned found = CPU_BASELINE;
	unsigned leaves, a, vendor, basic, extended, d;

	__cpuid(0, leaves, a, vendor, d);
	__cpuid(1, a, d, basic, d);
	if (leaves >= 7) {
		__cpuid_count(7, 0, a, extended, d, d);
		if ((basic & bit_OSXSAVE) && (basic & bit_AVX) && (extended & bit_AVX2)) {
			unsigned saved, high;

			/* That the kernel saves the registers, xmm and ymm. */
			__asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
			if ((saved & 6) == 6)
				found |= CPU_WIDE;
			/* AMD's have it too, and are slower with it than with vectors. */
			if ((found & CPU_WIDE) && (extended & CPUID_7_EBX_ERMS) &&
			    vendor == signature_INTEL_ecx)
				found |= CPU_STRING;
		}
	}
	__atomic_store_n(&cpu_features, found, __ATOMIC_RELAXED);
}

/* A large block of `size` bytes is copied or filled. */
static inline void cpu_count(size_t size)
{
	if (!cpu_known())
		cpu_ask(size);
}

/* A function of large.h, for the widest vectors there are. */
#define widest(name, ...) (cpu_known() & CPU_WIDE ? name##_wide(__VA_ARGS__) : name(__VA_ARGS__))

#else

static inline void cpu_count(size_t size)
{
	(void)size;
}

#define widest(name, ...) name(__VA_ARGS__)

#endif

#endif
