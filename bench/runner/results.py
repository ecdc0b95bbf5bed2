# SPDX-License-Identifier: MIT
"""A results.json, and what report.py and plots.py work out from it."""

import math
from statistics import median

from recipes import title

OURS = "mimalloc-musl"
PERCENTILES = ["p50", "p99", "p99.9", "max"]
MEASURES = [
    ("wall", "wall time", "s"),
    ("user", "user time", "s"),
    ("system", "system time", "s"),
    ("peak_kib", "peak memory", "KiB"),
    ("switches", "context switches", ""),
]


def number(x):
    """Three digits that count."""
    if x == 0:
        return "0"
    if x >= 100:
        return f"{x:.0f}"
    return f"{x:.{max(0, 2 - math.floor(math.log10(x)))}f}"


def cost(runs):
    """What a benchmark costs in each run, less is better: seconds, or the inverse of a rate."""
    if "rate" in runs:
        return [1 / r for r in runs["rate"]]
    return runs["wall"]


def peak(runs):
    return runs.get("peak_kib", [])


def per_call(runs, key):
    """Nanoseconds of a call, the least of each run, over the runs."""
    return median(runs[key]) if runs and key in runs else None


def ratio(ours, other):
    """Of the medians; None if there is nothing to divide."""
    if not ours or not other or not median(other):
        return None
    return median(ours) / median(other)


def spread(ours, other):
    """The least and the greatest ratio of a round."""
    ratios = [a / b for a, b in zip(ours, other) if b]
    return f"{min(ratios):.2f} to {max(ratios):.2f}" if ratios else ""


class Results:
    def __init__(self, data):
        self.data = data
        self.contenders = list(data["contenders"])
        # Ours beside what it is compared with most.
        first = [c for c in ("glibc", "musl", OURS) if c in self.contenders]
        self.contenders = first + [c for c in self.contenders if c not in first]

    def of(self, *groups):
        return [b for b in self.data["benchmarks"] if b["group"] in groups and b["contenders"]]

    def names(self, benchmarks):
        """Contenders that are in any of them, in order."""
        return [c for c in self.contenders if any(c in b["contenders"] for b in benchmarks)]


def titles(benchmarks):
    """Titles, that name threads only where a benchmark has several counts of them."""
    names = [b["name"] for b in benchmarks]
    return [title(b["name"], b["threads"]) if names.count(b["name"]) > 1 else b["name"] for b in benchmarks]
