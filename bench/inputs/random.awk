# SPDX-License-Identifier: MIT
# Random numbers and words for the input generators. Not awk's rand(), which differs from one awk to the next: with this
# an input is the same bytes on every machine.

# Park and Miller's generator, whose products fit a double.
function random(limit) {
	random_state = (random_state * 48271) % 2147483647
	return random_state % limit
}

function word() {
	return words[random(words_count)]
}

function sentence(length_, text) {
	text = word()
	while (--length_ > 0)
		text = text " " word()
	return text
}

BEGIN {
	random_state = 20261023
	split("ba ce di fo gu ka le mi no pu ra se ti vo zu", syllables, " ")
	words_count = 4000
	for (i = 0; i < words_count; i++) {
		words[i] = ""
		for (j = random(4); j >= 0; j--)
			words[i] = words[i] syllables[1 + random(15)]
	}
}
