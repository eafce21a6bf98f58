/*
 * What a Canary of Flagger looks like, in the same form as a Rollout: the target is the canary, the
 * primary is stable, each check is a step.
 */
#include "rollout/state.h"

#include <korch/api.h>
#include <korch/strategy/flagger.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANNOTATION_REVISION "deployment.kubernetes.io/revision"

static void copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

/* In the words of a Rollout. */
static const char *phase_of(const korch_flagger_canary_status *status)
{
	static const struct {
		const char *phase, *as;
	} PHASES[] = {{"Initialized", "Healthy"}, {"Succeeded", "Healthy"},
	              {"Terminated", "Healthy"},  {"Failed", "Degraded"},
	              {"Waiting", "Paused"},      {"WaitingPromotion", "Paused"}};
	for (size_t i = 0; status && status->phase && i < sizeof(PHASES) / sizeof(PHASES[0]); i++)
		if (strcmp(status->phase, PHASES[i].phase) == 0)
			return PHASES[i].as;
	return "Progressing";
}

static int is_promoting(const korch_flagger_canary_status *status)
{
	return status && status->phase &&
	       (strcmp(status->phase, "Promoting") == 0 || strcmp(status->phase, "Finalising") == 0);
}

static const korch_deployment *deployment(const korch_view *view, const korch_object *canary,
                                          const char *name)
{
	return (const korch_deployment *)korch_view_get(view, &korch_deployment_kind,
	                                                korch_object_namespace(canary), name);
}

static void read_images(rollout_revision *to, const korch_pod_template_spec *template_)
{
	size_t at = 0;
	const korch_pod_spec *pod = template_ ? template_->spec : NULL;
	for (size_t i = 0; pod && i < pod->n_containers && at + 1 < sizeof(to->images); i++)
		at += (size_t)snprintf(to->images + at, sizeof(to->images) - at, "%s%s", i ? "," : "",
		                       pod->containers[i].image ? pod->containers[i].image : "");
}

static void add_revision(rollout_state *out, const korch_deployment *from, const char *role,
                         int32_t weight)
{
	if (!from || !from->spec)
		return;
	rollout_revision *to = &out->revisions[out->n_revisions++];
	const korch_deployment_status *status = from->status;
	const char *number = korch_map_get(from->object.metadata->annotations, ANNOTATION_REVISION);
	to->number = number ? strtoll(number, NULL, 10) : 0;
	copy(to->hash, sizeof(to->hash), role);
	copy(to->role, sizeof(to->role), role);
	read_images(to, from->spec->template_);
	to->desired = from->spec->replicas;
	to->pods = status ? status->replicas : 0;
	to->ready = status ? status->ready_replicas : 0;
	to->available = status ? status->available_replicas : 0;
	to->weight = weight;
}

/* How many checks there are until promotion, and how many are done: those of iterations are
 * counted, those of weights are known by the weight. */
static void read_steps(rollout_state *out, const korch_flagger_canary *canary,
                       const korch_deployment *primary)
{
	const korch_flagger_canary_status *status = canary->status;
	korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_strategy strategy;
	int32_t below = 0;
	int has_weight = 0;
	const korch_flagger_primary size = {
	    .size = sizeof(size), .replicas = primary && primary->spec ? primary->spec->replicas : 1};
	if (korch_strategy_from_canary(&strategy, steps, canary, &size, NULL) < 0)
		return;
	for (size_t i = 0; i < strategy.n_steps; i++) {
		/* one before the first weight is that of pre-rollout */
		has_weight |= steps[i].type == KORCH_STRATEGY_SET_WEIGHT;
		out->n_steps +=
		    steps[i].type == KORCH_STRATEGY_CHECK && (has_weight || steps[i].origin > 0);
		below += steps[i].type == KORCH_STRATEGY_SET_WEIGHT && status &&
		         steps[i].weight < status->canary_weight;
	}
	out->step = status && status->iterations ? status->iterations : below;
	if (strcmp(out->phase, "Healthy") == 0 || is_promoting(status) || out->step > out->n_steps)
		out->step = out->n_steps;
}

static const char *message_of(const korch_flagger_canary_status *status)
{
	for (size_t i = 0; status && i < status->n_conditions; i++)
		if (status->conditions[i].type && strcmp(status->conditions[i].type, "Promoted") == 0)
			return status->conditions[i].message;
	return NULL;
}

static void explain(rollout_state *out, const korch_flagger_canary *canary)
{
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(canary);
	const korch_flagger_canary_status *status = canary->status;
	size_t at = (size_t)snprintf(out->sentence, sizeof(out->sentence), "%s",
	                             *out->message ? out->message : "waiting for the controller");
	if (!status || !status->phase || strcmp(status->phase, "Progressing") != 0 || !analysis ||
	    at >= sizeof(out->sentence))
		return;
	snprintf(out->sentence + at, sizeof(out->sentence) - at,
	         "; a check every %s, %d failed, %d are allowed",
	         analysis->interval ? analysis->interval : "1m", (int)status->failed_checks,
	         (int)analysis->threshold);
}

void rollout_state_read_canary(rollout_state *out, korch_cluster *cluster,
                               const korch_object *object)
{
	const korch_flagger_canary *canary = (const korch_flagger_canary *)object;
	const korch_view *view = korch_engine_view(korch_cluster_engine(cluster));
	const korch_flagger_canary_status *status = canary->status;
	char primary_name[300];
	memset(out, 0, sizeof(*out));
	copy(out->namespace_, sizeof(out->namespace_), korch_object_namespace(object));
	copy(out->name, sizeof(out->name), korch_object_name(object));
	copy(out->strategy, sizeof(out->strategy), "flagger");
	out->set_weight = -1;
	if (!canary->spec || !canary->spec->target_ref || !canary->spec->target_ref->name)
		return;
	snprintf(primary_name, sizeof(primary_name), "%s-primary", canary->spec->target_ref->name);
	const korch_deployment *primary = deployment(view, object, primary_name);
	int32_t weight = status ? status->canary_weight : 0;
	copy(out->phase, sizeof(out->phase), phase_of(status));
	copy(out->message, sizeof(out->message), message_of(status));
	out->is_aborted = strcmp(out->phase, "Degraded") == 0;
	out->desired = primary && primary->spec ? primary->spec->replicas : 0;
	read_steps(out, canary, primary);
	if (out->step < out->n_steps && weight > 0)
		snprintf(out->step_text, sizeof(out->step_text), "setWeight: %d", weight);
	add_revision(out, deployment(view, object, canary->spec->target_ref->name), "canary", weight);
	add_revision(out, primary, "primary", 100 - weight);
	rollout_analyses_read(out, view, object, NULL);
	explain(out, canary);
}
