# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # runner sets the environment
# What the shell texts of contenders.toml and programs.toml may call.

deb_version() {
	# shellcheck disable=SC2016 # dpkg's
	dpkg-query -W -f '${Version}' "$1"
}

our_version() {
	cc-mimalloc --cc-mimalloc-help | sed -n '1s/^cc-mimalloc \([^ ]*\) .*/mimalloc-musl \1/p'
}

upstream_version() {
	basename "$mimalloc" | sed 's/-/ /'
}

# libc_with LIBC FOLDER FILE...: in FOLDER, a copy of LIBC whose malloc is that of the objects, or archives of them.
libc_with() {
	libc=$1 copy=$2
	shift 2
	cp "$libc" libc.tmp.a
	members='\(aligned_alloc\|calloc\|donate\|free\|libc_calloc\|lite_malloc\|malloc\|malloc_usable_size\|memalign'
	members="$members"'\|posix_memalign\|realloc\|replaced\|valloc\)\.l\{0,1\}o'
	ar t libc.tmp.a | grep -q '^malloc\.' || {
		echo "$libc has no malloc"
		return 1
	}
	left_out() {
		ar t libc.tmp.a | grep -x "$members" | sort -u
	}
	# Some names are there twice, and are removed one at a time.
	while [ -n "$(left_out)" ]; do
		left_out | xargs ar d libc.tmp.a
	done
	{
		echo open libc.tmp.a
		for file; do
			case $file in
			*.a) echo addlib "$file" ;;
			*) echo addmod "$file" ;;
			esac
		done
		echo save
		echo end
	} | ar -M
	mkdir -p "$copy"
	mv libc.tmp.a "$copy/libc.a"
}

# names.o: the names by which musl calls malloc and friends itself, for an allocator that has only the public ones
musl_names() {
	musl-gcc -O2 -fno-builtin -c -x c - -o names.o <<-'END'
		#include <stdlib.h>
		void *__libc_malloc(size_t size) { return malloc(size); }
		void *__libc_calloc(size_t count, size_t size) { return calloc(count, size); }
		void *__libc_realloc(void *block, size_t size) { return realloc(block, size); }
		void __libc_free(void *block) { free(block); }
	END
}

# crate NAME VERSION SHA256: its source as a new folder NAME
crate() {
	"$here/get-crate" "$1" "$2" "$3" "$PWD/$1"
}
