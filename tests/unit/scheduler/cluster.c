/* Nodes and pods in few words, for the tests of the scheduler. */
#include "cluster.h"
#include <korch/codec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void set_map(korch_map **slot, const char *text)
{
	char copy[256], *save = NULL;
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = strtok_r(copy, " ", &save); part; part = strtok_r(NULL, " ", &save)) {
		char *value = strchr(part, '=');
		*value++ = '\0';
		ck_assert_int_eq(korch_map_set(slot, part, value), 0);
	}
}

static korch_object *make(const korch_kind *kind, const char *name)
{
	korch_object *object = NULL;
	char uid[100];
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	snprintf(uid, sizeof(uid), "uid-%s", name);
	korch_string_set(&meta->name, name);
	korch_string_set(&meta->uid, uid);
	if (kind->namespaced)
		korch_string_set(&meta->namespace_, "shop");
	return object;
}

korch_node *make_node(const char *name, const char *allocatable)
{
	korch_node *node = (korch_node *)make(&korch_node_kind, name);
	korch_node_status *status = korch_struct_edit(&node->status, &korch_node_status_type);
	korch_struct_edit(&node->spec, &korch_node_spec_type);
	set_map(&status->allocatable, "pods=110");
	set_map(&status->allocatable, allocatable);
	label(&node->object, "zone=a");
	korch_map_set(&node->object.metadata->labels, "kubernetes.io/hostname", name);
	return node;
}

void add_taint(korch_node *node, const char *key, const char *value, const char *effect)
{
	korch_node_spec *spec = node->spec;
	size_t n = spec->n_taints;
	korch_taint *taints = korch_list_edit(&spec->taints, &spec->n_taints, &korch_taint_type, n + 1);
	korch_string_set(&taints[n].key, key);
	korch_string_set(&taints[n].value, value);
	korch_string_set(&taints[n].effect, effect);
}

static void request(korch_container *container, const char *requests)
{
	if (!requests)
		return;
	korch_resource_requirements *resources =
	    korch_struct_edit(&container->resources, &korch_resource_requirements_type);
	set_map(&resources->requests, requests);
}

korch_container *add_container(korch_pod *pod, const char *requests)
{
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	size_t n = spec->n_containers;
	korch_container *containers =
	    korch_list_edit(&spec->containers, &spec->n_containers, &korch_container_type, n + 1);
	request(&containers[n], requests);
	return &containers[n];
}

korch_container *add_init(korch_pod *pod, const char *requests, const char *restart_policy)
{
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	size_t n = spec->n_init_containers;
	korch_container *containers = korch_list_edit(&spec->init_containers, &spec->n_init_containers,
	                                              &korch_container_type, n + 1);
	request(&containers[n], requests);
	korch_string_set(&containers[n].restart_policy, restart_policy);
	return &containers[n];
}

korch_pod *make_pod(const char *name, const char *requests)
{
	korch_pod *pod = (korch_pod *)make(&korch_pod_kind, name);
	add_container(pod, requests);
	return pod;
}

void add_toleration(korch_pod *pod, const char *key, const char *how, const char *value,
                    const char *effect)
{
	korch_pod_spec *spec = pod->spec;
	size_t n = spec->n_tolerations;
	korch_toleration *items =
	    korch_list_edit(&spec->tolerations, &spec->n_tolerations, &korch_toleration_type, n + 1);
	korch_string_set(&items[n].key, key);
	korch_string_set(&items[n].operator_, how);
	korch_string_set(&items[n].value, value);
	korch_string_set(&items[n].effect, effect);
}

void label(korch_object *object, const char *labels)
{
	set_map(&korch_object_edit_meta(object)->labels, labels);
}

korch_pod_affinity_term *add_affinity(korch_pod *pod, int anti, const char *topology_key,
                                      const char *labels)
{
	korch_affinity *affinity = korch_struct_edit(&pod->spec->affinity, &korch_affinity_type);
	korch_pod_affinity_term *terms;
	size_t n;
	if (anti) {
		korch_pod_anti_affinity *to =
		    korch_struct_edit(&affinity->pod_anti_affinity, &korch_pod_anti_affinity_type);
		n = to->n_required_during_scheduling_ignored_during_execution;
		terms = korch_list_edit(&to->required_during_scheduling_ignored_during_execution,
		                        &to->n_required_during_scheduling_ignored_during_execution,
		                        &korch_pod_affinity_term_type, n + 1);
	} else {
		korch_pod_affinity *to =
		    korch_struct_edit(&affinity->pod_affinity, &korch_pod_affinity_type);
		n = to->n_required_during_scheduling_ignored_during_execution;
		terms = korch_list_edit(&to->required_during_scheduling_ignored_during_execution,
		                        &to->n_required_during_scheduling_ignored_during_execution,
		                        &korch_pod_affinity_term_type, n + 1);
	}
	korch_string_set(&terms[n].topology_key, topology_key);
	korch_label_selector *selector =
	    korch_struct_edit(&terms[n].label_selector, &korch_label_selector_type);
	set_map(&selector->match_labels, labels);
	return &terms[n];
}

void add_spread(korch_pod *pod, const char *topology_key, int32_t skew, const char *labels)
{
	korch_pod_spec *spec = pod->spec;
	size_t n = spec->n_topology_spread_constraints;
	korch_topology_spread_constraint *items =
	    korch_list_edit(&spec->topology_spread_constraints, &spec->n_topology_spread_constraints,
	                    &korch_topology_spread_constraint_type, n + 1);
	items[n].max_skew = skew;
	korch_string_set(&items[n].topology_key, topology_key);
	korch_string_set(&items[n].when_unsatisfiable, "DoNotSchedule");
	korch_label_selector *selector =
	    korch_struct_edit(&items[n].label_selector, &korch_label_selector_type);
	set_map(&selector->match_labels, labels);
}

korch_node_selector_requirement *add_node_term(korch_pod *pod, const char *key, const char *how,
                                               const char *value)
{
	korch_affinity *affinity = korch_struct_edit(&pod->spec->affinity, &korch_affinity_type);
	korch_node_affinity *node =
	    korch_struct_edit(&affinity->node_affinity, &korch_node_affinity_type);
	korch_node_selector *selector = korch_struct_edit(
	    &node->required_during_scheduling_ignored_during_execution, &korch_node_selector_type);
	size_t n = selector->n_node_selector_terms;
	korch_node_selector_term *terms =
	    korch_list_edit(&selector->node_selector_terms, &selector->n_node_selector_terms,
	                    &korch_node_selector_term_type, n + 1);
	korch_node_selector_requirement *need =
	    korch_list_edit(&terms[n].match_expressions, &terms[n].n_match_expressions,
	                    &korch_node_selector_requirement_type, 1);
	korch_string_set(&need->key, key);
	korch_string_set(&need->operator_, how);
	if (value) {
		const char **values = korch_string_list_edit(&need->values, &need->n_values, 1);
		values[0] = korch_string_new(value);
	}
	return need;
}

korch_scheduler *new_packer(void)
{
	static const korch_score_use fit = {.name = "NodeResourcesFit", .weight = 1};
	const korch_scheduler_profile profile = {.size = sizeof(profile),
	                                         .name = "default-scheduler",
	                                         .scores = &fit,
	                                         .n_scores = 1,
	                                         .fit_strategy = KORCH_FIT_MOST_ALLOCATED};
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
	korch_scheduler *s = NULL;
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	return s;
}

korch_pod *read_pod(const char *name, const char *spec)
{
	korch_pod *pod = make_pod(name, NULL);
	void *read = NULL;
	char *text = strdup(spec);
	ck_assert_ptr_nonnull(text);
	for (char *at = text; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	ck_assert_msg(korch_struct_from_json(&read, &korch_pod_spec_type, text, NULL, NULL) == 0, "%s",
	              text);
	korch_block_take(&pod->spec, read);
	free(text);
	return pod;
}

void feed_node(korch_scheduler *s, korch_node *node)
{
	ck_assert_int_eq(korch_scheduler_node_set(s, node, NULL), 0);
	korch_object_unref(&node->object);
}

static const char *decide(korch_scheduler *s, korch_pod *pod, int assume)
{
	static char text[1000];
	korch_decision verdict;
	int found = korch_scheduler_decide(&verdict, s, pod, NULL);
	ck_assert_int_ge(found, 0);
	snprintf(text, sizeof(text), "%s", found ? verdict.node : verdict.message);
	if (found && assume)
		ck_assert_int_eq(korch_scheduler_pod_set(s, pod, verdict.node, NULL), 0);
	korch_object_unref(&pod->object);
	return text;
}

const char *place(korch_scheduler *s, korch_pod *pod)
{
	return decide(s, pod, 1);
}

const char *ask(korch_scheduler *s, korch_pod *pod)
{
	return decide(s, pod, 0);
}

const char *node_of(korch_scheduler *s, const char *uid)
{
	korch_pod *pod = make_pod("somebody", NULL);
	korch_string_set(&korch_object_edit_meta(&pod->object)->uid, uid);
	const char *node = korch_scheduler_pod_node(s, pod);
	korch_object_unref(&pod->object);
	return node;
}
