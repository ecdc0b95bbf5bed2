#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rust programs: one line in .cargo/config.toml, and what becomes of every option that changes the link.

bats_require_minimum_version 1.5.0
load lib

target=x86_64-unknown-linux-musl

setup_file() {
	# cargo's output is for a person that waits; here only errors matter.
	export CARGO_TERM_QUIET=true RUST_BACKTRACE=0
	unset RUSTFLAGS CARGO_BUILD_TARGET CARGO_TARGET_DIR
}

setup() {
	needs_rust
	PATH=$OUT/rust/bin:$PATH
	libdir=$(rustc --print target-libdir --target $target)
	scratch
}

# project NAME: a copy of tests/rust/NAME with the one line, as the current folder
project() {
	cp -R "$TOP/tests/rust/$1" "$1"
	cd "$1" || return
	mkdir .cargo
	printf '[target.%s]\nlinker = "cc-mimalloc"\n' $target >.cargo/config.toml
	[ ! -f Cargo.lock.in ] || "$TOP/.ci/cargo-lock"
}

# build PROFILE PROGRAM KIND [CARGO ARGUMENT...]: PROGRAM of that profile, which has won and is of that kind
build() {
	local profile=$1 name=$2 kind=$3
	shift 3
	quietly cargo build --locked --target $target --profile "$profile" "$@" || return
	[ "$profile" != dev ] || profile=debug
	program=$PWD/target/$target/$profile/$name
	won "$program" && linked_as "$kind" "$program"
}

# with FLAG... -- COMMAND...: the command, while rustc gets these flags
with() {
	local flags=
	while [ "$1" != -- ]; do
		flags=$flags${flags:+$'\x1f'}$1
		shift
	done
	CARGO_ENCODED_RUSTFLAGS=$flags "${@:2}"
}

# says_hello KIND FLAG...: tests/rust/hello built with these flags of rustc's, as a release
says_hello() {
	with "${@:2}" -- build release hello "$1" || fail "${*:2}" || return
	[ "$(LD_LIBRARY_PATH=${libraries-} "$program" panic)" = "$(printf 'unwound\nhello')" ] || fail "${*:2}: does not run"
}

@test "one line: a debug build and a release" {
	project hello
	build dev hello static-pie
	[ "$("$program" panic)" = "$(printf 'unwound\nhello')" ]
	says_hello static-pie
	[[ $(cc-mimalloc --check "$program") == *"hello: mimalloc "*"; static-pie" ]]
	strip "$program"
	cc-mimalloc --check "$program"
}

@test "CARGO_TARGET_..._LINKER instead of the line" {
	project hello
	rm -r .cargo
	says=$(CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=cc-mimalloc says_hello static-pie 2>&1) || fail "$says"
}

@test "the test can fail: without the line musl's malloc is found" {
	project hello
	rm -r .cargo
	quietly cargo build --target $target
	run won target/$target/debug/hello
	[ "$status" -ne 0 ]
	run -1 cc-mimalloc --check target/$target/debug/hello
	[[ $output == *"musl's malloc"* ]]
}

@test "options: relocation-model, lto, codegen-units, strip, target-cpu, link-self-contained=yes" {
	project hello
	says_hello static -C relocation-model=static
	says_hello static-pie -C relocation-model=pie
	says_hello static-pie -C lto=fat -C embed-bitcode=yes
	says_hello static-pie -C lto=thin -C embed-bitcode=yes
	says_hello static-pie -C codegen-units=1 -C strip=debuginfo
	says_hello static-pie -C target-cpu=x86-64-v2
	says_hello static-pie -C link-self-contained=yes
	says_hello static -C link-self-contained=yes -C relocation-model=static -C lto=fat -C embed-bitcode=yes
}

@test "options: panic=abort" {
	project hello
	with -C panic=abort -- build release hello static-pie
	[ "$("$program")" = hello ]
	run "$program" panic
	[ "$status" -eq 134 ]
}

@test "options: link-self-contained=no, with the system's musl" {
	project hello
	# std needs an unwinder, which a system of musl's has; here it is the toolchain's.
	mkdir unwinder
	cp "$libdir/self-contained/libunwind.a" unwinder
	says_hello static-pie -C link-self-contained=no -L "native=$PWD/unwinder"
	says_hello static -C link-self-contained=no -L "native=$PWD/unwinder" -C relocation-model=static
}

@test "options: -crt-static, a dynamic program" {
	project hello
	# On a system of musl's libgcc_s.so is gcc's; Debian's is for glibc, so the unwinder stands in.
	mkdir shared
	cc-mimalloc -shared -Wl,-soname,libgcc_s.so.1 -o shared/libgcc_s.so.1 \
		-Wl,--whole-archive "$libdir/self-contained/libunwind.a" -Wl,--no-whole-archive
	ln -s libgcc_s.so.1 shared/libgcc_s.so
	libraries=$PWD/shared says_hello dynamic-pie -C target-feature=-crt-static -L "native=$PWD/shared"
}

@test "options: -fuse-ld=lld, mold, bfd" {
	project hello
	for ld in lld mold bfd; do
		# To mold --strip-debug, which a release is linked with, is --strip-all.
		says_hello static-pie -C link-arg=-fuse-ld=$ld -C strip=none
		says_hello static -C link-arg=-fuse-ld=$ld -C strip=none -C relocation-model=static
	done
}

@test "options: linker-plugin-lto, with the lld of rustc's LLVM" {
	rust_lld=$(echo "$(rustc --print sysroot)"/lib/rustlib/*/bin/gcc-ld)
	[ -x "$rust_lld/ld.lld" ] || skip "$(rustc --version) comes without an lld, and another LLVM does not read its bitcode"
	project hello
	says_hello static-pie -C linker-plugin-lto -C link-arg=-fuse-ld=lld -C "link-arg=-B$rust_lld"
}

@test "more arguments than a command line holds: rustc hands them on in a response file" {
	project hello
	# cc-mimalloc, which writes down whether there was one
	cat >linker <<-'END'
		#!/bin/sh
		case $* in *@*linker-arguments*) echo yes ;; *) echo no ;; esac >>"$(dirname "$0")/response-files"
		exec cc-mimalloc "$@"
	END
	chmod +x linker
	seq -f '-Clink-arg=-Wl,--defsym=a_name_that_nobody_uses_but_that_takes_its_place_in_a_command_line_%.0f=0' 25000 >many
	[ "$(wc -c <many)" -gt 2097152 ]
	CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=$PWD/linker quietly cargo rustc --target $target -- @many
	grep -qx yes response-files
	file=target/$target/debug/hello
	won $file
	linked_as static-pie $file
	[ "$($file)" = hello ]
}

@test "build scripts and procedural macros are the host's, and untouched" {
	project host
	build dev host static-pie
	[ "$("$program")" = hello ]
	count=0
	for file in target/debug/build/host-*/build-script-build target/debug/deps/libderive-*.so; do
		[ -n "$(nm "$file")" ]
		run -1 grep -c mimalloc "$file"
		count=$((count + 1))
	done
	[ "$count" -eq 2 ]
}

@test "staticlib: a C program that cc-mimalloc links" {
	project libraries
	quietly cargo build --target $target --release
	for kind in static static-pie; do
		cc-mimalloc -$kind -O2 main.c -Ltarget/$target/release -lgreet -L"$libdir/self-contained" -lunwind -o main
		won main
		linked_as $kind main
		[ "$(./main)" = hello ]
	done
}

@test "cdylib: the shared library has no heap, the program that loads it has one" {
	project libraries
	mkdir shared
	cp "$libdir/self-contained/libunwind.a" shared/libgcc_s.a
	with -C target-feature=-crt-static -L "native=$PWD/shared" -- quietly cargo build --target $target --release
	library=target/$target/release/libgreet.so
	[ "$(readelf -hW $library | awk '$1 == "Type:" { print $2 }')" = DYN ]
	run -1 grep -c mi_malloc <(nm $library)
	cc-mimalloc -O2 main.c $library -o main
	won main
	[ "$(LD_LIBRARY_PATH=${library%/*} ./main)" = hello ]
}

@test "one heap for Rust and C: openssl, sqlite, zstd, ring, libgit2, blocks freed on the other side" {
	project one-heap
	build dev one-heap static-pie
	[ "$("$program" "$PWD/repository")" = hello ]
	[ -f repository/HEAD ]
}

@test "one heap for Rust and C++: strings, exceptions, thread_local, new and delete" {
	"$TOP/tests/get-zig" "$OUT/zig"
	export ZIG_GLOBAL_CACHE_DIR=$OUT/zig/cache ZIG_LOCAL_CACHE_DIR=$OUT/zig/cache
	project one-heap-cxx
	CXX_x86_64_unknown_linux_musl=$OUT/zig/bin/zig-c++ CXXSTDLIB=c++ with -L "native=$OUT/zig/lib" -- \
		build dev one-heap-cxx static-pie
	[ "$("$program")" = hello ]
	nm "$program" | grep -q ' _ZNSt3__1'
}

@test "a global allocator: the mimalloc crate finds mimalloc here, and there is one heap" {
	project own-allocator
	build release own-allocator static-pie --features mimalloc
	[ "$("$program")" = hello ]
	[ "$(nm "$program" | grep -c ' mi_malloc$')" -eq 1 ]
}

@test "a global allocator: jemalloc is Rust's heap, mimalloc is libc's, and --check says that there are two" {
	project own-allocator
	# Not here: jemalloc does not build in a folder with a blank in its name.
	quietly cargo build --locked --target $target --features tikv-jemallocator --target-dir "$BATS_TEST_TMPDIR/target"
	file="$BATS_TEST_TMPDIR/target/$target/debug/own-allocator"
	[ "$("$file")" = hello ]
	run -1 cc-mimalloc --check "$file"
	[[ $output == *'MIXED, mimalloc '*' and jemalloc'* ]]
}

@test "wasmtime: built with cc-mimalloc as its linker it compiles a module" {
	project module
	build dev module static-pie
	"$program" >module.wasm
	[ -s module.wasm ]
	# What it is built from is its own Cargo.lock; without optimisation, for time.
	CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=cc-mimalloc \
		quietly cargo install wasmtime-cli --version 48.0.8 --locked --no-default-features \
		--features compile,cranelift,parallel-compilation,clap/default --target $target --debug --root "$PWD/root"
	won root/bin/wasmtime
	linked_as static-pie root/bin/wasmtime
	RAYON_NUM_THREADS=4 root/bin/wasmtime compile -o module.cwasm module.wasm
	readelf -h module.cwasm | grep -q ELF64
}

@test "without a wrapper: the library folder by RUSTFLAGS" {
	project hello
	rm -r .cargo
	folder=$(echo "$PREFIX"/lib/mimalloc-musl/*-linux-musl)
	says_hello static-pie -L "native=$folder"
	says_hello static-pie -L "native=$folder" -C lto=fat -C embed-bitcode=yes
	says_hello static -L "native=$folder" -C relocation-model=static
}

@test "without a wrapper: a copy of the toolchain's own libc.a" {
	project hello
	rm -r .cargo
	mkdir copy
	before=$(sha256sum "$libdir/self-contained/libc.a")
	cc-mimalloc --copy-libc "$libdir/self-contained/libc.a" copy/libc.a
	[ "$(sha256sum "$libdir/self-contained/libc.a")" = "$before" ]
	for ld in bfd lld mold; do
		says_hello static-pie -L "native=$PWD/copy" -C link-arg=-fuse-ld=$ld -C strip=none
		says_hello static -L "native=$PWD/copy" -C link-arg=-fuse-ld=$ld -C strip=none -C relocation-model=static
	done
}

@test "the musl that comes with Rust has the allocator that tests/expected knows" {
	known_musl "$libdir/self-contained/libc.a"
}

@test "aarch64, with a cross compiler, in qemu" {
	other=aarch64-unknown-linux-musl
	[ -d "$(rustc --print target-libdir --target $other)" ] || rustup target add $other >log 2>&1 ||
		skip "no std for $other: $(rustc --version) has none, and rustup does not reach it"
	for_aarch64
	target=$other
	project hello
	build release hello static
	readelf -hW "$program" | grep -q 'Machine: *AArch64'
	[ "$(qemu-aarch64 "$program" panic)" = "$(printf 'unwound\nhello')" ]
}
