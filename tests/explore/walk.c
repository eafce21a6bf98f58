/*
 * Long random walks through large worlds: from one number come the setup, every action and so every
 * world.
 */
#include "explore.h"
#include <stdlib.h>

static int32_t below(korch_random *random, int32_t bound)
{
	return (int32_t)korch__random_below(random, (uint64_t)bound);
}

/* Parts of a plan; mostly all of it. */
static int32_t random_parts(korch_random *random)
{
	return below(random, 4) ? PART_ALL : below(random, PART_ALL) + 1;
}

static explore_action random_person(const explore_setup *setup, korch_random *random)
{
	static const int32_t kinds[] = {ACT_ABORT, ACT_RETRY, ACT_PROMOTE, ACT_PROMOTE,
	                                ACT_FULL,  ACT_PAUSE, ACT_STEPS,   ACT_SPEC};
	int32_t what = below(random, 13);
	if (what < 3)
		return (explore_action){ACT_TEMPLATE, below(random, setup->templates), 0};
	if (what < 5)
		return (explore_action){ACT_SCALE, below(random, below(random, 8) ? 51 : 1), 0};
	return (explore_action){kinds[what - 5], 0, 0};
}

static explore_action random_pods(const explore_setup *setup, korch_random *random)
{
	int32_t which = below(random, setup->templates), many = 1 + below(random, 10);
	int32_t what = below(random, 20);
	if (what < 8)
		return (explore_action){ACT_READY, which, below(random, 3) ? 50 : many};
	if (what < 14)
		return (explore_action){ACT_RECONCILE, which, 0};
	if (what < 17)
		return (explore_action){ACT_AVAILABLE, which, 0};
	return (explore_action){what < 19 ? ACT_UNREADY : ACT_LOST, which,
	                        below(random, 5) ? many : 50};
}

static explore_action random_action(const explore_setup *setup, korch_random *random)
{
	static const int32_t meanwhile[] = {ACT_READY, ACT_UNREADY, ACT_LOST, ACT_ROUTER,
	                                    ACT_RECONCILE};
	int32_t what = below(random, 100);
	if (what < 32)
		return (explore_action){ACT_PLAN, random_parts(random), 0};
	if (what < 35)
		return (explore_action){ACT_LATE, meanwhile[below(random, 5)],
		                        below(random, setup->templates)};
	if (what < 65)
		return random_pods(setup, random);
	if (what < 71)
		return (explore_action){ACT_ROUTER, 0, 0};
	if (what < 78)
		return (explore_action){ACT_TIME, below(random, 3) ? 0 : 1 + below(random, 40), 0};
	if (what < 84)
		return (explore_action){ACT_OUTCOME, below(random, 6),
		                        below(random, 4) ? KORCH_STRATEGY_SUCCESSFUL
		                                         : 2 + below(random, 4)};
	if (what < 94)
		return (explore_action){ACT_CALM, 0, 0};
	if (what < 95)
		return (explore_action){ACT_REFERENCE, below(random, setup->templates), 0};
	return random_person(setup, random);
}

int explore_walk(uint64_t seed, int32_t length, explore_failure *failure)
{
	korch_random random;
	explore_setup setup;
	explore_world world;
	size_t n = 0;
	korch__random_init(&random, seed);
	explore_random_setup(&setup, &random);
	explore_action *actions = calloc((size_t)length, sizeof(*actions));
	if (!actions)
		return explore_fail(failure, "memory", "no memory");
	int code = explore_start(&world, &setup, failure);
	while (code >= 0 && n < (size_t)length) {
		actions[n] = random_action(&setup, &random);
		code = explore_step(&world, &setup, &actions[n++], failure);
		if (code >= 0 && n % 40 == 0 &&
		    (explore_check_rest(&world, &setup, failure) < 0 ||
		     explore_check_stuck(&world, &setup, failure) < 0 ||
		     explore_check_calm(&world, &setup, failure) < 0))
			code = -1;
	}
	if (code < 0)
		explore_report(&setup, actions, n, failure);
	free(actions);
	return code < 0 ? -1 : 0;
}
