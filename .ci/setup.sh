# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What bench/run and tests/run have in common: packages, the sources of mimalloc, a build. Sourced; they set
#   who   their name, for messages
#   root  the folder of the project
#   out   the folder for all they make; logs go to $out/log

: "${who:?}" "${root:?}" "${out:?}"
mkdir -p "$out/log"

say() {
	printf '%s: %s\n' "$who" "$*" >&2
}

# die STATUS MESSAGE...
die() {
	status=$1
	shift
	printf '%s: error: %s\n' "$who" "$*" >&2
	exit "$status"
}

# logged NAME COMMAND...: run it with its output in a log, of which only a failure shows the end.
logged() {
	log=$out/log/$1.log
	shift
	"$@" >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		die 1 "that is the end of $log"
	}
}

# What build_mimalloc needs.
# shellcheck disable=SC2034 # for those who source this
build_needs='gcc:gcc /usr/include/stdlib.h:libc6-dev musl-gcc:musl-tools readelf:binutils meson:meson ninja:ninja-build'
apt_updated=

# missing WHAT:PACKAGE...: the packages of what is not there; WHAT is a command or a file.
missing() {
	for need; do
		case $need in
		/*) [ -e "${need%%:*}" ] ;;
		*) command -v "${need%%:*}" >/dev/null ;;
		esac || printf '%s\n' "${need#*:}"
	done | sort -u | tr '\n' ' '
}

# A source that cannot be reached matters only if a package is not in the others.
update_apt() {
	[ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || [ -n "$apt_updated" ] ||
		apt-get update -q >"$out/log/apt-update.log" 2>&1 || say "apt-get update complains: $out/log/apt-update.log"
	apt_updated=yes
}

install_missing() {
	packages=$(missing "$@")
	[ -n "$packages" ] || return 0
	command -v apt-get >/dev/null || die 2 "not here, and there is no apt-get to install it: $packages(Debian's names)"
	[ "$(id -u)" = 0 ] ||
		die 2 "not root; run first, as root: apt-get update && apt-get install -y --no-install-recommends $packages"
	say "installing ${packages% } (apt-get)"
	update_apt
	# shellcheck disable=SC2086 # a list
	logged apt-install env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
		-o DPkg::Lock::Timeout=300 $packages
}

# build_mimalloc [MESON OPTION...]: the sources, a build in $out/build, the installed tree in $out/prefix
build_mimalloc() {
	say 'getting the sources of mimalloc'
	if ! "$root/subprojects/get-mimalloc" >"$out/log/get-mimalloc.log" 2>&1 && ! command -v cargo >/dev/null; then
		# The crate has them too. Debian 12's `cargo` is too old for today's registry, its `cargo-web` is not.
		package=cargo-web
		update_apt
		apt-cache show $package >/dev/null 2>&1 || package=cargo
		install_missing cargo:$package /etc/ssl/certs/ca-certificates.crt:ca-certificates
	fi
	logged get-mimalloc "$root/subprojects/get-mimalloc"
	tail -n 1 "$out/log/get-mimalloc.log" >&2

	say "building and installing into ${out#"$root/"}/prefix"
	# A build folder knows where it is: one that was moved is none.
	[ "$root" = "$(cat "$out/root" 2>/dev/null)" ] || rm -rf "$out/build"
	printf '%s\n' "$root" >"$out/root"
	[ -f "$out/build/build.ninja" ] ||
		logged meson-setup meson setup --prefix="$out/prefix" "$out/build" "$root" "$@"
	logged meson-compile meson compile -C "$out/build"
	logged meson-install meson install -C "$out/build" --no-rebuild
}
