/*
 * Law 3 in full: at the moment of binding every filter lets the pod onto its node; and laws of
 * preemption: only less important pods go, and none that a budget protects while others could go
 * instead. The judge is the plain reference in tests/reference, over the state as the store tells
 * it.
 */
#include "reference.h"
#include "sim.h"
#include <korch/selector.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MOST = 16, PODS_MOST = 256, BUDGETS_MOST = 16 };

/* The state as the judge wants it. */
typedef struct gathered {
	const korch_pod *but;              /* left out */
	const korch_object *instead[PAST]; /* these as they were a moment ago */
	size_t n_instead;
	const korch_node *nodes[NODES_MOST];
	reference_pod pods[PODS_MOST];
	reference_pod nominated[PODS_MOST];
	const korch_pod_disruption_budget *budgets[BUDGETS_MOST];
	reference_cluster cluster;
} gathered;

static size_t node_index(const gathered *g, const char *name)
{
	size_t i = 0;
	while (i < g->cluster.n_nodes && strcmp(korch_object_name(&g->nodes[i]->object), name) != 0)
		i++;
	return i;
}

static int add_node(void *userdata, const korch_object *object)
{
	gathered *g = userdata;
	if (g->cluster.n_nodes < NODES_MOST)
		g->nodes[g->cluster.n_nodes++] = (const korch_node *)object;
	return 0;
}

static int add_budget(void *userdata, const korch_object *object)
{
	gathered *g = userdata;
	if (g->cluster.n_budgets < BUDGETS_MOST)
		g->budgets[g->cluster.n_budgets++] = (const korch_pod_disruption_budget *)object;
	return 0;
}

static int has_ended(const korch_pod *pod)
{
	const char *phase = pod->status && pod->status->phase ? pod->status->phase : "";
	return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

static int add_pod(void *userdata, const korch_object *object)
{
	gathered *g = userdata;
	const korch_pod *pod = (const korch_pod *)object;
	const char *node = pod->spec->node_name;
	const char *nominated = pod->status ? pod->status->nominated_node_name : NULL;
	if (strcmp(korch_object_uid(object), korch_object_uid(&g->but->object)) == 0 || has_ended(pod))
		return 0;
	if (node && *node && g->cluster.n_pods < PODS_MOST)
		g->pods[g->cluster.n_pods++] = (reference_pod){pod, node_index(g, node)};
	else if (nominated && *nominated && g->cluster.n_nominated < PODS_MOST)
		g->nominated[g->cluster.n_nominated++] = (reference_pod){pod, node_index(g, nominated)};
	return 0;
}

static int same_uid(const korch_object *a, const korch_object *b)
{
	return strcmp(korch_object_uid(a), korch_object_uid(b)) == 0;
}

static int add_object(gathered *g, const korch_object *object)
{
	return object->kind == &korch_node_kind ? add_node(g, object) : add_pod(g, object);
}

/* An object as it is, unless another state of it is wanted. */
static int add_unless_instead(void *userdata, const korch_object *object)
{
	gathered *g = userdata;
	for (size_t i = 0; i < g->n_instead; i++)
		if (same_uid(g->instead[i], object))
			return 0;
	return add_object(g, object);
}

/* Everything but the pod; of things that came and went, the state in `instead`. */
static void gather(gathered *g, const sim *s)
{
	static const korch_kind *const kinds[] = {&korch_node_kind, &korch_pod_kind};
	const korch_view_query budgets = {.kind = &korch_pod_disruption_budget_kind};
	g->cluster = (reference_cluster){
	    .nodes = g->nodes, .pods = g->pods, .nominated = g->nominated, .budgets = g->budgets};
	for (size_t k = 0; k < 2; k++) {
		const korch_view_query all = {.kind = kinds[k]};
		for (size_t i = 0; i < g->n_instead; i++)
			if (g->instead[i]->kind == kinds[k])
				add_object(g, g->instead[i]);
		korch_view_each(s->laws.view, &all, add_unless_instead, g);
	}
	korch_view_each(s->laws.view, &budgets, add_budget, g);
}

void law_remember(sim *s, const korch_object *before, const korch_object *after)
{
	past *at = &s->laws.past[s->laws.n_past++ % PAST];
	korch_object_unref(at->before);
	korch_object_unref(at->after);
	*at = (past){korch_object_ref(before), korch_object_ref(after), korch_loop_now(s->loop)};
}

void law_forget(sim *s)
{
	for (size_t i = 0; i < PAST; i++) {
		korch_object_unref(s->laws.past[i].before);
		korch_object_unref(s->laws.past[i].after);
	}
}

/* The pod got its node by the scheduler, which knows of that before the store does. */
static int is_binding(const past *at)
{
	const korch_pod *before = (const korch_pod *)at->before, *after = (const korch_pod *)at->after;
	return before && after && before->object.kind == &korch_pod_kind &&
	       !(before->spec->node_name && *before->spec->node_name) && after->spec->node_name;
}

/* One change more is undone; 0: there is none that the scheduler may not have seen. */
static int undo(gathered *g, const sim *s, uint64_t *back)
{
	while (*back > 0 && s->laws.n_past - *back < PAST) {
		const past *at = &s->laws.past[--*back % PAST];
		if (korch_loop_now(s->loop) - at->at > lag_of(s))
			return 0;
		if (is_binding(at) || !at->before || same_uid(at->before, &g->but->object))
			continue;
		size_t i = 0;
		while (i < g->n_instead && !same_uid(g->instead[i], at->before))
			i++;
		g->instead[i] = at->before;
		g->n_instead += i == g->n_instead;
		return 1;
	}
	return 0;
}

static const char *gang_of(const korch_pod *pod)
{
	return korch_map_get(pod->object.metadata->labels, "scheduling.x-k8s.io/pod-group");
}

/* What the judge says of the pod on its node. */
static void judge(reference_verdict *verdict, gathered *g, const sim *s, const korch_pod *before,
                  const korch_pod *pod)
{
	gather(g, s);
	size_t i = node_index(g, pod->spec->node_name);
	if (i == g->cluster.n_nodes)
		broken(s, "law 3: pod %s was bound to %s, which does not exist",
		       korch_object_name(&pod->object), pod->spec->node_name);
	reference_node_verdict(verdict, &g->cluster, before, i);
}

/*
 * Bindings of one pass are transactions of their own. Where one of them fails, others that counted
 * on it stand without it for a while, as in Kubernetes.
 */
static int may_count_on_others(const sim *s, const char *filter)
{
	return s->is_faulty &&
	       (strcmp(filter, "PodTopologySpread") == 0 || strcmp(filter, "InterPodAffinity") == 0);
}

/* Decisions are made on a state that is a moment old: one of the last states must let the pod in,
 * with all that was bound since. */
void law_binding(sim *s, const korch_pod *before, const korch_pod *pod)
{
	reference_verdict verdict, first;
	char why[2000];
	uint64_t back = s->laws.n_past;
	gathered *g = calloc(1, sizeof(*g));
	if (!g)
		broken(s, "out of memory");
	g->but = pod;
	judge(&first, g, s, before, pod);
	verdict = first;
	while (verdict.filter && undo(g, s, &back))
		judge(&verdict, g, s, before, pod);
	reference_verdict_text(why, sizeof(why), &first);
	if (verdict.filter && !may_count_on_others(s, first.filter))
		broken(s, "law 3: pod %s was bound to %s in spite of %s: %s",
		       korch_object_name(&pod->object), pod->spec->node_name, first.filter, why);
	free(g);
	if (gang_of(pod))
		snprintf(s->laws.gang, sizeof(s->laws.gang), "%s", gang_of(pod));
}

typedef struct gang_count {
	const char *name;
	int bound;
} gang_count;

static int count_member(void *userdata, const korch_object *object)
{
	gang_count *count = userdata;
	const korch_pod *pod = (const korch_pod *)object;
	const char *gang = gang_of(pod);
	count->bound += gang && strcmp(gang, count->name) == 0 && pod->spec->node_name &&
	                *pod->spec->node_name && pod_is_active(pod);
	return 0;
}

void law_gang(sim *s)
{
	gang_count count = {.name = s->laws.gang};
	const korch_view_query pods = {.kind = &korch_pod_kind};
	if (!*s->laws.gang)
		return;
	korch_view_each(s->laws.view, &pods, count_member, &count);
	if (count.bound < GANG)
		broken(s, "pods of gang %s are bound, but only %d of %d", count.name, count.bound, GANG);
	s->laws.gang[0] = '\0';
}

/* The victims of the pod that was nominated: those that go by the same transaction. */
typedef struct victims {
	sim *s;
	const korch_pod *pod;
	uint64_t revision;
	const korch_pod *items[PODS_MOST];
	size_t n;
} victims;

static int is_preempted(const korch_pod *pod)
{
	for (size_t i = 0; pod->status && i < pod->status->n_conditions; i++) {
		const korch_pod_condition *condition = &pod->status->conditions[i];
		if (strcmp(condition->type, "DisruptionTarget") == 0 &&
		    strcmp(condition->reason, "PreemptionByScheduler") == 0)
			return 1;
	}
	return 0;
}

static int add_victim(void *userdata, const korch_object *object)
{
	victims *v = userdata;
	const korch_pod *pod = (const korch_pod *)object;
	if (object->revision != v->revision || !is_preempted(pod) || v->n == PODS_MOST)
		return 0;
	if (pod->spec->priority >= v->pod->spec->priority)
		broken(v->s, "law 6: pod %s goes for %s, which is not more important",
		       korch_object_name(object), korch_object_name(&v->pod->object));
	v->items[v->n++] = pod;
	return 0;
}

/* How many of the victims break a budget. */
static size_t count_violations(const gathered *g, const victims *v)
{
	size_t violations = 0;
	for (size_t b = 0; b < g->cluster.n_budgets; b++) {
		const korch_pod_disruption_budget *budget = g->budgets[b];
		int32_t allowed = budget->status ? budget->status->disruptions_allowed : 0;
		korch_selector *selector = NULL;
		korch_selector_new(&selector, budget->spec->selector, NULL);
		for (size_t i = 0; i < v->n; i++)
			violations += korch_selector_matches(selector, v->items[i]->object.metadata->labels) &&
			              --allowed < 0;
		korch_selector_free(selector);
	}
	return violations;
}

static int may_rival(const korch_object *object, const korch_pod *pod)
{
	const korch_pod *other = (const korch_pod *)object;
	return object && object->kind == &korch_pod_kind && !same_uid(object, &pod->object) &&
	       other->spec->priority >= pod->spec->priority &&
	       !(other->spec->node_name && *other->spec->node_name);
}

/* Room may just have been kept for others of which the store was never told: they went, or another
 * plan was faster. */
static int has_rivals(const sim *s, const korch_pod *pod)
{
	for (size_t i = 0; i < PAST && i < s->laws.n_past; i++) {
		const past *at = &s->laws.past[i];
		if (korch_loop_now(s->loop) - at->at <= lag_of(s) &&
		    (may_rival(at->before, pod) || may_rival(at->after, pod)))
			return 1;
	}
	return 0;
}

void law_nomination(sim *s, const korch_pod *before, const korch_pod *pod)
{
	victims v = {.s = s, .pod = pod, .revision = pod->object.revision};
	const char *was = before->status ? before->status->nominated_node_name : NULL;
	const char *is = pod->status ? pod->status->nominated_node_name : NULL;
	const korch_view_query pods = {.kind = &korch_pod_kind};
	if (!is || (was && strcmp(was, is) == 0))
		return;
	korch_view_each(s->laws.view, &pods, add_victim, &v);
	gathered *g = calloc(1, sizeof(*g));
	if (!g)
		broken(s, "out of memory");
	g->but = pod;
	gather(g, s);
	reference_preemption best;
	size_t violations = count_violations(g, &v);
	if (violations > 0 && !has_rivals(s, pod) && reference_preempt(&best, &g->cluster, before)) {
		if (best.n_violations == 0)
			broken(s, "law 6: %zu pods go for %s against a budget, on node %s none would",
			       violations, korch_object_name(&pod->object),
			       korch_object_name(&g->nodes[best.node]->object));
		free(best.victims);
	}
	free(g);
}
