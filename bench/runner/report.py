# SPDX-License-Identifier: MIT
"""Turns a folder's results.json into report.md and plots beside it."""

import json
from statistics import geometric_mean, median

from plots import Plots, plot_name
from recipes import title
from results import MEASURES, OURS, PERCENTILES, Results, cost, number, peak, per_call, ratio, spread, titles

# Of the metrics of `functions`.
SHOWN_SIZES = "1 8 16 32 64 128 256 512 1024 4096 16384 524288 16777216".split()
NO_SIZES = {"cycle", "wall", "user", "system", "peak_kib", "switches", "faults"}


# --- Tables ---


def duration(ns):
    for unit, factor in ("ms", 1e6), ("us", 1e3):
        if ns >= 10 * factor:
            return f"{number(ns / factor)} {unit}"
    return f"{number(ns)} ns"


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
