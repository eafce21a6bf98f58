/*
 * Rankings: the feasible nodes of a class in cells, each cell a heap with the best node first.
 */
#ifndef KORCH_SCHEDULER_RANKING_H
#define KORCH_SCHEDULER_RANKING_H

#include "scheduler/state/state.h"

typedef struct sched_ranked {
	int64_t score; /* of the node alone */
	uint64_t tie;
	uint32_t slot;
} sched_ranked;

typedef struct sched_cell {
	int32_t *key; /* by dimension */
	sched_ranked *heap;
	uint32_t n;
	uint32_t cap;
	uint32_t live_at; /* its place among the live cells, NONE when it has no node */
	uint64_t hash;
} sched_cell;

typedef struct sched_ranking {
	uint64_t seen;             /* of the log of touched slots */
	uint64_t image_generation; /* of the scheduler when it was made */
	uint64_t typical_generation;
	uint64_t generation;
	size_t n_dims;
	size_t cap;        /* slots */
	uint32_t *cell_of; /* by slot, NONE when not feasible */
	uint32_t *place;   /* in the cell's heap */
	KORCH_VEC(sched_cell) cells;
	KORCH_VEC(uint32_t) live;
	KORCH_VEC(uint32_t) free_cells;
	uint32_t *index; /* cells by hash of their key, NONE = empty; as long as a power of two */
	size_t index_cap;
	size_t n_indexed;
	uint64_t n_feasible; /* nodes in cells */
} sched_ranking;

/* Brings the class's ranking up to date, makes it when there is none; 0 or KORCH_E_NOMEM. */
int korch__ranking_refresh(korch_scheduler *s, sched_class *class_);
void korch__ranking_free(korch_scheduler *s, sched_class *class_);

/* cell.c: puts a slot into the cell of that key with that score, wherever it was before; 0 or
 * KORCH_E_NOMEM. */
int korch__cell_put(sched_ranking *r, const int32_t *key, sched_ranked entry);
void korch__cell_take(sched_ranking *r, uint32_t slot);
void korch__cells_fini(sched_ranking *r);
/* 1: a goes before b. */
static inline int korch__is_better(const sched_ranked *a, const sched_ranked *b)
{
	return a->score != b->score ? a->score > b->score : a->tie < b->tie;
}

#endif
