/* A Rollout's conditions, with Argo Rollouts' types and reasons. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/condition.h"
#include "control/rollout/hand.h"
#include <stdio.h>

static const korch_rollout_condition *find(const korch__argo_hand *h, const char *type)
{
	return korch__condition_find(h->status->conditions, h->status->n_conditions,
	                             &korch__rollout_conditions, type);
}

/* A condition with the same status and reason stays as it is. */
int korch__argo_condition(korch__argo_hand *h, const char *type, const char *status,
                          const char *reason, const char *message)
{
	const korch_rollout_condition *condition = find(h, type);
	if (condition && korch__text_equal(condition->status, status) &&
	    korch__text_equal(condition->reason, reason))
		return 0;
	korch__condition_value value = {type, status, reason, message, h->input->now};
	return korch__condition_put(&h->status->conditions, &h->status->n_conditions,
	                            &korch__rollout_conditions, &value);
}

static int forget(korch__argo_hand *h, const char *type)
{
	return korch__condition_remove(&h->status->conditions, &h->status->n_conditions,
	                               &korch__rollout_conditions, type);
}

/* Another mistake is another condition, though its reason is the same. */
int korch__argo_invalid(korch__argo_hand *h, const char *message)
{
	const korch_rollout_condition *condition = find(h, "InvalidSpec");
	if (condition && !korch__text_equal(condition->message, message) &&
	    forget(h, "InvalidSpec") < 0)
		return KORCH_E_NOMEM;
	if (korch__argo_condition(h, "InvalidSpec", "True", "InvalidSpec", message) < 0 ||
	    korch_string_set(&h->status->phase, "Degraded") < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&h->status->message, message);
}

static int available(korch__argo_hand *h)
{
	int32_t n = h->status->available_replicas;
	if (n >= h->strategy.replicas - h->strategy.max_unavailable)
		return korch__argo_condition(h, "Available", "True", "AvailableReason",
		                             "Rollout has minimum availability");
	return korch__argo_condition(h, "Available", "False", "AvailableReason",
	                             "Rollout does not have minimum availability");
}

static int paused(korch__argo_hand *h)
{
	int is = h->next.phase == KORCH_STRATEGY_HELD;
	if (!is && !find(h, "Paused"))
		return 0;
	return korch__argo_condition(h, "Paused", is ? "True" : "False", "RolloutPaused",
	                             "Rollout is paused");
}

static const char *set_name(korch__argo_hand *h)
{
	const korch__argo_set *current = korch__argo_find(h, h->hash);
	return current ? korch_object_name(&current->set->object)
	               : korch_object_name(&h->rollout->object);
}

static int progressing_as(korch__argo_hand *h, const char *status, const char *reason,
                          const char *what)
{
	_cleanup_free_ char *message = korch__sprintf("ReplicaSet \"%s\" %s", set_name(h), what);
	return message ? korch__argo_condition(h, "Progressing", status, reason, message)
	               : KORCH_E_NOMEM;
}

static int progressing(korch__argo_hand *h)
{
	switch (h->next.phase) {
	case KORCH_STRATEGY_HEALTHY:
		return progressing_as(h, "True", "NewReplicaSetAvailable", "has successfully progressed.");
	case KORCH_STRATEGY_HELD:
		return korch__argo_condition(h, "Progressing", "Unknown", "RolloutPaused",
		                             "Rollout is paused");
	case KORCH_STRATEGY_DEGRADED:
		if (h->next.state.aborted)
			return korch__argo_condition(h, "Progressing", "False", "RolloutAborted",
			                             korch__argo_aborted_text(h));
		return progressing_as(h, "False", "ProgressDeadlineExceeded", "has timed out progressing.");
	default:
		return progressing_as(h, "True", "ReplicaSetUpdated", "is progressing.");
	}
}

static int completed(korch__argo_hand *h)
{
	const korch_strategy_state *state = &h->next.state;
	int is = state->stable && korch__text_equal(state->stable, h->hash);
	if (!is)
		return korch__argo_condition(h, "Completed", "False", "RolloutCompleted",
		                             "Rollout is not completed");
	_cleanup_free_ char *message =
	    korch__sprintf("Rollout completed update to revision %s (%s)",
	                   korch__text_or_empty(korch_map_get(h->edited->object.metadata->annotations,
	                                                      KORCH__ARGO_ANNOTATION_REVISION)),
	                   h->hash);
	return message ? korch__argo_condition(h, "Completed", "True", "RolloutCompleted", message)
	               : KORCH_E_NOMEM;
}

static int healthy(korch__argo_hand *h)
{
	if (h->next.phase == KORCH_STRATEGY_HEALTHY)
		return korch__argo_condition(h, "Healthy", "True", "RolloutHealthy", "Rollout is healthy");
	return korch__argo_condition(h, "Healthy", "False", "RolloutHealthy", "Rollout is not healthy");
}

static int failure(korch__argo_hand *h)
{
	for (size_t i = 0; i < h->n; i++) {
		const korch_replica_set_status *status = h->sets[i].is_new ? NULL : h->sets[i].set->status;
		const korch_replica_set_condition *of =
		    status ? korch__condition_find(status->conditions, status->n_conditions,
		                                   &korch__replica_set_conditions, "ReplicaFailure")
		           : NULL;
		if (of)
			return korch__argo_condition(h, "ReplicaFailure", of->status, of->reason, of->message);
	}
	return forget(h, "ReplicaFailure");
}

int korch__argo_write_conditions(korch__argo_hand *h)
{
	int code = h->problem[0] ? korch__argo_invalid(h, h->problem) : forget(h, "InvalidSpec");
	if (code < 0 || available(h) < 0 || paused(h) < 0 || progressing(h) < 0 || completed(h) < 0 ||
	    healthy(h) < 0)
		return KORCH_E_NOMEM;
	return failure(h);
}
