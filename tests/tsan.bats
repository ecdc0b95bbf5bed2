#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# ThreadSanitizer over mimalloc.c, upstream's files and ours, and nothing is suppressed. It exists for glibc only; what
# is not as in a static program then: thread.c has a key, and fork.c pthread_atfork's handlers.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	mimalloc=$(echo "$TOP"/subprojects/mimalloc-*/)
	[ -f "$mimalloc/include/mimalloc.h" ]
	# Of pthread's, the order is watched in which they are taken.
	locks=-DLOCKS_OF_PTHREAD
	# Children of threaded programs are allowed, though nobody looks at what they do; nor must each wait a second to exit.
	export TSAN_OPTIONS='halt_on_error=1 history_size=7 die_after_fork=0 atexit_sleep_ms=0'
	echo 'int main(void) { return 0; }' >empty.c
	{ gcc -fsanitize=thread empty.c -o empty && ./empty; } >why 2>&1 || skip "no ThreadSanitizer: $(head -n 1 why)"
}

# build SOURCES: `contend`, with the mimalloc.c of that folder. A weak reference alone takes nothing from an archive.
build() {
	gcc -std=gnu11 -O1 -g -fsanitize=thread -pthread -DMI_TSAN=1 "$locks" "-I$mimalloc/include" \
		"-I$mimalloc/src" "$1/mimalloc.c" "$TOP/tests/tsan/contend.c" -Wl,-u,pthread_atfork \
		-Wl,--wrap=mmap,--wrap=munmap,--wrap=mremap,--wrap=madvise -o contend
}

# seen FILES EDIT [NAMED]: with this edit of FILES of ours (a pattern), which takes away what orders threads, there is a
# report that names one of them, or what is NAMED.
seen() {
	local file named=${3-broken/$1:}
	cp -R "$TOP/src" broken
	for file in broken/$1; do
		sed -i "$2" "$file"
		! cmp -s "$TOP/src/${file#broken/}" "$file" || fail "$file is not as the test has it"
	done
	build broken
	run ./contend 20
	[ "$status" -eq 66 ] || fail "status $status: $output"
	[[ $output == *'ThreadSanitizer: '*$named* ]] || fail "$output"
}

# not_seen: without an edit there is none.
not_seen() {
	build "$TOP/src"
	run ./contend
	[ "$status" -eq 0 ] || fail "status $status: $output"
	[[ $output == 'blocks '* ]] || fail "$output"
}

@test "threads that contend for everything, with pthread's locks: no report" {
	not_seen
}

@test "threads that contend for everything, with the locks that there are: no report" {
	locks=-ULOCKS_OF_PTHREAD
	not_seen
}

@test "seen: a lock whose release orders nothing" {
	locks=-ULOCKS_OF_PTHREAD
	seen lock.h 's/memory_order_release/memory_order_relaxed/' ''
}

@test "seen: a lock that two threads may have" {
	locks=-ULOCKS_OF_PTHREAD
	seen lock.h 's/!= 0)$/== 2)/' ''
}

@test "seen: holes without their lock" {
	seen arena.c 's/mi_lock(&holes_lock)//'
}

@test "seen: fork takes a lock before one that is taken outside of it" {
	seen fork.c '/^static void inner_locks/,/^}/{
		/act(&holes_lock);/d
		s/if (tld)/act(\&holes_lock);\n&/
	}'
}

@test "seen: what a thread has taken, counted for all threads" {
	seen page.c 's/static __thread/static/'
}

@test "seen: what comes or goes of a thread's pages, counted for all threads" {
	seen trim.c 's/static __thread/static/'
}

@test "seen: a leaf of the page map that is published without being released" {
	# With leaves of 4 MiB, so that there are many.
	seen 'page_map.*' '
		s/PAGE_MAP_LEAF_SHIFT 31/PAGE_MAP_LEAF_SHIFT 22/
		s/mi_atomic_cas_strong_acq_rel(\(at, &leaf, biased\))/atomic_compare_exchange_strong_explicit(\1, memory_order_relaxed, memory_order_relaxed)/
	'
}

@test "seen: a counter of what is in use that is not atomic" {
	seen purge.c 's/mi_atomic_add_acq_rel(&kept.used, \(.*\));/*(size_t *)\&kept.used += \1;/'
}

@test "seen: a block that moves with its record in a list" {
	# Often a crash in upstream's files, before any two accesses are seen to race.
	seen remap.c '/_mi_arenas_page_unabandon(page, theap);/d' ''
}

@test "seen: lists of empty pages without their locks" {
	seen page.c 's/mi_lock(lock)//'
}
