/*
 * The rollout planner alone: no cluster, no store, no loop. What starts replicas and moves traffic
 * is this program's own, here an array, a clock that jumps, and replicas that are ready after 3 s.
 * A canary of 10 replicas goes from v1 to v2; at half of the traffic v3 comes; then v3 is aborted.
 */
#include <korch/strategy.h>
#include <stdio.h>
#include <string.h>

static const korch_strategy_step steps[] = {
    {.type = KORCH_STRATEGY_SET_WEIGHT, .weight = 20},
    {.type = KORCH_STRATEGY_PAUSE, .duration_us = 60 * KORCH_USEC_PER_SEC},
    {.type = KORCH_STRATEGY_SET_WEIGHT, .weight = 50},
    {.type = KORCH_STRATEGY_PAUSE}}; /* until it is promoted */
static const korch_strategy spec = {
    .size = sizeof(spec),
    .type = KORCH_STRATEGY_CANARY,
    .replicas = 10,
    .traffic = 1,
    .scale_down_delay_us = 30 * KORCH_USEC_PER_SEC,
    .abort_scale_down_delay_us = 30 * KORCH_USEC_PER_SEC,
    .steps = steps,
    .n_steps = 4,
};
static korch_strategy_revision all[4];
static korch_usec ready_at[4]; /* when what was started last is ready */
static korch_strategy_observed seen = {
    .size = sizeof(seen), .revisions = all, .traffic_verified = 1};
static korch_usec now = 1000 * KORCH_USEC_PER_SEC;

/* Carries a plan out: sizes, weights, what is to be remembered. */
static void apply(const korch_strategy_plan *plan)
{
	seen.n_revisions = 0;
	for (size_t i = 0; i < plan->n_targets; i++) {
		const korch_strategy_target *target = &plan->targets[i];
		korch_strategy_revision r = all[i];
		if (target->create)
			r = (korch_strategy_revision){.hash = target->hash, .number = (int64_t)i + 1};
		korch_usec ready = r.size < target->size ? now + 3 * KORCH_USEC_PER_SEC : ready_at[i];
		r.size = r.present = target->size;
		r.ready = r.available = r.ready < r.size ? r.ready : r.size;
		r.weight = target->weight;
		r.scale_down_at = target->scale_down_at;
		ready_at[seen.n_revisions] = ready;
		all[seen.n_revisions] = r;
		seen.n_revisions += !target->remove;
	}
	seen.state = plan->state;
}

/* What is ready by now; the time when more will be. */
static korch_usec live(void)
{
	korch_usec next = KORCH_USEC_NEVER;
	for (size_t i = 0; i < seen.n_revisions; i++) {
		if (ready_at[i] <= now)
			all[i].ready = all[i].available = all[i].size;
		else if (ready_at[i] < next)
			next = ready_at[i];
	}
	return next;
}

static void say(const korch_strategy_plan *plan)
{
	char text[KORCH_STRATEGY_TEXT_SIZE];
	korch_rollout_explain(text, &spec, plan, now);
	printf("%4llds", (long long)(now / KORCH_USEC_PER_SEC - 1000));
	for (size_t i = 0; i < seen.n_revisions; i++)
		printf("  %s %d/%d %d%%", all[i].hash, all[i].ready, all[i].size, all[i].weight);
	printf("  %s\n", text);
}

/* Until nothing happens any more by itself. */
static int run(const char *template)
{
	static korch_strategy_plan plan;
	korch_usec next = now;
	for (seen.current = template; next != KORCH_USEC_NEVER;) {
		now = next, next = live();
		if (korch_rollout_plan(&plan, &spec, &seen, now) < 0)
			return 1;
		if (plan.changed)
			apply(&plan);
		else
			say(&plan);
		next = plan.changed ? now : plan.wake_at < next ? plan.wake_at : next;
	}
	return 0;
}

int main(void)
{
	if (run("v1") || run("v2") || run("v3"))
		return 1;
	korch_rollout_abort(&seen.state);
	return run("v3") || strcmp(seen.state.stable, "v1") != 0;
}
