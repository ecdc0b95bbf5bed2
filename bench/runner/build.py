# SPDX-License-Identifier: MIT
"""Builds what a plan needs, and checks which allocator won in each program."""

import os
import re
import shutil
import subprocess

from recipes import CONTENDERS, HERE, OUT, PROGRAMS, ROOT, RUN, Failure, say


def output_of(*command, env=None, cwd=None):
    done = subprocess.run(
        command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    return done.stdout


def commit():
    """Of what is measured, with `-dirty` if it was changed since: earlier results are no part of it."""
    git = "git", "-C", str(ROOT)
    name = output_of(*git, "describe", "--always").strip()
    if " " in name:
        return "a tree that is no git checkout"
    changed = output_of(*git, "status", "--porcelain", "--untracked-files=no", ":!bench/results")
    return f"{name}-dirty" if changed else name


# --- The recipes' shell ---


def mimalloc_folder():
    wrap = (ROOT / "subprojects/mimalloc.wrap").read_text()
    return ROOT / "subprojects" / re.search(r"^directory = (.*)$", wrap, re.MULTILINE).group(1)


def environment(contender=None, **more):
    """What a recipe's text finds, beside helpers.sh."""
    env = dict(os.environ)
    env.update(
        PATH=f"{OUT / 'bin'}:{env['PATH']}",
        here=str(HERE),
        root=str(ROOT),
        out=str(OUT),
        inputs=str(HERE / "inputs"),
        jobs=str(os.cpu_count()),
        mimalloc=str(mimalloc_folder()),
    )
    if contender:
        env.update(
            contender=contender.name, folder=str(contender.folder), feature=contender.feature, triple=contender.triple
        )
    env.update({name: str(value) for name, value in more.items()})
    return env


def shell(text, cwd, env, log):
    """Runs a text; what it prints goes to a log, of which a failure has the end."""
    file = OUT / "log" / f"{log}.log"
    command = ["sh", "-eux", "-c", f'. "$here/helpers.sh"\n{text}']
    with open(file, "w") as f:
        done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=f, stderr=f)
    if done.returncode:
        end = file.read_text(errors="replace").splitlines()[-20:]
        where = f"exit status {done.returncode}; the end of {file.relative_to(ROOT)}:"
        raise Failure("\n".join([f"{log}: {where}", *end]))


def answer(text, cwd, env):
    """The same, for a text that prints something short."""
    command = ["sh", "-eu", "-c", f'. "$here/helpers.sh"\n{text}']
    done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"'{text}': exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()


# --- What is made once ---


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


def older(file, others):
    return not file.exists() or file.stat().st_mtime <= max(f.stat().st_mtime for f in others)


def texts(folder):
    return [f.read_text() for f in sorted(folder.rglob("*")) if f.is_file()]


# --- Contenders ---


def musl_libc():
    said = output_of(str(ROOT / "linkshim/find-musl"), "musl-gcc", "gcc")
    return re.search(r"^libdir=(.*)$", said, re.MULTILINE).group(1) + "/libc.a"


def script(name, contender, command):
    """A compiler of one word, since a path of ours may have blanks, and CC and its like may not."""
    file = OUT / "bin" / name
    file.write_text(f'#!/bin/sh\nfolder="{contender.folder}"\nexec {command} "$@"\n')
    file.chmod(0o755)
    return str(file)


def prepare(contender, rust):
    """Gets or builds the allocator."""
    libc = musl_libc()
    made_of = output_of("cksum", libc), output_of("gcc", "--version"), mimalloc_folder().name
    if "cc-mimalloc" in contender.cc + contender.linker:
        made_of += (output_of("cksum", *sorted((OUT / "prefix").rglob("*.a")), OUT / "prefix/bin/cc-mimalloc"),)
    env = environment(contender, musl_libc=libc)
    recipe = (
        contender.cc,
        contender.triple,
        contender.linker,
        contender.feature,
        contender.prepare,
        contender.prepare_rust,
    )
    if not fresh(contender.folder, *recipe, *made_of, (HERE / "helpers.sh").read_text()):
        say(f"contender {contender.name}")
        shell(contender.prepare, contender.folder, env, f"contender-{contender.name}")
        keep(contender.folder)
    if rust and contender.prepare_rust:
        libdir = answer('rustc --print target-libdir --target "$triple"', contender.folder, env)
        env["rust_libc"] = f"{libdir}/self-contained/libc.a"
        shell(contender.prepare_rust, contender.folder, env, f"contender-{contender.name}-rust")
    if contender.cc:
        script(f"cc-{contender.name}", contender, contender.cc)
    contender.version = answer(contender.version, contender.folder, env)


# --- Programs ---


def build_functions(contender):
    program = RUN / f"functions-{contender.name}"
    sources = HERE / "functions"
    if older(program, [*sources.iterdir(), contender.folder / "made-from"]):
        text = f'cc-{contender.name} -O2 functions.c -o "$program"'
        shell(text, sources, environment(contender, program=program), f"functions-{contender.name}")


def build_workload(name, contender):
    program = RUN / f"{name}-{contender.name}"
    workloads = HERE / "workloads"
    sources = [workloads / f"{name}.c"]
    if name != "cli":  # it has a main of its own
        sources.append(workloads / "workload.c")
    if older(program, [*sources, workloads / "workload.h", contender.folder / "made-from"]):
        # Without builtins, since a compiler that knows malloc may leave it out.
        files = " ".join(f.name for f in sources)
        text = f'cc-{contender.name} -O2 -fno-builtin-malloc -pthread {files} -o "$program"'
        shell(text, workloads, environment(contender, program=program), f"{name}-{contender.name}")


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
    result = RUN / f"{program.name}-{contender.name}"
    made_from = [program.build, program.program, *program.sources, (contender.folder / "made-from").read_text()]
    env = environment(contender, CC=f"cc-{contender.name}")
    if program.group == "rust":
        made_from += texts(HERE / "rust")
        # One folder and one linker for all contenders, which cargo does not see to be another: then only the last crate
        # is compiled anew.
        env.update(
            CARGO_TARGET_DIR=str(OUT / "programs" / f"{program.name}-target"),
            CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=script("cc-rust", contender, contender.linker),
            CC_x86_64_unknown_linux_musl="musl-gcc",
        )
        del env["CC"]
    if not result.exists():
        shutil.rmtree(tree, ignore_errors=True)
    if fresh(tree, *made_from):
        return
    say(f"{program.name}: building for {contender.name}")
    for source in program.sources:
        folder = get_source(source)
        shutil.copytree(folder, tree / folder.name, symlinks=True)
    shell(program.build, tree, env, f"{program.name}-{contender.name}")
    shutil.copy(tree / answer(f"printf %s {program.program}", tree, env), result)
    for entry in tree.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
    keep(tree)


def make_input(program, variables):
    file = RUN / variables["input"]
    if program.generate and older(file, [HERE / "programs.toml", *(HERE / "inputs").iterdir()]):
        say(f"{program.name}: its input")
        text = f'{{ {program.generate}\n}} >"$input.new"; mv "$input.new" "$input"'
        shell(text, RUN, environment(**variables), f"input-{program.name}")


def make_arguments():
    """What the wrapper is called with."""
    # The same option each time: gcc passes all to its parts in one variable, which the kernel limits to 128 KiB.
    text = """
        echo 'int main(void) { return 0; }' >wrapper.c
        mkdir -p objects
        ln -sf "$(dirname "$musl_libc")/musl-gcc.specs" .
        musl-gcc -c -x c /dev/null -o objects/0.o
        for n in 1 100 10000; do
            yes -- -DA | head -n $n >options-$n
            seq -f 'objects/%.0f.o' $n >objects-$n
        done
        xargs -I {} ln -sf 0.o {} <objects-10000
        """
    shell(text, RUN, environment(musl_libc=musl_libc()), "wrapper")


# --- Who won ---


def check_heap(program, contender):
    """That the malloc of a program is the contender's and no other's."""
    wrong = f"{program.name}: not with the allocator '{contender.name}'"
    if contender.base:
        # The dynamic linker says which malloc it takes, and does not run the program.
        trace = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "1", "LD_BIND_NOW": "1", "LD_DEBUG": "bindings"}
        said = output_of(program, env={**os.environ, **trace, "LD_PRELOAD": contender.preload}, cwd=RUN)
        taken = set(re.findall(r"binding file .* \[0\] to (.*) \[0\]: normal symbol `(?:m|c|re)alloc'", said))
        if taken != {contender.preload}:
            raise Failure(f"{wrong}: it takes malloc from {', '.join(taken) or 'nowhere'}")
        return
    static = "INTERP" not in output_of("readelf", "-lW", program)
    if not contender.symbol:
        if static or not re.search(r"\bU (m|c|re)alloc@", output_of("nm", "-D", program)):
            raise Failure(f"{wrong}: it is no dynamic program that takes malloc from glibc")
        return
    symbols = set(re.findall(r" [a-zA-Z] (\S+)$", output_of("nm", program), re.MULTILINE))
    own = set(contender.symbol.split())
    foreign = {s for c in CONTENDERS.values() for s in c.symbol.split()} - {*own, *contender.may_have}
    if not static or own - symbols or symbols & foreign:
        found = ", ".join(sorted(symbols & {*own, *foreign})) or "no allocator"
        raise Failure(f"{wrong}: {'static' if static else 'dynamic'}, with {found}")


# --- All of it ---


def build(plan):
    """Builds and checks; returns what went wrong. A contender that has no program of a benchmark is taken from it."""
    failures = []

    def attempt(what, *steps):
        try:
            for step, *arguments in steps:
                step(*arguments)
            return True
        except Failure as failure:
            failures.append(f"{what}: {failure}")
            say(failures[-1])
            return False

    for folder in "log", "bin", "run", "source", "programs", "contenders":
        (OUT / folder).mkdir(parents=True, exist_ok=True)
    shell('musl-gcc -static -O2 "$here/measure.c" -o measure', RUN, environment(), "measure")
    if any(b.group == "wrapper" for b in plan):
        make_arguments()

    own = [b for b in plan if b.binary]
    rust = any(b.group == "rust" for b in own)
    part = {c.name: c for b in own for contender in b.contenders for c in (contender.host, contender)}
    ready = {name for name, c in part.items() if attempt(f"contender {name}", (prepare, c, rust))}
    won = {}
    for b in own:
        program = PROGRAMS.get(b.binary)
        for c in b.contenders:
            if (b.binary, c.name) not in won:
                make = (build_program, program, c.host) if program else (build_workload, b.binary, c.host)
                if b.group == "functions":
                    make = build_functions, c.host
                check = check_heap, RUN / f"{b.binary}-{c.host.name}", c
                won[b.binary, c.name] = {c.name, c.host.name} <= ready and attempt(
                    f"{b.binary} with {c.name}", make, check
                )
        b.contenders = [c for c in b.contenders if won[b.binary, c.name]]
        if program:
            make_input(program, b.variables)
    return failures
