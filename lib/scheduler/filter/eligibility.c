/* Eligibility by slot: found by what specs say, kept up to date from the log of changed nodes. */
#include "scheduler/filter/eligibility.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/filter/claim.h"
#include "scheduler/filter/node_affinity.h"
#include "scheduler/filter/taint.h"
#include <string.h>

static const korch_node_affinity *affinity_of(const korch_pod_spec *spec)
{
	return spec->affinity ? spec->affinity->node_affinity : NULL;
}

static uint64_t content_hash(const sched_eligibility *e)
{
	const korch_pod_spec *spec = e->spec;
	uint64_t hash = korch__hash_string(korch__text_or_empty(e->node_name));
	for (size_t i = 0; spec->node_selector && i < spec->node_selector->n; i++)
		hash = korch__hash_u64(
		    hash ^ korch__hash_string(spec->node_selector->items[i].key) ^
		    korch__hash_string(korch__text_or_empty(spec->node_selector->items[i].value)));
	if (affinity_of(spec))
		hash ^= korch_struct_hash(affinity_of(spec), &korch_node_affinity_type);
	for (size_t i = 0; i < spec->n_tolerations; i++)
		hash = korch__hash_u64(hash ^
		                       korch_struct_hash(&spec->tolerations[i], &korch_toleration_type));
	return e->namespace_ ? korch__hash_u64(hash ^ korch__hash_string(e->namespace_)) : hash;
}

static int tolerations_equal(const korch_pod_spec *a, const korch_pod_spec *b)
{
	if (a->n_tolerations != b->n_tolerations)
		return 0;
	for (size_t i = 0; a->tolerations != b->tolerations && i < a->n_tolerations; i++) {
		if (!korch_struct_equal(&a->tolerations[i], &b->tolerations[i], &korch_toleration_type))
			return 0;
	}
	return 1;
}

static uint64_t hash_of(const void *entry)
{
	return ((const sched_eligibility *)entry)->hash;
}
static int is_equal(const void *entry, const void *key)
{
	const sched_eligibility *a = entry, *b = key;
	const korch_node_affinity *x = affinity_of(a->spec), *y = affinity_of(b->spec);
	if (a->hash != b->hash || !korch__text_equal(a->node_name, b->node_name) ||
	    !korch__text_equal(a->namespace_, b->namespace_) ||
	    !korch_map_equal(a->spec->node_selector, b->spec->node_selector))
		return 0;
	if (x != y && !(x && y && korch_struct_equal(x, y, &korch_node_affinity_type)))
		return 0;
	return tolerations_equal(a->spec, b->spec) &&
	       (!a->namespace_ || korch__claims_equal(a->spec, b->spec));
}
static const korch_table_ops eligibility_ops = {
    .hash = hash_of, .equal = is_equal, .entry_hash = hash_of};

void korch__eligibilities_init(korch_scheduler *s)
{
	korch__table_init(&s->eligibility_table, &eligibility_ops);
}

static void free_it(sched_eligibility *e)
{
	korch_block_unref(e->spec);
	korch_string_unref(e->node_name);
	korch_string_unref(e->namespace_);
	korch__free(e->fails);
	korch__free(e->disliked);
	korch__free(e->preferences);
	korch__free(e);
}

static sched_eligibility *make(korch_scheduler *s, const sched_eligibility *key)
{
	sched_eligibility *e = korch__calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->hash = key->hash;
	e->spec = korch_block_ref(key->spec);
	e->node_name = korch_string_new(key->node_name);
	e->namespace_ = korch_string_new(key->namespace_);
	if ((key->node_name && !e->node_name) || (key->namespace_ && !e->namespace_) ||
	    korch__table_put(&s->eligibility_table, e) < 0) {
		free_it(e);
		return NULL;
	}
	return e;
}

static sched_eligibility *find(korch_scheduler *s, sched_eligibility *key)
{
	key->hash = content_hash(key);
	sched_eligibility *e = korch__table_get(&s->eligibility_table, key);
	if (!e)
		e = make(s, key);
	return e ? korch__eligibility_ref(e) : NULL;
}

sched_eligibility *korch__eligibility_get(korch_scheduler *s, const korch_pod_spec *spec,
                                          const char *namespace_, const char *node_name)
{
	sched_eligibility key = {.spec = spec,
	                         .namespace_ =
	                             korch__has_claims(spec) ? korch__text_or_empty(namespace_) : NULL,
	                         .node_name = node_name && node_name[0] ? node_name : NULL};
	return find(s, &key);
}

sched_eligibility *korch__eligibility_of_nodes(korch_scheduler *s, const korch_pod_spec *spec)
{
	sched_eligibility key = {.spec = spec};
	return find(s, &key);
}

sched_eligibility *korch__eligibility_ref(sched_eligibility *e)
{
	e->refs++;
	return e;
}

void korch__eligibility_unref(korch_scheduler *s, sched_eligibility *e)
{
	if (!e || --e->refs > 0)
		return;
	korch__table_remove(&s->eligibility_table, e);
	free_it(e);
}

static uint8_t fails_of(const korch_scheduler *s, const sched_eligibility *e,
                        const sched_slot *slot)
{
	const korch_node *node = slot->node;
	unsigned fails = 0;
	if (!slot->name || !node)
		return FAILS_ABSENT;
	if (slot->is_closed)
		fails |= FAILS_CLOSED;
	if (korch__node_is_cordoned(e->spec, node))
		fails |= FAILS_UNSCHEDULABLE;
	if (e->node_name && strcmp(e->node_name, slot->name) != 0)
		fails |= FAILS_NAME;
	if (korch__untolerated_taint(e->spec, node))
		fails |= FAILS_TAINT;
	if (!korch__node_is_selected(e->spec, node))
		fails |= FAILS_AFFINITY;
	if (e->namespace_ && !korch__claims_reach(s, e->spec, e->namespace_, node))
		fails |= FAILS_VOLUME;
	return (uint8_t)fails;
}

void korch__eligibility_look(const korch_scheduler *s, sched_eligibility *e, uint32_t i)
{
	const sched_slot *slot = s->slots.items[i];
	e->n_disliked -= e->disliked[i] != 0;
	e->n_preferences -= e->preferences[i] != 0;
	e->fails[i] = fails_of(s, e, slot);
	int there = !(e->fails[i] & FAILS_ABSENT);
	e->disliked[i] = there ? korch__taints_disliked(e->spec, slot->node) : 0;
	e->preferences[i] = there ? korch__node_preference(e->spec, slot->node) : 0;
	e->n_disliked += e->disliked[i] != 0;
	e->n_preferences += e->preferences[i] != 0;
}

static int grow(sched_eligibility *e, size_t cap)
{
	if (cap <= e->cap)
		return 0;
	uint8_t *fails = korch__realloc_array(e->fails, cap, sizeof(*fails));
	if (!fails)
		return KORCH_E_NOMEM;
	e->fails = fails;
	int32_t *disliked = korch__realloc_array(e->disliked, cap, sizeof(*disliked));
	if (!disliked)
		return KORCH_E_NOMEM;
	e->disliked = disliked;
	int32_t *preferences = korch__realloc_array(e->preferences, cap, sizeof(*preferences));
	if (!preferences)
		return KORCH_E_NOMEM;
	e->preferences = preferences;
	memset(fails + e->cap, FAILS_ABSENT, cap - e->cap);
	memset(disliked + e->cap, 0, (cap - e->cap) * sizeof(*disliked));
	memset(preferences + e->cap, 0, (cap - e->cap) * sizeof(*preferences));
	e->cap = cap;
	return 0;
}

int korch__eligibility_reserve(const korch_scheduler *s, sched_eligibility *e)
{
	return grow(e, s->cap);
}

int korch__eligibility_refresh(korch_scheduler *s, sched_eligibility *e)
{
	if (e->seen == s->changed.end && e->cap >= s->slots.n)
		return 0;
	if (grow(e, s->cap) < 0)
		return KORCH_E_NOMEM;
	if (korch__log_lost(&s->changed, e->seen)) {
		for (uint32_t i = 0; i < s->slots.n; i++)
			korch__eligibility_look(s, e, i);
		e->seen = s->changed.end;
	}
	for (; e->seen < s->changed.end; e->seen++)
		korch__eligibility_look(s, e, s->changed.items[e->seen & (s->changed.cap - 1)]);
	return 0;
}

void korch__eligibilities_claim_changed(korch_scheduler *s, const sched_claim *claim)
{
	sched_eligibility *e;
	for (size_t at = 0; (e = korch__table_next(&s->eligibility_table, &at));) {
		if (!e->namespace_ || !korch__names_claim(e->spec, e->namespace_, claim))
			continue;
		e->seen = 0;
		e->claims_version++;
	}
	s->claim_generation++;
	korch__changed(s);
}
