/* Topology keys and their domains. */
#include "scheduler/topology/key.h"
#include "base/cleanup.h"
#include <string.h>

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int domain_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_domain *)entry)->value, key) == 0;
}
static uint64_t domain_hash(const void *entry)
{
	return korch__hash_string(((const sched_domain *)entry)->value);
}
static const korch_table_ops domain_ops = {
    .hash = hash_text, .equal = domain_equal, .entry_hash = domain_hash};

static void free_key(sched_key *key)
{
	sched_domain *domain;
	for (size_t at = 0; (domain = korch__table_next(&key->table, &at));) {
		korch_string_unref(domain->value);
		korch__free(domain);
	}
	korch__table_fini(&key->table);
	korch__vec_fini(&key->free_ids);
	korch__free(key->of);
	korch__free(key->name);
	korch__free(key);
}

static int grow(sched_key *key, size_t cap)
{
	if (cap <= key->cap)
		return 0;
	uint32_t *of = korch__realloc_array(key->of, cap, sizeof(*of));
	if (!of)
		return KORCH_E_NOMEM;
	memset(of + key->cap, 0xff, (cap - key->cap) * sizeof(*of));
	key->of = of;
	key->cap = cap;
	return 0;
}

static sched_domain *open_domain(sched_key *key, const char *value)
{
	sched_domain *domain = korch__calloc(1, sizeof(*domain));
	if (!domain)
		return NULL;
	domain->value = korch_string_new(value);
	if (!domain->value || korch__vec_reserve(&key->free_ids, key->n_ids + 1) < 0 ||
	    korch__table_put(&key->table, domain) < 0) {
		korch_string_unref(domain->value);
		korch__free(domain);
		return NULL;
	}
	domain->id = key->free_ids.n > 0 ? key->free_ids.items[--key->free_ids.n] : key->n_ids++;
	return domain;
}

static void close_domain(sched_key *key, sched_domain *domain)
{
	key->free_ids.items[key->free_ids.n++] = domain->id;
	korch__table_remove(&key->table, domain->value);
	korch_string_unref(domain->value);
	korch__free(domain);
}

int korch__key_reserve(korch_scheduler *s, sched_key *key)
{
	return grow(key, s->slots.cap);
}

/* Without memory for it the domain stays, to be used when its value comes back. */
static void keep_domain(korch_scheduler *s, sched_key *key, sched_domain *domain)
{
	sched_loose loose = {.key = key, .domain = domain};
	if (domain->is_loose || korch__vec_push(&s->loose_domains, loose) < 0)
		return;
	domain->is_loose = 1;
	korch__key_ref(key);
}

void korch__domains_hold(korch_scheduler *s)
{
	s->n_holds++;
}

void korch__domains_release(korch_scheduler *s)
{
	if (--s->n_holds > 0)
		return;
	for (size_t i = 0; i < s->loose_domains.n; i++) {
		sched_loose *loose = &s->loose_domains.items[i];
		loose->domain->is_loose = 0;
		if (loose->domain->n_nodes == 0)
			close_domain(loose->key, loose->domain);
		korch__key_unref(s, loose->key);
	}
	korch__vec_fini(&s->loose_domains);
}

static const char *value_of(const sched_key *key, const sched_slot *slot)
{
	return slot->node ? korch_map_get(slot->node->object.metadata->labels, key->name) : NULL;
}

int korch__key_enter(korch_scheduler *s, sched_key *key, const sched_slot *slot)
{
	if (grow(key, s->slots.cap) < 0)
		return KORCH_E_NOMEM;
	const char *value = value_of(key, slot);
	if (!value)
		return 0;
	if (key->by_slot) {
		key->of[slot->index] = slot->index;
		key->n_ids = key->n_ids > slot->index ? key->n_ids : slot->index + 1;
		return 0;
	}
	sched_domain *domain = korch__table_get(&key->table, value);
	if (!domain)
		domain = open_domain(key, value);
	if (!domain)
		return KORCH_E_NOMEM;
	key->of[slot->index] = domain->id;
	if (++domain->n_nodes == 2 && key->n_multi++ == 0)
		s->generation++;
	return 0;
}

void korch__key_leave(korch_scheduler *s, sched_key *key, const sched_slot *slot)
{
	if (slot->index >= key->cap || key->of[slot->index] == NONE)
		return;
	key->of[slot->index] = NONE;
	sched_domain *domain = key->by_slot ? NULL : korch__table_get(&key->table, value_of(key, slot));
	if (!domain)
		return;
	if (--domain->n_nodes == 1 && --key->n_multi == 0)
		s->generation++;
	if (domain->n_nodes > 0)
		return;
	if (s->n_holds > 0)
		keep_domain(s, key, domain);
	else
		close_domain(key, domain);
}

static sched_key *make(korch_scheduler *s, const char *name, int by_slot)
{
	sched_key *key = korch__calloc(1, sizeof(*key));
	if (!key)
		return NULL;
	korch__table_init(&key->table, &domain_ops);
	key->by_slot = by_slot;
	key->name = korch__strdup(name);
	int failed = !key->name || korch__vec_reserve(&s->keys, 1) < 0 || grow(key, s->slots.cap) < 0;
	for (size_t i = 0; !failed && i < s->slots.n; i++)
		failed = s->slots.items[i]->name && korch__key_enter(s, key, s->slots.items[i]) < 0;
	if (failed) {
		free_key(key);
		return NULL;
	}
	s->keys.items[s->keys.n++] = key;
	return key;
}

sched_key *korch__key_get(korch_scheduler *s, const char *name, int by_slot)
{
	for (size_t i = 0; i < s->keys.n; i++) {
		if (s->keys.items[i]->by_slot == by_slot && strcmp(s->keys.items[i]->name, name) == 0)
			return korch__key_ref(s->keys.items[i]);
	}
	sched_key *key = s->keys.n < TOPOLOGY_KEYS_MAX ? make(s, name, by_slot) : NULL;
	return key ? korch__key_ref(key) : NULL;
}

sched_key *korch__key_ref(sched_key *key)
{
	key->refs++;
	return key;
}

void korch__key_unref(korch_scheduler *s, sched_key *key)
{
	if (!key || --key->refs > 0)
		return;
	for (size_t i = 0; i < s->keys.n; i++) {
		if (s->keys.items[i] == key)
			korch__vec_swap_remove(&s->keys, i);
	}
	free_key(key);
}
