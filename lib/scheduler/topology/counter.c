/* Counters: found at their matcher; arrays by domain. */
#include "scheduler/topology/counter.h"
#include "base/cleanup.h"
#include <string.h>

static int grow_array(void *slot, size_t old, size_t cap, size_t size)
{
	void *memory = NULL;
	memcpy(&memory, slot, sizeof(memory));
	if (!memory)
		return 0;
	memory = korch__realloc_array(memory, cap, size);
	if (!memory)
		return KORCH_E_NOMEM;
	memset((char *)memory + old * size, 0, (cap - old) * size);
	memcpy(slot, &memory, sizeof(memory));
	return 0;
}

int korch__counter_grow(sched_counter *c)
{
	size_t wanted = c->key->n_ids;
	if (wanted <= c->cap)
		return 0;
	size_t cap = wanted + wanted / 2 + 8;
	if (grow_array(&c->matching, c->cap, cap, sizeof(*c->matching)) < 0 ||
	    grow_array(&c->anti, c->cap, cap, sizeof(*c->anti)) < 0 ||
	    grow_array(&c->weights, c->cap, cap, sizeof(*c->weights)) < 0 ||
	    grow_array(&c->nodes, c->cap, cap, sizeof(*c->nodes)) < 0)
		return KORCH_E_NOMEM;
	c->cap = cap;
	return 0;
}

/* The emptiest domain, found anew. */
static void find_least(sched_counter *c)
{
	c->least = INT32_MAX;
	c->n_at_least = 0;
	/* A number that there was no room for when it was given out has no node. */
	size_t n = c->key->n_ids < c->cap ? c->key->n_ids : c->cap;
	for (size_t d = 0; d < n; d++) {
		if (c->nodes[d] == 0 || c->matching[d] > c->least)
			continue;
		c->n_at_least = c->matching[d] < c->least ? 1 : c->n_at_least + 1;
		c->least = c->matching[d];
	}
	if (c->n_at_least == 0)
		c->least = 0;
}

/* A domain has one more or less; the emptiest one is looked for only when the last of its kind
 * went. */
static void move_least(sched_counter *c, int32_t before, int32_t after)
{
	if (after < c->least) {
		c->least = after;
		c->n_at_least = 1;
	} else if (before == c->least) {
		if (--c->n_at_least == 0)
			find_least(c);
	} else if (after == c->least) {
		c->n_at_least++;
	}
}

/* A domain with so many has its first node. */
static void add_domain(sched_counter *c, int32_t matching)
{
	if (c->n_domains == 1 || matching < c->least) {
		c->least = matching;
		c->n_at_least = 1;
	} else if (matching == c->least) {
		c->n_at_least++;
	}
}

void korch__counter_count(sched_counter *c, const sched_pod *pod, int sign)
{
	if (!c->matching)
		return;
	uint32_t domain = c->key->of[pod->slot];
	if (domain == NONE)
		return;
	if (!c->inclusion) {
		c->matching[domain] += sign;
		c->total += sign;
		return;
	}
	if (pod->terminating || !korch__included(c->inclusion, pod->slot))
		return;
	int32_t before = c->matching[domain];
	c->matching[domain] += sign;
	c->total += sign;
	if (c->nodes[domain] > 0)
		move_least(c, before, before + sign);
}

void korch__counter_domain(sched_counter *c, uint32_t slot, int sign)
{
	uint32_t domain = c->key->of[slot];
	if (domain == NONE)
		return;
	c->nodes[domain] += sign;
	if (c->nodes[domain] != (sign > 0 ? 1 : 0))
		return;
	c->n_domains = (uint32_t)((int64_t)c->n_domains + sign);
	if (sign > 0)
		add_domain(c, c->matching[domain]);
	else if (c->matching[domain] == c->least && --c->n_at_least == 0)
		find_least(c);
}

static void free_counter(sched_counter *c)
{
	korch__free(c->matching);
	korch__free(c->anti);
	korch__free(c->weights);
	korch__free(c->nodes);
	korch__free(c);
}

/* Counts what is there already. */
static void count_matching(korch_scheduler *s, sched_counter *c)
{
	for (uint32_t i = 0; c->inclusion && i < s->slots.n; i++) {
		if (korch__included(c->inclusion, i))
			korch__counter_domain(c, i, 1);
	}
	size_t left = c->matcher->n_pods; /* most terms are told before there is a pod for them */
	const sched_pod *pod;
	for (size_t at = 0; left > 0 && (pod = korch__table_next(&s->pod_table, &at));) {
		int matches = 0;
		for (size_t i = 0; pod->counted && !matches && i < pod->labels->matches.n; i++)
			matches = pod->labels->matches.items[i] == c->matcher;
		if (matches)
			korch__counter_count(c, pod, 1);
		left -= (size_t)matches;
	}
}

static int keep(korch_scheduler *s, sched_counter *c, unsigned what)
{
	size_t n = c->cap ? c->cap : 1;
	int counts = (what & COUNT_MATCHING) && !c->matching;
	if (counts && c->inclusion && !c->nodes) {
		c->nodes = korch__calloc(n, sizeof(*c->nodes));
		if (!c->nodes)
			return KORCH_E_NOMEM;
	}
	if (counts && !(c->matching = korch__calloc(n, sizeof(*c->matching))))
		return KORCH_E_NOMEM;
	if (counts)
		count_matching(s, c);
	int owners = ((what & COUNT_ANTI) && !c->anti) || ((what & COUNT_WEIGHTS) && !c->weights);
	/* layouts that know it for the one must learn of the other */
	s->generation += owners && (c->anti || c->weights);
	if ((what & COUNT_ANTI) && !c->anti && !(c->anti = korch__calloc(n, sizeof(*c->anti))))
		return KORCH_E_NOMEM;
	if ((what & COUNT_WEIGHTS) && !c->weights &&
	    !(c->weights = korch__calloc(n, sizeof(*c->weights))))
		return KORCH_E_NOMEM;
	return 0;
}

static sched_counter *make(korch_scheduler *s, sched_matcher *matcher, sched_key *key,
                           sched_inclusion *inclusion)
{
	sched_counter *c = korch__calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->matcher = matcher;
	c->key = key;
	c->inclusion = inclusion;
	if (korch__counter_grow(c) < 0 || korch__vec_reserve(&matcher->counters, 1) < 0 ||
	    (inclusion && korch__vec_reserve(&inclusion->counters, 1) < 0)) {
		free_counter(c);
		return NULL;
	}
	matcher->counters.items[matcher->counters.n++] = c;
	matcher->refs++;
	korch__key_ref(key);
	if (inclusion) {
		inclusion->counters.items[inclusion->counters.n++] = c;
		inclusion->refs++;
	}
	return c;
}

sched_counter *korch__counter_get(korch_scheduler *s, sched_matcher *matcher, sched_key *key,
                                  sched_inclusion *inclusion, unsigned what)
{
	sched_counter *c = NULL;
	for (size_t i = 0; !c && i < matcher->counters.n; i++) {
		sched_counter *known = matcher->counters.items[i];
		if (known->key == key && known->inclusion == inclusion)
			c = known;
	}
	if (!c)
		c = make(s, matcher, key, inclusion);
	if (!c)
		return NULL;
	c->refs++;
	if (keep(s, c, what) < 0) {
		korch__counter_unref(s, c);
		return NULL;
	}
	return c;
}

sched_counter *korch__counter_ref(sched_counter *c)
{
	c->refs++;
	return c;
}

static void take_out(void *items, size_t *n, const sched_counter *c)
{
	sched_counter **list = items;
	for (size_t i = 0; i < *n; i++) {
		if (list[i] == c) {
			list[i] = list[--*n];
			return;
		}
	}
}

void korch__counter_unref(korch_scheduler *s, sched_counter *c)
{
	if (!c || --c->refs > 0)
		return;
	take_out(c->matcher->counters.items, &c->matcher->counters.n, c);
	if (c->inclusion)
		take_out(c->inclusion->counters.items, &c->inclusion->counters.n, c);
	korch__matcher_unref(s, c->matcher);
	korch__key_unref(s, c->key);
	korch__inclusion_unref(s, c->inclusion);
	free_counter(c);
}
