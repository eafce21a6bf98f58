/*
 * Simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983): random pods go to random nodes,
 * uphill the more rarely the cooler it is. When no more pods may be away, one comes back for one
 * that goes.
 */
#include "base/cleanup.h"
#include "scheduler/whatif/search.h"
#include <math.h>

/* Of so many nodes that are drawn the best one is taken. */
enum { FROM_OF = 3, TO_OF = 3 };

typedef struct annealing {
	sched_search *search;
	double heat;
	double before; /* value of the goal that a change is compared with */
	plan_goal best;
	double best_value;
	size_t best_moves;
} annealing;

static uint32_t draw_slot(sched_search *search)
{
	return search->field->slots[korch__plan_draw(&search->dice) % search->field->n];
}

/* A pod of a node that is rather far over the mean; NULL: that one has none. */
static sched_pod *draw_pod(sched_search *search)
{
	uint32_t from = draw_slot(search);
	double excess = korch__goal_excess(&search->goal, from);
	for (int i = 1; i < FROM_OF; i++) {
		uint32_t other = draw_slot(search);
		double more = korch__goal_excess(&search->goal, other);
		from = more > excess ? other : from;
		excess = more > excess ? more : excess;
	}
	const sched_slot *slot = search->plan->s->slots.items[from];
	uint64_t dice = korch__plan_draw(&search->dice);
	return slot->pods.n > 0 ? slot->pods.items[dice % slot->pods.n] : NULL;
}

static sched_pod *draw_moved(sched_search *search)
{
	return search->list.items[korch__plan_draw(&search->dice) % search->list.n]->pod;
}

/* The better one of some nodes for the pod, and what going there changes; NONE: none has room. */
static uint32_t draw_target(sched_search *search, const sched_pod *pod, double *change)
{
	const search_moved *moved = korch__search_moved(search, pod);
	double need[GOAL_RESOURCES];
	plan_step leaves;
	uint32_t best = NONE;
	korch__goal_need(need, pod);
	korch__goal_leave(&leaves, &search->goal, need, pod->slot);
	for (int i = 0; i < TO_OF; i++) {
		uint32_t to = moved && i == 0 ? moved->origin : draw_slot(search);
		if (to == pod->slot || !korch__plan_has_room(search->plan->s, pod->shape, to))
			continue;
		double now = korch__goal_change(&leaves, to);
		if (best != NONE && now >= *change)
			continue;
		best = to;
		*change = now;
	}
	return best;
}

static int is_welcome(annealing *a, double value)
{
	double worse = value - a->before;
	return worse < 0 || korch__plan_unit(&a->search->dice) < exp(-worse / a->heat);
}

/* 1: the pod moved to somewhere, 0, or KORCH_E_NOMEM. */
static int move_one(annealing *a, sched_pod *pod)
{
	sched_search *search = a->search;
	plan_leaver one = {.pod = pod};
	double change = 0;
	uint32_t to = pod ? draw_target(search, pod, &change) : NONE;
	if (to == NONE || !is_welcome(a, korch__goal_value(&search->goal) + change))
		return 0;
	int code = korch__search_may_move(search, pod);
	if (code == 1 && korch__class_of_placed(&one.class_, search->plan->s, pod) < 0)
		code = KORCH_E_NOMEM;
	return code == 1 ? korch__search_try(search, &one, to) : code;
}

/* One comes back, and another one goes instead. */
static int replace_one(annealing *a)
{
	sched_search *search = a->search;
	plan_leaver one = {.pod = draw_moved(search)};
	size_t mark = search->plan->moves.n;
	plan_goal goal = search->goal;
	if (korch__class_of_placed(&one.class_, search->plan->s, one.pod) < 0)
		return KORCH_E_NOMEM;
	int code = korch__search_try(search, &one, korch__search_moved(search, one.pod)->origin);
	if (code != 1)
		return code;
	code = move_one(a, draw_pod(search));
	if (code == 0 && !is_welcome(a, korch__goal_value(&search->goal)) &&
	    korch__search_cut(search, mark, &goal) < 0)
		return KORCH_E_NOMEM;
	return code < 0 ? code : 1;
}

static int try_one(annealing *a)
{
	sched_search *search = a->search;
	int any = search->list.n > 0, is_full = search->list.n + search->stops >= search->most;
	uint64_t dice = korch__plan_draw(&search->dice) % 4;
	a->before = korch__goal_value(&search->goal);
	if (any && is_full && dice > 0)
		return replace_one(a);
	return move_one(a, any && dice < 2 ? draw_moved(search) : draw_pod(search));
}

static void keep(annealing *a)
{
	a->best = a->search->goal;
	a->best_value = korch__goal_value(&a->best);
	a->best_moves = a->search->plan->moves.n;
}

int korch__search_anneal(sched_search *search, uint64_t tries, double heat)
{
	annealing a = {.search = search};
	keep(&a);
	for (uint64_t i = 0; i < tries && search->field->n > 1; i++) {
		a.heat = heat * (1 - (double)i / (double)tries);
		int code = try_one(&a);
		if (code < 0)
			return code;
		if (code == 1 && korch__goal_value(&search->goal) < a.best_value)
			keep(&a);
	}
	return korch__search_cut(search, a.best_moves, &a.best);
}
