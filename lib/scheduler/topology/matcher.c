/* Matchers: found by their canonical text; kept in step with the label sets. */
#include "scheduler/topology/matcher.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state/journal.h"
#include "scheduler/topology/counter.h"
#include <string.h>

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int matcher_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_matcher *)entry)->text, key) == 0;
}
static uint64_t matcher_hash(const void *entry)
{
	return korch__hash_string(((const sched_matcher *)entry)->text);
}
static const korch_table_ops matcher_ops = {
    .hash = hash_text, .equal = matcher_equal, .entry_hash = matcher_hash};

void korch__matchers_init(korch_scheduler *s)
{
	korch__table_init(&s->matcher_table, &matcher_ops);
}

static int agrees(const sched_clause *clause, const korch_map *labels)
{
	for (size_t i = 0; i < clause->agree.n; i++) {
		const sched_agree *own = &clause->agree.items[i];
		const char *their = korch_map_get(labels, own->key);
		if ((their && strcmp(own->value, their) == 0) != own->wanted)
			return 0;
	}
	return 1;
}

static int namespace_matches(const korch_scheduler *s, const sched_clause *clause, const char *ns)
{
	for (size_t i = 0; i < clause->namespaces.n; i++) {
		if (strcmp(clause->namespaces.items[i], ns) == 0)
			return 1;
	}
	if (!clause->namespace_selector)
		return 0;
	const sched_namespace *known = korch__namespace_get(s, ns);
	return korch_selector_matches(clause->namespace_selector, known ? known->labels : NULL);
}

int korch__matcher_matches(const korch_scheduler *s, const sched_matcher *matcher,
                           const sched_labelset *set)
{
	for (size_t i = 0; i < matcher->clauses.n; i++) {
		const sched_clause *clause = matcher->clauses.items[i];
		if (!namespace_matches(s, clause, set->namespace_) ||
		    !korch_selector_matches(clause->selector, set->labels) || !agrees(clause, set->labels))
			return 0;
	}
	return 1;
}

/* Puts a matcher among those that a set satisfies. */
static int connect(korch_scheduler *s, sched_matcher *matcher, sched_labelset *set)
{
	if (!korch__matcher_matches(s, matcher, set))
		return 0;
	if (korch__vec_push(&set->matches, matcher) < 0)
		return KORCH_E_NOMEM;
	matcher->n_pods += set->n_counted;
	return 0;
}

static void disconnect(sched_labelset *set, const sched_matcher *matcher)
{
	for (size_t i = 0; i < set->matches.n; i++) {
		if (set->matches.items[i] == matcher) {
			korch__vec_swap_remove(&set->matches, i);
			return;
		}
	}
}

static void disconnect_all(korch_scheduler *s, const sched_matcher *matcher)
{
	sched_labelset *set;
	for (size_t at = 0; (set = korch__table_next(&s->labelset_table, &at));)
		disconnect(set, matcher);
}

/* Room for all matchers, so that finding them anew needs no memory. */
static int reserve(const korch_scheduler *s, sched_labelset *set)
{
	return korch__vec_grow(&set->matches.items, &set->matches.cap, 0, s->matcher_table.n,
	                       sizeof(sched_matcher *));
}

/* In a trial that changed a namespace, all sets need that room until it is undone. */
static int reserve_for_undoing(const korch_scheduler *s, sched_labelset *set)
{
	return s->journal && s->journal->has_namespaces ? reserve(s, set) : 0;
}

int korch__matchers_find(korch_scheduler *s, sched_labelset *set)
{
	sched_matcher *matcher;
	if (reserve_for_undoing(s, set) < 0)
		return KORCH_E_NOMEM;
	for (size_t at = 0; (matcher = korch__table_next(&s->matcher_table, &at));) {
		if (connect(s, matcher, set) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int asks_namespaces(const korch_scheduler *s)
{
	const sched_matcher *matcher;
	for (size_t at = 0; (matcher = korch__table_next(&s->matcher_table, &at));) {
		for (size_t i = 0; i < matcher->clauses.n; i++) {
			if (matcher->clauses.items[i]->namespace_selector)
				return 1;
		}
	}
	return 0;
}

/* Takes the pods of a namespace out of the counts, or puts them back. */
static void recount(korch_scheduler *s, const char *namespace_, int sign)
{
	sched_pod *pod;
	for (size_t at = 0; (pod = korch__table_next(&s->pod_table, &at));) {
		if (strcmp(pod->labels->namespace_, namespace_) == 0)
			korch__topology_count(s, pod, sign);
	}
}

int korch__matchers_namespace_changed(korch_scheduler *s, const char *namespace_)
{
	if (!asks_namespaces(s))
		return 0;
	sched_labelset *set;
	for (size_t at = 0; (set = korch__table_next(&s->labelset_table, &at));) {
		if (strcmp(set->namespace_, namespace_) == 0 && reserve(s, set) < 0)
			return KORCH_E_NOMEM;
	}
	recount(s, namespace_, -1);
	for (size_t at = 0; (set = korch__table_next(&s->labelset_table, &at));) {
		if (strcmp(set->namespace_, namespace_) != 0)
			continue;
		set->matches.n = 0;
		korch__matchers_find(s, set); /* has room */
	}
	recount(s, namespace_, 1);
	s->namespace_generation++;
	s->counter_generation++;
	s->generation++;
	korch__changed(s);
	return 0;
}

static sched_clause *add_clause(sched_matcher *to)
{
	sched_clause *clause = korch__calloc(1, sizeof(*clause));
	if (!clause || korch__vec_push(&to->clauses, clause) < 0) {
		korch__free(clause);
		return NULL;
	}
	return clause;
}

static int add_namespace(sched_clause *to, const char *name)
{
	const char *copy = korch_string_new(name);
	if (!copy || korch__vec_push(&to->namespaces, copy) < 0) {
		korch_string_unref(copy);
		return KORCH_E_NOMEM;
	}
	return 0;
}

/* The owner's values of the keys that it has; a key that it has not plays no part. */
static int add_agree(sched_clause *to, const char *const *keys, size_t n,
                     const sched_labelset *owner, int wanted)
{
	for (size_t i = 0; i < n; i++) {
		const char *value = korch_map_get(owner->labels, korch__text_or_empty(keys[i]));
		if (!value)
			continue;
		sched_agree agree = {
		    .key = korch_string_new(keys[i]), .value = korch_string_new(value), .wanted = wanted};
		if (!agree.key || !agree.value || korch__vec_push(&to->agree, agree) < 0) {
			korch_string_unref(agree.key);
			korch_string_unref(agree.value);
			return KORCH_E_NOMEM;
		}
	}
	return 0;
}

sched_matcher *korch__matcher_begin(void)
{
	return korch__calloc(1, sizeof(sched_matcher));
}

int korch__matcher_add_term(sched_matcher *to, const korch_pod_affinity_term *term,
                            const sched_labelset *owner)
{
	sched_clause *clause = add_clause(to);
	if (!clause)
		return KORCH_E_NOMEM;
	if (term->n_namespaces == 0 && !term->namespace_selector &&
	    add_namespace(clause, owner->namespace_) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < term->n_namespaces; i++) {
		if (add_namespace(clause, korch__text_or_empty(term->namespaces[i])) < 0)
			return KORCH_E_NOMEM;
	}
	if (term->namespace_selector &&
	    korch_selector_new(&clause->namespace_selector, term->namespace_selector, NULL) < 0)
		return KORCH_E_NOMEM;
	if (korch_selector_new(&clause->selector, term->label_selector, NULL) < 0)
		return KORCH_E_NOMEM;
	if (add_agree(clause, (const char *const *)term->match_label_keys, term->n_match_label_keys,
	              owner, 1) < 0)
		return KORCH_E_NOMEM;
	return add_agree(clause, (const char *const *)term->mismatch_label_keys,
	                 term->n_mismatch_label_keys, owner, 0);
}

int korch__matcher_add_constraint(sched_matcher *to,
                                  const korch_topology_spread_constraint *constraint,
                                  const sched_labelset *owner)
{
	sched_clause *clause = add_clause(to);
	if (!clause || add_namespace(clause, owner->namespace_) < 0 ||
	    korch_selector_new(&clause->selector, constraint->label_selector, NULL) < 0)
		return KORCH_E_NOMEM;
	if (add_agree(clause, (const char *const *)constraint->match_label_keys,
	              constraint->n_match_label_keys, owner, 1) < 0)
		return KORCH_E_NOMEM;
	if (clause->agree.n > 0 || !korch_selector_is_everything(clause->selector))
		return 0;
	/* countPodsMatchSelector() of kube-scheduler: a selector without a condition counts nobody */
	korch_selector_free(KORCH_STEAL(clause->selector));
	return korch_selector_new(&clause->selector, NULL, NULL);
}

static void clause_free(sched_clause *clause)
{
	for (size_t i = 0; i < clause->namespaces.n; i++)
		korch_string_unref(clause->namespaces.items[i]);
	for (size_t i = 0; i < clause->agree.n; i++) {
		korch_string_unref(clause->agree.items[i].key);
		korch_string_unref(clause->agree.items[i].value);
	}
	korch__vec_fini(&clause->namespaces);
	korch__vec_fini(&clause->agree);
	korch_selector_free(clause->namespace_selector);
	korch_selector_free(clause->selector);
	korch__free(clause);
}

void korch__matcher_discard(sched_matcher *made)
{
	if (!made)
		return;
	for (size_t i = 0; i < made->clauses.n; i++)
		clause_free(made->clauses.items[i]);
	korch__vec_fini(&made->clauses);
	korch__vec_fini(&made->counters);
	korch__free(made->text);
	korch__free(made);
}

/* Texts go in with their lengths, so that nothing that they contain can pass for something else. */
static void put_text(korch_buf *buf, char tag, const char *text)
{
	korch__buf_printf(buf, "%c%zu:%s", tag, strlen(text), text);
}

/* NULL (selects nothing) and an empty one (everything) must differ. */
static int put_selector(korch_buf *buf, const char *tags, const korch_selector *selector)
{
	if (!selector)
		return 0;
	_cleanup_free_ char *text = korch_selector_format(selector);
	if (!text)
		return KORCH_E_NOMEM;
	put_text(buf, tags[korch_selector_is_everything(selector)], text);
	return 0;
}

static int put_clause(korch_buf *buf, const sched_clause *clause)
{
	for (size_t i = 0; i < clause->namespaces.n; i++)
		put_text(buf, 'n', clause->namespaces.items[i]);
	if (put_selector(buf, "NA", clause->namespace_selector) < 0 ||
	    put_selector(buf, "SE", clause->selector) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < clause->agree.n; i++) {
		const sched_agree *agree = &clause->agree.items[i];
		put_text(buf, agree->wanted ? '+' : '-', agree->key);
		put_text(buf, '=', agree->value);
	}
	korch__buf_putc(buf, '|');
	return buf->failed;
}

static char *text_of(const sched_matcher *matcher)
{
	korch_buf buf;
	int code = 0;
	korch__buf_init(&buf, 0);
	for (size_t i = 0; code == 0 && i < matcher->clauses.n; i++)
		code = put_clause(&buf, matcher->clauses.items[i]);
	char *text = code == 0 ? korch__buf_steal(&buf) : NULL;
	korch__buf_fini(&buf);
	return text;
}

/* Makes a new one known to the table and to all label sets. */
static int introduce(korch_scheduler *s, sched_matcher *made)
{
	if (korch__table_put(&s->matcher_table, made) < 0)
		return KORCH_E_NOMEM;
	sched_labelset *set;
	for (size_t at = 0; (set = korch__table_next(&s->labelset_table, &at));) {
		if (reserve_for_undoing(s, set) < 0 || connect(s, made, set) < 0) {
			korch__table_remove(&s->matcher_table, made->text);
			disconnect_all(s, made);
			return KORCH_E_NOMEM;
		}
	}
	return 0;
}

sched_matcher *korch__matcher_get(korch_scheduler *s, sched_matcher *made)
{
	made->text = text_of(made);
	sched_matcher *known = made->text ? korch__table_get(&s->matcher_table, made->text) : NULL;
	if (!made->text || known || introduce(s, made) < 0)
		korch__matcher_discard(made);
	else
		known = made;
	if (known)
		known->refs++;
	return known;
}

sched_matcher *korch__matcher_ref(sched_matcher *matcher)
{
	matcher->refs++;
	return matcher;
}

void korch__matcher_unref(korch_scheduler *s, sched_matcher *matcher)
{
	if (!matcher || --matcher->refs > 0)
		return;
	korch__table_remove(&s->matcher_table, matcher->text);
	disconnect_all(s, matcher);
	korch__matcher_discard(matcher);
}
