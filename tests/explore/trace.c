/*
 * Traces: a setup, the actions that led to a failure, the fewest that still do, and what the world
 * was like after each.
 */
#include "explore.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_steps(const korch_strategy_step *steps, int32_t n)
{
	static const char *const names[] = {"weight",   "pause",      "scale", "header", "mirror",
	                                    "analysis", "experiment", "gate",  "check"};
	printf("  steps:");
	for (int32_t i = 0; i < n; i++) {
		printf(" %s", names[steps[i].type]);
		if (steps[i].type == KORCH_STRATEGY_SET_CANARY_SCALE)
			printf(" by %d", steps[i].scale_by);
		if (steps[i].weight || steps[i].scale)
			printf(" %d", steps[i].weight + steps[i].scale);
		if (steps[i].duration_us)
			printf(" %ds", (int)(steps[i].duration_us / SECOND));
		printf(i + 1 < n ? "," : "");
	}
	printf("\n");
}

void explore_print_setup(const explore_setup *setup)
{
	const korch_strategy *spec = &setup->spec;
	static const char *const types[] = {"rolling", "recreate", "canary", "blue-green"};
	printf("  %s replicas %d (most %d) templates %d surge %d unavailable %d history %d delay %d "
	       "abort delay %d limit %d deadline %d (aborts %d) window %d fresh %d slow %d\n",
	       types[spec->type], spec->replicas, setup->max_replicas, setup->templates,
	       spec->max_surge, spec->max_unavailable, spec->history_limit,
	       (int)(spec->scale_down_delay_us / SECOND),
	       (int)(spec->abort_scale_down_delay_us / SECOND), spec->scale_down_revision_limit,
	       (int)(spec->deadline_us / SECOND), spec->deadline_aborts, spec->rollback_window,
	       setup->fresh, setup->slow);
	if (spec->type == KORCH_STRATEGY_CANARY) {
		printf("  router %d dynamic %d least pods %d background %d from %d most weight %d "
		       "threshold %d "
		       "promotion %d services %d experiment weight %d\n",
		       spec->traffic, spec->dynamic_stable, spec->min_per_revision, spec->background,
		       spec->background_step, spec->max_weight, spec->check_threshold,
		       spec->promote_weight_step, setup->services, setup->experiment_weight);
		for (int i = 0; i < 2; i++)
			print_steps(setup->steps[i], setup->n_steps[i]);
	}
	if (spec->type == KORCH_STRATEGY_BLUE_GREEN)
		printf("  preview %d of %d, auto %d after %d, analyses %d %d\n", spec->has_preview,
		       spec->preview_replicas, spec->auto_promotion,
		       (int)(spec->auto_promotion_us / SECOND), spec->pre_analysis, spec->post_analysis);
}

void explore_print_action(const explore_action *action)
{
	static const char *const names[ACT_KINDS] = {
	    "plan", "template", "spec",    "steps",     "abort", "retry",     "promote",
	    "full", "pause",    "scale",   "reconcile", "ready", "available", "unready",
	    "lost", "router",   "outcome", "reference", "time",  "calm",      "late"};
	if (action->kind == ACT_PLAN && action->a == PART_ALL)
		printf("  plan\n");
	else
		printf("  %s %d %d\n", names[action->kind], action->a, action->b);
}

void explore_print_world(const explore_world *world)
{
	const korch_strategy_state *state = &world->state;
	printf(
	    "      t %d want v%d x%d%s stable %s of %s step %d%s%s pauses %x/%x services %d %d %d %d\n",
	    (int)(world->now / SECOND), world->current + 1, world->replicas,
	    world->paused ? " paused" : "", state->stable, state->current, state->step,
	    state->aborted ? " ABORTED" : "", state->promote_full ? " FULL" : "", state->pauses,
	    state->paused, world->service[0] + 1, world->service[1] + 1, world->service[2] + 1,
	    world->service[3] + 1);
	for (int i = 0; i < REVISIONS; i++) {
		const explore_revision *it = &world->revisions[i];
		if (it->exists)
			printf(
			    "      v%d: size %d present %d ready %d available %d weight %d told %d down %d\n",
			    i + 1, it->size, it->present, it->ready, it->available, it->weight, it->told,
			    (int)(it->scale_down_at / SECOND));
	}
	for (int i = 0; i < KORCH_STRATEGY_SLOTS; i++)
		if (world->analyses[i].outcome)
			printf("      analysis %d: %d of step %d attempt %u\n", i, world->analyses[i].outcome,
			       world->analyses[i].step, world->analyses[i].attempt);
	if (world->experiment || world->gate)
		printf("      experiment %d of %d, gate %d of %d\n", world->experiment,
		       world->experiment_step, world->gate, world->gate_step);
}

int explore_start(explore_world *world, const explore_setup *setup, explore_failure *failure)
{
	static const explore_action plan_all = {.kind = ACT_PLAN, .a = PART_ALL};
	explore_begin(world, setup);
	if (setup->fresh)
		return 0;
	for (int i = 0; i < 40 + 4 * setup->max_replicas; i++) {
		if (explore_step(world, setup, &plan_all, failure) < 0)
			return -1;
		explore_calm_round(world, setup);
	}
	if (explore_revision_of(world->state.stable) != 0)
		return explore_fail(failure, "start", "the first template is not stable");
	explore_outside_cause(world);
	return 0;
}

static void say(const explore_world *world, const explore_action *action)
{
	explore_print_action(action);
	explore_print_world(world);
}

int explore_replay(const explore_setup *setup, const explore_action *actions, size_t n, int loud,
                   explore_failure *failure)
{
	explore_world world;
	if (explore_start(&world, setup, failure) < 0)
		return -1;
	if (loud)
		explore_print_world(&world);
	for (size_t i = 0; i < n; i++) {
		int done = explore_step(&world, setup, &actions[i], failure);
		if (loud)
			say(&world, &actions[i]);
		if (done < 0)
			return -1;
	}
	if (explore_check_rest(&world, setup, failure) < 0 ||
	    explore_check_stuck(&world, setup, failure) < 0)
		return -1;
	return explore_check_calm(&world, setup, failure);
}

static int fails_alike(const explore_setup *setup, const explore_action *actions, size_t n,
                       const explore_failure *failure)
{
	explore_failure other;
	return explore_replay(setup, actions, n, 0, &other) < 0 && !strcmp(other.kind, failure->kind);
}

/* Leaves out ever smaller pieces as long as it still fails. */
static size_t shrink(const explore_setup *setup, explore_action *actions, size_t n,
                     const explore_failure *failure)
{
	explore_action *tried = calloc(n + 1, sizeof(*tried));
	for (size_t piece = n; tried && piece > 0; piece = piece > 1 ? (piece + 1) / 2 : 0) {
		for (size_t at = 0; at + piece <= n;) {
			memcpy(tried, actions, at * sizeof(*tried));
			memcpy(tried + at, actions + at + piece, (n - at - piece) * sizeof(*tried));
			if (!fails_alike(setup, tried, n - piece, failure)) {
				at += piece;
				continue;
			}
			n -= piece;
			memcpy(actions, tried, n * sizeof(*tried));
		}
	}
	free(tried);
	return n;
}

void explore_report(const explore_setup *setup, explore_action *actions, size_t n,
                    const explore_failure *failure)
{
	explore_failure again = *failure;
	for (size_t before = n + 1; n < before;) {
		before = n;
		n = shrink(setup, actions, n, failure);
	}
	printf("FAILED %s: %s\n", failure->kind, failure->text);
	explore_print_setup(setup);
	if (explore_replay(setup, actions, n, 1, &again) < 0)
		printf("  => %s: %s\n", again.kind, again.text);
	else
		printf("  => not repeated\n");
}
