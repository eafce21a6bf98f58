/*
 * Machine reassignment: which process runs on which machine, moved from where it is now to where
 * the loads are better, within hard limits. Plain data in, a better assignment out; no pods, no
 * clock.
 */
#ifndef KORCH_REASSIGN_H
#define KORCH_REASSIGN_H

#include <korch/error.h>
#include <stddef.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/**
 * @file reassign.h Machine reassignment: the problem as data, its judge and its improver.
 *
 * The model is that of the ROADEF/EURO challenge 2012 ("Google machine reassignment", problem
 * definition v1). Hard: capacity of each machine and resource, where a transient resource is used
 * on the old and on the new machine of a moved process; at most one process of a service on a
 * machine; processes of a service in at least `spread_min` locations; a process of a service that
 * depends on another has a process of that one in its neighborhood. Cost: load above the safety
 * capacity, unused capacity out of balance, and moves.
 */

/** Most resources that a problem may have. @since 0.1 */
#define KORCH_REASSIGN_MAX_RESOURCES 64
/** Most machines, services and processes each, and most balance costs and dependencies. @since 0.1
 */
#define KORCH_REASSIGN_MAX_ITEMS 10000000

/** A kind of resource. @since 0.1 */
typedef struct korch_reassign_resource {
	int64_t load_weight; /**< cost of one unit above a machine's safety capacity */
	int32_t transient;   /**< 1: a moved process uses it on its first machine, too; 0: not */
} korch_reassign_resource;

/** Where a machine stands. @since 0.1 */
typedef struct korch_reassign_machine {
	uint32_t neighborhood; /**< any number below KORCH_REASSIGN_MAX_ITEMS; counts for dependencies
	                        */
	uint32_t location;     /**< any number below KORCH_REASSIGN_MAX_ITEMS; counts for the spread */
} korch_reassign_machine;

/** A set of processes that run on different machines. @since 0.1 */
typedef struct korch_reassign_service {
	uint32_t spread_min;          /**< fewest locations, if it has any process */
	uint32_t n_dependencies;      /**< length of dependencies */
	const uint32_t *dependencies; /**< services that it needs in its neighborhood */
} korch_reassign_service;

/** One thing that runs on one machine. @since 0.1 */
typedef struct korch_reassign_process {
	uint32_t service;  /**< which service it belongs to */
	int64_t move_cost; /**< cost of moving it at all */
} korch_reassign_process;

/** On each machine, `first` units unused want `target` × as many units of `second` unused.
 * @since 0.1 */
typedef struct korch_reassign_balance {
	uint32_t first;  /**< resource */
	uint32_t second; /**< resource */
	int64_t target;  /**< wanted units of second for each unit of first */
	int64_t weight;  /**< cost of one unit of second that is missing */
} korch_reassign_balance;

/**
 * A problem: arrays that the caller keeps while a call runs. Numbers are not negative. Tables are
 * row by row: capacity of machine m and resource r is `capacity[m * n_resources + r]`.
 * @since 0.1
 */
typedef struct korch_reassign_problem {
	size_t size;                              /**< sizeof(korch_reassign_problem) */
	size_t n_resources;                       /**< 1 to KORCH_REASSIGN_MAX_RESOURCES */
	const korch_reassign_resource *resources; /**< n_resources */
	size_t n_machines;                        /**< at least 1 */
	const korch_reassign_machine *machines;   /**< n_machines */
	const int64_t *capacity;                  /**< n_machines × n_resources, hard */
	const int64_t *safety;                    /**< n_machines × n_resources, at most capacity */
	const int64_t *machine_move_cost;         /**< n_machines × n_machines, [from][to]; or NULL */
	size_t n_services;                        /**< at least 1 */
	const korch_reassign_service *services;   /**< n_services */
	size_t n_processes;                       /**< at least 1 */
	const korch_reassign_process *processes;  /**< n_processes */
	const int64_t *need;                      /**< n_processes × n_resources */
	size_t n_balances;                        /**< may be 0 */
	const korch_reassign_balance *balances;   /**< n_balances */
	int64_t process_move_weight;              /**< of the sum of the moved processes' move_cost */
	int64_t service_move_weight;              /**< of the most moved processes of any service */
	int64_t machine_move_weight;              /**< of the sum of machine_move_cost[from][to] */
	const uint32_t *initial;                  /**< n_processes: each one's machine now */
} korch_reassign_problem;

/** What an assignment costs; each part is weighted, total is their sum. @since 0.1 */
typedef struct korch_reassign_cost {
	int64_t load;         /**< load above safety capacities */
	int64_t balance;      /**< unused capacity out of balance */
	int64_t process_move; /**< moved processes */
	int64_t service_move; /**< the service with most moved processes */
	int64_t machine_move; /**< moves from machine to machine */
	int64_t total;        /**< all of them */
} korch_reassign_cost;

/**
 * How far the search is: millionths of its budget that are used up; 1,000,000 and more end it. It
 * is called every few thousand moves tried, on the thread of korch_reassign_improve().
 * @since 0.1
 */
typedef uint32_t (*korch_reassign_progress_fn)(void *userdata);

/** How to search. @since 0.1 */
typedef struct korch_reassign_options {
	size_t size;                         /**< sizeof(korch_reassign_options) */
	uint64_t seed;                       /**< same seed and same iterations: same result */
	uint64_t iterations;                 /**< moves to try; 0: as long as progress says */
	korch_reassign_progress_fn progress; /**< NULL: iterations alone decide */
	void *userdata;                      /**< for progress */
	size_t max_moves;  /**< most processes away from their initial machine; 0: no bound */
	uint32_t heat_ppm; /**< how warm the search starts: 0 or 1,000,000 from scratch, small values
	                        keep close to the assignment that is given */
} korch_reassign_options;

/** What a search did. @since 0.1 */
typedef struct korch_reassign_result {
	korch_reassign_cost before; /**< of the assignment given */
	korch_reassign_cost after;  /**< of the assignment handed back */
	uint64_t iterations;        /**< moves tried */
	size_t moved;               /**< processes away from their initial machine */
} korch_reassign_result;

/**
 * Checks a problem's numbers, and that its initial assignment keeps every hard limit.
 * @return 0; KORCH_E_INVALID with one line that says what was found and what is allowed;
 * KORCH_E_LIMIT when costs could exceed 2^62; KORCH_E_NOMEM. Any thread. @since 0.1
 */
KORCH_API int korch_reassign_check(const korch_reassign_problem *problem, korch_error **err);

/**
 * The judge: checks an assignment against every hard limit and computes its cost from scratch,
 * sharing no code with the search.
 * @param cost the cost, set on success only; NULL: only check.
 * @param problem a problem; its numbers are checked first, its initial assignment is not judged.
 * @param assignment n_processes machines.
 * @return 0; KORCH_E_INVALID for a bad problem or the first hard limit that the assignment breaks,
 * in words; KORCH_E_LIMIT, KORCH_E_NOMEM. Any thread. @since 0.1
 */
KORCH_API int korch_reassign_judge(korch_reassign_cost *cost, const korch_reassign_problem *problem,
                                   const uint32_t *assignment, korch_error **err);

/**
 * Searches a cheaper assignment by simulated annealing over shifts, swaps and exchanges with delta
 * evaluation (see docs/reassign.md for the sources). Never leaves the feasible region, hands back
 * the best assignment that was met; never a worse one than was given.
 * @param result what was done; may be NULL.
 * @param assignment in: where to start from, usually a copy of problem->initial; out: the best one.
 * Untouched on failure.
 * @param options how to search; iterations or progress must be given.
 * @return 0; KORCH_E_INVALID for a bad problem, options, or a start that breaks a hard limit or has
 * more than max_moves moved processes; KORCH_E_LIMIT, KORCH_E_NOMEM. Any thread; several calls may
 * share one problem. Starts no thread and reads no clock. @since 0.1
 */
KORCH_API int korch_reassign_improve(korch_reassign_result *result, uint32_t *assignment,
                                     const korch_reassign_problem *problem,
                                     const korch_reassign_options *options, korch_error **err);

KORCH_END_DECLS

#endif
