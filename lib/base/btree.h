/*
 * An ordered tree of pointers to entries; the entry contains its key (a B-tree, 31 entries a node,
 * about 13 bytes an entry with the pointer itself). Iteration goes by key, so it survives any
 * change between two steps. Its shape depends on content and history only.
 */
#ifndef KORCH_BASE_BTREE_H
#define KORCH_BASE_BTREE_H

#include <stddef.h>

typedef struct korch_btree_ops {
	/* Less than, equal to or greater than 0, as the key is before, at or after the entry's. */
	int (*compare)(const void *key, const void *entry, void *context);
	const void *(*entry_key)(const void *entry); /* NULL: the entry is its own key */
	void *context;                               /* handed to compare */
} korch_btree_ops;

typedef struct korch_btree {
	const korch_btree_ops *ops;
	struct korch_btree_node *root;
	size_t n; /* entries */
} korch_btree;

void korch__btree_init(korch_btree *tree, const korch_btree_ops *ops);
void korch__btree_fini(korch_btree *tree); /* does not touch the entries */

int korch__btree_insert(korch_btree *tree, void *entry); /* 0, KORCH_E_EXISTS or KORCH_E_NOMEM */
/*
 * Puts an entry in the place of the one with the same key, which is returned; NULL (and no change)
 * without one.
 */
void *korch__btree_replace(korch_btree *tree, void *entry);
void *korch__btree_remove(korch_btree *tree, const void *key); /* the entry, or NULL; never fails */
void *korch__btree_find(const korch_btree *tree, const void *key);

void *korch__btree_first(const korch_btree *tree); /* NULL when empty */
void *korch__btree_last(const korch_btree *tree);  /* NULL when empty */
/* The first entry not before the key, and the first one after it; NULL when there is none. */
void *korch__btree_at_least(const korch_btree *tree, const void *key);
void *korch__btree_after(const korch_btree *tree, const void *key);

/* Returns 0 to go on; another value ends the walk. Must not change the tree. */
typedef int (*korch_btree_fn)(void *entry, void *userdata);
/*
 * Calls fn for each entry from key on (NULL: for all) in order: faster than stepping with
 * korch__btree_after. Returns 0, or what fn returned to end it.
 */
int korch__btree_each_from(const korch_btree *tree, const void *key, korch_btree_fn fn,
                           void *userdata);

#endif
