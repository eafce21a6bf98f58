/* Label sets: found by content, and faster by the address of the labels. */
#include "scheduler/shape/labelset.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/topology/existing.h"
#include "scheduler/topology/matcher.h"
#include <string.h>

static uint64_t content_hash(const char *namespace_, const korch_map *labels)
{
	uint64_t hash = korch__hash_string(korch__text_or_empty(namespace_));
	for (size_t i = 0; labels && i < labels->n; i++) {
		hash = korch__hash_bytes(labels->items[i].key, strlen(labels->items[i].key), hash);
		const char *value = korch__text_or_empty(labels->items[i].value);
		hash = korch__hash_bytes(value, strlen(value), hash + 1);
	}
	return hash;
}

static uint64_t hash_of(const void *entry)
{
	return ((const sched_labelset *)entry)->hash;
}
static int is_equal(const void *entry, const void *key)
{
	const sched_labelset *a = entry, *b = key;
	return a->hash == b->hash && korch__text_equal(a->namespace_, b->namespace_) &&
	       korch_map_equal(a->labels, b->labels);
}
static const korch_table_ops labelset_ops = {
    .hash = hash_of, .equal = is_equal, .entry_hash = hash_of};

void korch__labelsets_init(korch_scheduler *s)
{
	korch__table_init(&s->labelset_table, &labelset_ops);
}

static void free_set(korch_scheduler *s, sched_labelset *set)
{
	korch__existing_unref(s, set->existing);
	korch__vec_fini(&set->matches);
	korch__vec_fini(&set->budgets);
	korch_string_unref(set->namespace_);
	korch_block_unref(set->labels);
	korch__free(set);
}

static sched_labelset *make(korch_scheduler *s, const sched_labelset *key)
{
	sched_labelset *set = korch__calloc(1, sizeof(*set));
	if (!set)
		return NULL;
	set->hash = key->hash;
	set->namespace_ = korch_string_new(korch__text_or_empty(key->namespace_));
	set->labels = korch_block_ref(key->labels);
	if (!set->namespace_ || korch__matchers_find(s, set) < 0 ||
	    korch__table_put(&s->labelset_table, set) < 0) {
		free_set(s, set);
		return NULL;
	}
	return set;
}

sched_labelset *korch__labelset_get(korch_scheduler *s, const char *namespace_,
                                    const korch_map *labels)
{
	sched_labelset key = {
	    .hash = content_hash(namespace_, labels), .namespace_ = namespace_, .labels = labels};
	sched_labelset *set = korch__table_get(&s->labelset_table, &key);
	if (!set)
		set = make(s, &key);
	return set ? korch__labelset_ref(set) : NULL;
}

sched_labelset *korch__labelset_ref(sched_labelset *set)
{
	set->refs++;
	return set;
}

void korch__labelset_unref(korch_scheduler *s, sched_labelset *set)
{
	if (!set || --set->refs > 0)
		return;
	korch__table_remove(&s->labelset_table, set);
	free_set(s, set);
}

void korch__labelsets_free(korch_scheduler *s)
{
	korch__table_fini(&s->labelset_table);
}
