#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# mimalloc's own tests, unchanged, on our OS layer, arenas, page map and overlay.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	mimalloc=$(echo "$TOP"/subprojects/mimalloc-*/)
	[ -f "$mimalloc/test/test-api.c" ]
	unset MIMALLOC_VERBOSE
	export CC_MIMALLOC_PROFILE=full
}

# MI_TEST_LIGHT: a few seconds for each, as upstream's own CI has it.
options='-O2 -DPROFILE_FULL -DNDEBUG -DMI_TEST_LIGHT=1 -w'

# against_archives NAME [STATUS]: as a program is linked.
against_archives() {
	for kind in -static -static-pie; do
		# shellcheck disable=SC2086 # flags
		cc-mimalloc $kind $options "-I$mimalloc/include" "-I$mimalloc/src" "$mimalloc/test/test-$1.c" -o "$1"
		won "$1"
		run "./$1"
		[ "$status" -eq "${2:-0}" ] || fail "$1 $kind: status $status: $output"
		[[ $output != *FAILED* ]]
	done
}

# as_one_unit NAME: what looks inside mimalloc is compiled together with it.
as_one_unit() {
	# shellcheck disable=SC2086 # flags
	CC_MIMALLOC=off cc-mimalloc -static $options -ftls-model=local-exec "-I$mimalloc/include" "-I$mimalloc/src" "-I$TOP/src" \
		-include "$TOP/src/mimalloc.c" "$mimalloc/test/test-$1.c" \
		-Wl,-u,mimalloc_musl_version "$PREFIX"/lib/mimalloc-musl/*/libc-overlay-full.a -o "$1"
	won "$1"
	run "./$1"
	[ "$status" -eq 0 ] || fail "$1: status $status: $output"
	[[ $output =~ succeeded:\ ([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -gt 0 ]
}

@test "api-fill" { against_archives api-fill; }
@test "fork" { against_archives fork; }
@test "stress" { against_archives stress; }
@test "stress-heaps" { against_archives stress-heaps; }
@test "stress-subprocs" { against_archives stress-subprocs; }
# It frees a block twice in a row, and is stopped by SIGILL.
@test "wrong" { against_archives wrong 132; }
@test "api" { as_one_unit api; }
@test "arena" { as_one_unit arena; }
@test "bitmap" { as_one_unit bitmap; }

@test "no test of upstream's is forgotten" {
	# The heap profiler is not built (src/config.h); qsbr compiles a mimalloc of its own, with another configuration.
	left_out='profile pprof stress-pprof qsbr'
	count=0
	for file in "$mimalloc"/test/test-*.c; do
		name=$(basename "$file" .c)
		name=${name#test-}
		case " $left_out " in
		*" $name "*) continue ;;
		esac
		grep -qE "(archives|unit) $name( 132)?;" "$BATS_TEST_FILENAME" || fail "$name is not run"
		count=$((count + 1))
	done
	[ "$count" -eq 9 ]
}
