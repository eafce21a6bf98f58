/*
 * After the last fault: plans come to rest without anything from outside, and when everything goes
 * well a rollout gets to what is wished (aborted: back to stable) and then writes nothing.
 */
#include "explore.h"
#include <string.h>

static const explore_action plan_all = {.kind = ACT_PLAN, .a = PART_ALL};

int explore_check_rest(const explore_world *world, const explore_setup *setup,
                       explore_failure *failure)
{
	explore_world copy = *world;
	int32_t limit = 24 + setup->n_steps[world->steps] + 4 * setup->max_replicas;
	for (int32_t i = 0; i < limit; i++) {
		int done = explore_step(&copy, setup, &plan_all, failure);
		if (done <= 0)
			return done;
	}
	return explore_fail(failure, "restless", "%d plans, each with something to do", limit);
}

/* Everybody else: takes a pause away, promotes, lets time pass. 0: nothing is left to wait for. */
static int nudge(explore_world *world, const explore_setup *setup, int32_t *promotions,
                 explore_failure *failure)
{
	explore_view view;
	explore_plan(&view, world, setup);
	if (view.plan.wake_at <= world->now)
		return explore_fail(failure, "wake", "to be woken in the past with nothing to do");
	if (world->paused) {
		world->paused = 0;
		return 1;
	}
	if (view.plan.wake_at != KORCH_USEC_NEVER) {
		world->now = view.plan.wake_at;
		return 1;
	}
	if (view.plan.phase == KORCH_STRATEGY_HELD && (*promotions)-- > 0) {
		korch_rollout_promote(&world->state, &view.spec);
		explore_outside_cause(world);
		return 1;
	}
	return 0;
}

static int settle(explore_world *world, const explore_setup *setup, explore_failure *failure)
{
	int32_t promotions = STEPS + 4;
	int32_t limit = 300 + 20 * setup->max_replicas;
	for (int32_t i = 0; i < limit; i++) {
		explore_world before = *world;
		if (explore_step(world, setup, &plan_all, failure) < 0)
			return -1;
		explore_calm_round(world, setup);
		if (memcmp(&before, world, sizeof(before)) != 0)
			continue;
		int more = nudge(world, setup, &promotions, failure);
		if (more <= 0)
			return more;
	}
	return explore_fail(failure, "endless", "not at rest after %d rounds", limit);
}

/* What is not ready never gets so, nobody does anything, and time passes: that must not go on for
 * ever. */
int explore_check_stuck(const explore_world *world, const explore_setup *setup,
                        explore_failure *failure)
{
	explore_world copy = *world;
	explore_view view;
	int32_t limit = 100 + 20 * setup->max_replicas;
	explore_outside_cause(&copy);
	for (int32_t i = 0; i < limit; i++) {
		explore_world before = copy;
		if (explore_step(&copy, setup, &plan_all, failure) < 0)
			return -1;
		for (int32_t r = 0; r < REVISIONS; r++)
			explore_act(&copy, setup, &(explore_action){ACT_RECONCILE, r, 0});
		explore_act(&copy, setup, &(explore_action){ACT_ROUTER, 0, 0});
		explore_outside_cause(&copy);
		if (memcmp(&before, &copy, sizeof(copy)) != 0)
			continue;
		explore_plan(&view, &copy, setup);
		if (view.plan.wake_at == KORCH_USEC_NEVER)
			return 0;
		if (view.plan.wake_at > copy.now)
			copy.now = view.plan.wake_at;
	}
	return explore_fail(failure, "busy", "pods that never get ready: not at rest after %d rounds",
	                    limit);
}

static int check_revision(const explore_world *world, const explore_setup *setup, int32_t r,
                          int32_t winner, explore_failure *failure)
{
	const explore_revision *it = &world->revisions[r];
	int router = explore_has_router(world, setup);
	int kept = it->referenced ||
	           (world->state.aborted && r == world->current &&
	            explore_spec(world, setup)->abort_scale_down_delay_us == 0 &&
	            (router || explore_spec(world, setup)->type == KORCH_STRATEGY_BLUE_GREEN));
	if (r == winner) {
		if (it->size != world->replicas || it->ready != world->replicas)
			return explore_fail(failure, "end size", "%s has %d, told %d of %d", explore_hash(r),
			                    it->ready, it->size, world->replicas);
		if (router && it->weight != explore_max_weight(setup))
			return explore_fail(failure, "end weight", "%s has weight %d", explore_hash(r),
			                    it->weight);
	} else if ((it->size && !kept) || it->weight) {
		return explore_fail(failure, "end old", "%s is left with size %d, weight %d",
		                    explore_hash(r), it->size, it->weight);
	}
	return 0;
}

static int check_services(const explore_world *world, const explore_setup *setup, int32_t winner,
                          explore_failure *failure)
{
	int blue_green = explore_spec(world, setup)->type == KORCH_STRATEGY_BLUE_GREEN;
	if (blue_green && world->service[ACTIVE] != winner)
		return explore_fail(failure, "end service", "the active service selects %s",
		                    explore_hash(world->service[ACTIVE]));
	if (setup->services && explore_spec(world, setup)->type == KORCH_STRATEGY_CANARY &&
	    (world->service[STABLE_SERVICE] != winner || world->service[CANARY_SERVICE] < 0 ||
	     !world->revisions[world->service[CANARY_SERVICE]].ready) &&
	    world->replicas)
		return explore_fail(failure, "end service", "stable service %s, canary service %s",
		                    explore_hash(world->service[STABLE_SERVICE]),
		                    explore_hash(world->service[CANARY_SERVICE]));
	return 0;
}

static int check_end(const explore_world *world, const explore_setup *setup,
                     explore_failure *failure)
{
	explore_view view;
	explore_plan(&view, world, setup);
	int32_t stable = explore_revision_of(world->state.stable);
	int back = world->state.aborted && stable >= 0 && stable != world->current;
	int32_t winner = back ? stable : world->current, old = 0;
	if (view.plan.changed || view.plan.wake_at != KORCH_USEC_NEVER)
		return explore_fail(failure, "end wake", "at rest and changed is %d", view.plan.changed);
	if (!back && stable != world->current)
		return explore_fail(failure, "end stable",
		                    "%s is stable, wished is %s, waits for %d at step %d",
		                    world->state.stable, explore_hash(world->current), view.plan.why.wait,
		                    world->state.step);
	for (int32_t r = 0; r < REVISIONS; r++) {
		old += world->revisions[r].exists && r != stable && r != world->current &&
		       !world->revisions[r].referenced;
		if (check_revision(world, setup, r, winner, failure) < 0)
			return -1;
	}
	if (old > explore_spec(world, setup)->history_limit)
		return explore_fail(failure, "end history", "%d old revisions, limit %d", old,
		                    explore_spec(world, setup)->history_limit);
	for (int i = 0; i < KORCH_STRATEGY_SLOTS; i++)
		if (world->analyses[i].outcome == KORCH_STRATEGY_RUNNING)
			return explore_fail(failure, "end analysis", "slot %d is still running", i);
	if (world->experiment == KORCH_STRATEGY_RUNNING || world->gate == KORCH_STRATEGY_RUNNING)
		return explore_fail(failure, "end analysis", "an experiment or gate is left");
	int32_t phase = back ? KORCH_STRATEGY_DEGRADED : KORCH_STRATEGY_HEALTHY;
	int32_t wait = back ? KORCH_STRATEGY_WAIT_RETRY : KORCH_STRATEGY_WAIT_NOTHING;
	if (view.plan.phase != phase || view.plan.why.wait != wait)
		return explore_fail(failure, "end phase", "phase %d, waits for %d", view.plan.phase,
		                    view.plan.why.wait);
	return check_services(world, setup, winner, failure);
}

int explore_check_calm(const explore_world *world, const explore_setup *setup,
                       explore_failure *failure)
{
	explore_world copy = *world;
	explore_outside_cause(&copy);
	if (settle(&copy, setup, failure) < 0 || check_end(&copy, setup, failure) < 0)
		return -1;
	int32_t stable = explore_revision_of(copy.state.stable);
	if (!copy.state.aborted || stable == copy.current)
		return 0;
	korch_rollout_retry(&copy.state);
	explore_outside_cause(&copy);
	if (settle(&copy, setup, failure) < 0 || check_end(&copy, setup, failure) < 0)
		return -1;
	if (copy.state.aborted)
		return explore_fail(failure, "end retry", "aborted again though nothing went wrong");
	return 0;
}
