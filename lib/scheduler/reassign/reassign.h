/* Machine reassignment inside: the compiled problem, the state that moves change, the search. */
#ifndef KORCH_SCHEDULER_REASSIGN_H
#define KORCH_SCHEDULER_REASSIGN_H

#include <korch/reassign.h>
#include <stdbool.h>

/* check.c and judge.c: on the public description alone. */
int korch__reassign_check_numbers(const korch_reassign_problem *p, korch_error **err);
int korch__reassign_judge(korch_reassign_cost *cost, const korch_reassign_problem *p,
                          const uint32_t *assignment, korch_error **err);

/* No row in the tables of services that the limit of a table says nothing about. */
#define KORCH_REASSIGN_NONE UINT32_MAX

/*
 * The problem compiled for the search: resources in order of scarcity, so that a move that does not
 * fit fails at its first comparison; tables for those services only that have a limit to count.
 */
typedef struct korch__reassign_model {
	const korch_reassign_problem *p; /* borrowed */
	uint32_t n_resources, n_machines, n_processes, n_services, n_balances;
	uint32_t n_transient;
	uint32_t *transient;    /* their resources */
	int64_t *weight;        /* by resource: of load */
	int64_t *capacity;      /* by machine and resource */
	int64_t *safety;        /* by machine and resource */
	int64_t *need;          /* by process and resource; one more row of zeros: no process */
	int64_t *need_home;     /* like need, without transient resources: what home sees come and go */
	int64_t *process_move;  /* by process: weighted cost of moving; 0 for no process */
	uint32_t *goes_start;   /* by process: where its machines start in goes; NULL: not listed */
	uint32_t *goes;         /* machines that could ever hold a process: each one's, and its home */
	uint32_t *by_size;      /* processes, largest first */
	uint32_t *service;      /* by process */
	uint32_t *initial;      /* by process */
	uint32_t *location;     /* by machine, numbered from 0 */
	uint32_t *neighborhood; /* by machine, numbered from 0 */
	uint32_t n_locations, n_neighborhoods;
	korch_reassign_balance *balances; /* resources as numbered here */
	uint32_t *presence_row; /* by service: row of present, NONE for a service of one process */
	uint32_t *location_row; /* by service: row of at_location, NONE without a spread */
	uint32_t *depend_row;   /* by service: row of at_neighborhood, NONE without dependencies */
	uint32_t n_presence_rows, n_location_rows, n_depend_rows;
	uint32_t *needs_start, *needs;         /* by service: services that it depends on */
	uint32_t *needed_by_start, *needed_by; /* by service: services that depend on it */
} korch__reassign_model;

int korch__reassign_model_init(korch__reassign_model *model, const korch_reassign_problem *p);
void korch__reassign_model_fini(korch__reassign_model *model);

/* An assignment and everything that is counted about it. */
typedef struct korch__reassign_state {
	const korch__reassign_model *model; /* borrowed */
	uint32_t *at;                       /* by process: its machine */
	uint32_t *first;           /* by machine: one of its processes, NONE when it has none */
	uint32_t *n_on;            /* by machine: its processes */
	uint32_t *next, *previous; /* by process: others of its machine; NONE at the ends */
	int64_t *load;             /* by machine and resource */
	int64_t *left;             /* by machine and resource: held by processes moved away */
	int64_t *machine_cost;     /* by machine: load and balance */
	double *pressure;      /* by machine: weight of its cost for the search; or NULL: 1. Borrowed */
	uint64_t *present;     /* by presence row and machine, one bit each */
	uint32_t *at_location; /* by location row and location: processes */
	uint32_t *locations;   /* by location row: locations that have a process */
	uint32_t *at_neighborhood; /* by dependency row and neighborhood: processes */
	uint32_t *moved;           /* by service: processes away from their initial machine */
	uint32_t *services_with;   /* by number of moved processes: services that have so many */
	uint32_t most_moved;       /* the largest such number */
	uint32_t *away;            /* the processes away from their initial machine */
	uint32_t *away_place;      /* by process: where in away */
	uint32_t n_away;
	int64_t cost;         /* of the whole assignment */
	int64_t broken;       /* locations and dependencies that are missing; 0 when none is */
	size_t present_words; /* words in a row of present */
} korch__reassign_state;

int korch__reassign_state_init(korch__reassign_state *state, const korch__reassign_model *model,
                               const uint32_t *assignment);
void korch__reassign_state_fini(korch__reassign_state *state);

/*
 * Process `out` goes from machine a to machine b, process `in` from b to a. Either may be
 * model->n_processes: nobody, which makes the swap a shift.
 */
typedef struct korch__reassign_move {
	uint32_t out, in, a, b;
} korch__reassign_move;

/* What a move changes: the cost; missing locations and dependencies; and of the cost load and
 * balance, as they are and weighted by machine. */
typedef struct korch__reassign_delta {
	int64_t cost, broken, load;
	double pressed;
} korch__reassign_delta;

/* False when a capacity is exceeded or two processes of a service would meet; otherwise *delta is
 * what the move changes. The state is the same afterwards. */
bool korch__reassign_try(korch__reassign_state *state, const korch__reassign_move *move,
                         korch__reassign_delta *delta);
/* Makes a move with the delta that was found for it. */
void korch__reassign_apply(korch__reassign_state *state, const korch__reassign_move *move,
                           const korch__reassign_delta *delta);

/* Whether a service of several processes has one on a machine. */
static inline bool korch__reassign_present(const korch__reassign_state *s, uint32_t service,
                                           uint32_t machine)
{
	uint32_t row = s->model->presence_row[service];
	return row != KORCH_REASSIGN_NONE &&
	       (s->present[row * s->present_words + machine / 64] >> machine % 64 & 1);
}

/* Searches from the state; best holds its assignment and then the best one that was met. */
int korch__reassign_anneal(korch__reassign_state *state, uint32_t *best, uint64_t *iterations,
                           const korch_reassign_options *options);

#endif
