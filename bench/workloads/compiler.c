// SPDX-License-Identifier: MIT
// A compiler: trees of many small nodes, names, and lists that grow; each function's tree is freed
// as a whole after the next has been built, and symbols live longer. An operation is a function of
// some 500 nodes and 20 symbols.
#include "workload.h"

enum { NODES = 500, CHILDREN = 4, SYMBOLS = 20000 };

struct node {
	struct node *child[CHILDREN];
	char *name;
	size_t *uses;
};

static struct node *build(struct worker *self, int *left)
{
	struct node *node = take(between(self, sizeof *node, sizeof *node + 48));
	*node = (struct node){ 0 };
	if (next_random(self) % 3 == 0)
		node->name = take(between(self, 4, 24));
	if (next_random(self) % 8 == 0)
		for (size_t n = 4, end = between(self, 4, 64); n <= end; n *= 2)
			node->uses = take_resized(node->uses, n * sizeof *node->uses);
	for (int i = 0; i<CHILDREN && * left> 0; i++) {
		--*left;
		node->child[i] = build(self, left);
		if (next_random(self) % 2)
			break;
	}
	return node;
}

static void free_tree(struct node *node)
{
	if (!node)
		return;
	for (int i = 0; i < CHILDREN; i++)
		free_tree(node->child[i]);
	if (node->name)
		drop(node->name);
	if (node->uses)
		drop(node->uses);
	drop(node);
}

static struct node *build_function(struct worker *self)
{
	int left = NODES;
	struct node *root = take(sizeof *root);
	*root = (struct node){ 0 };
	// A statement after the other, in front of those before.
	while (left > 0) {
		struct node *statement = take(sizeof *statement);
		*statement = (struct node){ { build(self, &left), root->child[1] }, NULL, NULL };
		root->child[1] = statement;
	}
	return root;
}

static _Thread_local char *symbol[SYMBOLS];

void fill(struct worker *self)
{
	for (int i = 0; i < SYMBOLS; i++)
		symbol[i] = take(between(self, 16, 80));
}

void work(struct worker *self)
{
	struct node *before = NULL;

	while (!stopped()) {
		struct node *function = build_function(self);
		for (int i = 0; i < 20; i++) {
			char **old = &symbol[next_random(self) % SYMBOLS];
			drop(*old);
			*old = take(between(self, 16, 80));
		}
		free_tree(before);
		before = function;
		self->operations++;
	}
	free_tree(before);
	for (int i = 0; i < SYMBOLS; i++)
		drop(symbol[i]);
}
