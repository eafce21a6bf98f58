/* A Canary's objects as the planner sees them. */
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/flagger/hand.h"
#include "control/flagger/traffic.h"
#include "control/pods.h"
#include <string.h>

/* All pods of the primary serve, old and new ones; but it is there as a whole only when it is
 * updated. */
static void observe_primary(korch__flagger_hand *h, int32_t weight)
{
	const korch_deployment *from = h->input->primary;
	const korch_deployment_status *status = from->status;
	int is_half = korch__flagger_is_promoting(h) && !korch__flagger_is_whole(from);
	h->revisions[0] = (korch_strategy_revision){
	    .hash = KORCH__FLAGGER_PRIMARY,
	    .number = 2,
	    .size = korch__deployment_replicas(from),
	    .present = status ? status->replicas : 0,
	    .ready = status ? status->ready_replicas : 0,
	    .available = status && !is_half ? status->available_replicas : 0,
	    .weight = weight,
	};
}

/* Pods of the present template only. */
static void observe_target(korch__flagger_hand *h, const char *hash)
{
	const korch_deployment *from = h->input->target;
	const korch_replica_set *set = h->input->target_set;
	const korch_replica_set_status *status = set ? set->status : NULL;
	h->revisions[1] = (korch_strategy_revision){
	    .hash = hash,
	    .number = 1,
	    .size = korch__deployment_replicas(from),
	    .present = from->status ? from->status->replicas : 0,
	    .ready = status ? status->ready_replicas : 0,
	    .available = status ? status->available_replicas : 0,
	    .weight = h->weight,
	};
}

void korch__flagger_observe(korch__flagger_hand *h)
{
	korch_strategy_observed *o = &h->observed;
	const korch_object *object = &h->canary->object;
	const char *asked = korch__annotation(object, KORCH__FLAGGER_ANNOTATION_TRAFFIC);
	int is_promoted = korch__text_equal(h->id, h->promoted);
	o->size = sizeof(*o);
	o->revisions = h->revisions;
	o->n_revisions = 2;
	observe_primary(h, 100 - h->weight);
	if (korch__flagger_is_promoting(h)) {
		o->current = KORCH__FLAGGER_PRIMARY;
		observe_target(h, h->stable);
		o->state.step = (int32_t)h->strategy.n_steps;
		h->strategy.deadline_aborts = 0;
	} else {
		o->current = is_promoted ? KORCH__FLAGGER_PRIMARY : h->id;
		observe_target(h, is_promoted ? KORCH__FLAGGER_IDLE : h->id);
	}
	o->traffic_verified =
	    asked &&
	    korch__text_equal(asked, korch__annotation(object, KORCH__FLAGGER_ANNOTATION_IN_FORCE));
	o->gate = korch__flagger_gate_outcome(h);
	o->analyses[KORCH_STRATEGY_SLOT_BACKGROUND].outcome = korch__flagger_rollback_outcome(h);
	o->analyses[KORCH_STRATEGY_SLOT_STEP] = (korch_strategy_analysis){
	    .outcome = korch__flagger_check_outcome(h),
	    .step = o->state.step,
	    .attempt = o->state.attempt,
	};
}
