# SPDX-License-Identifier: MIT
# Turns measurements into a table: -v format=text (aligned, a line for each contender), md (Markdown, a line for each
# benchmark) or json. Input, tab-separated: benchmark, unit, contender, value, peak memory in KiB.
BEGIN {
	FS = "\t"
	contenders_count = split("glibc musl mimalloc", contenders, " ")
}

{
	if (!($1 in unit)) {
		benchmarks[++benchmarks_count] = $1
		unit[$1] = $2
	}
	n = ++runs[$1, $3]
	# Kept sorted from the worst to the best, whatever is better in this unit.
	for (i = n; i > 1 && better($2, value[$1, $3, i - 1], $4); i--)
		value[$1, $3, i] = value[$1, $3, i - 1]
	value[$1, $3, i] = $4
	if ($5 > memory[$1, $3])
		memory[$1, $3] = $5
}

function better(unit_, a, b) {
	return unit_ == "s" ? a + 0 < b + 0 : a + 0 > b + 0
}

function best(b, c) {
	return value[b, c, runs[b, c]]
}

function median(b, c, n) {
	n = runs[b, c]
	return n % 2 ? value[b, c, (n + 1) / 2] : (value[b, c, n / 2] + value[b, c, n / 2 + 1]) / 2
}

# How many times as fast as another contender.
function speed(b, c, other) {
	return unit[b] == "s" ? median(b, other) / median(b, c) : median(b, c) / median(b, other)
}

# Three digits that count.
function number(x) {
	return sprintf(x < 1 ? "%.3f" : x < 10 ? "%.2f" : x < 100 ? "%.1f" : "%.0f", x)
}

function mebibytes(b, c) {
	return number(memory[b, c] / 1024)
}

function text(b, c) {
	printf "%-12s %-9s %9s %9s  %-7s %9s %9s %9s\n", b, c, number(median(b, c)), number(best(b, c)), unit[b],
		mebibytes(b, c), number(speed(b, c, "glibc")), number(speed(b, c, "musl"))
}

function markdown(b) {
	printf "| %s | %s | %s | %s | **%s** | %s | %s | %s | %s | %s |\n", b, unit[b],
		number(median(b, "glibc")), number(median(b, "musl")), number(median(b, "mimalloc")),
		number(speed(b, "mimalloc", "glibc")), number(speed(b, "mimalloc", "musl")),
		mebibytes(b, "glibc"), mebibytes(b, "musl"), mebibytes(b, "mimalloc")
}

function json(b, c, last) {
	printf "{\"benchmark\": \"%s\", \"heap\": \"%s\", \"unit\": \"%s\", \"runs\": %d, \"median\": %s, \"best\": %s, ",
		b, c, unit[b], runs[b, c], median(b, c), best(b, c)
	printf "\"peak_kib\": %d, \"to_glibc\": %.3f, \"to_musl\": %.3f}%s\n", memory[b, c], speed(b, c, "glibc"),
		speed(b, c, "musl"), last ? "" : ","
}

END {
	if (format == "text")
		printf "%-12s %-9s %9s %9s  %-7s %9s %9s %9s\n", "benchmark", "heap", "median", "best", "unit", "peak MiB",
			"to glibc", "to musl"
	else if (format == "md") {
		print "| benchmark | unit | glibc | musl | mimalloc | to glibc | to musl | MiB glibc | MiB musl | MiB mimalloc |"
		print "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
	} else
		print "["
	for (i = 1; i <= benchmarks_count; i++) {
		b = benchmarks[i]
		if (format == "md")
			markdown(b)
		else
			for (j = 1; j <= contenders_count; j++)
				if (format == "text")
					text(b, contenders[j])
				else
					json(b, contenders[j], i == benchmarks_count && j == contenders_count)
	}
	if (format == "json")
		print "]"
}
