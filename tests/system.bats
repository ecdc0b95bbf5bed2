#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Nothing of the system is touched: musl's files are what they were before the build and all the other suites.

@test "every file of musl's has the hash it had before" {
	[ "$(wc -l <"$OUT/musl-files.before")" -gt 200 ]
	"$TOP/tests/musl-files" >"$BATS_TEST_TMPDIR/after"
	diff "$OUT/musl-files.before" "$BATS_TEST_TMPDIR/after"
}
