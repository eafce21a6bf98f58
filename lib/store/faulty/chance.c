/* What goes wrong: by the first rule that means a call, otherwise by chance. */
#include "store/faulty/faulty.h"

enum { DELAY_MAX_US = 100000, CUT_MAX_US = 5000000 };

int faulty_happens(faulty_store *store, int32_t permille)
{
	return permille > 0 && korch__random_below(&store->random, 1000) < (uint64_t)permille;
}

static korch_usec span(faulty_store *store, korch_usec most)
{
	return 1 + (korch_usec)korch__random_below(&store->random, (uint64_t)most);
}

korch_usec faulty_delay(faulty_store *store)
{
	if (store->faults.delay_max_us == KORCH_FAULTY_TURN)
		return KORCH_FAULTY_TURN;
	return span(store, store->faults.delay_max_us ? store->faults.delay_max_us : DELAY_MAX_US);
}

/* Whether a rule means this call, and what it says; counts the call. */
static int apply_rule(faulty_fate *fate, korch_faulty_rule *rule, int calls)
{
	if (!(rule->calls & calls))
		return 0;
	if (rule->skip > 0) {
		rule->skip--;
		return 0;
	}
	*fate = (faulty_fate){rule->fault, rule->late_us, rule->answer_late_us};
	return 1;
}

/* Rules that have meant as many calls as they were to are removed. */
static int find_rule(faulty_fate *fate, faulty_store *store, int calls)
{
	for (size_t i = 0; i < store->n_rules; i++) {
		korch_faulty_rule *rule = &store->rules[i];
		if (!apply_rule(fate, rule, calls))
			continue;
		if (rule->count > 0 && --rule->count == 0) {
			store->n_rules--;
			for (size_t k = i; k < store->n_rules; k++)
				store->rules[k] = store->rules[k + 1];
		}
		return 1;
	}
	return 0;
}

static int choose_fault(faulty_store *store)
{
	const korch_faulty_faults *faults = &store->faults;
	if (faulty_happens(store, faults->refused_permille))
		return KORCH_FAULTY_REFUSED;
	if (faulty_happens(store, faults->failed_permille))
		return KORCH_FAULTY_FAILED;
	if (faulty_happens(store, faults->given_up_permille))
		return KORCH_FAULTY_GIVEN_UP;
	return faulty_happens(store, faults->lost_permille) ? KORCH_FAULTY_LOST : KORCH_FAULTY_NONE;
}

static faulty_fate by_chance(faulty_store *store)
{
	const korch_faulty_faults *faults = &store->faults;
	if (faulty_happens(store, faults->cut_permille))
		faulty_cut(store, span(store, faults->cut_max_us ? faults->cut_max_us : CUT_MAX_US),
		           (int)korch__random_below(&store->random, KORCH_FAULTY_COMPACTED + 1));
	if (store->is_cut)
		return (faulty_fate){.fault = KORCH_FAULTY_FAILED};
	faulty_fate fate = {.fault = choose_fault(store)};
	if (fate.fault == KORCH_FAULTY_GIVEN_UP || faulty_happens(store, faults->late_permille))
		fate.late_us = faulty_delay(store);
	if (faulty_happens(store, faults->answer_late_permille))
		fate.answer_late_us = faulty_delay(store);
	return fate;
}

faulty_fate faulty_choose(faulty_store *store, int calls)
{
	faulty_fate fate = {.fault = KORCH_FAULTY_FAILED};
	if (!store->is_cut && !find_rule(&fate, store, calls))
		fate = by_chance(store);
	store->stats.calls++;
	store->stats.refused += fate.fault == KORCH_FAULTY_REFUSED;
	store->stats.failed += fate.fault == KORCH_FAULTY_FAILED;
	store->stats.lost += fate.fault == KORCH_FAULTY_GIVEN_UP;
	store->stats.late +=
	    fate.fault != KORCH_FAULTY_REFUSED && (fate.late_us || fate.answer_late_us);
	return fate;
}
