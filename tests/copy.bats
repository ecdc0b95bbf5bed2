#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# cc-mimalloc --copy-libc: a libc.a with mimalloc in it, and the original as it was.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	libc=$("$TOP/linkshim/find-musl" musl-gcc gcc | sed -n 's/^libdir=//p')/libc.a
	[ -f "$libc" ]
}

# strong ARCHIVE: the names that it defines, other than weakly, sorted
strong() {
	nm -g --defined-only "$1" 2>/dev/null | awk 'NF == 3 && $2 != "W" && $2 != "V" { print $3 }' | sort
}

# refused PATTERN ARGUMENT...: by an error that says PATTERN, and nothing is written
refused() {
	local before
	before=$(ls -Al)
	run -2 cc-mimalloc --copy-libc "${@:2}"
	[ "${#lines[@]}" -eq 1 ]
	# shellcheck disable=SC2053 # a pattern
	[[ $output == $1 ]] || fail "$output" || return
	[ "$(ls -Al)" = "$before" ] || fail "$* leaves something behind"
}

# is_libc COPY: all of the original but its allocator and memory functions, and all of the overlays, once
is_libc() {
	local version
	version=$("$TOP/tests/musl-symbols" version "$libc" /dev/null)
	{
		cat "$TOP/tests/expected/musl-$version"
		"$TOP/tests/musl-symbols" members "$libc" "$TOP/tests/expected/libmem-overlay.defined"
	} | awk '{ print $2 }' | sort -u >musls
	strong "$libc" >all
	comm -23 all musls >rest
	[ "$(wc -l <rest)" -gt 1000 ]
	strong "$1" >copied
	[ -z "$(comm -23 rest copied)" ] || fail "lacks $(comm -23 rest copied)" || return
	# twice, if it is there twice
	sort "$TOP/tests/expected/libc-overlay.defined" "$TOP/tests/expected/libmem-overlay.defined" >names
	grep -xFf names copied >ours
	diff names ours
	# shellcheck disable=SC2154 # set in lib.bash
	run -1 grep -E "$musl_allocator" <(nm "$1" 2>/dev/null)
	[[ $(cc-mimalloc --check "$1") == *': mimalloc '*'; archive' ]]
}

@test "all of libc but its allocator, and the overlay; the original is only read" {
	before=$(sha256sum "$libc")
	run -0 cc-mimalloc --copy-libc "$libc" "a copy.a"
	[[ $output == *'/a copy.a: '*' members of musl'* ]]
	is_libc 'a copy.a'
	[ "$(ls -A)" = "$(printf 'a copy.a\nall\ncopied\nmusls\nnames\nours\nrest')" ]
	[ "$(sha256sum "$libc")" = "$before" ]
}

@test "a disk that is full: an error, and nothing is left" {
	[ "$(id -u)" -eq 0 ] || skip 'not root: cannot mount a small file system'
	mkdir small
	mount -t tmpfs -o size=1m tmpfs small 2>/dev/null || skip 'no file system can be mounted here'
	run cc-mimalloc --copy-libc "$libc" small/copy.a
	left=$(ls -A small)
	umount small
	[ "$status" -eq 2 ]
	[[ $output == *'could not be written'* ]]
	[ -z "$left" ]
}

@test "with LLVM's ar, nm, objcopy and readelf as well" {
	for tool in ar nm objcopy readelf; do
		command -v "llvm-$tool" >/dev/null || skip "llvm-$tool is not there"
	done
	AR=llvm-ar NM=llvm-nm OBJCOPY=llvm-objcopy READELF=llvm-readelf run -0 cc-mimalloc --copy-libc "$libc" copy.a
	is_libc copy.a
}

@test "tools and files by relative paths" {
	mkdir bin
	ln -s "$(command -v nm)" bin/my-nm
	ln -s "$(command -v ar)" bin/my-ar
	NM=bin/my-nm AR=./bin/my-ar run -0 cc-mimalloc --copy-libc "$libc" copy.a
	is_libc copy.a
}

@test "under busybox's shell, with its tools" {
	mkdir bin
	for tool in awk basename cp dirname grep mktemp mv paste rm sed sort tr uniq wc; do
		ln -s "$(command -v busybox)" "bin/$tool"
	done
	PATH=$PWD/bin:$PATH run -0 busybox sh "$PREFIX/lib/mimalloc-musl/copy-libc" "$PREFIX"/lib/mimalloc-musl/*-linux-musl '' on "$libc" copy.a
	is_libc copy.a
}

@test "it is all that a linker needs: each linker, static and static-pie, threads with keys and without" {
	cc-mimalloc --copy-libc "$libc" libc.a
	count=0
	for ld in bfd gold lld mold; do
		for kind in static static-pie; do
			[ "$ld$kind" != goldstatic-pie ] || continue # gold has no static-pie
			for keys in -DKEYS -UKEYS; do
				CC_MIMALLOC=off cc-mimalloc -fuse-ld=$ld -$kind -O2 $keys -L. "$TOP/tests/link/threads.c" -o threads
				won threads
				linked_as $kind threads
				[ "$(./threads)" = reclaimed ] || fail "not reclaimed: $ld $kind $keys"
				count=$((count + 1))
			done
		done
	done
	[ "$count" -eq 14 ]
}

@test "a program with a malloc of its own has that; with half of one, an error that names the cure" {
	cc-mimalloc --copy-libc "$libc" libc.a
	for ld in bfd gold lld mold; do
		set -- -fuse-ld=$ld -static -L. "$TOP/tests/link/own-malloc.c" -o own
		CC_MIMALLOC=off cc-mimalloc "$@"
		[ "$(./own)" = own ]
		run -1 grep -c mi_malloc <(nm own)
		CC_MIMALLOC=off run cc-mimalloc "$@" -Wl,-u,aligned_alloc
		[ "$status" -ne 0 ]
		[[ $output == *has-own-malloc-so-link-musls-own-libc.a* ]] || fail "$ld: $output"
	done
}

@test "never in place, and nothing that is there is written to" {
	cp "$libc" libc.a
	: >other
	ln -s nowhere dangling
	ln libc.a hard-link
	mkdir folder
	for copy in libc.a ./libc.a other dangling hard-link folder; do
		refused "cc-mimalloc: error: $copy is there already: *" libc.a "$copy"
	done
	cmp "$libc" libc.a
}

@test "what is no libc.a of musl's, or not for this machine, or has no place, is refused by name" {
	refused '*usage: cc-mimalloc --copy-libc*'
	refused '*usage: cc-mimalloc --copy-libc*' "$libc"
	refused '*missing.a: no such file*' missing.a copy.a
	refused '*nowhere: no such folder*' "$libc" nowhere/copy.a
	refused '*nowhere/: name a file' "$libc" nowhere/
	refused '*/proc: cannot be written to' "$libc" /proc/copy.a
	refused "*is not musl's libc.a*" "$(gcc -print-file-name=libc.a)" copy.a
	: >empty
	refused "*is not musl's libc.a*" empty copy.a
	cc-mimalloc --copy-libc "$libc" once.a
	refused '*has mimalloc in it already' once.a copy.a

	mkdir archives
	cp "$PREFIX"/lib/mimalloc-musl/*/*.a archives
	cc-mimalloc -x c -c /dev/null -o empty.o
	printf '\267' | dd of=empty.o bs=1 seek=18 conv=notrunc status=none # EM_AARCH64
	ar q other-machine.a empty.o
	cp "$libc" mixed.a
	ar q mixed.a empty.o
	refused '*is for *AArch64*mimalloc is here for *X86-64*' mixed.a copy.a
	rm archives/libmimalloc-musl.a
	CC_MIMALLOC_LIBDIR=$PWD/archives refused '*archives/libmimalloc-musl.a is not there*' "$libc" copy.a
	AR=no-such-ar refused '*no-such-ar*' "$libc" copy.a
}

@test "a libc whose other members use the allocator's insides is refused" {
	cp "$libc" odd.a
	echo 'extern int __malloc_alloc_meta(void); int odd(void) { return __malloc_alloc_meta(); }' >odd.c
	cc-mimalloc -c odd.c
	ar q odd.a odd.o
	refused '*odd.a is of a kind that this tool does not know: *__malloc_alloc_meta*' odd.a copy.a
}
