/* What a Canary waits for: the planner's sentence, and what comes before and after it. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/flagger/hand.h"
#include <stdio.h>

static int say_first(char *out, const korch_deployment *primary)
{
	const korch_deployment_status *status = primary->status;
	snprintf(out, KORCH_STRATEGY_TEXT_SIZE,
	         "waiting for %s to serve: %d of %d replicas are available",
	         korch_object_name(&primary->object), status ? status->available_replicas : 0,
	         korch__deployment_replicas(primary));
	return 0;
}

static int explain(char *out, korch__flagger_hand *h, korch_error **err)
{
	int code = korch__flagger_read_spec(h, err);
	if (code < 0)
		return code;
	korch__flagger_state_read(h);
	if (!h->is_known)
		return say_first(out, h->input->primary);
	korch__flagger_look(h);
	if (korch__flagger_can_promote(h)) {
		snprintf(out, KORCH_STRATEGY_TEXT_SIZE, "found good; %s gets the template of %s",
		         korch_object_name(&h->input->primary->object),
		         korch_object_name(&h->input->target->object));
		return 0;
	}
	code = korch_rollout_plan(&h->next, &h->strategy, &h->observed, h->input->now);
	if (code < 0)
		return korch_error_set(err, code, "canary %s cannot be planned",
		                       korch_object_name(&h->canary->object));
	korch_rollout_explain(out, &h->strategy, &h->next, h->input->now);
	return 0;
}

int korch__flagger_explain_input(char out[KORCH_STRATEGY_TEXT_SIZE],
                                 const korch__flagger_input *input, korch_error **err)
{
	korch_plan *plan = NULL;
	const korch_deployment *target = input->target, *primary = input->primary;
	if (!target || !target->spec || !target->spec->template_)
		return korch_error_set(err, KORCH_E_NOT_FOUND,
		                       "spec.targetRef: there is no such Deployment");
	if (!primary || !primary->spec) {
		snprintf(out, KORCH_STRATEGY_TEXT_SIZE, "waiting for the primary to be made");
		return 0;
	}
	_cleanup_free_ korch__flagger_hand *h = korch__calloc(1, sizeof(*h));
	if (!h || korch_plan_new(&plan) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = korch__flagger_hand_init(h, input, plan);
	code = code < 0 ? korch_error_set(err, code, "out of memory") : explain(out, h, err);
	korch__flagger_hand_fini(h);
	korch_plan_free(plan);
	return code;
}
