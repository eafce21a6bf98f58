/* The whole decision: all nodes' filters, all scores, the best node, or the sentence. */
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const reference_plugin_names[REFERENCE_PLUGINS] = {
    "TaintToleration",  "NodeAffinity",
    "NodeResourcesFit", "PodTopologySpread",
    "InterPodAffinity", "NodeResourcesBalancedAllocation",
    "ImageLocality",    NULL,
};

static const reference_resource two_resources[] = {{"cpu", 1}, {"memory", 1}};
const reference_profile reference_default_profile = {
    .weights = {3, 2, 1, 2, 2, 1, 1, 0},
    .strategy = REFERENCE_LEAST,
    .fit = two_resources,
    .n_fit = 2,
    .balanced = two_resources,
    .n_balanced = 2,
    .hard_weight = 1,
};

int64_t reference_node_allocatable(const reference_cluster *cluster, size_t node,
                                   const char *resource)
{
	return reference_allocatable(cluster->nodes[node], resource);
}

int64_t reference_node_requested(const reference_cluster *cluster, size_t node,
                                 const char *resource)
{
	return reference_used(cluster, node, resource, REFERENCE_AS_ASKED);
}

static int64_t node_affinity_score(const korch_pod *pod, const korch_node *node)
{
	const korch_affinity *affinity = pod->spec->affinity;
	const korch_node_affinity *wishes = affinity ? affinity->node_affinity : NULL;
	int64_t score = 0;
	for (size_t i = 0; wishes && i < wishes->n_preferred_during_scheduling_ignored_during_execution;
	     i++) {
		const korch_preferred_scheduling_term *wish =
		    &wishes->preferred_during_scheduling_ignored_during_execution[i];
		if (wish->preference && reference_node_term_selects(wish->preference, node))
			score += wish->weight;
	}
	return score;
}

static void raw_scores(int64_t *raw, const reference_cluster *cluster,
                       const reference_profile *profile, const korch_pod *pod, size_t node)
{
	raw[REFERENCE_TAINT_TOLERATION] = reference_taint_score(pod, cluster->nodes[node]);
	raw[REFERENCE_NODE_AFFINITY] = node_affinity_score(pod, cluster->nodes[node]);
	raw[REFERENCE_FIT] = reference_fit_score(cluster, profile, pod, node);
	raw[REFERENCE_INTER_POD_AFFINITY] =
	    reference_affinity_score(cluster, pod, node, profile->hard_weight);
	raw[REFERENCE_BALANCED] = reference_balanced_score(cluster, profile, pod, node);
	raw[REFERENCE_IMAGE_LOCALITY] = reference_image_score(cluster, pod, node);
	if (cluster->own && cluster->own->score)
		raw[REFERENCE_OWN] = cluster->own->score(cluster, pod, node);
}

static void range(int64_t *least, int64_t *most, const reference_result *results, size_t n,
                  int plugin)
{
	*least = INT64_MAX;
	*most = INT64_MIN;
	for (size_t i = 0; i < n; i++) {
		if (results[i].verdict.filter)
			continue;
		*least = results[i].raw[plugin] < *least ? results[i].raw[plugin] : *least;
		*most = results[i].raw[plugin] > *most ? results[i].raw[plugin] : *most;
	}
}

/* 0 to 100 by the greatest; reverse: the fewer the better. */
static int64_t by_greatest(int64_t raw, int64_t most, int reverse)
{
	int64_t score = most > 0 ? 100 * raw / most : 0;
	return reverse ? 100 - score : score;
}

static int64_t between(int64_t raw, int64_t least, int64_t most)
{
	if (most <= least)
		return 0;
	return (int64_t)(100.0 * ((double)(raw - least) / (double)(most - least)));
}

static int64_t own_score(const reference_own *own, int64_t raw, int64_t most)
{
	if (!own || own->normalize == REFERENCE_PLAIN)
		return raw;
	return by_greatest(raw, most, own->normalize == REFERENCE_REVERSED);
}

static void normalize(reference_result *results, size_t n, const reference_own *own)
{
	int64_t least[REFERENCE_PLUGINS], most[REFERENCE_PLUGINS];
	for (int p = 0; p < REFERENCE_PLUGINS; p++)
		range(&least[p], &most[p], results, n, p);
	for (size_t i = 0; i < n; i++) {
		reference_result *r = &results[i];
		if (r->verdict.filter)
			continue;
		for (int p = 0; p < REFERENCE_PLUGINS; p++) {
			if (p == REFERENCE_TAINT_TOLERATION || p == REFERENCE_NODE_AFFINITY)
				r->normalized[p] = by_greatest(r->raw[p], most[p], p == REFERENCE_TAINT_TOLERATION);
			else if (p == REFERENCE_INTER_POD_AFFINITY)
				r->normalized[p] = between(r->raw[p], least[p], most[p]);
			else if (p == REFERENCE_OWN)
				r->normalized[p] = own_score(own, r->raw[p], most[p]);
			else if (p != REFERENCE_SPREAD)
				r->normalized[p] = r->raw[p];
		}
	}
}

/* Nodes without the keys get 0, and the others' range is theirs alone. */
static void spread_scores(reference_result *results, const reference_cluster *cluster,
                          const korch_pod *pod, const int *feasible)
{
	int64_t least = INT64_MAX, most = 0;
	if (!reference_has_soft_spread(pod))
		return;
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		if (!feasible[i])
			continue;
		int64_t raw = reference_spread_score(cluster, pod, i, feasible);
		results[i].raw[REFERENCE_SPREAD] = raw;
		least = raw >= 0 && raw < least ? raw : least;
		most = raw > most ? raw : most;
	}
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		int64_t *raw = &results[i].raw[REFERENCE_SPREAD];
		if (!feasible[i])
			continue;
		if (*raw >= 0)
			results[i].normalized[REFERENCE_SPREAD] =
			    most == 0 ? 100 : 100 * (most + least - *raw) / most;
		*raw = *raw < 0 ? 0 : *raw;
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* "3 Insufficient cpu, 2 node(s) …": each reason with the number of nodes, sorted as text. */
static void histogram(char *out, size_t size, const reference_result *results, size_t n)
{
	enum { MOST = 64, SIZE = REFERENCE_REASON_SIZE + 24 };
	const char *seen[MOST];
	size_t counts[MOST], n_seen = 0, used = 0;
	char(*lines)[SIZE] = calloc(MOST, SIZE);
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < results[i].verdict.n_reasons; r++) {
			size_t k = 0;
			while (k < n_seen && strcmp(seen[k], results[i].verdict.reasons[r]) != 0)
				k++;
			if (k == n_seen && n_seen < MOST) {
				seen[n_seen] = results[i].verdict.reasons[r];
				counts[n_seen++] = 0;
			}
			counts[k]++;
		}
	for (size_t k = 0; k < n_seen; k++)
		snprintf(lines[k], SIZE, "%zu %s", counts[k], seen[k]);
	qsort(lines, n_seen, SIZE, by_text);
	for (size_t k = 0; k < n_seen && used < size; k++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", k ? ", " : "", lines[k]);
	free(lines);
}

static void sentence(char message[REFERENCE_MESSAGE_SIZE], const reference_result *results,
                     size_t n, const char *hopeless)
{
	char reasons[REFERENCE_MESSAGE_SIZE - 64] = "";
	if (!hopeless)
		histogram(reasons, sizeof(reasons), results, n);
	snprintf(message, REFERENCE_MESSAGE_SIZE, "0/%zu nodes are available: %s.", n,
	         hopeless ? hopeless : reasons);
}

static int best(const reference_result *results, const reference_cluster *cluster)
{
	int found = -1;
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		if (results[i].verdict.filter)
			continue;
		if (found < 0 || results[i].total > results[found].total ||
		    (results[i].total == results[found].total &&
		     strcmp(korch_object_name(&cluster->nodes[i]->object),
		            korch_object_name(&cluster->nodes[found]->object)) < 0))
			found = (int)i;
	}
	return found;
}

static void score(reference_result *results, const reference_cluster *cluster,
                  const reference_profile *profile, const korch_pod *pod)
{
	int *feasible = calloc(cluster->n_nodes + 1, sizeof(*feasible));
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		feasible[i] = results[i].verdict.filter == NULL;
		if (feasible[i])
			raw_scores(results[i].raw, cluster, profile, pod, i);
	}
	normalize(results, cluster->n_nodes, cluster->own);
	spread_scores(results, cluster, pod, feasible);
	for (size_t i = 0; i < cluster->n_nodes; i++)
		for (int p = 0; p < REFERENCE_PLUGINS; p++)
			results[i].total += profile->weights[p] * results[i].normalized[p];
	free(feasible);
}

int reference_decide(reference_result *results, char message[REFERENCE_MESSAGE_SIZE],
                     const reference_cluster *cluster, const reference_profile *profile,
                     const korch_pod *pod)
{
	char why[700];
	int hopeless = reference_hopeless(why, sizeof(why), cluster, pod);
	memset(results, 0, cluster->n_nodes * sizeof(*results));
	message[0] = '\0';
	if (cluster->n_nodes == 0 && pod->spec->n_scheduling_gates == 0) {
		snprintf(message, REFERENCE_MESSAGE_SIZE, "no nodes available to schedule pods");
		return -1;
	}
	for (size_t i = 0; i < cluster->n_nodes; i++)
		reference_node_verdict(&results[i].verdict, cluster, pod, i);
	int is_gated = pod->spec->n_scheduling_gates > 0;
	int found = hopeless && !is_gated ? -1 : best(results, cluster);
	if (is_gated) { /* not even tried: the sentence is the condition's */
		score(results, cluster, profile, pod);
		snprintf(message, REFERENCE_MESSAGE_SIZE, "%s", why);
		return -1;
	}
	if (found < 0) {
		sentence(message, results, cluster->n_nodes, hopeless ? why : NULL);
		return -1;
	}
	score(results, cluster, profile, pod);
	return best(results, cluster);
}
