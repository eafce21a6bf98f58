/* Which nodes want a pod of a DaemonSet, and what makes a pod one. Nothing here knows of more than
 * one pod and one node. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/filter/node_affinity.h"
#include "scheduler/filter/taint.h"
#include <korch/strategy/daemon.h>

static const korch_toleration TOLERATIONS[] = {
    {.key = "node.kubernetes.io/not-ready", .operator_ = "Exists", .effect = "NoExecute"},
    {.key = "node.kubernetes.io/unreachable", .operator_ = "Exists", .effect = "NoExecute"},
    {.key = "node.kubernetes.io/disk-pressure", .operator_ = "Exists", .effect = "NoSchedule"},
    {.key = "node.kubernetes.io/memory-pressure", .operator_ = "Exists", .effect = "NoSchedule"},
    {.key = "node.kubernetes.io/pid-pressure", .operator_ = "Exists", .effect = "NoSchedule"},
    {.key = "node.kubernetes.io/unschedulable", .operator_ = "Exists", .effect = "NoSchedule"},
    /* with the node's network only */
    {.key = "node.kubernetes.io/network-unavailable",
     .operator_ = "Exists",
     .effect = "NoSchedule"},
};

static size_t n_tolerations(const korch_pod_spec *spec)
{
	return KORCH_COUNT(TOLERATIONS) - (spec->host_network ? 0 : 1);
}

static int is_tolerated(const korch_pod_spec *spec, const korch_taint *taint)
{
	return korch__taint_toleration(taint, spec->tolerations, spec->n_tolerations) ||
	       korch__taint_toleration(taint, TOLERATIONS, n_tolerations(spec));
}

int32_t korch_daemon_judge(const korch_pod_spec *spec, const korch_node *node)
{
	int32_t want = KORCH_DAEMON_RUN;
	const char *name = korch_object_name(&node->object);
	if (!spec ||
	    (spec->node_name && spec->node_name[0] && !korch__text_equal(spec->node_name, name)) ||
	    !korch__node_is_selected(spec, node))
		return KORCH_DAEMON_EVICT;
	for (size_t i = 0; node->spec && i < node->spec->n_taints; i++) {
		const korch_taint *taint = &node->spec->taints[i];
		int ends = korch__text_equal(taint->effect, "NoExecute");
		if ((!ends && !korch__text_equal(taint->effect, "NoSchedule")) || is_tolerated(spec, taint))
			continue;
		if (ends)
			return KORCH_DAEMON_EVICT;
		want = KORCH_DAEMON_LEAVE;
	}
	return want;
}

static int has_toleration(const korch_pod_spec *spec, const korch_toleration *wanted)
{
	for (size_t i = 0; i < spec->n_tolerations; i++) {
		const korch_toleration *at = &spec->tolerations[i];
		if (korch__text_equal(at->key, wanted->key) &&
		    korch__text_equal(at->effect, wanted->effect) &&
		    korch__text_equal(at->operator_, wanted->operator_))
			return 1;
	}
	return 0;
}

static int add_toleration(korch_pod_spec *spec, const korch_toleration *wanted)
{
	korch_toleration *list = korch_list_edit(&spec->tolerations, &spec->n_tolerations,
	                                         &korch_toleration_type, spec->n_tolerations + 1);
	korch_toleration *added = list ? &list[spec->n_tolerations - 1] : NULL;
	return added && korch_string_set(&added->key, wanted->key) == 0 &&
	               korch_string_set(&added->effect, wanted->effect) == 0 &&
	               korch_string_set(&added->operator_, wanted->operator_) == 0
	           ? 0
	           : KORCH_E_NOMEM;
}

int korch_daemon_tolerate(korch_pod_spec *spec)
{
	for (size_t i = 0; i < n_tolerations(spec); i++) {
		if (!has_toleration(spec, &TOLERATIONS[i]) && add_toleration(spec, &TOLERATIONS[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* One term of one requirement: metadata.name is the node's. */
static int name_node(korch_node_selector *out, const char *node)
{
	korch_node_selector_term *term = korch_list_edit(
	    &out->node_selector_terms, &out->n_node_selector_terms, &korch_node_selector_term_type, 1);
	korch_node_selector_requirement *field =
	    term ? korch_list_edit(&term->match_fields, &term->n_match_fields,
	                           &korch_node_selector_requirement_type, 1)
	         : NULL;
	const char **values =
	    field ? korch_string_list_edit(&field->values, &field->n_values, 1) : NULL;
	return values && korch_string_set(&field->key, "metadata.name") == 0 &&
	               korch_string_set(&field->operator_, "In") == 0 &&
	               korch_string_set(&values[0], node) == 0
	           ? 0
	           : KORCH_E_NOMEM;
}

int korch_daemon_tie(korch_pod_spec *spec, const char *node)
{
	korch_affinity *affinity = korch_struct_edit(&spec->affinity, &korch_affinity_type);
	korch_node_affinity *nodes =
	    affinity ? korch_struct_edit(&affinity->node_affinity, &korch_node_affinity_type) : NULL;
	korch_node_selector *required = nodes ? korch_struct_new(&korch_node_selector_type) : NULL;
	if (!required || name_node(required, node) < 0) {
		korch_block_unref(required);
		return KORCH_E_NOMEM;
	}
	korch_block_take(&nodes->required_during_scheduling_ignored_during_execution, required);
	return 0;
}

const char *korch_daemon_node(const korch_pod_spec *spec)
{
	if (spec && spec->node_name && spec->node_name[0])
		return spec->node_name;
	const korch_node_affinity *nodes =
	    spec && spec->affinity ? spec->affinity->node_affinity : NULL;
	const korch_node_selector *required =
	    nodes ? nodes->required_during_scheduling_ignored_during_execution : NULL;
	for (size_t i = 0; required && i < required->n_node_selector_terms; i++) {
		const korch_node_selector_term *term = &required->node_selector_terms[i];
		for (size_t k = 0; k < term->n_match_fields; k++) {
			const korch_node_selector_requirement *field = &term->match_fields[k];
			if (korch__text_equal(field->key, "metadata.name") &&
			    korch__text_equal(field->operator_, "In") && field->n_values == 1)
				return field->values[0];
		}
	}
	return NULL;
}
