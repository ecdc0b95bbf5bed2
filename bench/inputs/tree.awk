# SPDX-License-Identifier: MIT
# A tree of text files, 100 in a folder; -v files=N says how many, -v under=FOLDER where. Prints their names.
BEGIN {
	for (f = 0; f < files; f++) {
		if (f % 100 == 0) {
			folder = under "/" word() "-" word() "/" f
			system("mkdir -p " folder)
		}
		name = folder "/" word() "-" word() ".txt"
		for (i = 20 + random(40); i > 0; i--)
			print sentence(8) >name
		close(name)
		print name
	}
}
