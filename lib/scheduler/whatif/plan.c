/* Moving pods in a trial, within what budgets allow. */
#include "scheduler/whatif/plan.h"
#include "base/cleanup.h"
#include "scheduler/state/budget.h"
#include "scheduler/state/journal.h"
#include <string.h>

static uint64_t hash_set(const void *key)
{
	return ((const sched_labelset *)key)->hash;
}
static int cover_equal(const void *entry, const void *key)
{
	return ((const plan_cover *)entry)->set == key;
}
static uint64_t cover_hash(const void *entry)
{
	return ((const plan_cover *)entry)->set->hash;
}
static const korch_table_ops cover_ops = {
    .hash = hash_set, .equal = cover_equal, .entry_hash = cover_hash};

static int init_budgets(sched_plan *plan)
{
	const korch_scheduler *s = plan->s;
	plan->left = korch__calloc(s->budgets.n + 1, sizeof(*plan->left));
	for (size_t i = 0; plan->left && i < s->budgets.n; i++)
		plan->left[i] = s->budgets.items[i]->allowed > 0 ? s->budgets.items[i]->allowed : 0;
	return plan->left ? 0 : KORCH_E_NOMEM;
}

int korch__plan_init(sched_plan *plan, korch_scheduler *s)
{
	*plan = (sched_plan){.s = s, .most = SIZE_MAX};
	korch__table_init(&plan->covers, &cover_ops);
	int code = korch_scheduler_begin(s);
	if (code < 0)
		return code;
	plan->is_open = 1;
	plan->mark = korch__journal_mark(s);
	return init_budgets(plan);
}

void korch__plan_fini(sched_plan *plan)
{
	plan_cover *cover;
	if (plan->is_open)
		korch_scheduler_rollback(plan->s);
	for (size_t at = 0; (cover = korch__table_next(&plan->covers, &at));) {
		korch__free(cover->budgets);
		korch__free(cover);
	}
	korch__table_fini(&plan->covers);
	korch__plan_unstick(plan);
	korch__vec_fini(&plan->stuck);
	korch__vec_fini(&plan->moves);
	korch__free(plan->left);
	korch__free(plan->key);
}

int korch__plan_error(int code, korch_error **err)
{
	return korch_error_set(
	    err, code, code == KORCH_E_LIMIT ? "too many trials inside each other" : "out of memory");
}

static int fill_cover(const sched_plan *plan, plan_cover *cover, const sched_pod *pod)
{
	const korch_scheduler *s = plan->s;
	KORCH_VEC(uint32_t) list = {0};
	for (uint32_t i = 0; i < s->budgets.n; i++) {
		if (korch__budget_covers(s->budgets.items[i], pod) && korch__vec_push(&list, i) < 0) {
			korch__vec_fini(&list);
			return KORCH_E_NOMEM;
		}
	}
	cover->budgets = list.items;
	cover->n = list.n;
	return 0;
}

/* What covers the pod, found once for each label set; NULL when memory is short. */
static plan_cover *cover_of(sched_plan *plan, const sched_pod *pod)
{
	plan_cover *cover = korch__table_get(&plan->covers, pod->labels);
	if (cover)
		return cover;
	cover = korch__calloc(1, sizeof(*cover));
	if (!cover)
		return NULL;
	cover->set = pod->labels;
	if (fill_cover(plan, cover, pod) < 0 || korch__table_put(&plan->covers, cover) < 0) {
		korch__free(cover->budgets);
		korch__free(cover);
		return NULL;
	}
	return cover;
}

int korch__plan_may_go(sched_plan *plan, const sched_pod *pod)
{
	if (plan->s->budgets.n == 0)
		return 1;
	const plan_cover *cover = cover_of(plan, pod);
	if (!cover)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < cover->n; i++) {
		if (plan->left[cover->budgets[i]] <= 0)
			return 0;
	}
	return 1;
}

void korch__plan_count_gone(sched_plan *plan, const sched_pod *pod, int64_t sign)
{
	const plan_cover *cover =
	    plan->s->budgets.n > 0 ? korch__table_get(&plan->covers, pod->labels) : NULL;
	for (size_t i = 0; cover && i < cover->n; i++)
		plan->left[cover->budgets[i]] -= sign;
}

int korch__plan_ready(sched_plan *plan, sched_class *c)
{
	if (korch__class_refresh(plan->s, c) < 0)
		return KORCH_E_NOMEM;
	size_t wanted = c->layout.dims.n + 1;
	if (wanted <= plan->key_cap)
		return 0;
	int32_t *key = korch__realloc_array(plan->key, wanted + 8, sizeof(*key));
	if (!key)
		return KORCH_E_NOMEM;
	plan->key = key;
	plan->key_cap = wanted + 8;
	return 0;
}

int korch__plan_fits(sched_plan *plan, sched_class *c, uint32_t slot)
{
	return korch__plan_ready(plan, c) < 0 ? KORCH_E_NOMEM : korch__plan_fits_now(plan, c, slot);
}

int korch__plan_land(sched_plan *plan, sched_pod *pod, uint32_t to)
{
	sched_entry entry = {
	    .op = OP_MOVED, .who = pod, .slot = pod->slot, .at = pod->at, .devices = pod->devices};
	pod->devices = 0;
	if (korch__journal_reserve(plan->s, 1) < 0 || korch__vec_reserve(&plan->moves, 1) < 0 ||
	    korch__pod_attach(plan->s, pod, to) < 0) {
		pod->devices = entry.devices;
		korch__pod_attach_back(plan->s, pod);
		return KORCH_E_NOMEM;
	}
	korch__journal_note(plan->s, entry);
	plan->moves.items[plan->moves.n++] =
	    (plan_move){.pod = pod, .from = entry.slot, .to = to, .devices = pod->devices};
	if (!plan->is_net)
		korch__plan_count_gone(plan, pod, 1);
	return 0;
}

int korch__plan_move(sched_plan *plan, sched_pod *pod, uint32_t to)
{
	korch__pod_detach(plan->s, pod);
	return korch__plan_land(plan, pod, to);
}

void korch__plan_cut(sched_plan *plan, size_t n)
{
	while (plan->moves.n > n) {
		const plan_move *move = &plan->moves.items[--plan->moves.n];
		if (!plan->is_net)
			korch__plan_count_gone(plan, move->pod, -1);
	}
	korch__journal_back(plan->s, plan->mark + n);
}

int korch__plan_stick(sched_plan *plan, sched_pod *pod, char *why)
{
	plan_move move = {.pod = pod, .from = pod->slot, .to = NONE, .why = why};
	if (why && korch__vec_push(&plan->stuck, move) == 0)
		return 0;
	korch__free(why);
	return KORCH_E_NOMEM;
}

void korch__plan_unstick(sched_plan *plan)
{
	while (plan->stuck.n > 0)
		korch__free(plan->stuck.items[--plan->stuck.n].why);
}
