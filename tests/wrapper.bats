#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What cc-mimalloc makes of an argument list, with a fake compiler that prints what it is given: no real one is needed.
# Most of it is data, in wrapper/cases. Every test runs under dash and under busybox, its shell and its tools.

# shellcheck disable=SC2030,SC2031 # each test is a subshell of its own, and nothing is to leave it

bats_require_minimum_version 1.5.0

shells='dash ash'

# A copy of the installed tree for each shell, in a folder with a blank in its name, whose scripts run under that shell.
# Nothing in it depends on the compiler and the musl that the build found.
setup_file() {
	export BASE="$BATS_FILE_TMPDIR/with blank"
	export FAKE_CC_MUSL=$BASE/musl
	local shell interpreter script tool
	mkdir -p "$BASE/musl/include" "$BASE/lib" "$BASE/tools-ash"
	touch "$BASE/musl/libc.a" "$BASE/musl/include/stdlib.h" "$BASE/lib/libc-overlay.a" "$BASE/lib/libmimalloc-musl.a" \
		"$BASE/lib/libmem-overlay.a"
	for tool in awk readlink sed tr; do
		ln -s "$(command -v busybox)" "$BASE/tools-ash/$tool"
	done
	for shell in $shells; do
		case $shell in
		ash) interpreter="$(command -v busybox) ash" ;;
		*) interpreter=$(command -v "$shell") ;;
		esac
		mkdir "$BASE/$shell"
		cp -R "$PREFIX/bin" "$PREFIX/lib" "$BASE/$shell"
		for script in bin/cc-mimalloc lib/mimalloc-musl/find-musl; do
			sed "1s|.*|#!$interpreter|" "$PREFIX/$script" >"$BASE/$shell/$script"
		done
		bake "$BASE/$shell" "$BATS_TEST_DIRNAME/wrapper/fake-cc" native
	done
}

# bake TREE COMPILER KIND: as if the build had found these.
bake() {
	sed "s|^compiler=.*|compiler='$2' kind=$3 musl_libdir='$BASE/musl' musl_incdir='$BASE/musl/include' gccdir='/gcc'|" \
		"$1/bin/cc-mimalloc" >"$1/baked"
	grep -qF "compiler='$2' kind=$3 musl_libdir='$BASE/musl'" "$1/baked"
	cat "$1/baked" >"$1/bin/cc-mimalloc"
}

# use SHELL: the tree and the tools that the rest of a test is about.
use() {
	printf 'under %s:\n' "$1"
	shell=$1
	tree=$BASE/$shell
	wrapper=$tree/bin/cc-mimalloc
	PATH=$BASE/tools-$shell:$BATS_TEST_DIRNAME/wrapper:$ORIGINAL_PATH
	dir=$BATS_TEST_TMPDIR/$shell
	mkdir "$dir"
}

setup() {
	ORIGINAL_PATH=$PATH
	fake=$BATS_TEST_DIRNAME/wrapper/fake-cc
	link=(
		-Xlinker -u -Xlinker mimalloc_musl_memory_version -Xlinker "$BASE/lib/libmem-overlay.a"
		-Xlinker -u -Xlinker mimalloc_musl_version
		-Xlinker "$BASE/lib/libc-overlay.a" -Xlinker "$BASE/lib/libmimalloc-musl.a"
	)
	cd "$BATS_TEST_TMPDIR" || return
}

# copy: a tree of the test's own, to break.
copy() {
	cp -R "$tree" "$dir/tree"
	tree=$dir/tree
	wrapper=$tree/bin/cc-mimalloc
}

# refused TEXT COMMAND...: exit 2, nothing on stdout, one line on stderr with TEXT in it.
refused() {
	local text=$1 status=0
	shift
	timeout 5 "$@" >"$dir/out" 2>"$dir/err" || status=$?
	printf 'exit status %s\n' $status
	cat "$dir/out" "$dir/err"
	[ $status -eq 2 ]
	[ ! -s "$dir/out" ]
	[ "$(wc -l <"$dir/err")" -eq 1 ]
	grep -qF -e "$text" "$dir/err"
}

# arrives ARGUMENT... -- COMMAND...: what the compiler is given by COMMAND is ARGUMENT...
arrives() {
	local word count=0
	for word; do
		[ "$word" != -- ] || break
		count=$((count + 1))
	done
	"$fake" "${@:1:count}" >"$BATS_TEST_TMPDIR/wanted" 2>/dev/null
	"${@:count+2}" >"$BATS_TEST_TMPDIR/got" 2>/dev/null
	diff -aU 3 "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/got"
}

# The cases: one test a shell, as this is where the time goes.

# run_cases WRAPPER FILE...
run_cases() {
	CC_MIMALLOC_LIBDIR=$BASE/lib run "$BATS_TEST_DIRNAME/wrapper/run-cases" "$@"
	printf '%s\n' "$output"
}

all_cases() {
	use "$1"
	run_cases "$wrapper" "$BATS_TEST_DIRNAME"/wrapper/cases/*
	printf '# %s: %s\n' "$1" "${lines[-1]}" >&3
	[ "$status" -eq 0 ]
	[ "${lines[-1]%% *}" -gt 300 ]
}

@test "cases under dash" {
	all_cases dash
}

@test "cases under busybox" {
	all_cases ash
}

@test "the linker's options that take the next word, whatever it looks like" {
	local shell option count
	for shell in $shells; do
		use "$shell"
		count=0
		for option in -A -b -c -F -G -h -I -L -m -o -R -T -u -Y -y -z -e -f --Map --Tbss --Tdata --Ttext --Trodata-segment \
			--audit --auxiliary --default-script --defsym --depaudit --dynamic-linker --dynamic-list --entry --filter --fini \
			--format --init --just-symbols --library-path --output --plugin --plugin-opt --retain-symbols-file --rpath \
			--rpath-link --script --section-start --soname --trace-symbol --undefined --wrap -rpath -soname; do
			# -shared behind one is no option.
			[ "$(CC_MIMALLOC_DUMP=plan "$wrapper" main.o "-Wl,$option,-shared" | head -n 1)" = mode=link ] || return
			[ "$(CC_MIMALLOC_DUMP=plan "$wrapper" main.o "-Wl,$option,a,-shared" | head -n 1)" = mode=shared ] || return
			count=$((count + 1))
		done
		[ "$count" -eq 51 ]
	done
}

@test "response files in response files, as deep as the man page says" {
	local shell i
	for shell in $shells; do
		use "$shell"
		for ((i = 1; i < 19; i++)); do
			echo "@$((i + 1)).rsp" >"$dir/$i.rsp"
		done
		echo -shared >"$dir/19.rsp"
		[ "$(cd "$dir" && CC_MIMALLOC_DUMP=plan "$wrapper" main.o @1.rsp | head -n 1)" = mode=shared ]
		# What is deeper is the compiler's: one in itself would have no end.
		echo @20.rsp >"$dir/19.rsp"
		echo @21.rsp >"$dir/20.rsp"
		echo -shared >"$dir/21.rsp"
		[ "$(cd "$dir" && CC_MIMALLOC_DUMP=plan "$wrapper" main.o @1.rsp | head -n 1)" = mode=link ]
	done
}

@test "the runner of the cases sees what is wrong" {
	use dash
	# Without cc-mimalloc there is no plan, and nobody refuses anything; and with no case nothing may pass.
	printf '%s\n' 'case one' 'args main.c' 'plan mode=link' '' 'case two' 'args -m32 main.c' 'error -m32' >two
	run_cases "$wrapper" two
	[ "$output" = '2 cases, 0 failed' ]
	run_cases "$fake" two
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = '2 cases, 2 failed' ]
	run_cases "$wrapper" /dev/null
	[ "$status" -eq 1 ]
	printf '%s\n' 'case no-plan' 'args main.c' 'case other-arguments' 'args main.c' 'plan mode=link' 'argv main.o' >two
	run_cases "$wrapper" two
	[ "${lines[-1]}" = '2 cases, 2 failed' ]
}

@test "every case has a name of its own, and every response file is in one" {
	cd "$BATS_TEST_DIRNAME/wrapper"
	[ "$(cat cases/* | grep -c '^case ')" -gt 300 ]
	[ -z "$(cat cases/* | grep '^case ' | sort | uniq -d)" ]
	for file in files/*; do
		grep -qF -e "${file#files/}" -- cases/* files/*.rsp
	done
}

@test "the compiler takes the wrapper's place: exit status and signals" {
	local status_wanted
	for shell in $shells; do
		use "$shell"
		for status_wanted in 0 1 2 3 77 126 255; do
			FAKE_CC_STATUS=$status_wanted run -$status_wanted "$wrapper" main.c
			FAKE_CC_STATUS=$status_wanted run -$status_wanted "$wrapper" -c main.c
		done
		FAKE_CC_STATUS=TERM run -143 "$wrapper" main.c
		FAKE_CC_STATUS=KILL run -137 "$wrapper" -c main.c
		# A signal to the wrapper is one to the compiler: they are one process.
		copy
		printf '#!/bin/sh\necho $$\n' >"$dir/pid"
		chmod +x "$dir/pid"
		bake "$tree" "$dir/pid" native
		"$wrapper" -c main.c >"$dir/got" &
		wait $!
		[ "$(cat "$dir/got")" = $! ]
	done
}

@test "stdin is the compiler's" {
	for shell in $shells; do
		use "$shell"
		run "$wrapper" -c @/dev/null -x c - <<<'int here;'
		[ "${lines[-1]}" = 'int here;' ]
		CC_MIMALLOC_CC=fake-cc run "$wrapper" -x c - <<<'int there;'
		[ "${lines[-1]}" = 'int there;' ]
	done
}

@test "the base compiler may be a name, a path with blanks, and have arguments" {
	for shell in $shells; do
		use "$shell"
		mkdir "$dir/a folder"
		cp "$fake" "$dir/a folder/my cc"
		# What the arguments look like to the shell is none of its business.
		touch "$dir/-Dx=star"
		cd "$dir"
		CC_MIMALLOC_CC=fake-cc arrives -c main.c -- "$wrapper" -c main.c
		CC_MIMALLOC_CC=$fake arrives -c main.c -- "$wrapper" -c main.c
		CC_MIMALLOC_CC="$dir/a folder/my cc" arrives -c main.c -- "$wrapper" -c main.c
		CC_MIMALLOC_CC="a folder/my cc" arrives -c main.c -- "$wrapper" -c main.c
		CC_MIMALLOC_CC='fake-cc --flag -O2' arrives --flag -O2 -c main.c -- "$wrapper" -c main.c
		CC_MIMALLOC_CC="$fake  --flag" arrives --flag main.c -r -- "$wrapper" main.c -r
		CC_MIMALLOC_CC='fake-cc -DA=B' arrives -DA=B -c main.c -- "$wrapper" -c main.c
		CC_MIMALLOC_CC='' arrives -c main.c -- "$wrapper" -c main.c
	done
}

@test "an argument of the base compiler may end in an equals sign" {
	for shell in $shells; do
		use "$shell"
		CC_MIMALLOC_CC='fake-cc -DA=' arrives -DA= -c main.c -- "$wrapper" -c main.c
	done
}

@test "the base compiler may speak another language" {
	for shell in $shells; do
		use "$shell"
		FAKE_CC=german CC_MIMALLOC_CC=fake-cc arrives -c main.c -- "$wrapper" -c main.c
	done
}

@test "an argument of the base compiler is no pattern" {
	for shell in $shells; do
		use "$shell"
		touch "$dir/-Dx=star"
		cd "$dir"
		CC_MIMALLOC_CC='fake-cc -Dx=*' arrives '-Dx=*' -c main.c -- "$wrapper" -c main.c
	done
}

@test "a compiler for glibc is steered to musl" {
	local musl=$BASE/musl gcc clang include target specs libgcc
	for shell in $shells; do
		use "$shell"
		export CC_MIMALLOC_LIBDIR=$BASE/lib CC_MIMALLOC_CC=fake-cc
		specs=$tree/bin/../lib/mimalloc-musl/x86_64-linux-musl/gcc.specs
		gcc=(-mmusl "-B$musl/" "-specs=$specs" -static-libgcc)
		include=(-nostdinc -isystem "$musl/include" -isystem "$musl/include")
		libgcc="-L$musl"
		export FAKE_CC=gcc
		arrives "${gcc[@]}" "${include[@]}" -v "$libgcc" -- "$wrapper" -v
		arrives "${gcc[@]}" "${include[@]}" -c main.c "$libgcc" -- "$wrapper" -c main.c
		arrives "${gcc[@]}" "${include[@]}" main.c -shared "$libgcc" -- "$wrapper" main.c -shared
		arrives "${gcc[@]}" "${include[@]}" "${link[@]}" main.c "$libgcc" -- "$wrapper" main.c
		arrives "${gcc[@]}" "${link[@]}" main.c -nostdinc "$libgcc" -- "$wrapper" main.c -nostdinc
		arrives "${gcc[@]}" "${include[@]}" -I -nostdinc -c main.c "$libgcc" -- "$wrapper" -I -nostdinc -c main.c
		CC_MIMALLOC=off arrives "${gcc[@]}" "${include[@]}" main.c "$libgcc" -- "$wrapper" main.c
		# The compiler shall say that the argument is missing, and not take ours for it.
		arrives "${gcc[@]}" "${include[@]}" -c main.c -o -- "$wrapper" -c main.c -o
		arrives "${gcc[@]}" "${include[@]}" "${link[@]}" main.c -Xlinker -- "$wrapper" main.c -Xlinker

		target=(--target=x86_64-linux-musl --start-no-unused-arguments "--sysroot=$musl" --gcc-toolchain=/opt/gcc "-B$musl")
		include=(-nostdlibinc -isystem "$musl/include")
		clang=("-L$musl" -static-libgcc --end-no-unused-arguments)
		export FAKE_CC=clang
		arrives "${target[@]}" "${include[@]}" "${clang[@]}" --version -- "$wrapper" --version
		arrives "${target[@]}" "${include[@]}" "${clang[@]}" -c main.c -- "$wrapper" -c main.c
		arrives "${target[@]}" "${include[@]}" "${clang[@]}" "${link[@]}" main.c -- "$wrapper" main.c
		arrives "${target[@]}" "${clang[@]}" -nostdinc -c main.c -- "$wrapper" -nostdinc -c main.c
	done
}

@test "the dump of the arguments is the arguments" {
	for shell in $shells; do
		use "$shell"
		CC_MIMALLOC_DUMP=argv run "$wrapper" -c 'my file.c' ''
		[ "$output" = "$(printf '%s\n' "$fake" -c 'my file.c' '')" ]
		CC_MIMALLOC_DUMP=plan CC_MIMALLOC_CC='fake-cc -m64' run "$wrapper" -c main.c
		[ "${lines[0]}" = mode=compile ]
		[[ $'\n'$output$'\n' = *$'\ncompiler=fake-cc -m64\nkind=native\n'* ]]
	done
}

@test "the options that come with the compiler count, and no word of it is an input file" {
	export CC_MIMALLOC_DUMP=plan
	for shell in $shells; do
		use "$shell"
		CC_MIMALLOC_CC='fake-cc -m32' run "$wrapper" -m64 main.c
		[ "${lines[0]}" = mode=link ]
		CC_MIMALLOC_CC='fake-cc -shared' run "$wrapper" main.c
		[ "${lines[0]}" = mode=shared ]
		CC_MIMALLOC_CC='fake-cc -n 10 fake-cc' run "$wrapper" --version
		[ "${lines[0]}" = mode=query ]
		# once, where arguments are put into another order too
		CC_MIMALLOC_DUMP=argv CC_MIMALLOC_CC='fake-cc -O2' run "$wrapper" main.c -Wl,--whole-archive,-lc
		[ "$(grep -cx -e -O2 <<<"$output")" -eq 1 ]
		[[ $output == *--no-whole-archive* ]]
	done
}

@test "without the compiler's libc, one that is named is found, whatever it is called" {
	export CC_MIMALLOC_DUMP=plan
	for shell in $shells; do
		use "$shell"
		for libc in -lc -l:libc.a -l:libc.so -l:libc.musl-x86_64.so.1 -l:ld-musl-x86_64.so.1 lib/libc.a lib/libc.so \
			/lib/ld-musl-x86_64.so.1 /lib/libc.musl-x86_64.so.1 libc.musl-x86_64.so.1 ld-musl-x86_64.so.1; do
			run "$wrapper" -nostdlib main.o "$libc"
			[ "${lines[0]}" = mode=link ] || fail "$libc: $output"
			run "$wrapper" -nostdlib main.o -Xlinker "$libc"
			[ "${lines[0]}" = mode=link ] || fail "-Xlinker $libc: $output"
		done
		run "$wrapper" -nostdlib main.o -lother /lib/libc.other.so.1
		[ "${lines[0]}" = mode=freestanding ]
	done
}

@test "the help is not the compiler's" {
	for shell in $shells; do
		use "$shell"
		run --separate-stderr "$wrapper" --cc-mimalloc-help
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[[ $output = 'cc-mimalloc '*CC_MIMALLOC_LIBDIR* ]]
		# It says what a setting may be, also to who has a wrong one.
		CC_MIMALLOC_PROFILE=none run "$wrapper" --cc-mimalloc-help
		[ "$status" -eq 0 ]
		arrives --help -- "$wrapper" --help
	done
}

# finds COMMAND...: it is the wrapper, and it finds the archives of its own tree.
finds() {
	local libdir
	CC_MIMALLOC_DUMP=plan run "$@" main.c
	printf '%s\n' "$output"
	[ "$status" -eq 0 ]
	libdir=$(sed -n 's/^libdir=//p' <<<"$output")
	[ "$libdir/libc-overlay.a" -ef "$tree/lib/mimalloc-musl/x86_64-linux-musl/libc-overlay.a" ]
	# find-musl lies elsewhere in the tree.
	CC_MIMALLOC_CC=fake-cc arrives -c main.c -- "$@" -c main.c
}

@test "the wrapper finds its tree however it is called" {
	for shell in $shells; do
		use "$shell"
		mkdir -p "$dir/a bin" "$dir/b"
		ln -s "$wrapper" "$dir/a bin/absolute"
		ln -s "../../$shell/a bin/absolute" "$dir/b/relative"
		ln -s relative "$dir/b/chain"
		ln -s "$tree/bin" "$dir/folder"
		ln -s "$tree" "$dir/prefix"
		finds "$wrapper"
		finds "$dir/a bin/absolute"
		finds "$dir/b/relative"
		finds "$dir/b/chain"
		finds "$dir/folder/cc-mimalloc"
		finds "$dir/prefix/bin/cc-mimalloc"
		cd "$tree/bin"
		finds ./cc-mimalloc
		finds ../bin/cc-mimalloc
		cd "$dir/b"
		finds ./chain
		finds ../folder/cc-mimalloc
		cd /
		PATH=$tree/bin:$PATH finds cc-mimalloc
		PATH=$dir/b:$PATH finds relative
		cd "$tree"
		PATH=bin:$PATH finds cc-mimalloc
		copy
		finds "$wrapper"
		mv "$dir/tree" "$dir/moved tree"
		tree="$dir/moved tree"
		finds "$tree/bin/cc-mimalloc"
	done
}

@test "to clang -shared is stronger than a later -pie" {
	for shell in $shells; do
		use "$shell"
		for kind in gcc clang; do
			copy
			bake "$tree" "$fake" $kind
			CC_MIMALLOC_DUMP=plan "$wrapper" -shared -pie main.o >"$dir/plan"
			case $kind in
			gcc) grep -qx mode=link "$dir/plan" ;;
			clang) grep -qx mode=shared "$dir/plan" ;;
			esac
			rm -r "$tree"
			tree=$BASE/$shell
		done
	done
}

@test "the wrapper finds its tree when a shell is given its bare name" {
	cd "$BASE/dash/bin"
	use dash
	finds dash cc-mimalloc
	use ash
	cd "$tree/bin"
	finds busybox ash cc-mimalloc
}

@test "missing archives are an error in a link only" {
	for shell in $shells; do
		use "$shell"
		for archive in libc-overlay.a libmimalloc-musl.a libmem-overlay.a; do
			copy
			rm "$tree/lib/mimalloc-musl/x86_64-linux-musl/$archive"
			refused "/$archive is not there" "$wrapper" main.c
			arrives -c main.c -- "$wrapper" -c main.c
			CC_MIMALLOC=off arrives main.c -- "$wrapper" main.c
			rm -r "$tree"
			tree=$BASE/$shell
		done
	done
}

@test "a missing musl is an error" {
	for shell in $shells; do
		use "$shell"
		for kind in gcc clang; do
			copy
			bake "$tree" "$fake" $kind
			"$wrapper" -c main.c
			sed -i "s|musl_libdir='[^']*'|musl_libdir='/nonexistent'|" "$wrapper"
			refused /nonexistent "$wrapper" -c main.c
			refused /nonexistent "$wrapper" main.c
			FAKE_CC=$kind CC_MIMALLOC_CC=fake-cc refused /nonexistent "$wrapper" main.c
			rm -r "$tree"
			tree=$BASE/$shell
		done
	done
}

@test "a compiler for another target is an error" {
	for shell in $shells; do
		use "$shell"
		FAKE_CC=foreign CC_MIMALLOC_CC=fake-cc refused "'fake-cc' compiles for sparc-linux-musl" "$wrapper" -c main.c
	done
}

@test "a copy of the wrapper elsewhere is an error, which says what works" {
	for shell in $shells; do
		use "$shell"
		cp "$wrapper" "$dir/cc-mimalloc"
		refused 'ln -s' "$dir/cc-mimalloc" main.c
		refused 'ln -s' env CC_MIMALLOC_CC=fake-cc "$dir/cc-mimalloc" main.c
		CC_MIMALLOC_LIBDIR=/nonexistent refused 'CC_MIMALLOC_LIBDIR is /nonexistent' "$wrapper" main.c
	done
}

@test "a missing compiler is an error" {
	for shell in $shells; do
		use "$shell"
		copy
		bake "$tree" /nonexistent/cc native
		refused /nonexistent/cc "$wrapper" -c main.c
		refused /nonexistent/cc "$wrapper" main.c
		CC_MIMALLOC_CC=fake-cc arrives -c main.c -- "$wrapper" -c main.c
		CC_MIMALLOC_CC=nonexistent-cc refused nonexistent-cc "$wrapper" main.c
	done
}

@test "a missing part of the installation is an error that names it" {
	for shell in $shells; do
		use "$shell"
		copy
		bake "$tree" "$fake" gcc
		rm "$tree"/lib/mimalloc-musl/*-musl/gcc.specs
		refused gcc.specs "$wrapper" -c main.c
		rm "$tree/lib/mimalloc-musl/check" "$tree/lib/mimalloc-musl/copy-libc" "$tree/lib/mimalloc-musl/find-musl"
		refused /check "$wrapper" --check main
		refused /copy-libc "$wrapper" --copy-libc libc.a copy.a
		CC_MIMALLOC_CC=fake-cc refused /find-musl "$wrapper" main.c
	done
}

@test "the wrapper does not run itself" {
	for shell in $shells; do
		use "$shell"
		copy
		ln -s "$wrapper" "$dir/symlink"
		printf '#!/bin/sh\nexec "%s" "$@"\n' "$wrapper" >"$dir/script"
		chmod +x "$dir/script"
		for compiler in "$wrapper" "$dir/symlink" "$dir/script"; do
			bake "$tree" "$compiler" native
			refused itself "$wrapper" -c main.c
			refused itself "$wrapper" main.c
		done
	done
}

@test "the wrapper does not run itself when told to" {
	for shell in $shells; do
		use "$shell"
		ln -s "$wrapper" "$dir/symlink"
		printf '#!/bin/sh\nexec "%s" "$@"\n' "$wrapper" >"$dir/script"
		chmod +x "$dir/script"
		for compiler in "$wrapper" "$dir/symlink" "$dir/script" "$dir/script -O2"; do
			CC_MIMALLOC_CC=$compiler refused itself "$wrapper" -c main.c
		done
	done
}

@test "the compiler found at set-up is run without any other process" {
	for shell in $shells; do
		use "$shell"
		for arguments in '-c main.c' main.o '-static -O2 main.c -o main -lm' '-Wl,--whole-archive -lc'; do
			# shellcheck disable=SC2086 # words
			strace -f -e trace=process -o "$dir/trace" "$wrapper" $arguments
			grep -q execve "$dir/trace"
			run -1 grep -E 'fork|clone' "$dir/trace"
		done
	done
}

# The time is printed, not asserted: machines are noisy. Quadratic work on the last of these would not end.
@test "ten thousand arguments, and response files as long" {
	local many whole rewritten
	for shell in $shells; do
		use "$shell"
		mapfile -t many < <(seq -f 'some/folder/object number %g.o' 10000)
		printf "'%s'\n" "${many[@]}" >"$dir/lines.rsp"
		# A line of 500 KB, once with quotes and once without.
		paste -sd ' ' "$dir/lines.rsp" >"$dir/line.rsp"
		seq -f some/folder/of/these/and/those/object-number-%06g.o 10000 | paste -sd ' ' >"$dir/plain-line.rsp"
		[ "$(wc -c <"$dir/plain-line.rsp")" -gt 500000 ]
		# The longest word that the kernel would take is of 128 KB.
		printf -- "-DX='%0100000d' -shared\n" 1 >"$dir/word.rsp"
		whole=('-Wl,--whole-archive' -lc '-Wl,--no-whole-archive')
		rewritten=(-Xlinker --whole-archive '-Wl,--no-whole-archive' -lc '-Wl,--whole-archive' -Xlinker --no-whole-archive)

		timed '1,000 arguments' link "${many[@]:0:1000}"
		timed '10,000 arguments' link "${many[@]}"
		timed '10,000 arguments, rewritten' link "${many[@]}" "${whole[@]}"
		timed 'a response file of 10,000 lines' link "@$dir/lines.rsp"
		timed 'the same, rewritten' link "@$dir/lines.rsp" "${whole[@]}"
		timed 'a line of 500 KB' link "@$dir/plain-line.rsp"
		timed 'a line of 500 KB with quotes' link "@$dir/line.rsp"
		timed 'a word of 100 KB with quotes' shared main.o "@$dir/word.rsp"
		timed '10,000 words by -Wl' link "-Wl$(printf ',%s' $(seq 10000))" main.o

		export CC_MIMALLOC_LIBDIR=$BASE/lib
		arrives "${link[@]}" "${many[@]}" -- "$wrapper" "${many[@]}"
		arrives "${link[@]}" "${many[@]}" "${rewritten[@]}" -- "$wrapper" "${many[@]}" "${whole[@]}"
		arrives "${link[@]}" "${many[@]}" "${rewritten[@]}" -- "$wrapper" "@$dir/lines.rsp" "${whole[@]}"
		arrives "${link[@]}" "@$dir/line.rsp" -- "$wrapper" "@$dir/line.rsp"
		unset CC_MIMALLOC_LIBDIR
	done
}

# timed WHAT MODE ARGUMENT...
timed() {
	local what=$1 mode=$2 start=${EPOCHREALTIME/./}
	shift 2
	CC_MIMALLOC_DUMP=plan timeout 60 "$wrapper" "$@" >"$dir/plan"
	printf '# %s: %s: %d ms\n' "$shell" "$what" $(((${EPOCHREALTIME/./} - start) / 1000)) >&3
	grep -qx "mode=$mode" "$dir/plan"
}
