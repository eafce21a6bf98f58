/*
 * What a plan says about itself: why it waits, when to be called again, what happened; and that it
 * keeps the delays that it was asked for.
 */
#include "explore.h"
#include <string.h>

static int check_why(const explore_view *view, const explore_world *world, explore_failure *failure)
{
	const korch_strategy_plan *plan = &view->plan;
	char text[KORCH_STRATEGY_TEXT_SIZE];
	if (!plan->changed && plan->wake_at == KORCH_USEC_NEVER &&
	    plan->phase != KORCH_STRATEGY_HEALTHY && plan->why.wait == KORCH_STRATEGY_WAIT_NOTHING)
		return explore_fail(failure, "silent", "phase %d, waits for nothing and does nothing",
		                    plan->phase);
	if (!plan->changed && plan->why.at_us > world->now && plan->wake_at > plan->why.at_us)
		return explore_fail(failure, "asleep", "waits until %d and is to be woken later",
		                    (int)(plan->why.at_us / SECOND));
	size_t length = korch_rollout_explain(text, &view->spec, plan, world->now);
	if (length == 0 || length >= sizeof(text) || strlen(text) != length)
		return explore_fail(failure, "explain", "an explanation of %zu characters", length);
	return 0;
}

static int says(const korch_strategy_plan *plan, int32_t event)
{
	for (size_t i = 0; i < plan->n_events; i++)
		if (plan->events[i] == event)
			return 1;
	return 0;
}

static int check_events(const explore_view *view, explore_failure *failure)
{
	const korch_strategy_plan *plan = &view->plan;
	const korch_strategy_state *old = &view->observed.state, *new = &plan->state;
	int weights = 0;
	for (size_t i = 0; i < plan->n_targets; i++) {
		int is_there = i < view->observed.n_revisions;
		weights |= plan->targets[i].weight != (is_there ? view->revisions[i].weight : 0);
	}
	const struct {
		int32_t event;
		int happened;
	} events[] = {
	    {KORCH_STRATEGY_EVENT_PROMOTED,
	     new->stable &&explore_revision_of(old->stable) != explore_revision_of(new->stable)},
	    {KORCH_STRATEGY_EVENT_WEIGHT, weights},
	    {KORCH_STRATEGY_EVENT_SWITCHED, plan->active != NULL},
	    {KORCH_STRATEGY_EVENT_ABORTED, new->aborted &&new->aborted_us && !old->aborted_us},
	};
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (says(plan, events[i].event) != events[i].happened)
			return explore_fail(failure, "events", "event %d: said %d, happened %d",
			                    events[i].event, says(plan, events[i].event), events[i].happened);
	return 0;
}

static int has_delays(const explore_view *view)
{
	return view->spec.type == KORCH_STRATEGY_BLUE_GREEN ||
	       (view->spec.type == KORCH_STRATEGY_CANARY && view->spec.traffic);
}

/* One revision that gets smaller: whether the time for that has come. */
static int check_delay(const explore_view *view, const explore_world *world, size_t at,
                       explore_failure *failure)
{
	const korch_strategy_revision *old = &view->revisions[at];
	const korch_strategy_state *state = &view->plan.state;
	int32_t stable = explore_revision_of(state->stable), r = explore_revision_of(old->hash);
	int32_t current = explore_revision_of(state->current); /* paused, not always the wished one */
	int32_t size = view->plan.targets[at].size;
	korch_usec aborted = view->spec.abort_scale_down_delay_us;
	int due = old->scale_down_at && old->scale_down_at <= world->now;
	if (size >= old->size || r == stable || stable < 0 || old->referenced)
		return 0;
	if (r == current) {
		if (state->aborted && (aborted == 0 || (aborted > 0 && !due)))
			return explore_fail(failure, "hasty", "%s is aborted: size %d -> %d, due at %d",
			                    old->hash, old->size, size, (int)(old->scale_down_at / SECOND));
		return 0;
	}
	if (stable == current && size < view->spec.replicas && view->spec.scale_down_delay_us > 0 &&
	    !view->spec.scale_down_revision_limit && !due)
		return explore_fail(failure, "hasty", "%s is old: size %d -> %d, due at %d", old->hash,
		                    old->size, size, (int)(old->scale_down_at / SECOND));
	return 0;
}

static int check_least(const explore_view *view, const explore_world *world, size_t at,
                       explore_failure *failure)
{
	const korch_strategy_target *target = &view->plan.targets[at];
	int32_t before = at < view->observed.n_revisions ? view->revisions[at].size : 0;
	if (view->spec.type != KORCH_STRATEGY_CANARY || !view->spec.traffic ||
	    explore_revision_of(target->hash) != world->current || target->size <= before ||
	    target->size >= view->spec.min_per_revision || target->size >= view->spec.replicas)
		return 0;
	return explore_fail(failure, "least", "%s gets %d replicas, at least are %d", target->hash,
	                    target->size, view->spec.min_per_revision);
}

int explore_check_says(const explore_view *view, const explore_world *world,
                       explore_failure *failure)
{
	if (check_why(view, world, failure) < 0 || check_events(view, failure) < 0)
		return -1;
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		if (check_least(view, world, i, failure) < 0)
			return -1;
		if (i < view->observed.n_revisions && has_delays(view) &&
		    check_delay(view, world, i, failure) < 0)
			return -1;
	}
	if (view->spec.paused && view->observed.state.stable &&
	    explore_revision_of(view->plan.state.stable) !=
	        explore_revision_of(view->observed.state.stable))
		return explore_fail(failure, "paused", "paused, and %s becomes stable",
		                    view->plan.state.stable);
	return 0;
}
