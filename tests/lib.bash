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
