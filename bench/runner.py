# SPDX-License-Identifier: MIT
"""Builds what is compared, checks which allocator won in each program, measures in turns, writes results and a report."""

import argparse
import datetime
import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = HERE / "out"
RUN = OUT / "run"  # where everything runs, so that commands need no paths

QUICK_CONTENDERS = "glibc musl mimalloc-musl musl-upstream glibc-mimalloc glibc-jemalloc glibc-tcmalloc".split()
QUICK_PROGRAMS = ["lua", "jq"]
RUN_TIMEOUT = 900


class Failure(Exception):
    """What is wrong, in a line for the user."""


def say(message):
    print(f"bench: {message}", file=sys.stderr, flush=True)


# --- What there is ---


@dataclass
class Contender:
    name: str
    about: str
    version: str
    base: str = ""
    cc: str = ""
    triple: str = ""
    linker: str = ""
    feature: str = ""
    symbol: str = ""
    may_have: list = field(default_factory=list)
    needs: list = field(default_factory=list)
    prepare: str = ""
    prepare_rust: str = ""
    programs: bool = True

    @property
    def folder(self):
        return OUT / "contenders" / self.name

    @property
    def made_from(self):
        """What a program with it depends on."""
        own = files_of_prefix() if "cc-mimalloc" in self.cc + self.linker else ""
        return self.cc, self.triple, self.linker, self.feature, self.prepare, self.prepare_rust, own


@dataclass
class Program:
    name: str
    about: str
    build: str
    program: str
    run: str
    group: str = "programs"
    sources: list = field(default_factory=list)
    needs: list = field(default_factory=list)
    generate: str = ""
    size: int = 0
    quick_size: int = 0
    output: str = "same"
    features: list = field(default_factory=list)
    variants: list = field(default_factory=lambda: [""])
    quick_variants: list = field(default_factory=list)
    threads: list = field(default_factory=lambda: [1])


def load(file, kind):
    with open(HERE / file, "rb") as f:
        return {name: kind(name=name, **table) for name, table in tomllib.load(f).items()}


CONTENDERS = load("contenders.toml", Contender)
PROGRAMS = load("programs.toml", Program)
with open(HERE / "workloads.toml", "rb") as f:
    WORKLOADS = tomllib.load(f)
GROUPS = {
    "workloads": list(WORKLOADS),
    "programs": [p.name for p in PROGRAMS.values() if p.group == "programs"],
    "rust": [p.name for p in PROGRAMS.values() if p.group == "rust"],
}


def takes_part(contender, program):
    """Whether a contender has this program; None stands for the workloads."""
    base = CONTENDERS.get(contender.base, contender)
    if program is None:
        return bool(base.cc)
    if not contender.programs:
        return False
    if program.group == "rust":
        return bool(base.triple) and (not contender.feature or contender.feature in program.features)
    return bool(base.cc)


# --- Building ---


def environment(contender=None, **more):
    """What the shell texts of the recipes find, beside helpers.sh."""
    env = dict(os.environ)
    env["PATH"] = f"{OUT / 'bin'}:{env['PATH']}"
    env.update(
        here=str(HERE),
        root=str(ROOT),
        out=str(OUT),
        inputs=str(HERE / "inputs"),
        jobs=str(os.cpu_count()),
        mimalloc=str(next((ROOT / "subprojects").glob("mimalloc-*"))),
    )
    if contender:
        env.update(contender=contender.name, folder=str(contender.folder), feature=contender.feature)
        if contender.triple:
            env["triple"] = contender.triple
    env.update({name: str(value) for name, value in more.items()})
    return env


def shell(text, cwd, env, log=None):
    """Runs a text of a recipe; its output goes to a log, of which a failure shows the end, or is returned."""
    script = f'. "$here/helpers.sh"\n{text}'
    if log is None:
        return subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        ).stdout.strip()
    file = OUT / "log" / f"{log}.log"
    with open(file, "w") as f:
        status = subprocess.run(
            ["sh", "-eux", "-c", script], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=f, stderr=f
        )
    if status.returncode:
        end = file.read_text(errors="replace").splitlines()[-20:]
        raise Failure(
            f"{log}: exit status {status.returncode}; the end of {file.relative_to(ROOT)}:\n" + "\n".join(end)
        )
    return None


def fresh(folder, *made_from):
    """Whether the folder was made from the same; otherwise it is empty now. Done with it: keep(folder)."""
    fingerprint = "\n".join(map(str, made_from))
    kept = folder / "made-from"
    if kept.exists() and kept.read_text() == fingerprint:
        return True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "made-from.new").write_text(fingerprint)
    return False


def keep(folder):
    (folder / "made-from.new").rename(folder / "made-from")


def files_of_prefix():
    """What a program with mimalloc-musl in it is made from."""
    files = sorted((OUT / "prefix").rglob("*.a")) + [OUT / "prefix/bin/cc-mimalloc"]
    return subprocess.run(["cksum", *files], check=True, stdout=subprocess.PIPE, text=True).stdout


def prepare(contender, rust):
    """Gets or builds the allocator, and makes cc-NAME, since a path of ours may have blanks, and CC and its like may not."""
    env = environment(contender, musl_libc=musl_libc())
    if not fresh(contender.folder, *contender.made_from, (HERE / "helpers.sh").read_text(), musl_libc()):
        say(f"contender {contender.name}")
        shell(contender.prepare, contender.folder, env, f"contender-{contender.name}")
        keep(contender.folder)
    if rust and contender.prepare_rust:
        env["rust_libc"] = str(Path(rust_libdir(contender.triple)) / "self-contained/libc.a")
        shell(contender.prepare_rust, contender.folder, env, f"contender-{contender.name}-rust")
    if contender.cc:
        script = OUT / "bin" / f"cc-{contender.name}"
        script.write_text(f'#!/bin/sh\nfolder="{contender.folder}"\nexec {contender.cc} "$@"\n')
        script.chmod(0o755)
    contender.version = shell(contender.version, contender.folder, env)


def musl_libc():
    said = output_of(str(ROOT / "linkshim/find-musl"), "musl-gcc", "gcc")
    return re.search(r"^libdir=(.*)$", said, re.MULTILINE).group(1) + "/libc.a"


def rust_libdir(triple):
    command = ["rustc", "--print", "target-libdir", "--target", triple]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def build_workload(name, contender):
    program = RUN / f"{name}-{contender.name}"
    sources = [HERE / "workloads" / f"{name}.c"]
    if name != "cli":  # it has a main of its own
        sources.append(HERE / "workloads/workload.c")
    newest = max(f.stat().st_mtime for f in [*sources, HERE / "workloads/workload.h", contender.folder / "made-from"])
    if program.exists() and program.stat().st_mtime > newest:
        return
    # Without builtins, since a compiler that knows malloc may leave it out.
    text = f'cc-{contender.name} -O2 -fno-builtin-malloc -pthread {" ".join(f.name for f in sources)} -o "$program"'
    shell(text, HERE / "workloads", environment(contender, program=program), f"{name}-{contender.name}")


def get_source(source):
    name, *options = source.split()
    folder = OUT / "source" / name
    if not folder.exists():
        say(f"getting the source package {name}")
        text = f'"$here/get-source" "$out/apt" {name} "$place" {" ".join(options)}'
        shell(text, OUT, environment(place=folder), f"source-{name}")
    return folder


def build_program(program, contender):
    tree = OUT / "programs" / f"{program.name}-{contender.name}"
    made_from = program.build, program.program, program.sources, (contender.folder / "made-from").read_text()
    result = RUN / f"{program.name}-{contender.name}"
    if not result.exists():
        shutil.rmtree(tree, ignore_errors=True)
    if fresh(tree, *made_from):
        return
    say(f"{program.name}: building for {contender.name}")
    for source in program.sources:
        folder = get_source(source)
        shutil.copytree(folder, tree / folder.name, symlinks=True)
    env = environment(contender, CC=f"cc-{contender.name}")
    if program.group == "rust":
        # For all contenders the same linker and folder, so that only the last crate is compiled anew; cargo shall not
        # see what this linker does with them.
        linker = OUT / "bin" / "cc-rust"
        linker.write_text(f'#!/bin/sh\nfolder="{contender.folder}"\nexec {contender.linker} "$@"\n')
        linker.chmod(0o755)
        env.update(
            CARGO_TARGET_DIR=str(OUT / "programs" / f"{program.name}-target"), CC_x86_64_unknown_linux_musl="musl-gcc"
        )
        env["CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER"] = str(linker)
        del env["CC"]
    shell(program.build, tree, env, f"{program.name}-{contender.name}")
    shutil.copy(tree / shell(f"printf %s {program.program}", tree, env), result)
    for entry in tree.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
    keep(tree)


# --- Who won ---


def output_of(*command, env=None):
    return subprocess.run(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ).stdout


def check_heap(program, contender):
    """That the malloc of a program is the contender's and no other's."""
    wrong = f"{program.name}: not with the allocator '{contender.name}'"
    if contender.base:
        # The dynamic linker says which malloc it takes, and does not run the program.
        library = str(contender.folder / "preload.so")
        trace = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "1", "LD_BIND_NOW": "1", "LD_DEBUG": "bindings"}
        said = output_of(str(program), env={**os.environ, **trace, "LD_PRELOAD": library})
        taken = re.findall(r"binding file \S+ \[0\] to (\S+) \[0\]: normal symbol `(?:m|c|re)alloc'", said)
        if not taken or set(taken) != {library}:
            raise Failure(f"{wrong}: it takes malloc from {set(taken) or 'nowhere'}")
        return
    static = "INTERP" not in output_of("readelf", "-lW", program)
    if contender.symbol == "":
        if static or not re.search(r"\bU (m|c|re)alloc@", output_of("nm", "-D", program)):
            raise Failure(f"{wrong}: it is no dynamic program that takes malloc from glibc")
        return
    symbols = set(re.findall(r" [a-zA-Z] (\S+)$", output_of("nm", program), re.MULTILINE))
    foreign = {c.symbol for c in CONTENDERS.values() if c.symbol} - {contender.symbol, *contender.may_have}
    if not static or contender.symbol not in symbols or symbols & foreign:
        found = ", ".join(sorted(symbols & (foreign | {contender.symbol}))) or "no allocator"
        raise Failure(f"{wrong}: {'static' if static else 'dynamic'}, with {found}")


# --- The plan ---


@dataclass
class Benchmark:
    group: str
    name: str
    threads: int
    about: str
    run: str  # shell, in RUN
    contenders: list
    unit: str = "s"
    output: str = "metrics"  # standard output has `name value` lines; or it must be the `same` for all; or `none`
    binary: str = ""
    variables: dict = field(default_factory=dict)

    @property
    def title(self):
        return self.name + (f", {self.threads} thread{'s' if self.threads > 1 else ''}" if self.threads else "")


def about_workload(name):
    """The first sentence of its comment."""
    lines = []
    for line in (HERE / "workloads" / f"{name}.c").read_text().splitlines()[1:]:
        if not line.startswith("// "):
            break
        lines.append(line[3:])
    return re.split(r"[:.;]", " ".join(lines))[0]


def plan_workloads(names, contenders, options):
    part = [c for c in contenders if takes_part(c, None)]
    for name in names:
        threads = WORKLOADS[name]
        common = {"about": about_workload(name), "contenders": part, "binary": name}
        for n in threads if not options.quick else sorted({threads[0], threads[-1]}):
            run = f"exec $preload $program {n} {options.seconds}"
            yield Benchmark("workloads", name, n, run=run, unit="ops/s", **common)
        n = min(2, threads[-1])
        yield Benchmark(
            "calls", name, n, run=f"exec $preload $program {n} {options.seconds} calls", unit="ns", **common
        )


def plan_start(contenders, options):
    part = [c for c in contenders if takes_part(c, None)]
    common = {"contenders": part, "binary": "cli"}
    for strings, about in (0, "start to exit"), (300, "start, 300 strings, a line printed, exit"):
        run = f"$preload ./measure -n {options.starts} start.cost $program {strings} >/dev/null; cat start.cost"
        yield Benchmark("start", f"cli {strings}", 1, about, run, **common)
    run = "strip -o stripped $program; printf 'bytes %s\\n' $(wc -c <stripped)"
    static = [c for c in part if not c.base]
    yield Benchmark("size", "cli", 1, "the stripped program", run, static, "B", binary="cli")


def plan_program(program, contenders, options):
    part = [c for c in contenders if takes_part(c, program)]
    size = program.quick_size if options.quick else program.size
    variants = program.quick_variants if options.quick and program.quick_variants else program.variants
    threads = program.threads if not options.quick else sorted({*program.threads[:2], program.threads[-1]})
    for variant in variants:
        for n in threads:
            variables = {"input": f"{program.name}-{size}.input", "size": size, "threads": n, "variant": variant}
            name = f"{program.name} {variant}".strip()
            yield Benchmark(
                program.group, name, n, program.about, program.run, part, "s", program.output, program.name, variables
            )


def plan_wrapper(options):
    """cc-mimalloc beside the compiler it calls, with many arguments; the contenders are shells."""
    shells = [
        Contender("musl-gcc", "the compiler alone", "", cc="musl-gcc"),
        Contender("dash", "cc-mimalloc in dash", "", cc='dash "$wrapper"'),
        Contender("busybox ash", "cc-mimalloc in busybox", "", cc='busybox ash "$wrapper"'),
    ]
    for n in 1, 100, 10000:
        for what, about, command in (
            ("compile", f"compiling with {n} options", f"$program -c $(cat options-{n}) wrapper.c -o wrapper.o"),
            ("link", f"linking {n} objects", f"$program -static wrapper.c $(cat objects-{n}) -o wrapper.program"),
        ):
            variables = {"wrapper": OUT / "prefix/bin/cc-mimalloc"}
            yield Benchmark("wrapper", f"{what} {n}", 0, about, command, shells, output="none", variables=variables)


def make_plan(options, contenders):
    wanted = []
    for name in options.benchmark or (
        ["workloads", "start", *QUICK_PROGRAMS] if options.quick else ["workloads", "start", "programs", "wrapper"]
    ):
        wanted += GROUPS.get(name, [name])
    unknown = [n for n in wanted if n not in WORKLOADS and n not in PROGRAMS and n not in ("start", "wrapper")]
    if unknown:
        raise Failure(f"there is no benchmark '{unknown[0]}' (bench/run --list)")
    plan = list(plan_workloads([n for n in WORKLOADS if n in wanted], contenders, options))
    if "start" in wanted:
        plan += plan_start(contenders, options)
    for program in PROGRAMS.values():
        if program.name in wanted:
            plan += plan_program(program, contenders, options)
    if "wrapper" in wanted:
        plan += plan_wrapper(options)
    return plan


def build_all(plan):
    """Builds what the plan needs. A contender whose program cannot be built, or has another heap, is not in the run."""
    failures = []
    for folder in "log", "bin", "run", "source", "programs", "contenders":
        (OUT / folder).mkdir(parents=True, exist_ok=True)
    shell('musl-gcc -static -O2 "$here/measure.c" -o measure', RUN, environment(), "measure")
    rust = any(b.group == "rust" for b in plan)
    ready = set()
    planned = {c.name for b in plan if b.group != "wrapper" for c in b.contenders}
    planned |= {CONTENDERS[name].base for name in planned}
    for name, contender in CONTENDERS.items():
        if name not in planned:
            continue
        try:
            prepare(contender, rust)
            ready.add(name)
        except (Failure, subprocess.CalledProcessError) as failure:
            failures.append(f"contender {name}: {failure}")
    built = {}
    for b in plan:
        if b.group == "wrapper":
            continue
        taking_part = []
        for c in b.contenders:
            key = b.binary, c.name
            if key not in built:
                built[key] = False
                try:
                    host = CONTENDERS.get(c.base, c)
                    if c.name in ready and host.name in ready:
                        if b.binary in PROGRAMS:
                            build_program(PROGRAMS[b.binary], host)
                        else:
                            build_workload(b.binary, host)
                        check_heap(RUN / f"{b.binary}-{host.name}", c)
                        built[key] = True
                except (Failure, subprocess.CalledProcessError) as failure:
                    failures.append(f"{b.binary} with {c.name}: {failure}")
                    say(failures[-1])
            if built[key]:
                taking_part.append(c)
        b.contenders = taking_part
        if b.variables.get("input") and PROGRAMS[b.binary].generate and not (RUN / b.variables["input"]).exists():
            say(f"{b.binary}: its input")
            text = f'{{ {PROGRAMS[b.binary].generate}\n}} >"$input.new"; mv "$input.new" "$input"'
            shell(text, RUN, environment(**b.variables), f"input-{b.binary}")
    if any(b.group == "wrapper" for b in plan):
        # The same option each time: gcc passes all to its parts in one variable, which the kernel limits to 128 KiB.
        text = """
            echo 'int main(void) { return 0; }' >wrapper.c
            mkdir -p objects
            musl-gcc -c -x c /dev/null -o objects/0.o
            for n in 1 100 10000; do
                yes -- -DA | head -n $n >options-$n
                seq -f 'objects/%.0f.o' $n >objects-$n
            done
            xargs -I {} ln -sf 0.o {} <objects-10000
            """
        shell(text, RUN, environment(), "wrapper")
    return failures


# --- Measuring ---


def read_metrics(text):
    return {name: float(value) for name, value in re.findall(r"^(\S+) (-?[0-9.]+)$", text, re.MULTILINE)}


def run_once(b, contender):
    """One run: its metrics, and its output if that is to be compared."""
    host = CONTENDERS.get(contender.base, contender)
    program = f"./{b.binary}-{host.name}" if b.binary else contender.cc
    preload = f"env LD_PRELOAD=../contenders/{contender.name}/preload.so" if contender.base else ""
    env = environment(None, program=program, preload=preload, **b.variables)
    text = b.run if b.binary else b.run.replace("$program", program)
    cost = RUN / "cost"
    cost.unlink(missing_ok=True)
    command = ["./measure", "cost", "sh", "-eu", "-c", text]
    try:
        done = subprocess.run(
            command, cwd=RUN, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_TIMEOUT
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"not at its end after {RUN_TIMEOUT} s") from None
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["nothing on standard error"]
        raise Failure(f"exit status {done.returncode}: {last[0]}")
    metrics = read_metrics(cost.read_text())
    if b.output == "metrics":
        own = read_metrics(done.stdout.decode())
        if not own:
            raise Failure("it printed no metrics")
        metrics.update(own)
    return metrics, done.stdout if b.output == "same" else None


class Progress:
    """On a terminal a line that changes, elsewhere a line for each benchmark; with the time that is left."""

    def __init__(self, plan, rounds_of):
        self.total = sum(len(b.contenders) * rounds_of(b) for b in plan)
        self.done = 0
        self.start = time.monotonic()
        self.terminal = sys.stderr.isatty()
        self.title = None

    def step(self, b, round_, rounds, contender):
        elapsed = time.monotonic() - self.start
        left = elapsed / self.done * (self.total - self.done) if self.done else 0
        head = f"{100 * self.done // self.total:3d} %, {left / 60:.0f} min left" if self.done else "  0 %"
        if self.terminal:
            print(
                f"\r\033[Kbench: {head}: {b.title}, round {round_} of {rounds}, {contender.name}",
                end="",
                file=sys.stderr,
                flush=True,
            )
        elif self.title != (b.group, b.title):
            say(f"{head}: {b.group}: {b.title}")
        self.title = b.group, b.title
        self.done += 1

    def end(self):
        if self.terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        say(f"measured in {(time.monotonic() - self.start) / 60:.1f} minutes")


def measure(plan, options):
    """All runs, in turns: round by round, each contender once, another one first each time. The first round warms up."""

    def rounds_of(b):
        if b.group == "size":
            return 1
        if b.group == "calls":
            return max(1, options.rounds // 2 + 1 if not options.quick else 1)
        return options.rounds + 1

    progress = Progress(plan, rounds_of)
    failures = []
    results = []
    for b in plan:
        rounds = rounds_of(b)
        runs = {c.name: [] for c in b.contenders}
        outputs = {}
        for round_ in range(rounds):
            turn = round_ % max(1, len(b.contenders))
            for c in b.contenders[turn:] + b.contenders[:turn]:
                progress.step(b, round_, rounds - 1, c)
                if c.name not in runs:
                    continue
                try:
                    metrics, output = run_once(b, c)
                    if output is not None and outputs.setdefault("first", output) != output:
                        raise Failure("its output is not that of the others")
                    if round_ or rounds == 1 or b.group == "calls":
                        runs[c.name].append(metrics)
                except Failure as failure:
                    failures.append(f"{b.title}: {c.name}: {failure}")
                    say(failures[-1])
                    del runs[c.name]
        results.append(
            {
                "group": b.group,
                "name": b.name,
                "threads": b.threads,
                "about": b.about,
                "unit": b.unit,
                "contenders": {
                    name: {key: [r.get(key) for r in all_] for key in all_[0]} for name, all_ in runs.items() if all_
                },
            }
        )
    progress.end()
    return results, failures


# --- All of it ---


def first_line(*command):
    return output_of(*command).splitlines()[0]


def machine():
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
        "rust": first_line("rustc", "--version") if shutil.which("rustc") else "",
    }


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="bench/run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Builds mimalloc-musl and what it is compared with, measures in turns, and writes a report.",
        epilog="""\
BENCHMARK is a name that --list shows, or a group: workloads, programs, rust. If none is named: all but rust, which
bench/wasmtime measures; with --quick the workloads, start and two programs.

Results: results.json, report.md and plots (SVG). What was downloaded and built in bench/out is used again by the
next run; to start afresh, remove it. Logs: bench/out/log.
exit status: 0 if all was built, ran and was checked; 1 if not; 2 if the command line or the machine is not right""",
    )
    parser.add_argument("benchmark", nargs="*", metavar="BENCHMARK")
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, threads and contenders, small inputs: five minutes"
    )
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="runs of each, after one to warm up (5; with --quick 2)"
    )
    parser.add_argument("--contenders", metavar="A,B", help="these only; glibc is always among them")
    parser.add_argument("--results", type=Path, metavar="FOLDER", default=OUT / "results", help="(bench/out/results)")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="write the report of earlier results anew")
    parser.add_argument("--build", action="store_true", help="build and check all that would be measured, no more")
    parser.add_argument("--list", action="store_true", help="what there is to measure and to compare")
    parser.add_argument("--needs", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.rounds is None:
        options.rounds = 2 if options.quick else 5
    if options.rounds < 1:
        raise Failure("--rounds: at least 1")
    options.seconds = 0.2 if options.quick else 0.5
    options.starts = 100 if options.quick else 500
    return options


def chosen(options):
    names = (
        options.contenders.split(",") if options.contenders else QUICK_CONTENDERS if options.quick else list(CONTENDERS)
    )
    for name in names:
        if name not in CONTENDERS:
            raise Failure(f"there is no contender '{name}' (bench/run --list)")
    return [c for c in CONTENDERS.values() if c.name in names or c.name == "glibc"]


def list_all():
    print("Benchmarks:")
    for name in WORKLOADS:
        print(f"  {name:<10} {about_workload(name)}")
    print("  start      start to exit of a small command, and its size")
    for p in PROGRAMS.values():
        print(f"  {p.name:<10} {p.about}{' (rust)' if p.group == 'rust' else ''}")
    print("  wrapper    cc-mimalloc beside the compiler it calls")
    print("\nContenders:")
    for c in CONTENDERS.values():
        print(f"  {c.name:<20} {c.about}")


def main(arguments):
    options = parse(arguments)
    if options.list:
        list_all()
        return 0
    if options.report:
        if options.needs:
            return 0
        import report

        report.write(options.report)
        return 0
    contenders = chosen(options)
    plan = make_plan(options, contenders)
    if options.needs:
        needs = {n for b in plan for c in b.contenders for n in c.needs}
        needs |= {n for b in plan if b.binary in PROGRAMS for n in PROGRAMS[b.binary].needs}
        if any(b.group == "programs" or "get-source" in c.prepare for b in plan for c in b.contenders):
            needs |= {"apt-cache:apt", "dpkg-source:dpkg-dev"}
        if any(b.group == "wrapper" for b in plan):
            needs |= {"busybox:busybox", "dash:dash"}
        print(*sorted(needs), "make:make")
        return 0

    import report

    OUT.mkdir(exist_ok=True)
    lock = open(OUT / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Failure("another bench/run is at work here; two would spoil each other's times") from None
    failures = build_all(plan)
    load = os.getloadavg()[0]
    if options.build:
        return report_failures(failures)
    results, more = measure(plan, options)
    failures += more
    used = {name for b in results for name in b["contenders"]}
    options.results.mkdir(parents=True, exist_ok=True)
    everything = {
        "command": " ".join(["bench/run", *arguments]),
        "date": datetime.date.today().isoformat(),
        "commit": output_of("git", "-C", str(ROOT), "describe", "--always", "--dirty").strip(),
        "rounds": options.rounds,
        "machine": {**machine(), "load_before": round(load, 2)},
        "contenders": {c.name: {"about": c.about, "version": c.version} for c in contenders if c.name in used},
        "failures": [f.splitlines()[0] for f in failures],
        "benchmarks": results,
    }
    (options.results / "results.json").write_text(json.dumps(everything, indent=1) + "\n")
    report.write(options.results)
    print((options.results / "report.md").read_text())
    return report_failures(failures)


def report_failures(failures):
    if not failures:
        return 0
    say("not all is well:")
    for failure in failures:
        print(f"  {failure.splitlines()[0]}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        print(f"bench: error: {failure}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
