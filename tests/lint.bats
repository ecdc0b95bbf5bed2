#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Linters over the project's own files; each first proves that it has files to look at.

bats_require_minimum_version 1.5.0
load lib

setup() {
	cd "$TOP" || return
}

shell_files() {
	files | while read -r file; do
		case $(head -n 1 "$file" 2>/dev/null | tr -d '\0') in
		'#!'*sh | '#!'*bats) echo "$file" ;;
		esac
	done
	files '*.sh' '*.bash'
}

@test "shellcheck, without global excludes" {
	shell_files | sort -u >"$BATS_TEST_TMPDIR/list"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -ge 15 ]
	xargs shellcheck <"$BATS_TEST_TMPDIR/list"
	run -1 grep -E '^disable' .shellcheckrc
}

@test "no cd that CDPATH leads elsewhere" {
	count=0
	for file in $(shell_files | sort -u); do
		grep -qE '[$][(]cd |^cd ' "$file" || continue
		case $file in *.bats) continue ;; esac # run by tests/run
		grep -qx 'unset CDPATH' "$file" || fail "$file: unset CDPATH first"
		count=$((count + 1))
	done
	[ "$count" -ge 8 ]
}

@test "clang-format" {
	files '*.c' '*.h' >"$BATS_TEST_TMPDIR/list"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -ge 8 ]
	xargs clang-format --dry-run -Werror <"$BATS_TEST_TMPDIR/list"
}

@test "black and pyflakes" {
	files '*.py' >"$BATS_TEST_TMPDIR/list"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -ge 2 ]
	xargs black -q -l 120 --check --diff <"$BATS_TEST_TMPDIR/list"
	xargs pyflakes3 <"$BATS_TEST_TMPDIR/list"
}

@test "no warning of gcc or clang for our own C, with a wide set" {
	musl=$("$TOP/linkshim/find-musl" musl-gcc gcc)
	incdir=$(sed -n 's/^incdir=//p' <<<"$musl")
	mimalloc=$(echo "$TOP"/subprojects/mimalloc-*/)
	[ -f "$mimalloc/include/mimalloc.h" ]
	# Of src, the files that are compiled; -Wundef is upstream's in the unity file, which is no system header.
	files 'tests/*.c' 'bench/*.c' >"$BATS_TEST_TMPDIR/list"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -ge 15 ]
	for compiler in gcc 'clang --target=x86_64-linux-musl -Wno-gnu-alignof-expression'; do
		for source in src/mimalloc.c src/overlay.c src/memory/memory.c $(cat "$BATS_TEST_TMPDIR/list"); do
			# shellcheck disable=SC2086 # a compiler with arguments
			$compiler -std=gnu11 -O2 -fPIE -fsyntax-only -nostdinc -isystem "$incdir" -isystem "$($compiler -print-file-name=include)" \
				-isystem "$mimalloc/include" -isystem "$mimalloc/src" -Iinclude -Wall -Wextra -Wpedantic -Wshadow \
				-Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2 -Wvla -Wstrict-prototypes -Werror \
				'-DMIMALLOC_MUSL_VERSION="0"' '-DMIMALLOC_VERSION="0"' '-DMIMALLOC_MUSL_PROFILE="0"' "$source"
		done
	done
}

@test "the man page" {
	mandoc -T lint -W warning "$PREFIX/share/man/man1/cc-mimalloc.1"
	mandoc "$PREFIX/share/man/man1/cc-mimalloc.1" | grep -q CC_MIMALLOC_CC
}

@test "the project speaks of itself only: no path of a machine, no registry's host" {
	files >"$BATS_TEST_TMPDIR/list"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -ge 30 ]
	mapfile -t list <"$BATS_TEST_TMPDIR/list"
	run -1 grep -nIE '/(work|farm|root|home)/' "${list[@]}"
	# Plots have those of their format's namespaces.
	mapfile -t list < <(grep -v '\.svg$' "$BATS_TEST_TMPDIR/list")
	# Hosts: of upstream's repository, the name that stands for any, and one that is the name of a package.
	grep -noIE '[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.(org|io|com|net|dev)\b' "${list[@]}" >"$BATS_TEST_TMPDIR/hosts"
	grep -q ':github\.com$' "$BATS_TEST_TMPDIR/hosts"
	run -1 grep -vE ':(github\.com|example\.org|sqlite\.org)$' "$BATS_TEST_TMPDIR/hosts"
}
