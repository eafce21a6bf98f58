/*
 * Scale: one Deployment on simulated nodes, from apply to all pods running; memory store, real
 * clock. Prints pods/s and bytes of heap per pod for growing numbers, so that one sees whether cost
 * grows linearly. usage: bench-scale [PODS…]    default: 10000 100000
 */
#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/sim.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NODES = 1000, SEED = 42 };

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

static void die(korch_error *error, const char *what)
{
	char *text = korch_error_format(error);
	fprintf(stderr, "bench-scale: %s: %s\n", what, text ? text : "");
	exit(1);
}

static void run(long pods)
{
	korch_error *error = NULL;
	korch_loop *loop = NULL;
	korch_runtime *runtime = NULL;
	korch_cluster *cluster = NULL;
	char manifest[1024];
	static char names[NODES][16];
	static korch_cluster_node nodes[NODES];
	/* Room for all pods and a tenth more, so that packing has something to choose. */
	const korch_node_capacity capacity = {.cpu_milli = pods / NODES * 10 * 11 / 10 + 1000,
	                                      .memory_bytes = (int64_t)1 << 40,
	                                      .pods = pods / NODES * 11 / 10 + 10};
	const korch_sim_options sim = {.size = sizeof(sim), .seed = SEED};
	size_t before = heap_bytes();
	if (korch_loop_new(&loop, &error) < 0 ||
	    korch_runtime_sim_new(&runtime, loop, &sim, &error) < 0)
		die(error, "runtime");
	for (int i = 0; i < NODES; i++) {
		snprintf(names[i], sizeof(names[i]), "node-%04d", i);
		nodes[i] = (korch_cluster_node){.name = names[i], .capacity = capacity};
		korch_sim_node_add(runtime, names[i], &capacity);
	}
	const korch_cluster_options options = {.size = sizeof(options),
	                                       .loop = loop,
	                                       .runtime = runtime,
	                                       .nodes = nodes,
	                                       .n_nodes = NODES,
	                                       .seed = SEED};
	if (korch_cluster_open(&cluster, &options, &error) < 0)
		die(error, "open");
	snprintf(manifest, sizeof(manifest),
	         "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: %ld, "
	         "progressDeadlineSeconds: 3600,"
	         " selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, "
	         "spec: {containers: [{name: web,"
	         " image: web, resources: {requests: {cpu: 10m, memory: 8Mi}}}]}}}}",
	         pods);
	double start = seconds();
	if (korch_cluster_apply_text(cluster, manifest, "web", &error) < 0)
		die(error, "apply");
	const korch_key key = {&korch_deployment_kind, "default", "web"};
	if (korch_cluster_wait(cluster, &key, "available", 600 * KORCH_USEC_PER_SEC, &error) < 0)
		die(error, "wait");
	double took = seconds() - start;
	korch_engine_stats stats;
	korch_engine_get_stats(&stats, korch_cluster_engine(cluster));
	size_t used = heap_bytes() - before;
	printf("%8ld pods on %d nodes: %7.2f s, %8.0f pods/s, %6.0f bytes/pod, %.2f commits/pod, %llu "
	       "conflicts\n",
	       pods, NODES, took, (double)pods / took, (double)used / (double)pods,
	       (double)stats.commits / (double)pods, (unsigned long long)stats.conflicts);
	fflush(stdout);
	korch_cluster_close(cluster);
	korch_loop_free(loop);
	malloc_trim(0);
}

int main(int argc, char **argv)
{
	printf("scale: seed %d, memory store, simulated runtime, real clock\n", SEED);
	for (int i = 1; i < argc; i++)
		run(atol(argv[i]));
	if (argc == 1) {
		run(10000);
		run(100000);
	}
	return 0;
}
