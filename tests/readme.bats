#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every command of README.md, as it stands there, in its order.

bats_require_minimum_version 1.5.0
load lib

# Block N of the README's ```sh blocks.
block() {
	awk -v wanted="$1" '/^```/ { inside = $0 == "```sh"; n += inside; next } inside && n == wanted' "$TOP/README.md"
}

setup_file() {
	# cargo keeps its settings in the real one.
	[ ! -d "$HOME/.cargo" ] || export CARGO_HOME=$HOME/.cargo
	[ ! -d "$HOME/.rustup" ] || export RUSTUP_HOME=$HOME/.rustup
	export HOME=$BATS_FILE_TMPDIR/home
	mkdir -p "$HOME"
}

setup() {
	scratch
	cp "$TOP"/tests/readme/* .
}

# use N: block N in the example project, after the settings that block 3 ends with, builds a program, and mimalloc has won
# in it
use() {
	block 3 | grep '^export' >commands
	block "$1" >>commands
	[ "$(wc -l <commands)" -ge 2 ] || fail "README.md has no block $1" || return
	echo 'command -v cc-mimalloc >found' >>commands
	case $(cat commands) in
	*./configure*)
		rm Makefile
		autoconf
		;;
	esac
	sh -eu commands
	[ "$(cat found)" = "$HOME/.local/bin/cc-mimalloc" ] || fail 'not the one that README.md installs' || return
	program=$(find . -name program -type f -perm -u+x)
	[ "$(wc -l <<<"$program")" -eq 1 ]
	[ "$("$program")" = hello ]
	linked_as static "$program"
	won "$program"
}

@test "the two commands of the first screen: the demo" {
	[ "$(block 1)" = bench/demo ]
	cd "$TOP"
	[ -x "$(block 1)" ]
	# As it stands it takes some minutes; --quick builds and checks the same with less work for each program.
	bench/demo --quick >"$BATS_TEST_TMPDIR/log" 2>&1 || { cat "$BATS_TEST_TMPDIR/log" >&2; false; }
	[ -s "$BATS_TEST_TMPDIR/log" ]
}

@test "the two commands of the first screen: the tests" {
	# It is running; here that it knows its suites, and that .ci/run is the same.
	[ "$(block 2)" = tests/run ]
	[ -x "$TOP/tests/run" ]
	[ "$("$TOP/tests/run" --list | sed 's/$/.bats/' | sort)" = "$(cd "$TOP/tests" && printf '%s\n' *.bats | sort)" ]
	grep -q '^exec .*tests/run' "$TOP/.ci/run"
}

@test "install" {
	(cd "$TOP" && files | tar cf - -T -) | tar xf -
	block 3 >commands
	grep -q get-mimalloc commands
	sh -eu commands
	[ -x "$HOME/.local/bin/cc-mimalloc" ]
}

@test "use: make" { use 4; }
@test "use: configure" { use 5; }
@test "use: CMake" { use 6; }
@test "use: Meson" { use 7; }
@test "use: pkg-config" { use 8; }
@test "use: library folder" { use 9; }
@test "did it win?" {
	use 10
	grep -qF "prints \`$(cc-mimalloc --check program)\`" "$TOP/README.md"
}

@test "README has no command that is not tried here" {
	[ "$(grep -c '^```sh$' "$TOP/README.md")" -eq 10 ]
	[ "$(grep -c '^```' "$TOP/README.md")" -eq 20 ]
}
