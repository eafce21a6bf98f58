/* Explanations: every node's verdict and scores as data. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/explain/sentence.h"
#include "scheduler/rank/best.h"
#include "scheduler/score/shared.h"
#include <korch/scheduler/explain.h>
#include <stdlib.h>
#include <string.h>

struct korch_explanation {
	korch_node_verdict *nodes;
	size_t n_nodes;
	korch_score_term *terms;
	size_t n_terms; /* for each node */
	char **names;   /* of the terms */
	char *node;
	char *message;
};

/* What is found out slot by slot, before it is put in order. */
typedef struct looking {
	korch_scheduler *s;
	sched_class *c;
	uint32_t *slots; /* of the nodes, ordered by name */
	sched_spot *spots;
	int32_t *keys;
	int64_t *totals;
	int64_t *raws;
	int64_t *norms;
	size_t n;
	size_t n_uses;
} looking;

static void looking_fini(looking *at)
{
	korch__free(at->slots);
	korch__free(at->spots);
	korch__free(at->keys);
	korch__free(at->totals);
	korch__free(at->raws);
	korch__free(at->norms);
}

static int looking_init(looking *at, korch_scheduler *s, sched_class *c)
{
	size_t n = s->n_nodes + 1, n_uses = c->profile->n_uses + 1;
	*at = (looking){.s = s, .c = c, .n_uses = c->profile->n_uses};
	at->slots = korch__calloc(n, sizeof(*at->slots));
	at->spots = korch__calloc(n, sizeof(*at->spots));
	at->keys = korch__calloc(n * (c->layout.dims.n + 1), sizeof(*at->keys));
	at->totals = korch__calloc(n, sizeof(*at->totals));
	at->raws = korch__calloc(n * n_uses, sizeof(*at->raws));
	at->norms = korch__calloc(n * n_uses, sizeof(*at->norms));
	return at->slots && at->spots && at->keys && at->totals && at->raws && at->norms
	           ? 0
	           : KORCH_E_NOMEM;
}

typedef struct named_slot {
	const char *name;
	uint32_t slot;
} named_slot;

static int by_name(const void *a, const void *b)
{
	return strcmp(((const named_slot *)a)->name, ((const named_slot *)b)->name);
}

static int order_nodes(looking *at)
{
	const korch_scheduler *s = at->s;
	_cleanup_free_ named_slot *list = korch__calloc(s->n_nodes + 1, sizeof(*list));
	if (!list)
		return KORCH_E_NOMEM;
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (s->slots.items[i]->node)
			list[at->n++] = (named_slot){.name = s->slots.items[i]->name, .slot = i};
	}
	qsort(list, at->n, sizeof(*list), by_name);
	for (size_t i = 0; i < at->n; i++)
		at->slots[i] = list[i].slot;
	return 0;
}

static void join_reason(void *userdata, const char *reason)
{
	korch_buf *buf = userdata;
	korch__buf_puts(buf, buf->len > 0 ? ", " : "");
	korch__buf_puts(buf, reason);
}

/* One node's verdict; whether its spot is open. */
static int judge_node(const looking *at, size_t i, korch_node_verdict *to)
{
	korch_scheduler *s = at->s;
	int32_t *key = at->keys + i * (at->c->layout.dims.n + 1);
	korch_buf buf;
	korch__buf_init(&buf, 0);
	sched_filter filter = korch__verdict(s, at->c, at->slots[i], key, join_reason, &buf);
	to->node = korch__strdup(s->slots.items[at->slots[i]]->name);
	if (filter != FILTER_NONE) {
		const char *name = korch__verdict_filter(s, at->c, at->slots[i], filter);
		to->filter = korch__strdup(korch__text_or_empty(name));
		to->reason = korch__buf_steal(&buf);
	}
	/* also where a filter before the topology's has said no: raw scores are told of every node */
	korch__layout_key(s, at->c, at->slots[i], key);
	korch__buf_fini(&buf);
	at->spots[i] = (sched_spot){.key = key, .n = 1, .open = filter == FILTER_NONE};
	return to->node && (filter == FILTER_NONE || (to->filter && to->reason)) ? 0 : KORCH_E_NOMEM;
}

/* Scores of the nodes themselves, beside the shared ones. */
static void score_own(const looking *at, size_t i)
{
	for (size_t k = 0; k < at->n_uses; k++) {
		const sched_use *use = &at->c->profile->uses[k];
		if (use->kind >= SCORE_FIRST_SHARED)
			continue;
		int64_t raw = korch__own_score_of(at->s, at->c, at->slots[i], use);
		at->raws[i * at->n_uses + k] = raw;
		at->norms[i * at->n_uses + k] = at->spots[i].open ? raw : 0;
	}
}

static void fill_terms(const looking *at, size_t i, korch_explanation *e)
{
	korch_node_verdict *to = &e->nodes[i];
	to->terms = e->terms + i * at->n_uses;
	to->n_terms = at->n_uses;
	for (size_t k = 0; k < at->n_uses; k++) {
		korch_score_term *term = &e->terms[i * at->n_uses + k];
		*term = (korch_score_term){.name = e->names[k],
		                           .weight = at->c->profile->uses[k].weight,
		                           .raw = at->raws[i * at->n_uses + k],
		                           .normalized = at->norms[i * at->n_uses + k]};
		to->total += at->spots[i].open ? term->weight * term->normalized : 0;
	}
}

static int fill_names(korch_explanation *e, const sched_profile *profile)
{
	e->n_terms = profile->n_uses;
	e->names = korch__calloc(profile->n_uses + 1, sizeof(*e->names));
	for (size_t k = 0; e->names && k < profile->n_uses; k++) {
		e->names[k] = korch__strdup(profile->uses[k].name);
		if (!e->names[k])
			return KORCH_E_NOMEM;
	}
	return e->names ? 0 : KORCH_E_NOMEM;
}

static int fill(korch_explanation *e, looking *at)
{
	if (order_nodes(at) < 0 || fill_names(e, at->c->profile) < 0)
		return KORCH_E_NOMEM;
	e->nodes = korch__calloc(at->n + 1, sizeof(*e->nodes));
	e->terms = korch__calloc(at->n * at->n_uses + 1, sizeof(*e->terms));
	if (!e->nodes || !e->terms)
		return KORCH_E_NOMEM;
	e->n_nodes = at->n;
	for (size_t i = 0; i < at->n; i++) {
		if (judge_node(at, i, &e->nodes[i]) < 0)
			return KORCH_E_NOMEM;
	}
	if (korch__shared_scores(at->s, at->c, at->spots, at->n, at->totals, at->raws, at->norms) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < at->n; i++) {
		score_own(at, i);
		fill_terms(at, i, e);
	}
	return 0;
}

/* What a decision says, so that both cannot differ. */
static int fill_decision(korch_explanation *e, korch_scheduler *s, const korch_pod *pod,
                         korch_error **err)
{
	korch_decision decision = {0};
	int found = korch_scheduler_decide(&decision, s, pod, err);
	if (found < 0)
		return found;
	e->node = korch__strdup(decision.node);
	e->message = korch__strdup(decision.message);
	return (decision.node && !e->node) || (decision.message && !e->message)
	           ? korch_error_set(err, KORCH_E_NOMEM, "out of memory")
	           : 0;
}

int korch_scheduler_explain(korch_explanation **out, korch_scheduler *s, const korch_pod *pod,
                            korch_error **err)
{
	if (!out || !s)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "no scheduler or no place for the explanation");
	korch_explanation *e = korch__calloc(1, sizeof(*e));
	if (!e)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = fill_decision(e, s, pod, err);
	sched_class *c = NULL;
	if (code == 0)
		code = korch__class_of(&c, s, pod, err);
	looking at = {0};
	if (code == 0 &&
	    (korch__class_refresh(s, c) < 0 || looking_init(&at, s, c) < 0 || fill(e, &at) < 0))
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	looking_fini(&at);
	if (code < 0)
		korch_explanation_free(e);
	else
		*out = e;
	return code;
}

const korch_node_verdict *korch_explanation_nodes(const korch_explanation *e, size_t *n)
{
	*n = e->n_nodes;
	return e->nodes;
}

const char *korch_explanation_node(const korch_explanation *e)
{
	return e->node;
}

const char *korch_explanation_message(const korch_explanation *e)
{
	return e->message;
}

void korch_explanation_free(korch_explanation *e)
{
	if (!e)
		return;
	for (size_t i = 0; e->nodes && i < e->n_nodes; i++) {
		korch__free((char *)(uintptr_t)e->nodes[i].node);
		korch__free((char *)(uintptr_t)e->nodes[i].filter);
		korch__free((char *)(uintptr_t)e->nodes[i].reason);
	}
	for (size_t k = 0; e->names && k < e->n_terms; k++)
		korch__free(e->names[k]);
	korch__free(e->names);
	korch__free(e->nodes);
	korch__free(e->terms);
	korch__free(e->node);
	korch__free(e->message);
	korch__free(e);
}
