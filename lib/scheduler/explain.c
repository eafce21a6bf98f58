/* Why a pod fits nowhere, in kube-scheduler's own sentence: "0/5 nodes are available: 3
 * Insufficient cpu, 2 node(s) …". */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most different reasons in a sentence (taints can be as many as nodes); further ones are counted
 * together. */
#define REASONS_MAX 128
#define REASON_SIZE 384

typedef struct reason_count {
	char text[REASON_SIZE];
	size_t n;
} reason_count;

typedef struct tally {
	reason_count *items;
	size_t n;
} tally;

static void note(tally *t, const char *text)
{
	size_t i = 0;
	while (i < t->n && strncmp(t->items[i].text, text, REASON_SIZE - 1) != 0)
		i++;
	if (i == REASONS_MAX) {
		i = REASONS_MAX - 1;
		text = "node(s) had other reasons";
	}
	if (i == t->n)
		t->n++;
	snprintf(t->items[i].text, REASON_SIZE, "%s", text);
	t->items[i].n++;
}

static void note_resources(const korch_scheduler *s, const sched_needs *needs,
                           const sched_slot *slot, tally *t)
{
	const int64_t *alloc = s->alloc + (size_t)slot->index * s->row,
	              *used = s->used + (size_t)slot->index * s->row;
	char text[REASON_SIZE];
	if (used[RES_PODS] + 1 > alloc[RES_PODS])
		note(t, "Too many pods");
	for (size_t i = 0; i < needs->items.n; i++) {
		const sched_need *need = &needs->items.items[i];
		if (need->amount <= alloc[need->resource] - used[need->resource])
			continue;
		snprintf(text, sizeof(text), "Insufficient %s", s->resources[need->resource]);
		note(t, text);
	}
}

static const char *sentence(sched_reason reason)
{
	switch (reason) {
	case REASON_UNSCHEDULABLE:
		return "node(s) were unschedulable";
	case REASON_NODE_NAME:
		return "node(s) didn't match the requested node name";
	case REASON_AFFINITY:
		return "node(s) didn't match Pod's node affinity/selector";
	case REASON_PORTS:
		return "node(s) didn't have free ports for the requested pod ports";
	case REASON_SPREAD_LABEL:
		return "node(s) didn't match pod topology spread constraints (missing required label)";
	case REASON_SPREAD:
		return "node(s) didn't match pod topology spread constraints";
	case REASON_POD_AFFINITY:
		return "node(s) didn't match pod affinity rules";
	case REASON_POD_ANTI_AFFINITY:
		return "node(s) didn't match pod anti-affinity rules";
	case REASON_EXISTING_ANTI_AFFINITY:
		return "node(s) didn't satisfy existing pods anti-affinity rules";
	case REASON_NONE:
	case REASON_TAINT:
	case REASON_FIT:
		break;
	}
	return "node(s) were not considered";
}

/* The first filter that a node does not pass says why, in the order of Kubernetes' default plugins.
 */
static void note_node(const korch_scheduler *s, const sched_class *c,
                      const sched_topology *topology, const sched_slot *slot, tally *t)
{
	sched_reason reason = korch__node_verdict(c->spec, slot->node);
	if (reason == REASON_TAINT) {
		const korch_taint *taint = korch__untolerated_taint(c->spec, slot->node);
		char text[REASON_SIZE];
		snprintf(text, sizeof(text), "node(s) had untolerated taint {%s: %s}",
		         korch__text_or_empty(taint->key), korch__text_or_empty(taint->value));
		note(t, text);
		return;
	}
	if (reason == REASON_NONE)
		reason = korch__node_fits(s, c->needs, slot);
	if (reason == REASON_FIT) {
		note_resources(s, c->needs, slot, t);
		return;
	}
	if (reason == REASON_NONE && topology)
		reason = korch__topology_check(topology, slot);
	if (reason != REASON_NONE)
		note(t, sentence(reason));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "3 Insufficient cpu" and so on, sorted as text, as kube-scheduler does it. */
static char *join(const korch_scheduler *s, const tally *t)
{
	char *parts[REASONS_MAX] = {0};
	korch_buf buf;
	korch__buf_init(&buf, 0);
	int failed = 0;
	for (size_t i = 0; i < t->n; i++) {
		parts[i] = korch__sprintf("%zu %s", t->items[i].n, t->items[i].text);
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

char *korch__explain(korch_scheduler *s, const sched_class *c, const sched_topology *topology)
{
	if (s->n_nodes == 0)
		return korch__strdup("no nodes available to schedule pods");
	tally t = {.items = korch__calloc(REASONS_MAX, sizeof(*t.items))};
	if (!t.items)
		return NULL;
	for (size_t i = 0; i < s->slots.n; i++) {
		const sched_slot *slot = s->slots.items[i];
		if (slot->name && slot->node)
			note_node(s, c, topology, slot, &t);
	}
	char *text = join(s, &t);
	korch__free(t.items);
	return text;
}
