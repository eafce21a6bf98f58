/* A Rollout's state, read from the cluster's view. Its analyses: analysis.c. */
#include "rollout/state.h"

#include <korch/api.h>
#include <korch/rollout.h>
#include <korch/strategy/rollout.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Argo Rollouts' labels and annotations of ReplicaSets. */
#define LABEL_HASH "rollouts-pod-template-hash"
#define ANNOTATION_REVISION "rollout.argoproj.io/revision"

static int equal(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static void copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

void rollout_step_text(char *out, size_t size, const korch_object *object, int32_t step)
{
	korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_strategy strategy;
	char text[KORCH_STRATEGY_TEXT_SIZE];
	copy(out, size, "");
	if (korch_strategy_from_rollout(&strategy, steps, KORCH_STRATEGY_STEPS_MAX,
	                                (const korch_rollout *)object, NULL) < 0)
		return;
	int32_t at = korch_strategy_step_at(&strategy, step);
	if (step < 0 || at >= (int32_t)strategy.n_steps || strategy.steps[at].origin != step)
		return;
	korch_strategy_step_text(text, &strategy.steps[at]);
	copy(out, size, text);
}

/* The last weight that the steps up to the present one set. */
static int32_t set_weight_of(const korch_rollout *rollout, int32_t step)
{
	const korch_canary_strategy *canary =
	    rollout->spec->strategy ? rollout->spec->strategy->canary : NULL;
	int32_t weight = 0;
	if (!canary)
		return -1;
	if (step >= (int32_t)canary->n_steps)
		return 100;
	for (int32_t i = 0; i <= step; i++) {
		const korch_canary_step *at = &canary->steps[i];
		if (KORCH_IS_SET(at, korch_canary_step, set_weight))
			weight = at->set_weight;
	}
	return weight;
}

static void read_steps(rollout_state *out, const korch_rollout *rollout)
{
	const korch_rollout_status *status = rollout->status;
	const korch_rollout_strategy *strategy = rollout->spec->strategy;
	int is_blue_green = strategy && strategy->blue_green;
	copy(out->strategy, sizeof(out->strategy), is_blue_green ? "blueGreen" : "canary");
	out->n_steps = strategy && strategy->canary ? (int32_t)strategy->canary->n_steps : 0;
	out->step = status ? status->current_step_index : 0;
	out->set_weight = set_weight_of(rollout, out->step);
	if (out->is_aborted && out->set_weight >= 0)
		out->set_weight = 0;
	rollout_step_text(out->step_text, sizeof(out->step_text), &rollout->object, out->step);
}

static const char *role_of(const korch_rollout_status *status, int is_blue_green, const char *hash)
{
	if (!status)
		return "";
	if (is_blue_green) {
		const korch_rollout_blue_green_status *bg = status->blue_green;
		return bg && equal(bg->active_selector, hash)    ? "active"
		       : bg && equal(bg->preview_selector, hash) ? "preview"
		       : equal(status->current_pod_hash, hash)   ? "new"
		                                                 : "";
	}
	return equal(status->stable_rs, hash)          ? "stable"
	       : equal(status->current_pod_hash, hash) ? "canary"
	                                               : "";
}

static void read_images(char *out, size_t size, const korch_replica_set *set)
{
	const korch_pod_spec *pod =
	    set->spec && set->spec->template_ ? set->spec->template_->spec : NULL;
	size_t at = 0;
	out[0] = '\0';
	for (size_t i = 0; pod && i < pod->n_containers && at + 1 < size; i++) {
		int n = snprintf(out + at, size - at, "%s%s", i ? "," : "",
		                 pod->containers[i].image ? pod->containers[i].image : "");
		at += n > 0 ? (size_t)n : 0;
	}
}

struct reading {
	rollout_state *out;
	const korch_rollout_status *status;
};

/* The newest stay, in order. */
static rollout_revision *make_room(rollout_state *out, int64_t number)
{
	size_t at = 0;
	while (at < out->n_revisions && out->revisions[at].number > number)
		at++;
	if (at == ROLLOUT_REVISIONS_MAX)
		return NULL;
	size_t kept =
	    out->n_revisions < ROLLOUT_REVISIONS_MAX ? out->n_revisions : ROLLOUT_REVISIONS_MAX - 1;
	memmove(&out->revisions[at + 1], &out->revisions[at], (kept - at) * sizeof(out->revisions[0]));
	out->n_revisions = kept + 1;
	memset(&out->revisions[at], 0, sizeof(out->revisions[0]));
	return &out->revisions[at];
}

static int read_revision(void *userdata, const korch_object *object)
{
	const struct reading *reading = userdata;
	const korch_replica_set *set = (const korch_replica_set *)object;
	const char *number = korch_map_get(object->metadata->annotations, ANNOTATION_REVISION);
	const char *hash = korch_map_get(object->metadata->labels, LABEL_HASH);
	const char *role = role_of(reading->status, equal(reading->out->strategy, "blueGreen"), hash);
	int has_pods =
	    (set->spec && set->spec->replicas > 0) || (set->status && set->status->replicas > 0);
	if (!hash || (!has_pods && !*role))
		return 0;
	rollout_revision *to = make_room(reading->out, number ? strtoll(number, NULL, 10) : 0);
	if (!to)
		return 0;
	to->number = number ? strtoll(number, NULL, 10) : 0;
	copy(to->hash, sizeof(to->hash), hash);
	copy(to->role, sizeof(to->role), role);
	read_images(to->images, sizeof(to->images), set);
	to->desired = set->spec ? set->spec->replicas : 0;
	to->pods = set->status ? set->status->replicas : 0;
	to->ready = set->status ? set->status->ready_replicas : 0;
	to->available = set->status ? set->status->available_replicas : 0;
	to->weight = -1;
	return 0;
}

/* Weight that the router was given; -1: there is no router. */
static int32_t routed_weight(const korch_rollout_status *status, const char *hash)
{
	const korch_traffic_weights *weights =
	    status && status->canary ? status->canary->weights : NULL;
	if (!weights)
		return -1;
	if (weights->stable && equal(weights->stable->pod_template_hash, hash))
		return weights->stable->weight;
	if (weights->canary && equal(weights->canary->pod_template_hash, hash))
		return weights->canary->weight;
	return 0;
}

/* Without a router each available pod gets its share, as Argo's client shows it. */
static void read_weights(rollout_state *out, const korch_rollout_status *status)
{
	int64_t available = 0;
	int is_blue_green = equal(out->strategy, "blueGreen");
	for (size_t i = 0; i < out->n_revisions; i++)
		available += out->revisions[i].available;
	for (size_t i = 0; i < out->n_revisions; i++) {
		rollout_revision *each = &out->revisions[i];
		if (is_blue_green)
			each->weight = equal(each->role, "active") ? 100 : 0;
		else if (status && status->canary && status->canary->weights)
			each->weight = routed_weight(status, each->hash);
		else if (available > 0)
			each->weight = (int32_t)((each->available * 100 + available / 2) / available);
	}
}

void rollout_state_read(rollout_state *out, korch_cluster *cluster, const korch_object *object)
{
	const korch_rollout *rollout = (const korch_rollout *)object;
	const korch_view *view = korch_engine_view(korch_cluster_engine(cluster));
	const korch_rollout_status *status = rollout->status;
	struct reading reading = {out, status};
	memset(out, 0, sizeof(*out));
	copy(out->namespace_, sizeof(out->namespace_), korch_object_namespace(object));
	copy(out->name, sizeof(out->name), korch_object_name(object));
	out->set_weight = -1;
	if (!rollout->spec)
		return;
	out->desired =
	    KORCH_IS_SET(rollout->spec, korch_rollout_spec, replicas) ? rollout->spec->replicas : 1;
	out->is_aborted = status ? status->abort : 0;
	copy(out->phase, sizeof(out->phase), status ? status->phase : NULL);
	copy(out->message, sizeof(out->message), status ? status->message : NULL);
	read_steps(out, rollout);
	const korch_view_query sets = {.kind = &korch_replica_set_kind,
	                               .owner_uid = korch_object_uid(object)};
	korch_view_each(view, &sets, read_revision, &reading);
	read_weights(out, status);
	if (status && status->current_pod_hash)
		rollout_analyses_read(out, view, object, status->current_pod_hash);
	korch_rollouts_explain(out->sentence, cluster, out->namespace_, out->name, NULL);
}

int rollout_state_equal(const rollout_state *a, const rollout_state *b)
{
	return memcmp(a, b, offsetof(rollout_state, sentence)) == 0;
}
