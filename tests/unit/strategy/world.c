/* A world for the planner: see world.h. */
#include "world.h"
#include <stdio.h>
#include <string.h>

void world_init(world *w, int32_t type, int32_t replicas)
{
	memset(w, 0, sizeof(*w));
	w->spec = (korch_strategy){
	    .size = sizeof(w->spec),
	    .type = type,
	    .replicas = replicas,
	    .max_surge = 1,
	    .history_limit = 10,
	    .scale_down_delay_us = SECONDS(30),
	    .abort_scale_down_delay_us = SECONDS(30),
	    .steps = w->steps,
	};
	w->seen.size = sizeof(w->seen);
	w->seen.revisions = w->revisions;
	w->seen.traffic_verified = 1;
	w->now = SECONDS(1000000);
	for (int i = 0; i < KORCH_STRATEGY_SLOTS; i++)
		w->says[i] = KORCH_STRATEGY_SUCCESSFUL;
}

void world_router(world *w)
{
	w->spec.traffic = 1;
	w->seen.canary_service = w->seen.stable_service = "";
}

korch_strategy_step *world_step(world *w, int32_t type)
{
	ck_assert_uint_lt(w->spec.n_steps, WORLD_STEPS);
	korch_strategy_step *step = &w->steps[w->spec.n_steps++];
	step->type = type;
	return step;
}

void world_weight(world *w, int32_t weight)
{
	world_step(w, KORCH_STRATEGY_SET_WEIGHT)->weight = weight;
}

void world_pause(world *w, int seconds)
{
	world_step(w, KORCH_STRATEGY_PAUSE)->duration_us = SECONDS(seconds);
}

void world_deploy(world *w, const char *hash)
{
	w->seen.current = hash;
	memset(w->seen.analyses, 0, sizeof(w->seen.analyses));
	w->seen.experiment = w->seen.gate = KORCH_STRATEGY_NONE;
}

korch_strategy_revision *world_at(world *w, const char *hash)
{
	for (size_t i = 0; i < w->seen.n_revisions; i++) {
		if (strcmp(w->revisions[i].hash, hash) == 0)
			return &w->revisions[i];
	}
	return NULL;
}

int32_t world_weight_of(world *w, const char *hash)
{
	korch_strategy_revision *r = world_at(w, hash);
	return r ? r->weight : 0;
}

int32_t world_size_of(world *w, const char *hash)
{
	korch_strategy_revision *r = world_at(w, hash);
	return r ? r->size : 0;
}

void world_ready_at_most(world *w, const char *hash, int32_t most)
{
	korch_strategy_revision *r = world_at(w, hash);
	ck_assert_ptr_nonnull(r);
	w->most_ready[r - w->revisions] = most;
	world_live(w);
}

static int is_same_plan(const korch_strategy_plan *a, const korch_strategy_plan *b)
{
	return a->n_targets == b->n_targets &&
	       memcmp(a->targets, b->targets, a->n_targets * sizeof(a->targets[0])) == 0 &&
	       memcmp(&a->state, &b->state, sizeof(a->state)) == 0 && a->changed == b->changed &&
	       a->wake_at == b->wake_at && a->start == b->start;
}

void world_dump(const world *w)
{
	const korch_strategy *spec = &w->spec;
	const korch_strategy_state *state = &w->seen.state, *next = &w->plan.state;
	fprintf(stderr,
	        "type %d replicas %d surge %d unavailable %d traffic %d dynamic %d steps %zu verified "
	        "%d current %s\n",
	        spec->type, spec->replicas, spec->max_surge, spec->max_unavailable, spec->traffic,
	        spec->dynamic_stable, spec->n_steps, w->seen.traffic_verified, w->seen.current);
	fprintf(stderr, "paused %d pauses %u->%u step %d->%d aborted %d->%d full %d stable %s->%s\n",
	        spec->paused, state->pauses, next->pauses, state->step, next->step, state->aborted,
	        next->aborted, next->promote_full, state->stable, next->stable);
	fprintf(stderr, "active %s->%s preview %s->%s canary %s->%s\n", w->seen.active, w->plan.active,
	        w->seen.preview, w->plan.preview, w->seen.canary_service, w->plan.canary_service);
	for (size_t i = 0; i < w->plan.n_targets; i++) {
		const korch_strategy_target *t = &w->plan.targets[i];
		const korch_strategy_revision *r = &w->revisions[i];
		if (t->create)
			fprintf(stderr, "  %s: created, size %d weight %d\n", t->hash, t->size, t->weight);
		else
			fprintf(stderr,
			        "  %s: size %d->%d present %d ready %d/%d weight %d->%d at %lld->%lld\n",
			        r->hash, r->size, t->size, r->present, r->ready, r->available, r->weight,
			        t->weight, (long long)r->scale_down_at, (long long)t->scale_down_at);
	}
	for (size_t i = 0; i < spec->n_steps; i++) {
		char text[KORCH_STRATEGY_TEXT_SIZE];
		korch_strategy_step_text(text, &spec->steps[i]);
		fprintf(stderr, "  step %zu %s\n", i, text);
	}
}

int world_plan(world *w)
{
	korch_error *err = NULL;
	static korch_strategy_plan again;
	ck_assert_int_eq(korch_rollout_plan(&w->plan, &w->spec, &w->seen, w->now), 0);
	ck_assert_int_eq(korch_rollout_plan(&again, &w->spec, &w->seen, w->now), 0);
	ck_assert(is_same_plan(&w->plan, &again));
	int code = korch_rollout_law(&w->spec, &w->seen, &w->plan, &err);
	if (code < 0)
		world_dump(w);
	ck_assert_msg(code == 0, "%s", korch_error_message(err));
	w->plans++;
	return w->plan.changed;
}

static void apply_sizes(world *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->plan.n_targets; i++) {
		const korch_strategy_target *target = &w->plan.targets[i];
		korch_strategy_revision r = {.hash = target->hash, .number = w->last_number + 1};
		int32_t most = -1;
		if (!target->create) {
			r = w->revisions[i];
			most = w->most_ready[i];
		}
		w->last_number += target->create;
		r.size = target->size;
		r.scale_down_at = target->scale_down_at;
		if (target->remove)
			continue;
		w->revisions[n] = r;
		w->most_ready[n++] = most;
	}
	w->seen.n_revisions = n;
}

static void apply_weights(world *w)
{
	for (size_t i = 0; i < w->plan.n_targets; i++) {
		korch_strategy_revision *r = world_at(w, w->plan.targets[i].hash);
		if (!r || r->weight == w->plan.targets[i].weight)
			continue;
		r->weight = w->plan.targets[i].weight;
		w->seen.traffic_verified = 0;
	}
}

static void apply_service(world *w, const char **service, const char *planned, int exists)
{
	if (!planned || !exists)
		return;
	*service = planned;
	w->services++;
}

static void apply_services(world *w)
{
	korch_strategy_observed *seen = &w->seen;
	apply_service(w, &seen->active, w->plan.active, 1);
	apply_service(w, &seen->preview, w->plan.preview, 1);
	apply_service(w, &seen->canary_service, w->plan.canary_service, seen->canary_service != NULL);
	apply_service(w, &seen->stable_service, w->plan.stable_service, seen->stable_service != NULL);
}

static void apply_analyses(world *w)
{
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
		korch_strategy_analysis *analysis = &w->seen.analyses[slot];
		if (w->plan.terminate & 1u << slot)
			analysis->outcome = KORCH_STRATEGY_SUCCESSFUL;
		if (!(w->plan.start & 1u << slot))
			continue;
		*analysis = (korch_strategy_analysis){.outcome = KORCH_STRATEGY_RUNNING};
		if (slot == KORCH_STRATEGY_SLOT_STEP) {
			analysis->step = w->plan.state.step;
			analysis->attempt = w->plan.state.attempt;
		}
	}
	if (w->plan.experiment && w->seen.experiment == KORCH_STRATEGY_NONE)
		w->seen.experiment = KORCH_STRATEGY_RUNNING;
	if (!w->plan.experiment)
		w->seen.experiment = KORCH_STRATEGY_NONE;
	if (w->plan.gate && w->seen.gate == KORCH_STRATEGY_NONE)
		w->seen.gate = KORCH_STRATEGY_RUNNING;
	if (!w->plan.gate)
		w->seen.gate = KORCH_STRATEGY_NONE;
}

void world_apply(world *w, int parts)
{
	if (parts & PART_SIZES)
		apply_sizes(w);
	if (parts & PART_WEIGHTS)
		apply_weights(w);
	if (parts & PART_SERVICES)
		apply_services(w);
	if (!(parts & PART_STATE))
		return;
	apply_analyses(w);
	w->seen.state = w->plan.state;
	for (size_t i = 0; i < w->plan.n_events; i++)
		w->events[w->plan.events[i]]++;
}

void world_live(world *w)
{
	for (size_t i = 0; i < w->seen.n_revisions; i++) {
		korch_strategy_revision *r = &w->revisions[i];
		int32_t most = w->most_ready[i];
		r->present = r->size;
		r->ready = most >= 0 && most < r->size ? most : r->size;
		r->available = r->ready;
	}
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
		if (w->seen.analyses[slot].outcome == KORCH_STRATEGY_RUNNING)
			w->seen.analyses[slot].outcome = w->says[slot];
	}
	w->seen.traffic_verified = !w->never_verified;
}

void world_settle(world *w)
{
	int rounds = 0;
	world_live(w);
	while (world_plan(w)) {
		if (rounds == WORLD_ROUNDS)
			world_dump(w);
		ck_assert_msg(rounds++ < WORLD_ROUNDS, "does not settle: %s", world_says(w));
		world_apply(w, PART_ALL);
		world_live(w);
	}
}

void world_pass(world *w, int seconds)
{
	korch_usec end = w->now + SECONDS(seconds);
	world_settle(w);
	while (w->plan.wake_at < end) {
		ck_assert_int_gt(w->plan.wake_at, w->now);
		w->now = w->plan.wake_at;
		world_settle(w);
	}
	w->now = end;
	world_settle(w);
}

void world_start(world *w)
{
	world_deploy(w, "v1");
	world_settle(w);
	ck_assert_str_eq(w->seen.state.stable, "v1");
	ck_assert_int_eq(w->plan.phase, KORCH_STRATEGY_HEALTHY);
}

const char *world_says(world *w)
{
	korch_rollout_explain(w->text, &w->spec, &w->plan, w->now);
	return w->text;
}
