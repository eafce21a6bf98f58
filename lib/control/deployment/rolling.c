/*
 * From the old template to the new one: RollingUpdate and Recreate, one move at a time. How far the
 * sizes move says the rollout planner (sizes.c).
 */
#include "control/deployment/hand.h"
#include "control/pods.h"

int korch__rollout_rolling(korch__rollout *r)
{
	int scaled = 0, collided = 0;
	int code = korch__rollout_create(r, &collided);
	if (code < 0 || collided)
		return code;
	code = korch__rollout_move(r, &scaled);
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
