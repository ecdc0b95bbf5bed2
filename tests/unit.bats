#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a program sees of the allocator, and what mimalloc.c does inside; where it can be, with musl alone too.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	profiles=$(profiles)
}

# build_all SOURCE: overlay-KIND and musl-KIND, static and static-pie; $programs lists them.
build_all() {
	local kind
	for kind in static static-pie; do
		cc-mimalloc "-$kind" -O2 -fno-builtin -Wall -Wextra -Werror "$1" -o "overlay-$kind"
		won "overlay-$kind"
		CC_MIMALLOC=off cc-mimalloc "-$kind" -O2 -fno-builtin "$1" -o "musl-$kind"
	done
	programs='overlay-static overlay-static-pie musl-static musl-static-pie'
}

# build_profile PROFILE NAME: tests/unit/NAME.c with that profile, as PROFILE.
build_profile() {
	CC_MIMALLOC_PROFILE=$1 cc-mimalloc -static -O2 -fno-builtin "$TOP/tests/unit/$2.c" -o "$1"
	won "$1"
}

# build_inside NAME: tests/unit/NAME.c, which looks into mimalloc.c.
build_inside() {
	local mimalloc
	mimalloc=$(echo "$TOP"/subprojects/mimalloc-*/)
	CC_MIMALLOC=off cc-mimalloc -static -O2 -fno-builtin -w -ftls-model=local-exec "-I$mimalloc/include" "-I$mimalloc/src" \
		"$TOP/tests/unit/$1.c" -Wl,-u,mimalloc_musl_version "$PREFIX"/lib/mimalloc-musl/*/libc-overlay.a -o "$1"
	won "$1"
}

@test "every entry point may be the first call of a process and of a thread" {
	build_all "$TOP/tests/unit/first-call.c"
	count=0
	for program in $programs; do
		for name in $("./$program" --list); do
			"./$program" process "$name"
			"./$program" thread "$name"
			count=$((count + 2))
		done
	done
	[ "$count" -eq 88 ]
}

@test "what is counted as unused is what can go back, whoever gives it back" {
	build_inside kept
	[ "$(./kept 5000)" = '52 looks' ]
	# and when upstream purges as well
	[ "$(MIMALLOC_PURGE_DELAY=1 ./kept 20000)" = '202 looks' ]
}

@test "a fork beside a thread that makes its key" {
	cc-mimalloc -static -O2 -fno-builtin "$TOP/tests/unit/fork-key.c" -o fork-key
	won fork-key
	[ "$(./fork-key)" = forked ]
}

@test "a fork beside a thread that gives memory back" {
	build_inside fork-busy
	[ "$(./fork-busy)" = 1 ]
}

@test "a fork beside a thread that is warned, with all of mimalloc" {
	build_profile full fork-warned
	MIMALLOC_VERBOSE=1 run --separate-stderr ./full
	[ "$status" -eq 0 ]
	[ "$output" != 'memory cannot be locked' ] || skip "$output"
	[ "$output" = forked ]
}

@test "a large block lies in the arena that is made for it" {
	build_inside arenas
	[ "$(./arenas)" = 31 ]
}

@test "memory is made writable before it is asked for, a quarter of what is in use at most" {
	build_inside ahead
	./ahead >printed
	cat printed
	[ "$(awk '$2 > 2000 && $3 * 4 <= $2' printed | wc -l)" -eq 3 ]
	[ "$(awk 'NR == 2 && $1 * 128 < $2' printed | wc -l)" -eq 1 ] # fewer than one for 128 KiB
	[ "$(awk 'NR == 3 && $4 > 0 && $5 == 0' printed | wc -l)" -eq 1 ] # no huge page as a whole
}

@test "empty pages are taken again as they are, and are slices where others are needed" {
	build_inside emptied
	./emptied >printed
	cat printed
	[ "$(awk '$1 == "freed" && $2 > 0 && $2 <= 2048' printed | wc -l)" -eq 4 ]
	[ "$(grep -v freed printed)" = $'blocks 3\ntaken 0\nslices 0\nended 0\nothers 0\nconsumed 0' ]
	[ "$(MIMALLOC_PURGE_DELAY=0 ./emptied | grep -c ' 0$')" -eq 9 ] # nothing shall stay
}

@test "a block that grows is writable, also with MIMALLOC_PAGE_COMMIT_ON_DEMAND" {
	build_profile default grown
	moved=$(MIMALLOC_PAGE_COMMIT_ON_DEMAND=1 ./default)
	[ "$(./default)" -lt "$moved" ] # so that it is obeyed
}

@test "a block that grows into memory that is refused keeps its content, and nothing is lost" {
	build_inside refused
	read -r refused kept free < <(./refused)
	[ "$refused" -gt 0 ]
	[ "$kept $free" = '1 1' ]
}

@test "a large block that cannot grow takes no other mapping with it" {
	build_inside foreign
	[ "$(./foreign)" -eq 16 ] # with room to grow, and without
}

@test "a heap goes on below a multiple of 32 TiB, and upwards" {
	build_all "$TOP/tests/unit/window.c"
	for program in $programs; do
		[ "$("./$program")" -ge 8 ]
		# The kernel maps upwards for these.
		[ "$(setarch --addr-compat-layout "./$program" upwards)" -eq 400 ]
	done
}

@test "one thread at a time has a lock, and who waits for it gets it" {
	build_inside lock
	[ "$(./lock)" = 12000 ]
}

@test "what was freed last is what malloc gives first, but with all of mimalloc" {
	for profile in $profiles; do
		build_profile "$profile" last-freed
	done
	./default
	./speed
	./small
	run -1 ./full
	[[ $output == *' of 64 sizes' ]]
}

@test "mi_collect gives back what threads have left, in each profile" {
	for profile in $profiles; do
		build_profile "$profile" collect
		"./$profile"
	done
}

@test "mi_collect gives back what is free inside of pages, and finds what was freed twice" {
	for profile in $profiles; do
		build_profile "$profile" parked
		left=$("./$profile")
		[ "$left" -ge 25 ]
		[ "$left" -le "$([ "$profile" = default ] && echo 60 || echo 100)" ] || fail "$profile: $left % are resident"
	done
	[ "$(MIMALLOC_PURGE_DELAY=-1 ./default)" -ge 95 ]
	run -132 ./default twice
	[ -z "$output" ]
}

@test "large blocks that stay by chance keep little else from the system, in each profile" {
	for profile in $profiles; do
		build_profile "$profile" scattered
		percent=$("./$profile")
		[ "$percent" -gt 8 ]
		[ "$percent" -le "$([ "$profile" = default ] && echo 35 || echo 55)" ] || fail "$profile: $percent % of the peak are resident"
	done
}

@test "what is free inside of pages goes back, and nothing of what stays, in each profile" {
	for profile in $profiles; do
		build_profile "$profile" trimmed
		read -r left peak < <("./$profile")
		[ "$left" -gt 8 ]
		[ "$left" -le "$([ "$profile" = default ] && echo 28 || echo 60)" ] || fail "$profile: $left % of the peak are resident"
		[ "$peak" -le 140 ] || fail "$profile: the peak is $peak % of the first"
	done
}

@test "what is freed and taken again and again goes back at a ration, all of it at the end" {
	cc-mimalloc -static -O2 -fno-builtin "$TOP/tests/unit/ration.c" -o ration
	won ration
	# Small blocks, pages of one and of several blocks, some that stay in each page, single large ones. Without a
	# ration it would be 800 and more.
	for sizes in '500 20000 1' '20000 60000 1' '65536 200000 1' '1100 8000 12' '1100 8000 4' '100000 3000000 1'; do
		# shellcheck disable=SC2086 # words
		read -r again resident < <(./ration $sizes 32 400)
		[ "$again" -ge 16 ] || fail "$sizes: $again KiB a ms"
		[ "$again" -le 400 ] || fail "$sizes: $again KiB a ms"
		[ "$resident" -le 6 ] || fail "$sizes: $resident MiB"
	done
	# A quarter of it, and 16 times as much.
	build_profile speed ration
	read -r again resident < <(./speed 65536 200000 40 44 1500)
	if [ "$again" -lt 8 ] || [ "$again" -gt 150 ]; then fail "speed: $again KiB a ms"; fi
	build_profile small ration
	read -r again resident < <(./small 65536 200000 1 32 400)
	[ "$again" -ge 450 ] || fail "small: $again KiB a ms"
}

@test "MIMALLOC_PURGE_DELAY: 0 gives everything back, -1 nothing; small does not obey it" {
	for profile in $profiles; do
		build_profile "$profile" purge-delay
		everything=$(MIMALLOC_PURGE_DELAY=-1 "./$profile")
		nothing=$(MIMALLOC_PURGE_DELAY=0 "./$profile")
		[ "$nothing" -le 1 ] || fail "$profile: $nothing MiB"
		if [ "$profile" = small ]; then
			[ "$everything" -le 8 ] || fail "$profile: $everything MiB"
		else
			[ "$everything" -ge 60 ] || fail "$profile: $everything MiB"
		fi
	done
}

@test "processors of 32 bits are refused" {
	musl-gcc -E -x c "$TOP/src/config.h" >preprocessed
	run -1 musl-gcc -m32 -E -x c "$TOP/src/config.h"
	[[ $output == *'64 bits'* ]]
}

@test "headers, library and note agree on the version" {
	cc-mimalloc -static "-I$PREFIX/include" "-I$PREFIX/include/mimalloc-musl" "$TOP/tests/unit/version.c" -o version
	run -0 ./version
	version=$(PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig pkg-config --modversion mimalloc-musl)
	[[ ${lines[0]} == "mimalloc-musl=$version mimalloc="*' profile=default' ]]
	[ "${lines[1]}" = "memory-functions=$version" ]
	won version
}

@test "nothing is printed, whatever goes wrong; with all of mimalloc MIMALLOC_VERBOSE prints" {
	cat >huge.c <<-'EOF'
		#include <stdlib.h>
		int main(void) { void *volatile p = malloc((size_t)1 << 62); return p != NULL; }
	EOF
	cc-mimalloc -static -fno-builtin huge.c -o huge
	won huge
	for setting in '' MIMALLOC_VERBOSE=1; do
		# shellcheck disable=SC2086 # none or one
		run env $setting ./huge
		[ "$status" -eq 0 ]
		[ -z "$output" ]
	done
	CC_MIMALLOC_PROFILE=full cc-mimalloc -static -fno-builtin huge.c -o huge
	won huge
	run ./huge
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run env MIMALLOC_VERBOSE=1 ./huge
	[[ $output == *mimalloc* ]]
	run env MIMALLOC_SHOW_STATS=1 ./huge
	[[ $output == *'peak rss'* ]]
}

@test "MIMALLOC_ARENA_EAGER_COMMIT=1 makes arenas writable as a whole" {
	build_profile default writable
	[ "$(./default)" -lt 2048 ]
	[ "$(MIMALLOC_ARENA_EAGER_COMMIT=1 ./default)" -ge 8192 ]
}

@test "the system calls of a program's start, and those of its first block" {
	echo 'int main(void) { return 0; }' >empty.c
	echo '#include <stdlib.h>
	int main(void) { char *volatile p = malloc(100); return !p; }' >one.c
	for name in empty one; do
		cc-mimalloc -static -fno-builtin $name.c -o $name
		won $name
		strace -o $name.calls ./$name
		grep -q exit_group $name.calls
	done
	# Nothing but what musl itself calls to start: the thread pointer and the thread's id.
	[ "$(sed 's/(.*//' empty.calls | grep -vE '^(execve|arch_prctl|set_tid_address|exit_group|\+)' | sort | uniq -c)" = '' ]
	diff <(sed 's/(.*//' empty.calls) <(sed 's/(.*//' one.calls) | grep '^[<>]' >added || true
	cat added
	[ "$(grep -c '^> \(mmap\|munmap\|mprotect\)$' added)" -le 4 ]
	run -1 grep -v '^> \(mmap\|munmap\|mprotect\)$' added
}
