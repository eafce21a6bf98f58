/* Terms: from a spec's affinity and spread constraints to counters. */
#include "scheduler/topology/terms.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <string.h>

#define HOSTNAME_LABEL "kubernetes.io/hostname"

typedef const korch_pod_affinity_term affinity_term;

/* What terms are made from and into. */
typedef struct making {
	korch_scheduler *s;
	const sched_shape *shape;
	const sched_labelset *labels;
	sched_terms *to;
	int code; /* what went wrong */
} making;

/* One more reference; NULL, and the code says why. */
static sched_key *key_of(making *m, const char *name, int by_slot)
{
	sched_key *key = korch__key_get(m->s, korch__text_or_empty(name), by_slot);
	if (!key && m->s->keys.n >= TOPOLOGY_KEYS_MAX)
		m->code = KORCH_E_LIMIT;
	return key;
}

enum { LISTS = 6 };

static sched_wants *list_of(sched_terms *terms, size_t i)
{
	sched_wants *const lists[LISTS] = {&terms->affinity, &terms->anti,      &terms->spread,
	                                   &terms->soft,     &terms->preferred, &terms->owned};
	return lists[i];
}

static void free_terms(korch_scheduler *s, sched_terms *terms)
{
	for (size_t i = 0; i < LISTS; i++) {
		sched_wants *list = list_of(terms, i);
		for (size_t k = 0; k < list->n; k++)
			korch__counter_unref(s, list->items[k].counter);
		korch__vec_fini(list);
	}
	korch__free(terms);
}

/* Takes the reference of the want's counter. */
static int push(making *m, sched_wants *to, sched_want want)
{
	if (want.counter && korch__vec_push(to, want) == 0)
		return 0;
	korch__counter_unref(m->s, want.counter);
	return KORCH_E_NOMEM;
}

/* A counter of these pods over that key; `matcher` is let go of. */
static sched_counter *counter_of(making *m, sched_matcher *matcher, const char *key_name,
                                 unsigned what)
{
	sched_key *key = matcher ? key_of(m, key_name, 0) : NULL;
	sched_counter *counter = key ? korch__counter_get(m->s, matcher, key, NULL, what) : NULL;
	korch__key_unref(m->s, key);
	korch__matcher_unref(m->s, matcher);
	return counter;
}

static sched_matcher *match_all(making *m, affinity_term *terms, size_t n)
{
	sched_matcher *made = korch__matcher_begin();
	for (size_t i = 0; made && i < n; i++) {
		if (korch__matcher_add_term(made, &terms[i], m->labels) < 0) {
			korch__matcher_discard(made);
			return NULL;
		}
	}
	return made ? korch__matcher_get(m->s, made) : NULL;
}

/* What the pod wants: one matcher for all terms, since one pod has to satisfy them all. */
static int add_near(making *m, affinity_term *terms, size_t n)
{
	sched_matcher *all = match_all(m, terms, n);
	if (!all)
		return KORCH_E_NOMEM;
	m->to->self = korch__matcher_matches(m->s, all, m->labels);
	int code = 0;
	for (size_t i = 0; code == 0 && i < n; i++) {
		sched_want near = {.counter = counter_of(m, korch__matcher_ref(all), terms[i].topology_key,
		                                         COUNT_MATCHING)};
		code = push(m, &m->to->affinity, near);
	}
	korch__matcher_unref(m->s, all);
	return code;
}

static int add_required_affinity(making *m, affinity_term *terms, size_t n)
{
	if (n > 0 && add_near(m, terms, n) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n && m->s->hard_weight > 0; i++) {
		sched_want owned = {.weight = m->s->hard_weight,
		                    .counter = counter_of(m, match_all(m, &terms[i], 1),
		                                          terms[i].topology_key, COUNT_WEIGHTS)};
		if (push(m, &m->to->owned, owned) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int add_required_anti(making *m, affinity_term *terms, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sched_want want = {.counter =
		                       counter_of(m, match_all(m, &terms[i], 1), terms[i].topology_key,
		                                  COUNT_MATCHING | COUNT_ANTI)};
		if (push(m, &m->to->anti, want) < 0)
			return KORCH_E_NOMEM;
		korch__counter_ref(want.counter);
		if (push(m, &m->to->owned, want) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int add_preferred(making *m, const korch_weighted_pod_affinity_term *terms, size_t n,
                         int32_t sign)
{
	for (size_t i = 0; i < n; i++) {
		affinity_term *term = terms[i].pod_affinity_term;
		if (!term || terms[i].weight == 0)
			continue;
		sched_want want = {.weight = sign * terms[i].weight,
		                   .counter = counter_of(m, match_all(m, term, 1), term->topology_key,
		                                         COUNT_MATCHING | COUNT_WEIGHTS)};
		if (push(m, &m->to->preferred, want) < 0)
			return KORCH_E_NOMEM;
		korch__counter_ref(want.counter);
		if (push(m, &m->to->owned, want) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int add_affinities(making *m, const korch_affinity *affinity)
{
	const korch_pod_affinity *near = affinity ? affinity->pod_affinity : NULL;
	const korch_pod_anti_affinity *away = affinity ? affinity->pod_anti_affinity : NULL;
	if (near &&
	    (add_required_affinity(m, near->required_during_scheduling_ignored_during_execution,
	                           near->n_required_during_scheduling_ignored_during_execution) < 0 ||
	     add_preferred(m, near->preferred_during_scheduling_ignored_during_execution,
	                   near->n_preferred_during_scheduling_ignored_during_execution, 1) < 0))
		return KORCH_E_NOMEM;
	if (away &&
	    (add_required_anti(m, away->required_during_scheduling_ignored_during_execution,
	                       away->n_required_during_scheduling_ignored_during_execution) < 0 ||
	     add_preferred(m, away->preferred_during_scheduling_ignored_during_execution,
	                   away->n_preferred_during_scheduling_ignored_during_execution, -1) < 0))
		return KORCH_E_NOMEM;
	return 0;
}

typedef const korch_topology_spread_constraint spread_constraint;

/* The constraints of one kind; only nodes that have the keys of all of them count. */
typedef struct spreading {
	const char *when; /* DoNotSchedule or ScheduleAnyway */
	sched_wants *to;
	KORCH_VEC(sched_key *) keys;
	sched_eligibility *eligibility;
} spreading;

static int is_meant(const spreading *spread, spread_constraint *constraint)
{
	return korch__text_equal(constraint->when_unsatisfiable, spread->when);
}

static int collect_keys(making *m, spreading *spread)
{
	const korch_pod_spec *spec = m->shape->spec;
	for (size_t i = 0; i < spec->n_topology_spread_constraints; i++) {
		spread_constraint *constraint = &spec->topology_spread_constraints[i];
		if (!is_meant(spread, constraint))
			continue;
		sched_key *key = key_of(m, constraint->topology_key, 0);
		if (!key || korch__vec_push(&spread->keys, key) < 0) {
			korch__key_unref(m->s, key);
			return KORCH_E_NOMEM;
		}
	}
	return 0;
}

static sched_inclusion *inclusion_of(making *m, const spreading *spread,
                                     spread_constraint *constraint)
{
	uint32_t policies = 0;
	if (!korch__text_equal(constraint->node_affinity_policy, "Ignore"))
		policies |= INCLUDE_AFFINITY;
	if (korch__text_equal(constraint->node_taints_policy, "Honor"))
		policies |= INCLUDE_TAINTS;
	return korch__inclusion_get(m->s, spread->eligibility, policies, spread->keys.items,
	                            spread->keys.n);
}

/* In the score, pods of a host name are counted node by node, whatever counts elsewhere. */
static sched_counter *spread_counter(making *m, const spreading *spread,
                                     spread_constraint *constraint)
{
	sched_matcher *made = korch__matcher_begin();
	if (!made || korch__matcher_add_constraint(made, constraint, m->labels) < 0) {
		korch__matcher_discard(made);
		return NULL;
	}
	sched_matcher *matcher = korch__matcher_get(m->s, made);
	const char *name = korch__text_or_empty(constraint->topology_key);
	int by_node = spread->to == &m->to->soft && strcmp(name, HOSTNAME_LABEL) == 0;
	sched_key *key = key_of(m, name, by_node);
	sched_inclusion *inclusion = by_node
	                                 ? korch__inclusion_get(m->s, spread->eligibility, 0, NULL, 0)
	                                 : inclusion_of(m, spread, constraint);
	sched_counter *counter = matcher && key && inclusion
	                             ? korch__counter_get(m->s, matcher, key, inclusion, COUNT_MATCHING)
	                             : NULL;
	korch__inclusion_unref(m->s, inclusion);
	korch__key_unref(m->s, key);
	korch__matcher_unref(m->s, matcher);
	return counter;
}

static int add_constraint(making *m, spreading *spread, spread_constraint *constraint)
{
	sched_want want = {.counter = spread_counter(m, spread, constraint),
	                   .max_skew = constraint->max_skew,
	                   .min_domains = constraint->min_domains > 0 ? constraint->min_domains : 1};
	if (want.counter)
		want.self = korch__matcher_matches(m->s, want.counter->matcher, m->labels);
	return push(m, spread->to, want);
}

static int add_spread(making *m, const char *when, sched_wants *to)
{
	const korch_pod_spec *spec = m->shape->spec;
	spreading spread = {.when = when, .to = to};
	spread.eligibility = korch__eligibility_of_nodes(m->s, spec);
	int code = spread.eligibility ? collect_keys(m, &spread) : KORCH_E_NOMEM;
	for (size_t i = 0; code == 0 && i < spec->n_topology_spread_constraints; i++) {
		if (is_meant(&spread, &spec->topology_spread_constraints[i]))
			code = add_constraint(m, &spread, &spec->topology_spread_constraints[i]);
	}
	for (size_t i = 0; i < spread.keys.n; i++)
		korch__key_unref(m->s, spread.keys.items[i]);
	korch__vec_fini(&spread.keys);
	korch__eligibility_unref(m->s, spread.eligibility);
	return code;
}

static int fill(making *m)
{
	const korch_pod_spec *spec = m->shape->spec;
	if (add_affinities(m, spec->affinity) < 0)
		return KORCH_E_NOMEM;
	if (spec->n_topology_spread_constraints == 0)
		return 0;
	if (add_spread(m, "DoNotSchedule", &m->to->spread) < 0)
		return KORCH_E_NOMEM;
	return add_spread(m, "ScheduleAnyway", &m->to->soft);
}

static uint64_t content_hash(sched_terms *terms)
{
	uint64_t hash = (uint64_t)terms->self;
	for (size_t i = 0; i < LISTS; i++) {
		const sched_wants *list = list_of(terms, i);
		hash = korch__hash_u64(hash + list->n);
		for (size_t k = 0; k < list->n; k++)
			hash = korch__hash_u64(hash ^ (uintptr_t)list->items[k].counter ^
			                       (uint64_t)list->items[k].weight);
	}
	return hash;
}

static uint64_t hash_of(const void *entry)
{
	return ((const sched_terms *)entry)->hash;
}

static int wants_equal(const sched_wants *a, const sched_wants *b)
{
	if (a->n != b->n)
		return 0;
	for (size_t i = 0; i < a->n; i++) {
		const sched_want *x = &a->items[i], *y = &b->items[i];
		if (x->counter != y->counter || x->weight != y->weight || x->max_skew != y->max_skew ||
		    x->min_domains != y->min_domains || x->self != y->self)
			return 0;
	}
	return 1;
}

static int is_equal(const void *entry, const void *key)
{
	sched_terms *a = (sched_terms *)(uintptr_t)entry, *b = (sched_terms *)(uintptr_t)key;
	if (a->hash != b->hash || a->self != b->self)
		return 0;
	for (size_t i = 0; i < LISTS; i++) {
		if (!wants_equal(list_of(a, i), list_of(b, i)))
			return 0;
	}
	return 1;
}
static const korch_table_ops terms_ops = {
    .hash = hash_of, .equal = is_equal, .entry_hash = hash_of};

void korch__terms_init(korch_scheduler *s)
{
	korch__table_init(&s->terms_table, &terms_ops);
}

int korch__terms_get(sched_terms **out, korch_scheduler *s, const sched_shape *shape,
                     const sched_labelset *labels, korch_error **err)
{
	sched_terms *made = korch__calloc(1, sizeof(*made));
	if (!made)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	making m = {.s = s, .shape = shape, .labels = labels, .to = made, .code = KORCH_E_NOMEM};
	sched_terms *known = NULL;
	if (fill(&m) == 0) {
		made->hash = content_hash(made);
		known = korch__table_get(&s->terms_table, made);
		if (!known && korch__table_put(&s->terms_table, made) == 0)
			known = made;
	}
	if (known != made)
		free_terms(s, made);
	if (!known)
		return m.code == KORCH_E_LIMIT
		           ? korch_error_set(err, KORCH_E_LIMIT, "too many topology keys: at most %d",
		                             TOPOLOGY_KEYS_MAX)
		           : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	*out = korch__terms_ref(known);
	return 0;
}

sched_terms *korch__terms_ref(sched_terms *terms)
{
	terms->refs++;
	return terms;
}

void korch__terms_own(korch_scheduler *s, sched_terms *terms, int sign)
{
	if (!terms)
		return;
	terms->n_pods += (uint32_t)sign;
	if (terms->n_pods != (sign > 0 ? 1 : 0))
		return;
	for (size_t i = 0; i < terms->owned.n; i++) {
		sched_counter *counter = terms->owned.items[i].counter;
		counter->n_owners += (size_t)sign;
		/* one that nobody speaks through any more is left out when there is another reason to look
		 */
		s->counter_generation += sign > 0 && counter->n_owners == 1;
	}
}

void korch__terms_unref(korch_scheduler *s, sched_terms *terms)
{
	if (!terms || --terms->refs > 0)
		return;
	korch__table_remove(&s->terms_table, terms);
	free_terms(s, terms);
}
