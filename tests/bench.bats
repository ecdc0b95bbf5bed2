#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The benchmarks: that what they say is so. No time is tested.

bats_require_minimum_version 1.5.0
load lib

setup() {
	scratch
	python=/usr/bin/python3
}

# of RESULTS EXPRESSION: its value, where `data` is results.json and of(group, name, contender) are a contender's runs
of() {
	"$python" - "$1/results.json" "$2" <<-'END'
		import json, sys
		data = json.load(open(sys.argv[1]))
		def of(group, name, contender, threads=1):
		    return [b["contenders"][contender] for b in data["benchmarks"] if (b["group"], b["name"], b["threads"]) == (group, name, threads)][0]
		print(eval(sys.argv[2]))
	END
}

@test "bad options: status 2, and a line that names the cause" {
	for try in 'nonesuch:no benchmark .nonesuch.' '--contenders=nonesuch:no contender .nonesuch.' '--rounds=0:at least 1'; do
		run -2 --separate-stderr "$TOP/bench/run" "${try%%:*}"
		# shellcheck disable=SC2154 # bats sets it
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		grep -q "^bench: error: .*${try#*:}" <<<"$stderr"
	done
	run -2 "$TOP/bench/run" --nonesuch
	run -2 "$TOP/bench/wasmtime" nonesuch
	run -2 "$TOP/bench/run" --report nonesuch
	[[ $output == *'nonesuch/results.json'* ]]
	mkdir other
	echo '{}' >other/results.json
	run -2 "$TOP/bench/run" --report other
	[[ $output == *'of something else' ]]
	run -2 "$TOP/bench/run" --results other/results.json lua
	[[ $output == *'--results: '*'other/results.json'* ]]
	run -2 "$TOP/bench/run" --contenders musl,musl-inline lua
	[[ $output == *"'musl-inline' has no part"* ]]
	run -2 "$TOP/bench/run" --contenders '' lua
	[[ $output == *"no contender ''"* ]]
}

@test "--help and --list" {
	"$TOP/bench/run" --help | grep -q -- --quick
	"$TOP/bench/run" --list >list
	for file in "$TOP"/bench/workloads/*.c; do
		name=${file##*/}
		case ${name%.c} in
		workload | cli) ;;
		*) grep -q "^  ${name%.c} .*[a-z]" list ;;
		esac
	done
	for name in wasmtime jq musl-upstream glibc-jemalloc; do
		grep -q "^  $name .*[a-z]" list
	done
}

@test "measure: what a command cost, and its status" {
	musl-gcc -static -O2 "$TOP/bench/measure.c" -o measure
	cost() { sed -n "s/^$1 //p" cost | cut -d . -f 1; }
	./measure cost sleep 1.1
	[ "$(cost wall)" -eq 1 ]
	[ "$(cost user)" -eq 0 ]
	# 64 MiB in one process, and a small one: the memory of one that was measured before is not counted.
	./measure cost dd if=/dev/zero of=/dev/null bs=64M count=1 status=none
	[ "$(cost peak_kib)" -ge 65536 ]
	[ "$(cost faults)" -ge 10000 ]
	./measure -n 20 cost sleep 0.05
	[ "$(cost wall)" -eq 0 ]
	[ "$(cost switches)" -le 10 ]
	[ "$(cost peak_kib)" -le 8192 ]
	run -3 ./measure cost sh -c 'exit 3'
	run -143 ./measure cost sh -c 'kill -TERM $$'
	run -125 ./measure cost ./nonesuch
	run -125 ./measure -n 0 cost true
}

@test "the workloads: no error of memory or threads in them, and numbers that are possible" {
	count=0
	while read -r name _; do
		case $name in '' | '#'*) continue ;; esac
		unset ASAN_OPTIONS
		for sanitizer in address,undefined thread; do
			gcc -O1 -g -fsanitize=$sanitizer -pthread "$TOP/bench/workloads/$name.c" "$TOP/bench/workloads/workload.c" -o program
			for arguments in '1 0.1' '3 0.1' '3 0.1 calls'; do
				# The sanitizers' own heap is not safe after a fork beside threads that allocate.
				[ "$name" != shell ] || arguments=${arguments/3/1}
				# What fragment keeps is not freed, as its head says.
				[ "$name" != fragment ] || export ASAN_OPTIONS=detect_leaks=0
				# shellcheck disable=SC2086 # a list
				timeout 60 ./program $arguments >said 2>error || fail "$name: $(head -n 20 error)"
				[ ! -s error ]
			done
			count=$((count + 1))
		done
		awk '{ value[$1] = $2 } END { exit !(value["idle_kib"] > 100 && value["idle_kib"] < 1.2 * value["peak_kib"] &&
			value["malloc_p50"] > 1 && value["malloc_max"] >= value["malloc_p99.9"] && value["malloc_p99.9"] >= value["malloc_p99"] &&
			value["malloc_p99"] >= value["malloc_p50"] && value["free_p50"] > 1 && value["malloc_max"] < 1e10) }' said || fail "$name: $(cat said)"
	done <"$TOP/bench/workloads.toml"
	[ "$count" -ge 18 ]
	run -2 ./program
	run -2 ./program 1 0.1 nonesuch
}

@test "the histogram: percentiles of known times" {
	cat >known.c <<-'END'
		#include "workload.h"
		#include <pthread.h>
		// 1,000 mallocs of 1,300 ticks, but for one of a million; work ends by itself.
		void work(struct worker *self)
		{
			for (int i = 0; i < 999; i++)
				record(&self->malloc_times, 1300);
			record(&self->malloc_times, 1000000);
			record(&self->free_times, 1000);
			self->operations = 1;
		}
	END
	gcc -O2 -pthread -I"$TOP/bench/workloads" known.c "$TOP/bench/workloads/workload.c" -o known
	./known 2 0.1 calls >said
	# Whatever a tick is: the ratios, to the classes of 6 %.
	awk '{ value[$1] = $2 } END { tick = value["free_p50"] / 1024; exit !(value["malloc_p50"] / tick >= 1300 && value["malloc_p50"] / tick < 1391 &&
		value["malloc_p99"] == value["malloc_p50"] && value["malloc_max"] / tick >= 1e6 && value["malloc_max"] / tick < 1.07e6) }' said || fail "$(cat said)"
}

@test "a run: results, report and plots, and who won in each program" {
	"$TOP/bench/run" --quick --rounds 2 --contenders musl,mimalloc-musl --results results replace shell start >log 2>&1 || fail "$(tail log)"
	[ "$(of results 'sorted(data["contenders"])')" = "['glibc', 'mimalloc-musl', 'musl']" ]
	[ "$(of results 'data["failures"]')" = '[]' ]
	[ "$(of results 'len(of("workloads", "replace", "musl", 8)["rate"])')" -eq 2 ]
	for contender in glibc musl mimalloc-musl; do
		[ "$(of results "min(of('calls', 'replace', '$contender', 2)['malloc_p99']) > 1")" = True ]
		[ "$(of results "all(0 < w < 1 for w in of('start', 'cli 300', '$contender')['wall'])")" = True ]
	done
	# Progress, with the time that is left.
	grep -qE '^bench: +[0-9]+ %, [0-9]+ min left: ' log
	grep -q '^| replace, 8 threads |' results/report.md
	grep -q '^## Idle memory' results/report.md
	for plot in throughput workloads latency-malloc latency-free memory start; do
		"$python" -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' results/$plot.svg
		grep -q "!\[$plot\]($plot.svg)" results/report.md
	done
	won "$TOP/bench/out/run/replace-mimalloc-musl"
	run won "$TOP/bench/out/run/replace-musl"
	[ "$status" -ne 0 ]
	# Any contender's program, taken for any other's.
	"$python" -B - "$TOP/bench/runner" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		from build import check_heap
		from recipes import CONTENDERS, RUN, Failure
		names = ["glibc", "musl", "mimalloc-musl"]
		for is_ in names:
		    for should in names:
		        try:
		            check_heap(RUN / f"replace-{is_}", CONTENDERS[should])
		            found = True
		        except Failure:
		            found = False
		        assert found == (is_ == should), (is_, should)
	END
}

@test "a run that is told to end takes with it what it measures" {
	"$TOP/bench/run" --rounds 50 --contenders musl --results ended replace >log 2>&1 &
	for ((i = 0; i < 600; i++)); do
		! pgrep -f "^./replace-musl 1 0.5\$" >pids || break
		sleep 0.1
	done
	[ -s pids ]
	pkill -TERM -f -- "runner .*--results ended replace\$"
	ended=0
	wait $! || ended=$?
	[ "$ended" -eq 143 ]
	run -1 pgrep -f "^./replace-musl 1 0.5\$"
}

@test "what cannot be built, has another heap, fails or says something else is named, and the status is 1" {
	(cd "$TOP" && files | tar cf - -T -) | tar xf -
	ln -s "$TOP"/subprojects/mimalloc-*/ subprojects/
	cat >>bench/contenders.toml <<-'END'
		[unbuilt]
		about = "cannot be built"
		cc = "gcc"
		prepare = "echo this went wrong; exit 7"
		version = "echo 0"

		[false]
		about = "says it is what it is not"
		cc = "musl-gcc --static"
		symbol = "mimalloc_musl_version"
		version = "echo 0"

		[absent]
		about = "a library that is not there"
		base = "glibc"
		prepare = ":"
		version = "echo 0"
	END
	cat >>bench/programs.toml <<-'END'
		[fails]
		about = "fails with musl, and says something else with mimalloc-musl"
		build = '''
		printf '#include <stdlib.h>\n#include <stdio.h>\nint main(void) { puts(malloc(1) && !NUMBER ? "same" : "other"); return NUMBER == 1; }' >main.c
		case $contender in glibc) n=0 ;; musl) n=1 ;; *) n=2 ;; esac
		$CC -DNUMBER=$n main.c -o program
		'''
		program = "program"
		run = "exec $preload $program"
	END
	run -1 bench/run --quick --rounds 1 --contenders unbuilt,false,absent,musl,mimalloc-musl --results results replace fails
	of results '"\n".join(data["failures"])' >failures
	grep -q 'contender unbuilt: .*exit status 7' failures
	grep -q 'replace with false: .*static, with ' failures
	grep -q 'replace with absent: ' failures
	grep -q 'fails.*: musl: exit status 1' failures
	grep -q "fails.*: mimalloc-musl: its output is not that of the others" failures
	for line in 'contender unbuilt' 'replace with false'; do
		grep -q "^- $line" results/report.md
	done
	# The others are measured all the same.
	grep -qE '^\| replace, 1 thread \| [0-9.]+ M/s \| [0-9.]+ \|' results/report.md
	grep -qE '^\| fails \| [0-9.]+ s \|$' results/report.md
}

@test "in each round every contender once, and not always behind the same other" {
	"$python" -B - "$TOP/bench/runner" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import measure
		from plan import Benchmark
		from recipes import CONTENDERS
		contenders = list(CONTENDERS.values())[:4]
		ran = []
		measure.run_once = lambda b, c: (ran.append(c.name) or {"wall": 1.0}, "")
		b = Benchmark("programs", "any", 1, "", "", contenders, 12)
		runs = measure.measure([b])[0][0]["contenders"]
		rounds = [ran[i : i + 4] for i in range(0, len(ran), 4)]
		assert len(rounds) == 12 + b.warm_up, ran
		assert all(sorted(r) == sorted(c.name for c in contenders) for r in rounds), ran
		assert all(len(runs[c.name]["wall"]) == 12 for c in contenders)
		for c in contenders:
		    assert len({r[r.index(c.name) - 1] for r in rounds if r[0] != c.name}) > 1, (c.name, rounds)
	END
}

@test "of a run that does not end, nothing is left" {
	"$python" -B - "$TOP/bench/runner" <<-'END'
		import os, sys
		sys.path.insert(0, sys.argv[1])
		import measure
		measure.RUN, measure.TIMEOUT = ".", 0.5
		try:
		    measure.communicate(["sh", "-c", "sleep 99 & echo $! >child; exec sleep 99"], os.environ)
		    sys.exit("it ended")
		except measure.Failure as failure:
		    assert "not at its end" in str(failure)
	END
	# The child's child; what has ended may still have its entry.
	[[ $(ps -o stat= -p "$(cat child)") != S* ]]
}

@test "the report: ratios of medians, and their spread" {
	mkdir results
	cat >results/results.json <<-'END'
		{"command": "c", "date": "d", "commit": "k", "rounds": 3, "failures": [],
		 "machine": {"cpu": "x", "processors": 2, "memory_gib": 1, "kernel": "l", "huge_pages": "never", "compiler": "g", "linker": "b",
		             "rust": "", "load_before": 0},
		 "contenders": {"glibc": {"about": "a", "version": "1"}, "mimalloc-musl": {"about": "b", "version": "2"},
		                "other": {"about": "c", "version": "3"}},
		 "benchmarks": [
		  {"group": "programs", "name": "p", "threads": 1, "about": "q", "unit": "s", "contenders": {
		   "glibc": {"wall": [1, 4, 2], "peak_kib": [1024, 2048, 4096]}, "mimalloc-musl": {"wall": [1, 1, 1], "peak_kib": [512, 512, 8192]}}},
		  {"group": "programs", "name": "r", "threads": 1, "about": "q", "unit": "s", "contenders": {
		   "glibc": {"wall": [1], "peak_kib": [1024]}, "mimalloc-musl": {"wall": [2], "peak_kib": [1024]},
		   "other": {"wall": [3], "peak_kib": [1024]}}},
		  {"group": "workloads", "name": "w", "threads": 2, "about": "q", "unit": "ops/s", "contenders": {
		   "glibc": {"rate": [1e6, 1e6], "wall": [1, 1], "peak_kib": [1, 1]}, "mimalloc-musl": {"rate": [4e6, 4e6], "wall": [9, 9], "peak_kib": [1, 1]}}}]}
	END
	"$TOP/bench/run" --report results
	grep -qF '| p | 2.00 s | **0.50** (0.25 to 1.00) | - |' results/report.md
	grep -qF '| p | 2.00 | **0.25** (0.25 to 2.00) | - |' results/report.md
	grep -qF '| w | 1.00 M/s | **0.25** (0.25 to 0.25) |' results/report.md
	grep -qF '| geometric mean |  | **1.00** | 3.00 (1 of 2) |' results/report.md
	grep -qF '| p, 1 thread | glibc | 1 | 2 | 4 | 1.000 | 1.00 to 1.00 | 2.00 |' results/figures.md
	grep -qF '| w, 2 threads | mimalloc-musl | 2.5e-07 | 2.5e-07 | 2.5e-07 | 0.250 |' results/figures.md
	[ -s results/programs.svg ]
}

@test "functions: no error of memory in them, times of calls, in the report and plotted" {
	gcc -O1 -g -fsanitize=address,undefined "$TOP/bench/functions/functions.c" -o functions
	for case in 'memcpy hot' 'memmove-up hot' 'memset cold' 'strcmp real' 'strlen aligned'; do
		# shellcheck disable=SC2086 # words
		./functions $case 0.01 >said
		[ "$(wc -l <said)" -ge 3 ]
		grep -q '^cycle 0\.' said
	done
	run -2 ./functions memcpy
	run -2 ./functions memcpy nowhere 0.01
	"$TOP/bench/run" functions --quick --rounds 1 --contenders musl,mimalloc-musl,musl-inline,musl-llvm-libc --results results >log 2>&1 || fail "$(tail log)"
	[ "$(of results 'data["failures"]')" = '[]' ]
	for contender in glibc musl mimalloc-musl musl-inline musl-llvm-libc; do
		[ "$(of results "0.1 < of('functions', 'memcpy hot', '$contender', 0)['16'][0] < 1000")" = True ]
	done
	grep -q '^### strcmp real' results/report.md
	grep -q '^| \*\*mimalloc-musl\*\* | [0-9.]* | ' results/report.md
	"$python" -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' results/functions.svg
}

@test "functions: the sizes that a program calls them with are counted" {
	cat >known.c <<-'END'
		#include <string.h>
		int main(void)
		{
			static char from[100], to[100];
			for (int i = 0; i < 1000; i++)
				memcpy(to, from, 20);
			return memcmp(to, from, 100);
		}
	END
	CC_MIMALLOC_MEMORY=off cc-mimalloc -static -O2 -fno-builtin -fno-tree-loop-distribute-patterns "$TOP/bench/functions/count.c" known.c -o known
	COUNTS=counts ./known
	awk '$1 == "memcpy" && $2 >= 1000 && $2 < 1010 && $3 >= 20000 && $15 > 980 { found++ }
		$1 == "memcmp" && $2 >= 1 && $3 >= 100 { found++ }
		END { exit found != 2 }' counts || fail "$(cat counts)"
}

@test "the commit that was measured: dirty by what was changed, not by earlier results" {
	git -C "$TOP" rev-parse 2>/dev/null || skip 'this tree is no git checkout'
	git clone -q "file://$TOP" clone
	commit() {
		"$python" -Bc 'import sys; sys.path.insert(0, sys.argv[1]); import build; build.ROOT = "clone"; print(build.commit())' \
			"$TOP/bench/runner"
	}
	name=$(git -C clone describe --always)
	[ "$(commit)" = "$name" ]
	echo >>clone/bench/results/0.1.0/report.md
	[ "$(commit)" = "$name" ]
	echo >>clone/src/overlay.c
	[ "$(commit)" = "$name-dirty" ]
	rm -rf clone/.git
	[ "$(commit)" = 'a tree that is no git checkout' ]
}

@test "the committed results: each report is what its results say, and names the machine and the command" {
	count=0
	for folder in "$TOP"/bench/results/*/; do
		cp -R "$folder" again
		"$TOP/bench/run" --report again
		diff -r -x '*.svg' "$folder" again
		[ "$(cd again && ls)" = "$(cd "$folder" && ls)" ]
		# shellcheck disable=SC2016 # Markdown
		grep -qE '^`bench/(run|wasmtime).*`, 20[0-9-]+, at [0-9a-f]+\.' again/report.md
		rm -r again
		count=$((count + 1))
	done
	[ "$count" -ge 1 ]
}

@test "README.md's table has what the committed reports have" {
	cat "$TOP"/bench/results/*/report.md >reports
	count=0
	while IFS='|' read -r _ name musl ours others; do
		row=$(grep -F "|$name|" reports | grep -F "|${ours% } (") || fail "$name: not $ours"
		IFS='|' read -ra others <<<"$others"
		for cell in "$musl" "${others[@]}"; do
			[ -n "${cell// /}" ] || continue
			[[ $row == *"|$cell|"* ]] || fail "$name: not $cell"
			count=$((count + 1))
		done
	done < <(grep -E '^\| .* \| \*\*[0-9.]+\*\* \|' "$TOP/README.md")
	[ "$count" -ge 70 ] # sixteen rows of four and five, beside ours
}

@test "get-crate: only what has the hash" {
	command -v cargo >/dev/null || skip 'no cargo'
	run -1 "$TOP/bench/get-crate" rpmalloc-sys 0.2.3+b097fd0 "$(printf '%064d' 0)" source
	[[ $output == *'has not the SHA-256'* ]]
	[ ! -e source ]
	run ! "$TOP/bench/get-crate" rpmalloc-sys 99.0.0 "$(printf '%064d' 0)" source
	[ ! -e source ]
}
