#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a program sees of the allocator; each test runs with musl alone too, static and static-pie.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
}

# both SOURCE ARGUMENT...: compile and run with musl alone and with the overlay, static and static-pie.
build_all() {
	local kind
	for kind in static static-pie; do
		cc-mimalloc "-$kind" -O2 -fno-builtin -Wall -Wextra -Werror "$1" -o "overlay-$kind"
		won "overlay-$kind"
		CC_MIMALLOC=off cc-mimalloc "-$kind" -O2 -fno-builtin "$1" -o "musl-$kind"
	done
	programs='overlay-static overlay-static-pie musl-static musl-static-pie'
}

@test "every entry point may be the first call of a process and of a thread" {
	build_all "$TOP/tests/unit/first-call.c"
	count=0
	for program in $programs; do
		for name in $("./$program" --list); do
			"./$program" process "$name"
			"./$program" thread "$name"
			count=$((count + 2))
		done
	done
	[ "$count" -eq 88 ]
}

@test "headers, library and note agree on the version" {
	cc-mimalloc -static "-I$PREFIX/include" "-I$PREFIX/include/mimalloc-musl" "$TOP/tests/unit/version.c" -o version
	./version
	won version
}

@test "nothing is printed by default, whatever goes wrong; MIMALLOC_VERBOSE prints" {
	cat >huge.c <<-'EOF'
		#include <stdlib.h>
		int main(void) { void *volatile p = malloc((size_t)1 << 62); return p != NULL; }
	EOF
	cc-mimalloc -static -fno-builtin huge.c -o huge
	won huge
	run ./huge
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run env MIMALLOC_VERBOSE=1 ./huge
	[[ $output == *mimalloc* ]]
}

@test "no file is opened, and no more than a dozen system calls are made, to start" {
	command -v strace >/dev/null || skip "strace is not installed"
	echo 'int main(void) { return 0; }' >empty.c
	cc-mimalloc -static empty.c -o empty
	strace -o calls ./empty
	grep -q exit_group calls
	run -1 grep -E '^(open|openat|access|readlink|getrandom|sysinfo)\(' calls
	[ "$(wc -l <calls)" -le 16 ]
}
