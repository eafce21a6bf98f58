/* Whether a plan says anything that is not so already. */
#include "strategy/rollout/work.h"

static int service_changed(const char *seen, const char *planned)
{
	return planned && seen;
}

/* A canary's services may not exist; blue-green's active service always does. */
static int services_changed(const korch__strategy_work *w)
{
	const korch_strategy_plan *plan = w->plan;
	return plan->active || plan->preview ||
	       service_changed(w->seen->canary_service, plan->canary_service) ||
	       service_changed(w->seen->stable_service, plan->stable_service);
}

static int state_changed(const korch_strategy_state *a, const korch_strategy_state *b)
{
	return !korch__strategy_same(a->stable, b->stable) ||
	       !korch__strategy_same(a->current, b->current) ||
	       memcmp(&a->step, &b->step, sizeof(*a) - offsetof(korch_strategy_state, step)) != 0;
}

/* So that memcmp() sees no padding. */
_Static_assert(sizeof(korch_strategy_state) ==
                   2 * sizeof(char *) + 14 * sizeof(int32_t) + 6 * sizeof(int64_t),
               "a state without holes");

int korch__strategy_changed(const korch__strategy_work *w)
{
	const korch_strategy_plan *plan = w->plan;
	for (size_t i = 0; i < plan->n_targets; i++) {
		const korch_strategy_target *target = &plan->targets[i];
		const korch_strategy_revision *r = korch__strategy_at(w, i);
		if (target->size != r->size || (w->routed && target->weight != r->weight) ||
		    target->scale_down_at != r->scale_down_at || target->remove || target->create)
			return 1;
	}
	if (plan->start || plan->terminate || (w->seen->steps_changed && !w->frozen) ||
	    services_changed(w) || state_changed(&w->seen->state, &plan->state))
		return 1;
	if (plan->gate && w->seen->gate == KORCH_STRATEGY_NONE)
		return 1;
	return plan->experiment ? w->seen->experiment == KORCH_STRATEGY_NONE
	                        : w->seen->experiment == KORCH_STRATEGY_RUNNING;
}
