/*
 * The suite of runtimes: its factories, the runtime that a test works on, calls in short. The tests
 * stand in runtime_*.c.
 */
#include "runtime_fixture.h"
#include <stdio.h>
#include <string.h>

enum { FACTORIES_MAX = 16, STEP_US = 20000, TIMEOUT_S = 60 };

static korch_conformance_runtime_factory factories[FACTORIES_MAX];
static int n_factories;
static const korch_conformance_runtime_factory *factory;

korch_loop *loop;
korch_runtime *runtime;
const korch_runtime_ops *ops;
void *self;
told events[256];
size_t n_events;
int is_inside;

const korch_conformance_runtime_factory *fixture_factory(void)
{
	return factory;
}

static void on_event(void *userdata, const korch_container_report *report)
{
	ck_assert_ptr_eq(userdata, &events);
	ck_assert_msg(!is_inside, "an event was told from inside of a call");
	ck_assert_uint_lt(n_events, sizeof(events) / sizeof(events[0]));
	told *event = &events[n_events++];
	*event = (told){.phase = report->phase,
	                .exit_code = report->exit_code,
	                .signal = report->signal,
	                .restart_count = report->restart_count,
	                .started_us = report->started_us,
	                .finished_us = report->finished_us,
	                .at_us = korch_loop_now(loop)};
	snprintf(event->id, sizeof(event->id), "%s", report->id);
	snprintf(event->sandbox_id, sizeof(event->sandbox_id), "%s", report->sandbox_id);
	snprintf(event->name, sizeof(event->name), "%s", report->name);
	ck_assert_ptr_nonnull(report->image_id);
	ck_assert_ptr_nonnull(report->reason);
	ck_assert_ptr_nonnull(report->message);
}

static void attach(void)
{
	ops = korch_runtime_get_ops(runtime);
	self = korch_runtime_get_self(runtime);
	ops->set_listener(self, on_event, &events);
}

void fixture_open(int i)
{
	factory = &factories[i];
	int r = factory->real_time ? korch_loop_new(&loop, NULL)
	                           : korch_loop_new_virtual(&loop, INT64_C(1577836800000000), NULL);
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(factory->open(&runtime, loop, factory->userdata), 0);
	n_events = 0;
	attach();
}

void fixture_free(void)
{
	korch_runtime_free(runtime);
	runtime = NULL;
}

void fixture_open_again(void)
{
	ck_assert_int_eq(factory->open(&runtime, loop, factory->userdata), 0);
	attach();
}

/* Removes all sandboxes, so that nothing real stays behind. */
static void on_list_remove(void *userdata, int code, const korch_runtime_list *list)
{
	for (size_t i = 0; code == 0 && i < list->n_sandboxes; i++)
		ops->sandbox_remove(self, list->sandboxes[i].id, on_done, userdata);
	((answer *)userdata)->calls -= code == 0 ? (int)list->n_sandboxes : 0;
	((answer *)userdata)->calls++;
}

void fixture_close(void)
{
	if (runtime) {
		answer out = {0};
		if (ops->list(self, on_list_remove, &out) == 0)
			wait_done(&out);
	}
	fixture_free();
	korch_loop_free(loop);
	if (factory->clean)
		factory->clean(factory->userdata);
}

int fixture_restart(void)
{
	if (!(ops->capabilities & KORCH_RUNTIME_ADOPT))
		return 0;
	ck_assert_ptr_nonnull(factory->restart);
	ck_assert_int_eq(factory->restart(&runtime, loop, factory->userdata), 0);
	attach();
	return 1;
}

void step(void)
{
	korch_loop_step(loop, korch_loop_now(loop) + STEP_US);
}

void settle(void)
{
	for (int i = 0; i < 10; i++)
		step();
}

void on_done(void *userdata, int code, const char *reason, const char *message)
{
	answer *out = userdata;
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	ck_assert_ptr_nonnull(reason);
	ck_assert_ptr_nonnull(message);
	out->calls++;
	out->code = code;
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
}

int wait_done(const answer *out)
{
	while (out->calls < 1)
		step();
	ck_assert_int_eq(out->calls, 1);
	return out->code;
}

int make_sandbox(const char *id)
{
	answer out = {0};
	korch_sandbox_spec spec = {.id = id,
	                           .node = factory->node ? factory->node : "node-1",
	                           .pod_namespace = "ns",
	                           .pod_name = "pod",
	                           .hostname = "",
	                           .address = "",
	                           .log_folder = "",
	                           .hosts_file = "",
	                           .cgroup_parent = ""};
	is_inside = 1;
	ck_assert_int_eq(ops->sandbox_create(self, &spec, on_done, &out), 0);
	is_inside = 0;
	return wait_done(&out);
}

void start_job(answer *out, const char *sandbox_id, const char *id, korch_conformance_job job)
{
	*out = (answer){0};
	korch_container_config config = {.id = id,
	                                 .sandbox_id = sandbox_id,
	                                 .name = "main",
	                                 .image = "",
	                                 .working_dir = "",
	                                 .log_file = "",
	                                 .restart_count = 2,
	                                 .run_as_user = -1,
	                                 .run_as_group = -1};
	factory->describe(&config, job, factory->userdata);
	is_inside = 1;
	ck_assert_int_eq(ops->start(self, &config, on_done, out), 0);
	is_inside = 0;
}

int run_job(const char *sandbox_id, const char *id, korch_conformance_job job)
{
	answer out;
	start_job(&out, sandbox_id, id, job);
	return wait_done(&out);
}

int stop_container(const char *id, int signal, korch_usec grace_us)
{
	answer out = {0};
	is_inside = 1;
	ck_assert_int_eq(ops->stop(self, id, signal, grace_us, on_done, &out), 0);
	is_inside = 0;
	return wait_done(&out);
}

int remove_container(const char *id)
{
	answer out = {0};
	is_inside = 1;
	ck_assert_int_eq(ops->remove(self, id, on_done, &out), 0);
	is_inside = 0;
	return wait_done(&out);
}

int remove_sandbox(const char *id)
{
	answer out = {0};
	is_inside = 1;
	ck_assert_int_eq(ops->sandbox_remove(self, id, on_done, &out), 0);
	is_inside = 0;
	return wait_done(&out);
}

static const told *find_event(const char *id, int phase)
{
	for (size_t i = 0; i < n_events; i++) {
		if (events[i].phase == phase && strcmp(events[i].id, id) == 0)
			return &events[i];
	}
	return NULL;
}

const told *wait_event(const char *id, int phase)
{
	const told *event;
	while (!(event = find_event(id, phase)))
		step();
	return event;
}

size_t count_events(const char *id, int phase)
{
	size_t n = 0;
	for (size_t i = 0; i < n_events; i++)
		n += events[i].phase == phase && strcmp(events[i].id, id) == 0;
	return n;
}

typedef struct search {
	const char *id;
	int calls;
	int phase;
	size_t n_sandboxes;
} search;

static void on_list_find(void *userdata, int code, const korch_runtime_list *list)
{
	search *out = userdata;
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	ck_assert_int_eq(code, 0);
	out->calls++;
	out->phase = -1;
	out->n_sandboxes = list->n_sandboxes;
	for (size_t i = 0; i < list->n_containers; i++) {
		if (strcmp(list->containers[i].id, out->id) == 0)
			out->phase = list->containers[i].phase;
	}
}

int find_listed(const char *id, size_t *sandboxes)
{
	search out = {.id = id};
	is_inside = 1;
	ck_assert_int_eq(ops->list(self, on_list_find, &out), 0);
	is_inside = 0;
	while (!out.calls)
		step();
	ck_assert_int_eq(out.calls, 1);
	if (sandboxes)
		*sandboxes = out.n_sandboxes;
	return out.phase;
}

void add_tests(Suite *suite, const char *name, const TTest *const *tests, size_t n, int i)
{
	TCase *tcase = tcase_create(name);
	tcase_set_timeout(tcase, factories[i].timeout_s ? factories[i].timeout_s : TIMEOUT_S);
	for (size_t at = 0; at < n; at++)
		tcase_add_loop_test(tcase, tests[at], i, i + 1);
	suite_add_tcase(suite, tcase);
}

Suite *korch_conformance_runtime_suite(const korch_conformance_runtime_factory *wanted)
{
	if (!wanted || wanted->size != sizeof(*wanted) || !wanted->name || !wanted->open ||
	    !wanted->describe || n_factories == FACTORIES_MAX)
		return NULL;
	int i = n_factories++;
	factories[i] = *wanted;
	Suite *suite = suite_create(wanted->name);
	add_life_tests(suite, i);
	add_call_tests(suite, i);
	return suite;
}
