/* Where pods came from, and how many are away from there. */
#include "scheduler/whatif/search.h"
#include "base/cleanup.h"

static uint64_t hash_pod(const void *key)
{
	return korch__hash_string(((const sched_pod *)key)->id);
}
static int moved_equal(const void *entry, const void *key)
{
	return ((const search_moved *)entry)->pod == key;
}
static uint64_t moved_hash(const void *entry)
{
	return hash_pod(((const search_moved *)entry)->pod);
}
static const korch_table_ops moved_ops = {
    .hash = hash_pod, .equal = moved_equal, .entry_hash = moved_hash};

int korch__search_init(sched_search *search, sched_plan *plan, const plan_field *field, size_t most)
{
	*search = (sched_search){.plan = plan, .field = field, .most = most};
	korch__table_init(&search->moved, &moved_ops);
	korch__goal_init(&search->goal, plan->s);
	search->sources = korch__calloc(field->n + 1, sizeof(*search->sources));
	search->excesses = korch__calloc(field->n + 1, sizeof(*search->excesses));
	return search->sources && search->excesses ? 0 : KORCH_E_NOMEM;
}

void korch__search_fini(sched_search *search)
{
	for (size_t i = 0; i < search->list.n; i++)
		korch__free(search->list.items[i]);
	korch__vec_fini(&search->list);
	korch__table_fini(&search->moved);
	korch__free(search->sources);
	korch__free(search->excesses);
}

search_moved *korch__search_moved(const sched_search *search, const sched_pod *pod)
{
	return korch__table_get(&search->moved, pod);
}

int korch__search_may_move(sched_search *search, const sched_pod *pod)
{
	if (!korch__plan_moves(pod) || pod->shape->gated)
		return 0;
	if (korch__search_moved(search, pod))
		return !search->is_final;
	if (search->list.n + search->stops >= search->most)
		return 0;
	return korch__plan_may_go(search->plan, pod);
}

/* The pod leaves its origin. */
static int note_away(sched_search *search, sched_pod *pod, uint32_t origin)
{
	search_moved *one = korch__calloc(1, sizeof(*one));
	if (!one)
		return KORCH_E_NOMEM;
	*one = (search_moved){.pod = pod, .origin = origin, .at = search->list.n};
	if (korch__vec_reserve(&search->list, 1) < 0 || korch__table_put(&search->moved, one) < 0) {
		korch__free(one);
		return KORCH_E_NOMEM;
	}
	search->list.items[search->list.n++] = one;
	korch__plan_count_gone(search->plan, pod, 1);
	return 0;
}

static void note_back(sched_search *search, search_moved *one)
{
	korch__table_remove(&search->moved, one->pod);
	search_moved *last = search->list.items[--search->list.n];
	search->list.items[one->at] = last;
	last->at = one->at;
	korch__plan_count_gone(search->plan, one->pod, -1);
	korch__free(one);
}

/* The pod goes from one slot to another: what that means for where it came from. */
static int note(sched_search *search, sched_pod *pod, uint32_t from, uint32_t to)
{
	search_moved *one = korch__search_moved(search, pod);
	if (!one)
		return note_away(search, pod, from);
	if (one->origin == to)
		note_back(search, one);
	return 0;
}

int korch__search_move(sched_search *search, sched_pod *pod, uint32_t to)
{
	uint32_t from = pod->slot;
	plan_goal goal = search->goal;
	if (note(search, pod, from, to) < 0)
		return KORCH_E_NOMEM;
	korch__goal_move(&goal, pod, to);
	if (korch__plan_move(search->plan, pod, to) < 0) {
		note(search, pod, to, from);
		return KORCH_E_NOMEM;
	}
	search->goal = goal;
	return 0;
}

int korch__search_try(sched_search *search, const plan_leaver *one, uint32_t to)
{
	korch_scheduler *s = search->plan->s;
	int code = korch__plan_ready(search->plan, one->class_);
	if (code < 0)
		return code;
	korch__pod_hide(s, one->pod);
	code = korch__plan_fits_now(search->plan, one->class_, to);
	korch__pod_show(s, one->pod);
	if (code == 1 && korch__search_move(search, one->pod, to) < 0)
		return KORCH_E_NOMEM;
	return code;
}

int korch__search_cut(sched_search *search, size_t n, const plan_goal *goal)
{
	sched_plan *plan = search->plan;
	int code = 0;
	for (size_t i = plan->moves.n; i-- > n;) {
		const plan_move *move = &plan->moves.items[i];
		if (note(search, move->pod, move->to, move->from) < 0)
			code = KORCH_E_NOMEM;
	}
	korch__plan_cut(plan, n);
	search->goal = *goal;
	return code;
}

/* The greatest ones stand in a heap, the least of them first. */
static void sift(double *excesses, uint32_t *slots, size_t n, size_t at)
{
	double excess = excesses[at];
	uint32_t slot = slots[at];
	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && excesses[child + 1] < excesses[child])
			child++;
		if (excesses[child] >= excess)
			break;
		excesses[at] = excesses[child];
		slots[at] = slots[child];
	}
	excesses[at] = excess;
	slots[at] = slot;
}

size_t korch__search_sources(sched_search *search, size_t n)
{
	size_t found = 0;
	for (size_t i = 0; i < search->field->n; i++) {
		uint32_t slot = search->field->slots[i];
		double excess = korch__goal_excess(&search->goal, slot);
		if (found < n) {
			search->excesses[found] = excess;
			search->sources[found++] = slot;
			for (size_t k = found / 2; found == n && k-- > 0;)
				sift(search->excesses, search->sources, n, k);
		} else if (n > 0 && excess > search->excesses[0]) {
			search->excesses[0] = excess;
			search->sources[0] = slot;
			sift(search->excesses, search->sources, n, 0);
		}
	}
	return found;
}
