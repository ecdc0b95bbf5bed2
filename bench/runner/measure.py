# SPDX-License-Identifier: MIT
"""Runs a plan: round by round, each contender once, in another order each time."""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time

from build import environment
from recipes import RUN, Failure, say

TIMEOUT = 900  # seconds for a run


def read_metrics(text):
    return {name: float(value) for name, value in re.findall(r"^(\S+) (-?[0-9.]+)$", text, re.MULTILINE)}


def communicate(command, env):
    """Runs it; whatever happens, nothing of it runs beside those that are measured next."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=RUN, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True
    ) as process:
        try:
            output, errors = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Failure(f"not at its end after {TIMEOUT} s") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, output, errors


def run_once(b, contender):
    """A run's metrics, and its output if that is to be compared."""
    program = f"./{b.binary}-{contender.host.name}"
    preload = f"env LD_PRELOAD={contender.preload}" if contender.base else ""
    # The wrapper's contenders are commands, with a variable in them.
    run = b.run if b.binary else b.run.replace("$program", contender.cc)
    env = environment(program=program, preload=preload, **b.variables)
    cost = RUN / "cost"
    cost.unlink(missing_ok=True)
    command = ["./measure", "cost", "sh", "-eu", "-c", run]
    status, output, errors = communicate(command, env)
    if status:
        last = errors.decode(errors="replace").strip().splitlines()[-1:] or ["nothing on standard error"]
        raise Failure(f"exit status {status}: {last[0]}")
    metrics = read_metrics(cost.read_text())
    if b.output == "metrics":
        own = read_metrics(output.decode())
        if not own:
            raise Failure("it printed no metrics")
        metrics.update(own)
    return metrics, output if b.output == "same" else None


class Progress:
    """On a terminal a line that changes, elsewhere a line for each benchmark; with the time that is left."""

    def __init__(self, plan):
        self.total = sum(len(b.contenders) * (b.warm_up + b.rounds) for b in plan)
        self.done = 0
        self.start = time.monotonic()
        self.last = None

    def minutes(self):
        return (time.monotonic() - self.start) / 60

    def step(self, b, round_, contender):
        left = f", {self.minutes() / self.done * (self.total - self.done):.0f} min left" if self.done else ""
        line = f"{100 * self.done // self.total:3d} %{left}: {b.group}: {b.title}"
        if sys.stderr.isatty():
            self.write(f"bench: {line}, round {round_} of {b.rounds}, {contender.name}")
        elif b is not self.last:
            say(line)
        self.last = b
        self.done += 1

    def write(self, line):
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)

    def end(self):
        if sys.stderr.isatty():
            self.write("")
        say(f"measured in {self.minutes():.1f} minutes")


def measure_one(b, progress, failures):
    """All runs of a benchmark. A contender that fails once is out of it."""
    runs = {c.name: [] for c in b.contenders}
    first = None
    order = b.contenders  # glibc first: what it prints, the others shall print
    for round_ in range(1 - b.warm_up, b.rounds + 1):
        for c in order:
            progress.step(b, round_, c)
            if c.name not in runs:
                continue
            try:
                metrics, output = run_once(b, c)
                first = output if first is None else first
                if output != first:
                    raise Failure("its output is not that of the others")
                if round_ > 0:
                    runs[c.name].append(metrics)
            except Failure as failure:
                failures.append(f"{b.title}: {c.name}: {failure}")
                say(failures[-1])
                del runs[c.name]
        # Not always the same one behind the same other: what a program leaves to the kernel, as huge pages, the next one has.
        order = random.Random(f"{b.title} {round_}").sample(order, len(order))
    return {
        "group": b.group,
        "name": b.name,
        "threads": b.threads,
        "about": b.about,
        "unit": b.unit,
        "contenders": {name: {key: [r[key] for r in all_] for key in all_[0]} for name, all_ in runs.items()},
    }


def measure(plan):
    """Results, and what went wrong."""
    failures = []
    progress = Progress(plan)
    results = [measure_one(b, progress, failures) for b in plan]
    progress.end()
    return results, failures
