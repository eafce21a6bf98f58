/*
 * What is explored: small setups, counted through by the digits of a number, and large ones from
 * random numbers.
 */
#include "explore.h"
#include <string.h>

enum { LISTS = 10 };

#define WEIGHT(w)                                                                                  \
	{                                                                                              \
		.type = KORCH_STRATEGY_SET_WEIGHT, .weight = (w)                                           \
	}
#define PAUSE(s)                                                                                   \
	{                                                                                              \
		.type = KORCH_STRATEGY_PAUSE, .duration_us = (korch_usec)(s)*SECOND                        \
	}
#define SCALE(by, n)                                                                               \
	{                                                                                              \
		.type = KORCH_STRATEGY_SET_CANARY_SCALE, .scale_by = (by), .scale = (n)                    \
	}
#define CHECK(s)                                                                                   \
	{                                                                                              \
		.type = KORCH_STRATEGY_CHECK, .duration_us = (korch_usec)(s)*SECOND                        \
	}
#define JOB(kind)                                                                                  \
	{                                                                                              \
		.type = (kind), .name = "job"                                                              \
	}
#define ROUTE(kind, w, gone)                                                                       \
	{                                                                                              \
		.type = (kind), .weight = (w), .name = "route", .removes = (gone)                          \
	}

static const struct {
	int32_t n;
	korch_strategy_step steps[STEPS];
} lists[LISTS] = {
    {4, {WEIGHT(20), PAUSE(0), WEIGHT(60), PAUSE(10)}},
    {3, {WEIGHT(50), JOB(KORCH_STRATEGY_ANALYSIS), WEIGHT(100)}},
    {6,
     {SCALE(KORCH_STRATEGY_SCALE_REPLICAS, 1), WEIGHT(5), PAUSE(0),
      SCALE(KORCH_STRATEGY_SCALE_TRAFFIC, 0), WEIGHT(70), PAUSE(10)}},
    {4,
     {SCALE(KORCH_STRATEGY_SCALE_WEIGHT, 50), WEIGHT(20), JOB(KORCH_STRATEGY_ANALYSIS),
      WEIGHT(80)}},
    {4, {WEIGHT(33), JOB(KORCH_STRATEGY_GATE), WEIGHT(66), CHECK(10)}},
    {3, {JOB(KORCH_STRATEGY_EXPERIMENT), WEIGHT(25), PAUSE(10)}},
    {6,
     {ROUTE(KORCH_STRATEGY_SET_HEADER_ROUTE, 0, 0), SCALE(KORCH_STRATEGY_SCALE_REPLICAS, 2),
      ROUTE(KORCH_STRATEGY_SET_MIRROR_ROUTE, 30, 0), PAUSE(10),
      ROUTE(KORCH_STRATEGY_SET_HEADER_ROUTE, 0, 1), WEIGHT(50)}},
    {3, {WEIGHT(100), PAUSE(0), WEIGHT(40)}},
    {0, {WEIGHT(0)}},
    {3, {CHECK(10), WEIGHT(50), CHECK(10)}},
};

static void take_list(explore_setup *out, int which, int32_t list)
{
	out->n_steps[which] = lists[list].n;
	memcpy(out->steps[which], lists[list].steps, sizeof(lists[list].steps));
}

/* The next digit of *code, of so many. */
static int32_t digit(size_t *code, int32_t n)
{
	int32_t it = (int32_t)(*code % (size_t)n);
	*code /= (size_t)n;
	return it;
}

static const int32_t surge_pairs[4][2] = {{1, 0}, {0, 1}, {1, 1}, {2, 2}};
static const int64_t delays[3] = {0, 30, -1};

static void small_common(explore_setup *out, size_t *code)
{
	out->spec.replicas = 1 + digit(code, 4);
	out->templates = 2 + digit(code, 2);
	out->spec.history_limit = digit(code, 2);
	out->max_replicas = 4;
	out->verbs = 3;
	out->faults = 2;
}

static void small_rolling(explore_setup *out, size_t *code)
{
	int32_t pair = digit(code, 4);
	out->spec.max_surge = surge_pairs[pair][0];
	out->spec.max_unavailable = surge_pairs[pair][1];
	out->slow = digit(code, 2);
	out->fresh = digit(code, 2);
	if (digit(code, 2))
		out->spec.deadline_us = (korch_usec)60 * SECOND;
}

static void small_canary(explore_setup *out, size_t *code)
{
	int32_t list = digit(code, LISTS);
	take_list(out, 0, list);
	out->spec.background = digit(code, 2);
	if (out->spec.background)
		out->spec.background_step = 1;
	out->services = digit(code, 2);
	if (digit(code, 2))
		take_list(out, 1, (list + 1) % LISTS);
	int32_t deadline = digit(code, 3);
	out->spec.deadline_us = (korch_usec)deadline * 40 * SECOND;
	out->spec.deadline_aborts = deadline == 2;
	out->spec.rollback_window = digit(code, 2);
}

static void small_router(explore_setup *out, size_t *code)
{
	out->spec.traffic = 1;
	out->spec.dynamic_stable = digit(code, 2);
	out->spec.abort_scale_down_delay_us = delays[digit(code, 3)] * SECOND;
	out->spec.scale_down_delay_us = delays[digit(code, 2)] * SECOND;
	small_canary(out, code);
	out->spec.min_per_revision = 2 * digit(code, 2);
	out->spec.scale_down_revision_limit = digit(code, 2);
	out->spec.check_threshold = digit(code, 2);
	out->experiment_weight = 30 * digit(code, 2);
	if (digit(code, 3) == 1) { /* other units; stepWeightPromotion */
		out->spec.max_weight = 1000;
		for (int i = 0; i < STEPS; i++) {
			for (int j = 0; j < 2; j++)
				if (out->steps[j][i].type == KORCH_STRATEGY_SET_WEIGHT)
					out->steps[j][i].weight *= 10;
		}
	} else if (out->spec.check_threshold) {
		out->spec.promote_weight_step = 25;
	}
}

static void small_blue_green(explore_setup *out, size_t *code)
{
	int32_t preview = digit(code, 3), promotion = digit(code, 4);
	out->spec.has_preview = preview > 0;
	out->spec.preview_replicas = preview == 2;
	out->spec.auto_promotion = promotion & 1;
	out->spec.auto_promotion_us = promotion > 1 ? (korch_usec)20 * SECOND : 0;
	out->spec.pre_analysis = digit(code, 2);
	out->spec.post_analysis = digit(code, 2);
	out->spec.abort_scale_down_delay_us = delays[digit(code, 3)] * SECOND;
	out->spec.scale_down_delay_us = delays[digit(code, 2)] * SECOND;
	out->spec.scale_down_revision_limit = digit(code, 2);
	out->fresh = digit(code, 2);
	out->spec.rollback_window = digit(code, 2);
	out->spec.max_unavailable = 1;
}

size_t explore_setups(int type)
{
	const size_t common = 4 * 2 * 2, rolling = 4 * 2 * 2 * 2, canary = LISTS * 2 * 2 * 2 * 3 * 2;
	const size_t all[SETUP_TYPES] = {common * rolling, common, common * rolling * canary,
	                                 common * 2 * 3 * 2 * canary * 2 * 2 * 2 * 2 * 3,
	                                 common * 3 * 4 * 2 * 2 * 3 * 2 * 2 * 2 * 2};
	return all[type];
}

void explore_small_setup(explore_setup *out, int type, size_t at)
{
	static const int32_t types[SETUP_TYPES] = {KORCH_STRATEGY_ROLLING, KORCH_STRATEGY_RECREATE,
	                                           KORCH_STRATEGY_CANARY, KORCH_STRATEGY_CANARY,
	                                           KORCH_STRATEGY_BLUE_GREEN};
	size_t code = at;
	memset(out, 0, sizeof(*out));
	out->spec.size = sizeof(out->spec);
	out->spec.type = types[type];
	small_common(out, &code);
	if (type == SETUP_ROLLING || type == SETUP_PLAIN)
		small_rolling(out, &code);
	if (type == SETUP_PLAIN)
		small_canary(out, &code);
	if (type == SETUP_ROUTER)
		small_router(out, &code);
	if (type == SETUP_BLUE_GREEN)
		small_blue_green(out, &code);
	if (type == SETUP_RECREATE || type == SETUP_ROUTER)
		out->spec.max_unavailable = 1;
}

static int32_t below(korch_random *random, int32_t bound)
{
	return (int32_t)korch__random_below(random, (uint64_t)bound);
}

static korch_strategy_step random_step(korch_random *random, int32_t replicas)
{
	korch_strategy_step step = {.type = below(random, 9)};
	int odd = below(random, 2);
	step.name = "job";
	switch (step.type) {
	case KORCH_STRATEGY_SET_WEIGHT:
		step.weight = odd ? below(random, 101) : 10 * below(random, 11);
		break;
	case KORCH_STRATEGY_PAUSE:
	case KORCH_STRATEGY_CHECK:
		step.duration_us = (korch_usec)(odd || step.type == KORCH_STRATEGY_CHECK) *
		                   (1 + below(random, 60)) * SECOND;
		break;
	case KORCH_STRATEGY_SET_CANARY_SCALE:
		step.scale_by = below(random, 3);
		step.scale = step.scale_by == KORCH_STRATEGY_SCALE_TRAFFIC  ? 0
		             : step.scale_by == KORCH_STRATEGY_SCALE_WEIGHT ? below(random, 101)
		                                                            : below(random, replicas + 1);
		break;
	case KORCH_STRATEGY_SET_HEADER_ROUTE:
	case KORCH_STRATEGY_SET_MIRROR_ROUTE:
		step.removes = odd;
		break;
	default:
		break;
	}
	return step;
}

static void random_canary(explore_setup *out, korch_random *random)
{
	korch_strategy *spec = &out->spec;
	spec->traffic = below(random, 3) > 0;
	for (int i = 0; i < 2; i++) {
		out->n_steps[i] = below(random, STEPS + 1);
		for (int32_t j = 0; j < out->n_steps[i]; j++) {
			korch_strategy_step *step = &out->steps[i][j];
			do /* sizes are for routers */
				*step = random_step(random, spec->replicas);
			while (!spec->traffic && (step->type == KORCH_STRATEGY_SET_CANARY_SCALE ||
			                          step->type == KORCH_STRATEGY_SET_HEADER_ROUTE ||
			                          step->type == KORCH_STRATEGY_SET_MIRROR_ROUTE));
		}
	}
	spec->dynamic_stable = spec->traffic && below(random, 2);
	spec->min_per_revision = spec->traffic ? below(random, 3) : 0;
	spec->background = below(random, 2);
	spec->background_step = spec->background ? below(random, out->n_steps[0] + 1) : 0;
	spec->check_threshold = below(random, 3);
	spec->promote_weight_step = below(random, 4) ? 0 : 1 + below(random, 50);
	out->experiment_weight = below(random, 2) * below(random, 40);
	out->services = below(random, 2);
}

static void random_limits(korch_strategy *spec, korch_random *random)
{
	spec->max_surge = below(random, 1 + spec->replicas);
	spec->max_unavailable = below(random, 1 + spec->replicas);
	spec->max_unavailable += !spec->max_surge && !spec->max_unavailable;
	spec->history_limit = below(random, 4);
	spec->rollback_window = below(random, 4) ? 0 : 1 + below(random, 3);
	spec->deadline_us = (korch_usec)(below(random, 2) * (1 + below(random, 200))) * SECOND;
	spec->deadline_aborts = spec->deadline_us && below(random, 2);
	spec->scale_down_delay_us = (korch_usec)below(random, 60) * SECOND;
	spec->abort_scale_down_delay_us = (korch_usec)(below(random, 3) - 1) * 30 * SECOND;
	spec->scale_down_revision_limit = below(random, 3);
	spec->has_preview = below(random, 2);
	spec->preview_replicas = below(random, 2) ? below(random, spec->replicas + 1) : 0;
	spec->auto_promotion = below(random, 2);
	spec->auto_promotion_us = (korch_usec)(below(random, 2) * below(random, 60)) * SECOND;
	spec->pre_analysis = below(random, 2);
	spec->post_analysis = below(random, 2);
}

void explore_random_setup(explore_setup *out, korch_random *random)
{
	korch_strategy *spec = &out->spec;
	memset(out, 0, sizeof(*out));
	spec->size = sizeof(*spec);
	int32_t type = below(random, 8);
	spec->type = type < 1   ? KORCH_STRATEGY_ROLLING
	             : type < 6 ? KORCH_STRATEGY_CANARY
	             : type < 7 ? KORCH_STRATEGY_BLUE_GREEN
	                        : KORCH_STRATEGY_RECREATE;
	spec->replicas = 1 + below(random, below(random, 2) ? 5 : 50);
	random_limits(spec, random);
	if (spec->type == KORCH_STRATEGY_CANARY)
		random_canary(out, random);
	if (below(random, 2)) {
		out->other = *spec;
		random_limits(&out->other, random);
		if (below(random, 2)) {
			out->other.type = below(random, 4);
			out->other.traffic = out->other.type == KORCH_STRATEGY_CANARY && below(random, 2);
		}
		out->other.dynamic_stable = out->other.traffic && below(random, 2);
		out->other.min_per_revision = out->other.traffic ? below(random, 3) : 0;
	}
	out->templates = 2 + below(random, REVISIONS - 1);
	out->max_replicas = 50;
	out->verbs = out->faults = 1 << 30;
	out->fresh = below(random, 4) == 0;
	out->slow = below(random, 2);
}
