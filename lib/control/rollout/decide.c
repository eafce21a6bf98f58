/*
 * The Rollout decider: look, plan, carry out. What each part does stands in the other files of this
 * folder; what is planned, in lib/strategy.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/pods.h"
#include "control/rollout/hand.h"

/* The spec cannot be carried out: nothing changes but what the status says about it. */
static int refuse(korch__argo_hand *h, const char *message)
{
	return korch__argo_note_generation(h) < 0 ? KORCH_E_NOMEM : korch__argo_invalid(h, message);
}

static int flush_rollout(korch__argo_hand *h)
{
	const korch_object *base = &h->rollout->object;
	const korch_object_meta *meta = h->edited->object.metadata;
	if (korch_map_equal(meta->annotations, base->metadata->annotations) && h->rollout->status &&
	    korch_struct_equal(h->status, h->rollout->status, &korch_rollout_status_type))
		return korch_plan_steps(h->plan) > 0 ? korch_plan_check(h->plan, base) : 0;
	return korch_plan_update_status(h->plan, base, &KORCH_STEAL(h->edited)->object);
}

/* Carries out what was planned. */
static int carry_out(korch__argo_hand *h)
{
	int collided = 0;
	if (korch__argo_create(h, &collided) < 0)
		return KORCH_E_NOMEM;
	if (collided)
		return 0;
	int (*const parts[])(korch__argo_hand *) = {
	    korch__argo_apply_targets,  korch__argo_apply_metadata,   korch__argo_apply_services,
	    korch__argo_apply_runs,     korch__argo_apply_experiment, korch__argo_apply_gate,
	    korch__argo_apply_workload, korch__argo_restart,          korch__argo_write_weights,
	    korch__argo_write_status,   korch__argo_write_conditions, korch__argo_write_events,
	    korch__argo_flush_sets,
	};
	for (size_t i = 0; i < KORCH_COUNT(parts); i++) {
		if (parts[i](h) < 0)
			return KORCH_E_NOMEM;
	}
	if (korch__argo_state_write(h->edited, h->status, &h->next.state, &h->strategy) < 0)
		return KORCH_E_NOMEM;
	korch_plan_wake_at(h->plan, h->next.wake_at);
	return 0;
}

/* Old revisions that are kept at most: the planner has room for so many, and for those that still
 * have replicas. */
#define HISTORY_MAX (KORCH_STRATEGY_REVISIONS_MAX - 14)

/* What is wished, or what is wrong with it. */
static int read_spec(korch__argo_hand *h, korch_error **err)
{
	int code = korch_strategy_from_rollout(&h->strategy, h->steps, KORCH_STRATEGY_STEPS_MAX,
	                                       h->rollout, err);
	if (code == 0)
		code = korch_strategy_check(&h->strategy, err);
	if (code == 0)
		code = korch__argo_check_services(h->input, err);
	if (h->strategy.history_limit > HISTORY_MAX)
		h->strategy.history_limit = HISTORY_MAX;
	if (code < 0 || h->input->template_)
		return code;
	return korch_error_set(err, KORCH_E_INVALID, "%s",
	                       h->rollout->spec->workload_ref
	                           ? "spec.workloadRef: the workload does not exist or has no template"
	                           : "spec.template: there is none");
}

static int turn(korch__argo_hand *h, korch_error **err)
{
	_cleanup_error_ korch_error *problem = NULL;
	if (korch__is_deleting(&h->rollout->object))
		return 0;
	int code = read_spec(h, &problem);
	if (code < 0)
		return refuse(h, korch_error_message(problem));
	korch__argo_observe(h);
	code = korch_rollout_plan(&h->next, &h->strategy, &h->observed, h->input->now);
	if (code < 0)
		return korch_error_set(err, code, "rollout %s cannot be planned",
		                       korch_object_name(&h->rollout->object));
	return carry_out(h);
}

int korch__argo_decide(const korch__argo_input *input, korch_plan *plan, korch_error **err)
{
	const korch_rollout *rollout = input->rollout;
	if (!rollout->spec || !rollout->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "rollout %s has no spec",
		                       korch_object_name(&rollout->object));
	_cleanup_free_ korch__argo_hand *h = korch__calloc(1, sizeof(*h));
	if (!h)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = korch__argo_hand_init(h, input, plan, err);
	if (code == 0)
		code = turn(h, err);
	if (code == 0 && flush_rollout(h) < 0)
		code = KORCH_E_NOMEM;
	korch__argo_hand_fini(h);
	if (code == 0)
		code = korch_plan_error(plan);
	return code == KORCH_E_NOMEM ? korch_error_set(err, code, "out of memory") : code;
}

int korch__argo_explain_input(char out[KORCH_STRATEGY_TEXT_SIZE], const korch__argo_input *input,
                              korch_error **err)
{
	korch_plan *plan = NULL;
	_cleanup_free_ korch__argo_hand *h = korch__calloc(1, sizeof(*h));
	if (!h || korch_plan_new(&plan) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = korch__argo_hand_init(h, input, plan, err);
	if (code == 0)
		code = read_spec(h, err);
	if (code == 0) {
		korch__argo_observe(h);
		code = korch_rollout_plan(&h->next, &h->strategy, &h->observed, input->now);
	}
	if (code == 0)
		korch_rollout_explain(out, &h->strategy, &h->next, input->now);
	korch__argo_hand_fini(h);
	korch_plan_free(plan);
	return code;
}
