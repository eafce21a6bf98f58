/*
 * What no plan may do, whichever of its parts are carried out: traffic where there is no capacity,
 * sizes below what is carried, more surge or less availability than allowed, growth after an abort,
 * going back and forth. In our own words, not korch_rollout_law()'s.
 */
#include "explore.h"
#include <string.h>

/* A target beside what it changes. */
typedef struct pair {
	const explore_revision *old;
	const korch_strategy_target *new;
	int32_t seen; /* the weight that the planner saw */
	int32_t revision;
} pair;

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

/* Replicas of which all ready ones stay: those above the size are on their way out. */
static int32_t ready_within(const explore_revision *revision, int32_t size)
{
	return least(revision->ready, size);
}

/* Replicas that carry a weight, rounded up. */
static int32_t carriers(int32_t weight, int32_t replicas, int32_t max_weight)
{
	return (int32_t)(((int64_t)weight * replicas + max_weight - 1) / max_weight);
}

static pair pair_at(const explore_view *view, const explore_world *world, size_t i)
{
	int32_t r = explore_revision_of(view->plan.targets[i].hash);
	return (pair){
	    .old = &world->revisions[r],
	    .new = &view->plan.targets[i],
	    .seen = i < view->observed.n_revisions ? view->revisions[i].weight : 0,
	    .revision = r,
	};
}

static int check_form(const explore_view *view, const explore_world *world,
                      const explore_setup *setup, explore_failure *failure)
{
	const korch_strategy_plan *plan = &view->plan;
	size_t n = view->observed.n_revisions;
	if (view->code < 0)
		return explore_fail(failure, "code", "korch_rollout_plan() gave %d", view->code);
	if (plan->n_targets < n || plan->n_targets > n + 1)
		return explore_fail(failure, "targets", "%zu targets of %zu revisions", plan->n_targets, n);
	for (size_t i = 0; i < plan->n_targets; i++) {
		const korch_strategy_target *target = &plan->targets[i];
		const char *hash = i < n ? view->revisions[i].hash : view->observed.current;
		if (!target->hash || strcmp(target->hash, hash) != 0 || !target->create != (i < n))
			return explore_fail(failure, "targets", "target %zu is %s, create %d", i, target->hash,
			                    target->create);
		if (target->size < 0 || target->weight < 0 || target->weight > explore_max_weight(setup) ||
		    (!explore_has_router(world, setup) && target->weight))
			return explore_fail(failure, "targets", "%s: size %d, weight %d", hash, target->size,
			                    target->weight);
	}
	if (plan->wake_at <= world->now && !plan->changed)
		return explore_fail(failure, "wake", "to be woken in the past with nothing to do");
	return 0;
}

static int check_weight(const pair *it, const explore_view *view, int32_t max,
                        explore_failure *failure)
{
	int32_t replicas = view->spec.replicas;
	const korch_strategy_target *new = it->new;
	int32_t ready = ready_within(it->old, least(it->old->size, new->size));
	if (new->weight > it->seen && (int64_t) new->weight * replicas > (int64_t)ready *max)
		return explore_fail(failure, "overload",
		                    "%s: weight %d -> %d of %d with %d ready, %d carry the whole",
		                    new->hash, it->seen, new->weight, max, ready, replicas);
	int32_t carried = most(most(it->old->weight, it->old->told), new->weight);
	int32_t need = carriers(carried, replicas, max);
	if (new->size < it->old->size &&new->size < need)
		return explore_fail(failure, "starved",
		                    "%s: size %d -> %d, it carries %d of %d, that is %d replicas",
		                    new->hash, it->old->size, new->size, carried, max, need);
	return 0;
}

/* Whether the stable revision, or one of it and the current, could carry more by this plan. */
static int has_spare(const explore_view *view, const explore_world *world, int32_t max, int both)
{
	const korch_strategy_state *state = &view->plan.state;
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		int64_t ready = ready_within(it.old, it.old->size);
		int asked = it.revision == explore_revision_of(state->stable) ||
		            (both && it.revision == explore_revision_of(state->current));
		if (asked && (int64_t)(it.new->weight + 1) * view->spec.replicas <= ready * max)
			return 1;
	}
	return 0;
}

static int check_weights(const explore_view *view, const explore_world *world,
                         const explore_setup *setup, explore_failure *failure)
{
	int32_t sum = 0, seen = 0, max = explore_max_weight(setup);
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		sum += it.new->weight;
		seen += it.seen;
	}
	int32_t experiment = view->plan.experiment ? view->observed.experiment_weight : 0;
	if (sum + experiment != max && (sum || seen))
		return explore_fail(failure, "sum", "weights sum to %d of %d, experiment %d", sum, max,
		                    experiment);
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		/* nobody has served yet: the first one does, whatever it has; an experiment ends, and
		 * nobody can take its share */
		if (!seen || (sum > seen && !has_spare(view, world, max, 1)))
			it.seen = it.new->weight;
		if (check_weight(&it, view, max, failure) < 0)
			return -1;
	}
	return 0;
}

/* Of a rolling update, and of a canary whose replicas are its weights. */
static int check_surge(const explore_view *view, const explore_world *world,
                       explore_failure *failure)
{
	int32_t replicas = view->spec.replicas;
	int32_t before = 0, after = 0, available = 0, left = 0, grows = 0, shrinks = 0;
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		before += it.old->size;
		after += most(it.new->size, it.old->size);
		available += least(it.old->available, it.old->size);
		left += least(it.old->available, least(it.new->size, it.old->size));
		grows |= it.new->size > it.old->size;
		shrinks |= it.new->size < it.old->size;
	}
	if (grows && after > replicas + view->spec.max_surge)
		return explore_fail(failure, "surge", "%d replicas -> %d of %d, surge %d", before, after,
		                    replicas, view->spec.max_surge);
	int32_t least_available = replicas - view->spec.max_unavailable;
	if (shrinks && left < least(available, least_available))
		return explore_fail(failure, "unavailable", "%d available -> %d of %d, unavailable %d",
		                    available, left, replicas, view->spec.max_unavailable);
	return 0;
}

static int check_recreate(const explore_view *view, const explore_world *world,
                          explore_failure *failure)
{
	int32_t old = 0;
	for (size_t i = 0; i < view->plan.n_targets; i++)
		if (strcmp(view->plan.targets[i].hash, view->observed.current) != 0)
			old += pair_at(view, world, i).old->present;
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		if (old && strcmp(it.new->hash, view->observed.current) == 0 && it.new->size > it.old->size)
			return explore_fail(failure, "recreate", "%s grows beside %d old ones", it.new->hash,
			                    old);
	}
	return 0;
}

/* Everything goes to the revision that the active service selects. */
static int check_active(const explore_view *view, const explore_world *world,
                        explore_failure *failure)
{
	int32_t from = world->service[ACTIVE], to = explore_revision_of(view->plan.active);
	int32_t replicas = view->spec.replicas;
	if (to < 0)
		to = from;
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		if ((it.revision == from || it.revision == to) && it.new->size < it.old->size &&
		    it.new->size < replicas)
			return explore_fail(failure, "starved", "%s is active: size %d -> %d of %d",
			                    it.new->hash, it.old->size, it.new->size, replicas);
		if (it.revision != to || to == from || from < 0)
			continue;
		int32_t ready = ready_within(it.old, least(it.old->size, it.new->size));
		const explore_revision *was = &world->revisions[from];
		if (ready < replicas && ready < ready_within(was, was->size))
			return explore_fail(failure, "overload", "active %s -> %s with %d of %d ready",
			                    explore_hash(from), it.new->hash, ready, replicas);
	}
	return 0;
}

static int is_selected(const explore_view *view, const explore_world *world, int32_t revision)
{
	const korch_strategy_plan *plan = &view->plan;
	const char *wished[SERVICES] = {plan->active, plan->preview, plan->canary_service,
	                                plan->stable_service};
	for (int i = 0; i < SERVICES; i++)
		if (world->service[i] == revision || explore_revision_of(wished[i]) == revision)
			return 1;
	return 0;
}

/* Nothing is removed that somebody uses. */
static int check_removed(const explore_view *view, const explore_world *world,
                         explore_failure *failure)
{
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		if (!it.new->remove)
			continue;
		if (it.old->weight || it.old->told || it.new->weight || it.old->size || it.old->present ||
		    it.old->referenced || is_selected(view, world, it.revision) ||
		    it.revision == world->current ||
		    it.revision == explore_revision_of(view->plan.state.stable) ||
		    it.revision == explore_revision_of(world->state.stable))
			return explore_fail(failure, "removed", "%s is removed, and in use", it.new->hash);
	}
	return 0;
}

/* A service never loses replicas for a revision that has none. */
static int check_services(const explore_view *view, const explore_world *world,
                          explore_failure *failure)
{
	int32_t from = world->service[STABLE_SERVICE];
	int32_t to = explore_revision_of(view->plan.stable_service);
	if (view->spec.replicas && to >= 0 && from >= 0 && to != from && !world->revisions[to].ready &&
	    world->revisions[from].ready)
		return explore_fail(failure, "empty", "the stable service selects %s, that has none ready",
		                    explore_hash(to));
	return 0;
}

static int check_aborted(const explore_view *view, const explore_world *world,
                         const explore_setup *setup, explore_failure *failure)
{
	const korch_strategy_state *state = &view->plan.state;
	int32_t stable = explore_revision_of(state->stable), seen = 0, sum = 0;
	int32_t current = explore_revision_of(state->current);
	if (!state->aborted || stable < 0 || stable == current)
		return 0;
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		seen += pair_at(view, world, i).seen;
		sum += view->plan.targets[i].weight;
	}
	/* what an experiment leaves, and the stable one cannot carry */
	int left = sum > seen && !has_spare(view, world, explore_max_weight(setup), 0);
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		if (it.revision == current && it.new->size > it.old->size)
			return explore_fail(failure, "aborted", "%s is aborted and grows: %d -> %d",
			                    it.new->hash, it.old->size, it.new->size);
		if (it.revision == current && it.new->weight > it.seen && !left)
			return explore_fail(failure, "aborted", "%s is aborted: weight %d -> %d", it.new->hash,
			                    it.seen, it.new->weight);
	}
	return 0;
}

/* What is overloaded is relieved as far as the stable revision, its pods ready, can take it; not by
 * a plan that only decides. */
static int check_relief(const explore_view *view, const explore_world *world,
                        const explore_setup *setup, explore_failure *failure)
{
	int64_t replicas = view->spec.replicas, max = explore_max_weight(setup);
	if (!explore_has_router(world, setup) || view->plan.wake_at <= world->now ||
	    !has_spare(view, world, (int32_t)max, 0))
		return 0;
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		if (it.new->weight * replicas > ready_within(it.old, it.old->size) * max &&it.revision !=
		    explore_revision_of(view->plan.state.stable))
			return explore_fail(failure, "unrelieved", "%s keeps weight %d with %d ready",
			                    it.new->hash, it.new->weight, it.old->ready);
	}
	return 0;
}

/* Paused, nothing more is sent to the current revision, unless to help out. */
static int check_paused(const explore_view *view, const explore_world *world,
                        const explore_setup *setup, explore_failure *failure)
{
	int32_t stable = explore_revision_of(view->observed.state.stable);
	int64_t replicas = view->spec.replicas, max = explore_max_weight(setup);
	int32_t raised = 0, released = 0;
	if (!view->spec.paused || stable < 0 || !explore_has_router(world, setup))
		return 0;
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		pair it = pair_at(view, world, i);
		if (it.seen * replicas > ready_within(it.old, it.old->size) * max)
			return 0;
		raised |= it.revision != stable && it.new->weight > it.seen;
		released += it.new->weight - it.seen; /* by an experiment */
	}
	return raised && released <= 0
	           ? explore_fail(failure, "paused", "paused, and weight moves away from stable")
	           : 0;
}

static int check_law(const explore_view *view, const explore_world *world,
                     const explore_setup *setup, explore_failure *failure)
{
	if (explore_has_router(world, setup))
		return check_weights(view, world, setup, failure);
	if (view->spec.type == KORCH_STRATEGY_RECREATE)
		return check_recreate(view, world, failure);
	if (view->spec.type == KORCH_STRATEGY_BLUE_GREEN)
		return check_active(view, world, failure);
	return check_surge(view, world, failure);
}

int explore_check_plan(const explore_view *view, const explore_world *world,
                       const explore_setup *setup, explore_failure *failure)
{
	if (check_form(view, world, setup, failure) < 0 || check_law(view, world, setup, failure) < 0 ||
	    check_removed(view, world, failure) < 0 || check_services(view, world, failure) < 0 ||
	    check_aborted(view, world, setup, failure) < 0 ||
	    check_paused(view, world, setup, failure) < 0 ||
	    check_relief(view, world, setup, failure) < 0)
		return -1;
	return 0;
}
