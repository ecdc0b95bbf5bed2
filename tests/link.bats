#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Real compilers and linkers: every test asserts who won, and that the file is what was asked for.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	cp "$TOP/tests/link/hello.c" .
}

# link KIND ARGUMENT...: with cc-mimalloc; then runs it and asserts.
link() {
	local kind=$1
	shift
	rm -f hello
	cc-mimalloc -o hello "$@" || fail "cc-mimalloc $*" || return
	linked_as "$kind" hello || return
	[ "$(./hello)" = hello ] || fail "hello does not run: $*" || return
	won hello || fail "lost: $*"
}

# The product: compiler x linker, all kinds and options. What a compiler cannot do with a linker at all is skipped,
# after the same without cc-mimalloc has been seen to fail.
combinations() {
	export CC_MIMALLOC_CC=$1
	local ld=-fuse-ld=$2 kind
	count=0
	for kind in 'static -static' 'static-pie -static-pie' 'dynamic-pie -fPIE -pie' 'dynamic-exec -fno-pie -no-pie'; do
		# shellcheck disable=SC2086 # the kind and its options
		set -- $kind "$ld"
		if [ "$1,$2" = static-pie,-static-pie ] && [ "$ld" = -fuse-ld=gold ]; then
			# gold 2.40 knows neither --no-dynamic-linker nor -static with -pie.
			run gcc "$ld" -static-pie hello.c
			[ "$status" -ne 0 ]
			continue
		fi
		link "$@" hello.c
		link "$@" hello.c -Wl,--gc-sections
		link "$@" hello.c -Wl,-E
		link "$@" hello.c -g -O0
		link "$@" hello.c -O3
		link "$@" -lc hello.c
		link "$@" hello.c -lc
		link "$@" -lc hello.c -lc -lpthread
		link "$@" hello.c -Wl,--start-group -lc -lpthread -Wl,--end-group
		link "$@" hello.c -Wl,--whole-archive -lpthread -Wl,--no-whole-archive
		link "$@" -Wl,-z,now -Xlinker -z -Xlinker relro hello.c
		count=$((count + 11))
		case $CC_MIMALLOC_CC,$ld in
		*gcc,*lld) continue ;; # gcc's LTO is not for lld; the test below holds that
		esac
		link "$@" -flto -O2 hello.c
		count=$((count + 1))
	done
	echo "# $CC_MIMALLOC_CC $ld: $count links" >&3
	[ "$count" -ge 33 ]
}

@test "gcc with GNU ld" { combinations gcc bfd; }
@test "gcc with gold" { combinations gcc gold; }
@test "gcc with lld" { combinations gcc lld; }
@test "gcc with mold" { combinations gcc mold; }
@test "clang with GNU ld" { combinations clang bfd; }
@test "clang with gold" { combinations clang gold; }
@test "clang with lld" { combinations clang lld; }
@test "clang with mold" { combinations clang mold; }
@test "musl-gcc with GNU ld" { combinations musl-gcc bfd; }
@test "musl-gcc with gold" { combinations musl-gcc gold; }
@test "musl-gcc with lld" { combinations musl-gcc lld; }
@test "musl-gcc with mold" { combinations musl-gcc mold; }

@test "gcc with gold and -static-pie" {
	skip "gold 2.40 has no static-pie, with or without cc-mimalloc (the tests above see gcc fail)"
}

@test "gcc -flto with lld" {
	run gcc -fuse-ld=lld -flto hello.c
	[ "$status" -ne 0 ]
	skip "lld does not read gcc's LTO objects, with or without cc-mimalloc (seen just now)"
}

# A dead thread's memory is given back through a name that is weak here and in libc.a: whose comes first is the linker's.
@test "threads are reclaimed, with keys and without, whichever linker and way of use" {
	local ld kind keys way count=0
	for ld in bfd gold lld mold; do
		for kind in -static -static-pie; do
			[ "$ld$kind" != gold-static-pie ] || continue # as above
			for keys in -DKEYS -UKEYS; do
				for way in wrapper gc-sections pkg-config folder; do
					set -- "-fuse-ld=$ld" $kind -O2 $keys "$TOP/tests/link/threads.c" -o threads
					case $way in
					wrapper) cc-mimalloc "$@" -pthread ;;
					gc-sections) cc-mimalloc -Wl,--gc-sections "$@" -lc ;;
					pkg-config)
						# shellcheck disable=SC2046 # words are meant
						CC_MIMALLOC=off cc-mimalloc "$@" \
							$(PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig pkg-config --libs mimalloc-musl)
						;;
					folder)
						[ "$ld" != mold ] || continue # reads no EXTERN (install.bats)
						CC_MIMALLOC=off cc-mimalloc "$@" -L"$(echo "$PREFIX"/lib/mimalloc-musl/*-linux-musl)"
						;;
					esac || fail "$*" || return
					won threads
					case $keys in
					-DKEYS) nm threads | grep -q ' [TtW] pthread_key_create$' ;;
					*) run -1 grep ' [TtW] pthread_key_create$' <(nm threads) ;;
					esac
					[ "$(./threads)" = reclaimed ] || fail "not reclaimed: $way, $*" || return
					count=$((count + 1))
				done
			done
		done
	done
	[ "$count" -eq 52 ]
}

each_linker() {
	local ld
	for ld in bfd gold lld mold; do
		"$@" "-fuse-ld=$ld" || fail "with $ld" || return
	done
}

libc() {
	sed -n "s/^compiler=.*musl_libdir='\([^']*\)'.*/\1/p" "$PREFIX/bin/cc-mimalloc"
}

@test "an absolute libc.a, early and late" {
	[ -f "$(libc)/libc.a" ]
	each_linker link static -static "$(libc)/libc.a" hello.c
	each_linker link static -static hello.c "$(libc)/libc.a"
	each_linker link static -static hello.c -l:libc.a
}

@test "-nodefaultlibs with an explicit -lc" {
	each_linker link static -static -nodefaultlibs hello.c -lc
	link static-pie -static-pie -nodefaultlibs hello.c -lc
}

@test "-nostdlib and -nostartfiles with explicit crt files and libc" {
	local crt
	crt=$(libc)
	each_linker link static -static -nostdlib "$crt/crt1.o" "$crt/crti.o" hello.c "$crt/libc.a" "$crt/crtn.o"
	each_linker link static -static -nostartfiles "$crt/crt1.o" "$crt/crti.o" hello.c "$crt/crtn.o"
	link static-pie -static-pie -nostartfiles -nodefaultlibs "$crt/rcrt1.o" "$crt/crti.o" hello.c -lc "$crt/crtn.o"
}

@test "libc inside --whole-archive, in every spelling" {
	each_linker link static -static hello.c -Wl,--whole-archive -lc -Wl,--no-whole-archive
	each_linker link static -static hello.c -Wl,--whole-archive,-lc,--no-whole-archive
	each_linker link static -static hello.c -Xlinker --whole-archive -Xlinker -lc -Xlinker --no-whole-archive
	each_linker link static -static hello.c -Wl,--whole-archive "$(libc)/libc.a" -lpthread -Wl,--no-whole-archive
	each_linker link static -static hello.c -Wl,--push-state,--whole-archive -l c -Wl,--pop-state
	each_linker link static -static hello.c -Wl,--whole-archive -lpthread
	each_linker link static -static -Wl,--whole-archive -lc -Wl,--no-whole-archive hello.c
}

@test "--whole-archive still takes in all of another archive" {
	printf 'int unused(void) { return 7; }\n' >unused.c
	cc-mimalloc -c unused.c
	ar rc libunused.a unused.o
	each_linker link static -static hello.c -L. -Wl,--whole-archive -lc -lunused -Wl,--no-whole-archive
	nm hello | grep ' unused$'
}

@test "response files: quoted, nested, with libc inside --whole-archive" {
	printf -- '-static "hello.c"\n-Wl,--whole-archive -lc\n@inner\n' >outer
	printf -- "'-Wl,--no-whole-archive' -DTEXT=\\\"a\\\\ b\\\"\n" >inner
	each_linker link static @outer
	printf -- '--whole-archive -lc --no-whole-archive\n' >for-linker
	each_linker link static -static hello.c -Wl,@for-linker
	# never edited in place
	[ "$(cat outer)" = "$(printf -- '-static "hello.c"\n-Wl,--whole-archive -lc\n@inner\n')" ]
}

@test "names with blanks, quotes, newlines, and a libc-overlay.a of the user's own" {
	local odd="it's \"odd\"
 \$HOME *.c"
	cp hello.c "$odd.c"
	link static -static "$odd.c"
	printf 'int own_overlay(void) { return 1; }\n' >overlay.c
	cc-mimalloc -c overlay.c
	ar rc libc-overlay.a overlay.o
	ar rc libmimalloc-musl.a overlay.o
	link static -static hello.c -L. libc-overlay.a libmimalloc-musl.a -lc-overlay
}

@test "an empty argument is passed on" {
	run gcc -static hello.c ''
	local plain=$status
	run cc-mimalloc -static hello.c ''
	[ "$status" -eq "$plain" ]
}

@test "10,000 objects" {
	cc-mimalloc -x c -c /dev/null -o empty.o
	local objects=() i
	for ((i = 0; i < 10000; i++)); do objects+=(empty.o); done
	link static -static hello.c "${objects[@]}"
	printf '%s\n' "${objects[@]}" >objects
	link static -static hello.c @objects
	link static -static hello.c @objects -Wl,--whole-archive -lc
}

@test "several sources at once, from standard input, preprocessed, assembled" {
	printf 'int two(void) { return 2; }\n' >two.c
	link static -static hello.c two.c
	link static -static -x c - <hello.c
	cc-mimalloc -S hello.c
	cc-mimalloc -c hello.s
	link static -static hello.o
	cc-mimalloc -E hello.c -o hello.i
	link static -static hello.i
	link static -MD -MF hello.d -static hello.c
	grep -q 'hello.c' hello.d
}

@test "strip, -s and --icf keep mimalloc and its note" {
	cc-mimalloc -static -s hello.c -o hello
	[ "$(./hello)" = hello ]
	cc-mimalloc --check hello
	each_linker link static -static hello.c
	strip --strip-all hello
	cc-mimalloc --check hello
	link static -static -fuse-ld=lld -Wl,--icf=all hello.c
	link static -static -fuse-ld=gold -Wl,--icf=all hello.c
	link static -static -fuse-ld=mold -Wl,--icf=all hello.c
}

@test "-shared, -r and freestanding links get nothing" {
	printf 'int f(void) { return 1; }\n' >f.c
	cc-mimalloc -shared -fPIC f.c -o f.so
	cc-mimalloc -r f.c -nostdlib -o f.o
	printf 'void _start(void) { for (;;) ; }\n' >free.c
	cc-mimalloc -static -nostdlib -ffreestanding free.c -o free
	for file in f.so f.o free; do
		[ -n "$(nm "$file")" ]
		run -1 grep -c mimalloc "$file"
	done
}

@test "a program with a malloc of its own: an error that names the cure, in every linker, and the cure" {
	for ld in bfd gold lld mold; do
		run cc-mimalloc "-fuse-ld=$ld" -static "$TOP/tests/link/own-malloc.c" -o own
		[ "$status" -ne 0 ]
		[[ $output == *CC_MIMALLOC=off* ]]
		CC_MIMALLOC=off cc-mimalloc "-fuse-ld=$ld" -static "$TOP/tests/link/own-malloc.c" -o own
		[ "$(./own)" = own ]
		run -1 cc-mimalloc --check own
	done
}

@test "a base compiler with arguments" {
	CC_MIMALLOC_CC='ccache gcc -DX="a"' link static -static hello.c
	for compiler in 'musl-gcc -O2' 'ccache musl-gcc' 'env musl-gcc'; do
		CC_MIMALLOC_CC=$compiler link static-pie -static-pie hello.c
		CC_MIMALLOC_CC=$compiler link static -static -fuse-ld=lld hello.c
	done
	# Told so, it is for musl, but has glibc's files.
	CC_MIMALLOC_CC='clang --target=x86_64-linux-musl' link static -static hello.c
	specs=$(musl-gcc -v 2>&1 | sed -n 's/^Reading specs from //p')
	CC_MIMALLOC_CC="gcc -specs=$specs" run -2 cc-mimalloc hello.c
	[[ $output == *'name the gcc behind it'* ]]
}

@test "Go: what C takes and frees in goroutines, static, static-pie and dynamic" {
	cp "$TOP"/tests/go/* .
	rm hello.c
	export CC=cc-mimalloc GOCACHE=$BATS_FILE_TMPDIR/go
	while read -r kind mode flags; do
		go build -buildmode="$mode" -ldflags "$flags" -o hello
		linked_as "$kind" hello
		[ "$(./hello)" = hello ]
		won hello
	done <<-END
		static exe -extldflags=-static
		static-pie pie -linkmode=external -extldflags=-static-pie
		dynamic-exec exe
		dynamic-pie pie
	END
}

@test "the last of -shared, -pie and -static-pie decides" {
	link dynamic-pie -shared -fPIE -pie hello.c
	link static-pie -shared -static-pie hello.c
	link dynamic-exec -shared -no-pie hello.c
}

@test "a shared library with --static, as libtool links it" {
	echo 'int one(void) { return 1; }' >one.c
	for compiler in gcc clang; do
		CC_MIMALLOC_CC=$compiler cc-mimalloc --static -shared -fPIC one.c -o libone.so
		[ "$(readelf -hW libone.so | awk '$1 == "Type:" { print $2 }')" = DYN ]
		run -1 grep -c mimalloc libone.so
	done
}

@test "linker scripts that know .tdata and .tbss only, or discard notes" {
	ld.bfd --verbose | sed '1,/^=====/d; /^=====/,$d' |
		sed 's/ \.tdata\.\*//; s/ \.tbss\.\*//; s/ \.gnu\.linkonce\.t[db]\.\*//g' >tls.ld
	grep -q tdata tls.ld
	run -1 grep -F ' .tdata.*' tls.ld
	link static -static -fuse-ld=bfd hello.c -T tls.ld
	echo 'SECTIONS { /DISCARD/ : { *(.note.*) } } INSERT BEFORE .text;' >discard.ld
	cc-mimalloc -static -fuse-ld=bfd hello.c -T discard.ld -o hello
	run -1 grep -q . <(readelf -nW hello)
	[ "$(./hello)" = hello ]
	won hello
}

# shellcheck disable=SC2154 # stderr is set by run
@test "sanitizers: one line, exit 2, and the cure" {
	run --separate-stderr cc-mimalloc -fsanitize=address hello.c -o hello
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ $stderr == *CC_MIMALLOC=off* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	link static -static -fsanitize=undefined -fsanitize-undefined-trap-on-error hello.c
}

@test "-Wl,--wrap=malloc works" {
	cat >wrap.c <<-'EOF'
		#include <stddef.h>
		#include <unistd.h>
		void *__real_malloc(size_t);
		void *__wrap_malloc(size_t n) { write(1, "+", 1); return __real_malloc(n); }
	EOF
	for ld in bfd gold lld mold; do
		cc-mimalloc "-fuse-ld=$ld" -static -Wl,--wrap=malloc wrap.c -x c - -o wrapped <<-'EOF'
			#include <stdlib.h>
			int main(void) { void *volatile p = malloc(3); return !p; }
		EOF
		[ "$(./wrapped)" = + ]
		won wrapped
	done
}

@test "a dynamic program: libc.so allocates from it, and hiding malloc from libc.so is refused" {
	cat >dynamic.c <<-'EOF'
		#include <stdlib.h>
		#include <string.h>
		#include <mimalloc.h>
		int main(void) { char *s = strdup("x"); return !mi_is_in_heap_region(s); }
	EOF
	for ld in bfd gold lld mold; do
		cc-mimalloc "-fuse-ld=$ld" "-I$PREFIX/include/mimalloc-musl" dynamic.c -o dynamic
		./dynamic
		won dynamic
	done
	run -2 cc-mimalloc dynamic.c -Wl,--exclude-libs,ALL -o dynamic
	[[ $output == *-static* ]]
	link static -static hello.c -Wl,--exclude-libs,ALL
	echo '{ global: main; local: *; };' >all.map
	run -2 cc-mimalloc dynamic.c -Wl,--version-script=all.map -o dynamic
	link static -static hello.c -Wl,--version-script=all.map
	echo '{ global: main; malloc; calloc; realloc; free; aligned_alloc; posix_memalign; memalign; valloc; reallocarray;
		malloc_usable_size; local: *; };' >all.map
	link dynamic-pie -fPIE -pie hello.c -Wl,--version-script=all.map
}

@test "glibc's libraries and headers are not found, the compiler's own and the user's are" {
	[ -f /usr/include/zlib.h ]
	echo 'int main(void) { return 0; }' >main.c
	for compiler in gcc clang musl-gcc; do
		export CC_MIMALLOC_CC=$compiler
		for ld in bfd gold lld mold; do
			for kind in -static -pie; do
				run cc-mimalloc "-fuse-ld=$ld" "$kind" main.c -lz
				[ "$status" -ne 0 ]
				cc-mimalloc "-fuse-ld=$ld" "$kind" main.c -lm -lpthread -ldl -lrt
			done
			cc-mimalloc "-fuse-ld=$ld" -static main.c -latomic
		done
		run cc-mimalloc -E -include zlib.h main.c
		[ "$status" -ne 0 ]
		run cc-mimalloc -E -include gnu/lib-names.h main.c
		[ "$status" -ne 0 ]
		cc-mimalloc -E -include stdatomic.h -include immintrin.h main.c >preprocessed
		# As CMake says of a package that has its headers there.
		cc-mimalloc -isystem /usr/include -E -include stdlib.h -include zlib.h main.c >preprocessed
		run -1 grep -E '^# [0-9]+ "/usr/include/(stdlib|features).h"' preprocessed
	done
	# The user's folder comes before musl's.
	mkdir lib
	echo 'double cos(double x) { return x; } int own;' >m.c
	cc-mimalloc -c m.c
	ar rc lib/libm.a m.o
	echo 'extern int own; int main(void) { return own; }' >main.c
	each_linker cc-mimalloc -static -Llib main.c -lm
}

@test "the compiler's own exit status, and what it prints, are passed on" {
	printf 'nonsense\n' >bad.c
	run gcc -c bad.c
	local plain=$status
	run cc-mimalloc -c bad.c
	[ "$status" -eq "$plain" ]
	[ "$plain" -ne 0 ]
	for query in --version -dumpmachine -dumpversion -print-libgcc-file-name -print-search-dirs; do
		run cc-mimalloc "$query"
		[ "$status" -eq 0 ]
		[ -n "$output" ]
	done
	[ "$(cc-mimalloc --version)" = "$(/usr/bin/cc --version)" ]
	[ "$(cc-mimalloc -print-file-name=libc.a)" -ef "$(libc)/libc.a" ]
	run -0 cc-mimalloc -v
	[[ $output == *'gcc version'* || $output == *'clang version'* ]]
	run -0 cc-mimalloc '-###' -static hello.c
	[[ $output == *libc-overlay.a* ]]
	[ ! -e a.out ]
}
