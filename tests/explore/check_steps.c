/*
 * Whether a plan goes on only when it may: steps, pauses, analyses and promotion; and whether what
 * is written goes back and forth.
 */
#include "explore.h"
#include <string.h>

static const korch_strategy_revision *seen(const explore_view *view, const char *hash)
{
	for (size_t i = 0; i < view->observed.n_revisions; i++)
		if (hash && strcmp(view->revisions[i].hash, hash) == 0)
			return &view->revisions[i];
	return NULL;
}

/* An analysis that says of step `at` that it may go on. */
static int analysed(const explore_view *view, int32_t at)
{
	const korch_strategy_analysis *it = &view->observed.analyses[KORCH_STRATEGY_SLOT_STEP];
	return it->outcome == KORCH_STRATEGY_SUCCESSFUL && it->step == at;
}

static int pause_is_over(const explore_view *view, const korch_strategy_step *step, korch_usec now)
{
	const korch_strategy_state *state = &view->observed.state;
	if (state->paused & ~state->pauses & KORCH_STRATEGY_PAUSED_STEP)
		return 1; /* lifted */
	return step->duration_us && state->pauses & KORCH_STRATEGY_PAUSED_STEP &&
	       now >= state->pause_since_us + step->duration_us;
}

/* 1: step `at` has done what it is for. */
static int is_done(const explore_view *view, int32_t at, korch_usec now)
{
	const korch_strategy_step *step = &view->spec.steps[at];
	const korch_strategy_revision *current = seen(view, view->observed.current);
	int present = at == view->observed.state.step;
	switch (step->type) {
	case KORCH_STRATEGY_SET_WEIGHT:
		return !view->spec.traffic ||
		       (current && current->weight == step->weight && view->observed.traffic_verified);
	case KORCH_STRATEGY_PAUSE:
		return present && pause_is_over(view, step, now);
	case KORCH_STRATEGY_ANALYSIS:
	case KORCH_STRATEGY_CHECK:
		return analysed(view, at);
	case KORCH_STRATEGY_EXPERIMENT:
		return present && view->observed.experiment == KORCH_STRATEGY_SUCCESSFUL;
	case KORCH_STRATEGY_GATE:
		return present && view->observed.gate == KORCH_STRATEGY_SUCCESSFUL;
	default:
		return 1;
	}
}

/* Whether steps count in this plan: not when all are skipped. */
static int goes_by_steps(const explore_view *view, const explore_world *world)
{
	const korch_strategy_state *old = &view->observed.state, *new = &view->plan.state;
	int32_t current = world->current;
	return view->spec.type == KORCH_STRATEGY_CANARY && old->stable && !old->promote_full &&
	       !new->promote_full &&explore_revision_of(old->stable) != current &&
	       !view->spec.rollback_window;
}

static int check_steps(const explore_view *view, const explore_world *world,
                       explore_failure *failure)
{
	const korch_strategy_state *old = &view->observed.state, *new = &view->plan.state;
	if (!goes_by_steps(view, world) || explore_revision_of(new->current) != world->current)
		return 0;
	int32_t n = (int32_t)view->spec.n_steps;
	int same = explore_revision_of(old->current) == world->current && !view->observed.steps_changed;
	int32_t from = same ? old->step : 0;
	if (new->step < 0 || new->step > n)
		return explore_fail(failure, "step", "step %d of %d", new->step, n);
	if (same && (old->aborted || view->spec.paused) && new->step > from)
		return explore_fail(failure, "step", "step %d -> %d while it %s", from, new->step,
		                    old->aborted ? "is aborted" : "is paused");
	for (int32_t at = from; at < new->step; at++)
		if (!is_done(view, at, world->now))
			return explore_fail(failure, "step", "step %d (type %d) of %d was not done, now at %d",
			                    at, view->spec.steps[at].type, n, new->step);
	return 0;
}

/* The current revision becomes the stable one: only whole, and after all that was asked for. */
static int check_promotion(const explore_view *view, const explore_world *world,
                           const explore_setup *setup, explore_failure *failure)
{
	const korch_strategy_state *old = &view->observed.state, *new = &view->plan.state;
	int32_t from = explore_revision_of(old->stable), to = explore_revision_of(new->stable);
	if (to == from)
		return 0;
	if (to != world->current)
		return explore_fail(failure, "promotion", "%s becomes stable, current is %s", new->stable,
		                    explore_hash(world->current));
	if (view->spec.type == KORCH_STRATEGY_ROLLING || view->spec.type == KORCH_STRATEGY_RECREATE)
		return 0;
	const korch_strategy_revision *current = seen(view, new->stable);
	if (from >= 0 && (!current || current->available < view->spec.replicas))
		return explore_fail(failure, "promotion", "%s becomes stable with %d of %d available",
		                    new->stable, current ? current->available : 0, view->spec.replicas);
	if (from >= 0 && old->aborted && explore_revision_of(old->current) == world->current)
		return explore_fail(failure, "promotion", "%s is aborted and becomes stable", new->stable);
	if (from >= 0 && explore_has_router(world, setup) &&
	    (current->weight != explore_max_weight(setup) || !view->observed.traffic_verified))
		return explore_fail(failure, "promotion", "%s becomes stable with weight %d, verified %d",
		                    new->stable, current->weight, view->observed.traffic_verified);
	if (goes_by_steps(view, world) && new->step < (int32_t)view->spec.n_steps)
		return explore_fail(failure, "promotion", "%s becomes stable at step %d", new->stable,
		                    new->step);
	if (view->spec.type == KORCH_STRATEGY_BLUE_GREEN && world->service[ACTIVE] != to)
		return explore_fail(failure, "promotion", "%s becomes stable and is not active",
		                    new->stable);
	if (view->spec.type == KORCH_STRATEGY_BLUE_GREEN && from >= 0 && view->spec.post_analysis &&
	    !old->promote_full && !view->spec.rollback_window &&
	    view->observed.analyses[KORCH_STRATEGY_SLOT_POST].outcome != KORCH_STRATEGY_SUCCESSFUL)
		return explore_fail(failure, "promotion", "%s becomes stable without its analysis",
		                    new->stable);
	return 0;
}

/* A pause begins when it begins. */
static int check_pauses(const explore_view *view, const explore_world *world,
                        explore_failure *failure)
{
	const korch_strategy_state *old = &view->observed.state, *new = &view->plan.state;
	uint32_t began = new->pauses & ~old->pauses;
	if (began && (new->pause_since_us != world->now || began & ~new->paused))
		return explore_fail(failure, "pause", "pauses %x -> %x since %d", old->pauses, new->pauses,
		                    (int)(new->pause_since_us / SECOND));
	return 0;
}

/* Another current revision starts afresh. */
static int check_fresh(const explore_view *view, explore_failure *failure)
{
	const korch_strategy_state *old = &view->observed.state, *new = &view->plan.state;
	if (explore_revision_of(old->current) == explore_revision_of(new->current))
		return 0;
	if (new->aborted || new->pauses || new->paused || new->checks_failed ||
	    (new->step > 0 && new->step < (int32_t)view->spec.n_steps))
		return explore_fail(failure, "fresh", "%s begins aborted %d, pauses %x, step %d",
		                    new->current, new->aborted, new->pauses, new->step);
	return 0;
}

/* Nothing that runs is started again, and nothing is started and asked to end. */
static int check_analyses(const explore_view *view, explore_failure *failure)
{
	const korch_strategy_plan *plan = &view->plan;
	for (int i = 0; i < KORCH_STRATEGY_SLOTS; i++) {
		const korch_strategy_analysis *it = &view->observed.analyses[i];
		int step = i == KORCH_STRATEGY_SLOT_STEP;
		if (plan->start >> i & 1 && it->outcome == KORCH_STRATEGY_RUNNING &&
		    !(plan->terminate >> i & 1) &&
		    (!step || (it->step == plan->state.step && it->attempt == plan->state.attempt)))
			return explore_fail(failure, "analysis", "slot %d is started twice", i);
		if (plan->terminate >> i & 1 && it->outcome == KORCH_STRATEGY_NONE)
			return explore_fail(failure, "analysis", "slot %d is ended, and there is none", i);
	}
	return 0;
}

/* A bad outcome that counts is heeded at once. */
static int check_heeded(const explore_view *view, const explore_world *world,
                        explore_failure *failure)
{
	const korch_strategy_state *old = &view->observed.state, *new = &view->plan.state;
	if (!goes_by_steps(view, world) || view->observed.steps_changed || old->aborted ||
	    explore_revision_of(old->current) != world->current ||
	    old->step >= (int32_t)view->spec.n_steps || !seen(view, view->observed.current))
		return 0;
	const korch_strategy_analysis *it = &view->observed.analyses[KORCH_STRATEGY_SLOT_STEP];
	int bad = it->outcome == KORCH_STRATEGY_FAILED || it->outcome == KORCH_STRATEGY_ERROR;
	if (view->spec.steps[old->step].type == KORCH_STRATEGY_ANALYSIS && it->step == old->step &&
	    it->attempt == old->attempt && bad && !new->aborted)
		return explore_fail(failure, "heeded", "the analysis of step %d failed", old->step);
	return 0;
}

int explore_check_course(const explore_view *view, const explore_world *world,
                         const explore_setup *setup, explore_failure *failure)
{
	if (check_steps(view, world, failure) < 0 || check_promotion(view, world, setup, failure) < 0 ||
	    check_fresh(view, failure) < 0 || check_pauses(view, world, failure) < 0 ||
	    check_analyses(view, failure) < 0 || check_heeded(view, world, failure) < 0)
		return -1;
	return 0;
}

static int32_t told(const explore_world *world)
{
	int32_t sum = 0;
	for (int i = 0; i < REVISIONS; i++)
		sum += world->revisions[i].told;
	return sum;
}

/* A weight goes in one direction as long as the step is the same and nothing comes from outside.
 * The stable one may get what others leave before it gives to the current one. */
static int check_directions(explore_world *after, const explore_world *before,
                            explore_failure *failure)
{
	if (after->state.step != before->state.step || after->state.stable != before->state.stable ||
	    after->state.aborted != before->state.aborted || after->recovering || !told(before)) {
		after->rose = after->fell = 0;
		return 0;
	}
	int32_t stable = explore_revision_of(after->state.stable);
	for (int32_t i = 0; i < REVISIONS; i++) {
		int32_t change = after->revisions[i].told - before->revisions[i].told;
		uint32_t bit = 1u << i;
		if ((change > 0 && after->fell & bit) || (change < 0 && after->rose & bit && i != stable))
			return explore_fail(failure, "flapping", "the weight of %s goes back: %d -> %d",
			                    explore_hash(i), before->revisions[i].told,
			                    after->revisions[i].told);
		after->rose |= change > 0 ? bit : 0;
		after->fell |= change < 0 ? bit : 0;
	}
	return 0;
}

int explore_check_write(explore_world *after, const explore_world *before, explore_failure *failure)
{
	static const char *const names[SERVICES] = {"active", "preview", "canary", "stable"};
	if (after->state.stable != before->state.stable ||
	    after->state.aborted != before->state.aborted)
		memset(after->left, 0, sizeof(after->left));
	for (int i = 0; i < SERVICES; i++) {
		int32_t from = before->service[i], to = after->service[i];
		if (to == from)
			continue;
		if (to >= 0 && after->left[i] >> to & 1)
			return explore_fail(failure, "flapping", "the %s service goes back: %s -> %s", names[i],
			                    explore_hash(from), explore_hash(to));
		after->left[i] |= from >= 0 ? 1u << from : 0;
	}
	return check_directions(after, before, failure);
}
