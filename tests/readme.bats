#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every command of README.md, as it stands there, in its order.

bats_require_minimum_version 1.5.0
load lib

# block N [LANGUAGE [FILE]]: the Nth of FILE's blocks that begin with ```LANGUAGE
block() {
	awk -v wanted="$1" -v start="\`\`\`${2-sh}" \
		'/^```/ { inside = $0 == start; n += inside; next } inside && n == wanted' "${3-$TOP/README.md}"
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
	*'go build'*)
		rm main.c
		cp "$TOP"/tests/go/* .
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
	[ "$(block 1)" = 'bench/run --quick' ]
	cd "$TOP"
	bench/run --quick >"$BATS_TEST_TMPDIR/log" 2>&1 || { cat "$BATS_TEST_TMPDIR/log" >&2; false; }
	grep -q '^# mimalloc-musl beside other allocators' "$BATS_TEST_TMPDIR/log"
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
@test "use: Go" { use 8; }

# rust COMMANDS: in a Rust project, after the settings that block 3 ends with
rust() {
	needs_rust
	block 3 | grep '^export' | cat - "$1" >commands
	[ "$(wc -l <commands)" -ge 2 ]
	PATH=$OUT/rust/bin:$PATH sh -eu commands
}

@test "use: cargo" {
	cp -R "$TOP/tests/rust/hello" project
	cd project
	mkdir .cargo
	block 1 toml >.cargo/config.toml
	block 9 >build
	rust build
	program=target/x86_64-unknown-linux-musl/release/hello
	[ "$($program)" = hello ]
	linked_as static-pie $program
	won $program
}

@test "use: pkg-config" { use 10; }
@test "use: library folder" { use 11; }
@test "use: Zig" {
	"$TOP/tests/get-zig" "$OUT/zig"
	cp "$TOP/tests/zig/main.zig" .
	ZIG_GLOBAL_CACHE_DIR=$OUT/zig/cache ZIG_LOCAL_CACHE_DIR=$OUT/zig/cache PATH=$OUT/zig/bin:$PATH use 12
}

@test "use: a copy of libc.a" {
	block 3 | grep '^export' >commands
	block 13 >>commands
	[ "$(wc -l <commands)" -ge 2 ]
	[ -f "$(awk '{ print $3 }' <(block 13))" ] || skip 'musl is elsewhere here'
	sh -eu commands
	musl-gcc -static -L. main.c -o program
	won program
}
@test "did it win?" {
	use 14
	grep -qF "prints \`$(cc-mimalloc --check program)\`" "$TOP/README.md"
}

@test "use: musl's own memory functions" {
	use 15
	run -1 grep -q ' mimalloc_musl_memory_version$' <(nm program)
}

@test "README has no command that is not tried here" {
	[ "$(grep -c '^```sh$' "$TOP/README.md")" -eq 15 ]
	[ "$(grep -c '^```' "$TOP/README.md")" -eq 32 ]
}

@test "examples/rust: from a new project to a verified program in its four commands" {
	example=$TOP/examples/rust
	for number in 1 2 3 4; do
		block $number sh "$example/README.md"
	done >all
	[ "$(wc -l <all)" -eq 4 ]
	[ "$(grep -c '^```' "$example/README.md")" -eq 8 ]
	# shellcheck disable=SC2016 # expanded by the commands' shell
	echo 'cp .cargo/config.toml "$HOME"' >>all
	run -0 rust all
	[[ $output == *'/words: mimalloc '*'; static-pie' ]]
	grep -qF "prints \`${output##*words: }\`" "$example/README.md"
	# The folder is such a project.
	cmp "$HOME/config.toml" "$example/.cargo/config.toml"
	cp -R "$example" example
	cd example
	block 3 sh README.md >build
	rust build
	won target/x86_64-unknown-linux-musl/release/words
}
