/*
 * Rebalancing. Balance: a search for where pods should be, then an order of moves that leads there.
 * Packing is compaction with a bound.
 */
#include "base/cleanup.h"
#include "scheduler/whatif/search.h"
#include "scheduler/whatif/sequence.h"
#include <string.h>

enum { MOVES = 100, MOVES_MAX = 10000, ROUNDS = 8, ROUNDS_MAX = 1000 };
/* Nodes that a descent looks at when those that are farthest off offer nothing. */
enum { SOURCES = 64 };
/* Random moves of a round: so many for each node, at most so many. */
#define TRIES_OF_A_NODE 100
#define TRIES_MAX 200000
/* How warm annealing begins, as a part of what a node adds to the goal. */
#define HEAT 0.3

typedef struct rebalance {
	sched_plan plan;
	plan_field field;
	size_t most;
	uint64_t seed;
	uint64_t rounds;
} rebalance;

/* Down as far as single moves and exchanges lead. */
static int descend(sched_search *search)
{
	for (;;) {
		if (korch__search_descend(search, SOURCES) < 0)
			return KORCH_E_NOMEM;
		int code = korch__search_swap(search);
		if (code != 1)
			return code;
	}
}

static int search_all(sched_search *search, const rebalance *r)
{
	uint64_t tries = 1000 + r->field.n * TRIES_OF_A_NODE;
	tries = r->rounds * (tries < TRIES_MAX ? tries : TRIES_MAX);
	if (descend(search) < 0)
		return KORCH_E_NOMEM;
	double heat = HEAT * korch__goal_value(&search->goal) / (double)r->field.n;
	return korch__search_anneal(search, tries, heat) < 0 ? KORCH_E_NOMEM : descend(search);
}

/* Where the search has pods that are away, in the order of their last moves. */
static int look_up(plan_target **out, size_t *n, const sched_search *search)
{
	size_t kept = 0;
	if (korch__plan_targets(out, n, search->plan->moves.items, search->plan->moves.n) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < *n; i++) {
		if (korch__search_moved(search, (*out)[i].pod))
			(*out)[kept++] = (*out)[i];
	}
	*n = kept;
	return 0;
}

/* Searches freely, and returns to the start. */
static int find_targets(plan_target **out, size_t *n, rebalance *r)
{
	sched_search search;
	r->plan.is_net = 1;
	int code = korch__search_init(&search, &r->plan, &r->field, r->most);
	plan_goal start = search.goal;
	search.dice = r->seed;
	if (code == 0)
		code = search_all(&search, r);
	if (code == 0)
		code = look_up(out, n, &search);
	if (korch__search_cut(&search, 0, &start) < 0)
		code = KORCH_E_NOMEM;
	korch__search_fini(&search);
	r->plan.is_net = 0;
	return code;
}

/* Cuts the plan where the goal was best: every beginning of it is a plan, too. */
static int cut_at_best(sched_plan *plan)
{
	_cleanup_free_ plan_move *moves = korch__calloc(plan->moves.n + 1, sizeof(*moves));
	plan_goal goal;
	size_t n = plan->moves.n, best = 0;
	if (!moves)
		return KORCH_E_NOMEM;
	if (n > 0)
		memcpy(moves, plan->moves.items, n * sizeof(*moves));
	korch__plan_cut(plan, 0);
	korch__goal_init(&goal, plan->s);
	double least = korch__goal_value(&goal) - SEARCH_LEAST;
	for (size_t i = 0; i < n; i++) {
		korch__goal_move(&goal, moves[i].pod, moves[i].to);
		if (korch__plan_move(plan, moves[i].pod, moves[i].to) < 0)
			return KORCH_E_NOMEM;
		if (korch__goal_value(&goal) >= least)
			continue;
		least = korch__goal_value(&goal);
		best = i + 1;
	}
	korch__plan_cut(plan, best);
	return 0;
}

/* Moves that are left are used from where the plan leads; no pod moves twice by them. */
static int use_rest(rebalance *r)
{
	sched_search search;
	r->plan.is_net = 1;
	int code = korch__search_init(&search, &r->plan, &r->field, r->most - r->plan.moves.n);
	search.is_final = 1;
	if (code == 0)
		code = korch__search_descend(&search, SOURCES);
	korch__search_fini(&search);
	r->plan.is_net = 0;
	return code;
}

static int balance(rebalance *r)
{
	plan_target *targets = NULL;
	size_t n = 0;
	int64_t left = korch__plan_field(&r->field, r->plan.s);
	if (left < 0 || r->field.n < 2)
		return (int)left;
	left = find_targets(&targets, &n, r);
	r->plan.most = r->most;
	if (left == 0)
		left = korch__plan_sequence(&r->plan, targets, n, &r->field);
	korch__free(targets);
	if (left < 0)
		return (int)left;
	return cut_at_best(&r->plan) < 0 ? KORCH_E_NOMEM : use_rest(r);
}

/* Nodes that had pods to move, and have none now. */
static int find_emptied(uint32_t **out, size_t *n, const sched_plan *plan)
{
	_cleanup_free_ int64_t *left = korch__calloc(plan->s->slots.n + 1, sizeof(*left));
	uint32_t *list = korch__calloc(plan->s->slots.n + 1, sizeof(*list));
	if (!left || !list) {
		korch__free(list);
		return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < plan->moves.n; i++) {
		left[plan->moves.items[i].from]++;
		left[plan->moves.items[i].to]--;
	}
	for (uint32_t i = 0; i < plan->s->slots.n; i++) {
		if (left[i] > 0 && korch__plan_count(plan->s->slots.items[i]) == 0)
			list[(*n)++] = i;
	}
	*out = list;
	return 0;
}

static int finish(korch_moves **out, const sched_plan *plan, double before)
{
	_cleanup_free_ uint32_t *emptied = NULL;
	plan_goal goal;
	size_t n = 0;
	if (find_emptied(&emptied, &n, plan) < 0 || korch__plan_finish(out, plan, emptied, n) < 0)
		return KORCH_E_NOMEM;
	korch__goal_init(&goal, plan->s);
	korch__moves_gain(*out, before, korch__goal_value(&goal));
	return 0;
}

static int run(korch_moves **out, korch_scheduler *s, const korch_rebalance_options *options)
{
	rebalance r = {.most = options->moves ? options->moves : MOVES,
	               .seed = options->seed,
	               .rounds = options->rounds ? options->rounds : ROUNDS};
	plan_goal goal;
	korch__goal_init(&goal, s);
	int code = korch__plan_init(&r.plan, s);
	if (code == 0)
		code = balance(&r);
	if (code == 0)
		code = finish(out, &r.plan, korch__goal_value(&goal));
	korch__plan_fini(&r.plan);
	korch__free(r.field.slots);
	return code;
}

static int check(const korch_rebalance_options *options, korch_error **err)
{
	if (options->size != sizeof(*options))
		return korch_error_set(err, KORCH_E_INVALID, "options of size %zu: must be %zu",
		                       options->size, sizeof(*options));
	if (options->goal < KORCH_REBALANCE_BALANCE || options->goal > KORCH_REBALANCE_PACKING)
		return korch_error_set(err, KORCH_E_INVALID, "goal %d: must be 0 or 1", options->goal);
	if (options->moves > MOVES_MAX)
		return korch_error_set(err, KORCH_E_INVALID, "moves %u: must be 0 to %d", options->moves,
		                       MOVES_MAX);
	if (options->rounds > ROUNDS_MAX)
		return korch_error_set(err, KORCH_E_INVALID, "rounds %u: must be 0 to %d", options->rounds,
		                       ROUNDS_MAX);
	return 0;
}

int korch_scheduler_rebalance(korch_moves **out, korch_scheduler *s,
                              const korch_rebalance_options *options, korch_error **err)
{
	static const korch_rebalance_options standard = {.size = sizeof(standard)};
	if (!out || !s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler or no place for moves");
	options = options ? options : &standard;
	int code = check(options, err);
	if (code < 0)
		return code;
	if (options->goal == KORCH_REBALANCE_PACKING) {
		const korch_compact_options compact = {.size = sizeof(compact),
		                                       .moves = options->moves ? options->moves : MOVES,
		                                       .seed = options->seed,
		                                       .rounds = options->rounds};
		return korch_scheduler_compact(out, s, &compact, err);
	}
	code = run(out, s, options);
	return code < 0 ? korch__plan_error(code, err) : 0;
}
