/* The filters in kube-scheduler's order, and what they say. */
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuse(reference_verdict *v, const char *filter, const char *reason, int unresolvable)
{
	v->filter = filter;
	v->unresolvable = unresolvable;
	if (v->n_reasons < REFERENCE_REASONS)
		snprintf(v->reasons[v->n_reasons++], REFERENCE_REASON_SIZE, "%s", reason);
}

int reference_is_on(const reference_cluster *cluster, const char *filter)
{
	for (size_t i = 0; i < cluster->n_disabled; i++)
		if (strcmp(cluster->disabled[i], filter) == 0)
			return 0;
	return 1;
}

static const reference_claim *claim_of(const reference_cluster *cluster, const korch_pod *pod,
                                       const char *name)
{
	for (size_t i = 0; i < cluster->n_claims; i++)
		if (strcmp(cluster->claims[i].name, name) == 0 &&
		    strcmp(cluster->claims[i].namespace_, korch_object_namespace(&pod->object)) == 0)
			return &cluster->claims[i];
	return NULL;
}

/* The name of the claim that a volume uses; 0 when it uses none. */
static int claim_name(char *out, size_t size, const korch_pod *pod, const korch_volume *volume)
{
	if (volume->persistent_volume_claim)
		snprintf(out, size, "%s", volume->persistent_volume_claim->claim_name);
	else if (volume->ephemeral)
		snprintf(out, size, "%s-%s", korch_object_name(&pod->object), volume->name);
	return volume->persistent_volume_claim || volume->ephemeral;
}

static const korch_node_selector *required_nodes(const korch_pod *pod)
{
	const korch_affinity *affinity = pod->spec->affinity;
	return affinity && affinity->node_affinity
	           ? affinity->node_affinity->required_during_scheduling_ignored_during_execution
	           : NULL;
}

/* Whether a term asks for certain nodes by name, and whether this name is one of them. */
static int asks_for_name(int *is_one, const korch_node_selector_term *term, const char *name)
{
	int asks = 0;
	*is_one = 1;
	for (size_t i = 0; i < term->n_match_fields; i++) {
		const korch_node_selector_requirement *r = &term->match_fields[i];
		int found = 0;
		if (strcmp(r->key, "metadata.name") != 0 || strcmp(r->operator_, "In") != 0)
			continue;
		asks = 1;
		for (size_t j = 0; j < r->n_values; j++)
			found |= strcmp(r->values[j], name) == 0;
		*is_one &= found;
	}
	return asks;
}

/* kube-scheduler looks at no other nodes when every term asks for nodes by their names. */
static int is_left_out(const korch_pod *pod, const char *node)
{
	const korch_node_selector *selector = required_nodes(pod);
	int any = 0;
	for (size_t i = 0; selector && i < selector->n_node_selector_terms; i++) {
		int is_one;
		if (!asks_for_name(&is_one, &selector->node_selector_terms[i], node))
			return 0;
		any |= is_one;
	}
	return selector && selector->n_node_selector_terms > 0 && !any;
}

/* Whether every term asks for two different names at once. */
static int names_conflict(const korch_pod *pod)
{
	const korch_node_selector *selector = required_nodes(pod);
	for (size_t i = 0; selector && i < selector->n_node_selector_terms; i++) {
		const korch_node_selector_term *term = &selector->node_selector_terms[i];
		int is_one, possible = 0;
		for (size_t j = 0; j < term->n_match_fields; j++)
			for (size_t k = 0; k < term->match_fields[j].n_values; k++)
				if (asks_for_name(&is_one, term, term->match_fields[j].values[k]) && is_one)
					possible = 1;
		if (possible || !asks_for_name(&is_one, term, ""))
			return 0;
	}
	return selector && selector->n_node_selector_terms > 0;
}

int reference_hopeless(char *out, size_t size, const reference_cluster *cluster,
                       const korch_pod *pod)
{
	char name[600];
	if (pod->spec->n_scheduling_gates > 0) {
		snprintf(out, size, "Scheduling is blocked due to non-empty scheduling gates");
		return 1;
	}
	if (reference_is_on(cluster, "NodeAffinity") && names_conflict(pod)) {
		snprintf(out, size, "pod affinity terms conflict");
		return 1;
	}
	for (size_t i = 0; reference_is_on(cluster, "VolumeBinding") && i < pod->spec->n_volumes; i++)
		if (claim_name(name, sizeof(name), pod, &pod->spec->volumes[i]) &&
		    !claim_of(cluster, pod, name)) {
			snprintf(out, size, "persistentvolumeclaim \"%s\" not found", name);
			return 1;
		}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void one_resource(reference_verdict *out, const reference_cluster *cluster,
                         const korch_pod *pod, size_t node, const char *resource)
{
	char reason[REFERENCE_REASON_SIZE];
	int64_t wanted = reference_request(pod, resource, REFERENCE_AS_ASKED);
	int64_t all = reference_allocatable(cluster->nodes[node], resource);
	int64_t used = reference_used(cluster, node, resource, REFERENCE_AS_ASKED);
	if (wanted <= 0 || wanted <= all - used)
		return;
	snprintf(reason, sizeof(reason), "Insufficient %s", resource);
	refuse(out, "NodeResourcesFit", reason, out->unresolvable || wanted > all);
}

/* Devices, unless it was said already that there are too few of them. */
static void devices(reference_verdict *out, const reference_cluster *cluster, const korch_pod *pod,
                    size_t node)
{
	char reason[REFERENCE_REASON_SIZE];
	const char *resource = reference_devices_lacking(cluster, pod, node);
	if (!resource)
		return;
	snprintf(reason, sizeof(reason), "Insufficient %s", resource);
	for (size_t i = 0; i < out->n_reasons; i++)
		if (strcmp(out->reasons[i], reason) == 0)
			return;
	refuse(out, "NodeResourcesFit", reason, 0);
}

static void resources(reference_verdict *out, const reference_cluster *cluster,
                      const korch_pod *pod, size_t node)
{
	static const char *const fixed[] = {"cpu", "memory", "ephemeral-storage"};
	const char *names[64];
	size_t n = reference_requested_names(names, 64, pod);
	if (reference_pods_on(cluster, node) + 1 > reference_allocatable(cluster->nodes[node], "pods"))
		refuse(out, "NodeResourcesFit", "Too many pods", 0);
	for (size_t i = 0; i < 3; i++)
		one_resource(out, cluster, pod, node, fixed[i]);
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++)
		if (reference_is_scalar(names[i]) && strcmp(names[i], "korch.dev/gpu-milli") != 0)
			one_resource(out, cluster, pod, node, names[i]);
	devices(out, cluster, pod, node);
}

static int volumes_reachable(const reference_cluster *cluster, const korch_pod *pod,
                             const korch_node *node)
{
	char name[600];
	for (size_t i = 0; i < pod->spec->n_volumes; i++) {
		if (!claim_name(name, sizeof(name), pod, &pod->spec->volumes[i]))
			continue;
		const reference_claim *claim = claim_of(cluster, pod, name);
		if (!claim || (claim->nodes && !reference_node_selects(claim->nodes, node)))
			return 0;
	}
	return 1;
}

/* What is found out before nodes are looked at one by one. */
static void before_filters(reference_verdict *out, const korch_pod *pod, const korch_node *node)
{
	if (names_conflict(pod))
		refuse(out, "NodeAffinity", "pod affinity terms conflict", 1);
	else if (is_left_out(pod, korch_object_name(&node->object)))
		refuse(out, "NodeAffinity", "node(s) didn't satisfy plugin(s) [NodeAffinity]", 1);
}

static void node_unschedulable(reference_verdict *out, const korch_pod *pod, const korch_node *node)
{
	korch_taint cordon = {.key = "node.kubernetes.io/unschedulable", .effect = "NoSchedule"};
	if (node->spec && node->spec->unschedulable && !reference_tolerates(pod, &cordon))
		refuse(out, "NodeUnschedulable", "node(s) were unschedulable", 1);
}

static void node_name(reference_verdict *out, const korch_pod *pod, const korch_node *node)
{
	if (!reference_same(pod->spec->node_name, "") &&
	    !reference_same(pod->spec->node_name, korch_object_name(&node->object)))
		refuse(out, "NodeName", "node(s) didn't match the requested node name", 1);
}

static void taint_toleration(reference_verdict *out, const korch_pod *pod, const korch_node *node)
{
	const korch_taint *taint = reference_untolerated(pod, node);
	char text[REFERENCE_REASON_SIZE];
	if (!taint)
		return;
	snprintf(text, sizeof(text), "node(s) had untolerated taint {%s: %s}", taint->key,
	         taint->value ? taint->value : "");
	refuse(out, "TaintToleration", text, 1);
}

static void node_affinity(reference_verdict *out, const korch_pod *pod, const korch_node *node)
{
	if (!reference_node_wanted(pod, node))
		refuse(out, "NodeAffinity", "node(s) didn't match Pod's node affinity/selector", 1);
}

/* The filters that look at the node alone. */
static void of_node(reference_verdict *out, const reference_cluster *cluster, const korch_pod *pod,
                    const korch_node *node)
{
	if (reference_is_on(cluster, "NodeAffinity"))
		before_filters(out, pod, node);
	if (!out->filter && reference_is_on(cluster, "NodeUnschedulable"))
		node_unschedulable(out, pod, node);
	if (!out->filter && reference_is_on(cluster, "NodeName"))
		node_name(out, pod, node);
	if (!out->filter && reference_is_on(cluster, "TaintToleration"))
		taint_toleration(out, pod, node);
	if (!out->filter && reference_is_on(cluster, "NodeAffinity"))
		node_affinity(out, pod, node);
}

/* The filters that look at the pods of the node. */
static void of_pods(reference_verdict *out, const reference_cluster *cluster, const korch_pod *pod,
                    size_t node)
{
	if (reference_is_on(cluster, "NodePorts") && !reference_ports_free(cluster, pod, node))
		refuse(out, "NodePorts", "node(s) didn't have free ports for the requested pod ports", 0);
	if (!out->filter && reference_is_on(cluster, "NodeResourcesFit"))
		resources(out, cluster, pod, node);
	if (!out->filter && reference_is_on(cluster, "VolumeBinding") &&
	    !volumes_reachable(cluster, pod, cluster->nodes[node]))
		refuse(out, "VolumeBinding", "node(s) had volume node affinity conflict", 1);
	if (!out->filter && cluster->own && cluster->own->filter &&
	    !cluster->own->filter(cluster, pod, node))
		refuse(out, cluster->own->name, cluster->own->reason, 0);
}

/* The filters that look at pods elsewhere, too. */
static void of_places(reference_verdict *out, const reference_cluster *cluster,
                      const korch_pod *pod, size_t node)
{
	const char *reason = NULL;
	int unresolvable = 0;
	if (reference_is_on(cluster, "PodTopologySpread"))
		reason = reference_spread(cluster, pod, node, &unresolvable);
	if (reason) {
		refuse(out, "PodTopologySpread", reason, unresolvable);
		return;
	}
	if (reference_is_on(cluster, "InterPodAffinity"))
		reason = reference_affinity(cluster, pod, node, &unresolvable);
	if (reason)
		refuse(out, "InterPodAffinity", reason, unresolvable);
	else if (reference_is_on(cluster, "MaxPerNode") &&
	         !reference_group_has_room(cluster, pod, node))
		refuse(out, "MaxPerNode", "node(s) had too many pods of the group", 0);
}

static void filters(reference_verdict *out, const reference_cluster *cluster, const korch_pod *pod,
                    size_t node)
{
	memset(out, 0, sizeof(*out));
	of_node(out, cluster, pod, cluster->nodes[node]);
	if (!out->filter)
		of_pods(out, cluster, pod, node);
	if (!out->filter)
		of_places(out, cluster, pod, node);
}

int reference_is_same_pod(const korch_pod *a, const korch_pod *b)
{
	const char *x = korch_object_uid(&a->object), *y = korch_object_uid(&b->object);
	if (*x || *y)
		return strcmp(x, y) == 0;
	return strcmp(korch_object_name(&a->object), korch_object_name(&b->object)) == 0 &&
	       strcmp(korch_object_namespace(&a->object), korch_object_namespace(&b->object)) == 0;
}

/* Adds the pods of at least that priority that wait for room on this node. @return 1: there are
 * some */
static int with_nominated(reference_cluster *out, reference_pod **pods,
                          const reference_cluster *cluster, const korch_pod *pod, size_t node)
{
	size_t n = cluster->n_pods;
	*out = *cluster;
	*pods = calloc(n + cluster->n_nominated + 1, sizeof(**pods));
	if (n > 0)
		memcpy(*pods, cluster->pods, n * sizeof(**pods));
	for (size_t i = 0; i < cluster->n_nominated; i++) {
		const reference_pod *other = &cluster->nominated[i];
		if (other->node == node && other->pod->spec->priority >= pod->spec->priority &&
		    !reference_is_same_pod(other->pod, pod))
			(*pods)[n++] = *other;
	}
	out->pods = *pods;
	out->n_pods = n;
	return n > cluster->n_pods;
}

void reference_node_verdict(reference_verdict *out, const reference_cluster *cluster,
                            const korch_pod *pod, size_t node)
{
	reference_cluster fuller;
	reference_pod *pods = NULL;
	memset(out, 0, sizeof(*out));
	if (with_nominated(&fuller, &pods, cluster, pod, node))
		filters(out, &fuller, pod, node);
	free(pods);
	if (!out->filter)
		filters(out, cluster, pod, node);
}

void reference_verdict_text(char *out, size_t size, const reference_verdict *verdict)
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < verdict->n_reasons && used < size; i++)
		used +=
		    (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", verdict->reasons[i]);
}
