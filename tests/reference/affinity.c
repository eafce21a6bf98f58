/* Inter-pod affinity and anti-affinity, required and preferred, in both directions. */
#include "internal.h"

typedef struct terms {
	const korch_pod_affinity_term *items;
	size_t n;
} terms;

static terms required(const korch_pod *pod, int anti)
{
	const korch_affinity *affinity = pod->spec->affinity;
	terms none = {0};
	if (affinity && anti && affinity->pod_anti_affinity) {
		const korch_pod_anti_affinity *a = affinity->pod_anti_affinity;
		return (terms){a->required_during_scheduling_ignored_during_execution,
		               a->n_required_during_scheduling_ignored_during_execution};
	}
	if (affinity && !anti && affinity->pod_affinity) {
		const korch_pod_affinity *a = affinity->pod_affinity;
		return (terms){a->required_during_scheduling_ignored_during_execution,
		               a->n_required_during_scheduling_ignored_during_execution};
	}
	return none;
}

static const korch_weighted_pod_affinity_term *preferred(size_t *n, const korch_pod *pod, int anti)
{
	const korch_affinity *affinity = pod->spec->affinity;
	*n = 0;
	if (affinity && anti && affinity->pod_anti_affinity) {
		*n = affinity->pod_anti_affinity->n_preferred_during_scheduling_ignored_during_execution;
		return affinity->pod_anti_affinity->preferred_during_scheduling_ignored_during_execution;
	}
	if (affinity && !anti && affinity->pod_affinity) {
		*n = affinity->pod_affinity->n_preferred_during_scheduling_ignored_during_execution;
		return affinity->pod_affinity->preferred_during_scheduling_ignored_during_execution;
	}
	return NULL;
}

/* The node that the i-th pod is on, or NULL. */
static const korch_node *node_of(const reference_cluster *cluster, size_t i)
{
	size_t node = cluster->pods[i].node;
	return node < cluster->n_nodes ? cluster->nodes[node] : NULL;
}

static int means_with_all(const reference_cluster *cluster, const korch_pod *owner, terms all,
                          const korch_pod *other)
{
	for (size_t t = 0; t < all.n; t++)
		if (!reference_term_means(cluster, owner, &all.items[t], other))
			return 0;
	return all.n > 0;
}

/* Whether a pod that all terms mean is in the same place, for the key of one of them. */
static int has_friend(const reference_cluster *cluster, const korch_pod *pod, terms all,
                      const char *key, const korch_node *here)
{
	for (size_t i = 0; i < cluster->n_pods; i++) {
		const korch_node *there = node_of(cluster, i);
		if (there && means_with_all(cluster, pod, all, cluster->pods[i].pod) &&
		    reference_together(here, there, key))
			return 1;
	}
	return 0;
}

/* Whether a pod that all terms mean is on any node that has one of the keys. */
static int has_friend_anywhere(const reference_cluster *cluster, const korch_pod *pod, terms all)
{
	for (size_t i = 0; i < cluster->n_pods; i++) {
		const korch_node *there = node_of(cluster, i);
		if (!there || !means_with_all(cluster, pod, all, cluster->pods[i].pod))
			continue;
		for (size_t t = 0; t < all.n; t++)
			if (reference_label(&there->object, all.items[t].topology_key))
				return 1;
	}
	return 0;
}

static int affinity_holds(const reference_cluster *cluster, const korch_pod *pod,
                          const korch_node *here)
{
	terms all = required(pod, 0);
	int friends = 1;
	for (size_t t = 0; t < all.n; t++) {
		if (!reference_label(&here->object, all.items[t].topology_key))
			return 0;
		if (!has_friend(cluster, pod, all, all.items[t].topology_key, here))
			friends = 0;
	}
	if (friends)
		return 1;
	/* the first of a series that wants to be with its like may go anywhere */
	return !has_friend_anywhere(cluster, pod, all) && means_with_all(cluster, pod, all, pod);
}

/* Whether the owner's anti-affinity keeps it and the other apart on these nodes. */
static int repels(const reference_cluster *cluster, const korch_pod *owner, const korch_pod *other,
                  const korch_node *a, const korch_node *b)
{
	terms all = required(owner, 1);
	for (size_t t = 0; t < all.n; t++)
		if (reference_term_means(cluster, owner, &all.items[t], other) &&
		    reference_together(a, b, all.items[t].topology_key))
			return 1;
	return 0;
}

const char *reference_affinity(const reference_cluster *cluster, const korch_pod *pod, size_t node,
                               int *unresolvable)
{
	const korch_node *here = cluster->nodes[node];
	*unresolvable = 1;
	if (!affinity_holds(cluster, pod, here))
		return "node(s) didn't match pod affinity rules";
	*unresolvable = 0;
	for (size_t i = 0; i < cluster->n_pods; i++) {
		const korch_node *there = node_of(cluster, i);
		if (there && repels(cluster, pod, cluster->pods[i].pod, here, there))
			return "node(s) didn't match pod anti-affinity rules";
	}
	for (size_t i = 0; i < cluster->n_pods; i++) {
		const korch_node *there = node_of(cluster, i);
		if (there && repels(cluster, cluster->pods[i].pod, pod, here, there))
			return "node(s) didn't satisfy existing pods anti-affinity rules";
	}
	return NULL;
}

/* What the owner's wishes are worth when it and the other are on these nodes. */
static int64_t wishes(const reference_cluster *cluster, const korch_pod *owner,
                      const korch_pod *other, const korch_node *a, const korch_node *b)
{
	int64_t score = 0;
	for (int anti = 0; anti < 2; anti++) {
		size_t n;
		const korch_weighted_pod_affinity_term *items = preferred(&n, owner, anti);
		for (size_t t = 0; t < n; t++) {
			const korch_pod_affinity_term *term = items[t].pod_affinity_term;
			if (term && reference_term_means(cluster, owner, term, other) &&
			    reference_together(a, b, term->topology_key))
				score += anti ? -items[t].weight : items[t].weight;
		}
	}
	return score;
}

int64_t reference_affinity_score(const reference_cluster *cluster, const korch_pod *pod,
                                 size_t node, int64_t hard_weight)
{
	const korch_node *here = cluster->nodes[node];
	int64_t score = 0;
	for (size_t i = 0; i < cluster->n_pods; i++) {
		const korch_pod *other = cluster->pods[i].pod;
		const korch_node *there = node_of(cluster, i);
		if (!there)
			continue;
		score += wishes(cluster, pod, other, here, there);
		score += wishes(cluster, other, pod, here, there);
		terms needs = required(other, 0);
		for (size_t t = 0; t < needs.n; t++)
			if (reference_term_means(cluster, other, &needs.items[t], pod) &&
			    reference_together(here, there, needs.items[t].topology_key))
				score += hard_weight;
	}
	return score;
}
