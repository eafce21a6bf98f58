/* A Rollout's objects as the planner sees them. */
#include "base/text.h"
#include "control/pods.h"
#include "control/rollout/hand.h"
#include <korch/time.h>
#include <string.h>

/* The status is anybody's to write: weights that the planner refuses would stop the Rollout. */
#define WEIGHT_MAX (INT32_MAX / KORCH_STRATEGY_REVISIONS_MAX)

static int64_t weight_if(const korch_weight_destination *to, const char *hash)
{
	int is_his = to && to->weight > 0 && korch__text_equal(to->pod_template_hash, hash);
	return is_his ? to->weight : 0;
}

int32_t korch__argo_weight_of(const korch_rollout_status *status, const char *hash)
{
	const korch_traffic_weights *weights =
	    status && status->canary ? status->canary->weights : NULL;
	if (!weights)
		return 0;
	int64_t weight = weight_if(weights->canary, hash) + weight_if(weights->stable, hash);
	/* an experiment's share goes through a service of its own; its template may be the revision's
	 */
	for (size_t i = 0; i < weights->n_additional; i++)
		weight +=
		    weights->additional[i].service_name ? 0 : weight_if(&weights->additional[i], hash);
	return (int32_t)(weight < WEIGHT_MAX ? weight : WEIGHT_MAX);
}

static korch_usec deadline_of(const korch_object *set)
{
	int64_t at = 0;
	const char *text = korch__annotation(set, KORCH__ARGO_ANNOTATION_SCALE_DOWN);
	return text && korch_time_parse(&at, text, NULL) == 0 ? at : 0;
}

static void observe_set(korch__argo_hand *h, korch_strategy_revision *out,
                        const korch__argo_set *set)
{
	const korch_replica_set *from = set->set;
	const korch_replica_set_status *status = from->status;
	*out = (korch_strategy_revision){
	    .hash = set->hash,
	    .number = korch__argo_revision_of(&from->object),
	    .size =
	        KORCH_IS_SET(from->spec, korch_replica_set_spec, replicas) ? from->spec->replicas : 1,
	    .present = status ? status->replicas : 0,
	    .ready = status ? status->ready_replicas : 0,
	    .available = status ? status->available_replicas : 0,
	    .weight = h->strategy.traffic ? korch__argo_weight_of(h->rollout->status, set->hash) : 0,
	    .scale_down_at = deadline_of(&from->object),
	};
}

static int verified(const korch_rollout_status *status)
{
	const korch_traffic_weights *weights =
	    status && status->canary ? status->canary->weights : NULL;
	return weights && weights->verified;
}

/* What a service selects: "" for no revision, NULL when there is no such service. */
static const char *selected(const korch__argo_hand *h, korch__argo_service which)
{
	return h->input->services[which] ? korch__text_or_empty(korch__argo_selected(h, which)) : NULL;
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

void korch__argo_observe(korch__argo_hand *h)
{
	korch_strategy_observed *o = &h->observed;
	const korch_rollout_status *status = h->rollout->status;
	*o = (korch_strategy_observed){
	    .size = sizeof(*o), .revisions = h->revisions, .n_revisions = h->n, .current = h->hash};
	for (size_t i = 0; i < h->n; i++)
		observe_set(h, &h->revisions[i], &h->sets[i]);
	korch__argo_state_read(&o->state, h->rollout, &h->strategy, h->input->now);
	o->steps_changed = status && status->current_step_hash &&
	                   !korch__text_equal(status->current_step_hash, h->step_hash);
	o->traffic_verified = !h->strategy.traffic || verified(status);
	o->active = or_null(korch__argo_selected(h, KORCH__ARGO_ACTIVE));
	o->preview = or_null(korch__argo_selected(h, KORCH__ARGO_PREVIEW));
	o->stable_service = selected(h, KORCH__ARGO_STABLE);
	o->canary_service = selected(h, KORCH__ARGO_CANARY);
	korch__argo_observe_runs(h);
	korch__argo_observe_experiment(h);
	korch__argo_observe_gate(h);
}
