# SPDX-License-Identifier: MIT
"""What there is to measure and to compare, as the tables have it; README.md describes their keys."""

import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent
OUT = HERE / "out"
RUN = OUT / "run"  # where everything runs, so that commands need no paths


class Failure(Exception):
    """What is wrong; the first line is for the user, and further ones are the end of a log."""


def say(message):
    print(f"bench: {message}", file=sys.stderr, flush=True)


def title(name, threads):
    return name + (f", {threads} thread{'s' if threads > 1 else ''}" if threads else "")


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
    parts: list = field(default_factory=lambda: ["workloads", "programs", "rust"])

    @property
    def folder(self):
        return OUT / "contenders" / self.name

    @property
    def host(self):
        """The contender whose programs it has: itself, or the one that it is preloaded into."""
        return CONTENDERS[self.base] if self.base else self

    @property
    def preload(self):
        """From RUN, since LD_PRELOAD takes no blanks and a path of ours may have some."""
        return f"../contenders/{self.name}/preload.so" if self.base else ""


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
    unit: str = "s"
    output: str = "same"
    features: list = field(default_factory=list)
    variants: list = field(default_factory=lambda: [""])
    quick_variants: list = field(default_factory=list)
    threads: list = field(default_factory=lambda: [1])

    def takes(self, contender):
        if ("rust" if self.group == "rust" else "programs") not in contender.parts:
            return False
        if self.group == "rust":
            return bool(contender.host.triple) and (not contender.feature or contender.feature in self.features)
        return bool(contender.host.cc)


def read(file):
    with open(HERE / file, "rb") as f:
        return tomllib.load(f)


CONTENDERS = {name: Contender(name, **table) for name, table in read("contenders.toml").items()}
PROGRAMS = {name: Program(name, **table) for name, table in read("programs.toml").items()}
WORKLOADS = read("workloads.toml")
# What bench/functions measures, and where the bytes lie.
FUNCTIONS = {
    "memcpy": ["real", "hot", "aligned", "cold"],
    "memmove-down": ["real", "hot"],
    "memmove-up": ["real", "hot"],
    "memset": ["real", "hot", "cold"],
    "memcmp": ["real", "hot", "cold"],
    "memchr": ["hot"],
    "strlen": ["real", "hot"],
    "strcmp": ["real", "hot"],
}
GROUPS = {"workloads": list(WORKLOADS)}
for p in PROGRAMS.values():
    GROUPS.setdefault(p.group, []).append(p.name)


def workload_takes(contender):
    return bool(contender.host.cc) and "workloads" in contender.parts


def about_workload(name):
    """The beginning of the comment at its head."""
    comment = re.search(r"(?<=Identifier: MIT\n)(?://.*\n)+", (HERE / "workloads" / f"{name}.c").read_text()).group()
    return re.split("[:.;]", " ".join(line[3:] for line in comment.splitlines()))[0]
