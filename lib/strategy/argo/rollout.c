/*
 * Rollouts and Deployments as strategies: Argo Rollouts' and Kubernetes' defaults, percentages and
 * durations made numbers. What a strategy means is the planner's matter.
 */
#include "base/text.h"

#include <korch/intstr.h>
#include <korch/strategy/rollout.h>
#include <korch/time.h>

/* Argo Rollouts, utils/defaults. */
#define SCALE_DOWN_DELAY_S 30
#define ABORT_SCALE_DOWN_DELAY_S 30
#define DEADLINE_S 600
#define HISTORY 10

static korch_usec seconds(int64_t s)
{
	return s * KORCH_USEC_PER_SEC;
}

/* A number, or a percentage of the replicas; 25% when absent. */
static int share(int32_t *out, const korch_int_or_string *value, int32_t replicas, int round_up,
                 korch_error **err)
{
	static const korch_int_or_string quarter = {.text = "25%", .is_set = 1};
	return korch_int_or_percent_of(out, value && value->is_set ? value : &quarter, replicas,
	                               round_up, err);
}

static int surge_and_unavailable(korch_strategy *out, const korch_int_or_string *surge,
                                 const korch_int_or_string *unavailable, korch_error **err)
{
	int code = share(&out->max_surge, surge, out->replicas, 1, err);
	if (code == 0)
		code = share(&out->max_unavailable, unavailable, out->replicas, 0, err);
	if (code < 0)
		return code;
	if (out->max_surge < 0 || out->max_unavailable < 0)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "maxSurge and maxUnavailable must not be negative");
	if (out->max_surge == 0 && out->max_unavailable == 0)
		out->max_unavailable = 1;
	return 0;
}

/* Seconds, or a duration such as 10m; 0: for good. */
static int pause_duration(korch_usec *out, const korch_rollout_pause *pause, korch_error **err)
{
	const korch_int_or_string *duration = &pause->duration;
	int64_t ns = 0, s = 0;
	*out = 0;
	if (!duration->is_set)
		return 0;
	if (!duration->text) {
		*out = seconds(duration->number);
		return 0;
	}
	if (korch__text_to_i64(&s, duration->text) == 0 && s <= INT32_MAX) {
		*out = seconds(s);
		return 0;
	}
	int code = korch_duration_parse(&ns, duration->text, err);
	*out = ns / 1000;
	return code;
}

static void scale_step(korch_strategy_step *out, const korch_set_canary_scale *scale)
{
	out->type = KORCH_STRATEGY_SET_CANARY_SCALE;
	if (KORCH_IS_SET(scale, korch_set_canary_scale, replicas)) {
		out->scale_by = KORCH_STRATEGY_SCALE_REPLICAS;
		out->scale = scale->replicas;
	} else if (KORCH_IS_SET(scale, korch_set_canary_scale, weight)) {
		out->scale_by = KORCH_STRATEGY_SCALE_WEIGHT;
		out->scale = scale->weight;
	}
}

static int experiment_step(korch_strategy_step *out,
                           const korch_rollout_experiment_step *experiment, korch_error **err)
{
	int64_t ns = 0;
	int code = experiment->duration ? korch_duration_parse(&ns, experiment->duration, err) : 0;
	*out = (korch_strategy_step){.type = KORCH_STRATEGY_EXPERIMENT, .duration_us = ns / 1000};
	return code;
}

static void mirror_step(korch_strategy_step *out, const korch_set_mirror_route *route)
{
	*out = (korch_strategy_step){
	    .type = KORCH_STRATEGY_SET_MIRROR_ROUTE,
	    .name = korch__text_or_empty(route->name),
	    .weight = KORCH_IS_SET(route, korch_set_mirror_route, percentage) ? route->percentage : 100,
	    .removes = route->n_match == 0,
	};
}

/* What a step waits for or sets, beside scale and routes. 1: there is such a thing. */
static int read_main(korch_strategy_step *out, const korch_canary_step *step, korch_error **err)
{
	int code = 0;
	*out = (korch_strategy_step){0};
	if (step->pause) {
		out->type = KORCH_STRATEGY_PAUSE;
		code = pause_duration(&out->duration_us, step->pause, err);
	} else if (step->experiment) {
		code = experiment_step(out, step->experiment, err);
	} else if (step->analysis) {
		out->type = KORCH_STRATEGY_ANALYSIS;
	} else if (step->plugin) {
		out->type = KORCH_STRATEGY_GATE;
		out->name = korch__text_or_empty(step->plugin->name);
	} else if (KORCH_IS_SET(step, korch_canary_step, set_weight)) {
		out->type = KORCH_STRATEGY_SET_WEIGHT;
		out->weight = step->set_weight;
	} else {
		return 0;
	}
	return code < 0 ? code : 1;
}

static void header_step(korch_strategy_step *out, const korch_set_header_route *route)
{
	*out = (korch_strategy_step){
	    .type = KORCH_STRATEGY_SET_HEADER_ROUTE,
	    .name = korch__text_or_empty(route->name),
	    .removes = route->n_match == 0,
	};
}

/* One step of a manifest may set a scale and routes beside something else: each becomes a step of
 * its own, the one that is waited for last. Gives how many, or a negative code. */
static int read_step(korch_strategy_step out[4], const korch_canary_step *step, korch_error **err)
{
	int n = 0;
	if (step->set_canary_scale) {
		out[n] = (korch_strategy_step){0};
		scale_step(&out[n++], step->set_canary_scale);
	}
	if (step->set_header_route)
		header_step(&out[n++], step->set_header_route);
	if (step->set_mirror_route)
		mirror_step(&out[n++], step->set_mirror_route);
	int more = read_main(&out[n], step, err);
	if (more < 0)
		return more;
	if (n + more == 0)
		return korch_error_set(err, KORCH_E_INVALID, "the step does nothing");
	return n + more;
}

static int add_step(korch_strategy *out, korch_strategy_step *steps, size_t max,
                    const korch_canary_step *step, int32_t origin, korch_error **err)
{
	korch_strategy_step made[4];
	int n = read_step(made, step, err);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		if (out->n_steps == max)
			return korch_error_set(err, KORCH_E_LIMIT, "more than %zu steps", max);
		made[i].origin = origin;
		steps[out->n_steps++] = made[i];
	}
	return 0;
}

static int read_steps(korch_strategy *out, korch_strategy_step *steps, size_t max,
                      const korch_canary_strategy *canary, korch_error **err)
{
	for (size_t i = 0; i < canary->n_steps; i++) {
		korch_error *cause = NULL;
		int code = add_step(out, steps, max, &canary->steps[i], (int32_t)i, &cause);
		if (code < 0) {
			korch_error_set(err, code, "spec.strategy.canary.steps[%zu]: %s", i,
			                korch_error_message(cause));
			korch_error_free(cause);
			return code;
		}
	}
	out->steps = steps;
	return 0;
}

/* Argo: 30 seconds with a router, and not kept up at all without. */
static void canary_delays(korch_strategy *out, const korch_canary_strategy *canary)
{
	int is_set = KORCH_IS_SET(canary, korch_canary_strategy, scale_down_delay_seconds);
	if (out->traffic && !out->dynamic_stable)
		out->scale_down_delay_us =
		    seconds(is_set ? canary->scale_down_delay_seconds : SCALE_DOWN_DELAY_S);
	out->scale_down_revision_limit = canary->scale_down_delay_revision_limit;
	if (!out->traffic)
		out->abort_scale_down_delay_us = -1;
	else if (KORCH_IS_SET(canary, korch_canary_strategy, abort_scale_down_delay_seconds))
		out->abort_scale_down_delay_us = seconds(canary->abort_scale_down_delay_seconds);
	else
		out->abort_scale_down_delay_us =
		    out->dynamic_stable ? -1 : seconds(ABORT_SCALE_DOWN_DELAY_S);
}

int32_t korch_strategy_step_at(const korch_strategy *strategy, int32_t origin)
{
	size_t i = 0;
	while (i < strategy->n_steps && strategy->steps[i].origin < origin)
		i++;
	return (int32_t)i;
}

static int read_canary(korch_strategy *out, korch_strategy_step *steps, size_t max,
                       const korch_canary_strategy *canary, korch_error **err)
{
	out->type = KORCH_STRATEGY_CANARY;
	int code = surge_and_unavailable(out, &canary->max_surge, &canary->max_unavailable, err);
	if (code < 0)
		return code;
	const korch_rollout_traffic_routing *routing = canary->traffic_routing;
	out->traffic = routing != NULL;
	if (routing && KORCH_IS_SET(routing, korch_rollout_traffic_routing, max_traffic_weight))
		out->max_weight = routing->max_traffic_weight;
	out->dynamic_stable = canary->dynamic_stable_scale;
	out->min_per_revision = canary->min_pods_per_replica_set;
	out->background = canary->analysis != NULL && canary->analysis->n_templates > 0;
	canary_delays(out, canary);
	code = read_steps(out, steps, max, canary, err);
	if (code < 0)
		return code;
	out->background_step =
	    korch_strategy_step_at(out, canary->analysis ? canary->analysis->starting_step : 0);
	return 0;
}

static int read_blue_green(korch_strategy *out, const korch_blue_green_strategy *bg,
                           korch_error **err)
{
	out->type = KORCH_STRATEGY_BLUE_GREEN;
	int code = share(&out->max_unavailable, &bg->max_unavailable, out->replicas, 0, err);
	out->max_surge = out->replicas > 0 ? out->replicas : 1;
	out->has_preview = bg->preview_service && *bg->preview_service;
	out->preview_replicas = bg->preview_replica_count;
	out->auto_promotion = !KORCH_IS_SET(bg, korch_blue_green_strategy, auto_promotion_enabled) ||
	                      bg->auto_promotion_enabled;
	out->auto_promotion_us = seconds(bg->auto_promotion_seconds);
	out->pre_analysis = bg->pre_promotion_analysis && bg->pre_promotion_analysis->n_templates > 0;
	out->post_analysis =
	    bg->post_promotion_analysis && bg->post_promotion_analysis->n_templates > 0;
	out->scale_down_delay_us =
	    seconds(KORCH_IS_SET(bg, korch_blue_green_strategy, scale_down_delay_seconds)
	                ? bg->scale_down_delay_seconds
	                : SCALE_DOWN_DELAY_S);
	out->scale_down_revision_limit = bg->scale_down_delay_revision_limit;
	out->abort_scale_down_delay_us =
	    seconds(KORCH_IS_SET(bg, korch_blue_green_strategy, abort_scale_down_delay_seconds)
	                ? bg->abort_scale_down_delay_seconds
	                : ABORT_SCALE_DOWN_DELAY_S);
	return code;
}

static void read_common(korch_strategy *out, const korch_rollout_spec *spec)
{
	*out = (korch_strategy){.size = sizeof(*out)};
	out->replicas = KORCH_IS_SET(spec, korch_rollout_spec, replicas) ? spec->replicas : 1;
	out->paused = spec->paused;
	out->history_limit = KORCH_IS_SET(spec, korch_rollout_spec, revision_history_limit)
	                         ? spec->revision_history_limit
	                         : HISTORY;
	out->rollback_window = spec->rollback_window ? spec->rollback_window->revisions : 0;
	out->deadline_aborts = spec->progress_deadline_abort;
	out->deadline_us = seconds(KORCH_IS_SET(spec, korch_rollout_spec, progress_deadline_seconds)
	                               ? spec->progress_deadline_seconds
	                               : DEADLINE_S);
}

int korch_strategy_from_rollout(korch_strategy *out, korch_strategy_step *steps, size_t max,
                                const korch_rollout *rollout, korch_error **err)
{
	if (!out || (!steps && max > 0) || !rollout || !rollout->spec)
		return korch_error_set(err, KORCH_E_INVALID, "no rollout");
	const korch_rollout_strategy *strategy = rollout->spec->strategy;
	if (!strategy || !strategy->canary == !strategy->blue_green)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "spec.strategy: exactly one of canary and blueGreen is needed");
	korch_strategy made;
	read_common(&made, rollout->spec);
	int code = strategy->canary ? read_canary(&made, steps, max, strategy->canary, err)
	                            : read_blue_green(&made, strategy->blue_green, err);
	if (code == 0)
		*out = made;
	return code;
}

int korch_strategy_from_deployment(korch_strategy *out, const korch_deployment *deployment,
                                   korch_error **err)
{
	if (!out || !deployment || !deployment->spec)
		return korch_error_set(err, KORCH_E_INVALID, "no deployment");
	const korch_deployment_spec *spec = deployment->spec;
	const korch_deployment_strategy *strategy = spec->strategy;
	const korch_rolling_update_deployment *rolling = strategy ? strategy->rolling_update : NULL;
	korch_strategy made = {.size = sizeof(made), .paused = spec->paused};
	made.replicas = KORCH_IS_SET(spec, korch_deployment_spec, replicas) ? spec->replicas : 1;
	made.history_limit = KORCH_IS_SET(spec, korch_deployment_spec, revision_history_limit)
	                         ? spec->revision_history_limit
	                         : HISTORY;
	made.deadline_us = seconds(KORCH_IS_SET(spec, korch_deployment_spec, progress_deadline_seconds)
	                               ? spec->progress_deadline_seconds
	                               : DEADLINE_S);
	int code = 0;
	if (strategy && korch__text_equal(strategy->type, "Recreate"))
		made.type = KORCH_STRATEGY_RECREATE;
	else
		code = surge_and_unavailable(&made, rolling ? &rolling->max_surge : NULL,
		                             rolling ? &rolling->max_unavailable : NULL, err);
	if (code == 0)
		*out = made;
	return code;
}
