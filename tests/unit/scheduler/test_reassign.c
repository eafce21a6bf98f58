/* Machine reassignment: the judge's sentences, bad problems, incremental counts, the improver. */
#include "../../roadef/roadef.h"
#include "base/alloc.h"
#include "base/random.h"
#include "reassign_problem.h"
#include "scheduler/reassign/reassign.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The sentence of a failing call; also checks its code. */
static const char *sentence(int code, int expected, korch_error *error)
{
	static char text[300];
	ck_assert_int_eq(code, expected);
	ck_assert_ptr_nonnull(error);
	snprintf(text, sizeof(text), "%s", korch_error_message(error));
	korch_error_free(error);
	return text;
}

static const char *judge(const toy *t, uint32_t a, uint32_t b, uint32_t c)
{
	const uint32_t assignment[TOY_PROCESSES] = {a, b, c};
	korch_error *error = NULL;
	korch_reassign_cost cost = {.total = -7};
	int code = korch_reassign_judge(&cost, &t->problem, assignment, &error);
	ck_assert_int_eq(cost.total, -7);
	return sentence(code, KORCH_E_INVALID, error);
}

START_TEST(test_judge_costs)
{
	toy t;
	toy_init(&t);
	korch_reassign_cost cost;
	ck_assert_int_eq(korch_reassign_check(&t.problem, NULL), 0);
	ck_assert_int_eq(korch_reassign_judge(&cost, &t.problem, t.initial, NULL), 0);
	ck_assert_int_eq(cost.load, 100 * (2 + 2) + 10 * 130);
	ck_assert_int_eq(cost.balance, 10 * (50 + 0 + 200) + 0);
	ck_assert_int_eq(cost.process_move + cost.service_move + cost.machine_move, 0);
	ck_assert_int_eq(cost.total, 4200);
	const uint32_t moved[TOY_PROCESSES] = {0, 2, 1};
	ck_assert_int_eq(korch_reassign_judge(&cost, &t.problem, moved, NULL), 0);
	ck_assert_int_eq(cost.load, 10 * 40);
	ck_assert_int_eq(cost.process_move, 100 + 1);
	ck_assert_int_eq(cost.service_move, 10);
	ck_assert_int_eq(cost.machine_move, 100 * (2 + 1));
	ck_assert_int_eq(cost.total, cost.load + cost.balance + 101 + 10 + 300);
}
END_TEST

START_TEST(test_judge_limits)
{
	toy t;
	toy_init(&t);
	ck_assert_str_eq(judge(&t, 1, 3, 0),
	                 "machine 1: 12 of resource 0 used or still held by processes moved away, its "
	                 "capacity is 10");
	ck_assert_str_eq(judge(&t, 0, 3, 2), "machine 2: 200 of resource 1 used, its capacity is 100");
	ck_assert_str_eq(judge(&t, 0, 0, 0), "machine 0: two processes of service 0, allowed is one");
	ck_assert_str_eq(judge(&t, 0, 1, 0),
	                 "service 0: its processes are in 1 location(s), at least 2 are asked for");
	ck_assert_str_eq(judge(&t, 2, 3, 0), "process 2 of service 1 on machine 0: service 0, which it "
	                                     "depends on, has no process in neighborhood 0");
	ck_assert_str_eq(judge(&t, 0, 3, 4), "process 2: assigned to machine 4, there are 4");
	/* Process 0 left machine 0, and what it needs of the transient resource is still held there. */
	t.capacity[0] = 27;
	ck_assert_str_eq(judge(&t, 2, 0, 0),
	                 "machine 0: 28 of resource 0 used or still held by processes moved away, its "
	                 "capacity is 27");
}
END_TEST

static void check_bad(const toy *t, int expected, const char *text)
{
	korch_error *error = NULL;
	int code = korch_reassign_check(&t->problem, &error);
	ck_assert_str_eq(sentence(code, expected, error), text);
}

/* Puts a value where it does not belong, checks what is said about it, and puts it right again. */
#define CHECK_BAD(place, value, text)                                                              \
	do {                                                                                           \
		__typeof__(place) kept_ = (place);                                                         \
		(place) = (value);                                                                         \
		check_bad(&t, KORCH_E_INVALID, (text));                                                    \
		(place) = kept_;                                                                           \
	} while (0)

START_TEST(test_bad_shapes)
{
	toy t;
	toy_init(&t);
	CHECK_BAD(t.problem.size, 8, "the problem is missing, or its size is not set");
	CHECK_BAD(t.problem.n_resources, 0, "resources: 0, allowed are 1 to 64");
	CHECK_BAD(t.problem.n_machines, 20000000, "machines: 20000000, allowed are 1 to 10000000");
	CHECK_BAD(t.problem.n_processes, 0, "processes: 0, allowed are 1 to 10000000");
	CHECK_BAD(t.problem.n_services, 0, "services: 0, allowed are 1 to 10000000");
	CHECK_BAD(t.problem.need, NULL, "a table of the problem is missing (NULL)");
	CHECK_BAD(t.problem.process_move_weight, -1, "process move weight: -1 is negative");
	CHECK_BAD(t.problem.service_move_weight, -2, "service move weight: -2 is negative");
	CHECK_BAD(t.problem.machine_move_weight, -3, "machine move weight: -3 is negative");
	CHECK_BAD(t.services[1].dependencies, NULL, "service 1: its dependencies are missing (NULL)");
	ck_assert_int_eq(korch_reassign_check(NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_reassign_check(&t.problem, NULL), 0);
}
END_TEST

START_TEST(test_bad_numbers)
{
	toy t;
	toy_init(&t);
	CHECK_BAD(t.resources[1].load_weight, -5, "resource 1: load weight -5 is negative");
	CHECK_BAD(t.resources[0].transient, 2, "resource 0: transient is 2, allowed are 0 and 1");
	CHECK_BAD(t.balances[0].second, 2, "balance cost 0: resources 0 and 2, there are 2");
	CHECK_BAD(t.balances[0].target, -1, "balance cost 0: target or weight is negative");
	CHECK_BAD(t.safety[2], 11,
	          "machine 1, resource 0: capacity 10, safety capacity 11; allowed is 0 <= safety "
	          "capacity <= capacity");
	CHECK_BAD(t.machines[3].location, 10000000,
	          "machine 3: location 10000000, neighborhood 1, allowed is below 10000000");
	CHECK_BAD(t.move_cost[6], -1, "move cost from machine 1 to machine 2: -1 is negative");
	CHECK_BAD(t.dependencies[0], 2, "service 1 depends on service 2, there are 2");
	CHECK_BAD(t.processes[1].service, 9, "process 1: service 9, there are 2");
	CHECK_BAD(t.processes[1].move_cost, -9, "process 1: move cost -9 is negative");
	CHECK_BAD(t.initial[2], 4, "process 2: machine 4, there are 4");
	CHECK_BAD(t.need[3], -1, "process 1, resource 1: need -1 is negative");
	CHECK_BAD(t.need[3], 101, "machine 3: 101 of resource 1 used, its capacity is 100");
	t.resources[0].load_weight = INT64_MAX / 4;
	check_bad(&t, KORCH_E_LIMIT,
	          "costs of this problem could exceed 2^62: use smaller weights or larger units");
}
END_TEST

/* Each count of a state equals that of one made from its assignment. */
static void check_state(const korch__reassign_state *state)
{
	const korch__reassign_model *m = state->model;
	korch__reassign_state fresh;
	ck_assert_int_eq(korch__reassign_state_init(&fresh, m, state->at), 0);
	size_t cells = (size_t)m->n_machines * m->n_resources;
	ck_assert_int_eq(state->cost, fresh.cost);
	ck_assert_int_eq(state->broken, fresh.broken);
	ck_assert_uint_eq(state->most_moved, fresh.most_moved);
	ck_assert_uint_eq(state->n_away, fresh.n_away);
	ck_assert_mem_eq(state->load, fresh.load, cells * sizeof(*fresh.load));
	ck_assert_mem_eq(state->left, fresh.left, cells * sizeof(*fresh.left));
	ck_assert_mem_eq(state->machine_cost, fresh.machine_cost, m->n_machines * sizeof(int64_t));
	ck_assert_mem_eq(state->present, fresh.present, m->n_presence_rows * state->present_words * 8);
	ck_assert_mem_eq(state->at_location, fresh.at_location,
	                 (size_t)m->n_location_rows * m->n_locations * sizeof(uint32_t));
	ck_assert_mem_eq(state->at_neighborhood, fresh.at_neighborhood,
	                 (size_t)m->n_depend_rows * m->n_neighborhoods * sizeof(uint32_t));
	ck_assert_mem_eq(state->moved, fresh.moved, m->n_services * sizeof(uint32_t));
	ck_assert_mem_eq(state->n_on, fresh.n_on, m->n_machines * sizeof(uint32_t));
	korch__reassign_state_fini(&fresh);
}

/* Any move: a shift, a swap, also of one machine's neighbors, also of two of one service. */
static korch__reassign_move any_move(const korch__reassign_state *state, korch_random *random)
{
	const korch__reassign_model *m = state->model;
	korch__reassign_move move = {.in = m->n_processes};
	move.out = (uint32_t)korch__random_below(random, m->n_processes);
	move.a = state->at[move.out];
	if (korch__random_below(random, 2)) {
		move.in = (uint32_t)korch__random_below(random, m->n_processes);
		move.b = state->at[move.in];
	} else {
		move.b = (uint32_t)korch__random_below(random, m->n_machines);
	}
	return move;
}

/* Random moves; the search's counts against the judge's from-scratch figures after each. */
static void walk(uint64_t seed, size_t *n_feasible, size_t *n_broken)
{
	some t;
	some_init(&t, seed);
	korch__reassign_model model;
	korch__reassign_state state;
	korch_random random;
	korch__random_init(&random, seed);
	ck_assert_int_eq(korch_reassign_check(&t.problem, NULL), 0);
	ck_assert_int_eq(korch__reassign_model_init(&model, &t.problem), 0);
	ck_assert_int_eq(korch__reassign_state_init(&state, &model, t.initial), 0);
	for (int i = 0; i < 4000; i++) {
		korch__reassign_move move = any_move(&state, &random);
		korch__reassign_delta delta;
		if (move.a == move.b || !korch__reassign_try(&state, &move, &delta))
			continue;
		if (delta.broken > 0 && korch__random_below(&random, 4)) /* mostly feasible */
			continue;
		korch__reassign_apply(&state, &move, &delta);
		check_state(&state);
		korch_reassign_cost cost;
		int code = korch_reassign_judge(&cost, &t.problem, state.at, NULL);
		ck_assert_int_eq(code, state.broken ? KORCH_E_INVALID : 0);
		if (!code)
			ck_assert_int_eq(cost.total, state.cost);
		++*(code ? n_broken : n_feasible);
	}
	korch__reassign_state_fini(&state);
	korch__reassign_model_fini(&model);
}

START_TEST(test_delta_is_exact)
{
	size_t n_feasible = 0, n_broken = 0;
	for (uint64_t seed = 1; seed <= 12; seed++)
		walk(seed, &n_feasible, &n_broken);
	ck_assert_uint_gt(n_feasible, 1000);
	ck_assert_uint_gt(n_broken, 1000);
}
END_TEST

/* What the search refuses, the judge refuses: a move is tried by making it in a copy. */
START_TEST(test_refusals_are_right)
{
	some t;
	some_init(&t, 3);
	korch__reassign_model model;
	korch__reassign_state state;
	korch_random random;
	korch__random_init(&random, 3);
	ck_assert_int_eq(korch__reassign_model_init(&model, &t.problem), 0);
	ck_assert_int_eq(korch__reassign_state_init(&state, &model, t.initial), 0);
	int refused = 0;
	for (int i = 0; i < 2000; i++) {
		korch__reassign_move move = any_move(&state, &random);
		korch__reassign_delta delta = {0};
		if (move.a == move.b)
			continue;
		bool allowed = korch__reassign_try(&state, &move, &delta) && delta.broken == 0;
		uint32_t after[SOME_PROCESSES];
		memcpy(after, state.at, sizeof(after));
		after[move.out] = move.b;
		if (move.in < SOME_PROCESSES)
			after[move.in] = move.a;
		ck_assert_int_eq(korch_reassign_judge(NULL, &t.problem, after, NULL) == 0, allowed);
		refused += !allowed;
		if (allowed)
			korch__reassign_apply(&state, &move, &delta);
	}
	ck_assert_int_gt(refused, 100);
	korch__reassign_state_fini(&state);
	korch__reassign_model_fini(&model);
}
END_TEST

static korch_reassign_options options_of(uint64_t seed, uint64_t iterations)
{
	return (korch_reassign_options){
	    .size = sizeof(korch_reassign_options), .seed = seed, .iterations = iterations};
}

START_TEST(test_improve)
{
	some t;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		some_init(&t, seed);
		uint32_t first[SOME_PROCESSES], second[SOME_PROCESSES];
		memcpy(first, t.initial, sizeof(first));
		memcpy(second, t.initial, sizeof(second));
		korch_reassign_options options = options_of(seed, 300000);
		korch_reassign_result one = {0}, two = {0};
		korch_reassign_cost cost;
		ck_assert_int_eq(korch_reassign_improve(&one, first, &t.problem, &options, NULL), 0);
		ck_assert_int_eq(korch_reassign_improve(&two, second, &t.problem, &options, NULL), 0);
		ck_assert_mem_eq(first, second, sizeof(first));
		ck_assert_mem_eq(&one, &two, sizeof(one));
		ck_assert_int_lt(one.after.total, one.before.total);
		ck_assert_int_eq(korch_reassign_judge(&cost, &t.problem, first, NULL), 0);
		ck_assert_int_eq(cost.total, one.after.total);
	}
}
END_TEST

START_TEST(test_toy_optimum)
{
	/* All 64 assignments, judged, against the search. */
	toy t;
	toy_init(&t);
	int64_t lowest = INT64_MAX;
	for (uint32_t i = 0; i < 64; i++) {
		const uint32_t assignment[TOY_PROCESSES] = {i % 4, i / 4 % 4, i / 16};
		korch_reassign_cost cost;
		if (korch_reassign_judge(&cost, &t.problem, assignment, NULL) == 0 && cost.total < lowest)
			lowest = cost.total;
	}
	uint32_t assignment[TOY_PROCESSES] = {0, 3, 0};
	korch_reassign_result result;
	korch_reassign_options options = options_of(1, 50000);
	ck_assert_int_eq(korch_reassign_improve(&result, assignment, &t.problem, &options, NULL), 0);
	ck_assert_int_eq(result.after.total, lowest);
}
END_TEST

START_TEST(test_max_moves)
{
	some t;
	some_init(&t, 5);
	int64_t last = INT64_MAX;
	for (size_t most = 1; most <= 32; most *= 2) {
		uint32_t assignment[SOME_PROCESSES];
		memcpy(assignment, t.initial, sizeof(assignment));
		korch_reassign_options options = options_of(9, 300000);
		options.max_moves = most;
		korch_reassign_result result;
		ck_assert_int_eq(korch_reassign_improve(&result, assignment, &t.problem, &options, NULL),
		                 0);
		size_t moved = 0;
		for (size_t i = 0; i < SOME_PROCESSES; i++)
			moved += assignment[i] != t.initial[i];
		ck_assert_uint_eq(moved, result.moved);
		ck_assert_uint_le(moved, most);
		ck_assert_int_le(result.after.total, last);
		last = result.after.total;
	}
}
END_TEST

static uint32_t count_calls(void *userdata)
{
	int *calls = userdata;
	return ++*calls < 5 ? (uint32_t)*calls * 200000 : 1000000;
}

START_TEST(test_progress_ends)
{
	toy t;
	toy_init(&t);
	int calls = 0;
	uint32_t assignment[TOY_PROCESSES] = {0, 3, 0};
	korch_reassign_options options = options_of(1, 0);
	options.progress = count_calls;
	options.userdata = &calls;
	ck_assert_int_eq(korch_reassign_improve(NULL, assignment, &t.problem, &options, NULL), 0);
	ck_assert_int_eq(calls, 5);
}
END_TEST

static const char *refuse(const toy *t, uint32_t first, const korch_reassign_options *options)
{
	uint32_t assignment[TOY_PROCESSES] = {first, 3, 0};
	korch_error *error = NULL;
	int code = korch_reassign_improve(NULL, assignment, &t->problem, options, &error);
	ck_assert_uint_eq(assignment[0], first);
	return sentence(code, KORCH_E_INVALID, error);
}

START_TEST(test_improve_refuses)
{
	toy t;
	toy_init(&t);
	korch_reassign_options options = options_of(1, 0);
	ck_assert_str_eq(refuse(&t, 0, NULL), "the options are missing, or their size is not set");
	ck_assert_str_eq(refuse(&t, 0, &options),
	                 "options: neither iterations nor progress, the search would not end");
	options.iterations = 1;
	options.heat_ppm = 1000001;
	ck_assert_str_eq(refuse(&t, 0, &options), "options: heat_ppm 1000001, allowed is 0 to 1000000");
	options.heat_ppm = 0;
	ck_assert_str_eq(refuse(&t, 1, &options),
	                 "machine 1: 12 of resource 0 used or still held by processes moved away, its "
	                 "capacity is 10");
	options.max_moves = 1;
	uint32_t two_moved[TOY_PROCESSES] = {0, 2, 1};
	korch_error *error = NULL;
	int code = korch_reassign_improve(NULL, two_moved, &t.problem, &options, &error);
	ck_assert_str_eq(sentence(code, KORCH_E_INVALID, error),
	                 "the assignment given has 2 moved processes, allowed are 1");
}
END_TEST

START_TEST(test_memory_runs_out)
{
	some t;
	some_init(&t, 7);
	korch_reassign_options options = options_of(1, 4096);
	int code = KORCH_E_NOMEM, failures = 0;
	for (uint64_t n = 1; code == KORCH_E_NOMEM; n++) {
		uint32_t assignment[SOME_PROCESSES];
		memcpy(assignment, t.initial, sizeof(assignment));
		korch__alloc_fail_at(n);
		code = korch_reassign_improve(NULL, assignment, &t.problem, &options, NULL);
		korch__alloc_fail_at(0);
		if (code)
			ck_assert_mem_eq(assignment, t.initial, sizeof(assignment));
		failures += code != 0;
	}
	ck_assert_int_eq(code, 0);
	ck_assert_int_gt(failures, 40);
}
END_TEST

/* The challenge's instances of set A: the judge's initial costs are the published ones. */
START_TEST(test_roadef_initial_costs)
{
	for (int i = 0; i < 10; i++) {
		char model[4096], assignment[4096], original[4096], why[256];
		const char *root = getenv("KORCH_DATA");
		char name[8];
		snprintf(name, sizeof(name), "a%d_%d", i / 5 + 1, i % 5 + 1);
		snprintf(model, sizeof(model), "%s/roadef/model_%s.txt", root, name);
		snprintf(assignment, sizeof(assignment), "%s/roadef/assignment_%s.txt", root, name);
		snprintf(original, sizeof(original), "%s/roadef/original_cost_%s.txt", root, name);
		roadef instance;
		ck_assert_msg(roadef_read(&instance, model, assignment, why) == 0, "%s", why);
		korch_reassign_cost cost;
		ck_assert_int_eq(
		    korch_reassign_judge(&cost, &instance.problem, instance.problem.initial, NULL), 0);
		ck_assert_int_eq(cost.total, roadef_number(original));
		roadef_fini(&instance);
	}
}
END_TEST

KORCH_SUITE(reassign)
{
	Suite *suite = suite_create("reassign");
	KORCH_CASE(suite, "judge", test_judge_costs, test_judge_limits, test_bad_shapes,
	           test_bad_numbers);
	KORCH_CASE(suite, "state", test_delta_is_exact, test_refusals_are_right);
	KORCH_CASE(suite, "improve", test_improve, test_toy_optimum, test_max_moves, test_progress_ends,
	           test_improve_refuses, test_memory_runs_out);
	if (getenv("KORCH_DATA"))
		KORCH_CASE(suite, "roadef", test_roadef_initial_costs);
	return suite;
}
