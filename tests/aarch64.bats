#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Another architecture: a build by a cross compiler, whose programs run in qemu.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	for_aarch64
	mimalloc=$(echo "$TOP"/subprojects/mimalloc-*/)
}

# won_there FILE: a static program of that architecture, in which mimalloc has won
won_there() {
	readelf -hW "$1" | grep -q 'Machine: *AArch64'
	linked_as static "$1"
	won "$1"
}

# Resident memory, and fork beside threads, are qemu's own there, with plain musl too.
@test "the promises that can be seen in qemu" {
	count=0
	for name in alignment bad-alignment bare calloc-zero double-free errno-kept mlockall posix-memalign realloc-content \
		secure small-stack steady too-large usable-size zero-size; do
		cc-mimalloc -static -O2 -fno-builtin -pthread "$TOP/tests/contract/$name.c" -o $name
		won_there $name
		run qemu-aarch64 ./$name
		[ "$status" -eq 0 ] || fail "$name: status $status: $output"
		count=$((count + 1))
	done
	[ "$count" -eq 15 ]
}

@test "threads: upstream's own stress test" {
	cc-mimalloc -static -O2 -DNDEBUG -DUSE_STD_MALLOC -w -I "$mimalloc/include" "$mimalloc/test/test-stress.c" -o stress
	won_there stress
	run -0 qemu-aarch64 ./stress 8 50 20
	[[ $output == 'Using 8 threads '* ]]
}

@test "memory functions: every size and alignment, ends of pages, calls by chance" {
	for name in every pages fuzz; do
		program $name -static
		won_there $name
		nm $name | grep -q ' mimalloc_musl_memory_version$'
	done
	saw 1000000 qemu-aarch64 ./every 31
	saw 50000 qemu-aarch64 ./pages 11
	saw 1000 qemu-aarch64 ./fuzz 3
}
