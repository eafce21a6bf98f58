/*
 * restartAt: pods that are older than that go, a few at a time, and their ReplicaSets make new
 * ones. As many are missing at a time as maxUnavailable allows, at least one.
 */
#include "control/claim.h"
#include "control/pods.h"
#include "control/rollout/hand.h"

static int is_old(const korch_pod *pod, korch_usec before)
{
	return korch__pod_is_active(pod) && pod->object.metadata &&
	       pod->object.metadata->creation_timestamp < before;
}

int korch__argo_restart(korch__argo_hand *h)
{
	korch_usec at = h->rollout->spec->restart_at;
	if (!at || h->status->restarted_at == at || h->pods_changed)
		return 0;
	if (at > h->input->now) {
		korch_plan_wake_at(h->plan, at);
		return 0;
	}
	int64_t allowed = h->strategy.max_unavailable > 0 ? h->strategy.max_unavailable : 1, old = 0;
	int64_t available = 0;
	size_t sets = h->n; /* they may be written, too */
	for (size_t i = 0; i < h->input->n_pods; i++) {
		const korch_pod *pod = h->input->pods[i];
		korch_usec wake = KORCH_USEC_NEVER;
		available +=
		    korch__pod_is_active(pod) &&
		    korch__pod_is_available(pod, h->rollout->spec->min_ready_seconds, h->input->now, &wake);
	}
	allowed -= h->strategy.replicas - available;
	for (size_t i = 0; i < h->input->n_pods; i++) {
		const korch_pod *pod = h->input->pods[i];
		if (!is_old(pod, at))
			continue;
		old++;
		if (allowed-- > 0 && korch__plan_takes(h->plan, sets + 1) &&
		    korch_plan_delete(h->plan, &pod->object, NULL) < 0)
			return KORCH_E_NOMEM;
	}
	if (old == 0)
		h->status->restarted_at = at;
	return 0;
}
