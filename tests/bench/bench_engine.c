/*
 * How fast the engine is: bench-engine [OBJECTS [ROUNDS [IDLE]]]. A trusted controller changes each
 * of its objects ROUNDS times, one single-write plan a request, beside IDLE others (15) that look
 * at other kinds. Prints requests a second with their commits, watch and cache on the memory store,
 * and nanoseconds a request for the queue alone.
 */
#include "base/random.h"
#include "engine/engine.h"
#include <korch/api.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t rounds = 10;

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void check(int code)
{
	if (code < 0) {
		fprintf(stderr, "bench-engine: %s\n", korch_code_text(code));
		exit(EXIT_FAILURE);
	}
}

/* Counts in the status until it has counted to ROUNDS. */
static int count(void *userdata, const korch_view *view, const korch_request *request,
                 korch_plan *plan, korch_error **err)
{
	const korch_object *base =
	    korch_view_get(view, request->key.kind, request->key.namespace_, request->key.name);
	const korch_replica_set *set = (const korch_replica_set *)base;
	int64_t n = set && set->status ? set->status->observed_generation : 0;
	if (!set || n >= rounds)
		return 0;
	korch_object *fresh = korch_object_edit(base);
	korch_replica_set_status *status =
	    korch_struct_edit(&((korch_replica_set *)fresh)->status, &korch_replica_set_status_type);
	if (!status)
		return KORCH_E_NOMEM;
	status->observed_generation = n + 1;
	return korch_plan_update_status(plan, base, fresh);
}

static void on_filled(void *userdata, int code, const korch_commit_result *result)
{
	check(code);
}

static void fill(korch_store *store, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char name[40];
		korch_object *object = NULL;
		snprintf(name, sizeof(name), "set-%zu", i);
		check(korch_object_new(&object, &korch_replica_set_kind));
		check(korch_string_set(&object->metadata->name, name));
		check(korch_string_set(&object->metadata->namespace_, "default"));
		check(korch_string_set(&object->metadata->uid, name));
		const korch_write write = {.op = KORCH_WRITE_PUT, .object = object};
		check(korch_store_commit(store, &write, 1, on_filled, NULL));
	}
}

static void bench_queue(size_t n)
{
	korch_random random;
	korch_queue queue;
	korch_queue_item *item;
	const korch_queue_outcome outcome = {.wake_at = KORCH_USEC_NEVER};
	const char *space = korch_string_new("default");
	const char **names = calloc(n, sizeof(*names));
	for (size_t i = 0; i < n; i++) {
		char name[40];
		snprintf(name, sizeof(name), "set-%zu", i);
		names[i] = korch_string_new(name);
	}
	korch__random_init(&random, 1);
	korch__queue_init(&queue, &random, 5000, 1000000000);
	double begin = now();
	for (int round = 0; round < 10; round++) {
		for (size_t i = 0; i < n; i++)
			check(korch__queue_add_shared(&queue, space, names[i], 0));
		while ((item = korch__queue_take(&queue)))
			korch__queue_finish(&queue, item, &outcome);
	}
	printf("queue of %zu keys: %.0f ns a request\n", n, (now() - begin) / (10.0 * (double)n) * 1e9);
	korch__queue_fini(&queue);
	for (size_t i = 0; i < n; i++)
		korch_string_unref(names[i]);
	free(names);
	korch_string_unref(space);
}

/* As many as a cluster has, with as many watches. */
static void add_idle(korch_engine *engine, size_t n)
{
	const korch_controller_watch watches[] = {{.kind = &korch_service_kind},
	                                          {.kind = &korch_node_kind},
	                                          {.kind = &korch_config_map_kind}};
	const korch_controller_spec spec = {.size = sizeof(spec),
	                                    .name = "idle",
	                                    .kind = &korch_pod_kind,
	                                    .watches = watches,
	                                    .n_watches = 3,
	                                    .reconcile = count};
	for (size_t i = 0; i < n; i++)
		check(korch_engine_add(NULL, engine, &spec, NULL));
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 10;
	korch_loop *loop = NULL;
	korch_engine_options options = {.size = sizeof(options), .seed = 1};
	korch_engine *engine = NULL;
	korch_controller *controller = NULL;
	korch_engine_stats stats;
	check(korch_loop_new_virtual(&loop, 0, NULL));
	check(korch_store_memory_new(&options.store, loop, 0, NULL));
	options.loop = loop;
	fill(options.store, n);
	check(korch_engine_new(&engine, &options, NULL));
	const korch_controller_spec spec = {
	    .size = sizeof(spec), .name = "count", .kind = &korch_replica_set_kind, .reconcile = count};
	check(korch_engine_add(&controller, engine, &spec, NULL));
	korch__engine_trust(controller);
	add_idle(engine, argc > 3 ? strtoul(argv[3], NULL, 10) : 15);
	check(korch_engine_start(engine, NULL));
	double begin = now();
	korch_loop_step(loop, KORCH_USEC_NEVER);
	double seconds = now() - begin;
	korch_engine_get_stats(&stats, engine);
	printf("%zu objects: %llu requests, %llu commits in %.2f s: %.0f commits/s\n", n,
	       (unsigned long long)stats.requests, (unsigned long long)stats.commits, seconds,
	       (double)stats.commits / seconds);
	korch_engine_free(engine);
	korch_store_free(options.store);
	korch_loop_free(loop);
	bench_queue(n);
	return 0;
}
