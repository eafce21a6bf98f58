/*
 * The world that is explored: what happens to revisions, pods, the router, analyses and by a
 * person, without any planning.
 */
#include "base/table.h"
#include "explore.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int explore_fail(explore_failure *failure, const char *kind, const char *format, ...)
{
	va_list args;
	snprintf(failure->kind, sizeof(failure->kind), "%s", kind);
	va_start(args, format);
	vsnprintf(failure->text, sizeof(failure->text), format, args);
	va_end(args);
	return -1;
}

const char *explore_hash(int32_t revision)
{
	static const char *const hashes[REVISIONS] = {"v1", "v2", "v3", "v4", "v5"};
	return revision < 0 ? NULL : hashes[revision];
}

int32_t explore_revision_of(const char *hash)
{
	return hash ? hash[1] - '1' : -1;
}

const korch_strategy *explore_spec(const explore_world *world, const explore_setup *setup)
{
	return world->changed ? &setup->other : &setup->spec;
}

int explore_has_router(const explore_world *world, const explore_setup *setup)
{
	const korch_strategy *spec = explore_spec(world, setup);
	return spec->type == KORCH_STRATEGY_CANARY && spec->traffic;
}

int32_t explore_max_weight(const explore_setup *setup)
{
	return setup->spec.max_weight ? setup->spec.max_weight : 100;
}

void explore_begin(explore_world *world, const explore_setup *setup)
{
	memset(world, 0, sizeof(*world));
	world->now = (korch_usec)1000 * SECOND;
	world->replicas = setup->spec.replicas;
	for (int i = 0; i < SERVICES; i++)
		world->service[i] = -1;
	world->verbs = setup->verbs;
	world->faults = setup->faults;
}

/* Something from outside: what goes back and forth after it has a reason. */
void explore_outside_cause(explore_world *world)
{
	memset(world->left, 0, sizeof(world->left));
	world->rose = world->fell = 0;
}

static int person(explore_world *world)
{
	if (world->verbs <= 0)
		return 0;
	world->verbs--;
	explore_outside_cause(world);
	return 1;
}

static int fault(explore_world *world)
{
	if (world->faults <= 0)
		return 0;
	world->faults--;
	world->recovering = RECOVERY;
	explore_outside_cause(world);
	return 1;
}

static int change_template(explore_world *world, int32_t to)
{
	if (to == world->current || !person(world))
		return 0;
	world->current = to;
	memset(world->analyses, 0, sizeof(world->analyses)); /* those of others are ended */
	world->experiment = world->gate = KORCH_STRATEGY_NONE;
	return 1;
}

/* Another strategy: other services, another router or none. */
static void forget_traffic(explore_world *world)
{
	for (int i = 0; i < SERVICES; i++)
		world->service[i] = -1;
	for (int32_t i = 0; i < REVISIONS; i++)
		world->revisions[i].told = world->revisions[i].weight = world->revisions[i].referenced = 0;
}

static int change_spec(explore_world *world, const explore_setup *setup)
{
	if (!setup->other.size || !person(world))
		return 0;
	world->changed = !world->changed;
	if (setup->spec.type != setup->other.type || setup->spec.traffic != setup->other.traffic)
		forget_traffic(world);
	if (!explore_spec(world, setup)->has_preview) /* nobody knows of it any more */
		world->service[PREVIEW] = -1;
	return 1;
}

static int change_steps(explore_world *world, const explore_setup *setup)
{
	if (!setup->n_steps[1] || !person(world))
		return 0;
	world->steps = !world->steps;
	return 1;
}

static int verb(explore_world *world, const explore_setup *setup, explore_kind kind)
{
	korch_strategy_state state = world->state;
	korch_strategy spec = *explore_spec(world, setup);
	spec.replicas = world->replicas;
	spec.steps = setup->steps[world->steps];
	spec.n_steps = (size_t)setup->n_steps[world->steps];
	if (kind == ACT_ABORT)
		korch_rollout_abort(&state);
	else if (kind == ACT_RETRY)
		korch_rollout_retry(&state);
	else if (kind == ACT_PROMOTE)
		korch_rollout_promote(&state, &spec);
	else
		korch_rollout_promote_full(&state);
	if (memcmp(&state, &world->state, sizeof(state)) == 0 || !person(world))
		return 0;
	world->state = state;
	return 1;
}

static int scale(explore_world *world, const explore_setup *setup, int32_t to)
{
	if (to == world->replicas || to < 0 || to > setup->max_replicas || !person(world))
		return 0;
	if (to > world->replicas) /* what is there may be too little now */
		world->recovering = RECOVERY;
	world->replicas = to;
	return 1;
}

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* Pods are made, and taken away: those first that are not ready. */
static int reconcile(explore_revision *revision)
{
	if (!revision->exists || revision->present == revision->size)
		return 0;
	revision->present = revision->size;
	revision->ready = least(revision->ready, revision->present);
	revision->available = least(revision->available, revision->ready);
	return 1;
}

static int pods(explore_world *world, int slow, explore_kind kind, int32_t which, int32_t many)
{
	explore_revision *revision = &world->revisions[which];
	if (!revision->exists || (kind != ACT_AVAILABLE && many <= 0))
		return 0;
	if (kind == ACT_READY) {
		many = least(many, revision->present - revision->ready);
		if (many <= 0)
			return 0;
		revision->ready += many;
		if (!slow)
			revision->available = revision->ready;
		if (world->recovering)
			explore_outside_cause(world);
		return 1;
	}
	if (kind == ACT_AVAILABLE) {
		if (revision->available == revision->ready)
			return 0;
		revision->available = revision->ready;
		return 1;
	}
	many = least(many, kind == ACT_LOST ? revision->present : revision->ready);
	if (many <= 0 || !fault(world))
		return 0;
	if (kind == ACT_LOST) /* ready ones, if there are any */
		revision->present -= many;
	revision->ready = revision->ready > many ? revision->ready - many : 0;
	revision->available = least(revision->available, revision->ready);
	return 1;
}

static int route(explore_world *world)
{
	int changed = 0;
	for (int32_t i = 0; i < REVISIONS; i++) {
		changed |= world->revisions[i].weight != world->revisions[i].told;
		world->revisions[i].weight = world->revisions[i].told;
	}
	return changed;
}

static int outcome(explore_world *world, int32_t slot, int32_t value)
{
	int32_t *it = slot == 4   ? &world->experiment
	              : slot == 5 ? &world->gate
	                          : &world->analyses[slot].outcome;
	if (*it != KORCH_STRATEGY_RUNNING || value <= KORCH_STRATEGY_RUNNING ||
	    (value != KORCH_STRATEGY_SUCCESSFUL && world->faults <= 0))
		return 0;
	if (value != KORCH_STRATEGY_SUCCESSFUL)
		world->faults--;
	*it = value;
	explore_outside_cause(world);
	return 1;
}

static int pass_time(explore_world *world, const explore_setup *setup, int32_t seconds)
{
	if (seconds > 0) {
		world->now += (korch_usec)seconds * SECOND;
		return 1;
	}
	explore_view view;
	explore_plan(&view, world, setup);
	if (view.code < 0 || view.plan.wake_at == KORCH_USEC_NEVER || view.plan.wake_at <= world->now)
		return 0;
	world->now = view.plan.wake_at;
	return 1;
}

/* Whether somebody has more than its ready replicas carry. */
static int is_overloaded(const explore_world *world, const explore_setup *setup)
{
	for (int32_t i = 0; i < REVISIONS; i++) {
		const explore_revision *it = &world->revisions[i];
		int32_t ready = least(it->ready, it->size);
		if ((int64_t)it->told * world->replicas > (int64_t)ready * explore_max_weight(setup))
			return 1;
	}
	return 0;
}

static int succeed(int32_t *outcome)
{
	if (*outcome != KORCH_STRATEGY_RUNNING)
		return 0;
	*outcome = KORCH_STRATEGY_SUCCESSFUL;
	return 1;
}

void explore_calm_round(explore_world *world, const explore_setup *setup)
{
	if (world->recovering)
		explore_outside_cause(world);
	if (!is_overloaded(world, setup) && world->recovering > 0)
		world->recovering--;
	for (int32_t i = 0; i < REVISIONS; i++) {
		reconcile(&world->revisions[i]);
		world->revisions[i].available = world->revisions[i].ready = world->revisions[i].present;
	}
	route(world);
	int succeeded = 0; /* the background's goes on until it is ended */
	for (int32_t i = 0; i < KORCH_STRATEGY_SLOTS; i++)
		if (i != KORCH_STRATEGY_SLOT_BACKGROUND)
			succeeded |= succeed(&world->analyses[i].outcome);
	succeeded |= succeed(&world->experiment);
	succeeded |= succeed(&world->gate);
	if (succeeded)
		explore_outside_cause(world);
}

int explore_act(explore_world *world, const explore_setup *setup, const explore_action *action)
{
	switch ((explore_kind)action->kind) {
	case ACT_TEMPLATE:
		return change_template(world, action->a);
	case ACT_SPEC:
		return change_spec(world, setup);
	case ACT_STEPS:
		return change_steps(world, setup);
	case ACT_ABORT:
	case ACT_RETRY:
	case ACT_PROMOTE:
	case ACT_FULL:
		return verb(world, setup, action->kind);
	case ACT_PAUSE:
		return person(world) ? (world->paused = !world->paused, 1) : 0;
	case ACT_SCALE:
		return scale(world, setup, action->a);
	case ACT_RECONCILE:
		return reconcile(&world->revisions[action->a]);
	case ACT_READY:
	case ACT_AVAILABLE:
	case ACT_UNREADY:
	case ACT_LOST:
		return pods(world, setup->slow, action->kind, action->a, action->b);
	case ACT_ROUTER:
		return route(world);
	case ACT_OUTCOME:
		return outcome(world, action->a, action->b);
	case ACT_REFERENCE:
		if (!explore_has_router(world, setup) || !world->revisions[action->a].exists ||
		    !person(world))
			return 0;
		world->revisions[action->a].referenced = !world->revisions[action->a].referenced;
		return 1;
	case ACT_TIME:
		return pass_time(world, setup, action->a);
	case ACT_CALM:
		explore_calm_round(world, setup);
		return 1;
	case ACT_PLAN:
	case ACT_LATE:
	case ACT_KINDS:
		break;
	}
	return 0;
}

/* Times matter by their distance from now, up to a distance beyond every delay there is. */
static korch_usec distance(korch_usec at, korch_usec now)
{
	const korch_usec far = (korch_usec)1000 * SECOND;
	if (!at || at == KORCH_USEC_NEVER)
		return at;
	korch_usec away = at - now;
	return (away < -far ? -far : away > far ? far : away) + 2 * far;
}

uint64_t explore_identity(const explore_world *world, const explore_setup *setup)
{
	explore_world copy;
	memcpy(&copy, world, sizeof(copy)); /* with its padding */
	korch_strategy_state *state = &copy.state;
	for (int32_t i = 0; i < REVISIONS; i++)
		copy.revisions[i].scale_down_at = distance(copy.revisions[i].scale_down_at, copy.now);
	korch_usec *times[] = {&state->pause_since_us, &state->step_since_us, &state->aborted_us,
	                       &state->progress_us, &state->post_since_us};
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		*times[i] = distance(*times[i], copy.now);
	int32_t names[2] = {explore_revision_of(state->stable), explore_revision_of(state->current)};
	state->stable = state->current = NULL;
	for (int32_t i = 0; i < KORCH_STRATEGY_SLOTS; i++) /* attempts matter by being the same */
		copy.analyses[i].attempt -= state->attempt;
	copy.experiment_attempt -= state->attempt;
	copy.gate_attempt -= state->attempt;
	state->attempt = 0;
	copy.now = 0;
	return korch__hash_bytes(&copy, sizeof(copy), korch__hash_bytes(names, sizeof(names), 7));
}
