#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# libmem-overlay.a: what its functions do at every size, alignment and overlap, and that they win.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	archives=$(echo "$PREFIX"/lib/mimalloc-musl/*-linux-musl)
	libc=$(sed -n 's/.* \(\/.*\/libc\.a\) .*/\1/p' "$archives/libc.a")
	expected=$TOP/tests/expected
	export LC_ALL=C
}

# ours FILE: the overlay's object is in FILE, and none of the members of musl's that it stands in for
ours() {
	nm "$1" >symbols
	grep -q ' [Tt] mimalloc_musl_memory_version$' symbols || fail "$1: libmem-overlay.a is not in it" || return
	# musl's other name of memcpy, which its memmove jumps to
	if grep ' __memcpy_fwd_alias_1$' symbols; then
		fail "$1: musl's memcpy is in it"
		return
	fi
	[[ $(cc-mimalloc --check "$1") == *', memory functions '* ]] || fail "$(cc-mimalloc --check "$1")"
}

# object COMPILER ARGUMENT...: the overlay's object, compiled as the archive's is
object() {
	(
		cd "$OUT/build" || return
		python3 - "$@" <<-'END'
			import json, shlex, subprocess, sys
			(command,) = {
			    c["command"]
			    for c in json.load(open("compile_commands.json"))
			    if c["file"].endswith("src/memory/memory.c")
			}
			words = iter(shlex.split(command))
			kept = []
			for word in words:
			    if word in ("-o", "-MF", "-MQ", "-MT"):
			        next(words)
			    elif word.startswith("-") and word != "-MD" or word.endswith(".c"):
			        kept.append(word)
			assert len(kept) > 20, command
			sys.exit(subprocess.run([sys.argv[1], *sys.argv[2:], *kept]).returncode)
		END
	)
}

@test "every size to 512 and some above, every alignment and overlap, as this processor has it" {
	program every -static
	ours every
	saw 32000000 ./every
}

# with_features FEATURES [COMMAND...]: as processors have it that have these (src/memory/cpu.h), run under COMMAND
with_features() {
	object gcc "-DCPU_FEATURES=$1" -o "$PWD/memory.o"
	shift
	CC_MIMALLOC_MEMORY=off program every -static memory.o
	ours every
	saw 8000000 "$@" ./every 4
	CC_MIMALLOC_MEMORY=off program pages -static memory.o
	saw 100000 "$@" ./pages 3
}

@test "the same as processors have it that this one may not be" {
	under=()
	grep -q ' avx2 ' /proc/cpuinfo || under=(qemu-x86_64 -cpu max)
	# the baseline; wide vectors; string instructions as well
	with_features 1
	with_features 3 "${under[@]}"
	with_features 7 "${under[@]}"
}

@test "the same with vectors of 64 bytes" {
	grep -q ' avx512bw ' /proc/cpuinfo || skip 'this processor has no AVX-512, nor has qemu'
	# with string instructions and without
	with_features 15
	with_features 11
}

@test "the processor is asked what it has, once that pays" {
	CC_MIMALLOC_MEMORY=off cc-mimalloc -static -O2 -ffreestanding -fno-builtin "-I$TOP/include" "$TOP/tests/memory/asked.c" -o asked
	# src/memory/cpu.h: the baseline; wide vectors; string instructions as well, on Intel's; vectors of 64 bytes (15),
	# of which qemu has none
	for cpu in qemu64:1 Penryn:1 SandyBridge:1 Haswell:7 Skylake-Client:7 EPYC:3; do
		[ "$(qemu-x86_64 -cpu ${cpu%:*} ./asked)" = "0 0 ${cpu#*:}" ] || fail "$cpu"
	done
	wide=$(grep -q ' avx2 ' /proc/cpuinfo && echo 1 || echo 0)
	[[ $(./asked) =~ ^0\ 0\ ([137]|15)$ ]]
	[ $((BASH_REMATCH[1] >> 1 & 1)) -eq "$wide" ]
	widest=$(grep -q '^vendor_id.*GenuineIntel' /proc/cpuinfo && grep -q ' avx512_fp16 ' /proc/cpuinfo && echo 1 || echo 0)
	[ $((BASH_REMATCH[1] >> 3)) -eq "$widest" ]
}

@test "nothing is touched behind the end of a page or before its start" {
	program pages -static
	ours pages
	saw 1000000 ./pages
	# and if it were, that would be seen
	run ./pages 1000 beyond
	[ "$status" -ge 128 ]
}

@test "blocks of more than 4 GiB" {
	program huge -static
	ours huge
	saw 17 ./huge
}

@test "calls by chance, from four threads" {
	program fuzz -static
	ours fuzz
	saw 10000 ./fuzz 10
}

@test "older and newer processors, in qemu" {
	program every -static
	program pages -static
	for cpu in qemu64 Penryn SandyBridge Haswell EPYC max; do
		saw 30000 qemu-x86_64 -cpu $cpu ./every 1009
		saw 5000 qemu-x86_64 -cpu $cpu ./pages 97
	done
}

@test "with valgrind: no result depends on what is behind an end" {
	program undefined -static
	ours undefined
	saw 100000 valgrind -q --error-exitcode=9 ./undefined
	run -9 valgrind -q --error-exitcode=9 ./undefined x
	program every -static
	saw 30000 valgrind -q --error-exitcode=9 ./every 1009
}

@test "no function calls itself or another by its name, and the overlay needs nothing" {
	overlay=$archives/libmem-overlay.a
	[ "$(ar t "$overlay" | wc -l)" -eq 1 ]
	nm -g --defined-only "$overlay" | awk 'NF == 3 { print $2, $3 }' | sort -k 2 >defined
	diff -u "$expected/libmem-overlay.defined" <(awk '{ print $2 }' defined)
	[ "$(awk '{ print $1 }' defined | sort -u)" = T ]
	nm -u "$overlay" | awk 'NF == 2 && $2 != "_GLOBAL_OFFSET_TABLE_"' >undefined
	[ ! -s undefined ] || fail "$(cat undefined)"
	# Wherever a program has them, they begin a line of the cache.
	[ "$(readelf -SW "$overlay" | awk '/ \.text\.(mem|str)[a-z]+ +PROGBITS/ { print $NF }' | sort -u)" = 64 ]
	objdump -dr --no-show-raw-insn "$overlay" >code
	[ "$(grep -c 'ret' code)" -gt 20 ]
	awk '{ print $2 }' defined | paste -s -d '|' - >names
	run -1 grep -E "(call|jmp|PLT32|PC32).*[< ]($(cat names))(>|-0x4)?\$" code
}

@test "each of them is a name of musl's, and the rest of libc links with them" {
	awk '!/^mimalloc_musl_/' "$expected/libmem-overlay.defined" >names
	[ -s names ]
	nm -g --defined-only "$libc" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >musls
	[ -z "$(comm -23 names musls)" ] || fail "not in libc: $(comm -23 names musls)"
	"$TOP/tests/musl-symbols" wanted "$libc" "$expected/libmem-overlay.defined" >used
	[ -s used ]
	[ -z "$(comm -23 used names)" ] || fail "the overlay lacks $(comm -23 used names)"
}

@test "they win with each linker, static, static-pie and dynamic, whatever follows" {
	count=0
	for ld in bfd gold lld mold; do
		for kind in -static -static-pie -pie; do
			[ "$ld$kind" != gold-static-pie ] || continue # gold has no static-pie
			program undefined $kind -fuse-ld=$ld -lc -Wl,-Map,map
			ours undefined
			[ $kind != -static ] || won undefined
			saw 100000 ./undefined
			count=$((count + 1))
		done
	done
	[ "$count" -eq 11 ]
}

@test "with link-time optimization, and with clang" {
	program every -static -flto
	ours every
	saw 500000 ./every 61
	CC_MIMALLOC_CC=clang program every -static
	ours every
	saw 500000 ./every 61
	CC_MIMALLOC_CC=clang program every -static -flto -fuse-ld=lld
	ours every
	saw 500000 ./every 61
}

@test "a program with a strlen of its own: an error that names the cure, which helps" {
	set -- -static "$TOP/tests/memory/own-strlen.c" -fno-builtin -o own
	for ld in bfd gold lld mold; do
		run cc-mimalloc -fuse-ld=$ld "$@"
		[ "$status" -ne 0 ]
		[[ $output == *'has-own-memory-functions-so-set-CC_MIMALLOC_MEMORY=off'* ]] || fail "$ld: $output"
		CC_MIMALLOC_MEMORY=off cc-mimalloc -fuse-ld=$ld "$@"
		won own
		run -1 grep -q mimalloc_musl_memory_version own
		[ "$(./own)" = own ]
	done
}

@test "without them, and they without mimalloc" {
	CC_MIMALLOC_MEMORY=off program undefined -static
	won undefined
	run -1 ours undefined
	saw 100000 ./undefined
	CC_MIMALLOC=off CC_MIMALLOC_MEMORY=on program fuzz -static
	ours fuzz
	run -1 won fuzz
	[[ $(cc-mimalloc --check fuzz) == *"musl's malloc (mallocng), memory functions "*'; static' ]]
	saw 1000 ./fuzz 1
	CC_MIMALLOC_PROFILE=small program undefined -static
	won undefined
	run -1 ours undefined
	CC_MIMALLOC_PROFILE=small CC_MIMALLOC_MEMORY=on program undefined -static
	won undefined
	ours undefined
}

@test "by pkg-config, by the library folder and in a copied libc.a, and switched off there" {
	export PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig
	source=$TOP/tests/memory/fuzz.c
	# shellcheck disable=SC2046 # words
	musl-gcc -static -fno-builtin "$source" $(pkg-config --libs mimalloc-musl) -o fuzz
	won fuzz
	ours fuzz
	# shellcheck disable=SC2046 # words
	musl-gcc -static -fno-builtin "$source" $(pkg-config --define-variable=memory= --libs mimalloc-musl) -o fuzz
	won fuzz
	run -1 ours fuzz
	musl-gcc -static -fno-builtin "$source" -L"$archives" -o fuzz
	won fuzz
	ours fuzz
	cc-mimalloc --copy-libc "$libc" libc.a
	musl-gcc -static -fno-builtin "$source" -L. -o fuzz
	won fuzz
	ours fuzz
	saw 1000 ./fuzz 1
	rm libc.a
	CC_MIMALLOC_MEMORY=off cc-mimalloc --copy-libc "$libc" libc.a
	musl-gcc -static -fno-builtin "$source" -L. -o fuzz
	won fuzz
	run -1 ours fuzz
}
