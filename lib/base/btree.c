/*
 * The ordered tree: a B-tree whose full nodes are split on the way down and whose poor nodes are
 * filled on the way up, after Bayer and McCreight (1972). Entries added in rising order leave full
 * nodes behind them, not half-full.
 */
#include "base/btree.h"
#include "base/alloc.h"
#include <korch/error.h>

#include <string.h>

enum {
	ITEMS_MAX = 31, /* a leaf is 256 bytes */
	ITEMS_MIN = 12, /* less than half, so that a merged node does not have to be split at once */
};

typedef struct korch_btree_node {
	unsigned short n;
	unsigned short is_leaf;
	void *items[ITEMS_MAX];
} node;

/* An inner node has one child more than items: all of child i is before item i. */
typedef struct inner {
	node head;
	node *children[ITEMS_MAX + 1];
} inner;

static node **children(node *at)
{
	return ((inner *)at)->children;
}

static node *node_new(int is_leaf)
{
	node *fresh = korch__alloc(is_leaf ? sizeof(node) : sizeof(inner));
	if (fresh) {
		fresh->n = 0;
		fresh->is_leaf = (unsigned short)is_leaf;
	}
	return fresh;
}

static const void *key_of(const korch_btree *tree, const void *entry)
{
	return tree->ops->entry_key ? tree->ops->entry_key(entry) : entry;
}

/* Index of the first item that is not before the key; *found says whether it is the key's. */
static unsigned search(const korch_btree *tree, const node *at, const void *key, int *found)
{
	unsigned low = 0, high = at->n;
	*found = 0;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		int order = tree->ops->compare(key, at->items[middle], tree->ops->context);
		if (order == 0) {
			*found = 1;
			return middle;
		}
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void korch__btree_init(korch_btree *tree, const korch_btree_ops *ops)
{
	*tree = (korch_btree){.ops = ops};
}

static void node_free(node *at)
{
	for (unsigned i = 0; !at->is_leaf && i <= at->n; i++)
		node_free(children(at)[i]);
	korch__free(at);
}

void korch__btree_fini(korch_btree *tree)
{
	if (tree->root)
		node_free(tree->root);
	*tree = (korch_btree){.ops = tree->ops};
}

/* Moving items, with the child to the right of each */

static void open_gap(node *at, unsigned i)
{
	memmove(&at->items[i + 1], &at->items[i], (at->n - i) * sizeof(*at->items));
	if (!at->is_leaf)
		memmove(&children(at)[i + 2], &children(at)[i + 1], (at->n - i) * sizeof(node *));
	at->n++;
}

static void close_gap(node *at, unsigned i)
{
	at->n--;
	memmove(&at->items[i], &at->items[i + 1], (at->n - i) * sizeof(*at->items));
	if (!at->is_leaf)
		memmove(&children(at)[i + 1], &children(at)[i + 2], (at->n - i) * sizeof(node *));
}

/*
 * Copies n items from i on, and all children around them, to the beginning of an empty node or
 * behind `to`'s.
 */
static void append(node *to, const node *from, unsigned i, unsigned n)
{
	memcpy(&to->items[to->n], &from->items[i], n * sizeof(*to->items));
	if (!to->is_leaf)
		memcpy(&children(to)[to->n], &children((node *)from)[i], (n + 1) * sizeof(node *));
	to->n = (unsigned short)(to->n + n);
}

/* Splits child i, which is full, at an item that moves up. */
static int split(node *parent, unsigned i, unsigned at)
{
	node *left = children(parent)[i];
	node *right = node_new(left->is_leaf);
	if (!right)
		return KORCH_E_NOMEM;
	append(right, left, at + 1, left->n - at - 1);
	left->n = (unsigned short)at;
	open_gap(parent, i);
	parent->items[i] = left->items[at];
	children(parent)[i + 1] = right;
	return 0;
}

static int grow_root(korch_btree *tree)
{
	if (!tree->root) {
		tree->root = node_new(1);
		return tree->root ? 0 : KORCH_E_NOMEM;
	}
	if (tree->root->n < ITEMS_MAX)
		return 0;
	node *root = node_new(0);
	if (!root)
		return KORCH_E_NOMEM;
	children(root)[0] = tree->root;
	tree->root = root;
	return 0;
}

/* A root without items has one child only: that one becomes the root. */
static void shrink_root(korch_btree *tree)
{
	node *root = tree->root;
	if (!root || root->n > 0)
		return;
	tree->root = root->is_leaf ? NULL : children(root)[0];
	korch__free(root);
}

static int insert(korch_btree *tree, void *entry)
{
	const void *key = key_of(tree, entry);
	int rising = 1; /* so far the way went along the right edge */
	for (node *at = tree->root;;) {
		int found;
		unsigned i = search(tree, at, key, &found);
		if (found)
			return KORCH_E_EXISTS;
		rising = rising && i == at->n;
		if (at->is_leaf) {
			open_gap(at, i);
			at->items[i] = entry;
			tree->n++;
			return 0;
		}
		node *child = children(at)[i];
		if (child->n == ITEMS_MAX) {
			int last = rising &&
			           tree->ops->compare(key, child->items[ITEMS_MAX - 1], tree->ops->context) > 0;
			int r = split(at, i, last ? ITEMS_MAX - 2 : ITEMS_MAX / 2);
			if (r < 0)
				return r;
			continue; /* the item that came up may be the key's, or send it to the right */
		}
		at = child;
	}
}

int korch__btree_insert(korch_btree *tree, void *entry)
{
	int r = grow_root(tree);
	if (r < 0)
		return r;
	r = insert(tree, entry);
	shrink_root(tree); /* when it was made for nothing */
	return r;
}

/* Merges the children around item i, or shares their items evenly. */
static void balance(node *parent, unsigned i)
{
	node *left = children(parent)[i];
	node *right = children(parent)[i + 1];
	unsigned total = left->n + right->n;
	if (total + 1 <= ITEMS_MAX) {
		left->items[left->n] = parent->items[i];
		left->n++;
		append(left, right, 0, right->n);
		close_gap(parent, i);
		korch__free(right);
		return;
	}
	/*
	 * Through a row of all items with the separator among them; children keep their places between
	 * them.
	 */
	void *items[2 * ITEMS_MAX + 1];
	node *kids[2 * ITEMS_MAX + 2];
	unsigned keep = total / 2;
	memcpy(items, left->items, left->n * sizeof(*items));
	items[left->n] = parent->items[i];
	memcpy(items + left->n + 1, right->items, right->n * sizeof(*items));
	if (!left->is_leaf) {
		memcpy(kids, children(left), (left->n + 1u) * sizeof(*kids));
		memcpy(kids + left->n + 1, children(right), (right->n + 1u) * sizeof(*kids));
		memcpy(children(left), kids, (keep + 1) * sizeof(*kids));
		memcpy(children(right), kids + keep + 1, (total - keep + 1) * sizeof(*kids));
	}
	memcpy(left->items, items, keep * sizeof(*items));
	parent->items[i] = items[keep];
	memcpy(right->items, items + keep + 1, (total - keep) * sizeof(*items));
	left->n = (unsigned short)keep;
	right->n = (unsigned short)(total - keep);
}

static void fill_child(node *parent, unsigned i)
{
	if (children(parent)[i]->n < ITEMS_MIN)
		balance(parent, i > 0 ? i - 1 : 0);
}

static void *take_last(node *at)
{
	if (at->is_leaf)
		return at->items[--at->n];
	unsigned i = at->n;
	void *entry = take_last(children(at)[i]);
	fill_child(at, i);
	return entry;
}

static void *take(const korch_btree *tree, node *at, const void *key)
{
	int found;
	unsigned i = search(tree, at, key, &found);
	void *entry = found ? at->items[i] : NULL;
	if (at->is_leaf) {
		if (found)
			close_gap(at, i);
		return entry;
	}
	if (found)
		at->items[i] = take_last(children(at)[i]);
	else
		entry = take(tree, children(at)[i], key);
	if (entry)
		fill_child(at, i);
	return entry;
}

void *korch__btree_remove(korch_btree *tree, const void *key)
{
	void *entry = tree->root ? take(tree, tree->root, key) : NULL;
	if (entry) {
		tree->n--;
		shrink_root(tree);
	}
	return entry;
}

/* The place of the entry with this key, or NULL. */
static void **locate(const korch_btree *tree, const void *key)
{
	for (node *at = tree->root; at;) {
		int found;
		unsigned i = search(tree, at, key, &found);
		if (found)
			return &at->items[i];
		at = at->is_leaf ? NULL : children(at)[i];
	}
	return NULL;
}

void *korch__btree_find(const korch_btree *tree, const void *key)
{
	void **slot = locate(tree, key);
	return slot ? *slot : NULL;
}

void *korch__btree_replace(korch_btree *tree, void *entry)
{
	void **slot = locate(tree, key_of(tree, entry));
	if (!slot)
		return NULL;
	void *old = *slot;
	*slot = entry;
	return old;
}

void *korch__btree_first(const korch_btree *tree)
{
	node *at = tree->root;
	while (at && !at->is_leaf)
		at = children(at)[0];
	return at ? at->items[0] : NULL;
}

void *korch__btree_last(const korch_btree *tree)
{
	node *at = tree->root;
	while (at && !at->is_leaf)
		at = children(at)[at->n];
	return at ? at->items[at->n - 1] : NULL;
}

/* First entry at or after the key; an equal one counts only when wanted. */
static void *bound(const korch_btree *tree, const void *key, int equal_counts)
{
	void *best = NULL;
	for (node *at = tree->root; at;) {
		int found;
		unsigned i = search(tree, at, key, &found);
		if (found && equal_counts)
			return at->items[i];
		i += (unsigned)found; /* what is after an equal item is in the child to its right, or above
		                       */
		if (i < at->n)
			best = at->items[i];
		at = at->is_leaf ? NULL : children(at)[i];
	}
	return best;
}

void *korch__btree_at_least(const korch_btree *tree, const void *key)
{
	return bound(tree, key, 1);
}

void *korch__btree_after(const korch_btree *tree, const void *key)
{
	return bound(tree, key, 0);
}

typedef struct walker {
	const korch_btree *tree;
	korch_btree_fn fn;
	void *userdata;
} walker;

static int walk_node(const walker *walk, node *at, const void *key)
{
	int found = 0;
	unsigned i = key ? search(walk->tree, at, key, &found) : 0;
	if (!found && !at->is_leaf) {
		int r = walk_node(walk, children(at)[i], key);
		if (r != 0)
			return r;
	}
	for (; i < at->n; i++) {
		int r = walk->fn(at->items[i], walk->userdata);
		if (r == 0 && !at->is_leaf)
			r = walk_node(walk, children(at)[i + 1], NULL);
		if (r != 0)
			return r;
	}
	return 0;
}

int korch__btree_each_from(const korch_btree *tree, const void *key, korch_btree_fn fn,
                           void *userdata)
{
	walker walk = {.tree = tree, .fn = fn, .userdata = userdata};
	return tree->root ? walk_node(&walk, tree->root, key) : 0;
}
