/* Status of a Deployment: counters and the conditions Available, Progressing and ReplicaFailure.
 * Sizes are decided elsewhere. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/condition.h"
#include "control/deployment/hand.h"

static const korch_deployment_condition *find(const korch_deployment_status *status,
                                              const char *type)
{
	return status ? korch__condition_find(status->conditions, status->n_conditions,
	                                      &korch__deployment_conditions, type)
	              : NULL;
}

static int put(korch__rollout *r, const char *type, const char *status, const char *reason,
               const char *message)
{
	korch__condition_value value = {type, status, reason, message, r->now};
	return korch__condition_put(&r->status->conditions, &r->status->n_conditions,
	                            &korch__deployment_conditions, &value);
}

/* A condition with the same status and reason stays as it is. */
int korch__rollout_condition(korch__rollout *r, const char *type, const char *status,
                             const char *reason, const char *message)
{
	const korch_deployment_condition *condition = find(r->status, type);
	if (condition && korch__text_equal(condition->status, status) &&
	    korch__text_equal(condition->reason, reason))
		return 0;
	return put(r, type, status, reason, message);
}

int korch__rollout_has_deadline(const korch__rollout *r)
{
	const korch_deployment_spec *spec = r->deployment->spec;
	return KORCH_IS_SET(spec, korch_deployment_spec, progress_deadline_seconds) &&
	       spec->progress_deadline_seconds != INT32_MAX;
}

int korch__rollout_paused_conditions(korch__rollout *r)
{
	const korch_deployment_condition *condition = find(r->status, "Progressing");
	const char *reason = condition ? korch__text_or_empty(condition->reason) : "";
	int paused = r->deployment->spec->paused,
	    says_paused = korch__text_equal(reason, "DeploymentPaused");
	if (!korch__rollout_has_deadline(r) || korch__text_equal(reason, "ProgressDeadlineExceeded") ||
	    paused == says_paused)
		return 0;
	if (paused)
		return korch__rollout_condition(r, "Progressing", "Unknown", "DeploymentPaused",
		                                "Deployment is paused");
	return korch__rollout_condition(r, "Progressing", "Unknown", "DeploymentResumed",
	                                "Deployment is resumed");
}

static int complete(const korch__rollout *r, const korch_deployment_status *status)
{
	return status && status->updated_replicas == r->replicas && status->replicas == r->replicas &&
	       status->available_replicas == r->replicas &&
	       status->observed_generation >= r->deployment->object.metadata->generation;
}

int korch__rollout_is_complete(const korch__rollout *r)
{
	return complete(r, r->deployment->status);
}

int korch__rollout_status(korch__rollout *r)
{
	korch_deployment_status *to = r->status;
	int32_t size = 0;
	to->observed_generation = r->deployment->object.metadata->generation;
	to->replicas = to->updated_replicas = to->ready_replicas = to->available_replicas =
	    to->terminating_replicas = 0;
	for (size_t i = 0; i < r->n; i++) {
		const korch__revision *revision = &r->sets[i];
		const korch_replica_set_status *from = revision->is_new ? NULL : revision->set->status;
		size += revision->replicas;
		if (!from)
			continue;
		to->replicas += from->replicas;
		to->updated_replicas += revision == r->current ? from->replicas : 0;
		to->ready_replicas += from->ready_replicas;
		to->available_replicas += from->available_replicas;
		to->terminating_replicas += from->terminating_replicas;
	}
	to->unavailable_replicas = size > to->available_replicas ? size - to->available_replicas : 0;
	if (to->available_replicas >= r->replicas - r->unavailable)
		return korch__rollout_condition(r, "Available", "True", "MinimumReplicasAvailable",
		                                "Deployment has minimum availability.");
	return korch__rollout_condition(r, "Available", "False", "MinimumReplicasUnavailable",
	                                "Deployment does not have minimum availability.");
}

/* More updated, fewer old, more ready or more available replicas than the stored status says. */
static int has_progressed(const korch__rollout *r)
{
	static const korch_deployment_status none;
	const korch_deployment_status *old = r->deployment->status ? r->deployment->status : &none,
	                              *now = r->status;
	return now->updated_replicas > old->updated_replicas ||
	       now->replicas - now->updated_replicas < old->replicas - old->updated_replicas ||
	       now->ready_replicas > old->ready_replicas ||
	       now->available_replicas > old->available_replicas;
}

static korch_usec deadline(const korch__rollout *r)
{
	const korch_deployment_condition *condition = find(r->status, "Progressing");
	if (!condition || korch__text_equal(condition->reason, "NewReplicaSetAvailable"))
		return KORCH_USEC_NEVER;
	return condition->last_update_time +
	       r->deployment->spec->progress_deadline_seconds * KORCH_USEC_PER_SEC;
}

/* The sentence is about the new ReplicaSet, or about the deployment while there is none. */
static int progressing(korch__rollout *r, const char *status, const char *reason, const char *what)
{
	const char *kind = r->current ? "ReplicaSet" : "Deployment";
	const char *name =
	    korch_object_name(r->current ? &r->current->set->object : &r->deployment->object);
	_cleanup_free_ char *message = korch__sprintf("%s \"%s\" %s", kind, name, what);
	if (!message)
		return KORCH_E_NOMEM;
	if (korch__text_equal(reason, "ReplicaSetUpdated"))
		return put(r, "Progressing", status, reason, message); /* its lastUpdateTime is what the
		                                                          deadline counts from */
	return korch__rollout_condition(r, "Progressing", status, reason, message);
}

static int update_progressing(korch__rollout *r)
{
	const korch_deployment_condition *condition = find(r->status, "Progressing");
	if (!korch__rollout_has_deadline(r))
		return korch__condition_remove(&r->status->conditions, &r->status->n_conditions,
		                               &korch__deployment_conditions, "Progressing");
	if (r->status->replicas == r->status->updated_replicas && condition &&
	    korch__text_equal(condition->reason, "NewReplicaSetAvailable"))
		return 0;
	if (complete(r, r->status))
		return progressing(r, "True", "NewReplicaSetAvailable", "has successfully progressed.");
	if (has_progressed(r))
		return progressing(r, "True", "ReplicaSetUpdated", "is progressing.");
	int timed_out = condition && korch__text_equal(condition->reason, "ProgressDeadlineExceeded");
	if (timed_out || deadline(r) < r->now)
		return progressing(r, "False", "ProgressDeadlineExceeded", "has timed out progressing.");
	return 0;
}

static const korch_replica_set_condition *failure_of(const korch__revision *revision)
{
	const korch_replica_set_status *status = revision->is_new ? NULL : revision->set->status;
	return status ? korch__condition_find(status->conditions, status->n_conditions,
	                                      &korch__replica_set_conditions, "ReplicaFailure")
	              : NULL;
}

static int update_failure(korch__rollout *r)
{
	const korch_replica_set_condition *failure = r->current ? failure_of(r->current) : NULL;
	for (size_t i = 0; i < r->n && !failure; i++)
		failure = failure_of(&r->sets[i]);
	if (!failure)
		return korch__condition_remove(&r->status->conditions, &r->status->n_conditions,
		                               &korch__deployment_conditions, "ReplicaFailure");
	return korch__rollout_condition(r, "ReplicaFailure", failure->status, failure->reason,
	                                failure->message);
}

/* Nothing else happens when a deadline passes, so it has to wake us. */
static void wake_at_deadline(korch__rollout *r)
{
	const korch_deployment_condition *condition = find(r->status, "Progressing");
	if (!korch__rollout_has_deadline(r) || !condition || complete(r, r->status) ||
	    korch__text_equal(condition->reason, "ProgressDeadlineExceeded"))
		return;
	korch_usec at = deadline(r);
	if (at != KORCH_USEC_NEVER)
		korch_plan_wake_at(r->plan, at + 1);
}

int korch__rollout_progress(korch__rollout *r)
{
	if (korch__rollout_status(r) < 0 || update_progressing(r) < 0 || update_failure(r) < 0)
		return KORCH_E_NOMEM;
	wake_at_deadline(r);
	return 0;
}
