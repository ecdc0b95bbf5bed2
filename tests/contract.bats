#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a program may rely on, one file a promise (tests/contract/). Each is built and run with musl alone, where
# it must be kept too, and with the overlay: static, static-pie and dynamic.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
}

# build NAME: NAME-musl-KIND and NAME-overlay-KIND; $programs lists those that the next line of the test runs.
build() {
	local kind flags
	flags="-O2 -fno-builtin -pthread -Wall -Wextra -Werror"
	programs=
	for kind in static static-pie dynamic; do
		# shellcheck disable=SC2086 # a list of flags; dynamic is no flag but the absence of one
		{
			set -- "$1" $flags
			[ "$kind" = dynamic ] || set -- "$@" "-$kind"
		}
		cc-mimalloc "${@:2}" "$TOP/tests/contract/$1.c" -o "$1-overlay-$kind"
		won "$1-overlay-$kind"
		CC_MIMALLOC=off cc-mimalloc "${@:2}" -DPLAIN_MUSL "$TOP/tests/contract/$1.c" -o "$1-musl-$kind"
		programs="$programs $1-overlay-$kind $1-musl-$kind"
	done
}

# kept NAME [GLOB]: the promise holds in all six programs, or in those that match, and nothing is printed. What the
# machine does not allow, it allows to none of them.
kept() {
	local program kept=0 refused=
	build "$1"
	for program in $programs; do
		# shellcheck disable=SC2254 # a pattern
		case $program in ${2:-*}) ;; *) continue ;; esac
		run "./$program"
		if [ "$status" -eq 77 ]; then
			refused="$program: $output"
			continue
		fi
		[ "$status" -eq 0 ] || fail "$program: status $status: $output"
		[ -z "$output" ] || fail "$program prints: $output"
		kept=$((kept + 1))
	done
	if [ -n "$refused" ]; then
		[ "$kept" -eq 0 ] || fail "$refused; others run"
		skip "$refused"
	fi
	[ "$kept" -ge 3 ] || fail "$kept programs ran"
}

@test "results: every pointer is aligned to 16 bytes" {
	kept alignment
}

@test "results: too large, or more than can be counted: NULL and ENOMEM" {
	kept too-large
}

@test "results: alignments: EINVAL, ENOMEM and what is fine" {
	kept bad-alignment
}

@test "results: posix_memalign's errors, and what it leaves alone" {
	kept posix-memalign
}

@test "results: free keeps errno, and so does success" {
	kept errno-kept
}

@test "results: realloc keeps errno where what is tried first fails" {
	kept errno-limit
}

@test "results: sizes of 0" {
	kept zero-size
}

@test "results: calloc's memory is zero" {
	kept calloc-zero
}

@test "results: realloc keeps the content" {
	kept realloc-content
}

@test "results: all usable bytes may be written" {
	kept usable-size
}

@test "limits: under ulimit -v at least 80 % of what plain musl hands out, again, and as one block" {
	build limit
	measured=0
	for mib in 16 32 64 128 512; do
		for size in 16 100 1000 10000 50000 100000 300000 1000000; do
			for kind in static static-pie; do
				musl=$(ulimit -v $((mib * 1024)) && "./limit-musl-$kind" $size)
				overlay=$(ulimit -v $((mib * 1024)) && "./limit-overlay-$kind" $size)
				awk -v musl="$musl" -v overlay="$overlay" 'BEGIN {
					n = split(musl, m)
					for (i = 1; i <= n; i++)
						if (split(overlay, o) != 3 || o[i] < 0.8 * m[i])
							exit 1
					exit n != 3
				}' || fail "$mib MiB, blocks of $size bytes, $kind: musl $musl, overlay $overlay KiB"
				measured=$((measured + 1))
			done
		done
	done
	[ "$measured" -eq 80 ]
}

@test "limits: RLIMIT_AS and RLIMIT_DATA, lowered while the program runs" {
	kept limit-lowered
}

@test "limits: a large block that cannot grow costs no address space" {
	kept realloc-limit
}

@test "limits: mlockall locks what is used" {
	kept mlockall
}

@test "sandbox: no system call but those of musl's own malloc, from main on and from the start" {
	kept sandbox
}

@test "sandbox: an empty root folder, no descriptors" {
	kept bare
}

@test "sandbox: a setuid program obeys no MIMALLOC_ variable" {
	[ "$(id -u)" -eq 0 ] || skip 'not root: cannot make a setuid program'
	export CC_MIMALLOC_PROFILE=full # the others print nothing anyway
	build secure
	export MIMALLOC_VERBOSE=1 MIMALLOC_SHOW_STATS=1 MIMALLOC_SHOW_ERRORS=1
	# bats's own folders may be read by their owner only.
	folder=$(mktemp -d)
	chmod 755 "$folder"
	for program in $programs; do
		cp "$program" "$folder/program"
		chmod 4755 "$folder/program"
		run setpriv --reuid=65534 --clear-groups "$folder/program"
		rm "$folder/program"
		[ "$status" -eq 0 ]
		[ "${lines[0]}" != 0 ] || skip "$folder knows no setuid"
		[ "$output" = 1 ] || fail "$program prints: $output"
		# As an ordinary program the overlay does obey.
		run "./$program"
		case $program in
		*musl*) [ "$output" = 0 ] ;;
		*) [[ $output == *mimalloc* ]] ;;
		esac
	done
	rmdir "$folder"
}

@test "memory: what is freed goes back within two seconds, idle or not, in threads that block too" {
	kept given-back
}

@test "memory: realloc of large blocks moves pages, and gives back what is cut off" {
	kept realloc-large
}

@test "memory: a large block that moves leaves no address space behind" {
	kept moved
}

@test "memory: as much goes back after many threads as at first" {
	kept late
}

@test "memory: a heap in motion takes little more than what is live" {
	kept steady
}

@test "memory: generations of threads use the same memory, whatever the sizes of their blocks" {
	kept generations
}

@test "life: a child forked while threads allocate may allocate, free, start threads, fork and exit" {
	# musl 1.2.3 does not: on a busy machine, 10 of 12 runs end in the parent's free, at mallocng's own checks.
	kept fork-threads '*-overlay-*'
}

@test "life: forks from threads, with handlers, of grandchildren; vfork, posix_spawn, system, popen" {
	kept fork-kinds
}

@test "life: the first call may come from any constructor, and be any function" {
	kept start
}

@test "life: until a process is gone it may allocate, whichever way it ends" {
	kept end
}

@test "life: threads one after another and hundreds at once; others free what they leave" {
	kept threads
	# Of a page only what is used is touched: 300 threads with 60 blocks each take 72 MiB, not 108.
	cc-mimalloc -static -O2 -fno-builtin -pthread '-DEARLY_MOST=88 * MIB' "$TOP/tests/contract/threads.c" -o early
	./early 10
}

@test "life: all keys are the program's; their destructors may allocate, and nothing stays" {
	kept keys
}

@test "life: a thread's first call may come at any point of its life, with keys left and with none" {
	kept first-call
	for program in $programs; do
		run "./$program" none-left
		[ "$status" -eq 0 ] || fail "$program: status $status: $output"
	done
}

@test "life: the smallest stack is enough" {
	kept small-stack
}

@test "life: the smallest stack has room for a signal, where nobody has keys" {
	kept small-stack-signal '*-static*'
}

@test "life: a thread that is cancelled is reclaimed" {
	kept cancellation
}

@test "errors: a block that is freed twice in a row stops the program" {
	kept double-free
}

@test "every file in tests/contract is run by a test" {
	count=0
	for file in "$TOP"/tests/contract/*.c; do
		name=$(basename "$file" .c)
		grep -qE "^	kept $name( |\$)|^	build $name( |\$)" "$BATS_TEST_FILENAME" || fail "$name is not run"
		count=$((count + 1))
	done
	[ "$count" -gt 5 ]
}
