/*
 * korch_rollout_law() beside our own checks: it has nothing against a plan that passed them, and
 * something against the same plan when it is made worse.
 */
#include "explore.h"

static int must_refuse(const explore_view *view, const korch_strategy_plan *bad, const char *what,
                       explore_failure *failure)
{
	if (korch_rollout_law(&view->spec, &view->observed, bad, NULL) < 0)
		return 0;
	return explore_fail(failure, "law", "korch_rollout_law() lets pass: %s", what);
}

/* Everything to one revision that cannot carry it. */
static int check_overload(const explore_view *view, const explore_setup *setup,
                          explore_failure *failure)
{
	int32_t max = explore_max_weight(setup);
	for (size_t i = 0; i < view->observed.n_revisions; i++) {
		const korch_strategy_revision *it = &view->revisions[i];
		if (it->ready >= view->spec.replicas || it->weight >= max)
			continue;
		korch_strategy_plan bad = view->plan;
		for (size_t j = 0; j < bad.n_targets; j++)
			bad.targets[j].weight = j == i ? max : 0;
		return must_refuse(view, &bad, "all weight to one with too few ready", failure);
	}
	return 0;
}

static int check_starved(const explore_view *view, explore_failure *failure)
{
	for (size_t i = 0; i < view->observed.n_revisions; i++) {
		const korch_strategy_revision *it = &view->revisions[i];
		if (!it->weight || !it->ready || !it->size || view->plan.targets[i].weight != it->weight)
			continue;
		korch_strategy_plan bad = view->plan;
		bad.targets[i].size = 0;
		return must_refuse(view, &bad, "no replicas for what has weight", failure);
	}
	return 0;
}

static int check_sum(const explore_view *view, explore_failure *failure)
{
	for (size_t i = 0; i < view->plan.n_targets; i++) {
		if (view->plan.targets[i].weight < 2)
			continue;
		korch_strategy_plan bad = view->plan;
		bad.targets[i].weight--;
		return must_refuse(view, &bad, "weights that do not sum up", failure);
	}
	return 0;
}

/* One in four, by what the world is like, so that a run can be repeated. */
static int is_chosen(const explore_world *world)
{
	int32_t sum = world->state.step + (int32_t)(world->now / SECOND);
	for (int i = 0; i < REVISIONS; i++)
		sum += world->revisions[i].ready + 3 * world->revisions[i].size;
	return sum % 4 == 0;
}

int explore_check_law(const explore_view *view, const explore_world *world,
                      const explore_setup *setup, explore_failure *failure)
{
	korch_error *err = NULL;
	if (korch_rollout_law(&view->spec, &view->observed, &view->plan, &err) < 0) {
		explore_fail(failure, "law", "korch_rollout_law() refuses: %s", korch_error_message(err));
		korch_error_free(err);
		return -1;
	}
	int32_t seen = 0; /* at first, and after an experiment, somebody has to take what nobody has */
	for (size_t i = 0; i < view->observed.n_revisions; i++)
		seen += view->revisions[i].weight;
	if (!explore_has_router(world, setup) || view->spec.replicas == 0 ||
	    seen != explore_max_weight(setup) || !is_chosen(world))
		return 0;
	if (check_overload(view, setup, failure) < 0 || check_starved(view, failure) < 0 ||
	    check_sum(view, failure) < 0)
		return -1;
	return 0;
}
