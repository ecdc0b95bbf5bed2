# SPDX-License-Identifier: MIT
"""What is measured, of what was asked for."""

from dataclasses import dataclass, field

from recipes import (
    CONTENDERS,
    FUNCTIONS,
    GROUPS,
    OUT,
    PROGRAMS,
    WORKLOADS,
    Contender,
    Failure,
    about_workload,
    title,
    workload_takes,
)

QUICK_CONTENDERS = "glibc musl mimalloc-musl musl-upstream glibc-mimalloc glibc-jemalloc glibc-tcmalloc".split()
DEFAULT = ["workloads", "start", "programs", "wrapper"]
QUICK_DEFAULT = ["workloads", "start", "lua", "jq"]


@dataclass
class Benchmark:
    group: str
    name: str
    threads: int  # 0 where that means nothing
    about: str
    run: str  # shell, in RUN
    contenders: list
    rounds: int
    warm_up: int = 1
    unit: str = "s"
    output: str = "metrics"  # standard output has `name value` lines; or it must be the `same` for all; or `none`
    binary: str = ""  # the program is BINARY-CONTENDER in RUN
    variables: dict = field(default_factory=dict)

    @property
    def title(self):
        return title(self.name, self.threads)


def ends(values, quick):
    return sorted({values[0], values[-1]}) if quick else values


def plan_workloads(names, contenders, options):
    part = [c for c in contenders if workload_takes(c)]
    for name in names:
        run = f"exec $preload $program $threads {options.seconds}"
        about = about_workload(name)
        for n in ends(WORKLOADS[name], options.quick):
            yield Benchmark(
                "workloads",
                name,
                n,
                about,
                run,
                part,
                options.rounds,
                unit="ops/s",
                binary=name,
                variables={"threads": n},
            )
        n = min(2, WORKLOADS[name][-1])
        rounds = options.rounds if not options.quick else 1
        yield Benchmark(
            "calls", name, n, about, f"{run} calls", part, rounds, 0, "ns", binary=name, variables={"threads": n}
        )


def plan_functions(contenders, options):
    part = [c for c in contenders if "functions" in c.parts]
    for name, places in FUNCTIONS.items():
        for where in places:
            yield Benchmark(
                "functions",
                f"{name} {where}",
                0,
                f"{name}, {where}",
                f"exec $program {name} {where} {options.seconds}",
                part,
                options.rounds,
                0,
                "ns",
                binary="functions",
            )


def plan_start(contenders, options):
    part = [c for c in contenders if workload_takes(c)]
    for strings, about in (0, "start to exit"), (300, "start, 300 strings, a line printed, exit"):
        run = f"$preload ./measure -n {options.starts} start.cost $program {strings} >/dev/null; cat start.cost"
        yield Benchmark("start", f"cli {strings}", 1, about, run, part, options.rounds, binary="cli")
    run = "strip -o stripped $program; printf 'bytes %s\\n' $(wc -c <stripped)"
    own = [c for c in part if not c.base]
    yield Benchmark("size", "cli", 1, "the stripped program", run, own, 1, 0, "B", binary="cli")


def plan_program(program, contenders, options):
    part = [c for c in contenders if program.takes(c)]
    size = program.quick_size if options.quick else program.size
    variants = program.quick_variants if options.quick and program.quick_variants else program.variants
    for variant in variants:
        for n in ends(program.threads, options.quick):
            yield Benchmark(
                program.group,
                f"{program.name} {variant}".strip(),
                n,
                program.about,
                program.run,
                part,
                options.rounds,
                unit=program.unit,
                output=program.output,
                binary=program.name,
                variables={"input": f"{program.name}-{size}.input", "size": size, "threads": n, "variant": variant},
            )


def plan_wrapper(options):
    """cc-mimalloc beside the compiler it calls, with many arguments; the contenders are shells."""
    shells = [
        Contender("gcc", "the compiler alone", "", cc="gcc -specs musl-gcc.specs"),
        Contender("dash", "cc-mimalloc in dash", "", cc='dash "$wrapper"'),
        Contender("busybox ash", "cc-mimalloc in busybox", "", cc='busybox ash "$wrapper"'),
    ]
    variables = {"wrapper": OUT / "prefix/bin/cc-mimalloc"}
    for n in 1, 100, 10000:
        for name, about, arguments in (
            (f"compile {n}", f"compiling, options: {n}", f"-c $(cat options-{n}) wrapper.c -o wrapper.o"),
            (f"link {n}", f"linking, objects: {n}", f"-static wrapper.c $(cat objects-{n}) -o wrapper.program"),
        ):
            run = f"$program {arguments}"
            yield Benchmark("wrapper", name, 0, about, run, shells, options.rounds, output="none", variables=variables)


def chosen_contenders(options):
    names = options.contenders or (QUICK_CONTENDERS if options.quick else list(CONTENDERS))
    for name in names:
        if name not in CONTENDERS:
            raise Failure(f"there is no contender '{name}' (bench/run --list)")
    return [c for c in CONTENDERS.values() if c.name in names or c.name == "glibc"]


def check_contenders(plan, options):
    """That who was asked for has something to do."""
    there = {c.name for b in plan for c in b.contenders}
    for name in options.contenders:
        if name not in there:
            raise Failure(f"contender '{name}' has no part in what was asked for (parts of it: bench/contenders.toml)")


def make_plan(options):
    names = options.benchmark or (QUICK_DEFAULT if options.quick else DEFAULT)
    wanted = [n for name in names for n in GROUPS.get(name, [name])]
    for name in wanted:
        if name not in WORKLOADS and name not in PROGRAMS and name not in ("start", "wrapper", "functions"):
            raise Failure(f"there is no benchmark '{name}' (bench/run --list)")
    contenders = chosen_contenders(options)
    plan = [*plan_workloads([n for n in WORKLOADS if n in wanted], contenders, options)]
    if "functions" in wanted:
        plan += plan_functions(contenders, options)
    if "start" in wanted:
        plan += plan_start(contenders, options)
    for program in PROGRAMS.values():
        if program.name in wanted:
            plan += plan_program(program, contenders, options)
    if "wrapper" in wanted:
        plan += plan_wrapper(options)
    check_contenders(plan, options)
    return plan


def needs(plan):
    """Commands and files, with Debian's packages, for .ci/setup.sh."""
    found = {n for b in plan for c in b.contenders for n in c.needs}
    found |= {n for b in plan if b.binary in PROGRAMS for n in PROGRAMS[b.binary].needs}
    if any(b.group in ("programs", "outside") or "get-source" in c.prepare for b in plan for c in b.contenders):
        found |= {"apt-cache:apt", "dpkg-source:dpkg-dev"}
    if any(b.group == "wrapper" for b in plan):
        found |= {"busybox:busybox", "dash:dash"}
    # Never nothing, which is how bench/run knows that there is nothing to build.
    return found | {"make:make"}
