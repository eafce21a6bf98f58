/* The cache as a view: looking up, going through, counting. Nothing in here changes anything. */
#include "plan/cache_internal.h"
#include <string.h>

static const korch_cache *cache_of(const korch_view *view)
{
	return (const korch_cache *)view;
}

static korch_usec view_now(const korch_view *view)
{
	return cache_of(view)->now;
}

static uint64_t view_revision(const korch_view *view)
{
	return cache_of(view)->revision;
}

static const korch_object *view_get(const korch_view *view, const korch_key *key)
{
	const cache_entry *entry = korch__cache_find(cache_of(view), key);
	return entry ? entry->object : NULL;
}

static const korch_object *view_get_uid(const korch_view *view, const char *uid)
{
	const cache_entry *entry = korch__table_get(&cache_of(view)->uids, uid);
	return entry ? entry->object : NULL;
}

/* A walk: what is wanted, and who gets it. */
typedef struct view_walk {
	const korch_view_query *query;
	const cache_list *list;  /* the list that is gone through, whose condition holds for all */
	const cache_list *other; /* a second list that entries must be in */
	korch_view_fn fn;
	void *userdata;
	int result;
} view_walk;

static int is_in(const cache_entry *entry, const cache_list *list)
{
	if (entry->node.list == list)
		return 1;
	size_t n;
	const cache_link *owners = korch__entry_owners((cache_entry *)entry, &n);
	for (size_t i = 0; i < n; i++) {
		if (owners[i].list == list)
			return 1;
	}
	return 0;
}

static int is_selected(const view_walk *walk, const cache_entry *entry)
{
	const korch_view_query *query = walk->query;
	const korch_object_meta *meta = entry->object->metadata;
	if (walk->other && !is_in(entry, walk->other))
		return 0;
	if (walk->list && query->namespace_ &&
	    strcmp(korch_object_namespace(entry->object), query->namespace_) != 0)
		return 0;
	return !query->selector || korch_selector_matches(query->selector, meta ? meta->labels : NULL);
}

static int each_in_list(view_walk *walk)
{
	const cache_entry *entry = walk->list->first;
	for (int r; entry; entry = korch__entry_next(entry, walk->list)) {
		if (is_selected(walk, entry) && (r = walk->fn(walk->userdata, entry->object)) != 0)
			return r;
	}
	return 0;
}

/* One step of a walk by key; ends it behind the namespace. */
static int step_by_key(void *entry, void *userdata)
{
	view_walk *walk = userdata;
	const char *wanted = walk->query->namespace_;
	const korch_object *object = ((const cache_entry *)entry)->object;
	if (wanted && strcmp(korch_object_namespace(object), wanted) != 0)
		return 1;
	if (is_selected(walk, entry))
		walk->result = walk->fn(walk->userdata, object);
	return walk->result != 0;
}

/* Chooses the lists for a query. Returns 0 when there can be nothing. */
static int choose(view_walk *walk, const korch_cache *cache)
{
	const korch_view_query *query = walk->query;
	if (query->owner_uid) {
		walk->list = korch__index_find(&cache->owners, query->kind, query->owner_uid);
		if (!walk->list)
			return 0;
	}
	if (query->node_name) {
		const cache_list *nodes = korch__index_find(&cache->nodes, query->kind, query->node_name);
		if (!nodes)
			return 0;
		/* The shorter of two lists is gone through. */
		int by_node = !walk->list || nodes->n < walk->list->n;
		walk->other = by_node ? walk->list : nodes;
		walk->list = by_node ? nodes : walk->list;
	}
	return 1;
}

static int view_each(const korch_view *view, const korch_view_query *query, korch_view_fn fn,
                     void *userdata)
{
	view_walk walk = {.query = query, .fn = fn, .userdata = userdata};
	const cache_kind *kind = korch__cache_kind(cache_of(view), query->kind);
	if (!kind || !choose(&walk, cache_of(view)))
		return 0;
	if (walk.list)
		return each_in_list(&walk);
	korch_object_meta from = {.namespace_ = query->namespace_, .name = ""};
	korch__btree_each_from(&kind->tree, query->namespace_ ? &from : NULL, step_by_key, &walk);
	return walk.result;
}

static int count_one(void *userdata, const korch_object *object)
{
	(void)object;
	++*(size_t *)userdata;
	return 0;
}

static size_t view_count(const korch_view *view, const korch_view_query *query)
{
	view_walk walk = {.query = query};
	const cache_kind *kind = korch__cache_kind(cache_of(view), query->kind);
	if (!kind || !choose(&walk, cache_of(view)))
		return 0;
	if (!walk.other && !query->namespace_ && !query->selector)
		return walk.list ? walk.list->n : kind->tree.n;
	size_t n = 0;
	view_each(view, query, count_one, &n);
	return n;
}

const korch_view_ops korch__cache_view_ops = {
    .now = view_now,
    .revision = view_revision,
    .get = view_get,
    .get_uid = view_get_uid,
    .each = view_each,
    .count = view_count,
};
