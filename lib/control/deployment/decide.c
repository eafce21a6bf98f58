/*
 * The Deployment decider: which of its parts has its turn. Revisions, sizes, rolling and status
 * stand in the other files of this folder; reading the view in controller.c.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/deployment/hand.h"
#include "control/pods.h"
#include <korch/intstr.h>

int32_t korch__deployment_replicas(const korch_deployment *deployment)
{
	return KORCH_IS_SET(deployment->spec, korch_deployment_spec, replicas)
	           ? deployment->spec->replicas
	           : 1;
}

/* An integer, or a percentage of total; what is neither counts as 0 (validation does not let it
 * in). */
static int32_t resolve(const korch_int_or_string *value, int32_t total, int round_up)
{
	int32_t number = 0;
	return korch_int_or_percent_of(&number, value, total, round_up, NULL) == 0 && number > 0
	           ? number
	           : 0;
}

void korch__deployment_limits(const korch_deployment *deployment, int32_t *max_surge,
                              int32_t *max_unavailable)
{
	static const korch_int_or_string quarter = {.text = "25%", .is_set = 1};
	const korch_deployment_strategy *strategy = deployment->spec->strategy;
	const korch_rolling_update_deployment *rolling = strategy ? strategy->rolling_update : NULL;
	int32_t replicas = korch__deployment_replicas(deployment);
	*max_surge = *max_unavailable = 0;
	if (strategy && korch__text_equal(strategy->type, "Recreate"))
		return;
	*max_surge =
	    resolve(rolling && rolling->max_surge.is_set ? &rolling->max_surge : &quarter, replicas, 1);
	*max_unavailable =
	    resolve(rolling && rolling->max_unavailable.is_set ? &rolling->max_unavailable : &quarter,
	            replicas, 0);
	if (*max_surge == 0 && *max_unavailable == 0)
		*max_unavailable = 1;
	if (*max_unavailable > replicas)
		*max_unavailable = replicas;
}

static int selects_all(const korch_label_selector *selector)
{
	return !selector || ((!selector->match_labels || selector->match_labels->n == 0) &&
	                     selector->n_match_expressions == 0);
}

/* A selector that selects every pod of the namespace is not acted upon. */
static int refuse(const korch_deployment *deployment, korch_plan *plan)
{
	const korch_object *base = &deployment->object;
	int64_t observed = deployment->status ? deployment->status->observed_generation : 0;
	if (observed >= base->metadata->generation && observed > 0)
		return 0;
	korch_plan_event(plan, base, "Warning", "SelectingAll",
	                 "This deployment is selecting all pods. A non-empty selector is required.");
	korch_deployment *edited = (korch_deployment *)korch_object_edit(base);
	korch_deployment_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_deployment_status_type) : NULL;
	if (!status) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	status->observed_generation = base->metadata->generation;
	return korch_plan_update_status(plan, base, &edited->object);
}

/* Paused, or the wished size changed: sizes only, no new revision. */
static int sync_sizes(korch__rollout *r)
{
	if (korch__rollout_scale_all(r) < 0)
		return KORCH_E_NOMEM;
	if (r->deployment->spec->paused && korch__rollout_cleanup(r) < 0)
		return KORCH_E_NOMEM;
	return korch__rollout_status(r);
}

static int turn(korch__rollout *r)
{
	const korch_deployment_strategy *strategy = r->deployment->spec->strategy;
	if (korch__is_deleting(&r->deployment->object))
		return korch__rollout_status(r);
	if (korch__rollout_paused_conditions(r) < 0 || korch__rollout_sync_revision(r) < 0)
		return KORCH_E_NOMEM;
	if (r->deployment->spec->paused || korch__rollout_is_scaling(r))
		return sync_sizes(r);
	if (strategy && korch__text_equal(strategy->type, "Recreate"))
		return korch__rollout_recreate(r);
	return korch__rollout_rolling(r);
}

int korch__deployment_decide(const korch__deployment_input *input, korch_plan *plan,
                             korch_error **err)
{
	const korch_deployment *deployment = input->deployment;
	if (!deployment->spec || !deployment->spec->template_ || !deployment->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "deployment %s has no template",
		                       korch_object_name(&deployment->object));
	if (selects_all(deployment->spec->selector))
		return refuse(deployment, plan) < 0 ? korch_error_set(err, KORCH_E_NOMEM, "out of memory")
		                                    : 0;
	_cleanup_(korch__rollout_fini) korch__rollout r;
	int code = korch__rollout_init(&r, input, plan, err);
	if (code < 0)
		return code;
	if (turn(&r) < 0 || korch__rollout_flush(&r) < 0 || korch_plan_error(plan) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return 0;
}
