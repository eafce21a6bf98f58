/*
 * What other pods have to say: required pod affinity and anti-affinity, and topology spread with
 * DoNotSchedule. Exact and simple: all pods are counted once per decision that needs it.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state.h"
#include "scheduler/taint.h"
#include <assert.h>
#include <korch/selector.h>
#include <string.h>

/* Matching pods of one value of a topology key. */
typedef struct domain {
	const char *value; /* borrowed from a node's labels */
	size_t n;
} domain;

typedef struct tally {
	const char *key; /* the topology key */
	korch_table table;
} tally;

/* A term of affinity or anti-affinity, or a spread constraint, in hand. */
typedef struct term {
	const korch_pod_affinity_term *affinity; /* one of these two */
	const korch_topology_spread_constraint *constraint;
	const char *owner_namespace;
	const korch_map *owner_labels;
	korch_selector *selector;
	korch_selector *namespace_selector;
	tally domains;
	size_t least; /* spread: matching pods in the emptiest domain */
	int self;     /* the pod itself matches */
} term;

typedef KORCH_VEC(term *) terms;

struct sched_topology {
	korch_scheduler *s;
	const korch_pod *pod;
	terms affinity;
	terms anti;
	terms spread;
	KORCH_VEC(tally *) blocked;              /* by required anti-affinity of pods that are there */
	size_t affinity_matches;                 /* pods that match all affinity terms */
	const korch_label_selector *last_source; /* the selector compiled last for pods that are there
	                                          */
	korch_selector *last_selector;
};

static uint64_t text_hash(const void *key)
{
	return korch__hash_string(key);
}
static int domain_equal(const void *entry, const void *key)
{
	return strcmp(((const domain *)entry)->value, key) == 0;
}
static uint64_t domain_hash(const void *entry)
{
	return korch__hash_string(((const domain *)entry)->value);
}
static const korch_table_ops domain_ops = {
    .hash = text_hash, .equal = domain_equal, .entry_hash = domain_hash};

static void tally_fini(tally *t)
{
	domain *d;
	for (size_t at = 0; (d = korch__table_next(&t->table, &at));)
		korch__free(d);
	korch__table_fini(&t->table);
}

static int tally_add(tally *t, const char *value, size_t n)
{
	domain *d = korch__table_get(&t->table, value);
	if (!d) {
		d = korch__calloc(1, sizeof(*d));
		if (!d)
			return KORCH_E_NOMEM;
		d->value = value;
		if (korch__table_put(&t->table, d) < 0) {
			korch__free(d);
			return KORCH_E_NOMEM;
		}
	}
	d->n += n;
	return 0;
}

static size_t tally_get(const tally *t, const char *value)
{
	const domain *d = value ? korch__table_get(&t->table, value) : NULL;
	return d ? d->n : 0;
}

static const char *node_label(const sched_slot *slot, const char *key)
{
	return slot->node ? korch_map_get(slot->node->object.metadata->labels, key) : NULL;
}

static void term_free(term *t)
{
	if (!t)
		return;
	korch_selector_free(t->selector);
	korch_selector_free(t->namespace_selector);
	tally_fini(&t->domains);
	korch__free(t);
}

/* 1 when the labels agree with the owner's in the keys that the owner has. */
static int keys_agree(const term *t, const char *const *keys, size_t n, const korch_map *labels,
                      int wanted)
{
	for (size_t i = 0; i < n; i++) {
		const char *own = korch_map_get(t->owner_labels, korch__text_or_empty(keys[i]));
		const char *their = korch_map_get(labels, korch__text_or_empty(keys[i]));
		if (own && (their && strcmp(own, their) == 0) != wanted)
			return 0;
	}
	return 1;
}

static int namespace_matches(const korch_scheduler *s, const term *t, const char *ns)
{
	const korch_pod_affinity_term *from = t->affinity;
	if (!from || (from->n_namespaces == 0 && !from->namespace_selector))
		return korch__text_equal(ns, t->owner_namespace);
	for (size_t i = 0; i < from->n_namespaces; i++) {
		if (korch__text_equal(from->namespaces[i], ns))
			return 1;
	}
	if (!from->namespace_selector)
		return 0;
	const sched_namespace *known = korch__table_get(&s->namespace_table, korch__text_or_empty(ns));
	return korch_selector_matches(t->namespace_selector, known ? known->labels : NULL);
}

static int term_matches(const korch_scheduler *s, const term *t, const char *ns,
                        const korch_map *labels)
{
	if (!namespace_matches(s, t, ns) || !korch_selector_matches(t->selector, labels))
		return 0;
	if (t->constraint)
		return keys_agree(t, (const char *const *)t->constraint->match_label_keys,
		                  t->constraint->n_match_label_keys, labels, 1);
	return keys_agree(t, (const char *const *)t->affinity->match_label_keys,
	                  t->affinity->n_match_label_keys, labels, 1) &&
	       keys_agree(t, (const char *const *)t->affinity->mismatch_label_keys,
	                  t->affinity->n_mismatch_label_keys, labels, 0);
}

static int add_term(sched_topology *o, terms *to, const korch_pod_affinity_term *affinity,
                    const korch_topology_spread_constraint *constraint)
{
	assert(affinity || constraint);
	const korch_object_meta *meta = o->pod->object.metadata;
	term *t = korch__calloc(1, sizeof(*t));
	if (!t || korch__vec_push(to, t) < 0) {
		korch__free(t);
		return KORCH_E_NOMEM;
	}
	t->affinity = affinity;
	t->constraint = constraint;
	t->owner_namespace = meta->namespace_;
	t->owner_labels = meta->labels;
	t->domains.key =
	    korch__text_or_empty(affinity ? affinity->topology_key : constraint->topology_key);
	korch__table_init(&t->domains.table, &domain_ops);
	if (affinity && affinity->namespace_selector &&
	    korch_selector_new(&t->namespace_selector, affinity->namespace_selector, NULL) ==
	        KORCH_E_NOMEM)
		return KORCH_E_NOMEM;
	if (korch_selector_new(&t->selector,
	                       affinity ? affinity->label_selector : constraint->label_selector,
	                       NULL) < 0)
		return KORCH_E_NOMEM;
	t->self = term_matches(o->s, t, meta->namespace_, meta->labels);
	return 0;
}

static int add_own_terms(sched_topology *o)
{
	const korch_pod_spec *spec = o->pod->spec;
	const korch_pod_affinity *affinity = spec->affinity ? spec->affinity->pod_affinity : NULL;
	const korch_pod_anti_affinity *anti = spec->affinity ? spec->affinity->pod_anti_affinity : NULL;
	for (size_t i = 0;
	     affinity && i < affinity->n_required_during_scheduling_ignored_during_execution; i++) {
		if (add_term(o, &o->affinity,
		             &affinity->required_during_scheduling_ignored_during_execution[i], NULL) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; anti && i < anti->n_required_during_scheduling_ignored_during_execution;
	     i++) {
		if (add_term(o, &o->anti, &anti->required_during_scheduling_ignored_during_execution[i],
		             NULL) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < spec->n_topology_spread_constraints; i++) {
		const korch_topology_spread_constraint *constraint = &spec->topology_spread_constraints[i];
		if (korch__text_equal(constraint->when_unsatisfiable, "DoNotSchedule") &&
		    add_term(o, &o->spread, NULL, constraint) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Whether a node counts for a spread constraint: it has all keys, and what the policies say. */
static int counts_for(const sched_topology *o, const term *t, const sched_slot *slot)
{
	if (!slot->node)
		return 0;
	for (size_t i = 0; i < o->spread.n; i++) {
		if (!node_label(slot, o->spread.items[i]->domains.key))
			return 0;
	}
	if (!korch__text_equal(t->constraint->node_affinity_policy, "Ignore") &&
	    !korch__node_is_selected(o->pod->spec, slot->node))
		return 0;
	return !korch__text_equal(t->constraint->node_taints_policy, "Honor") ||
	       !korch__untolerated_taint(o->pod->spec, slot->node);
}

static int open_domains(sched_topology *o, term *t)
{
	for (size_t i = 0; i < o->s->slots.n; i++) {
		const sched_slot *slot = o->s->slots.items[i];
		if (counts_for(o, t, slot) &&
		    tally_add(&t->domains, node_label(slot, t->domains.key), 0) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int count_spread(sched_topology *o, const sched_pod *pod, const sched_slot *slot)
{
	for (size_t i = 0; i < o->spread.n; i++) {
		term *t = o->spread.items[i];
		if (pod->terminating || !term_matches(o->s, t, pod->namespace_, pod->labels) ||
		    !counts_for(o, t, slot))
			continue;
		if (tally_add(&t->domains, node_label(slot, t->domains.key), 1) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* A pod counts for affinity only when it matches all of the terms, for anti-affinity for each that
 * it matches. */
static int count_affinity(sched_topology *o, const sched_pod *pod, const sched_slot *slot)
{
	int all = o->affinity.n > 0;
	for (size_t i = 0; all && i < o->affinity.n; i++)
		all = term_matches(o->s, o->affinity.items[i], pod->namespace_, pod->labels);
	for (size_t i = 0; all && i < o->affinity.n; i++) {
		const char *value = node_label(slot, o->affinity.items[i]->domains.key);
		o->affinity_matches += value != NULL;
		if (value && tally_add(&o->affinity.items[i]->domains, value, 1) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < o->anti.n; i++) {
		const char *value = node_label(slot, o->anti.items[i]->domains.key);
		if (value && term_matches(o->s, o->anti.items[i], pod->namespace_, pod->labels) &&
		    tally_add(&o->anti.items[i]->domains, value, 1) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int block(sched_topology *o, const char *key, const char *value)
{
	for (size_t i = 0; i < o->blocked.n; i++) {
		if (strcmp(o->blocked.items[i]->key, key) == 0)
			return tally_add(o->blocked.items[i], value, 1);
	}
	tally *t = korch__calloc(1, sizeof(*t));
	if (!t || korch__vec_push(&o->blocked, t) < 0) {
		korch__free(t);
		return KORCH_E_NOMEM;
	}
	t->key = key;
	korch__table_init(&t->table, &domain_ops);
	return tally_add(t, value, 1);
}

/* The other pod's anti-affinity keeps ours out of its domain. */
static int count_theirs(sched_topology *o, const sched_pod *pod, const sched_slot *slot)
{
	const korch_pod_anti_affinity *anti =
	    pod->spec->affinity ? pod->spec->affinity->pod_anti_affinity : NULL;
	const korch_object_meta *meta = o->pod->object.metadata;
	for (size_t i = 0; anti && i < anti->n_required_during_scheduling_ignored_during_execution;
	     i++) {
		const korch_pod_affinity_term *from =
		    &anti->required_during_scheduling_ignored_during_execution[i];
		const char *value = node_label(slot, korch__text_or_empty(from->topology_key));
		if (!value)
			continue;
		if (o->last_source != from->label_selector || !o->last_selector) {
			korch_selector_free(KORCH_STEAL(o->last_selector));
			if (korch_selector_new(&o->last_selector, from->label_selector, NULL) < 0)
				return KORCH_E_NOMEM;
			o->last_source = from->label_selector;
		}
		term t = {.affinity = from,
		          .owner_namespace = pod->namespace_,
		          .owner_labels = pod->labels,
		          .selector = o->last_selector};
		if (from->namespace_selector &&
		    korch_selector_new(&t.namespace_selector, from->namespace_selector, NULL) ==
		        KORCH_E_NOMEM)
			return KORCH_E_NOMEM;
		int matches = term_matches(o->s, &t, meta->namespace_, meta->labels);
		korch_selector_free(t.namespace_selector);
		if (matches && block(o, from->topology_key, value) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* The emptiest domain; none counts as empty when there are fewer domains than minDomains. */
static void find_least(term *t)
{
	const domain *d;
	size_t least = SIZE_MAX;
	for (size_t at = 0; (d = korch__table_next(&t->domains.table, &at));)
		least = d->n < least ? d->n : least;
	int32_t wanted = t->constraint->min_domains > 0 ? t->constraint->min_domains : 1;
	t->least = t->domains.table.n < (size_t)wanted ? 0 : least;
}

static int count_all(sched_topology *o)
{
	const sched_pod *pod;
	for (size_t i = 0; i < o->spread.n; i++) {
		if (open_domains(o, o->spread.items[i]) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t at = 0; (pod = korch__table_next(&o->s->pod_table, &at));) {
		const sched_slot *slot = o->s->slots.items[pod->slot];
		if (!slot->node)
			continue;
		if (count_spread(o, pod, slot) < 0 || count_affinity(o, pod, slot) < 0 ||
		    count_theirs(o, pod, slot) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < o->spread.n; i++)
		find_least(o->spread.items[i]);
	return 0;
}

int korch__has_required_anti_affinity(const korch_pod_spec *spec)
{
	const korch_pod_anti_affinity *anti = spec->affinity ? spec->affinity->pod_anti_affinity : NULL;
	return anti && anti->n_required_during_scheduling_ignored_during_execution > 0;
}

int korch__topology_needed(const korch_scheduler *s, const korch_pod *pod)
{
	const korch_pod_spec *spec = pod->spec;
	const korch_pod_affinity *affinity = spec->affinity ? spec->affinity->pod_affinity : NULL;
	if (s->n_anti > 0 || korch__has_required_anti_affinity(spec) ||
	    (affinity && affinity->n_required_during_scheduling_ignored_during_execution > 0))
		return 1;
	for (size_t i = 0; i < spec->n_topology_spread_constraints; i++) {
		if (korch__text_equal(spec->topology_spread_constraints[i].when_unsatisfiable,
		                      "DoNotSchedule"))
			return 1;
	}
	return 0;
}

int korch__topology_new(sched_topology **out, korch_scheduler *s, const korch_pod *pod)
{
	sched_topology *o = korch__calloc(1, sizeof(*o));
	if (!o)
		return KORCH_E_NOMEM;
	o->s = s;
	o->pod = pod;
	if (add_own_terms(o) < 0 || count_all(o) < 0) {
		korch__topology_free(o);
		return KORCH_E_NOMEM;
	}
	*out = o;
	return 0;
}

static void terms_fini(terms *list)
{
	for (size_t i = 0; i < list->n; i++)
		term_free(list->items[i]);
	korch__vec_fini(list);
}

void korch__topology_free(sched_topology *o)
{
	if (!o)
		return;
	terms_fini(&o->affinity);
	terms_fini(&o->anti);
	terms_fini(&o->spread);
	for (size_t i = 0; i < o->blocked.n; i++) {
		tally_fini(o->blocked.items[i]);
		korch__free(o->blocked.items[i]);
	}
	korch__vec_fini(&o->blocked);
	korch_selector_free(o->last_selector);
	korch__free(o);
}

static sched_reason check_spread(const sched_topology *o, const sched_slot *slot)
{
	for (size_t i = 0; i < o->spread.n; i++) {
		const term *t = o->spread.items[i];
		const char *value = node_label(slot, t->domains.key);
		if (!value)
			return REASON_SPREAD_LABEL;
		int64_t skew = (int64_t)tally_get(&t->domains, value) + t->self - (int64_t)t->least;
		if (skew > t->constraint->max_skew)
			return REASON_SPREAD;
	}
	return REASON_NONE;
}

/* The first pod of a group that wants to be near itself may go anywhere that has the keys. */
static int affinity_holds(const sched_topology *o, const sched_slot *slot)
{
	int near_all = 1, self = 1;
	for (size_t i = 0; i < o->affinity.n; i++) {
		const term *t = o->affinity.items[i];
		const char *value = node_label(slot, t->domains.key);
		if (!value)
			return 0;
		near_all = near_all && tally_get(&t->domains, value) > 0;
		self = self && t->self;
	}
	return near_all || (o->affinity_matches == 0 && self);
}

sched_reason korch__topology_check(const sched_topology *o, const sched_slot *slot)
{
	sched_reason reason = check_spread(o, slot);
	if (reason != REASON_NONE)
		return reason;
	if (!affinity_holds(o, slot))
		return REASON_POD_AFFINITY;
	for (size_t i = 0; i < o->anti.n; i++) {
		if (tally_get(&o->anti.items[i]->domains, node_label(slot, o->anti.items[i]->domains.key)) >
		    0)
			return REASON_POD_ANTI_AFFINITY;
	}
	for (size_t i = 0; i < o->blocked.n; i++) {
		if (tally_get(o->blocked.items[i], node_label(slot, o->blocked.items[i]->key)) > 0)
			return REASON_EXISTING_ANTI_AFFINITY;
	}
	return REASON_NONE;
}
