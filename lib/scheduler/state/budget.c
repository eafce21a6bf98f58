/* Disruption budgets; there are few, so they stand in one list. */
#include "scheduler/state/budget.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/shape/labelset.h"

int korch__budget_covers(const sched_budget *budget, const sched_pod *pod)
{
	return korch__text_equal(budget->namespace_, pod->labels->namespace_) &&
	       korch_selector_matches(budget->selector, pod->labels->labels);
}

static void free_budget(sched_budget *budget)
{
	if (!budget)
		return;
	korch_string_unref(budget->namespace_);
	korch_string_unref(budget->name);
	korch_selector_free(budget->selector);
	korch__free(budget);
}

void korch__budgets_free(korch_scheduler *s)
{
	for (size_t i = 0; i < s->budgets.n; i++)
		free_budget(s->budgets.items[i]);
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
	int code = korch_selector_new(&budget->selector, from->spec ? from->spec->selector : NULL, err);
	if (code == 0 && (!budget->namespace_ || !budget->name))
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (code < 0)
		free_budget(budget);
	else
		*out = budget;
	return code;
}

int korch_scheduler_budget_set(korch_scheduler *s, const korch_pod_disruption_budget *from,
                               korch_error **err)
{
	if (!s || !from || !from->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "a budget without a name");
	if (korch__vec_reserve(&s->budgets, 1) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	sched_budget *budget = NULL;
	int code = make(&budget, from, err);
	if (code < 0)
		return code;
	size_t i = find(s, budget->namespace_, budget->name);
	if (i < s->budgets.n)
		free_budget(s->budgets.items[i]);
	else
		s->budgets.n++;
	s->budgets.items[i] = budget;
	s->changes++;
	return 0;
}

void korch_scheduler_budget_remove(korch_scheduler *s, const char *namespace_, const char *name)
{
	size_t i = s ? find(s, namespace_, name) : 0;
	if (!s || i == s->budgets.n)
		return;
	free_budget(s->budgets.items[i]);
	korch__vec_swap_remove(&s->budgets, i);
	s->changes++;
}
