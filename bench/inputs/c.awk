# SPDX-License-Identifier: MIT
# C: structures, and functions that call one another; -v functions=N says how many.
BEGIN {
	print "int printf(const char *, ...);"
	for (f = 0; f < functions; f++) {
		if (f % 10 == 0)
			printf "struct s%d {\n\tint %s_a, %s_b[%d];\n\tconst char *%s_c;\n};\n", f, word(), word(), 1 + random(20), word()
		printf "static int f%d(int a, int b, const char *text)\n{\n\tint %s_x = a * %d;\n", f, name = word(), random(1000)
		for (i = random(8); i >= 0; i--)
			printf "\tif (%s_x > b + %d) {\n\t\t%s_x -= %d;\n\t\tprintf(\"%s %%d\\n\", %s_x);\n\t}\n", name, random(100), name, 1 + random(50), sentence(3), name
		if (f)
			printf "\t%s_x += f%d(b, a - 1, text);\n", name, random(f)
		printf "\twhile (b-- > %d)\n\t\t%s_x ^= (a << 2) + text[b & 3];\n\treturn %s_x;\n}\n", random(9), name, name
	}
	print "int main(void)\n{\n\treturn f" functions - 1 "(1, 2, \"text\");\n}"
}
