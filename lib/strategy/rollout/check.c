/* Whether a strategy and what is observed are in order: one clear line about what is not. */
#include "strategy/rollout/check.h"
#include <string.h>

static int32_t max_weight(const korch_strategy *spec)
{
	return spec->max_weight > 0 ? spec->max_weight : 100;
}

static int negative(const char *name, int64_t value, korch_error **err)
{
	if (value >= 0)
		return 0;
	int code =
	    korch_error_set(err, KORCH_E_INVALID, "is %lld, at least 0 is allowed", (long long)value);
	korch_error_prefix_path(err, name);
	return code;
}

static int check_counts(const korch_strategy *spec, korch_error **err)
{
	const struct {
		const char *name;
		int64_t value;
	} counts[] = {
	    {"replicas", spec->replicas},
	    {"maxSurge", spec->max_surge},
	    {"maxUnavailable", spec->max_unavailable},
	    {"revisionHistoryLimit", spec->history_limit},
	    {"rollbackWindow.revisions", spec->rollback_window},
	    {"progressDeadlineSeconds", spec->deadline_us},
	    {"scaleDownDelaySeconds", spec->scale_down_delay_us},
	    {"scaleDownDelayRevisionLimit", spec->scale_down_revision_limit},
	    {"maxTrafficWeight", spec->max_weight},
	    {"minPodsPerReplicaSet", spec->min_per_revision},
	    {"startingStep", spec->background_step},
	    {"threshold", spec->check_threshold},
	    {"stepWeightPromotion", spec->promote_weight_step},
	    {"previewReplicaCount", spec->preview_replicas},
	    {"autoPromotionSeconds", spec->auto_promotion_us},
	};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].value < 0)
			return negative(counts[i].name, counts[i].value, err);
	}
	return 0;
}

static int refuse(korch_error **err, size_t step, const char *text, int64_t value)
{
	return korch_error_set(err, KORCH_E_INVALID, "steps[%zu]: %s (is %lld)", step, text,
	                       (long long)value);
}

static int check_step(const korch_strategy *spec, size_t i, korch_error **err)
{
	const korch_strategy_step *step = &spec->steps[i];
	if (step->type < KORCH_STRATEGY_SET_WEIGHT || step->type > KORCH_STRATEGY_CHECK)
		return refuse(err, i, "there is no such step", step->type);
	if (step->duration_us < 0)
		return refuse(err, i, "duration must not be negative", step->duration_us);
	switch (step->type) {
	case KORCH_STRATEGY_SET_WEIGHT:
		if (step->weight < 0 || step->weight > max_weight(spec))
			return korch_error_set(err, KORCH_E_INVALID,
			                       "steps[%zu].setWeight: is %d, 0 to %d is allowed", i,
			                       (int)step->weight, (int)max_weight(spec));
		break;
	case KORCH_STRATEGY_SET_MIRROR_ROUTE:
		if (step->weight < 0 || step->weight > 100)
			return refuse(err, i, "percentage must be 0 to 100", step->weight);
		/* fall through */
	case KORCH_STRATEGY_SET_HEADER_ROUTE:
		if (!step->name || !step->name[0])
			return refuse(err, i, "a route needs a name", 0);
		break;
	case KORCH_STRATEGY_SET_CANARY_SCALE:
		if (step->scale_by < KORCH_STRATEGY_SCALE_TRAFFIC ||
		    step->scale_by > KORCH_STRATEGY_SCALE_REPLICAS)
			return refuse(err, i, "setCanaryScale needs weight, replicas or matchTrafficWeight",
			              step->scale_by);
		if (step->scale < 0 || (step->scale_by == KORCH_STRATEGY_SCALE_WEIGHT && step->scale > 100))
			return refuse(err, i, "setCanaryScale is out of range", step->scale);
		break;
	default:
		break;
	}
	return 0;
}

int korch_strategy_check(const korch_strategy *spec, korch_error **err)
{
	if (!spec || spec->size != sizeof(*spec))
		return korch_error_set(err, KORCH_E_INVALID, "no strategy, or one of another size");
	if (spec->type < KORCH_STRATEGY_ROLLING || spec->type > KORCH_STRATEGY_BLUE_GREEN)
		return korch_error_set(err, KORCH_E_INVALID, "type: there is no strategy %d",
		                       (int)spec->type);
	int code = check_counts(spec, err);
	if (code < 0)
		return code;
	int is_bound = spec->type == KORCH_STRATEGY_ROLLING ||
	               (spec->type == KORCH_STRATEGY_CANARY && !spec->traffic);
	if (is_bound && spec->replicas > 0 && spec->max_surge == 0 && spec->max_unavailable == 0)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "maxUnavailable: must not be 0 when maxSurge is 0");
	if (spec->n_steps > KORCH_STRATEGY_STEPS_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "steps: %zu of them, %d are allowed",
		                       spec->n_steps, KORCH_STRATEGY_STEPS_MAX);
	if (spec->n_steps > 0 && !spec->steps)
		return korch_error_set(err, KORCH_E_INVALID, "steps: %zu of them, but no array",
		                       spec->n_steps);
	for (size_t i = 0; i < spec->n_steps; i++) {
		code = check_step(spec, i, err);
		if (code < 0)
			return code;
	}
	return 0;
}

static int is_revision(const korch_strategy_revision *r)
{
	return r->hash && r->size >= 0 && r->present >= 0 && r->ready >= 0 && r->available >= 0 &&
	       r->weight >= 0;
}

static int is_outcome(int32_t outcome)
{
	return outcome >= KORCH_STRATEGY_NONE && outcome <= KORCH_STRATEGY_INCONCLUSIVE;
}

int korch__strategy_check_observed(const korch_strategy *spec, const korch_strategy_observed *seen)
{
	if (!seen || seen->size != sizeof(*seen) || !seen->current ||
	    (seen->n_revisions > 0 && !seen->revisions))
		return KORCH_E_INVALID;
	if (seen->n_revisions > KORCH_STRATEGY_REVISIONS_MAX)
		return KORCH_E_LIMIT;
	int64_t weights = 0;
	for (size_t i = 0; i < seen->n_revisions; i++) {
		const korch_strategy_revision *r = &seen->revisions[i];
		if (!is_revision(r))
			return KORCH_E_INVALID;
		weights += r->weight;
		for (size_t j = 0; j < i; j++) {
			if (strcmp(r->hash, seen->revisions[j].hash) == 0)
				return KORCH_E_INVALID;
		}
	}
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
		if (!is_outcome(seen->analyses[slot].outcome))
			return KORCH_E_INVALID;
	}
	if (!is_outcome(seen->experiment) || !is_outcome(seen->gate) || seen->experiment_weight < 0 ||
	    seen->state.step < 0 || weights > INT32_MAX)
		return KORCH_E_INVALID;
	return 0;
}
