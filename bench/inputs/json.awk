# SPDX-License-Identifier: MIT
# A JSON array of records such as a shop's export has; -v records=N says how many.
BEGIN {
	print "["
	for (r = 0; r < records; r++) {
		printf "{\"id\":%d,\"name\":\"%s\",\"city\":\"%s\",\"active\":%s,\"tags\":[", r, sentence(2), words[random(50)], random(2) ? "true" : "false"
		for (i = random(6); i >= 0; i--)
			printf "\"%s\"%s", word(), i ? "," : ""
		printf "],\"orders\":["
		for (i = random(8); i >= 0; i--)
			printf "{\"item\":\"%s\",\"count\":%d,\"price\":%d}%s", word(), 1 + random(9), random(10000), i ? "," : ""
		printf "],\"note\":\"%s\"}%s\n", sentence(3 + random(12)), r < records - 1 ? "," : ""
	}
	print "]"
}
