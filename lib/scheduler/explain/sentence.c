/* The sentence of a pod that fits nowhere: reasons counted over all nodes, sorted as text. */
#include "scheduler/explain/sentence.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/explain/tally.h"
#include "scheduler/filter/claim.h"
#include "scheduler/filter/node_affinity.h"
#include <stdlib.h>
#include <string.h>

#define REASONS_MAX SCHED_REASONS_MAX

typedef KORCH_VEC(sched_counted) counted_list;

static int by_text(const void *a, const void *b)
{
	return strcmp(((const sched_counted *)a)->text, ((const sched_counted *)b)->text);
}

/* The reasons of all kinds, each once. */
static int collect(counted_list *out, const sched_tally *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->kinds.n; i++) {
		const sched_kind *kind = &t->kinds.items[i];
		for (size_t k = 0; kind->n > 0 && k < kind->texts.n; k++) {
			sched_counted one = {.text = kind->texts.items[k], .n = kind->n};
			if (korch__vec_push(out, one) < 0)
				return KORCH_E_NOMEM;
		}
	}
	if (out->n > 1)
		qsort(out->items, out->n, sizeof(*out->items), by_text);
	for (size_t i = 0; i < out->n; i++) {
		if (n > 0 && strcmp(out->items[n - 1].text, out->items[i].text) == 0)
			out->items[n - 1].n += out->items[i].n;
		else
			out->items[n++] = out->items[i];
	}
	for (; n > REASONS_MAX; n--) {
		out->items[n - 2].n += out->items[n - 1].n;
		out->items[n - 2].text = "node(s) had other reasons";
	}
	out->n = n;
	return 0;
}

static int by_string(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *korch__sentence_join(const korch_scheduler *s, const sched_counted *reasons, size_t n)
{
	char *parts[REASONS_MAX] = {0};
	korch_buf buf;
	korch__buf_init(&buf, 0);
	int failed = 0;
	for (size_t i = 0; i < n; i++) {
		parts[i] = korch__sprintf("%zu %s", reasons[i].n, reasons[i].text);
		failed |= !parts[i];
	}
	if (!failed)
		qsort(parts, n, sizeof(*parts), by_string);
	korch__buf_printf(&buf, "0/%zu nodes are available", s->n_nodes);
	for (size_t i = 0; i < n; i++) {
		korch__buf_printf(&buf, "%s%s", i == 0 ? ": " : ", ", korch__text_or_empty(parts[i]));
		korch__free(parts[i]);
	}
	korch__buf_putc(&buf, '.');
	char *text = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	if (failed)
		korch__free(KORCH_STEAL(text));
	return text;
}

/* Reasons that lie with the pod alone. */
static char *pod_sentence(const korch_scheduler *s, const sched_class *c, const char *namespace_)
{
	if (c->shape->gated)
		return korch__strdup("Scheduling is blocked due to non-empty scheduling gates");
	if (s->n_nodes == 0)
		return korch__strdup("no nodes available to schedule pods");
	if (korch__filter_is_on(c->profile, FILTER_AFFINITY) &&
	    korch__node_names_conflict(c->shape->spec))
		return korch__sprintf("0/%zu nodes are available: pod affinity terms conflict.",
		                      s->n_nodes);
	const char *claim = c->shape->has_claims && korch__filter_is_on(c->profile, FILTER_VOLUME)
	                        ? korch__claim_missing(s, c->shape->spec, namespace_)
	                        : NULL;
	return claim ? korch__sprintf(
	                   "0/%zu nodes are available: persistentvolumeclaim \"%s\" not found.",
	                   s->n_nodes, claim)
	             : NULL;
}

char *korch__sentence(korch_scheduler *s, sched_class *c, const char *namespace_)
{
	char *text = pod_sentence(s, c, namespace_);
	if (text || c->shape->gated || s->n_nodes == 0)
		return text;
	sched_tally once = {0};
	sched_tally *tally = korch__tally_of(s, c);
	counted_list list = {0};
	tally = tally ? tally : &once;
	if (korch__tally_refresh(tally, s, c, tally != &once) == 0 && collect(&list, tally) == 0)
		text = korch__sentence_join(s, list.items, list.n);
	korch__vec_fini(&list);
	korch__tally_fini(&once);
	return text;
}
