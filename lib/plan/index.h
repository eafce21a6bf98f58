/*
 * The indexes of a cache by owner and by node: lists of entries in order of first appearance, found
 * by a kind and a text. Entries and their links; what is an entry's owner or node is the cache's to
 * know.
 */
#ifndef KORCH_PLAN_INDEX_H
#define KORCH_PLAN_INDEX_H

#include "base/table.h"
#include <korch/object.h>

typedef struct cache_entry cache_entry;

/*
 * All entries of one kind under one text (an owner's uid, a node's name). Lives while it has
 * entries.
 */
typedef struct cache_list {
	const korch_kind *kind;
	cache_entry *first;
	cache_entry *last;
	size_t n;
	char text[];
} cache_list;

/* A place in a list. Neighbours are entries, so that links may move in memory. */
typedef struct cache_link {
	cache_list *list; /* NULL: in none */
	cache_entry *previous;
	cache_entry *next;
} cache_link;

/* An object in the cache. */
struct cache_entry {
	const korch_object *object; /* owned */
	cache_link node;            /* pods: by spec.nodeName */
	union {
		cache_link one;   /* one list */
		cache_link *many; /* several, owned */
	} owners;
};

void korch__index_init(korch_table *index);
/* The list of a kind and a text, made when there is none; NULL when memory is short. */
cache_list *korch__index_acquire(korch_table *index, const korch_kind *kind, const char *text);
/* The list, or NULL. */
cache_list *korch__index_find(const korch_table *index, const korch_kind *kind, const char *text);
/* Removes and frees a list when it has no entries. */
void korch__index_release(korch_table *index, cache_list *list);

/*
 * In how many lists by owner an object is: one for each ownerReference, and the list "" of all that
 * have no controller, which comes last. At least 1.
 */
size_t korch__owners_count(const korch_object *object);
/* The links to owners of an entry, and how many. */
cache_link *korch__entry_owners(cache_entry *entry, size_t *n);
/* The one behind an entry in a list that it is in. */
cache_entry *korch__entry_next(const cache_entry *entry, const cache_list *list);
/* Appends an entry to a list by a link of the entry's that is in no list. */
void korch__entry_link(cache_entry *entry, cache_link *link, cache_list *list);
/* Takes an entry out of a list and leaves the link empty; the list stays, also when it is empty. */
void korch__entry_unlink(cache_link *link);

#endif
