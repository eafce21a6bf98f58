/* A simulated runtime on a virtual loop, and a trace of all it told. */
#include "sim_fixture.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

korch_loop *loop;
korch_runtime *runtime;
const korch_runtime_ops *ops;
void *self;
char trace[65536];
int trace_times;

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
	size_t length = strlen(trace);
	va_list args;
	va_start(args, format);
	vsnprintf(trace + length, sizeof(trace) - length, format, args);
	va_end(args);
	length = strlen(trace);
	if (trace_times)
		snprintf(trace + length, sizeof(trace) - length, "@%g ",
		         (double)korch_loop_now(loop) / (double)SECOND);
	else
		snprintf(trace + length, sizeof(trace) - length, " ");
}

static void on_event(void *userdata, const korch_container_report *report)
{
	(void)userdata;
	if (report->phase == KORCH_CONTAINER_RUNNING)
		note("+%s", report->id);
	else
		note("-%s=%d", report->id, report->exit_code);
}

void on_done(void *userdata, int code, const char *reason, const char *message)
{
	(void)userdata;
	(void)message;
	if (code < 0)
		note("!%s", reason);
	else
		note("ok");
}

void sim_attach(void)
{
	ops = korch_runtime_get_ops(runtime);
	self = korch_runtime_get_self(runtime);
	ops->set_listener(self, on_event, NULL);
}

void sim_open(uint64_t seed)
{
	korch_sim_options options = {.size = sizeof(options), .seed = seed};
	korch_node_capacity capacity = {.cpu_milli = 4000, .memory_bytes = 1 << 30, .pods = 110};
	trace[0] = '\0';
	trace_times = 0;
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	ck_assert_int_eq(korch_runtime_sim_new(&runtime, loop, &options, NULL), 0);
	ck_assert_int_eq(korch_sim_node_add(runtime, "n1", &capacity), 0);
	sim_attach();
}

void sim_close(void)
{
	korch_runtime_free(runtime);
	korch_loop_free(loop);
	runtime = NULL;
}

const char *sim_run(double seconds)
{
	static char told[sizeof(trace)];
	korch_loop_step(loop, korch_loop_now(loop) + (korch_usec)(seconds * (double)SECOND));
	memcpy(told, trace, sizeof(told));
	trace[0] = '\0';
	return told;
}

void add_rule(korch_sim_rule rule)
{
	rule.size = sizeof(rule);
	ck_assert_int_eq(korch_sim_rule_add(runtime, &rule, NULL), 0);
}

int make_sandbox(const char *id, const char *pod, const korch_map *annotations)
{
	korch_sandbox_spec spec = {
	    .id = id, .node = "n1", .pod_namespace = "ns", .pod_name = pod, .annotations = annotations};
	return ops->sandbox_create(self, &spec, on_done, NULL);
}

int start(const char *sandbox, const char *id, const char *image)
{
	korch_container_config config = {
	    .id = id, .sandbox_id = sandbox, .name = "main", .image = image};
	return ops->start(self, &config, on_done, NULL);
}

int stop(const char *id, double grace_s)
{
	return ops->stop(self, id, 0, (korch_usec)(grace_s * (double)SECOND), on_done, NULL);
}

int prepare(const char *image, const char *policy)
{
	return ops->prepare(self, "n1", image, policy, on_done, NULL);
}

int probe(const char *id, const char *type)
{
	korch_runtime_probe question = {.container_id = id, .type = type};
	return ops->probe(self, &question, on_done, NULL);
}
