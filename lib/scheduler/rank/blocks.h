/*
 * Blocks of neighbouring slots with bounds on what their nodes have: a sweep over many nodes leaves
 * out the blocks in which no node can be better than the best one so far. Every node is considered
 * all the same: a bound says for all of a block's nodes at once what looking at each would.
 */
#ifndef KORCH_SCHEDULER_BLOCKS_H
#define KORCH_SCHEDULER_BLOCKS_H

#include "scheduler/state/state.h"

enum { BLOCK_SLOTS = 64 };
/* Below so many slots a plain sweep is as fast. */
#define BLOCKS_FROM 8192

/* Bounds of one resource, by block. */
typedef struct sched_bounds {
	double *most_left;  /* part of a node that the score counts as free */
	double *least_used; /* part that is requested */
	double *most_used;
	double *most_counted;  /* part that the score counts as used */
	double *least_inverse; /* of what a node has */
	double *most_inverse;
	double *most_free; /* amount */
} sched_bounds;

enum { BOUNDS = 7 };

typedef struct sched_blocks {
	uint64_t seen;       /* of the log of touched slots */
	uint64_t generation; /* of the order of ties */
	size_t n;
	size_t cap;
	sched_bounds cpu, memory;
	uint64_t *least_tie;
	double *most; /* a sweep's bound on the total */
	uint8_t *dirty;
	uint32_t looked;  /* blocks that the last sweep had to look into */
	uint32_t resting; /* sweeps for which the bounds are left alone, since they told little */
} sched_blocks;

/* The bounds, up to date; NULL while they do not pay. 0 or KORCH_E_NOMEM. */
int korch__blocks_get(sched_blocks **out, korch_scheduler *s);
void korch__blocks_free(korch_scheduler *s);

#endif
