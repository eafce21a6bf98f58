/*
 * Preemption: which pods of lower priority would have to leave which node. After kube-scheduler's
 * DefaultPreemption, over all nodes.
 */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

/* A pod that could leave, and whether that breaks a budget. */
typedef struct victim {
	size_t pod;
	int32_t priority;
	int64_t start;
	int violates, stays;
} victim;

static int64_t start_of(const korch_pod *pod)
{
	/* a pod that has not started counts as starting now */
	return pod->status && pod->status->start_time ? pod->status->start_time : INT64_MAX;
}

/* The more important first: higher priority, then started earlier. */
static int by_importance(const void *a, const void *b)
{
	const victim *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->pod < y->pod ? -1 : 1;
}

static int budget_covers(const korch_pod_disruption_budget *budget, const korch_pod *pod)
{
	const korch_label_selector *selector = budget->spec ? budget->spec->selector : NULL;
	const korch_map *labels = reference_labels(&pod->object);
	if (!labels || labels->n == 0 || !selector)
		return 0;
	if ((!selector->match_labels || selector->match_labels->n == 0) &&
	    selector->n_match_expressions == 0)
		return 0; /* an empty one protects nobody here */
	if (strcmp(korch_object_namespace(&budget->object), korch_object_namespace(&pod->object)) != 0)
		return 0;
	if (budget->status &&
	    korch_map_get(budget->status->disrupted_pods, korch_object_name(&pod->object)))
		return 0;
	return reference_selects(selector, labels);
}

/* In the order of importance, each takes one of what its budgets allow. */
static void mark_violations(victim *victims, size_t n, const reference_cluster *cluster)
{
	for (size_t b = 0; b < cluster->n_budgets; b++) {
		const korch_pod_disruption_budget *budget = cluster->budgets[b];
		int64_t allowed = budget->status ? budget->status->disruptions_allowed : 0;
		for (size_t i = 0; i < n; i++)
			if (budget_covers(budget, cluster->pods[victims[i].pod].pod) && --allowed < 0)
				victims[i].violates = 1;
	}
}

static size_t lower_pods(victim *out, const reference_cluster *cluster, const korch_pod *pod,
                         size_t node)
{
	size_t n = 0;
	for (size_t i = 0; i < cluster->n_pods; i++) {
		const korch_pod *other = cluster->pods[i].pod;
		if (cluster->pods[i].node == node && other->spec->priority < pod->spec->priority)
			out[n++] = (victim){i, other->spec->priority, start_of(other), 0, 0};
	}
	qsort(out, n, sizeof(*out), by_importance);
	mark_violations(out, n, cluster);
	return n;
}

/* Whether the pod fits when of these victims only those stay that are marked. */
static int fits(const reference_cluster *cluster, const korch_pod *pod, size_t node,
                const victim *victims, size_t n)
{
	reference_verdict verdict;
	reference_cluster smaller = *cluster;
	reference_pod *pods = calloc(cluster->n_pods + 1, sizeof(*pods));
	smaller.n_pods = 0;
	smaller.pods = pods;
	for (size_t i = 0; i < cluster->n_pods; i++) {
		int leaves = 0;
		for (size_t v = 0; v < n; v++)
			leaves |= victims[v].pod == i && !victims[v].stays;
		if (!leaves)
			pods[smaller.n_pods++] = cluster->pods[i];
	}
	reference_node_verdict(&verdict, &smaller, pod, node);
	free(pods);
	return verdict.filter == NULL;
}

/* Lets stay whom it can: those whose leaving breaks a budget first, the more important first. */
static void reprieve(victim *victims, size_t n, const reference_cluster *cluster,
                     const korch_pod *pod, size_t node)
{
	for (int violating = 1; violating >= 0; violating--)
		for (size_t i = 0; i < n; i++) {
			if (victims[i].violates != violating)
				continue;
			victims[i].stays = 1;
			if (!fits(cluster, pod, node, victims, n))
				victims[i].stays = 0;
		}
}

/* A node and what it costs. */
typedef struct candidate {
	size_t node, n, violations;
	victim *victims;
	int64_t sum, start;
} candidate;

static int examine(candidate *out, const reference_cluster *cluster, const korch_pod *pod,
                   size_t node)
{
	reference_verdict verdict;
	victim *victims = calloc(cluster->n_pods + 1, sizeof(*victims));
	size_t n = lower_pods(victims, cluster, pod, node);
	*out = (candidate){.node = node, .victims = victims, .start = INT64_MAX};
	reference_node_verdict(&verdict, cluster, pod, node);
	if (verdict.filter && !verdict.unresolvable && n > 0 && fits(cluster, pod, node, victims, n)) {
		reprieve(victims, n, cluster, pod, node);
		for (size_t i = 0; i < n; i++) {
			if (victims[i].stays)
				continue;
			out->violations += (size_t)victims[i].violates;
			out->sum += (int64_t)victims[i].priority + ((int64_t)1 << 31);
			victims[out->n++] = victims[i];
		}
		for (size_t i = 0; i < out->n; i++)
			if (victims[i].priority == victims[0].priority && victims[i].start < out->start)
				out->start = victims[i].start;
	}
	if (out->n == 0)
		free(victims);
	return out->n > 0;
}

static int is_better(const candidate *a, const candidate *b, const reference_cluster *cluster)
{
	if (a->violations != b->violations)
		return a->violations < b->violations;
	if (a->victims[0].priority != b->victims[0].priority)
		return a->victims[0].priority < b->victims[0].priority;
	if (a->sum != b->sum)
		return a->sum < b->sum;
	if (a->n != b->n)
		return a->n < b->n;
	if (a->start != b->start)
		return a->start > b->start;
	return strcmp(korch_object_name(&cluster->nodes[a->node]->object),
	              korch_object_name(&cluster->nodes[b->node]->object)) < 0;
}

/* Whether somebody made the pod leave for another's sake. */
static int is_preempted(const korch_pod *pod)
{
	if (pod->object.metadata->deletion_timestamp == 0 || !pod->status)
		return 0;
	for (size_t i = 0; i < pod->status->n_conditions; i++)
		if (reference_same(pod->status->conditions[i].type, "DisruptionTarget"))
			return reference_same(pod->status->conditions[i].status, "True") &&
			       reference_same(pod->status->conditions[i].reason, "PreemptionByScheduler");
	return 0;
}

/* The index of the node that room is being made on for the pod, or n_nodes. */
static size_t nominated_to(const reference_cluster *cluster, const korch_pod *pod)
{
	const char *name = pod->status ? pod->status->nominated_node_name : NULL;
	for (size_t i = 0; i < cluster->n_nominated; i++)
		if (reference_is_same_pod(cluster->nominated[i].pod, pod))
			return cluster->nominated[i].node;
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (reference_same(korch_object_name(&cluster->nodes[i]->object), name))
			return i;
	return cluster->n_nodes;
}

/* Whether room is being made for it already, where it could still go. */
static int waits_for_victims(const reference_cluster *cluster, const korch_pod *pod)
{
	reference_verdict verdict;
	size_t node = nominated_to(cluster, pod);
	if (node >= cluster->n_nodes)
		return 0;
	reference_node_verdict(&verdict, cluster, pod, node);
	if (verdict.filter && verdict.unresolvable)
		return 0;
	for (size_t i = 0; i < cluster->n_pods; i++)
		if (cluster->pods[i].node == node && is_preempted(cluster->pods[i].pod) &&
		    cluster->pods[i].pod->spec->priority < pod->spec->priority)
			return 1;
	return 0;
}

int reference_preempt(reference_preemption *out, const reference_cluster *cluster,
                      const korch_pod *pod)
{
	char why[700];
	candidate found = {0}, next;
	if (reference_same(pod->spec->preemption_policy, "Never") ||
	    reference_hopeless(why, sizeof(why), cluster, pod) || waits_for_victims(cluster, pod))
		return 0;
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		if (!examine(&next, cluster, pod, i))
			continue;
		if (!found.victims || is_better(&next, &found, cluster)) {
			free(found.victims);
			found = next;
		} else {
			free(next.victims);
		}
	}
	if (!found.victims)
		return 0;
	*out = (reference_preemption){
	    .node = found.node, .n_victims = found.n, .n_violations = found.violations};
	out->victims = calloc(found.n, sizeof(*out->victims));
	for (size_t i = 0; i < found.n; i++)
		out->victims[i] = found.victims[i].pod;
	free(found.victims);
	return 1;
}
