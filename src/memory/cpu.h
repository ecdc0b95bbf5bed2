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
	CPU_STRING = 4, /* with these: string instructions are faster still for a long block */
	CPU_WIDEST = 8, /* vectors of 64 bytes (AVX-512), to copy and to fill */
};

#if defined(__x86_64__)
#include <cpuid.h>

/* gcc and clang, or their versions, differ in the names of these. */
#define CPUID_7_EBX_ERMS        (1u << 9)
#define CPUID_7_EDX_AVX512_FP16 (1u << 23)

/* In a virtual machine each CPUID costs 4 to 6 us, won back by wide vectors in 2 MiB. Most programs
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

static unsigned cpu_find_out(void)
{
	unsigned leaves, a, vendor, basic, ebx, edx, c, d, saved;
	unsigned found = CPU_BASELINE;

	__cpuid(0, leaves, a, vendor, d);
	__cpuid(1, a, d, basic, d);
	if (leaves < 7 || !(basic & bit_OSXSAVE) || !(basic & bit_AVX))
		return found;
	__cpuid_count(7, 0, a, ebx, c, edx);

	/* Which registers the kernel saves: xmm and ymm; zmm. */
	__asm__ volatile("xgetbv" : "=a"(saved), "=d"(d) : "c"(0));
	if ((saved & 0x6) != 0x6 || !(ebx & bit_AVX2))
		return found;
	found |= CPU_WIDE;

	/* AMD's are slower with string instructions, and were not measured with the widest vectors;
	 * the clock of Intel's before AVX512-FP16 is slower for these. */
	if (vendor != signature_INTEL_ecx)
		return found;
	if (ebx & CPUID_7_EBX_ERMS)
		found |= CPU_STRING;
	if ((saved & 0xe6) == 0xe6 && (edx & CPUID_7_EDX_AVX512_FP16))
		found |= CPU_WIDEST;
	return found;
}

/* As long as it is not known: for a block of `size` bytes. */
__attribute__((__cold__, __noinline__)) static void cpu_ask(size_t size)
{
	/* Counts that threads lose only put the question off. */
	const size_t bytes = __atomic_load_n(&cpu_bytes, __ATOMIC_RELAXED) + size;

	__atomic_store_n(&cpu_bytes, bytes, __ATOMIC_RELAXED);
	if (bytes >= CPU_WORTH_ASKING)
		__atomic_store_n(&cpu_features, cpu_find_out(), __ATOMIC_RELAXED);
}

/* A large block of `size` bytes is copied or filled. */
static inline void cpu_count(size_t size)
{
	if (!cpu_known())
		cpu_ask(size);
}

/* A function of scan.h, for the widest vectors there are; one of large.h. */
#define wide(name, ...) (cpu_known() & CPU_WIDE ? name##_wide(__VA_ARGS__) : name(__VA_ARGS__))
#define widest(name, ...) \
	(cpu_known() & CPU_WIDEST ? name##_widest(__VA_ARGS__) : wide(name, __VA_ARGS__))

#else

static inline void cpu_count(size_t size)
{
	(void)size;
}

#define wide(name, ...)   name(__VA_ARGS__)
#define widest(name, ...) name(__VA_ARGS__)

#endif

#endif
