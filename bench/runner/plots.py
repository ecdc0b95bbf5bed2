# SPDX-License-Identifier: MIT
"""Plots of results, as SVG."""

from statistics import median

from recipes import title
from results import MEASURES, OURS, PERCENTILES, cost, number, peak, per_call, ratio, titles


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
