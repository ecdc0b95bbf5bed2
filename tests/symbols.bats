#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Which names the archives define and need, compared with tests/expected and with the libc.a that is installed.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	export LC_ALL=C
	expected=$TOP/tests/expected
	archives=$(echo "$PREFIX"/lib/mimalloc-musl/*-linux-musl)
	libc=$(sed -n 's/.* \(\/.*\/libc\.a\) .*/\1/p' "$archives/libc.a")
	[ -s "$libc" ]
	own=$expected/libc-overlay.defined
	profiles=$(profiles)
	# Those that are as small as the default.
	lean=$(tr ' ' '\n' <<<"$profiles" | grep -vxE 'default|full')
	[ -n "$lean" ]
}

musl_symbols() {
	"$TOP/tests/musl-symbols" "$1" "$libc" "$own"
}

names() {
	nm "$@" | awk '{ print $NF }' | grep -v -e ':$' -e '^$' | sort
}

# the same, and not empty
same() {
	[ -s "$2" ] || fail "nothing to compare in $2" || return
	diff -u "$1" "$2" || fail "$1: if the change is meant, tests/expected/update PREFIX"
}

# every line of the first is in the second; the first is not empty
within() {
	[ -s "$1" ] || fail "nothing to compare in $1" || return
	[ -z "$(comm -23 "$1" "$2")" ] || fail "not in $2: $(comm -23 "$1" "$2")"
}

@test "the overlay defines and needs the expected names, exactly" {
	# What is weak stands in for nothing: below.
	nm --defined-only -g "$archives/libc-overlay.a" | awk 'NF == 3 && $2 != "W" { print $3 }' | sort >defined
	same "$expected/libc-overlay.defined" defined
	names -u "$archives/libc-overlay.a" >undefined
	same "$expected/libc-overlay.undefined" undefined
}

@test "mimalloc exports its API and the seam, nothing else" {
	for archive in libmimalloc-musl libmimalloc-musl-full; do
		names --defined-only -g "$archives/$archive.a" >defined
		same "$expected/$archive.defined" defined
		run -1 grep -vE '^(mi_|mimalloc_musl_)' defined
	done
	for profile in $lean; do
		names --defined-only -g "$archives/libmimalloc-musl-$profile.a" >defined
		same "$expected/libmimalloc-musl.defined" defined
	done
}

@test "mimalloc needs libc's names only: no libgcc, nothing unexpected" {
	names --defined-only -g "$libc" 2>/dev/null >in-libc
	for archive in libmimalloc-musl libmimalloc-musl-full; do
		names -u "$archives/$archive.a" >undefined
		# Compilers differ in what they call for a copy or a loop; more than is expected it may not be.
		within undefined "$expected/$archive.undefined"
		grep -v '^_GLOBAL_OFFSET_TABLE_$' undefined >from-libc
		within from-libc in-libc
	done
	for profile in $lean; do
		names -u "$archives/libmimalloc-musl-$profile.a" | grep -v '^_GLOBAL_OFFSET_TABLE_$' >from-libc
		within from-libc in-libc
	done
}

@test "one object an archive, and one weak name in the overlay, no allocator's" {
	count=0
	for archive in "$archives"/libc-overlay*.a "$archives"/libmimalloc-musl*.a; do
		[ "$(ar t "$archive" | wc -l)" -eq 1 ] || fail "$archive"
		count=$((count + 1))
	done
	[ "$count" -eq $((2 * $(wc -w <<<"$profiles"))) ]
	nm --defined-only "$archives/libc-overlay.a" >all
	grep -q ' T malloc$' all
	[ "$(awk '$2 ~ /[WwVv]/ { print $3 }' all)" = __pthread_tsd_run_dtors ]
}

@test "musl's allocator is the one that tests/expected knows, and the overlay has every name of it that libc uses" {
	known_musl "$libc"
}

@test "the overlay has no allocator name that musl has not" {
	cat "$expected"/musl-* | awk '{ print $2 }' | sort -u >musl
	grep -v '^mimalloc_musl_' "$own" >of-libc
	within of-libc musl
}

@test "a program with all the rest of libc in it pulls in nothing of musl's allocator" {
	cp "$libc" rest.a
	chmod u+w rest.a
	{
		cat "$expected/musl-$(musl_symbols version)"
		"$TOP/tests/musl-symbols" members "$libc" "$expected/libmem-overlay.defined"
	} | awk '{ print $1 }' | sort -u >left-out
	# Several members share a name, and ar deletes the first: again until none is left.
	while ar t rest.a | grep -qxFf left-out; do
		xargs ar d rest.a <left-out
	done
	[ "$(ar t rest.a | wc -l)" -gt 1000 ]
	cc-mimalloc -static "$TOP/tests/link/hello.c" -Wl,--whole-archive rest.a -Wl,--no-whole-archive -Wl,-Map,map -o hello
	won hello
	[ "$(./hello)" = hello ]
	grep -qF 'rest.a(printf.lo)' map
	run -1 grep -F "$libc(" map
}

@test "the pattern by which the other suites know musl's allocator finds it in a plain program" {
	CC_MIMALLOC=off cc-mimalloc -static "$TOP/tests/link/hello.c" -o plain
	# shellcheck disable=SC2154 # set in lib.bash
	[ "$(nm plain | grep -cE "$musl_allocator")" -ge 3 ]
	run won plain
	[ "$status" -ne 0 ]
	# and a program that has both
	cc-mimalloc -static "$TOP/tests/link/hello.c" -o mixed -Wl,--defsym=__malloc_context=0
	run won mixed
	[ "$status" -ne 0 ]
}
