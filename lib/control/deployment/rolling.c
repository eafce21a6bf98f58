/*
 * From the old template to the new one: RollingUpdate and Recreate, one step at a time. As
 * Kubernetes decides it, with one difference: a set that was told to shrink counts with what is
 * still there of it when the total is reckoned, and with no more than will be left when
 * availability is, so that a ReplicaSet controller that lags never breaks the two limits.
 */
#include "base/text.h"
#include "control/deployment/hand.h"
#include "control/pods.h"
#include <string.h>

static int64_t sum(const korch__rollout *r, int32_t (*of)(const korch__revision *), int only_old)
{
	int64_t total = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (!only_old || &r->sets[i] != r->current)
			total += of(&r->sets[i]);
	}
	return total;
}

static int32_t size_of(const korch__revision *revision)
{
	return revision->replicas;
}

static int is_recreate(const korch__rollout *r)
{
	const korch_deployment_strategy *strategy = r->deployment->spec->strategy;
	return strategy && korch__text_equal(strategy->type, "Recreate");
}

int32_t korch__rollout_new_size(const korch__rollout *r, const korch__revision *current)
{
	if (is_recreate(r))
		return r->replicas;
	int64_t room = (int64_t)r->replicas + r->surge - sum(r, korch__revision_present, 0);
	int64_t missing = (int64_t)r->replicas - current->replicas;
	if (room <= 0 || missing <= 0)
		return current->replicas;
	return current->replicas + (int32_t)(room < missing ? room : missing);
}

static int grow_new(korch__rollout *r, int *scaled)
{
	if (r->current->replicas == r->replicas)
		return 0;
	if (r->current->replicas > r->replicas)
		return korch__rollout_scale(r, r->current, r->replicas, scaled);
	return korch__rollout_scale(r, r->current, korch__rollout_new_size(r, r->current), scaled);
}

/* Old replicas that are not available go first: they hold up the rollout and serve nobody. */
static int remove_unhealthy(korch__rollout *r, int64_t most, int *scaled)
{
	for (size_t i = 0; i < r->n && most > 0; i++) {
		korch__revision *old = &r->sets[i];
		int64_t unhealthy = old->replicas - korch__revision_available(old);
		if (old == r->current || unhealthy <= 0)
			continue;
		unhealthy = unhealthy < most ? unhealthy : most;
		most -= unhealthy;
		if (korch__rollout_scale(r, old, old->replicas - (int32_t)unhealthy, scaled) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int remove_spare(korch__rollout *r, int *scaled)
{
	int64_t spare = sum(r, korch__revision_available, 0) - ((int64_t)r->replicas - r->unavailable);
	for (size_t i = 0; i < r->n && spare > 0; i++) {
		korch__revision *old = &r->sets[i];
		if (old == r->current || old->replicas == 0)
			continue;
		int64_t removed = old->replicas < spare ? old->replicas : spare;
		spare -= removed;
		if (korch__rollout_scale(r, old, old->replicas - (int32_t)removed, scaled) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int shrink_old(korch__rollout *r, int *scaled)
{
	if (sum(r, size_of, 1) == 0)
		return 0;
	int64_t least_available = (int64_t)r->replicas - r->unavailable;
	int64_t new_unavailable = r->current->replicas - korch__revision_available(r->current);
	int64_t most = sum(r, size_of, 0) - least_available - new_unavailable;
	if (most <= 0)
		return 0;
	int code = remove_unhealthy(r, most, scaled);
	return code < 0 ? code : remove_spare(r, scaled);
}

int korch__rollout_rolling(korch__rollout *r)
{
	int scaled = 0, collided = 0;
	int code = korch__rollout_create(r, &collided);
	if (code < 0 || collided)
		return code;
	code = grow_new(r, &scaled);
	if (code == 0 && !scaled)
		code = shrink_old(r, &scaled);
	if (code == 0 && !scaled && korch__rollout_is_complete(r))
		code = korch__rollout_cleanup(r);
	return code < 0 ? code : korch__rollout_progress(r);
}

/* Whether anything of an old revision is still there that may be running. */
static int old_is_running(const korch__rollout *r)
{
	const korch__deployment_input *input = r->input;
	for (size_t i = 0; i < r->n; i++) {
		const korch_replica_set_status *status = r->sets[i].set->status;
		if (&r->sets[i] != r->current && status && status->replicas > 0)
			return 1;
	}
	const char *current = r->current ? korch_object_uid(&r->current->set->object) : "";
	for (size_t i = 0; i < input->n_pods; i++) {
		const korch_pod *pod = input->pods[i];
		if (!korch__pod_is_terminal(pod) &&
		    !(current[0] && korch__is_controlled_by(&pod->object, current)))
			return 1;
	}
	return 0;
}

int korch__rollout_recreate(korch__rollout *r)
{
	int scaled = 0, collided = 0, code = 0;
	for (size_t i = 0; i < r->n && code == 0; i++) {
		if (&r->sets[i] != r->current && r->sets[i].replicas > 0)
			code = korch__rollout_scale(r, &r->sets[i], 0, &scaled);
	}
	if (code < 0 || scaled || old_is_running(r))
		return code < 0 ? code : korch__rollout_progress(r);
	code = korch__rollout_create(r, &collided);
	if (code < 0 || collided)
		return code;
	code = korch__rollout_scale(r, r->current, r->replicas, &scaled);
	if (code == 0 && korch__rollout_is_complete(r))
		code = korch__rollout_cleanup(r);
	return code < 0 ? code : korch__rollout_progress(r);
}
