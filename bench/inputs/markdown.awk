# SPDX-License-Identifier: MIT
# A Markdown book: headings, paragraphs with emphasis, code and links, lists, quotes; -v paragraphs=N says how many.
function inline(length_, text, kind) {
	text = ""
	while (length_-- > 0) {
		kind = random(12)
		if (kind == 0)
			text = text " *" word() "*"
		else if (kind == 1)
			text = text " **" sentence(2) "**"
		else if (kind == 2)
			text = text " `" word() "`"
		else if (kind == 3)
			text = text " [" sentence(2) "](/" word() "/" word() ")"
		else
			text = text " " word()
	}
	return substr(text, 2)
}

BEGIN {
	for (p = 0; p < paragraphs; p++) {
		kind = random(10)
		if (kind == 0)
			print "## " sentence(4)
		else if (kind == 1)
			for (i = random(6); i >= 0; i--)
				print (i % 2 ? "  " : "") "- " inline(6)
		else if (kind == 2)
			print "> " inline(20)
		else if (kind == 3)
			print "    " sentence(8) "\n    " sentence(8)
		else
			for (i = random(5); i >= 0; i--)
				print inline(12)
		print ""
	}
}
