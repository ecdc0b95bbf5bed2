# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the suites share: who won, and how a file is linked.

# Of musl 1.2's two allocators; in no program that has none of it. The pattern is tried against plain musl
# programs too (symbols.bats), so it cannot rot unseen.
musl_allocator=' (__malloc_alloc_meta|__malloc_size_classes|__malloc_context|__simple_malloc|nontrivial_free|__bin_chunk)$'

fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# needs_rust: Rust for musl; without it a test is skipped, and fails where CI is set
needs_rust() {
	[ ! -x "$OUT/rust/bin/rustc" ] || return 0
	[ -z "${CI-}" ] || fail "no Rust for musl: $OUT/rust/log" || return
	skip "no Rust for musl: $OUT/rust/log"
}

# profiles: those that the wrapper knows
profiles() {
	local names
	names=$(sed -n "s/^profiles='\([^']*\)'.*/\1/p" "$PREFIX/bin/cc-mimalloc")
	[[ " $names " == *' default '*' '* ]] || fail "$PREFIX/bin/cc-mimalloc names the profiles '$names'" || return
	printf '%s\n' "$names"
}

# won FILE: mimalloc is in FILE, nothing of musl's allocator is, and the note is read back from it.
won() {
	local symbols
	symbols=$(nm "$1") || fail "$1: nm fails" || return
	grep -q ' mi_malloc$' <<<"$symbols" || fail "$1: no mi_malloc" || return
	if grep -E "$musl_allocator" <<<"$symbols" >&2; then
		fail "$1: musl's allocator is in it"
		return
	fi
	cc-mimalloc --check "$1" >/dev/null || fail "$1: $(cc-mimalloc --check "$1")"
}

# known_musl LIBC_A: its allocator is the one that tests/expected knows, and the overlay has every name of it that the rest
# of that libc uses.
known_musl() {
	local names=$TOP/tests/expected/libc-overlay.defined version lacking
	version=$("$TOP/tests/musl-symbols" version "$1" "$names")
	[ -f "$TOP/tests/expected/musl-$version" ] ||
		fail "musl $version is new here: see 'A musl version' in CONTRIBUTING.md" || return
	"$TOP/tests/musl-symbols" members "$1" "$names" >members.now
	[ -s members.now ] && diff -u "$TOP/tests/expected/musl-$version" members.now ||
		fail "musl-$version: if the change is meant, tests/expected/update PREFIX" || return
	"$TOP/tests/musl-symbols" wanted "$1" "$names" >wanted.now
	[ -s wanted.now ] || fail "nothing of $1 uses its allocator" || return
	lacking=$(LC_ALL=C comm -23 wanted.now "$names")
	[ -z "$lacking" ] || fail "the overlay lacks $lacking"
}

# linked_as KIND FILE: as readelf shows it; KIND is static, static-pie, dynamic-pie or dynamic-exec.
linked_as() {
	local type interpreter=no
	type=$(readelf -hW "$2" | awk '$1 == "Type:" { print $2 }')
	readelf -lW "$2" | grep -q '^ *INTERP' && interpreter=yes
	case $type-$interpreter in
	EXEC-no) set -- "$@" static ;;
	DYN-no) set -- "$@" static-pie ;;
	DYN-yes) set -- "$@" dynamic-pie ;;
	EXEC-yes) set -- "$@" dynamic-exec ;;
	esac
	[ "$1" = "${3-}" ] || fail "$2 is ${3-} ($type), not $1"
}

# files PATTERN...: the project's own, committed or not; in a tree that is no git checkout, all but what is made.
files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
			[ ! -f "$file" ] || printf '%s\n' "$file"
		done
	else
		local pattern names=(-false)
		for pattern in "${@:-*}"; do
			names+=(-o -path "./$pattern" -o -name "$pattern")
		done
		find . \( -path './build*' -o -path ./tests/out -o -path ./bench/out -o -path './subprojects/*mimalloc-*' \) -prune \
			-o -type f \( "${names[@]}" \) -printf '%P\n' | sort
	fi
}

# A folder of its own for each test, with a blank in its name: what breaks on blanks, breaks everywhere.
scratch() {
	mkdir -p "$BATS_TEST_TMPDIR/with blank"
	cd "$BATS_TEST_TMPDIR/with blank" || return
}

# quietly COMMAND...: of what it prints, the end, and only if it fails: a build may print thousands of lines
quietly() {
	"$@" >output 2>&1 || fail "$(tail -n 20 output)"
}

# for_aarch64: builds the project with a cross compiler, and puts what it installs first in PATH. One suite at a time.
for_aarch64() {
	local musl
	{
		flock 9 &&
			musl=$("$TOP/tests/get-musl" arm64 "$OUT/musl-arm64") || return
		[ -f "$OUT/aarch64/build.ninja" ] ||
			quietly meson setup "$OUT/aarch64" "$TOP" --cross-file "$TOP/tests/aarch64/cross.ini" "-Dmusl_cc=$musl" \
				--prefix="$OUT/aarch64/prefix" || return
		quietly meson install -C "$OUT/aarch64" || return
	} 9>"$OUT/aarch64.lock"
	PATH=$OUT/aarch64/prefix/bin:$PATH
}

# program NAME ARGUMENT...: NAME, of tests/memory/NAME.c; what it calls is called, whatever the compiler knows of it
program() {
	cc-mimalloc -O2 -fno-builtin -Wall -Wextra -Werror -pthread "$TOP/tests/memory/$1.c" -o "$@"
}

# saw NUMBER COMMAND...: it is right, in so many cases at least
# shellcheck disable=SC2154 # run sets them
saw() {
	run "${@:2}"
	[ "$status" -eq 0 ] || fail "exit $status: $output" || return
	[[ $output =~ ([0-9]+)' cases'$ ]] || fail "$output" || return
	[ "${BASH_REMATCH[1]}" -ge "$1" ] || fail "only $output"
}
