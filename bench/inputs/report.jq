# SPDX-License-Identifier: MIT
# A report by city: sums, the best customers, how often each tag occurs.
map(select(.active) | {
	city, tags,
	name: (.name | split(" ") | map(ascii_upcase) | join("-")),
	total: (.orders | map(.count * .price) | add)
})
| group_by(.city)
| map({
	city: .[0].city,
	customers: length,
	total: (map(.total) | add),
	best: (sort_by(-.total, .name) | .[:10] | map({name, total})),
	tags: (map(.tags[]) | group_by(.) | map({key: .[0], value: length}) | from_entries)
})
