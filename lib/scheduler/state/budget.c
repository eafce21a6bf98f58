/* Disruption budgets; there are few, so they stand in one list. */
#include "scheduler/state/budget.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/shape/labelset.h"
#include "scheduler/state/journal.h"

int korch__budget_covers(const sched_budget *budget, const sched_pod *pod)
{
	return korch__text_equal(budget->namespace_, pod->labels->namespace_) &&
	       korch_selector_matches(budget->selector, pod->labels->labels);
}

void korch__budget_free(sched_budget *budget)
{
	if (!budget)
		return;
	korch_string_unref(budget->namespace_);
	korch_string_unref(budget->name);
	korch_selector_free(budget->selector);
	korch_block_unref(budget->from);
	korch_block_unref(budget->disrupted);
	korch__free(budget);
}

void korch__budgets_free(korch_scheduler *s)
{
	for (size_t i = 0; i < s->budgets.n; i++)
		korch__budget_free(s->budgets.items[i]);
	korch__vec_fini(&s->budgets);
}

static size_t find(const korch_scheduler *s, const char *namespace_, const char *name)
{
	size_t i = 0;
	while (i < s->budgets.n && !(korch__text_equal(s->budgets.items[i]->namespace_, namespace_) &&
	                             korch__text_equal(s->budgets.items[i]->name, name)))
		i++;
	return i;
}

/* policy/v1: no selector means no pod, an empty one every pod of the namespace; so the selector
 * says itself. */
static int make(sched_budget **out, const korch_pod_disruption_budget *from, korch_error **err)
{
	sched_budget *budget = korch__calloc(1, sizeof(*budget));
	if (!budget)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	budget->namespace_ =
	    korch_string_new(korch__text_or_empty(korch_object_namespace(&from->object)));
	budget->name = korch_string_new(korch_object_name(&from->object));
	budget->allowed = from->status ? from->status->disruptions_allowed : 0;
	budget->disrupted = from->status ? korch_block_ref(from->status->disrupted_pods) : NULL;
	budget->from = from->spec ? korch_block_ref(from->spec->selector) : NULL;
	int code = korch_selector_new(&budget->selector, budget->from, err);
	if (code == 0 && (!budget->namespace_ || !budget->name))
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (code < 0)
		korch__budget_free(budget);
	else
		*out = budget;
	return code;
}

static int is_same(const sched_budget *a, const sched_budget *b)
{
	int same_selector =
	    a->from == b->from ||
	    (a->from && b->from && korch_struct_equal(a->from, b->from, &korch_label_selector_type));
	return same_selector && a->allowed == b->allowed && korch_map_equal(a->disrupted, b->disrupted);
}

/* The budgets that preemption looks at for the pods of a label set. */
static int find_covering(korch_scheduler *s, sched_labelset *set)
{
	set->budgets.n = 0;
	for (size_t i = 0; i < s->budgets.n; i++) {
		sched_budget *budget = s->budgets.items[i];
		if (!korch__text_equal(budget->namespace_, set->namespace_) ||
		    korch_selector_is_everything(budget->selector) ||
		    !korch_selector_matches(budget->selector, set->labels))
			continue;
		if (korch__vec_push(&set->budgets, budget) < 0)
			return KORCH_E_NOMEM;
	}
	set->budget_generation = s->budget_generation;
	return 0;
}

int korch__budgets_take(korch_scheduler *s, const sched_pod *pod, uint64_t round)
{
	sched_labelset *set = pod->labels;
	int violates = 0;
	if (!set->labels || set->labels->n == 0)
		return 0;
	if (set->budget_generation != s->budget_generation && find_covering(s, set) < 0) {
		set->budget_generation = 0;
		return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < set->budgets.n; i++) {
		sched_budget *budget = set->budgets.items[i];
		if (korch_map_get(budget->disrupted, pod->name))
			continue;
		if (budget->round != round) {
			budget->round = round;
			budget->left = budget->allowed;
		}
		violates |= --budget->left < 0;
	}
	return violates;
}

/* Room for one more, and for noting that. */
static int reserve(korch_scheduler *s)
{
	return korch__vec_reserve(&s->budgets, 1) < 0 ? KORCH_E_NOMEM : korch__journal_reserve(s, 1);
}

int korch_scheduler_budget_set(korch_scheduler *s, const korch_pod_disruption_budget *from,
                               korch_error **err)
{
	if (!s || !from || !from->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "a budget without a name");
	if (reserve(s) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	sched_budget *budget = NULL;
	int code = make(&budget, from, err);
	if (code < 0 || !budget)
		return code < 0 ? code : KORCH_E_NOMEM;
	size_t i = find(s, budget->namespace_, budget->name);
	if (i < s->budgets.n && is_same(s->budgets.items[i], budget)) {
		korch__budget_free(budget);
		return 0;
	}
	sched_entry entry = {.op = OP_BUDGET, .at = (uint32_t)i};
	if (i < s->budgets.n)
		entry.what = s->budgets.items[i];
	else
		s->budgets.n++;
	s->budgets.items[i] = budget;
	s->budget_generation++;
	korch__changed(s);
	korch__journal_note(s, entry);
	return 0;
}

void korch_scheduler_budget_remove(korch_scheduler *s, const char *namespace_, const char *name)
{
	size_t i = s ? find(s, namespace_, name) : 0;
	if (!s || i == s->budgets.n || korch__journal_reserve(s, 1) < 0)
		return;
	sched_entry entry = {.op = OP_BUDGET_OUT, .at = (uint32_t)i, .what = s->budgets.items[i]};
	korch__vec_swap_remove(&s->budgets, i);
	s->budget_generation++;
	korch__changed(s);
	korch__journal_note(s, entry);
}

void korch__budget_undo(korch_scheduler *s, const struct sched_entry *entry)
{
	s->budget_generation++;
	if (entry->op == OP_BUDGET_OUT) {
		s->budgets.items[s->budgets.n] = s->budgets.items[entry->at];
		s->budgets.items[entry->at] = entry->what;
		s->budgets.n++; /* as many had room before */
		return;
	}
	korch__budget_free(s->budgets.items[entry->at]);
	if (entry->what)
		s->budgets.items[entry->at] = entry->what;
	else
		s->budgets.n--;
}
