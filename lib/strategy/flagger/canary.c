/*
 * Flagger's Canaries as strategies: its defaults, weights and iterations made steps. What a step
 * means is the planner's matter; what its objects are, that of lib/control/flagger.
 */
#include "base/text.h"

#include <korch/strategy/flagger.h>
#include <korch/time.h>

/* Flagger, pkg/apis/flagger/v1beta1/canary.go. */
#define INTERVAL_S 60
#define INTERVAL_MIN_S 10
#define DEADLINE_S 600
#define WEIGHT_MAX 100

/* Steps in the making. */
typedef struct builder {
	korch_strategy_step *steps;
	size_t n;
	int overflow;
	korch_usec interval;
	const korch_flagger_canary *canary;
	const korch_flagger_analysis *analysis;
} builder;

const korch_flagger_analysis *korch_flagger_analysis_of(const korch_flagger_canary *canary)
{
	const korch_flagger_canary_spec *spec = canary ? canary->spec : NULL;
	if (!spec)
		return NULL;
	return spec->analysis ? spec->analysis : spec->canary_analysis;
}

int korch_flagger_has_webhook(const korch_flagger_canary *canary, const char *type)
{
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(canary);
	for (size_t i = 0; analysis && i < analysis->n_webhooks; i++) {
		const char *of = analysis->webhooks[i].type;
		if (korch__text_equal(of && *of ? of : "rollout", type))
			return 1;
	}
	return 0;
}

int korch_flagger_interval(korch_usec *out, const korch_flagger_canary *canary, korch_error **err)
{
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(canary);
	int64_t ns = INTERVAL_S * INT64_C(1000000000);
	if (!out || !analysis)
		return korch_error_set(err, KORCH_E_INVALID, "no analysis");
	if (analysis->interval && *analysis->interval) {
		int code = korch_duration_parse(&ns, analysis->interval, err);
		if (code < 0)
			return code;
	}
	korch_usec least = INTERVAL_MIN_S * KORCH_USEC_PER_SEC;
	*out = ns / 1000 > least ? ns / 1000 : least;
	return 0;
}

static void add(builder *b, korch_strategy_step step)
{
	if (b->n == KORCH_STRATEGY_STEPS_MAX)
		b->overflow = 1;
	else
		b->steps[b->n++] = step;
}

static void add_gate(builder *b, const char *type)
{
	if (korch_flagger_has_webhook(b->canary, type))
		add(b, (korch_strategy_step){.type = KORCH_STRATEGY_GATE, .name = type});
}

static void add_check(builder *b, const char *name, int32_t iterations)
{
	add(b, (korch_strategy_step){.type = KORCH_STRATEGY_CHECK,
	                             .duration_us = b->interval,
	                             .name = name,
	                             .origin = iterations});
}

static void add_weight(builder *b, int32_t weight, int32_t origin)
{
	add(b, (korch_strategy_step){
	           .type = KORCH_STRATEGY_SET_WEIGHT, .weight = weight, .origin = origin});
}

static void add_mirror(builder *b, int removes)
{
	int32_t weight = b->analysis->mirror_weight > 0 ? b->analysis->mirror_weight : WEIGHT_MAX;
	add(b, (korch_strategy_step){.type = KORCH_STRATEGY_SET_MIRROR_ROUTE,
	                             .name = KORCH_FLAGGER_MIRROR_ROUTE,
	                             .weight = weight,
	                             .removes = removes});
}

/* One weight more: whoever has to agree does, then the weight, then a look at it. */
static void add_increase(builder *b, int32_t weight)
{
	add_gate(b, KORCH_FLAGGER_CONFIRM_TRAFFIC);
	add_weight(b, weight, 0);
	add_check(b, NULL, 0);
}

/* Copies of requests for one interval before any weight. */
static void add_mirroring(builder *b)
{
	if (!b->analysis->mirror)
		return;
	add_mirror(b, 0);
	add_check(b, NULL, 0);
	add_mirror(b, 1);
}

/* Gives the greatest weight. Flagger goes on while the weight is below maxWeight, so the last step
 * may go beyond it. */
static int32_t add_weights(builder *b)
{
	const korch_flagger_analysis *a = b->analysis;
	int32_t max = a->max_weight > 0 ? a->max_weight : WEIGHT_MAX, weight = 0;
	add_mirroring(b);
	for (size_t i = 0; i < a->n_step_weights; i++) {
		weight = a->step_weights[i] < WEIGHT_MAX ? a->step_weights[i] : WEIGHT_MAX;
		add_increase(b, weight);
	}
	while (a->n_step_weights == 0 && weight < max && !b->overflow) {
		weight += a->step_weight;
		weight = weight < WEIGHT_MAX ? weight : WEIGHT_MAX;
		add_increase(b, weight);
	}
	add_gate(b, KORCH_FLAGGER_CONFIRM_TRAFFIC);
	return weight;
}

static void add_iterations(builder *b)
{
	const korch_flagger_analysis *a = b->analysis;
	if (a->n_match > 0)
		add(b, (korch_strategy_step){.type = KORCH_STRATEGY_SET_HEADER_ROUTE,
		                             .name = KORCH_FLAGGER_MATCH_ROUTE});
	else if (a->mirror)
		add_mirror(b, 0);
	for (int32_t i = 1; i <= a->iterations && !b->overflow; i++)
		add_check(b, NULL, i);
	if (a->n_match == 0 && a->mirror)
		add_mirror(b, 1);
}

int32_t korch_flagger_update_weight(const korch_flagger_primary *primary)
{
	int64_t left = (int64_t)primary->replicas - primary->max_unavailable;
	if (primary->replicas <= 0)
		return 0;
	return left <= 0 ? WEIGHT_MAX : (int32_t)(WEIGHT_MAX - left * WEIGHT_MAX / primary->replicas);
}

/* All traffic to the target, one look more: blue-green. */
static int32_t add_switch(builder *b)
{
	add_weight(b, WEIGHT_MAX, 0);
	add_check(b, NULL, b->analysis->iterations + 1);
	return WEIGHT_MAX;
}

static void add_all(builder *b, const korch_flagger_primary *primary)
{
	const korch_flagger_analysis *a = b->analysis;
	int32_t weight = 0, needed = korch_flagger_update_weight(primary);
	int is_skipped = b->canary->spec->skip_analysis;
	add_gate(b, KORCH_FLAGGER_CONFIRM_ROLLOUT);
	add(b, (korch_strategy_step){.type = KORCH_STRATEGY_SET_CANARY_SCALE,
	                             .scale_by = KORCH_STRATEGY_SCALE_WEIGHT,
	                             .scale = 100});
	if (!is_skipped && korch_flagger_has_webhook(b->canary, KORCH_FLAGGER_PRE_ROLLOUT))
		add_check(b, KORCH_FLAGGER_PRE_ROLLOUT, 0);
	if (!is_skipped && a->iterations > 0)
		add_iterations(b);
	else if (!is_skipped)
		weight = add_weights(b);
	if (!is_skipped)
		add_gate(b, KORCH_FLAGGER_CONFIRM_PROMOTION);
	if (!is_skipped && a->iterations > 0 && a->n_match == 0)
		weight = add_switch(b);
	if (weight < needed)
		add_weight(b, needed, 1);
}

static int check_weights(const korch_flagger_analysis *a, korch_error **err)
{
	if (a->iterations <= 0 && a->step_weight <= 0 && a->n_step_weights == 0)
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "spec.analysis: one of iterations, stepWeight and stepWeights is needed");
	for (size_t i = 0; i < a->n_step_weights; i++) {
		int32_t before = i > 0 ? a->step_weights[i - 1] : 0;
		if (a->step_weights[i] <= before)
			return korch_error_set(
			    err, KORCH_E_INVALID,
			    "spec.analysis.stepWeights[%zu]: is %d, must be greater than the one before, %d", i,
			    (int)a->step_weights[i], (int)before);
	}
	return 0;
}

static void fill(korch_strategy *out, const builder *b, const korch_flagger_primary *primary)
{
	const korch_flagger_canary_spec *spec = b->canary->spec;
	int64_t deadline =
	    spec->progress_deadline_seconds > 0 ? spec->progress_deadline_seconds : DEADLINE_S;
	*out = (korch_strategy){
	    .size = sizeof(*out),
	    .type = KORCH_STRATEGY_CANARY,
	    .replicas = primary->replicas,
	    .paused = spec->suspend,
	    .history_limit = KORCH_STRATEGY_REVISIONS_MAX,
	    .deadline_aborts = 1,
	    .deadline_us = deadline * KORCH_USEC_PER_SEC,
	    .abort_scale_down_delay_us = -1,
	    .traffic = 1,
	    .background = korch_flagger_has_webhook(b->canary, "rollback"),
	    /* Flagger counts until there are as many as the threshold */
	    .check_threshold = b->analysis->threshold > 1 ? b->analysis->threshold - 1 : 0,
	    .promote_weight_step = b->analysis->step_weight_promotion,
	    .steps = b->steps,
	    .n_steps = b->n,
	};
}

int korch_strategy_from_canary(korch_strategy *out, korch_strategy_step *steps,
                               const korch_flagger_canary *canary,
                               const korch_flagger_primary *primary, korch_error **err)
{
	builder b = {.steps = steps, .canary = canary, .analysis = korch_flagger_analysis_of(canary)};
	if (!out || !steps || !primary || primary->size != sizeof(*primary) || primary->replicas < 0 ||
	    primary->max_unavailable < 0)
		return korch_error_set(err, KORCH_E_INVALID, "no primary, or one of another size");
	if (!b.analysis)
		return korch_error_set(err, KORCH_E_INVALID, "spec.analysis: there is none");
	int code = check_weights(b.analysis, err);
	if (code == 0 && (code = korch_flagger_interval(&b.interval, canary, err)) < 0)
		korch_error_prefix_path(err, "spec.analysis.interval");
	if (code < 0)
		return code;
	korch_strategy_step made[KORCH_STRATEGY_STEPS_MAX];
	b.steps = made;
	add_all(&b, primary);
	if (b.overflow)
		return korch_error_set(err, KORCH_E_LIMIT, "spec.analysis: more than %d steps",
		                       KORCH_STRATEGY_STEPS_MAX);
	for (size_t i = 0; i < b.n; i++)
		steps[i] = made[i];
	b.steps = steps;
	fill(out, &b, primary);
	return 0;
}

const char *korch_flagger_phase(const korch_strategy *spec, const korch_strategy_state *state)
{
	if (state->aborted)
		return "Failed";
	if (state->step < 0 || (size_t)state->step >= spec->n_steps)
		return "Progressing";
	const korch_strategy_step *step = &spec->steps[state->step];
	if (step->type != KORCH_STRATEGY_GATE)
		return "Progressing";
	if (korch__text_equal(step->name, KORCH_FLAGGER_CONFIRM_ROLLOUT))
		return "Waiting";
	return korch__text_equal(step->name, KORCH_FLAGGER_CONFIRM_PROMOTION) ? "WaitingPromotion"
	                                                                      : "Progressing";
}
