/* From the cells of a ranking to the best node: each cell's first node, with what all of the cell's
 * nodes share added. */
#include "scheduler/rank/best.h"
#include "base/cleanup.h"
#include "scheduler/score/shared.h"

/* A node is looked at again in about as much time as a sweep needs for so many. */
#define SWEPT_PER_LOOK 50

/* Cells that are judged without asking for memory. */
enum { CELLS_FEW = 32 };

typedef struct judging {
	sched_spot *spots;
	int64_t *totals;
	size_t n;
} judging;

/* Which cells are open, and how many nodes they have. */
static uint64_t open_cells(const korch_scheduler *s, const sched_class *c, judging *j)
{
	const sched_ranking *r = c->ranking;
	uint64_t feasible = 0;
	for (size_t i = 0; i < j->n; i++) {
		const sched_cell *cell = &r->cells.items[r->live.items[i]];
		j->spots[i] = (sched_spot){.key = cell->key, .n = cell->n};
		j->spots[i].open = korch__layout_check(s, c, cell->key) == REASON_NONE;
		feasible += j->spots[i].open ? cell->n : 0;
	}
	return feasible;
}

static int judge(korch_scheduler *s, sched_class *c, judging *j, sched_best *best)
{
	const sched_ranking *r = c->ranking;
	best->feasible = open_cells(s, c, j);
	if (best->feasible == 0)
		return 0;
	if (korch__shared_scores(s, c, j->spots, j->n, j->totals, NULL, NULL) < 0)
		return KORCH_E_NOMEM;
	uint64_t tie = 0;
	for (size_t i = 0; i < j->n; i++) {
		const sched_ranked *first = r->cells.items[r->live.items[i]].heap;
		int64_t total = j->totals[i] + first->score;
		if (!j->spots[i].open ||
		    (best->slot != NONE &&
		     (total < best->score || (total == best->score && first->tie > tie))))
			continue;
		best->slot = first->slot;
		best->score = total;
		tie = first->tie;
	}
	return 0;
}

static int best_of_cells(korch_scheduler *s, sched_class *c, sched_best *best)
{
	sched_spot few_spots[CELLS_FEW];
	int64_t few_totals[CELLS_FEW];
	judging j = {.spots = few_spots, .totals = few_totals, .n = c->ranking->live.n};
	if (j.n <= CELLS_FEW)
		return judge(s, c, &j, best);
	_cleanup_free_ sched_spot *spots = korch__calloc(j.n, sizeof(*spots));
	_cleanup_free_ int64_t *totals = korch__calloc(j.n, sizeof(*totals));
	if (!spots || !totals)
		return KORCH_E_NOMEM;
	j.spots = spots;
	j.totals = totals;
	return judge(s, c, &j, best);
}

/* Whether so little has changed since the class was last asked that a ranking pays. */
static int is_ranked_best(const korch_scheduler *s, const sched_class *c)
{
	uint64_t since = c->ranking && !korch__log_lost(&s->touched, c->ranking->seen)
	                     ? c->ranking->seen
	                     : c->touched_at;
	return since != 0 && (s->touched.end - since) * SWEPT_PER_LOOK <= s->slots.n + SWEPT_PER_LOOK;
}

int korch__best(korch_scheduler *s, sched_class *c, sched_best *best)
{
	*best = (sched_best){.slot = NONE};
	if (korch__class_refresh(s, c) < 0)
		return KORCH_E_NOMEM;
	int sweeps = korch__sweep_can(s, c) && !is_ranked_best(s, c);
	c->touched_at = s->touched.end;
	if (sweeps) {
		if (korch__sweep(s, c, best) < 0)
			return KORCH_E_NOMEM;
		best->score += korch__shared_constant(c);
		return 0;
	}
	if (korch__ranking_refresh(s, c) < 0)
		return KORCH_E_NOMEM;
	const sched_ranking *r = c->ranking;
	if (c->layout.dims.n > 0)
		return best_of_cells(s, c, best);
	if (r->live.n > 0) {
		const sched_ranked *first = r->cells.items[r->live.items[0]].heap;
		*best = (sched_best){.slot = first->slot,
		                     .score = first->score + korch__shared_constant(c),
		                     .feasible = r->n_feasible};
	}
	return 0;
}
