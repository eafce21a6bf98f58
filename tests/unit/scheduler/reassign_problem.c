/* Problems of machine reassignment for tests. */
#include "reassign_problem.h"
#include "base/random.h"
#include <check.h>
#include <string.h>

void toy_init(toy *t)
{
	*t = (toy){
	    .resources = {{100, 1}, {10, 0}},
	    .machines = {{0, 0}, {0, 0}, {1, 1}, {1, 2}},
	    .capacity = {30, 400, 10, 240, 15, 100, 10, 100},
	    .safety = {16, 80, 8, 160, 12, 80, 8, 80},
	    .move_cost = {0, 1, 4, 5, 1, 0, 3, 4, 4, 3, 0, 2, 5, 4, 2, 0},
	    .processes = {{0, 1000}, {0, 100}, {1, 1}},
	    .need = {12, 10, 10, 20, 6, 200},
	    .balances = {{0, 1, 20, 10}},
	    .initial = {0, 3, 0},
	};
	t->services[0].spread_min = 2;
	t->services[1] = (korch_reassign_service){1, 1, t->dependencies};
	t->problem = (korch_reassign_problem){
	    .size = sizeof(t->problem),
	    .n_resources = TOY_RESOURCES,
	    .resources = t->resources,
	    .n_machines = TOY_MACHINES,
	    .machines = t->machines,
	    .capacity = t->capacity,
	    .safety = t->safety,
	    .machine_move_cost = t->move_cost,
	    .n_services = TOY_SERVICES,
	    .services = t->services,
	    .n_processes = TOY_PROCESSES,
	    .processes = t->processes,
	    .need = t->need,
	    .n_balances = 1,
	    .balances = t->balances,
	    .process_move_weight = 1,
	    .service_move_weight = 10,
	    .machine_move_weight = 100,
	    .initial = t->initial,
	};
}

static uint32_t below(korch_random *random, uint32_t bound)
{
	return (uint32_t)korch__random_below(random, bound);
}

/* Processes of a service on different machines, and what they need, so that loads are known. */
static void place_processes(some *t, korch_random *random, int64_t *load)
{
	uint8_t taken[SOME_SERVICES][SOME_MACHINES] = {{0}};
	for (uint32_t i = 0; i < SOME_PROCESSES; i++) {
		/* A few services are large, many are small. */
		uint32_t service = below(random, 1 + below(random, SOME_SERVICES)), machine;
		do
			machine = below(random, SOME_MACHINES);
		while (taken[service][machine]);
		taken[service][machine] = 1;
		t->processes[i] = (korch_reassign_process){service, below(random, 5)};
		t->initial[i] = machine;
		for (uint32_t r = 0; r < SOME_RESOURCES; r++) {
			t->need[i * SOME_RESOURCES + r] = below(random, 1 + below(random, 100));
			load[machine * SOME_RESOURCES + r] += t->need[i * SOME_RESOURCES + r];
		}
	}
}

static int has_dependency(const some *t, uint32_t service, uint32_t needed)
{
	for (uint32_t i = 0; i < SOME_PROCESSES; i++) {
		int found = t->processes[i].service != service;
		for (uint32_t j = 0; !found && j < SOME_PROCESSES; j++)
			found =
			    t->processes[j].service == needed &&
			    t->machines[t->initial[j]].neighborhood == t->machines[t->initial[i]].neighborhood;
		if (!found)
			return 0;
	}
	return 1;
}

/* Spreads and dependencies that the initial assignment has, and no more. */
static void ask_services(some *t, korch_random *random)
{
	uint32_t n = 0;
	for (uint32_t s = 0; s < SOME_SERVICES; s++) {
		uint32_t spread = 0;
		uint8_t seen[SOME_MACHINES] = {0};
		for (uint32_t i = 0; i < SOME_PROCESSES; i++) {
			uint32_t location = t->machines[t->initial[i]].location % SOME_MACHINES;
			spread += t->processes[i].service == s && !seen[location];
			seen[location] |= t->processes[i].service == s;
		}
		t->services[s].spread_min = below(random, spread + 1);
		t->services[s].dependencies = t->dependencies + n;
		for (uint32_t needed = 0; needed < SOME_SERVICES; needed++)
			if (below(random, 4) == 0 && t->services[s].n_dependencies < 2 &&
			    has_dependency(t, s, needed)) {
				t->dependencies[n++] = needed;
				t->services[s].n_dependencies++;
			}
	}
}

void some_init(some *t, uint64_t seed)
{
	korch_random random;
	int64_t load[SOME_MACHINES * SOME_RESOURCES] = {0};
	korch__random_init(&random, seed);
	memset(t, 0, sizeof(*t));
	for (uint32_t r = 0; r < SOME_RESOURCES; r++)
		t->resources[r] = (korch_reassign_resource){below(&random, 10), r == 1};
	for (uint32_t m = 0; m < SOME_MACHINES; m++)
		t->machines[m] = (korch_reassign_machine){70 + m % 3, 1000 + m % 7};
	place_processes(t, &random, load);
	for (uint32_t i = 0; i < SOME_MACHINES * SOME_RESOURCES; i++) {
		t->capacity[i] = load[i] + below(&random, 150);
		t->safety[i] = t->capacity[i] * below(&random, 100) / 100;
	}
	for (uint32_t i = 0; i < SOME_MACHINES * SOME_MACHINES; i++)
		t->move_cost[i] = i % (SOME_MACHINES + 1) == 0 ? 0 : below(&random, 4);
	ask_services(t, &random);
	t->balances[0] = (korch_reassign_balance){0, 1, 2, 3};
	t->balances[1] = (korch_reassign_balance){2, 0, 1, 1};
	t->problem = (korch_reassign_problem){
	    .size = sizeof(t->problem),
	    .n_resources = SOME_RESOURCES,
	    .resources = t->resources,
	    .n_machines = SOME_MACHINES,
	    .machines = t->machines,
	    .capacity = t->capacity,
	    .safety = t->safety,
	    .machine_move_cost = seed % 3 ? t->move_cost : NULL,
	    .n_services = SOME_SERVICES,
	    .services = t->services,
	    .n_processes = SOME_PROCESSES,
	    .processes = t->processes,
	    .need = t->need,
	    .n_balances = 2,
	    .balances = t->balances,
	    .process_move_weight = 2,
	    .service_move_weight = 7,
	    .machine_move_weight = 3,
	    .initial = t->initial,
	};
}
