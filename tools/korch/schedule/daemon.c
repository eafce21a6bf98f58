/*
 * Pods of DaemonSets: NAME-NODE on each node that their selectors and taints allow, tied to it and
 * with the tolerations that Kubernetes' controller adds (pkg/controller/daemon).
 */
#include "schedule/input.h"

#include <korch/scheduler/explain.h>
#include <stdio.h>
#include <stdlib.h>

int input_add_daemon(schedule_model *self, korch_object *owner,
                     const korch_pod_template_spec *template_, model_place place, korch_error **err)
{
	const model_daemon daemon = {owner, template_, place};
	int code = model_keep_block(self, owner, err);
	return code < 0 ? code : MODEL_ADD(&self->daemons, daemon, err);
}

static int add_toleration(korch_pod_spec *spec, const char *key, const char *effect)
{
	korch_toleration *list = korch_list_edit(&spec->tolerations, &spec->n_tolerations,
	                                         &korch_toleration_type, spec->n_tolerations + 1);
	korch_toleration *added = list ? &list[spec->n_tolerations - 1] : NULL;
	return added && korch_string_set(&added->key, key) == 0 &&
	               korch_string_set(&added->effect, effect) == 0 &&
	               korch_string_set(&added->operator_, "Exists") == 0
	           ? 0
	           : KORCH_E_NOMEM;
}

static int add_tolerations(korch_pod_spec *spec)
{
	static const char *const TAINTS[][2] = {
	    {"node.kubernetes.io/not-ready", "NoExecute"},
	    {"node.kubernetes.io/unreachable", "NoExecute"},
	    {"node.kubernetes.io/disk-pressure", "NoSchedule"},
	    {"node.kubernetes.io/memory-pressure", "NoSchedule"},
	    {"node.kubernetes.io/pid-pressure", "NoSchedule"},
	    {"node.kubernetes.io/unschedulable", "NoSchedule"},
	    {"node.kubernetes.io/network-unavailable", "NoSchedule"}, /* with the node's network */
	};
	size_t n = sizeof(TAINTS) / sizeof(TAINTS[0]) - (spec->host_network ? 0 : 1);
	for (size_t i = 0; i < n; i++)
		if (add_toleration(spec, TAINTS[i][0], TAINTS[i][1]) < 0)
			return KORCH_E_NOMEM;
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

/* Required node affinity becomes: this node. */
static int tie(korch_pod_spec *spec, const char *node)
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

/* The pod for a node; NULL: one that is tied to none. */
static korch_pod *make_pod(const model_daemon *daemon, const char *node)
{
	char name[1024];
	snprintf(name, sizeof(name), "%s-%s", korch_object_name(daemon->owner), node ? node : "");
	korch_pod *pod = input_make_pod(daemon->owner, daemon->template_, name);
	korch_pod_spec *spec = pod ? korch_struct_edit(&pod->spec, &korch_pod_spec_type) : NULL;
	if (spec && add_tolerations(spec) == 0 && (!node || tie(spec, node) == 0))
		return pod;
	korch_object_unref(pod ? &pod->object : NULL);
	return NULL;
}

/* A scheduler that asks for names, selectors and taints alone. */
static int make_judge(korch_scheduler **out, const schedule_model *model, korch_error **err)
{
	static const char *const LEFT_OUT[] = {"NodePorts",         "NodeResourcesFit", "VolumeBinding",
	                                       "PodTopologySpread", "InterPodAffinity", "MaxPerNode"};
	static const korch_score_use NO_SCORES[1];
	const korch_scheduler_profile profile = {
	    .size = sizeof(profile),
	    .name = "default-scheduler",
	    .disabled_filters = LEFT_OUT,
	    .n_disabled_filters = sizeof(LEFT_OUT) / sizeof(LEFT_OUT[0]),
	    .scores = NO_SCORES,
	};
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
	int code = korch_scheduler_new(out, &options, err);
	for (size_t i = 0; code == 0 && i < model->nodes.n; i++) {
		code = korch_scheduler_node_set(*out, model->nodes.items[i].object, err);
		korch_error_set_location(err, model->nodes.items[i].place.file,
		                         model->nodes.items[i].place.line);
	}
	return code;
}

static int add_pods(schedule_model *self, const model_daemon *daemon,
                    const korch_explanation *explanation, korch_error **err)
{
	size_t n;
	int code = 0;
	const korch_node_verdict *verdicts = korch_explanation_nodes(explanation, &n);
	for (size_t i = 0; code == 0 && i < n; i++) {
		if (verdicts[i].filter)
			continue;
		korch_pod *pod = make_pod(daemon, verdicts[i].node);
		code = pod ? model_add_pod(self, pod, daemon->place, err) : model_nomem(err);
		if (code == 0)
			self->pods.items[self->pods.n - 1].group = input_group(&pod->object);
	}
	return code;
}

static int make_pods(schedule_model *self, korch_scheduler *judge, const model_daemon *daemon,
                     korch_error **err)
{
	korch_explanation *explanation = NULL;
	korch_pod *pod = make_pod(daemon, NULL);
	int code = pod ? korch_scheduler_explain(&explanation, judge, pod, err) : model_nomem(err);
	korch_error_set_location(err, daemon->place.file, daemon->place.line);
	if (code == 0)
		code = add_pods(self, daemon, explanation, err);
	korch_explanation_free(explanation);
	korch_object_unref(pod ? &pod->object : NULL);
	return code;
}

int input_make_daemons(schedule_model *self, korch_error **err)
{
	korch_scheduler *judge = NULL;
	if (self->daemons.n == 0)
		return 0;
	int code = make_judge(&judge, self, err);
	for (size_t i = 0; code == 0 && i < self->daemons.n; i++)
		code = make_pods(self, judge, &self->daemons.items[i], err);
	korch_scheduler_free(judge);
	return code;
}
