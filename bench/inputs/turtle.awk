# SPDX-License-Identifier: MIT
# A catalogue in Turtle, of books that cite one another; -v books=N says how many.
BEGIN {
	print "@prefix : <http://example.org/> ."
	for (b = 0; b < books; b++) {
		printf ":b%d :title \"%s\" ;\n", b, sentence(5)
		for (i = random(4); i >= 0; i--)
			printf "\t:author [ :name \"%s\" ; :born %d ] ;\n", sentence(2), 1800 + random(200)
		for (i = random(5); i >= 0; i--)
			printf "\t:cites :b%d ;\n", random(books)
		printf "\t:subject :%s .\n", word()
	}
}
