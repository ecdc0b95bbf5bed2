#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The profiles that CC_MIMALLOC_PROFILE chooses: each is linked, wins and keeps the promises; what start and size cost.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	profiles=$(profiles)
	cat >hello.c <<-'END'
		#include <stdio.h>
		int main(void) { puts("hello"); return 0; }
	END
}

# suffix PROFILE: of its files
suffix() {
	[ "$1" = default ] || printf -- '-%s' "$1"
}

@test "each profile is linked by the wrapper and by pkg-config, wins, and says its name" {
	for profile in $profiles; do
		CC_MIMALLOC_PROFILE=$profile cc-mimalloc -static hello.c -o wrapper
		# shellcheck disable=SC2046 # words
		musl-gcc -static hello.c $(PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig pkg-config --libs "mimalloc-musl$(suffix "$profile")") -o pkg-config
		for program in wrapper pkg-config; do
			won $program
			run cc-mimalloc --check $program
			[[ $output == *"profile $profile)"* ]] || fail "$profile: $output"
			[ "$("./$program")" = hello ]
		done
	done
}

@test "a profile that there is not is refused, and which there are is said" {
	CC_MIMALLOC_PROFILE=fast run -2 cc-mimalloc -static hello.c -o hello
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"'fast'"*default*small* ]]
	[ ! -e hello ]
}

@test "a copy of libc.a has the profile that is asked for" {
	libc=$(sed -n 's/.* \(\/.*\/libc\.a\) .*/\1/p' "$PREFIX"/lib/mimalloc-musl/*/libc.a)
	CC_MIMALLOC_PROFILE=small cc-mimalloc --copy-libc "$libc" libc.a
	run cc-mimalloc --check libc.a
	[[ $output == *"profile small)"* ]]
}

@test "the promises hold in each profile" {
	for profile in $profiles; do
		[ "$profile" != default ] || continue # tests/contract.bats
		for promise in alignment calloc-zero errno-kept zero-size too-large bad-alignment posix-memalign realloc-content \
			realloc-large usable-size double-free fork-threads start end threads; do
			CC_MIMALLOC_PROFILE=$profile cc-mimalloc -static -O2 -fno-builtin -pthread \
				"$TOP/tests/contract/$promise.c" -o $promise
			run ./$promise
			[ "$status" -eq 0 ] || fail "$profile, $promise: status $status: $output"
		done
	done
}

@test "small obeys no MIMALLOC_ variable, the others do" {
	cat >nothing.c <<-'END'
		#include <stdlib.h>
		int main(void) { return !malloc(100); }
	END
	for profile in $profiles; do
		CC_MIMALLOC_PROFILE=$profile cc-mimalloc -static -fno-builtin nothing.c -o nothing
		./nothing
		MIMALLOC_DISALLOW_OS_ALLOC=1 run ./nothing
		[ "$status" -eq "$([ "$profile" = small ]; echo $?)" ] || fail "$profile: $status"
	done
}

@test "mimalloc's own API: all of it in full, what other languages call in each" {
	cat >all.c <<-'END'
		#include <mimalloc.h>
		#include <stdlib.h>
		int main(void)
		{
			mi_heap_t *heap = mi_heap_new();
			free(mi_heap_malloc(heap, 10));
			mi_heap_delete(heap);
			mi_stats_print(NULL);
			return 0;
		}
	END
	cat >some.c <<-'END'
		#include <mimalloc.h>
		#include <stdlib.h>
		int main(void)
		{
			void *p = mi_zalloc_aligned(100, 64);
			p = mi_realloc_aligned(p, 200, 64);
			free(p);
			mi_free(mi_malloc_aligned(100, 32));
			mi_free(malloc(mi_usable_size(NULL) + 1));
			mi_collect(true);
			return mi_version() < 30000;
		}
	END
	include=$PREFIX/include/mimalloc-musl
	for profile in $profiles; do
		CC_MIMALLOC_PROFILE=$profile cc-mimalloc -static "-I$include" some.c -o some
		won some
		./some
		CC_MIMALLOC_PROFILE=$profile run cc-mimalloc -static "-I$include" all.c -o all
		if [ "$profile" = full ]; then
			[ "$status" -eq 0 ] || fail "$output"
			won all
			run ./all
			[[ $output == *reserved* ]]
		else
			[ "$status" -ne 0 ]
			[[ $output == *mi_heap_new* ]]
		fi
	done
}

@test "hello world, stripped: at most 64 KiB and ten page faults more than with musl alone; small 40 KiB" {
	CC_MIMALLOC=off cc-mimalloc -static -O2 -s hello.c -o musl
	cc-mimalloc -static -O2 -s hello.c -o default
	CC_MIMALLOC_PROFILE=small cc-mimalloc -static -O2 -s hello.c -o small
	cat >faults.c <<-'END'
		#define _GNU_SOURCE
		#include <spawn.h>
		#include <stdio.h>
		#include <sys/resource.h>
		#include <sys/wait.h>
		int main(int argc, char **argv)
		{
			struct rusage usage;
			int status;
			char *const none[] = { NULL };
			pid_t child;
			(void)argc;
			if (posix_spawn(&child, argv[1], NULL, NULL, argv + 1, none) || wait4(child, &status, 0, &usage) != child || status)
				return 1;
			printf("%ld\n", usage.ru_minflt);
			return 0;
		}
	END
	CC_MIMALLOC=off cc-mimalloc -static faults.c -o faults
	for program in musl default small; do
		size=$(stat -c %s $program)
		# Where the kernel puts the stack takes one or two more now and then.
		faults=$(for _ in 1 2 3 4 5; do ./faults ./$program | tail -n 1; done | sort -n | head -n 1)
		echo "$program: $size bytes, $faults page faults"
		declare "size_$program=$size" "faults_$program=$faults"
	done
	# shellcheck disable=SC2154 # declared above
	{
		[ "$size_musl" -gt 10000 ]
		[ $((size_default - size_musl)) -le 65536 ]
		[ $((size_small - size_musl)) -le 40960 ]
		[ "$faults_musl" -gt 3 ]
		[ $((faults_default - faults_musl)) -le 10 ]
	}
}
