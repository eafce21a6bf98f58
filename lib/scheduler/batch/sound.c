/* Whether what pods want of others holds: they are looked at as if they were to come. */
#include "scheduler/batch/batch.h"

/* Anti-affinity cannot be broken by moving others: those are kept away where they come to. */
static int wants_others(const sched_member *m)
{
	const sched_terms *terms = m->pod ? m->pod->terms : NULL;
	return terms && m->slot != NONE && (terms->affinity.n > 0 || terms->spread.n > 0);
}

static int holds(sched_batch *b, uint32_t member)
{
	sched_member *m = &b->members[member];
	korch__pod_hide(b->s, m->pod);
	int fits = korch__batch_fits(b, member, m->slot);
	korch__pod_show(b->s, m->pod);
	return fits;
}

int korch__batch_note_sound(sched_batch *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		int holds_here = wants_others(&b->members[i]) ? holds(b, i) : 1;
		if (holds_here < 0)
			return KORCH_E_NOMEM;
		b->members[i].is_sound = (uint8_t)holds_here;
	}
	return 0;
}

int korch__batch_is_sound(sched_batch *b)
{
	size_t matter = 0;
	for (size_t i = 0; i < b->moves.n; i++)
		matter += b->members[b->moves.items[i].member].pod->labels->matches.n;
	for (uint32_t i = 0; matter > 0 && i < b->n; i++) {
		if (!b->members[i].is_sound || !wants_others(&b->members[i]))
			continue;
		int holds_here = holds(b, i);
		if (holds_here != 1)
			return holds_here;
	}
	return 1;
}
