/*
 * The search of balancing: moves in a trial, of which only where pods end up counts. What it finds
 * is put in order afterwards.
 */
#ifndef KORCH_SCHEDULER_WHATIF_SEARCH_H
#define KORCH_SCHEDULER_WHATIF_SEARCH_H

#include "scheduler/whatif/goal.h"
#include "scheduler/whatif/room.h"

/* Changes of the goal below this are none. */
#define SEARCH_LEAST 1e-12

/* A pod that is not where it was. */
typedef struct search_moved {
	sched_pod *pod;
	uint32_t origin;
	size_t at; /* in the list of these */
} search_moved;

typedef struct sched_search {
	sched_plan *plan;
	plan_goal goal;
	const plan_field *field; /* nodes that pods may go to */
	korch_table moved;       /* by pod */
	KORCH_VEC(search_moved *) list;
	size_t stops;      /* moves to places on the way */
	size_t most;       /* moved pods and stops */
	int is_final;      /* no pod moves twice */
	uint64_t dice;     /* state of the generator */
	uint32_t *sources; /* room for as many as there are nodes */
	double *excesses;
} sched_search;

/* 0 or KORCH_E_NOMEM. `most` counts from the plan as it is. */
int korch__search_init(sched_search *search, sched_plan *plan, const plan_field *field,
                       size_t most);
void korch__search_fini(sched_search *search);
/* 1: the pod may move (again), 0, or KORCH_E_NOMEM. */
int korch__search_may_move(sched_search *search, const sched_pod *pod);
/* What is known of a pod that is away; NULL: it is not. */
search_moved *korch__search_moved(const sched_search *search, const sched_pod *pod);
/* Moves a pod that may, without asking the filters; 0 or KORCH_E_NOMEM. */
int korch__search_move(sched_search *search, sched_pod *pod, uint32_t to);
/* 1: moved, 0: a filter refuses it there, or KORCH_E_NOMEM. */
int korch__search_try(sched_search *search, const plan_leaver *one, uint32_t to);
/* Undoes all but the first n moves of the plan; the goal was that then. 0 or KORCH_E_NOMEM (who is
 * away is not known any more). */
int korch__search_cut(sched_search *search, size_t n, const plan_goal *goal);
/* Puts the n slots that are farthest over the mean into `sources`; how many there are. */
size_t korch__search_sources(sched_search *search, size_t n);

/* descent.c: the best single moves until none improves, looking at pods of so many nodes. 0 or
 * KORCH_E_NOMEM. */
int korch__search_descend(sched_search *search, size_t sources);
/* swap.c: the best exchange of two pods that is found. 1: done, 0: none improves, KORCH_E_NOMEM. */
int korch__search_swap(sched_search *search);
/* anneal.c: so many random moves, uphill the more rarely the cooler it gets; the best state is
 * kept. 0 or KORCH_E_NOMEM. */
int korch__search_anneal(sched_search *search, uint64_t tries, double heat);

#endif
