/* The sentence of a pod that fits nowhere: reasons counted over all nodes, sorted as text. */
#include "scheduler/explain/sentence.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/filter/claim.h"
#include "scheduler/filter/node_affinity.h"
#include <stdlib.h>
#include <string.h>

/* Most different reasons in a sentence (taints can be as many as nodes); further ones are counted
 * together. */
#define REASONS_MAX 128

typedef struct tally {
	char *texts[REASONS_MAX];
	size_t counts[REASONS_MAX];
	size_t n;
	int failed;
} tally;

static void note(void *userdata, const char *text)
{
	tally *t = userdata;
	size_t i = 0;
	while (i < t->n && strcmp(t->texts[i], text) != 0)
		i++;
	if (i == t->n && t->n >= REASONS_MAX - 1) {
		i = REASONS_MAX - 1;
		text = "node(s) had other reasons";
	}
	if (i == t->n) {
		t->texts[i] = korch__strdup(text);
		t->failed |= !t->texts[i];
		if (!t->texts[i])
			return;
		t->n++;
	}
	t->counts[i]++;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *join(const korch_scheduler *s, const tally *t)
{
	char *parts[REASONS_MAX] = {0};
	korch_buf buf;
	korch__buf_init(&buf, 0);
	int failed = t->failed;
	for (size_t i = 0; i < t->n; i++) {
		parts[i] = korch__sprintf("%zu %s", t->counts[i], t->texts[i]);
		failed |= !parts[i];
	}
	if (!failed)
		qsort(parts, t->n, sizeof(*parts), by_text);
	korch__buf_printf(&buf, "0/%zu nodes are available", s->n_nodes);
	for (size_t i = 0; i < t->n; i++) {
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
	_cleanup_free_ int32_t *key = korch__calloc(c->layout.dims.n + 1, sizeof(*key));
	_cleanup_free_ tally *t = korch__calloc(1, sizeof(*t));
	if (!key || !t)
		return NULL;
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (s->slots.items[i]->node)
			korch__verdict(s, c, i, key, note, t);
	}
	text = join(s, t);
	for (size_t i = 0; i < t->n; i++)
		korch__free(t->texts[i]);
	return text;
}
