/*
 * Law 5: weights sum to the whole and go only where ready pods carry them, nothing is scaled below
 * what it carries, an aborted version never grows, services do not flap. Checked on what is stored,
 * by nothing that the planner reckoned.
 */
#include "base/alloc.h"
#include "sim.h"
#include <korch/intstr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH "rollouts-pod-template-hash"

static const char *text(const char *maybe)
{
	return maybe ? maybe : "";
}

static int same(const char *a, const char *b)
{
	return strcmp(text(a), text(b)) == 0;
}

static const char *hash_of(const korch_object *object)
{
	return text(korch_map_get(object->metadata->labels, HASH));
}

static const korch_canary_strategy *canary_of(const korch_rollout *rollout)
{
	return rollout->spec->strategy ? rollout->spec->strategy->canary : NULL;
}

static const korch_traffic_weights *weights_of(const korch_rollout *rollout)
{
	const korch_rollout_status *status = rollout ? rollout->status : NULL;
	return status && status->canary ? status->canary->weights : NULL;
}

static int32_t weight_if(const korch_weight_destination *to, const char *hash)
{
	return to && same(to->pod_template_hash, hash) ? to->weight : 0;
}

/* Without what goes to an experiment of the same template, through a service of its own. */
static int32_t weight_of(const korch_rollout *rollout, const char *hash)
{
	const korch_traffic_weights *weights = weights_of(rollout);
	if (!weights)
		return 0;
	int32_t sum = weight_if(weights->canary, hash) + weight_if(weights->stable, hash);
	for (size_t i = 0; i < weights->n_additional; i++)
		sum += weights->additional[i].service_name ? 0 : weight_if(&weights->additional[i], hash);
	return sum;
}

/* How many replicas are wished lately, fewest and most. */
static recent *wish_of(sim *s, const korch_object *rollout)
{
	char key[48];
	snprintf(key, sizeof(key), "w%s", korch_object_uid(rollout));
	return recent_of(s, key);
}

static recent *ready_of(sim *s, const korch_object *set)
{
	char key[48];
	snprintf(key, sizeof(key), "r%s", korch_object_uid(set));
	return recent_of(s, key);
}

/* Surge and what may be missing hold for canaries without a router only. */
void law_rollout(sim *s, const korch_rollout *rollout)
{
	char key[48];
	const korch_canary_strategy *canary = canary_of(rollout);
	int32_t replicas = rollout->spec->replicas;
	snprintf(key, sizeof(key), "w%s", korch_object_uid(&rollout->object));
	recent_put(s, key, replicas, replicas);
	if (!canary || canary->traffic_routing)
		return;
	int32_t surge = 0, unavailable = 0;
	korch_int_or_percent_of(&surge, &canary->max_surge, replicas, 1, NULL);
	korch_int_or_percent_of(&unavailable, &canary->max_unavailable, replicas, 0, NULL);
	recent_put(s, korch_object_uid(&rollout->object), replicas + surge, replicas - unavailable);
}

/* The Rollout of a set as it was before the last revision; NULL: there is none. */
static const korch_rollout *rollout_before(sim *s, const korch_replica_set *set,
                                           const korch_rollout **now)
{
	const korch_owner_reference *owner = korch_object_controller(&set->object);
	const korch_object *object = owner ? korch_view_get_uid(s->laws.view, owner->uid) : NULL;
	*now = object && object->kind == &korch_rollout_kind ? (const korch_rollout *)object : NULL;
	for (size_t i = 0; *now && i < s->laws.n_rollouts; i++) {
		if (same(korch_object_uid(s->laws.rollouts[i].after), owner->uid))
			return (const korch_rollout *)s->laws.rollouts[i].before;
	}
	return *now;
}

static void check_shrunk(sim *s, const korch_rollout *rollout, const korch_replica_set *set)
{
	const char *name = korch_object_name(&set->object), *hash = hash_of(&set->object);
	int64_t least = recent_least(s, wish_of(s, &rollout->object)), size = set->spec->replicas;
	const korch_canary_strategy *canary = canary_of(rollout);
	if (canary && canary->traffic_routing && weights_of(rollout) &&
	    weight_of(rollout, hash) * least > size * 100)
		broken(s, "law 5: set %s carries %d%% of %lld and is scaled to %lld", name,
		       weight_of(rollout, hash), (long long)least, (long long)size);
	const korch_blue_green_strategy *bg =
	    rollout->spec->strategy ? rollout->spec->strategy->blue_green : NULL;
	const korch_service *service =
	    bg ? (const korch_service *)korch_view_get(s->laws.view, &korch_service_kind, "default",
	                                               bg->active_service)
	       : NULL;
	if (service && same(korch_map_get(service->spec->selector, HASH), hash) && size < least)
		broken(s, "law 5: set %s is active and scaled to %lld of %lld", name, (long long)size,
		       (long long)least);
}

static int is_given_up(const korch_rollout *rollout, const char *hash)
{
	const korch_rollout_status *status = rollout ? rollout->status : NULL;
	return status && status->abort && same(status->current_pod_hash, hash) &&
	       !same(status->stable_rs, hash);
}

void law_rollout_set(sim *s, const korch_replica_set *before, const korch_replica_set *set)
{
	char key[48];
	const korch_rollout *now = NULL, *then = rollout_before(s, set, &now);
	int32_t old = before ? before->spec->replicas : 0, size = set->spec->replicas;
	int32_t ready = set->status ? set->status->ready_replicas : 0;
	snprintf(key, sizeof(key), "r%s", korch_object_uid(&set->object));
	recent_put(s, key, ready < size ? ready : size, 0);
	if (!now || now->object.metadata->deletion_timestamp)
		return;
	const char *hash = hash_of(&set->object);
	if (size > old && is_given_up(now, hash) && is_given_up(then, hash))
		broken(s, "law 5: set %s was aborted and grows to %d", korch_object_name(&set->object),
		       size);
	if (size < old && then) {
		const korch_traffic_weights *weights = weights_of(then);
		if (canary_of(now) && canary_of(now)->traffic_routing && weights && !weights->verified)
			broken(s, "law 5: set %s shrinks while weights are not in force",
			       korch_object_name(&set->object));
		check_shrunk(s, then, set);
		check_shrunk(s, now, set);
	}
}

struct gain {
	sim *s;
	const korch_rollout *before, *rollout;
	int32_t sum_before;
};

/* One that was just made cannot have had anything, though one of its name may have. */
static int add_before(void *userdata, const korch_object *object)
{
	struct gain *gain = userdata;
	if (!object->metadata->deletion_timestamp && ((const korch_replica_set *)object)->status)
		gain->sum_before += weight_of(gain->before, hash_of(object));
	return 0;
}

/* What nobody had before has to go somewhere. */
static int check_gain(void *userdata, const korch_object *object)
{
	struct gain *gain = userdata;
	const char *hash = hash_of(object);
	int32_t old = weight_of(gain->before, hash), weight = weight_of(gain->rollout, hash);
	if (weight <= old || gain->sum_before < 100)
		return 0;
	int64_t least = recent_least(gain->s, wish_of(gain->s, &gain->rollout->object));
	int64_t ready = recent_most(gain->s, ready_of(gain->s, object));
	if (weight * least > ready * 100)
		broken(gain->s, "law 5: set %s gets %d%% of %lld, %lld are ready",
		       korch_object_name(object), weight, (long long)least, (long long)ready);
	if (is_given_up(gain->rollout, hash) && is_given_up(gain->before, hash))
		broken(gain->s, "law 5: set %s was aborted and gets %d%%", korch_object_name(object),
		       weight);
	return 0;
}

static int32_t sum_of(const korch_traffic_weights *weights)
{
	int32_t sum = 0;
	if (!weights)
		return 0;
	sum += weights->canary ? weights->canary->weight : 0;
	sum += weights->stable ? weights->stable->weight : 0;
	for (size_t i = 0; i < weights->n_additional; i++)
		sum += weights->additional[i].weight;
	return sum;
}

/* Nobody has any before the very first pod is ready, and after all that had some was deleted. */
void law_weights(sim *s, const korch_rollout *before, const korch_rollout *rollout)
{
	const korch_traffic_weights *weights = weights_of(rollout);
	struct gain gain = {s, before, rollout, 0};
	if (!weights || rollout->object.metadata->deletion_timestamp)
		return;
	const korch_view_query query = {.kind = &korch_replica_set_kind,
	                                .owner_uid = korch_object_uid(&rollout->object)};
	korch_view_each(s->laws.view, &query, add_before, &gain);
	int32_t sum = sum_of(weights);
	if (sum != 100 && (sum != 0 || gain.sum_before != 0))
		broken(s, "law 5: weights of %s sum to %d", korch_object_name(&rollout->object), sum);
	korch_view_each(s->laws.view, &query, check_gain, &gain);
}

/* What a service selects. */
typedef struct selection {
	char uid[48];
	char last[16], before[16];
	uint64_t cause; /* of the last change */
} selection;

static uint64_t selection_hash(const void *entry)
{
	return korch__hash_string(((const selection *)entry)->uid);
}
static uint64_t key_hash(const void *key)
{
	return korch__hash_string(key);
}
static int selection_equal(const void *entry, const void *key)
{
	return strcmp(((const selection *)entry)->uid, key) == 0;
}
static const korch_table_ops selection_ops = {key_hash, selection_equal, selection_hash};

void law_service(sim *s, const korch_service *service)
{
	const char *uid = korch_object_uid(&service->object);
	const char *now = text(korch_map_get(service->spec->selector, HASH));
	if (!s->laws.selections.ops)
		korch__table_init(&s->laws.selections, &selection_ops);
	selection *at = korch__table_get(&s->laws.selections, uid);
	if (!at) {
		at = calloc(1, sizeof(*at));
		snprintf(at->uid, sizeof(at->uid), "%s", uid);
		korch__table_put(&s->laws.selections, at);
	}
	if (same(at->last, now))
		return;
	if (same(at->before, now) && at->cause == s->laws.causes && *now)
		broken(s, "law 5: service %s goes back from %s to %s for no reason",
		       korch_object_name(&service->object), at->last, now);
	memcpy(at->before, at->last, sizeof(at->before));
	snprintf(at->last, sizeof(at->last), "%s", now);
	at->cause = s->laws.causes;
}

void law_selections_fini(sim *s)
{
	void *entry;
	if (!s->laws.selections.ops)
		return;
	for (size_t at = 0; (entry = korch__table_next(&s->laws.selections, &at));)
		free(entry);
	korch__table_fini(&s->laws.selections);
}

static const char *phase_of(const korch_object *object)
{
	if (object && object->kind == &korch_analysis_run_kind) {
		const korch_analysis_run_status *status = ((const korch_analysis_run *)object)->status;
		return text(status ? status->phase : NULL);
	}
	if (object && object->kind == &korch_experiment_kind) {
		const korch_experiment_status *status = ((const korch_experiment *)object)->status;
		return text(status ? status->phase : NULL);
	}
	return "";
}

/* An analysis that ended and an abort may turn services back. */
void law_cause(sim *s, const korch_object *before, const korch_object *object)
{
	int aborted = object->kind == &korch_rollout_kind && before &&
	              ((const korch_rollout *)object)->status &&
	              ((const korch_rollout *)object)->status->abort &&
	              !(((const korch_rollout *)before)->status &&
	                ((const korch_rollout *)before)->status->abort);
	if (aborted || !same(phase_of(before), phase_of(object)))
		s->laws.causes++;
}

static int check_rest(void *userdata, const korch_object *object)
{
	struct gain *rest = userdata;
	const korch_replica_set *set = (const korch_replica_set *)object;
	int is_stable = same(rest->rollout->status->stable_rs, hash_of(object));
	int32_t want = is_stable ? rest->rollout->spec->replicas : 0;
	if (set->spec->replicas != want || (set->status ? set->status->available_replicas : 0) != want)
		broken(rest->s, "law 9: set %s of Rollout %s is to have %d pods, it has %d",
		       korch_object_name(object), korch_object_name(&rest->rollout->object), want,
		       set->spec->replicas);
	return 0;
}

/* Healthy. After the last versions were begun and aborted: back at what is stable, too. */
void law_rollout_converged(sim *s, const korch_rollout *rollout)
{
	const korch_rollout_status *status = rollout->status;
	const char *name = korch_object_name(&rollout->object);
	struct gain rest = {s, rollout, rollout, 0};
	int aborted = s->is_over && status && status->abort;
	if (!status || !same(status->phase, aborted ? "Degraded" : "Healthy"))
		broken(s, "law 9: Rollout %s is %s: %s", name, text(status ? status->phase : NULL),
		       text(status ? status->message : NULL));
	if (!aborted && !same(status->stable_rs, status->current_pod_hash))
		broken(s, "law 9: Rollout %s is healthy and not promoted", name);
	if (weights_of(rollout) &&
	    (weight_of(rollout, status->stable_rs) != 100 || !weights_of(rollout)->verified))
		broken(s, "law 9: Rollout %s sends %d%% to its stable revision", name,
		       weight_of(rollout, status->stable_rs));
	const korch_view_query query = {.kind = &korch_replica_set_kind,
	                                .owner_uid = korch_object_uid(&rollout->object)};
	korch_view_each(s->laws.view, &query, check_rest, &rest);
}
