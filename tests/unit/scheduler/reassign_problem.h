/* Problems of machine reassignment for tests: a small literal one and random feasible ones. */
#ifndef KORCH_TESTS_UNIT_SCHEDULER_REASSIGN_PROBLEM_H
#define KORCH_TESTS_UNIT_SCHEDULER_REASSIGN_PROBLEM_H

#include <korch/reassign.h>

enum { TOY_RESOURCES = 2, TOY_MACHINES = 4, TOY_SERVICES = 2, TOY_PROCESSES = 3 };

/* The example of the challenge's problem definition, in memory that a test may change. */
typedef struct toy {
	korch_reassign_problem problem;
	korch_reassign_resource resources[TOY_RESOURCES];
	korch_reassign_machine machines[TOY_MACHINES];
	int64_t capacity[TOY_MACHINES * TOY_RESOURCES], safety[TOY_MACHINES * TOY_RESOURCES];
	int64_t move_cost[TOY_MACHINES * TOY_MACHINES];
	uint32_t dependencies[1];
	korch_reassign_service services[TOY_SERVICES];
	korch_reassign_process processes[TOY_PROCESSES];
	int64_t need[TOY_PROCESSES * TOY_RESOURCES];
	korch_reassign_balance balances[1];
	uint32_t initial[TOY_PROCESSES];
} toy;

void toy_init(toy *t);

enum { SOME_RESOURCES = 3, SOME_MACHINES = 20, SOME_SERVICES = 40, SOME_PROCESSES = 100 };

/* A random problem whose initial assignment keeps every limit. */
typedef struct some {
	korch_reassign_problem problem;
	korch_reassign_resource resources[SOME_RESOURCES];
	korch_reassign_machine machines[SOME_MACHINES];
	int64_t capacity[SOME_MACHINES * SOME_RESOURCES], safety[SOME_MACHINES * SOME_RESOURCES];
	int64_t move_cost[SOME_MACHINES * SOME_MACHINES];
	uint32_t dependencies[SOME_SERVICES * 2];
	korch_reassign_service services[SOME_SERVICES];
	korch_reassign_process processes[SOME_PROCESSES];
	int64_t need[SOME_PROCESSES * SOME_RESOURCES];
	korch_reassign_balance balances[2];
	uint32_t initial[SOME_PROCESSES];
} some;

void some_init(some *t, uint64_t seed);

#endif
