# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# need_packages WHO PACKAGE...: what a build needs, and PACKAGE..., by their Debian names; sourced by tests/run.
# Where there is no apt it says what to install, once a command is lacking.

need_packages() {
	who=$1
	shift
	set -- gcc libc6-dev musl-tools meson ninja-build pkg-config make cmake git ca-certificates "$@"
	if ! command -v dpkg-query >/dev/null; then
		for command in cc meson ninja pkg-config make bats shellcheck; do
			command -v "$command" >/dev/null || {
				printf '%s: error: %s is not there, and neither is apt: install the equivalents of %s\n' "$who" "$command" "$*" >&2
				exit 2
			}
		done
		return
	fi
	# The only cargo of Debian 12 that reads today's registries.
	command -v cargo >/dev/null || [ -x "$HOME/.cargo/bin/cargo" ] || set -- "$@" cargo-web
	lacking=
	for package; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed' || lacking="$lacking $package"
	done
	[ -n "$lacking" ] || return 0
	[ "$(id -u)" = 0 ] || {
		printf '%s: error: run as root, or first: apt-get install%s\n' "$who" "$lacking" >&2
		exit 2
	}
	printf '%s: installing%s\n' "$who" "$lacking" >&2
	log=$(mktemp)
	# shellcheck disable=SC2086 # a list of words
	{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $lacking; } >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		printf '%s: error: apt-get install%s failed\n' "$who" "$lacking" >&2
		exit 2
	}
	rm -f "$log"
}
