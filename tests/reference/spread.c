/* PodTopologySpread: DoNotSchedule as a filter, ScheduleAnyway as a score. */
#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef korch_topology_spread_constraint constraint;

static int is_hard(const constraint *c)
{
	return reference_same(c->when_unsatisfiable, "DoNotSchedule");
}

static int is_soft(const constraint *c)
{
	return reference_same(c->when_unsatisfiable, "ScheduleAnyway");
}

/* Whether the node has the keys of all constraints of that sort. */
static int has_keys(const korch_pod *pod, const korch_node *node, int (*sort)(const constraint *))
{
	for (size_t i = 0; i < pod->spec->n_topology_spread_constraints; i++) {
		const constraint *c = &pod->spec->topology_spread_constraints[i];
		if (sort(c) && !reference_label(&node->object, c->topology_key))
			return 0;
	}
	return 1;
}

static int is_included(const korch_pod *pod, const korch_node *node, const constraint *c)
{
	if (!reference_same(c->node_affinity_policy, "Ignore") && !reference_node_wanted(pod, node))
		return 0;
	return !reference_same(c->node_taints_policy, "Honor") || !reference_untolerated(pod, node);
}

/* Whether a constraint of the pod selects these labels. */
static int selects(const korch_pod *pod, const constraint *c, const korch_map *labels)
{
	if (!reference_selects(c->label_selector, labels))
		return 0;
	for (size_t i = 0; i < c->n_match_label_keys; i++) {
		const char *mine = reference_label(&pod->object, c->match_label_keys[i]);
		const char *theirs = korch_map_get(labels, c->match_label_keys[i]);
		if (mine && !(theirs && strcmp(mine, theirs) == 0))
			return 0;
	}
	return 1;
}

/* A selector without any condition counts nobody (though it selects the pod itself). */
static int has_conditions(const korch_pod *pod, const constraint *c)
{
	const korch_label_selector *selector = c->label_selector;
	if (!selector)
		return 0;
	if ((selector->match_labels && selector->match_labels->n > 0) ||
	    selector->n_match_expressions > 0)
		return 1;
	for (size_t i = 0; i < c->n_match_label_keys; i++)
		if (reference_label(&pod->object, c->match_label_keys[i]))
			return 1;
	return 0;
}

static int64_t count_on(const reference_cluster *cluster, const korch_pod *pod, const constraint *c,
                        size_t node)
{
	int64_t n = 0;
	for (size_t i = 0; has_conditions(pod, c) && i < cluster->n_pods; i++) {
		const korch_object *other = &cluster->pods[i].pod->object;
		if (cluster->pods[i].node == node && other->metadata->deletion_timestamp == 0 &&
		    reference_same(korch_object_namespace(other), korch_object_namespace(&pod->object)))
			n += selects(pod, c, reference_labels(other));
	}
	return n;
}

/* Counted pods in the place with that value, over the nodes that are included. */
static int64_t count_in(const reference_cluster *cluster, const korch_pod *pod, const constraint *c,
                        int (*sort)(const constraint *), const char *value)
{
	int64_t n = 0;
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		const korch_node *node = cluster->nodes[i];
		if (has_keys(pod, node, sort) && is_included(pod, node, c) &&
		    reference_same(reference_label(&node->object, c->topology_key), value))
			n += count_on(cluster, pod, c, i);
	}
	return n;
}

/* Whether an included node before this one has the same value. */
static int seen_before(const reference_cluster *cluster, const korch_pod *pod, const constraint *c,
                       size_t node)
{
	for (size_t i = 0; i < node; i++)
		if (has_keys(pod, cluster->nodes[i], is_hard) && is_included(pod, cluster->nodes[i], c) &&
		    reference_together(cluster->nodes[i], cluster->nodes[node], c->topology_key))
			return 1;
	return 0;
}

/* The least count of all places; 0 when there are fewer places than minDomains. */
static int64_t least(const reference_cluster *cluster, const korch_pod *pod, const constraint *c)
{
	int64_t min = INT64_MAX, places = 0;
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		const korch_node *node = cluster->nodes[i];
		if (!has_keys(pod, node, is_hard) || !is_included(pod, node, c) ||
		    seen_before(cluster, pod, c, i))
			continue;
		int64_t n =
		    count_in(cluster, pod, c, is_hard, reference_label(&node->object, c->topology_key));
		places++;
		min = n < min ? n : min;
	}
	return places < (c->min_domains > 0 ? c->min_domains : 1) ? 0 : min;
}

const char *reference_spread(const reference_cluster *cluster, const korch_pod *pod, size_t node,
                             int *unresolvable)
{
	const korch_node *here = cluster->nodes[node];
	for (size_t i = 0; i < pod->spec->n_topology_spread_constraints; i++) {
		const constraint *c = &pod->spec->topology_spread_constraints[i];
		if (!is_hard(c))
			continue;
		const char *value = reference_label(&here->object, c->topology_key);
		*unresolvable = 1;
		if (!value)
			return "node(s) didn't match pod topology spread constraints (missing required "
			       "label)";
		*unresolvable = 0;
		int64_t self = selects(pod, c, reference_labels(&pod->object));
		int64_t skew = count_in(cluster, pod, c, is_hard, value) + self - least(cluster, pod, c);
		if (skew > c->max_skew)
			return "node(s) didn't match pod topology spread constraints";
	}
	return NULL;
}

int reference_has_soft_spread(const korch_pod *pod)
{
	for (size_t i = 0; i < pod->spec->n_topology_spread_constraints; i++)
		if (is_soft(&pod->spec->topology_spread_constraints[i]))
			return 1;
	return 0;
}

static int is_host(const constraint *c)
{
	return reference_same(c->topology_key, "kubernetes.io/hostname");
}

/* Number of places among the nodes that will do and have all keys. */
static int64_t soft_places(const reference_cluster *cluster, const korch_pod *pod,
                           const constraint *c, const int *feasible)
{
	int64_t places = 0;
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		int new_place = feasible[i] && has_keys(pod, cluster->nodes[i], is_soft);
		for (size_t j = 0; j < i && new_place && !is_host(c); j++)
			if (feasible[j] && has_keys(pod, cluster->nodes[j], is_soft) &&
			    reference_together(cluster->nodes[i], cluster->nodes[j], c->topology_key))
				new_place = 0;
		places += new_place;
	}
	return places;
}

int64_t reference_spread_score(const reference_cluster *cluster, const korch_pod *pod, size_t node,
                               const int *feasible)
{
	const korch_node *here = cluster->nodes[node];
	double score = 0;
	if (!has_keys(pod, here, is_soft))
		return -1;
	for (size_t i = 0; i < pod->spec->n_topology_spread_constraints; i++) {
		const constraint *c = &pod->spec->topology_spread_constraints[i];
		if (!is_soft(c))
			continue;
		const char *value = reference_label(&here->object, c->topology_key);
		int64_t count = is_host(c) ? count_on(cluster, pod, c, node)
		                           : count_in(cluster, pod, c, is_soft, value);
		double weight = log((double)(soft_places(cluster, pod, c, feasible) + 2));
		score += (double)count * weight + (double)(c->max_skew - 1);
	}
	return (int64_t)round(score);
}
