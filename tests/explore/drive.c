/*
 * The driver: shows the world to the planner and carries out plans, whole or in parts (a crash
 * between plan and commit leaves any of them out).
 */
#include "explore.h"
#include <setjmp.h>
#include <signal.h>
#include <string.h>

static void see_revisions(explore_view *view, const explore_world *world,
                          const explore_setup *setup)
{
	int router = explore_has_router(world, setup);
	size_t n = 0;
	view->observed.traffic_verified = 1;
	for (int32_t i = 0; i < REVISIONS; i++) {
		const explore_revision *it = &world->revisions[i];
		if (!it->exists)
			continue;
		if (it->told != it->weight)
			view->observed.traffic_verified = 0;
		view->revisions[n++] = (korch_strategy_revision){
		    .hash = explore_hash(i),
		    .number = it->number,
		    .size = it->size,
		    .present = it->present,
		    .ready = it->ready,
		    .available = it->available,
		    .weight = router ? it->told : 0,
		    .referenced = it->referenced,
		    .scale_down_at = it->scale_down_at,
		};
	}
	view->observed.revisions = view->revisions;
	view->observed.n_revisions = n;
}

int32_t explore_experiment(const explore_world *world, const korch_strategy_state *state)
{
	int is_of =
	    world->experiment_step == state->step && world->experiment_attempt == state->attempt;
	return is_of ? world->experiment : KORCH_STRATEGY_NONE;
}

int32_t explore_gate(const explore_world *world, const korch_strategy_state *state)
{
	int is_of = world->gate_step == state->step && world->gate_attempt == state->attempt;
	return is_of ? world->gate : KORCH_STRATEGY_NONE;
}

static int is_at_experiment(const korch_strategy *spec, const korch_strategy_state *state)
{
	return state->step < (int32_t)spec->n_steps &&
	       spec->steps[state->step].type == KORCH_STRATEGY_EXPERIMENT;
}

/* A canary's service that selects nothing yet is not the same as none. */
static const char *seen_service(const explore_world *world, const explore_setup *setup, int service)
{
	if (!setup->services)
		return NULL;
	return world->service[service] < 0 ? "" : explore_hash(world->service[service]);
}

static sigjmp_buf back;

static void come_back(int signal)
{
	(void)signal;
	siglongjmp(back, 1);
}

/* A debug build asserts the law: that is a failure like any other, with a trace. */
static int32_t plan_or_assert(explore_view *view, korch_usec now)
{
	struct sigaction action = {.sa_handler = come_back, .sa_flags = SA_NODEFER};
	static int installed;
	if (!installed)
		installed = sigaction(SIGABRT, &action, NULL) == 0;
	if (sigsetjmp(back, 0))
		return KORCH_E_INTERNAL;
	return korch_rollout_plan(&view->plan, &view->spec, &view->observed, now);
}

void explore_plan(explore_view *view, const explore_world *world, const explore_setup *setup)
{
	korch_strategy_observed *see = &view->observed;
	view->spec = *explore_spec(world, setup);
	view->spec.replicas = world->replicas;
	view->spec.paused = world->paused;
	view->spec.steps = setup->steps[world->steps];
	if (view->spec.type == KORCH_STRATEGY_CANARY)
		view->spec.n_steps = (size_t)setup->n_steps[world->steps];
	memset(see, 0, sizeof(*see));
	see->size = sizeof(*see);
	see_revisions(view, world, setup);
	see->current = explore_hash(world->current);
	see->steps_changed = world->steps != world->state_steps;
	see->state = world->state;
	memcpy(see->analyses, world->analyses, sizeof(see->analyses));
	see->experiment = explore_experiment(world, &world->state);
	see->experiment_weight =
	    is_at_experiment(&view->spec, &world->state) ? setup->experiment_weight : 0;
	see->gate = explore_gate(world, &world->state);
	see->active = explore_hash(world->service[ACTIVE]);
	see->preview = explore_hash(world->service[PREVIEW]);
	see->canary_service = seen_service(world, setup, CANARY_SERVICE);
	see->stable_service = seen_service(world, setup, STABLE_SERVICE);
	memset(&view->plan, 0, sizeof(view->plan));
	view->plan.size = sizeof(view->plan);
	view->code = plan_or_assert(view, world->now);
}

static const char *wished_service(const korch_strategy_plan *plan, int service)
{
	const char *const wished[SERVICES] = {plan->active, plan->preview, plan->canary_service,
	                                      plan->stable_service};
	return wished[service];
}

static int target_differs(const korch_strategy_target *target, const explore_revision *revision)
{
	return target->size != revision->size || target->scale_down_at != revision->scale_down_at ||
	       target->remove || target->create;
}

/* A plan that does not take up the wished template yet says nothing about its steps. */
static int is_about_wished(const explore_world *world, const korch_strategy_state *state)
{
	return explore_revision_of(state->current) == world->current;
}

uint32_t explore_differs(const explore_view *view, const explore_world *world,
                         const explore_setup *setup)
{
	const korch_strategy_plan *plan = &view->plan;
	uint32_t parts = 0;
	if (memcmp(&plan->state, &world->state, sizeof(plan->state)) != 0 ||
	    (world->steps != world->state_steps && is_about_wished(world, &plan->state)))
		parts |= PART_STATE;
	for (size_t i = 0; i < plan->n_targets; i++) {
		int32_t r = explore_revision_of(plan->targets[i].hash);
		if (target_differs(&plan->targets[i], &world->revisions[r]))
			parts |= (uint32_t)PART_TARGET << r;
		if (plan->targets[i].weight != world->revisions[r].told)
			parts |= PART_WEIGHTS;
	}
	int services = setup->services ? SERVICES : CANARY_SERVICE;
	for (int i = 0; i < services; i++)
		if (wished_service(plan, i) &&
		    explore_revision_of(wished_service(plan, i)) != world->service[i])
			parts |= (uint32_t)PART_SERVICE << i;
	if (plan->start || plan->terminate)
		parts |= PART_ANALYSES;
	int32_t experiment = explore_experiment(world, &plan->state);
	if (plan->experiment ? experiment == KORCH_STRATEGY_NONE : experiment == KORCH_STRATEGY_RUNNING)
		parts |= PART_JOBS;
	if (plan->gate && explore_gate(world, &plan->state) == KORCH_STRATEGY_NONE)
		parts |= PART_JOBS;
	return parts;
}

static void apply_target(explore_world *world, const korch_strategy_target *target)
{
	explore_revision *revision = &world->revisions[explore_revision_of(target->hash)];
	if (target->remove) {
		memset(revision, 0, sizeof(*revision));
		return;
	}
	if (target->create) {
		revision->exists = 1;
		for (int32_t i = 0; i < REVISIONS; i++)
			if (&world->revisions[i] != revision && world->revisions[i].exists &&
			    world->revisions[i].number >= revision->number)
				revision->number = world->revisions[i].number + 1;
	}
	revision->size = target->size;
	revision->scale_down_at = target->scale_down_at;
}

/* Numbers count only by their order: 1, 2, 3 … so that equal worlds are found equal. */
static void renumber(explore_world *world)
{
	int32_t old[REVISIONS];
	for (int32_t i = 0; i < REVISIONS; i++)
		old[i] = world->revisions[i].number;
	for (int32_t i = 0; i < REVISIONS; i++) {
		int32_t rank = 1;
		for (int32_t j = 0; j < REVISIONS; j++)
			rank += world->revisions[j].exists && old[j] < old[i];
		world->revisions[i].number = world->revisions[i].exists ? rank : 0;
	}
}

static void apply_analyses(explore_world *world, const korch_strategy_plan *plan)
{
	for (int32_t i = 0; i < KORCH_STRATEGY_SLOTS; i++) {
		if (plan->terminate >> i & 1)
			memset(&world->analyses[i], 0, sizeof(world->analyses[i]));
		if (!(plan->start >> i & 1))
			continue;
		int step = i == KORCH_STRATEGY_SLOT_STEP;
		world->analyses[i] = (korch_strategy_analysis){
		    .outcome = KORCH_STRATEGY_RUNNING,
		    .step = step ? plan->state.step : 0,
		    .attempt = step ? plan->state.attempt : 0,
		};
	}
}

static void apply_jobs(explore_world *world, const korch_strategy_plan *plan)
{
	const korch_strategy_state *state = &plan->state;
	if (!plan->experiment) {
		world->experiment = KORCH_STRATEGY_NONE;
	} else if (!explore_experiment(world, state)) {
		world->experiment = KORCH_STRATEGY_RUNNING;
		world->experiment_step = state->step;
		world->experiment_attempt = state->attempt;
	}
	if (!plan->gate) {
		world->gate = KORCH_STRATEGY_NONE;
	} else if (!explore_gate(world, state)) {
		world->gate = KORCH_STRATEGY_RUNNING;
		world->gate_step = state->step;
		world->gate_attempt = state->attempt;
	}
}

/* Going back gives an old revision a new number, as Argo does, when that was recorded. */
static void apply_state(explore_world *world, const korch_strategy_state *state)
{
	int32_t current = explore_revision_of(state->current);
	if (current != explore_revision_of(world->state.current) && world->revisions[current].exists)
		world->revisions[current].number = REVISIONS + 1;
	world->state = *state;
	if (is_about_wished(world, state))
		world->state_steps = world->steps;
}

void explore_apply(explore_world *world, const explore_view *view, uint32_t parts)
{
	const korch_strategy_plan *plan = &view->plan;
	if (parts & PART_STATE)
		apply_state(world, &plan->state);
	for (size_t i = 0; i < plan->n_targets; i++) {
		int32_t r = explore_revision_of(plan->targets[i].hash);
		if (parts >> r & PART_TARGET)
			apply_target(world, &plan->targets[i]);
		if (parts & PART_WEIGHTS && world->revisions[r].exists)
			world->revisions[r].told = plan->targets[i].weight;
	}
	renumber(world);
	for (int i = 0; i < SERVICES; i++)
		if (parts >> i & PART_SERVICE && wished_service(plan, i))
			world->service[i] = explore_revision_of(wished_service(plan, i));
	if (parts & PART_ANALYSES)
		apply_analyses(world, plan);
	if (parts & PART_JOBS)
		apply_jobs(world, plan);
}

/* What is there was seen as the world is, or the driver is wrong. */
static int check_changed(const explore_view *view, const explore_world *world,
                         const explore_setup *setup, explore_failure *failure)
{
	uint32_t parts = explore_differs(view, world, setup);
	if ((parts != 0) != (view->plan.changed != 0))
		return explore_fail(failure, "changed", "changed is %d, parts that differ are %x",
		                    view->plan.changed, parts);
	return 0;
}

static int plan_and_apply(explore_world *world, const explore_setup *setup, uint32_t parts,
                          explore_failure *failure)
{
	explore_view view;
	explore_world before = *world;
	explore_counted.plans++;
	explore_plan(&view, world, setup);
	if (explore_check_plan(&view, world, setup, failure) < 0 ||
	    explore_check_course(&view, world, setup, failure) < 0 ||
	    explore_check_says(&view, world, failure) < 0 ||
	    check_changed(&view, world, setup, failure) < 0 ||
	    explore_check_law(&view, world, setup, failure) < 0)
		return -1;
	parts &= explore_differs(&view, world, setup);
	if (!parts)
		return 0;
	explore_apply(world, &view, parts);
	return explore_check_write(world, &before, failure) < 0 ? -1 : 1;
}

/* The world went on between planning and carrying out. */
static int apply_late(explore_world *world, const explore_setup *setup,
                      const explore_action *action, explore_failure *failure)
{
	explore_view view;
	explore_world before;
	explore_action meanwhile = {.kind = action->a, .a = action->b, .b = 1};
	explore_plan(&view, world, setup);
	if (view.code < 0)
		return explore_fail(failure, "code", "korch_rollout_plan() gave %d", view.code);
	uint32_t parts = explore_differs(&view, world, setup);
	if (!explore_act(world, setup, &meanwhile))
		return 0;
	before = *world;
	explore_outside_cause(world);
	explore_apply(world, &view, parts);
	return explore_check_write(world, &before, failure) < 0 ? -1 : 1;
}

int explore_step(explore_world *world, const explore_setup *setup, const explore_action *action,
                 explore_failure *failure)
{
	explore_counted.transitions++;
	if (action->kind == ACT_PLAN)
		return plan_and_apply(world, setup, (uint32_t)action->a, failure);
	if (action->kind == ACT_LATE)
		return apply_late(world, setup, action, failure);
	return explore_act(world, setup, action);
}
