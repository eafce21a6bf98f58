/* Steepest descent: of the pods of the nodes that are farthest off, the move that improves most. */
#include "base/cleanup.h"
#include "scheduler/profile/profile.h"
#include "scheduler/whatif/search.h"

/* Nodes that are looked at first. */
enum { FEW = 8 };

typedef struct step {
	sched_pod *pod; /* NULL: none improves */
	uint32_t to;
	double change;
} step;

/* Looks for a better place for one pod than the best step so far. */
static int look_for(sched_search *search, const plan_leaver *one, step *best)
{
	korch_scheduler *s = search->plan->s;
	double need[GOAL_RESOURCES];
	plan_step leaves;
	uint32_t from = one->pod->slot;
	if (korch__plan_ready(search->plan, one->class_) < 0)
		return KORCH_E_NOMEM;
	korch__goal_need(need, one->pod);
	korch__goal_leave(&leaves, &search->goal, need, from);
	int fit_is_on = korch__filter_is_on(one->class_->profile, FILTER_FIT);
	korch__pod_hide(s, one->pod);
	for (size_t i = 0; i < search->field->n; i++) {
		uint32_t to = search->field->slots[i];
		if (to == from || (fit_is_on && !korch__plan_has_room(s, one->class_->shape, to)))
			continue;
		double change = korch__goal_change(&leaves, to);
		if (change < best->change && korch__plan_fits_now(search->plan, one->class_, to))
			*best = (step){.pod = one->pod, .to = to, .change = change};
	}
	korch__pod_show(s, one->pod);
	return 0;
}

/* 1: an earlier pod of the list stands for this one. */
static int is_alike(const sched_search *search, const plan_leaver *list, size_t i)
{
	int is_moved = korch__search_moved(search, list[i].pod) != NULL;
	for (size_t k = 0; k < i; k++) {
		if (list[k].class_ == list[i].class_ &&
		    (korch__search_moved(search, list[k].pod) != NULL) == is_moved)
			return 1;
	}
	return 0;
}

static int look_at(sched_search *search, uint32_t slot, step *best)
{
	plan_leaver *list = NULL;
	size_t n = 0;
	int code = korch__plan_leavers(&list, &n, search->plan, search->plan->s->slots.items[slot]);
	for (size_t i = 0; code >= 0 && i < n; i++) {
		code = korch__search_may_move(search, list[i].pod);
		if (code == 1 && !is_alike(search, list, i))
			code = look_for(search, &list[i], best);
	}
	korch__plan_leave_out(list, n);
	return code < 0 ? code : 0;
}

static int find_best(sched_search *search, size_t sources, step *best)
{
	size_t n = korch__search_sources(search, sources);
	for (size_t i = 0; i < n; i++) {
		if (look_at(search, search->sources[i], best) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__search_descend(sched_search *search, size_t sources)
{
	for (;;) {
		step best = {.change = -SEARCH_LEAST};
		if (find_best(search, FEW, &best) < 0 ||
		    (!best.pod && sources > FEW && find_best(search, sources, &best) < 0))
			return KORCH_E_NOMEM;
		if (!best.pod)
			return 0;
		if (korch__search_move(search, best.pod, best.to) < 0)
			return KORCH_E_NOMEM;
	}
}
