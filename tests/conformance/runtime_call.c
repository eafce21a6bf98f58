/* Images, commands, use, restarts of the host program, the end. */
#include "runtime_fixture.h"
#include <string.h>

static const char *node(void)
{
	return fixture_factory()->node ? fixture_factory()->node : "node-1";
}

START_TEST(names)
{
	fixture_open(_i);
	ck_assert_uint_gt(strlen(korch_runtime_name(runtime)), 0);
	ck_assert_str_eq(korch_runtime_name(runtime), ops->name);
	korch_node_capacity capacity = {0};
	ck_assert_int_eq(ops->capacity(self, node(), &capacity), 0);
	ck_assert_int_gt(capacity.cpu_milli, 0);
	ck_assert_int_gt(capacity.memory_bytes, 0);
	ck_assert_int_gt(capacity.pods, 0);
	korch_runtime_free(NULL);
	fixture_close();
}
END_TEST

START_TEST(images)
{
	fixture_open(_i);
	korch_container_config config = {0};
	fixture_factory()->describe(&config, KORCH_CONFORMANCE_FOREVER, fixture_factory()->userdata);
	for (int i = 0; i < 2; i++) {
		answer out = {0};
		is_inside = 1;
		int r = ops->prepare(self, node(), config.image, "IfNotPresent", on_done, &out);
		is_inside = 0;
		ck_assert_int_eq(r, 0);
		ck_assert_int_eq(wait_done(&out), 0);
	}
	fixture_close();
}
END_TEST

typedef struct execution {
	int calls, code, exit_code;
	char output[64];
} execution;

static void on_exec(void *userdata, int code, int exit_code, const char *output, size_t length)
{
	execution *out = userdata;
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	out->calls++;
	out->code = code;
	out->exit_code = exit_code;
	memcpy(out->output, output, length < sizeof(out->output) ? length : sizeof(out->output) - 1);
}

static execution execute(const char *id)
{
	static const char *const usual[] = {"sh", "-c", "echo out; exit 3", NULL};
	const char *const *command = fixture_factory()->command ? fixture_factory()->command : usual;
	size_t n = 0;
	while (command[n])
		n++;
	execution out = {0};
	is_inside = 1;
	int r = ops->exec(self, id, command, n, 30 * KORCH_USEC_PER_SEC, on_exec, &out);
	is_inside = 0;
	ck_assert_int_eq(r, 0);
	while (!out.calls)
		step();
	ck_assert_int_eq(out.calls, 1);
	return out;
}

START_TEST(commands)
{
	fixture_open(_i);
	make_sandbox("s1");
	run_job("s1", "s1.main.0", KORCH_CONFORMANCE_FOREVER);
	if (ops->capabilities & KORCH_RUNTIME_EXEC) {
		execution out = execute("s1.main.0");
		ck_assert_int_eq(out.code, 0);
		ck_assert_int_eq(out.exit_code, 3);
		ck_assert_str_eq(out.output, "out\n");
		ck_assert_int_lt(execute("never.was.0").code, 0);
	}
	fixture_close();
}
END_TEST

typedef struct usage_answer {
	int calls, code;
	korch_usage usage;
} usage_answer;

static void on_stats(void *userdata, int code, const korch_usage *usage)
{
	usage_answer *out = userdata;
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	out->calls++;
	out->code = code;
	if (code == 0)
		out->usage = *usage;
}

START_TEST(use)
{
	fixture_open(_i);
	make_sandbox("s1");
	run_job("s1", "s1.main.0", KORCH_CONFORMANCE_FOREVER);
	for (int i = 0; i < 2 && ops->capabilities & KORCH_RUNTIME_STATS; i++) {
		usage_answer out = {0};
		is_inside = 1;
		ck_assert_int_eq(ops->stats(self, i ? "never.was.0" : "s1.main.0", on_stats, &out), 0);
		is_inside = 0;
		while (!out.calls)
			step();
		ck_assert_int_eq(out.code < 0, i);
		ck_assert_int_ge(out.usage.cpu_usec, 0);
		ck_assert_int_ge(out.usage.memory_bytes, 0);
		ck_assert_int_ge(out.usage.processes, i ? 0 : 1);
	}
	fixture_close();
}
END_TEST

/*
 * What ran is found by the next program; it is not started twice, and what happened in between is
 * known.
 */
START_TEST(adopting)
{
	fixture_open(_i);
	make_sandbox("s1");
	run_job("s1", "s1.main.0", KORCH_CONFORMANCE_FOREVER);
	wait_event("s1.main.0", KORCH_CONTAINER_RUNNING);
	run_job("s1", "s1.short.0", KORCH_CONFORMANCE_EXIT);
	if (fixture_restart()) {
		size_t n;
		n_events = 0;
		ck_assert_int_eq(find_listed("s1.main.0", &n), KORCH_CONTAINER_RUNNING);
		ck_assert_uint_eq(n, 1);
		ck_assert_int_eq(run_job("s1", "s1.main.0", KORCH_CONFORMANCE_FOREVER), 0);
		while (find_listed("s1.short.0", NULL) != KORCH_CONTAINER_EXITED)
			step();
		ck_assert_uint_eq(count_events("s1.main.0", KORCH_CONTAINER_EXITED), 0);
		ck_assert_int_eq(stop_container("s1.main.0", 0, 60 * KORCH_USEC_PER_SEC), 0);
		wait_event("s1.main.0", KORCH_CONTAINER_EXITED);
		ck_assert_int_eq(remove_sandbox("s1"), 0);
	}
	fixture_close();
}
END_TEST

START_TEST(freeing_answers)
{
	fixture_open(_i);
	make_sandbox("s1");
	answer out;
	start_job(&out, "s1", "s1.main.0", KORCH_CONFORMANCE_EXIT);
	fixture_free();
	ck_assert_int_eq(out.calls, 1);
	ck_assert_int_eq(out.code == KORCH_E_CLOSED || out.code == 0, 1);
	fixture_open_again(); /* what outlived it goes with the others */
	fixture_close();
	ck_assert_int_eq(out.calls, 1);
}
END_TEST

/* Tables that are not complete are refused. */
static int no_call(void)
{
	return 0;
}

START_TEST(holes_are_refused)
{
	typedef int (*slot)(void);
	enum {
		FIRST = offsetof(korch_runtime_ops, set_listener),
		SLOTS = (sizeof(korch_runtime_ops) - FIRST) / sizeof(slot)
	};
	const uint32_t all = KORCH_RUNTIME_EXEC | KORCH_RUNTIME_STATS | KORCH_RUNTIME_VIRTUAL;
	korch_runtime_ops table = {.size = sizeof(table), .name = "holes", .capabilities = all};
	char *slots = (char *)&table + FIRST;
	korch_runtime *none = NULL;
	slot filled = no_call;
	for (size_t hole = 0; hole < SLOTS; hole++) {
		for (size_t i = 0; i < SLOTS; i++)
			memcpy(slots + i * sizeof(slot), &filled, sizeof(slot));
		memset(slots + hole * sizeof(slot), 0, sizeof(slot));
		ck_assert_int_eq(korch_runtime_register(&none, &table, NULL, NULL), KORCH_E_INVALID);
		ck_assert_ptr_null(none);
	}
	ck_assert_int_ge(_i, 0);
}
END_TEST

void add_call_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "calls", i, names, images, commands, use, adopting, freeing_answers,
	          holes_are_refused);
}
