/* Machine reassignment where load costs can vanish: the fewest moves that put all in order. */
#include "base/random.h"
#include "scheduler/reassign/reassign.h"
#include "unit.h"
#include <string.h>

enum { RESOURCES = 3, MACHINES = 20, PROCESSES = 200, ASTRAY = 30 };
enum { LOAD_WEIGHT = 10, SERVICE_MOVE = 7 };

/* Machines just large enough for an order that is known, but for some processes gone astray. */
typedef struct tight {
	korch_reassign_problem problem;
	korch_reassign_resource resources[RESOURCES];
	korch_reassign_machine machines[MACHINES];
	int64_t capacity[MACHINES * RESOURCES], safety[MACHINES * RESOURCES];
	korch_reassign_service services[PROCESSES];
	korch_reassign_process processes[PROCESSES];
	int64_t need[PROCESSES * RESOURCES];
	uint32_t initial[PROCESSES];
} tight;

/* Who goes astray goes where there is room within the hard limits. */
static void send_astray(tight *t, korch_random *random)
{
	int64_t load[MACHINES * RESOURCES] = {0};
	for (uint32_t i = 0; i < PROCESSES * RESOURCES; i++)
		load[t->initial[i / RESOURCES] * RESOURCES + i % RESOURCES] += t->need[i];
	for (int astray = 0; astray < ASTRAY;) {
		uint32_t process = (uint32_t)korch__random_below(random, PROCESSES);
		uint32_t from = t->initial[process];
		uint32_t to = (uint32_t)korch__random_below(random, MACHINES);
		bool room = from == process % MACHINES && to != from;
		for (uint32_t r = 0; r < RESOURCES; r++)
			room = room && load[to * RESOURCES + r] + t->need[process * RESOURCES + r] <=
			                   t->capacity[to * RESOURCES + r];
		if (!room)
			continue;
		for (uint32_t r = 0; r < RESOURCES; r++) {
			load[to * RESOURCES + r] += t->need[process * RESOURCES + r];
			load[from * RESOURCES + r] -= t->need[process * RESOURCES + r];
		}
		t->initial[process] = to;
		astray++;
	}
}

static void tight_init(tight *t, uint64_t seed)
{
	memset(t, 0, sizeof(*t));
	korch_random random;
	korch__random_init(&random, seed);
	t->problem = (korch_reassign_problem){.size = sizeof(t->problem),
	                                      .n_resources = RESOURCES,
	                                      .resources = t->resources,
	                                      .n_machines = MACHINES,
	                                      .machines = t->machines,
	                                      .capacity = t->capacity,
	                                      .safety = t->safety,
	                                      .n_services = PROCESSES,
	                                      .services = t->services,
	                                      .n_processes = PROCESSES,
	                                      .processes = t->processes,
	                                      .need = t->need,
	                                      .process_move_weight = 1,
	                                      .service_move_weight = SERVICE_MOVE,
	                                      .initial = t->initial};
	for (uint32_t r = 0; r < RESOURCES; r++)
		t->resources[r].load_weight = LOAD_WEIGHT;
	for (uint32_t i = 0; i < PROCESSES; i++) {
		t->processes[i] = (korch_reassign_process){.service = i, .move_cost = 1};
		t->services[i].spread_min = 1;
		t->initial[i] = i % MACHINES;
		for (uint32_t r = 0; r < RESOURCES; r++) {
			int64_t need = 20000 + (int64_t)korch__random_below(&random, 300000);
			t->need[i * RESOURCES + r] = need;
			t->safety[t->initial[i] * RESOURCES + r] += need;
		}
	}
	for (uint32_t i = 0; i < MACHINES * RESOURCES; i++) {
		t->safety[i] += t->safety[i] / 33;
		t->capacity[i] = t->safety[i] + t->safety[i] / 4;
	}
	send_astray(t, &random);
}

/* No load costs, and hardly more moves than it takes to send everybody back. */
START_TEST(test_few_moves)
{
	static tight t;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		tight_init(&t, seed);
		uint32_t assignment[PROCESSES];
		memcpy(assignment, t.initial, sizeof(assignment));
		korch_reassign_options options = {
		    .size = sizeof(options), .seed = seed, .iterations = 4000000};
		korch_reassign_result result;
		ck_assert_int_eq(korch_reassign_improve(&result, assignment, &t.problem, &options, NULL),
		                 0);
		ck_assert_int_gt(result.before.load, 1000000);
		ck_assert_int_eq(result.after.load, 0);
		ck_assert_int_le(result.after.total, ASTRAY + SERVICE_MOVE);
	}
}
END_TEST

/* A machine that weighs more does so in what a move is said to change. */
START_TEST(test_pressure)
{
	static tight t;
	tight_init(&t, 5);
	korch__reassign_model model;
	korch__reassign_state state;
	korch_random random;
	korch__random_init(&random, 5);
	ck_assert_int_eq(korch__reassign_model_init(&model, &t.problem), 0);
	ck_assert_int_eq(korch__reassign_state_init(&state, &model, t.initial), 0);
	double pressure[MACHINES];
	for (uint32_t i = 0; i < MACHINES; i++)
		pressure[i] = 1 + i % 3;
	state.pressure = pressure;
	for (int i = 0; i < 2000; i++) {
		korch__reassign_delta delta;
		korch__reassign_move move = {.out = (uint32_t)korch__random_below(&random, PROCESSES),
		                             .in = PROCESSES,
		                             .b = (uint32_t)korch__random_below(&random, MACHINES)};
		move.a = state.at[move.out];
		if (move.a == move.b || !korch__reassign_try(&state, &move, &delta))
			continue;
		int64_t a = state.machine_cost[move.a], b = state.machine_cost[move.b];
		korch__reassign_apply(&state, &move, &delta);
		a = state.machine_cost[move.a] - a;
		b = state.machine_cost[move.b] - b;
		ck_assert_int_eq(delta.load, a + b);
		ck_assert_double_eq(delta.pressed,
		                    pressure[move.a] * (double)a + pressure[move.b] * (double)b);
	}
	korch__reassign_state_fini(&state);
	korch__reassign_model_fini(&model);
}
END_TEST

KORCH_SUITE(squeeze)
{
	Suite *suite = suite_create("squeeze");
	KORCH_CASE(suite, "squeeze", test_few_moves, test_pressure);
	return suite;
}
