/*
 * The cache: what is put in and taken out. A change either happens in every index or, when memory
 * is short, in none. Reading stands in cache_view.c, the lists by owner and node in places.c and
 * index.c.
 */
#include "plan/cache.h"
#include "base/cleanup.h"
#include "plan/cache_internal.h"
#include <string.h>

static const korch_object_meta no_meta;

/* Objects of a kind by key */

static const char *text_of(const char *text)
{
	return text ? text : "";
}

static const void *entry_key(const void *entry)
{
	const korch_object_meta *meta = ((const cache_entry *)entry)->object->metadata;
	return meta ? meta : &no_meta;
}

static int compare_keys(const void *key, const void *entry, void *context)
{
	(void)context;
	const korch_object_meta *a = key, *b = entry_key(entry);
	int order = 0;
	if (a->namespace_ != b->namespace_)
		order = strcmp(text_of(a->namespace_), text_of(b->namespace_));
	return order ? order : strcmp(text_of(a->name), text_of(b->name));
}

static const korch_btree_ops tree_ops = {.compare = compare_keys, .entry_key = entry_key};

/* Objects by key, of all kinds */

static uint64_t hash_of(const korch_key *key)
{
	uint64_t space = korch__hash_string(text_of(key->namespace_));
	return korch__hash_bytes(key->name, strlen(key->name), space);
}

static uint64_t name_hash(const void *key)
{
	return hash_of(key);
}

static uint64_t name_entry_hash(const void *entry)
{
	const korch_key key = korch_object_key(((const cache_entry *)entry)->object);
	return hash_of(&key);
}

static int name_equal(const void *entry, const void *key)
{
	const korch_object *object = ((const cache_entry *)entry)->object;
	const korch_key *wanted = key;
	return object->kind == wanted->kind && strcmp(korch_object_name(object), wanted->name) == 0 &&
	       strcmp(korch_object_namespace(object), text_of(wanted->namespace_)) == 0;
}

static const korch_table_ops name_ops = {name_hash, name_equal, name_entry_hash};

cache_entry *korch__cache_find(const korch_cache *cache, const korch_key *key)
{
	return korch__table_get(&cache->names, key);
}

/* Kinds */

static uint64_t kind_hash(const void *key)
{
	return korch__hash_string(((const korch_kind *)key)->name);
}

static int kind_equal(const void *entry, const void *key)
{
	return ((const cache_kind *)entry)->kind == key;
}

static uint64_t kind_entry_hash(const void *entry)
{
	return kind_hash(((const cache_kind *)entry)->kind);
}

static const korch_table_ops kind_ops = {kind_hash, kind_equal, kind_entry_hash};

cache_kind *korch__cache_kind(const korch_cache *cache, const korch_kind *kind)
{
	return korch__table_get(&cache->kinds, kind);
}

static cache_kind *acquire_kind(korch_cache *cache, const korch_kind *kind)
{
	cache_kind *found = korch__cache_kind(cache, kind);
	if (found)
		return found;
	_cleanup_free_ cache_kind *made = korch__calloc(1, sizeof(*made));
	if (!made || korch__vec_reserve(&cache->order, 1) < 0)
		return NULL;
	made->kind = kind;
	korch__btree_init(&made->tree, &tree_ops);
	if (korch__table_put(&cache->kinds, made) < 0)
		return NULL;
	return cache->order.items[cache->order.n++] = KORCH_STEAL(made);
}

/* Uids */

static uint64_t uid_hash(const void *key)
{
	return korch__hash_string(key);
}

static int uid_equal(const void *entry, const void *key)
{
	return strcmp(korch_object_uid(((const cache_entry *)entry)->object), key) == 0;
}

static uint64_t uid_entry_hash(const void *entry)
{
	return uid_hash(korch_object_uid(((const cache_entry *)entry)->object));
}

static const korch_table_ops uid_ops = {uid_hash, uid_equal, uid_entry_hash};

/* Objects without a uid, and a second one with a uid that is taken, are not found by uid. */
static int add_uid(korch_cache *cache, cache_entry *entry)
{
	const char *uid = korch_object_uid(entry->object);
	if (!*uid || korch__table_get(&cache->uids, uid))
		return 0;
	return korch__table_put(&cache->uids, entry);
}

static void drop_uid(korch_cache *cache, const cache_entry *entry)
{
	const char *uid = korch_object_uid(entry->object);
	if (*uid && korch__table_get(&cache->uids, uid) == entry)
		korch__table_remove(&cache->uids, uid);
}

/* Putting in and taking out */

/*
 * Takes an entry that is in no tree any more out of the indexes and frees it. Returns its object.
 */
static const korch_object *drop_entry(korch_cache *cache, cache_entry *entry)
{
	const korch_object *object = entry->object;
	drop_uid(cache, entry);
	korch__places_leave(cache, entry);
	korch__free(entry);
	return object;
}

/* Puts a newer state of an object into its entry. */
static int renew(korch_cache *cache, cache_entry *entry, const korch_object *object)
{
	if (korch__places_same(entry->object, object)) {
		entry->object = korch_object_ref(object);
		return 0;
	}
	cache_places places;
	int r = korch__places_acquire(cache, &places, object);
	if (r < 0)
		return r;
	korch__places_settle(cache, entry, korch_object_ref(object), &places);
	return 0;
}

/*
 * The entry of an object that was there before, whatever its state now; NULL when there is none.
 * One look into a table for objects with a uid: deep trees are slow to search.
 */
static cache_entry *find_same(const korch_cache *cache, const korch_object *object)
{
	const char *uid = korch_object_uid(object);
	korch_key key = korch_object_key(object);
	cache_entry *entry = *uid ? korch__table_get(&cache->uids, uid) : NULL;
	if (entry) {
		korch_key other = korch_object_key(entry->object);
		return korch_key_compare(&key, &other) == 0 ? entry : NULL;
	}
	entry = *uid ? NULL : korch__cache_find(cache, &key);
	return entry && !*korch_object_uid(entry->object) ? entry : NULL;
}

/*
 * Puts a new entry into the tree; *old becomes what it took the place of, an entry that is in no
 * tree then.
 */
static int insert(cache_entry **old, korch_cache *cache, cache_kind *kind, cache_entry *entry)
{
	const korch_key key = korch_object_key(entry->object);
	*old = korch__table_swap(&cache->names, entry, &key);
	if (*old) {
		korch__btree_replace(&kind->tree, entry);
		return 0;
	}
	int r = korch__table_put(&cache->names, entry);
	if (r == 0 && (r = korch__btree_insert(&kind->tree, entry)) < 0)
		korch__table_remove(&cache->names, &key);
	cache->n += r == 0;
	return r;
}

/* Adds an object; *previous is one that was there under its name, with another uid. */
static int add(const korch_object **previous, korch_cache *cache, const korch_object *object)
{
	cache_places places;
	cache_kind *kind = acquire_kind(cache, object->kind);
	_cleanup_free_ cache_entry *entry = kind ? korch__calloc(1, sizeof(*entry)) : NULL;
	if (!entry || korch__places_acquire(cache, &places, object) < 0)
		return KORCH_E_NOMEM;
	cache_entry *old = NULL;
	entry->object = object; /* for the keys of the indexes */
	int r = add_uid(cache, entry);
	if (r == 0 && (r = insert(&old, cache, kind, entry)) < 0)
		drop_uid(cache, entry);
	if (r < 0) {
		korch__places_release(cache, &places);
		return r;
	}
	entry->object = NULL;
	korch__places_settle(cache, KORCH_STEAL(entry), korch_object_ref(object), &places);
	/* Only now: lists that both are in must not become empty in between. */
	*previous = old ? drop_entry(cache, old) : NULL;
	return 0;
}

int korch__cache_swap(const korch_object **previous, korch_cache *cache, const korch_object *object)
{
	cache_entry *entry = find_same(cache, object);
	const korch_object *old = entry ? entry->object : NULL;
	int r = entry ? renew(cache, entry, object) : add(&old, cache, object);
	if (r < 0)
		return r;
	if (previous)
		*previous = old;
	else
		korch_object_unref(old);
	return 0;
}

const korch_object *korch__cache_take(korch_cache *cache, const korch_key *key)
{
	cache_kind *kind = korch__cache_kind(cache, key->kind);
	korch_object_meta wanted = {.name = key->name, .namespace_ = key->namespace_};
	cache_entry *entry = kind ? korch__btree_remove(&kind->tree, &wanted) : NULL;
	if (!entry)
		return NULL;
	korch__table_remove(&cache->names, key);
	cache->n--;
	return drop_entry(cache, entry);
}

int korch__cache_apply(const korch_object **previous, korch_cache *cache,
                       const korch_change *change)
{
	korch_key key = korch_object_key(change->object);
	const cache_entry *entry = find_same(cache, change->object);
	if (!entry)
		entry = korch__cache_find(cache, &key);
	if (entry && entry->object->revision >= change->revision)
		return KORCH_E_EXISTS;
	if (change->type == KORCH_CHANGE_DELETED) {
		*previous = korch__cache_take(cache, &key);
	} else {
		int r = korch__cache_swap(previous, cache, change->object);
		if (r < 0)
			return r;
	}
	if (change->revision > cache->revision)
		cache->revision = change->revision;
	return 0;
}

int korch__cache_each_kind(const korch_cache *cache, korch_cache_kind_fn fn, void *userdata)
{
	for (size_t i = 0; i < cache->order.n; i++) {
		const cache_kind *kind = cache->order.items[i];
		int r = kind->tree.n ? fn(userdata, kind->kind, kind->tree.n) : 0;
		if (r != 0)
			return r;
	}
	return 0;
}

size_t korch__cache_size(const korch_cache *cache)
{
	return cache->n;
}

/* Public calls */

int korch_cache_new(korch_cache **out, korch_error **err)
{
	if (!out)
		return korch_error_set(err, KORCH_E_INVALID, "a cache needs a place");
	korch_cache *cache = korch__calloc(1, sizeof(*cache));
	if (!cache)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a cache");
	cache->view.ops = &korch__cache_view_ops;
	korch__table_init(&cache->kinds, &kind_ops);
	korch__table_init(&cache->uids, &uid_ops);
	korch__table_init(&cache->names, &name_ops);
	korch__index_init(&cache->owners);
	korch__index_init(&cache->nodes);
	*out = cache;
	return 0;
}

static int free_entry(void *entry, void *userdata)
{
	korch_cache *cache = userdata;
	const korch_object *object = ((cache_entry *)entry)->object;
	korch__places_leave(cache, entry);
	korch_object_unref(object);
	korch__free(entry);
	return 0;
}

void korch_cache_free(korch_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->order.n; i++) {
		cache_kind *kind = cache->order.items[i];
		korch__btree_each_from(&kind->tree, NULL, free_entry, cache);
		korch__btree_fini(&kind->tree);
		korch__free(kind);
	}
	korch__vec_fini(&cache->order);
	korch__table_fini(&cache->kinds);
	korch__table_fini(&cache->uids);
	korch__table_fini(&cache->names);
	korch__table_fini(&cache->owners);
	korch__table_fini(&cache->nodes);
	korch__free(cache);
}

int korch_cache_put(korch_cache *cache, const korch_object *object)
{
	return cache && object ? korch__cache_swap(NULL, cache, object) : KORCH_E_INVALID;
}

void korch_cache_remove(korch_cache *cache, const korch_key *key)
{
	if (cache && key && key->kind && key->name)
		korch_object_unref(korch__cache_take(cache, key));
}

void korch_cache_set_time(korch_cache *cache, korch_usec now, uint64_t revision)
{
	cache->now = now;
	cache->revision = revision;
}

const korch_view *korch_cache_view(const korch_cache *cache)
{
	return cache ? &cache->view : NULL;
}
