/*
 * The decider of Canaries: look, plan, carry out. What each part does stands in the other files of
 * this folder; what is planned, in lib/strategy.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/flagger/hand.h"
#include "control/flagger/traffic.h"
#include "control/pods.h"
#include <stdio.h>
#include <string.h>

static int flush_canary(korch__flagger_hand *h)
{
	const korch_object *base = &h->canary->object;
	const korch_object_meta *meta = h->edited->object.metadata;
	if (korch_map_equal(meta->annotations, base->metadata->annotations) &&
	    meta->n_finalizers == base->metadata->n_finalizers && h->canary->status &&
	    korch_struct_equal(h->status, h->canary->status, &korch_flagger_canary_status_type))
		return korch_plan_steps(h->plan) > 0 ? korch_plan_check(h->plan, base) : 0;
	return korch_plan_update_status(h->plan, base, &KORCH_STEAL(h->edited)->object);
}

/* What an update of the primary may leave out. */
static void measure_primary(korch__flagger_hand *h)
{
	int32_t surge, unavailable;
	const korch_deployment *target = h->input->target;
	const korch_deployment_strategy *strategy = target->spec->strategy;
	korch_deployment like = *h->input->primary;
	korch_deployment_spec spec = *like.spec;
	spec.strategy = target->spec->strategy; /* the primary gets it with the template */
	like.spec = &spec;
	h->size = (korch_flagger_primary){.size = sizeof(h->size),
	                                  .replicas = korch__deployment_replicas(&like)};
	korch__deployment_limits(&like, &surge, &unavailable);
	h->size.max_unavailable =
	    strategy && korch__text_equal(strategy->type, "Recreate") ? h->size.replicas : unavailable;
}

int korch__flagger_read_spec(korch__flagger_hand *h, korch_error **err)
{
	measure_primary(h);
	int code = korch_strategy_from_canary(&h->strategy, h->steps, h->canary, &h->size, err);
	if (code == 0)
		code = korch_strategy_check(&h->strategy, err);
	return code < 0 ? code : korch_flagger_interval(&h->interval, h->canary, err);
}

/* The text of the traffic. Weight that does not move stays with the pods that have it, though the
 * target may have others by now. */
static int write_traffic(korch__flagger_hand *h)
{
	char text[KORCH__FLAGGER_TRAFFIC_SIZE], revision[64] = "", routes[32] = "-";
	const korch_strategy_plan *next = &h->next;
	const korch_replica_set *set = h->input->target_set;
	const char *asked = korch__annotation(&h->canary->object, KORCH__FLAGGER_ANNOTATION_TRAFFIC);
	int32_t weight = next->targets[1].weight;
	for (size_t i = 0; i < h->strategy.n_steps; i++) {
		const korch_strategy_step *step = &h->steps[i];
		if (!(next->routes[i / 64] & UINT64_C(1) << (i % 64)))
			continue;
		if (step->type == KORCH_STRATEGY_SET_HEADER_ROUTE)
			snprintf(routes, sizeof(routes), "match");
		else
			snprintf(routes, sizeof(routes), "mirror=%d", step->weight);
	}
	if (weight > 0 && weight == h->weight && asked && asked[0] != '-')
		snprintf(revision, sizeof(revision), "%.*s", (int)strcspn(asked, " "), asked);
	else if (set && (weight > 0 || routes[0] != '-'))
		snprintf(revision, sizeof(revision), "%.63s",
		         korch__text_or_empty(
		             korch_map_get(korch__labels(&set->object), KORCH__LABEL_TEMPLATE_HASH)));
	korch__flagger_traffic_text(text, revision, revision[0] ? weight : 0,
	                            revision[0] ? routes : "-");
	return korch__flagger_annotate(h, KORCH__FLAGGER_ANNOTATION_TRAFFIC, text);
}

static int carry_out(korch__flagger_hand *h)
{
	if (korch__flagger_scale_target(h, h->next.targets[1].size) < 0 ||
	    korch__flagger_fulfil_wish(h) < 0 || write_traffic(h) < 0 ||
	    korch__flagger_apply_checks(h) < 0 || korch__flagger_write_events(h) < 0 ||
	    korch__flagger_write_status(h) < 0 || korch__flagger_write_words(h) < 0 ||
	    korch__flagger_state_write(h, &h->next.state) < 0)
		return KORCH_E_NOMEM;
	korch_plan_wake_at(h->plan, h->next.wake_at);
	return 0;
}

/* The primary is there as a whole: from now on it serves. */
static int initialize(korch__flagger_hand *h)
{
	const korch_strategy_state state = {
	    .stable = KORCH__FLAGGER_PRIMARY,
	    .current = KORCH__FLAGGER_PRIMARY,
	    .step = (int32_t)h->strategy.n_steps,
	    .step_since_us = h->input->now,
	};
	char text[KORCH__FLAGGER_TRAFFIC_SIZE];
	if (korch__flagger_set_phase(h, "Initializing") < 0)
		return KORCH_E_NOMEM;
	if (h->canary->spec->suspend || !korch__flagger_is_whole(h->input->primary))
		return 0;
	if (h->canary->spec->autoscaler_ref &&
	    korch__flagger_say(
	        h, "Warning", "spec.autoscalerRef is not followed: sizes are those of the primary") < 0)
		return KORCH_E_NOMEM;
	korch__flagger_traffic_text(text, "", 0, "-");
	h->told = korch__deployment_replicas(h->input->target);
	h->wish = 0;
	if (korch__flagger_put_service(h, KORCH__FLAGGER_APEX) < 0 ||
	    korch__flagger_annotate(h, KORCH__FLAGGER_ANNOTATION_TRAFFIC, text) < 0)
		return KORCH_E_NOMEM;
	return korch__flagger_state_write(h, &state);
}

/* All steps are done, and the target carries what the primary cannot while it is updated. */
int korch__flagger_can_promote(const korch__flagger_hand *h)
{
	const korch_strategy_state *state = &h->observed.state;
	const korch_strategy_revision *target = &h->revisions[1];
	int64_t carried =
	    h->size.replicas > 0 ? (int64_t)target->available * 100 / h->size.replicas : 100;
	return !korch__flagger_is_promoting(h) && !state->aborted && !h->strategy.paused &&
	       !h->observed.steps_changed && korch__text_equal(state->current, h->id) &&
	       !korch__text_equal(h->id, h->promoted) && state->step >= (int32_t)h->strategy.n_steps &&
	       h->observed.traffic_verified && h->weight >= korch_flagger_update_weight(&h->size) &&
	       carried >= h->weight;
}

static int promote(korch__flagger_hand *h)
{
	const korch_strategy_state state = {
	    .stable = h->id,
	    .current = KORCH__FLAGGER_PRIMARY,
	    .step = (int32_t)h->strategy.n_steps,
	    .attempt = h->observed.state.attempt,
	    .checks_failed = h->observed.state.checks_failed,
	    .step_since_us = h->input->now,
	    .progress_us = h->input->now,
	};
	if (korch__flagger_promote(h) < 0 || korch__flagger_set_phase(h, "Promoting") < 0)
		return KORCH_E_NOMEM;
	return korch__flagger_state_write(h, &state);
}

/* Somebody changed the target while the primary was being updated to what it had been: that is now
 * the stable one, and another rollout begins. */
static void leave_promotion(korch__flagger_hand *h)
{
	snprintf(h->stable, sizeof(h->stable), "%s", KORCH__FLAGGER_PRIMARY);
	snprintf(h->current, sizeof(h->current), "%s", KORCH__FLAGGER_PRIMARY);
}

void korch__flagger_look(korch__flagger_hand *h)
{
	h->weight = korch__flagger_traffic_weight(
	    korch__annotation(&h->canary->object, KORCH__FLAGGER_ANNOTATION_TRAFFIC));
	if (korch__flagger_is_promoting(h) && !korch__text_equal(h->stable, h->id))
		leave_promotion(h);
	korch__flagger_observe(h);
}

static int keep_going(korch__flagger_hand *h, korch_error **err)
{
	if (korch__flagger_put_service(h, KORCH__FLAGGER_APEX) < 0)
		return KORCH_E_NOMEM;
	korch__flagger_look(h);
	if (korch__flagger_can_promote(h))
		return promote(h);
	int code = korch_rollout_plan(&h->next, &h->strategy, &h->observed, h->input->now);
	if (code < 0)
		return korch_error_set(err, code, "canary %s cannot be planned",
		                       korch_object_name(&h->canary->object));
	return carry_out(h);
}

static int lead(korch__flagger_hand *h, korch_error **err)
{
	if (korch__flagger_put_service(h, KORCH__FLAGGER_CANARY_ONLY) < 0 ||
	    korch__flagger_put_service(h, KORCH__FLAGGER_PRIMARY_ONLY) < 0 ||
	    korch__flagger_hold(h) < 0)
		return KORCH_E_NOMEM;
	if (!h->input->primary || !h->input->primary->spec) {
		int is_new = !korch__annotation(&h->canary->object, KORCH__FLAGGER_ANNOTATION_STATE);
		if (is_new && korch__flagger_set_phase(h, "Initializing") < 0)
			return KORCH_E_NOMEM;
		return korch__flagger_make_primary(h);
	}
	int code = korch__flagger_read_spec(h, err);
	if (code < 0)
		return code;
	korch__flagger_state_read(h);
	return h->is_known ? keep_going(h, err) : initialize(h);
}

static int turn(korch__flagger_hand *h, korch_error **err)
{
	_cleanup_error_ korch_error *problem = NULL;
	const korch_deployment *target = h->input->target;
	if (korch__is_deleting(&h->canary->object))
		return korch__flagger_finalize(h);
	if (!h->canary->spec->service || !h->canary->spec->target_ref)
		return 0;
	if (!target || !target->spec || !target->spec->template_)
		return korch__flagger_say(h, "Warning", "spec.targetRef: there is no Deployment %s",
		                          korch__text_or_empty(h->canary->spec->target_ref->name));
	int code = korch__flagger_find_label(h, &problem);
	if (code == 0)
		code = lead(h, &problem);
	if (code == KORCH_E_INVALID || code == KORCH_E_LIMIT)
		return korch__flagger_say(h, "Warning", "%s", korch_error_message(problem));
	return code < 0 ? korch_error_set(err, code, "%s", korch_error_message(problem)) : 0;
}

int korch__flagger_decide(const korch__flagger_input *input, korch_plan *plan, korch_error **err)
{
	const korch_flagger_canary *canary = input->canary;
	if (!canary->spec || !canary->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "canary %s has no spec",
		                       korch_object_name(&canary->object));
	_cleanup_free_ korch__flagger_hand *h = korch__calloc(1, sizeof(*h));
	if (!h)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = korch__flagger_hand_init(h, input, plan);
	if (code == 0)
		code = turn(h, err);
	if (code == 0 && flush_canary(h) < 0)
		code = KORCH_E_NOMEM;
	korch__flagger_hand_fini(h);
	if (code == 0)
		code = korch_plan_error(plan);
	return code == KORCH_E_NOMEM ? korch_error_set(err, code, "out of memory") : code;
}
