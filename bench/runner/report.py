# SPDX-License-Identifier: MIT
"""Turns a folder's results.json into report.md and plots beside it."""

import json
import math
from statistics import geometric_mean, median

from recipes import title

OURS = "mimalloc-musl"
PERCENTILES = ["p50", "p99", "p99.9", "max"]
# Of the metrics of `functions`.
SHOWN_SIZES = "1 8 16 32 64 128 256 512 1024 4096 16384 524288 16777216".split()
NO_SIZES = {"cycle", "wall", "user", "system", "peak_kib", "switches", "faults"}
MEASURES = [
    ("wall", "wall time", "s"),
    ("user", "user time", "s"),
    ("system", "system time", "s"),
    ("peak_kib", "peak memory", "KiB"),
    ("switches", "context switches", ""),
]


# --- Numbers ---


def number(x):
    """Three digits that count."""
    if x == 0:
        return "0"
    if x >= 100:
        return f"{x:.0f}"
    return f"{x:.{max(0, 2 - math.floor(math.log10(x)))}f}"


def duration(ns):
    for unit, factor in ("ms", 1e6), ("us", 1e3):
        if ns >= 10 * factor:
            return f"{number(ns / factor)} {unit}"
    return f"{number(ns)} ns"


def cost(runs):
    """What a benchmark costs in each run, less is better: seconds, or the inverse of a rate."""
    if "rate" in runs:
        return [1 / r for r in runs["rate"]]
    return runs["wall"]


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


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def ratio_table(results, benchmarks, values, unit, absolute):
    """Rows: benchmarks; columns: glibc's value, then each contender's ratio to it, ours with its spread."""
    names = [c for c in results.names(benchmarks) if c != "glibc"]
    rows = []
    columns = {c: [] for c in names}
    for b, row_title in zip(benchmarks, titles(benchmarks)):
        base = values(b["contenders"].get("glibc", {}))
        row = [row_title, absolute(b, base) if base else "-"]
        for c in names:
            mine = values(b["contenders"].get(c, {}))
            r = ratio(mine, base)
            if r is None:
                row.append("-")
                continue
            columns[c].append(r)
            row.append(f"**{r:.2f}** ({spread(mine, base)})" if c == OURS else f"{r:.2f}")
        rows.append(row)
    means = []
    for c in names:
        mean = f"{geometric_mean(columns[c]):.2f}" if columns[c] else "-"
        # Of other rows it does not compare.
        part = f" ({len(columns[c])} of {len(rows)})" if 0 < len(columns[c]) < len(rows) else ""
        means.append(f"**{mean}**{part}" if c == OURS else f"{mean}{part}")
    rows.append(["geometric mean", "", *means])
    return table(["", f"glibc, {unit}", *names], rows)


# --- Parts of the report ---


def head(results, has_figures):
    data, m = results.data, results.data["machine"]
    about = [f"- {name}: {c['about']} ({c['version']})" for name, c in data["contenders"].items()]
    failures = [f"- {f}" for f in data["failures"]]
    return "\n".join(
        [
            f"# {OURS} beside other allocators",
            "",
            f"`{data['command']}`, {data['date']}, at {data['commit']}. Rounds, in turns: {data['rounds']}.",
            f"{m['cpu']}, {m['processors']} processors, {m['memory_gib']} GiB; {m['kernel']}, transparent huge pages: "
            f"{m['huge_pages']}; {m['compiler']}; {m['linker']}{'; ' + m['rust'] if m['rust'] else ''}. "
            f"Load before the runs: {m['load_before']}.",
            "",
            "Ratios are of medians, to glibc's: below 1 is faster, or smaller. In parentheses: the least and the greatest ratio "
            "of a round. A dash: it has no such program, or failed (then that is said below). All runs are in results.json"
            f"{', least, median and greatest of each in [figures.md](figures.md)' if has_figures else ''}.",
            "",
            *about,
            *(["", "Not all went well:", "", *failures] if failures else []),
        ]
    )


def rate_or_time(b, base):
    if b["unit"] == "ops/s":
        rate = 1 / median(base)
        factor, unit = (1e6, "M/s") if rate >= 1e6 else (1e3, "k/s") if rate >= 1e3 else (1, "/s")
        return f"{number(rate / factor)} {unit}"
    return f"{number(median(base))} s"


def mebibytes(_, base):
    return number(median(base) / 1024)


def peak(runs):
    return runs.get("peak_kib", [])


def part_time(results, groups, name):
    benchmarks = results.of(*groups)
    if not benchmarks:
        return []
    return [
        f"## {name}: time",
        ratio_table(results, benchmarks, lambda runs: cost(runs) if runs else [], "rate or time", rate_or_time),
        f"## {name}: peak memory",
        ratio_table(results, benchmarks, peak, "MiB", mebibytes),
    ]


def part_calls(results):
    benchmarks = results.of("calls")
    if not benchmarks:
        return []
    names = results.names(benchmarks)
    parts = [
        "## Latency of a call",
        "p50 / p99 / p99.9 / max of all calls of a workload; in each, the median of the runs. "
        "A maximum is mostly a time slice that another thread had.",
    ]
    for call, what in ("malloc", "malloc and realloc"), ("free", "free"):
        rows = []
        for c in names:
            cells = []
            for b in benchmarks:
                runs = b["contenders"].get(c)
                cells.append(" / ".join(duration(median(runs[f"{call}_{p}"])) for p in PERCENTILES) if runs else "-")
            rows.append([c, *cells])
        parts += [f"### {what}", table(["", *[title(b["name"], b["threads"]) for b in benchmarks]], rows)]
    rows = []
    for b in benchmarks:
        cells = []
        for c in names:
            runs = b["contenders"].get(c)
            live = median(runs["live_kib"]) / 1024 if runs else 0
            cells.append(
                number(median(runs["idle_kib"]) / 1024) + (f" ({number(live)})" if live else "") if runs else "-"
            )
        rows.append([title(b["name"], b["threads"]), *cells])
    parts += [
        "## Idle memory",
        "MiB that are resident when all but what is live has been freed and a second has passed; the threads "
        "are there, but do nothing. In parentheses what is live, if anything is.",
        table(["", *names], rows),
    ]
    return parts


def part_start(results):
    benchmarks = results.of("start")
    if not benchmarks:
        return []
    size = results.of("size")
    rows = []
    for c in results.names(benchmarks):
        row = [c]
        for b in benchmarks:
            wall = b["contenders"].get(c, {}).get("wall")
            row.append(f"{number(1e6 * median(wall))} ({number(1e6 * min(wall))})" if wall else "-")
        row.append(number(median(b["contenders"][c]["faults"])) if c in b["contenders"] else "-")
        stripped = size[0]["contenders"].get(c, {}).get("bytes") if size else None
        row.append(number(stripped[0] / 1024) if stripped else "-")
        rows.append(row)
    return [
        "## Start-up and size",
        "From start to exit of a command, microseconds: median (minimum); page faults of the last; the size of the stripped "
        "static program in KiB (glibc's is dynamic).",
        table(["", *[b["about"] for b in benchmarks], "faults", "size"], rows),
    ]


def per_call(runs, key):
    """Nanoseconds of a call, the least of each run, over the runs."""
    return median(runs[key]) if runs and key in runs else None


def part_functions(results):
    """A row for each contender: of a program's sizes, or of each size."""
    benchmarks = results.of("functions")
    if not benchmarks:
        return []
    parts = [
        "## Memory functions",
        "Nanoseconds of a call with glibc's, and ratios to that; the least of each run, and the median over the runs. "
        "`real`: as many of each size as a program calls for, by chance. Otherwise one size: in the first cache (`hot`), "
        "there and aligned to 64 bytes (`aligned`), in none (`cold`).",
    ]
    for b in benchmarks:
        base = b["contenders"].get("glibc")
        if not base:
            continue
        measured = [k for k in base if k.isdigit() or (b["name"].endswith(" real") and k not in NO_SIZES)]
        keys = [k for k in measured if not k.isdigit() or k in SHOWN_SIZES]
        rows = [["glibc, ns", *[number(per_call(base, k)) for k in keys]]]
        for c in results.names([b]):
            if c != "glibc":
                cells = [f"{per_call(b['contenders'][c], k) / per_call(base, k):.2f}" for k in keys]
                rows.append([f"**{c}**" if c == OURS else c, *cells])
        parts += [f"### {b['name']}", table(["", *keys], rows)]
    return parts


def part_rust(results):
    benchmarks = results.of("rust")
    parts = []
    for name in dict.fromkeys(b["name"] for b in benchmarks):
        series = [b for b in benchmarks if b["name"] == name]
        names = results.names(series)
        parts += [f"## {name}", f"{series[0]['about']}; ratios to glibc. ![{name}]({plot_name(name)})"]
        rows = []
        for b in series:
            base = b["contenders"].get("glibc")
            if not base:
                continue
            values = [number(median(base[m]) / (1024 if unit == "KiB" else 1)) for m, _, unit in MEASURES]
            rows.append([f"{b['threads']}: glibc, s, MiB, switches", *values])
            for c in names:
                runs = b["contenders"].get(c)
                if c == "glibc":
                    continue
                if not runs:
                    rows.append([c, *["-"] * len(MEASURES)])
                    continue
                cells = []
                for m, _, _ in MEASURES:
                    r = ratio(runs[m], base[m])
                    text = "-" if r is None else f"{r:.2f}"
                    cells.append(
                        f"**{text}** ({spread(runs[m], base[m])})" if c == OURS and m in ("wall", "peak_kib") else text
                    )
                rows.append([f"**{c}**" if c == OURS else c, *cells])
        parts.append(table(["threads", *[text for _, text, _ in MEASURES]], rows))
    return parts


def part_wrapper(results):
    benchmarks = results.of("wrapper")
    if not benchmarks:
        return []
    names = [c for c in dict.fromkeys(c for b in benchmarks for c in b["contenders"]) if c != "gcc"]
    rows = []
    for b in benchmarks:
        base = b["contenders"].get("gcc", {}).get("wall")
        row = [b["about"], number(1e3 * median(base)) if base else "-"]
        for c in names:
            wall = b["contenders"].get(c, {}).get("wall")
            row.append(f"{1e3 * (median(wall) - median(base)):+.1f}" if wall and base else "-")
        rows.append(row)
    return [
        "## The wrapper's own cost",
        "Wall time in milliseconds, and what `cc-mimalloc` adds to it in that shell (when linking, with "
        "mimalloc to link).",
        table(["", "gcc", *names], rows),
    ]


def figures(results):
    """Of each program and contender, if there is any: least, median and greatest cost, and the same of its ratio to glibc's."""
    rows = []
    for b in results.of("workloads", "start", "programs", "outside", "rust"):
        base = b["contenders"].get("glibc")
        for c in results.names([b]):
            runs = b["contenders"][c]
            costs = cost(runs)
            row = [title(b["name"], b["threads"]), c, *[f"{x:.4g}" for x in (min(costs), median(costs), max(costs))]]
            row += [f"{ratio(costs, cost(base)):.3f}", spread(costs, cost(base))] if base else ["-", "-"]
            rows.append([*row, number(median(runs["peak_kib"]) / 1024)])
    if not rows:
        return ""
    head = ["", "", "least, s", "median, s", "greatest, s", "to glibc", "in a round", "peak, MiB"]
    return "# All figures\n\nSeconds of a run, or of an operation of a workload.\n\n" + table(head, rows) + "\n"


# --- Plots ---


def plot_name(name):
    return name.replace(" ", "-") + ".svg"


class Plots:
    def __init__(self, results, folder):
        import matplotlib

        matplotlib.use("svg")
        # The same data, the same file.
        matplotlib.rcParams.update(
            {
                "svg.hashsalt": "mimalloc-musl",
                "svg.fonttype": "none",
                "font.size": 8,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.titlesize": 9,
            }
        )
        from matplotlib import pyplot

        self.pyplot, self.results, self.folder = pyplot, results, folder
        self.style = {
            "glibc": {"color": "tab:red", "marker": "o", "markersize": 4, "linewidth": 1.4, "zorder": 4},
            "musl": {"color": "tab:blue", "marker": "s", "markersize": 4, "linewidth": 1.4, "zorder": 4},
            OURS: {"color": "black", "marker": "D", "markersize": 4.5, "linewidth": 1.8, "zorder": 5},
        }
        others = [c for c in results.contenders if c not in self.style]
        colours = "tab:orange tab:green tab:purple tab:brown tab:pink tab:olive tab:cyan gold slategray lime".split()
        for i, c in enumerate(others):
            kind = "s" if c.startswith("musl") else "o"
            self.style[c] = {"color": colours[i % len(colours)], "marker": kind, "markersize": 3.5, "linewidth": 1}

    def grid(self, count, columns, size):
        rows = -(-count // columns)
        figure, axes = self.pyplot.subplots(
            rows, columns, figsize=(size[0] * columns, size[1] * rows + 0.6), squeeze=False
        )
        flat = list(axes.flat)
        for unused in flat[count:]:
            unused.axis("off")
        return figure, flat[:count]

    def save(self, figure, name, text):
        handles = {}
        for axes in figure.axes:
            for handle, label in zip(*axes.get_legend_handles_labels()):
                handles.setdefault(label, handle)
        m = self.results.data["machine"]
        figure.suptitle(f"{text}\n{m['cpu']}, {m['processors']} processors, {self.results.data['date']}", fontsize=9)
        if handles:
            figure.legend(
                handles.values(), handles.keys(), loc="lower center", ncol=min(6, len(handles)), frameon=False
            )
        rows = -(-len(handles) // 6)
        height = figure.get_figheight()
        figure.tight_layout(rect=(0, (0.15 + 0.18 * rows) / height, 1, 1 - 0.1 / height))
        figure.savefig(self.folder / name, metadata={"Date": None})
        self.pyplot.close(figure)

    def lines(self, axes, name, xs, series):
        """series: contender to values, None where there is none"""
        for c, ys in series.items():
            points = [(x, y) for x, y in zip(xs, ys) if y]
            if points:
                axes.plot(*zip(*points), label=c, **self.style[c])
        axes.set_title(name)
        axes.grid(alpha=0.3)

    def threads_axis(self, axes, threads):
        axes.set_xscale("log", base=2)
        axes.set_xticks(threads, [str(n) for n in threads])
        axes.set_xlabel("threads")

    def throughput(self):
        benchmarks = self.results.of("workloads")
        names = [n for n in dict.fromkeys(b["name"] for b in benchmarks) if sum(b["name"] == n for b in benchmarks) > 1]
        if not names:
            return
        figure, panels = self.grid(len(names), 4, (2.6, 2.3))
        for axes, name in zip(panels, names):
            series = [b for b in benchmarks if b["name"] == name]
            threads = [b["threads"] for b in series]
            rates = {
                c: [median(b["contenders"][c]["rate"]) if c in b["contenders"] else None for b in series]
                for c in self.results.names(series)
            }
            self.lines(axes, name, threads, rates)
            axes.set_yscale("log")
            self.threads_axis(axes, threads)
        panels[0].set_ylabel("operations per second")
        self.save(figure, "throughput.svg", "Throughput over threads (more is better)")

    def latency(self):
        benchmarks = self.results.of("calls")
        if not benchmarks:
            return
        for call in "malloc", "free":
            figure, panels = self.grid(len(benchmarks), 5, (2.2, 2.2))
            for axes, b in zip(panels, benchmarks):
                values = {
                    c: [median(b["contenders"][c][f"{call}_{p}"]) for p in PERCENTILES] for c in self.results.names([b])
                }
                self.lines(axes, title(b["name"], b["threads"]), range(len(PERCENTILES)), values)
                axes.set_yscale("log")
                axes.set_xticks(range(len(PERCENTILES)), PERCENTILES)
            panels[0].set_ylabel("ns")
            self.save(figure, f"latency-{call}.svg", f"Time of a call of {call} (less is better)")

    def dots(self, axes, name, rows, series):
        """A row for each benchmark, a dot for each contender."""
        for c, values in series.items():
            points = [(x, -y) for y, x in enumerate(values) if x]
            if points:
                axes.plot(*zip(*points), label=c, **{**self.style[c], "linestyle": "none"})
        axes.set_yticks([-y for y in range(len(rows))], rows)
        axes.set_xscale("log")
        axes.set_title(name)
        axes.grid(alpha=0.3)

    def ratios(self, groups, name, text):
        benchmarks = self.results.of(*groups)
        if not benchmarks:
            return
        rows = titles(benchmarks)
        figure, panels = self.pyplot.subplots(1, 2, figsize=(10, 1.4 + 0.22 * len(rows)), sharey=True)
        for axes, label, values in (panels[0], "time, ratio to glibc", lambda r: cost(r) if r else []), (
            panels[1],
            "peak memory, ratio to glibc",
            peak,
        ):
            series = {
                c: [
                    ratio(values(b["contenders"].get(c, {})), values(b["contenders"].get("glibc", {})))
                    for b in benchmarks
                ]
                for c in self.results.names(benchmarks)
            }
            self.dots(axes, label, rows, series)
            axes.axvline(1, color="tab:red", linewidth=0.7)
        self.save(figure, name, text)

    def memory(self):
        benchmarks = self.results.of("calls")
        if not benchmarks:
            return
        figure, panels = self.pyplot.subplots(1, 2, figsize=(10, 1.4 + 0.25 * len(benchmarks)), sharey=True)
        for axes, label, key in (panels[0], "peak, MiB", "peak_kib"), (
            panels[1],
            "idle, everything freed, MiB",
            "idle_kib",
        ):
            series = {
                c: [median(b["contenders"][c][key]) / 1024 if c in b["contenders"] else None for b in benchmarks]
                for c in self.results.names(benchmarks)
            }
            self.dots(axes, label, titles(benchmarks), series)
        self.save(figure, "memory.svg", "Resident memory (less is better)")

    def start(self):
        benchmarks = self.results.of("start", "size")
        if not benchmarks:
            return
        figure, panels = self.grid(len(benchmarks), 3, (3.4, 2.6))
        for axes, b in zip(panels, benchmarks):
            names = self.results.names([b])[::-1]
            size = b["group"] == "size"
            values = [
                median(b["contenders"][c]["bytes"]) / 1024 if size else 1e6 * median(b["contenders"][c]["wall"])
                for c in names
            ]
            axes.barh(names, values, color=[self.style[c]["color"] for c in names])
            axes.bar_label(axes.containers[0], [number(v) for v in values], padding=2, fontsize=7)
            axes.set_title("size, stripped, KiB" if size else f"{b['about']}, us", fontsize=8)
            axes.margins(x=0.2)
        self.save(figure, "start.svg", "Start-up and size (less is better)")

    def functions(self):
        benchmarks = [b for b in self.results.of("functions") if not b["name"].endswith(" real")]
        if not benchmarks:
            return
        figure, panels = self.grid(len(benchmarks), 4, (2.8, 2.4))
        for axes, b in zip(panels, benchmarks):
            first = next(iter(b["contenders"].values()))
            sizes = [int(k) for k in first if k.isdigit()]
            bytes_per_cycle = {
                c: [n * per_call(runs, "cycle") / per_call(runs, str(n)) for n in sizes]
                for c, runs in b["contenders"].items()
            }
            self.lines(axes, b["name"], sizes, bytes_per_cycle)
            axes.set_xscale("log", base=2)
            axes.set_yscale("log", base=2)
            axes.set_xlabel("bytes")
        panels[0].set_ylabel("bytes per cycle")
        self.save(figure, "functions.svg", "Memory functions: bytes per cycle over size (more is better)")

    def rust(self):
        benchmarks = self.results.of("rust")
        for name in dict.fromkeys(b["name"] for b in benchmarks):
            series = [b for b in benchmarks if b["name"] == name]
            threads = [b["threads"] for b in series]
            figure, panels = self.grid(len(MEASURES), 5, (2.4, 2.5))
            for axes, (measure, label, _) in zip(panels, MEASURES):
                ratios = {
                    c: [
                        ratio(b["contenders"].get(c, {}).get(measure), b["contenders"].get("glibc", {}).get(measure))
                        for b in series
                    ]
                    for c in self.results.names(series)
                }
                self.lines(axes, label, threads, ratios)
                self.threads_axis(axes, threads)
                if measure in ("system", "switches"):
                    axes.set_yscale("log")
            panels[0].set_ylabel("ratio to glibc")
            self.save(figure, plot_name(name), f"{name}: {series[0]['about']} (less is better)")

    def all(self):
        self.throughput()
        self.latency()
        self.memory()
        self.start()
        self.ratios(["workloads"], "workloads.svg", "Workloads (less is better)")
        self.ratios(["programs"], "programs.svg", "Programs (less is better)")
        self.ratios(["outside"], "outside.svg", "Benchmarks of others (less is better)")
        self.ratios(["rust"], "rust.svg", "Rust (less is better)")
        self.rust()
        self.functions()


# --- All of it ---


def write(folder):
    """Writes the report; OSError or ValueError if there are no results."""
    data = json.loads((folder / "results.json").read_text())
    if not isinstance(data, dict) or not {"benchmarks", "contenders", "machine"} <= data.keys():
        raise ValueError(f"{folder / 'results.json'} is of something else")
    results = Results(data)
    for old in [*folder.glob("*.svg"), folder / "figures.md"]:
        old.unlink(missing_ok=True)
    Plots(results, folder).all()

    def images(*names):
        return [" ".join(f"![{n}]({n}.svg)" for n in names if (folder / f"{n}.svg").exists())]

    every = figures(results)
    parts = [
        head(results, bool(every)),
        *part_time(results, ["workloads"], "Workloads"),
        *images("throughput", "workloads"),
        *part_time(results, ["programs"], "Programs"),
        *images("programs"),
        *part_time(results, ["outside"], "Benchmarks of others"),
        *images("outside"),
        *part_calls(results),
        *images("latency-malloc", "latency-free", "memory"),
        *part_start(results),
        *images("start"),
        *part_time(results, ["rust"], "Rust"),
        *images("rust"),
        *part_rust(results),
        *part_wrapper(results),
        *part_functions(results),
        *images("functions"),
    ]
    if every:
        (folder / "figures.md").write_text(every)
    (folder / "report.md").write_text("\n\n".join(p for p in parts if p) + "\n")
