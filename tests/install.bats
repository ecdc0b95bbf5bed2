#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is installed, where, and every way to use it: wrapper, pkg-config, library folder, Meson subproject.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	cp "$TOP/tests/link/hello.c" "$TOP/tests/install/hello-api.c" .
	archives=$(echo "$PREFIX"/lib/mimalloc-musl/*-linux-musl)
}

# runs FILE: and has won
runs() {
	[ "$("./$1")" = hello ] || fail "$1 does not print hello" || return
	won "$1"
}

# build NAME MESON_ARGUMENT...: a build of its own, installed in NAME/prefix
build() {
	local name=$1
	shift
	meson setup "$name" "$TOP" "--prefix=$PWD/$name/prefix" "$@" >"$name.log" 2>&1 || fail "$(cat "$name.log")" || return
	meson install -C "$name" >>"$name.log" 2>&1 || fail "$(cat "$name.log")"
}

musl_pkg_config() {
	PKG_CONFIG_PATH=${moved:-$PREFIX}/lib/pkgconfig pkg-config "$@" mimalloc-musl
}

@test "the installed files, in the installed places, with DESTDIR too" {
	DESTDIR=$PWD/destdir meson install -C "$OUT/build" >log
	(cd "destdir$PREFIX" && find . -type f) | sort >installed
	cat >expected <<-EOF
		./bin/cc-mimalloc
		./include/mimalloc-musl.h
		./include/mimalloc-musl/mimalloc-profile.h
		./include/mimalloc-musl/mimalloc-stats.h
		./include/mimalloc-musl/mimalloc.h
		./lib/mimalloc-musl/check
		./lib/mimalloc-musl/copy-libc
		./lib/mimalloc-musl/find-musl
		./lib/mimalloc-musl/${archives##*/}/gcc.specs
		./lib/mimalloc-musl/${archives##*/}/libc-overlay-full.a
		./lib/mimalloc-musl/${archives##*/}/libc-overlay-small.a
		./lib/mimalloc-musl/${archives##*/}/libc-overlay-speed.a
		./lib/mimalloc-musl/${archives##*/}/libc-overlay.a
		./lib/mimalloc-musl/${archives##*/}/libc.a
		./lib/mimalloc-musl/${archives##*/}/libmem-overlay.a
		./lib/mimalloc-musl/${archives##*/}/libmimalloc-musl-full.a
		./lib/mimalloc-musl/${archives##*/}/libmimalloc-musl-small.a
		./lib/mimalloc-musl/${archives##*/}/libmimalloc-musl-speed.a
		./lib/mimalloc-musl/${archives##*/}/libmimalloc-musl.a
		./lib/pkgconfig/mimalloc-musl-full.pc
		./lib/pkgconfig/mimalloc-musl-small.pc
		./lib/pkgconfig/mimalloc-musl-speed.pc
		./lib/pkgconfig/mimalloc-musl.pc
		./share/doc/mimalloc-musl/LICENSE
		./share/doc/mimalloc-musl/LICENSE.mimalloc
		./share/man/man1/cc-mimalloc.1
	EOF
	diff -u expected installed
	"destdir$PREFIX/bin/cc-mimalloc" -static hello.c -o hello
	runs hello
}

@test "a compiler cache at set-up does not become the base compiler's" {
	CC='ccache gcc' build cached
	CC_MIMALLOC_DUMP=plan run cached/prefix/bin/cc-mimalloc hello.c
	[ "$status" -eq 0 ]
	[ "$(sed -n 's/^compiler=//p' <<<"$output")" = /usr/bin/gcc ]
	CC='gcc -DA=B=C -march=x86-64' build options
	CC_MIMALLOC_DUMP=plan run -0 options/prefix/bin/cc-mimalloc hello.c
	[[ $output == *'compiler=gcc -DA=B=C -march=x86-64'* ]]
	cached/prefix/bin/cc-mimalloc -static hello.c -o hello
	runs hello
}

@test "a moved tree works: wrapper, symlinks to it, pkg-config" {
	moved="$PWD/moved here"
	cp -R "$PREFIX" "$moved"
	"$moved/bin/cc-mimalloc" -static hello.c -o hello
	runs hello
	CC_MIMALLOC_DUMP=argv run -0 "$moved/bin/cc-mimalloc" hello.c
	[[ $output == *"$moved/bin"* ]]
	mkdir elsewhere
	ln -s "$moved/bin/cc-mimalloc" elsewhere/absolute
	ln -s absolute elsewhere/relative
	elsewhere/relative -static hello.c -o hello
	runs hello
	PATH=$PWD/elsewhere:$PATH relative -static hello.c -o hello
	runs hello
	elsewhere/relative --check hello
	# pkgconf 1.8 loses a blank in the folder of the .pc file, whatever the .pc file does about it.
	mv "$moved" "$BATS_TEST_TMPDIR/moved"
	moved=$BATS_TEST_TMPDIR/moved
	# shellcheck disable=SC2046 # words are meant
	musl-gcc -static hello.c $(musl_pkg_config --libs) -o hello
	runs hello
	[[ $(musl_pkg_config --libs) == *"$moved"* ]]
}

@test "pkg-config with plain musl-gcc, no wrapper" {
	for ld in bfd gold; do
		# shellcheck disable=SC2046 # words are meant
		musl-gcc "-fuse-ld=$ld" -static hello.c $(musl_pkg_config --libs) -o hello
		runs hello
		# shellcheck disable=SC2046 # words are meant
		musl-gcc "-fuse-ld=$ld" -static $(musl_pkg_config --cflags) hello-api.c $(musl_pkg_config --libs) -o hello
		runs hello
		# A program that never allocates itself: libc alone does.
		echo 'int puts(const char *); int main(void) { puts("hello"); return 0; }' >quiet.c
		# shellcheck disable=SC2046 # words are meant
		musl-gcc "-fuse-ld=$ld" -static quiet.c $(musl_pkg_config --libs) -lc -o hello
		runs hello
	done
	# lld and mold: plain musl-gcc -static makes a program that crashes; without its INTERP they do as well.
	for ld in lld mold; do
		# shellcheck disable=SC2046 # words are meant
		musl-gcc "-fuse-ld=$ld" -static -Wl,--no-dynamic-linker hello.c $(musl_pkg_config --libs) -o hello
		runs hello
	done
}

@test "pkg-config and C++, by zig, whose libc has memory functions of its own" {
	"$TOP/tests/get-zig" "$OUT/zig"
	export ZIG_GLOBAL_CACHE_DIR=$OUT/zig/cache ZIG_LOCAL_CACHE_DIR=$OUT/zig/cache
	cat >hello.cc <<-'EOF'
		#include <iostream>
		#include <string>
		#include <thread>
		#include <vector>

		int main()
		{
			std::vector<std::string> words;
			std::thread([&] { words.emplace_back("hello"); }).join();
			try {
				throw words;
			} catch (const std::vector<std::string> &caught) {
				std::cout << caught.at(0) << "\n";
			}
		}
	EOF
	# shellcheck disable=SC2046 # words are meant
	"$OUT/zig/bin/zig-c++" -static hello.cc $(musl_pkg_config --define-variable=memory= --libs) -o hello
	runs hello
	nm hello | grep -q ' _ZNSt3__1'
}

@test "pkg-config twice, and pkg-config with cc-mimalloc" {
	# shellcheck disable=SC2046 # words are meant
	musl-gcc -static hello.c $(musl_pkg_config --libs) $(musl_pkg_config --libs) -o hello
	runs hello
	for ld in bfd gold lld mold; do
		# shellcheck disable=SC2046 # words are meant
		cc-mimalloc "-fuse-ld=$ld" -static hello.c $(musl_pkg_config --libs) -o hello
		runs hello
	done
}

@test "pkg-config after an early -lc: an error, never a silent loss" {
	# shellcheck disable=SC2046 # words are meant
	run musl-gcc -static hello.c -lc $(musl_pkg_config --libs) -o hello
	[ "$status" -ne 0 ]
	[[ $output == *'multiple definition'* ]]
}

@test "a library folder: -L with a libc.a that is a linker script" {
	for ld in bfd gold; do
		musl-gcc "-fuse-ld=$ld" -static "-L$archives" hello.c -o hello
		runs hello
		musl-gcc "-fuse-ld=$ld" -static "-L$archives" hello.c -lc -lc -o hello
		runs hello
	done
	musl-gcc -fuse-ld=lld -static -Wl,--no-dynamic-linker "-L$archives" hello.c -o hello
	runs hello
	# mold 1.10 reads no EXTERN: it says so, and makes nothing.
	rm hello
	run musl-gcc -fuse-ld=mold -static "-L$archives" hello.c -o hello
	[ "$status" -ne 0 ]
	[ ! -e hello ]
}

@test "two builds, from two folders, are bit-identical" {
	build 'another two'
	for archive in libc-overlay.a libmimalloc-musl.a libmem-overlay.a; do
		cmp "another two/prefix/lib/mimalloc-musl/${archives##*/}/$archive" "$archives/$archive"
	done
}

@test "the archives are for musl whatever the build's compiler is" {
	CC=musl-gcc build with-musl-gcc
	cmp "with-musl-gcc/prefix/lib/mimalloc-musl/${archives##*/}/libmimalloc-musl.a" "$archives/libmimalloc-musl.a"
	CC=clang build with-clang
	for name in with-musl-gcc with-clang; do
		"$name/prefix/bin/cc-mimalloc" -static hello.c -o hello
		runs hello
	done
	grep -q 'kind=clang' with-clang/prefix/bin/cc-mimalloc
}

@test "another prefix layout: --bindir, --includedir" {
	build layout --bindir=libexec/tools --includedir=headers
	layout/prefix/libexec/tools/cc-mimalloc -static hello.c -o hello
	runs hello
	[ -f layout/prefix/headers/mimalloc-musl.h ]
	# shellcheck disable=SC2046 # words are meant
	cc-mimalloc -static $(PKG_CONFIG_PATH=layout/prefix/lib/pkgconfig pkg-config --cflags --libs mimalloc-musl) \
		hello-api.c -o hello
	runs hello
}

@test "pkg-config under /usr leads to musl's headers, not glibc's" {
	DESTDIR=$PWD/root meson install -C "$OUT/build" >log
	mkdir -p usr/include
	cp -R "root$PREFIX/." usr
	echo '#error "of another libc"' >usr/include/stdlib.h
	# shellcheck disable=SC2046 # words are meant
	musl-gcc -static hello-api.c $(PKG_CONFIG_PATH=usr/lib/pkgconfig pkg-config --cflags --libs mimalloc-musl) -o hello
	runs hello
}

@test "another wrapper that knows musl: -Dmusl_cc" {
	cp "$(command -v musl-gcc)" ./my-musl-gcc
	build wrapped "-Dmusl_cc=$PWD/my-musl-gcc"
	wrapped/prefix/bin/cc-mimalloc -static hello.c -o hello
	runs hello
}

@test "the user's CFLAGS and build type do not reach the archives" {
	CFLAGS='-flto -O0 -fsanitize=address -fprofile-arcs' build flags --buildtype=plain
	CFLAGS='-O1' build plain --buildtype=debugoptimized -Ddebug=false -Db_lto=true
	for name in flags plain; do
		for archive in libc-overlay.a libmimalloc-musl.a libmem-overlay.a; do
			cmp "$name/prefix/lib/mimalloc-musl/${archives##*/}/$archive" "$archives/$archive"
		done
	done
}

@test "a Meson subproject: dependency('mimalloc-musl')" {
	mkdir -p parent/subprojects
	cp "$TOP/tests/install/meson.build.in" parent/meson.build
	cp hello-api.c parent
	mkdir parent/subprojects/mimalloc-musl
	(cd "$TOP" && tar cf - --exclude=./tests/out --exclude=./bench/out --exclude=./.git --exclude='./build*' .) |
		tar xf - -C parent/subprojects/mimalloc-musl
	CC=musl-gcc meson setup parent/build parent >log 2>&1 || fail "$(cat log)"
	meson compile -C parent/build >log 2>&1 || fail "$(cat log)"
	cp parent/build/hello hello
	runs hello
	run env CC=gcc meson setup parent/build-glibc parent
	[ "$status" -ne 0 ]
	[[ $output == *'is for glibc'*cc-mimalloc* ]]
}

@test "mimalloc's sources missing, incomplete or changed: an error that names it and the cure" {
	mkdir tree
	(cd "$TOP" && tar cf - --exclude=./tests/out --exclude=./bench/out --exclude=./.git --exclude='./build*' .) | tar xf - -C tree
	sources=$(echo tree/subprojects/mimalloc-*/)
	# Where coreutils' translations are installed, "OK" is another word.
	LANGUAGE=fr LC_ALL=C.UTF-8 tree/subprojects/get-mimalloc --verify "$sources"
	mv "$sources/src/heap/heap.c" heap.c
	run meson setup tree/build tree
	[ "$status" -ne 0 ]
	[[ $output == *'src/heap/heap.c (missing)'* ]]
	{ cat heap.c; echo; } >"$sources/src/heap/heap.c"
	run tree/subprojects/get-mimalloc
	[ "$status" -eq 2 ]
	[[ $output == *'src/heap/heap.c (changed)'* ]]
	rm -rf "$sources"
	run meson setup tree/build tree --wrap-mode=nodownload
	[ "$status" -ne 0 ]
	[[ $output == *"run $PWD/tree/subprojects/get-mimalloc"* ]]
	tree/subprojects/get-mimalloc
	meson setup tree/build tree >log
}

@test "mimalloc's sources from upstream's tag: by get-mimalloc, and by Meson's wrap alone" {
	# The tag in a repository of its own, for machines that do not reach upstream's.
	cp -R "$TOP"/subprojects/mimalloc-*/ upstream
	rm -f upstream/meson.build
	git -C upstream init -q
	git -C upstream add -A
	git -C upstream -c user.name=t -c user.email=t -c commit.gpgsign=false commit -qm tag
	git -C upstream tag "$(sed -n 's/^revision = //p' "$TOP/subprojects/mimalloc.wrap")"
	for way in get-mimalloc wrap; do
		rm -rf tree
		mkdir tree
		(cd "$TOP" && tar cf - --exclude=./tests/out --exclude=./bench/out --exclude=./.git --exclude='./build*' --exclude='./subprojects/mimalloc-*' .) |
			tar xf - -C tree
		sed -i "s|^url = .*|url = file://${PWD// /%20}/upstream|" tree/subprojects/mimalloc.wrap
		if [ $way = get-mimalloc ]; then
			run -0 tree/subprojects/get-mimalloc
			[[ $output == *"checked, from upstream's tag"* ]]
		fi
		meson setup tree/build tree >log 2>&1 || fail "$(cat log)"
		meson compile -C tree/build mimalloc-musl >log 2>&1 || fail "$(cat log)"
		[ -s tree/build/src/libmimalloc-musl.a ]
	done
}

@test "moving to another version of mimalloc: the hashes stop it, --write-manifest writes them anew" {
	mkdir tree
	(cd "$TOP" && tar cf - --exclude=./tests/out --exclude=./bench/out --exclude=./.git --exclude='./build*' --exclude='./subprojects/mimalloc-*' .) |
		tar xf - -C tree
	sed -i '1s/^./x/' tree/subprojects/mimalloc.sha256
	cp -R "$TOP"/subprojects/mimalloc-*/ sources
	run -2 tree/subprojects/get-mimalloc --verify sources
	[[ $output == *'no hashes'* ]]
	sed -i '1s/^./0/; 2s/^./0/; 3s/^./0/' tree/subprojects/mimalloc.sha256
	run tree/subprojects/get-mimalloc
	[ "$status" -eq 2 ]
	[[ $output == *--write-manifest* ]]
	[ -z "$(find tree/subprojects -mindepth 1 -maxdepth 1 -name '*mimalloc-*' -o -name '.get*')" ]
	CC=false run -2 tree/subprojects/get-mimalloc --write-manifest
	[[ $output == *'stays as it was'* ]]
	tree/subprojects/get-mimalloc --write-manifest
	cmp tree/subprojects/mimalloc.sha256 "$TOP/subprojects/mimalloc.sha256"
}

@test "no musl, or no compiler: an error that names it and the cure" {
	run -2 "$TOP/linkshim/find-musl" no-such-musl-gcc gcc
	[[ $output == *musl-tools* ]]
	run -2 "$TOP/linkshim/find-musl" musl-gcc no-such-compiler
	[[ $output == *no-such-compiler* ]]
	run meson setup nothing "$TOP" -Dmusl_cc=no-such-musl-gcc
	[ "$status" -ne 0 ]
	[[ $output == *musl-tools* ]]
}
