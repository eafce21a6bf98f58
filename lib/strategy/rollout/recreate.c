/* Recreate: all old replicas go; when the last has ended the current revision is made. */
#include "strategy/rollout/work.h"

void korch__strategy_recreate(korch__strategy_work *w)
{
	size_t back = w->aborted ? w->stable : w->current;
	int is_going = 0;
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		const korch_strategy_revision *r = &w->seen->revisions[i];
		if (i == back || r->referenced)
			continue;
		is_going |= korch__strategy_present(r) > 0;
		if (!w->spec->paused || w->aborted)
			w->plan->targets[i].size = 0;
	}
	if (back == KORCH__STRATEGY_NONE || (w->state->aborted && !w->aborted))
		return;
	if (!is_going || korch__strategy_at(w, back)->size > w->spec->replicas)
		w->plan->targets[back].size = w->spec->replicas;
}
