#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# cc-mimalloc --check: what it says of programs of every kind.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	cp "$TOP/tests/link/hello.c" .
	mimalloc=$(sed -n 's/^directory = mimalloc-//p' "$TOP/subprojects/mimalloc.wrap")
	[ -n "$mimalloc" ]
}

# says STATUS TEXT FILE
says() {
	run cc-mimalloc --check "$3"
	[ "$status" -eq "$1" ] || fail "exit $status, not $1: $output" || return
	[[ $output == *"$2"* ]] || fail "not '$2': $output" || return
	[ "${#lines[@]}" -eq 1 ]
}

@test "mimalloc alone, however linked, stripped or not" {
	for kind in static static-pie; do
		cc-mimalloc "-$kind" hello.c -o hello
		says 0 "mimalloc $mimalloc (mimalloc-musl 0.1.0, profile default), memory functions 0.1.0; $kind" hello
		strip hello
		says 0 "; $kind" hello
	done
	cc-mimalloc hello.c -o hello
	says 0 '; dynamic' hello
	strip hello
	says 0 '; dynamic' hello
	llvm-objcopy --strip-sections hello
	readelf -h hello | grep -Eq 'Number of section headers: +0$'
	says 0 "mimalloc $mimalloc" hello
	READELF=llvm-readelf says 2 'set READELF to GNU readelf' hello
}

@test "musl's malloc, static and in libc.so" {
	CC_MIMALLOC=off cc-mimalloc -static -s hello.c -o hello
	says 1 "musl's malloc (mallocng); static" hello
	CC_MIMALLOC=off cc-mimalloc hello.c -o hello
	says 1 "musl's malloc, in libc.so; dynamic" hello
	says 1 "musl's malloc (mallocng); archive" "$(cc-mimalloc -print-file-name=libc.a)"
}

@test "musl's old malloc, by the table that it cannot do without" {
	# musl 1.2.2 and older, and mallocs configured with --with-malloc=oldmalloc, have these 60 bytes.
	cat >old.c <<-'EOF'
		static const unsigned char bin_tab[60] = {
			32,33,34,35,36,36,37,37,38,38,39,39,40,40,40,40,41,41,41,41,42,42,42,42,43,43,43,43,44,44,
			44,44,44,44,44,44,45,45,45,45,45,45,45,45,46,46,46,46,46,46,46,46,47,47,47,47,47,47,47,47,
		};
		int main(int argc, char **argv) { (void)argv; return bin_tab[argc] == 0; }
	EOF
	CC_MIMALLOC=off cc-mimalloc -static -s -O0 old.c -o old
	says 1 "musl's old malloc; static" old
}

@test "other allocators beside mimalloc, each by its text" {
	count=0
	for pair in 'jemalloc:<jemalloc>: ' 'tcmalloc:tcmalloc: large alloc' 'scudo:Scudo ERROR: '; do
		printf '#include <stdlib.h>\nconst char text[] = "%s";\n' "${pair#*:}" >other.c
		echo 'int main(void) { return !malloc(!*(volatile const char *)text + 1); }' >>other.c
		cc-mimalloc -static -s -fno-builtin other.c -o other
		says 1 MIXED other
		[[ $output == *" and ${pair%%:*}"* ]]
		count=$((count + 1))
	done
	[ "$count" -eq 3 ]
}

@test "the memory functions, of each file its own" {
	cc-mimalloc -static hello.c -o hello
	CC_MIMALLOC_MEMORY=off cc-mimalloc -static hello.c -o without
	run -0 cc-mimalloc --check hello without
	[[ ${lines[0]} == *', memory functions '* ]]
	[[ ${lines[1]} == *"mimalloc $mimalloc"* ]]
	[[ ${lines[1]} != *'memory functions'* ]]
}

@test "glibc's malloc, static and dynamic" {
	gcc hello.c -o hello
	says 1 "glibc's malloc, in libc.so; dynamic" hello
	gcc -static -s hello.c -o hello
	says 1 "glibc's malloc; static" hello
}

@test "the overlay in a program of glibc's: not what it is for" {
	for kind in -static ''; do
		# shellcheck disable=SC2046,SC2086 # words are meant
		gcc $kind hello.c $(PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig pkg-config --libs mimalloc-musl) -o hello
		says 1 'glibc' hello
	done
}

@test "a malloc of the program's own" {
	CC_MIMALLOC=off cc-mimalloc -static "$TOP/tests/link/own-malloc.c" -o own
	says 1 'a malloc that this tool does not know' own
	strip own
	says 1 'no allocator known' own
	# It wins where it comes first and the linker is told to be silent; musl's own names are then mimalloc's.
	cc-mimalloc -static "$TOP/tests/link/own-malloc.c" -Wl,-z,muldefs -o both
	says 0 mimalloc both
	archives=$(echo "$PREFIX"/lib/mimalloc-musl/*-linux-musl)
	CC_MIMALLOC=off cc-mimalloc -static "$TOP/tests/link/own-malloc.c" -Wl,-z,muldefs -Wl,-u,mimalloc_musl_version \
		"$archives/libc-overlay.a" "$archives/libmimalloc-musl.a" -o both
	says 1 'MIXED, mimalloc' both
}

@test "two heaps in one program: MIXED" {
	# What a careless recipe does: the overlay's internal names lost, musl's own pulled in beside mimalloc.
	archives=$(echo "$PREFIX"/lib/mimalloc-musl/*-linux-musl)
	ar p "$archives/libc-overlay.a" >overlay.o
	objcopy --weaken-symbol=__libc_malloc --redefine-sym __libc_free=other_free --redefine-sym __libc_realloc=other_realloc \
		--redefine-sym __libc_malloc=other_malloc --redefine-sym __libc_calloc=other_calloc \
		--redefine-sym __libc_malloc_impl=other_impl --redefine-sym __bump_lockptr=other_lock \
		--redefine-sym __malloc_atfork=other_atfork --redefine-sym __malloc_allzerop=other_zero overlay.o
	CC_MIMALLOC=off cc-mimalloc -static -Wl,-z,muldefs overlay.o "$archives/libmimalloc-musl.a" hello.c -o mixed \
		-Wl,-u,__libc_malloc -Wl,-u,__libc_free
	says 1 'MIXED' mixed
	strip mixed
	says 1 'two heaps' mixed
}

@test "mimalloc without the overlay" {
	says 1 "without mimalloc-musl's overlay; archive" "$(echo "$PREFIX"/lib/mimalloc-musl/*-linux-musl/libmimalloc-musl.a)"
}

@test "programs of other architectures, both widths and byte orders" {
	count=0
	for target in aarch64 riscv64 i386 armv7 powerpc s390x; do
		cat >note.c <<-'EOF'
			#include "note.h"
			ELF_NOTE(version, "mimalloc-musl=9.8.7 mimalloc=3.2.1 profile=test")
			void _start(void) { for (;;); }
		EOF
		clang --target=$target-linux-gnu -I "$TOP/src" -c -O1 -ffreestanding note.c
		says 0 'mimalloc 3.2.1 (mimalloc-musl 9.8.7, profile test); object' note.o
		# lld 14 links for no s390x.
		if [ $target != s390x ]; then
			ld.lld note.o -o note
			says 0 'mimalloc 3.2.1 (mimalloc-musl 9.8.7, profile test); static' note
		fi
		count=$((count + 1))
	done
	[ "$count" -eq 6 ]
}

@test "a dynamic program that needs no libc.so, and notes that were stripped" {
	cc-mimalloc hello.c -Wl,-Bstatic -o hello
	says 0 '; dynamic' hello
	echo 'V1 { global: malloc; free; calloc; realloc; aligned_alloc; posix_memalign; memalign; malloc_usable_size; local: *; };' >versions
	cc-mimalloc hello.c -Wl,--version-script=versions -o hello
	readelf --dyn-syms -W hello | grep -q ' malloc@@V1'
	says 0 '; dynamic' hello
	CC_MIMALLOC=off cc-mimalloc hello.c -Wl,--dynamic-linker="$(cc-mimalloc -print-file-name=libc.so)" -o hello
	says 1 "musl's malloc, in libc.so; dynamic" hello
	cc-mimalloc -static hello.c -o hello
	strip --remove-section='.note*' hello
	run -1 grep -q . <(readelf -nW hello)
	says 0 "mimalloc $mimalloc (mimalloc-musl " hello
}

@test "--json is JSON, one object a file, odd names too" {
	cc-mimalloc -static hello.c -o 'a "b" \c'
	cc-mimalloc -static hello.c -o $'c\x01\x1b\r\n\tx'
	run -0 cc-mimalloc --check --json $'c\x01\x1b\r\n\tx'
	python3 -c 'import json, sys; assert json.loads(sys.argv[1])[0]["file"] == "c\x01\x1b\r\n\tx"' "$output"
	gcc hello.c -o plain
	run -1 cc-mimalloc --check --json 'a "b" \c' plain
	python3 - "$output" "$mimalloc" <<-'EOF'
		import json, sys
		first, second = json.loads(sys.argv[1])
		assert first["file"] == 'a "b" \\c' and first["verdict"] == "mimalloc" and first["allocators"] == ["mimalloc"]
		assert first["memory-functions"] == "0.1.0" and first["link"] == "static" and first["mimalloc"] == sys.argv[2] and first["profile"] == "default"
		assert second["verdict"] == "other" and second["allocators"] == ["glibc-shared"] and "mimalloc" not in second and "memory-functions" not in second
	EOF
	run --separate-stderr -2 cc-mimalloc --check --json missing plain missing
	# shellcheck disable=SC2154 # set by run
	[ "${#stderr_lines[@]}" -eq 2 ]
	python3 -c 'import json, sys; (only,) = json.loads(sys.argv[1]); assert only["file"] == "plain"' "$output"
}

@test "several files, from other folders, names with leading dashes; 0 only if all have won" {
	cc-mimalloc -static hello.c -o -hello
	mkdir other
	(cd other && cc-mimalloc --check ../-hello)
	cc-mimalloc --check ./-hello other/../-hello
	echo other >hello
	cp ./-hello @hello
	cc-mimalloc --check @hello
	run -1 cc-mimalloc --check ./-hello "$(cc-mimalloc -print-file-name=libc.a)"
	[ "${#lines[@]}" -eq 2 ]
}

@test "what cannot be read: one line, exit 2, and the other files are still told of" {
	cc-mimalloc -static hello.c -o hello
	run --separate-stderr -2 cc-mimalloc --check missing hello.c hello
	[[ $output == *"mimalloc $mimalloc"* ]]
	# shellcheck disable=SC2154 # set by run
	[ "${#stderr_lines[@]}" -eq 2 ]
	run -2 cc-mimalloc --check
	run -2 cc-mimalloc --check --nonsense hello
	run -0 cc-mimalloc --check --help
	: >empty
	run -2 cc-mimalloc --check empty
	for size in 100 30000 -1; do
		head -c "$size" hello >part
		run -2 cc-mimalloc --check part
		[[ $output == *'part is cut off'* ]]
	done
}

@test "with busybox's sh and tools, and with LLVM's readelf" {
	cc-mimalloc -static -s hello.c -o hello
	mkdir bin
	for tool in awk grep sed sort tr wc; do ln -s "$(command -v busybox)" bin/$tool; done
	PATH=$PWD/bin:$PATH busybox ash "$PREFIX/lib/mimalloc-musl/check" hello
	READELF=llvm-readelf cc-mimalloc --check hello
	CC_MIMALLOC=off cc-mimalloc -static hello.c -o plain
	PATH=$PWD/bin:$PATH run -1 busybox ash "$PREFIX/lib/mimalloc-musl/check" plain
	READELF=llvm-readelf run -1 cc-mimalloc --check plain
	# shellcheck disable=SC2046 # words are meant
	gcc -static hello.c $(PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig pkg-config --libs mimalloc-musl) -o glibc
	PATH=$PWD/bin:$PATH run -1 busybox ash "$PREFIX/lib/mimalloc-musl/check" glibc
	[[ $output == *'a program of glibc'* ]]
	# and LLVM's is found where it is the only one
	ln -s "$(command -v llvm-readelf)" bin/llvm-readelf
	PATH=$PWD/bin run -0 "$(command -v busybox)" ash "$PREFIX/lib/mimalloc-musl/check" hello
	rm bin/llvm-readelf
	PATH=$PWD/bin run -2 "$(command -v busybox)" ash "$PREFIX/lib/mimalloc-musl/check" hello
}
