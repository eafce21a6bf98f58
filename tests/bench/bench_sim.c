/* How fast the simulated runtime starts containers: bench-sim [PODS [SEED]]. Prints starts a second
 * and bytes a container. */
#include <korch/sim.h>
#include <korch/sys/runtime.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t n_done, n_events;

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static size_t heap(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

static void check(int code)
{
	if (code < 0) {
		fprintf(stderr, "bench-sim: %s\n", korch_code_text(code));
		exit(EXIT_FAILURE);
	}
}

static void on_done(void *userdata, int code, const char *reason, const char *message)
{
	(void)userdata;
	(void)reason;
	(void)message;
	check(code);
	n_done++;
}

static void on_event(void *userdata, const korch_container_report *report)
{
	(void)userdata;
	(void)report;
	n_events++;
}

static void name_pod(char out[64], size_t i)
{
	snprintf(out, 64, "00000000-0000-4000-8000-%012zu", i);
}

static void report(const char *what, size_t n, double since)
{
	double seconds = now() - since;
	printf("%-20s %10zu in %7.3f s: %10.0f/s\n", what, n, seconds, (double)n / seconds);
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
	korch_sim_options options = {.size = sizeof(options)};
	options.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	korch_node_capacity capacity = {.cpu_milli = 4000, .memory_bytes = 1 << 30, .pods = 110};
	korch_loop *loop = NULL;
	korch_runtime *runtime = NULL;
	check(korch_loop_new_virtual(&loop, 0, NULL));
	check(korch_runtime_sim_new(&runtime, loop, &options, NULL));
	check(korch_sim_node_add(runtime, "node", &capacity));
	const korch_runtime_ops *ops = korch_runtime_get_ops(runtime);
	void *self = korch_runtime_get_self(runtime);
	ops->set_listener(self, on_event, NULL);
	char pod[64], id[80];
	double since = now();
	for (size_t i = 0; i < n; i++) {
		name_pod(pod, i);
		korch_sandbox_spec spec = {
		    .id = pod, .node = "node", .pod_namespace = "ns", .pod_name = "p"};
		check(ops->sandbox_create(self, &spec, on_done, NULL));
		if (i % 256 == 255)
			korch_loop_step(loop, 0);
	}
	korch_loop_step(loop, 0);
	report("sandboxes", n_done, since);
	size_t before = heap();
	since = now();
	for (size_t i = 0; i < n; i++) {
		name_pod(pod, i);
		snprintf(id, sizeof(id), "%s.web.0", pod);
		korch_container_config config = {
		    .id = id, .sandbox_id = pod, .name = "web", .image = "nginx:1"};
		check(ops->start(self, &config, on_done, NULL));
		if (i % 256 == 255)
			korch_loop_step(loop, 0);
	}
	korch_loop_step(loop, 0);
	report("containers running", n_events, since);
	printf("%-20s %10.1f bytes\n", "a running container", (double)(heap() - before) / (double)n);
	korch_runtime_free(runtime);
	korch_loop_free(loop);
	return EXIT_SUCCESS;
}
