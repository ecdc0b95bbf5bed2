# SPDX-License-Identifier: MIT
"""bench/run, when what it needs is installed."""

import argparse
import datetime
import fcntl
import json
import os
import platform
import re
import shutil
import signal
import sys
from pathlib import Path

import plan
from recipes import CONTENDERS, OUT, PROGRAMS, WORKLOADS, Failure, about_workload, say


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="bench/run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Builds mimalloc-musl and what it is compared with, measures in turns, and writes a report.",
        epilog="""\
BENCHMARK is a name that --list shows, or a group: workloads, programs, rust, functions, outside. If none is named: all
but rust, which bench/wasmtime measures, functions and outside; with --quick the workloads, start and two programs.

Results: results.json, report.md and plots (SVG). What was downloaded and built in bench/out is used again by the
next run; to start afresh, remove it. Logs: bench/out/log.
exit status: 0 if all was built, ran and was checked; 1 if not; 2 if the command line or the machine is not right""",
    )
    flag = {"action": "store_true"}
    parser.add_argument("benchmark", nargs="*", metavar="BENCHMARK")
    parser.add_argument("--quick", **flag, help="few rounds, threads and contenders, small inputs: five minutes")
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="runs of each, after one to warm up (5; with --quick 2)"
    )
    parser.add_argument("--contenders", metavar="A,B", help="these only; glibc is always among them")
    parser.add_argument("--results", type=Path, metavar="FOLDER", default=OUT / "results", help="(bench/out/results)")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="write the report of earlier results anew")
    parser.add_argument("--build", **flag, help="build and check all that would be measured, no more")
    parser.add_argument("--list", **flag, help="what there is to measure and to compare")
    parser.add_argument("--needs", **flag, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.rounds is None:
        options.rounds = 2 if options.quick else 5
    if options.rounds < 1:
        raise Failure("--rounds: at least 1")
    options.contenders = options.contenders.split(",") if options.contenders is not None else []
    options.seconds = 0.2 if options.quick else 0.5
    options.starts = 100 if options.quick else 500
    return options


def check_results(folder):
    """Before anything is measured, not after."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"--results: {error.strerror}: '{folder}'") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"--results: '{folder}' cannot be written to")


def list_all():
    print("Benchmarks (and the group, if it has to be named):")
    for name in WORKLOADS:
        print(f"  {name:<12} {about_workload(name)}")
    print("  start        start to exit of a small command, and its size")
    for p in PROGRAMS.values():
        print(f"  {p.name:<12} {p.about}{f' ({p.group})' if p.group != 'programs' else ''}")
    print("  wrapper      cc-mimalloc beside the compiler it calls")
    print("  functions    memcpy and its like by themselves (functions)")
    print("\nContenders:")
    for c in CONTENDERS.values():
        print(f"  {c.name:<20} {c.about}")


def machine():
    from build import output_of

    def first_line(*command):
        return output_of(*command).splitlines()[0] if shutil.which(command[0]) else ""

    cpu = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    pages = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return {
        "cpu": cpu.group(1) if cpu else platform.machine(),
        "processors": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": f"Linux {platform.release()}",
        "huge_pages": re.search(r"\[(\w+)\]", pages.read_text()).group(1) if pages.exists() else "none",
        "compiler": first_line("gcc", "--version"),
        "linker": first_line("ld", "--version"),
        "rust": first_line("rustc", "--version"),
        "load_before": round(os.getloadavg()[0], 2),
    }


def write_report(folder):
    import report

    try:
        report.write(folder)
    except (OSError, ValueError) as error:
        raise Failure(f"no results: {error}") from None


def run(options, arguments):
    from build import build, commit
    from measure import measure

    benchmarks = plan.make_plan(options)
    OUT.mkdir(exist_ok=True)
    lock = open(OUT / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Failure("another bench/run is at work here; two would spoil each other's times") from None
    # Before the runs: the tree may be worked on while they take their time.
    measured = commit()
    failures = build(benchmarks)
    if not options.build:
        about_machine = machine()
        results, more = measure(benchmarks)
        failures += more
        used = {name for b in results for name in b["contenders"]}
        everything = {
            "command": " ".join(["bench/run", *arguments]),
            "date": datetime.date.today().isoformat(),
            "commit": measured,
            "rounds": options.rounds,
            "machine": about_machine,
            "contenders": {
                c.name: {"about": c.about, "version": c.version} for c in CONTENDERS.values() if c.name in used
            },
            "failures": [f.splitlines()[0] for f in failures],
            "benchmarks": results,
        }
        (options.results / "results.json").write_text(json.dumps(everything, indent=1) + "\n")
        write_report(options.results)
        print((options.results / "report.md").read_text())
    if failures:
        say("not all is well:")
        for failure in failures:
            print(f"  {failure.splitlines()[0]}", file=sys.stderr)
    return 1 if failures else 0


def main(arguments):
    options = parse(arguments)
    if options.list:
        list_all()
    elif options.report:
        if not options.needs:
            write_report(options.report)
    else:
        if not options.build:
            check_results(options.results)
        if options.needs:
            print(*sorted(plan.needs(plan.make_plan(options))))
        else:
            return run(options, arguments)
    return 0


def end(number, _frame):
    """As an interrupt does: what is measured ends too (measure.py)."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for number in signal.SIGHUP, signal.SIGTERM:
        signal.signal(number, end)
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        print(f"bench: error: {failure}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
