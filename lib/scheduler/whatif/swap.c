/*
 * Exchanges of two pods where there is no room for one alone; one of them may have to stop
 * somewhere else on the way.
 */
#include "base/cleanup.h"
#include "scheduler/whatif/search.h"

/* Nodes whose pods are exchanged, and nodes that each of these is looked at with. */
enum { NODES = 4, PARTNERS = 12 };

typedef struct swap {
	sched_pod *pod; /* NULL: none improves */
	sched_pod *other;
	double change;
} swap;

/* What the value changes when the pods change places. */
static double change_of(const sched_search *search, const sched_pod *pod, const sched_pod *other)
{
	double need[GOAL_RESOURCES], back[GOAL_RESOURCES];
	plan_step leaves;
	korch__goal_need(need, pod);
	korch__goal_need(back, other);
	for (int r = 0; r < GOAL_RESOURCES; r++)
		need[r] -= back[r];
	korch__goal_leave(&leaves, &search->goal, need, pod->slot);
	return korch__goal_change(&leaves, other->slot);
}

/* 1: each would be let in when both have left. */
static int would_do(sched_search *search, const plan_leaver *one, const plan_leaver *other)
{
	korch_scheduler *s = search->plan->s;
	uint32_t a = one->pod->slot, b = other->pod->slot;
	if (korch__plan_ready(search->plan, one->class_) < 0 ||
	    korch__plan_ready(search->plan, other->class_) < 0)
		return KORCH_E_NOMEM;
	korch__pod_hide(s, one->pod);
	korch__pod_hide(s, other->pod);
	int fits = korch__plan_fits_now(search->plan, one->class_, b) &&
	           korch__plan_fits_now(search->plan, other->class_, a);
	korch__pod_show(s, other->pod);
	korch__pod_show(s, one->pod);
	return fits;
}

static int look_at_pair(sched_search *search, const plan_leaver *one, const plan_leaver *other,
                        swap *best)
{
	double change = change_of(search, one->pod, other->pod);
	if (change >= best->change)
		return 0;
	int code = korch__search_may_move(search, other->pod);
	if (code == 1)
		code = would_do(search, one, other);
	if (code == 1)
		*best = (swap){.pod = one->pod, .other = other->pod, .change = change};
	return code < 0 ? code : 0;
}

static int look_at_nodes(sched_search *search, uint32_t a, uint32_t b, swap *best)
{
	plan_leaver *here = NULL, *there = NULL;
	size_t n_here = 0, n_there = 0;
	const korch_scheduler *s = search->plan->s;
	int code = korch__plan_leavers(&here, &n_here, search->plan, s->slots.items[a]);
	if (code == 0)
		code = korch__plan_leavers(&there, &n_there, search->plan, s->slots.items[b]);
	for (size_t i = 0; code >= 0 && i < n_here; i++) {
		code = korch__search_may_move(search, here[i].pod);
		for (size_t k = 0; code == 1 && k < n_there; k++)
			code = look_at_pair(search, &here[i], &there[k], best) < 0 ? KORCH_E_NOMEM : 1;
	}
	korch__plan_leave_out(here, n_here);
	korch__plan_leave_out(there, n_there);
	return code < 0 ? code : 0;
}

/* Sends a pod to the node with the least room left over that lets it in. 1, 0 or KORCH_E_NOMEM. */
static int stop_somewhere(sched_search *search, const plan_leaver *one)
{
	int failed = 0;
	korch__pod_hide(search->plan->s, one->pod);
	uint32_t to = korch__plan_choose(search->plan, one, search->field, &failed);
	korch__pod_show(search->plan->s, one->pod);
	if (failed)
		return KORCH_E_NOMEM;
	return to == NONE ? 0 : korch__search_move(search, one->pod, to) < 0 ? KORCH_E_NOMEM : 1;
}

/* Each to where the other is, in an order in which that is possible. */
static int exchange(sched_search *search, const plan_leaver *one, const plan_leaver *other)
{
	uint32_t a = one->pod->slot, b = other->pod->slot;
	int code = korch__search_try(search, one, b);
	if (code == 1)
		return korch__search_try(search, other, a);
	if (code == 0)
		code = korch__search_try(search, other, a);
	if (code == 1)
		return korch__search_try(search, one, b);
	if (code < 0 || search->list.n + search->stops + 3 > search->most)
		return code;
	code = stop_somewhere(search, other);
	if (code == 1)
		code = korch__search_try(search, one, b);
	if (code == 1)
		code = korch__search_try(search, other, a);
	search->stops += code == 1;
	return code;
}

static int carry_out(sched_search *search, const swap *best)
{
	plan_leaver one = {.pod = best->pod}, other = {.pod = best->other};
	size_t mark = search->plan->moves.n;
	plan_goal goal = search->goal;
	int code = korch__class_of_placed(&one.class_, search->plan->s, one.pod);
	if (code < 0)
		return code;
	one.class_->n_waiting++;
	code = korch__class_of_placed(&other.class_, search->plan->s, other.pod);
	if (code == 0) {
		other.class_->n_waiting++;
		code = exchange(search, &one, &other);
		other.class_->n_waiting--;
	}
	one.class_->n_waiting--;
	if (code != 1 && korch__search_cut(search, mark, &goal) < 0)
		return KORCH_E_NOMEM;
	return code;
}

/* Pods of the nodes that are farthest off, with those of nodes that are drawn. */
int korch__search_swap(sched_search *search)
{
	swap best = {.change = -SEARCH_LEAST};
	if (search->list.n + search->stops + 2 > search->most)
		return 0;
	size_t n = korch__search_sources(search, NODES);
	for (size_t i = 0; i < n; i++) {
		uint32_t from = search->sources[i];
		for (size_t k = 0; k < PARTNERS; k++) {
			uint64_t at = korch__plan_draw(&search->dice) % search->field->n;
			uint32_t other = search->field->slots[at];
			if (other != from && look_at_nodes(search, from, other, &best) < 0)
				return KORCH_E_NOMEM;
		}
	}
	return best.pod ? carry_out(search, &best) : 0;
}
