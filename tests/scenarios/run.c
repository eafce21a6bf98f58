/*
 * Replays one scenario in virtual time: README.md says what a file may say. Opening the cluster
 * stands here, steps in steps.c, expectations in expect.c. usage: run FILE
 */
#include "object/read.h"
#include "object/tree.h"
#include "scenario.h"
#include "support/store.h"
#include <korch/quantity.h>
#include <korch/time.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 64, FILE_MAX = 1 << 20 };

#define START_US ((korch_usec)1600000000 * KORCH_USEC_PER_SEC)

void fail(const scenario *s, json_object *at, const char *format, ...)
{
	va_list args;
	fprintf(stderr, "%s:%d: ", s->file, at ? korch__tree_line(at) : 1);
	if (s->loop)
		fprintf(stderr, "after %.3f s: ", (double)(korch_loop_now(s->loop) - s->start) / 1e6);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

const char *text_of(json_object *map, const char *key, const char *otherwise)
{
	json_object *value = json_object_object_get(map, key);
	return value ? json_object_get_string(value) : otherwise;
}

const char *need_text(const scenario *s, json_object *map, const char *key)
{
	const char *text = text_of(map, key, NULL);
	if (!text)
		fail(s, map, "\"%s\" is missing", key);
	return text;
}

int64_t number_of(json_object *map, const char *key, int64_t otherwise)
{
	json_object *value = json_object_object_get(map, key);
	return value ? json_object_get_int64(value) : otherwise;
}

korch_usec parse_span(const scenario *s, json_object *at, const char *text)
{
	int64_t ns = 0;
	if (korch_duration_parse(&ns, text, NULL) < 0)
		fail(s, at, "\"%s\" is no duration", text);
	return ns / 1000;
}

korch_usec span_of(const scenario *s, json_object *map, const char *key, korch_usec otherwise)
{
	const char *text = text_of(map, key, NULL);
	return text ? parse_span(s, map, text) : otherwise;
}

static korch_map *labels_of(json_object *map)
{
	korch_map *labels = NULL;
	json_object *from = json_object_object_get(map, "labels");
	if (!from)
		return NULL;
	json_object_object_foreach(from, key, value)
	{
		korch_map_set(&labels, key, json_object_get_string(value));
	}
	return labels;
}

static korch_cluster_node read_node(json_object *map)
{
	return (korch_cluster_node){
	    .name = text_of(map, "name", ""),
	    .capacity = {.cpu_milli = korch_quantity_text_milli(text_of(map, "cpu", "4")),
	                 .memory_bytes = korch_quantity_text_value(text_of(map, "memory", "8Gi")),
	                 .pods = number_of(map, "pods", 110)},
	    .labels = labels_of(map),
	    .taints = text_of(map, "taints", NULL),
	};
}

static size_t add_nodes(scenario *s, json_object *root, korch_cluster_node *nodes)
{
	json_object *list = json_object_object_get(root, "nodes");
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	if (n == 0 || n > NODES_MAX)
		fail(s, root, "\"nodes\": a list of 1 to %d nodes is needed", NODES_MAX);
	for (size_t i = 0; i < n; i++) {
		nodes[i] = read_node(json_object_array_get_idx(list, i));
		if (korch_sim_node_add(s->runtime, nodes[i].name, &nodes[i].capacity) < 0)
			fail(s, list, "node \"%s\" cannot be added", nodes[i].name);
	}
	return n;
}

static void open_cluster(scenario *s, json_object *root)
{
	korch_error *error = NULL;
	korch_cluster_node nodes[NODES_MAX];
	const uint64_t seed = (uint64_t)number_of(root, "seed", 1);
	const korch_sim_options sim = {.size = sizeof(sim), .seed = seed};
	if (korch_loop_new_virtual(&s->loop, START_US, &error) < 0 ||
	    test_store_open(&s->store, s->loop, 0) < 0 ||
	    korch_runtime_sim_new(&s->runtime, s->loop, &sim, &error) < 0 ||
	    korch_metric_sim_new(&s->metrics, s->loop, 0, &error) < 0)
		fail(s, root, "%s", korch_error_message(error));
	s->start = START_US;
	s->webhooks = webhooks_new();
	if (!s->webhooks)
		fail(s, root, "out of memory");
	const korch_cluster_options options = {
	    .size = sizeof(options),
	    .loop = s->loop,
	    .store = s->store,
	    .runtime = s->runtime,
	    .nodes = nodes,
	    .n_nodes = add_nodes(s, root, nodes),
	    .seed = seed,
	    .lease_period_us = span_of(s, root, "lease", 0),
	    .metrics = &s->metrics,
	    .n_metrics = 1,
	    .webhook = webhooks_answer,
	    .webhook_userdata = s->webhooks,
	};
	if (korch_cluster_open(&s->cluster, &options, &error) < 0)
		fail(s, root, "%s", korch_error_message(error));
	for (size_t i = 0; i < options.n_nodes; i++)
		korch_block_unref((void *)(uintptr_t)nodes[i].labels);
}

static int replay(void *userdata, json_object *root, int line)
{
	scenario *s = userdata;
	json_object *steps = json_object_object_get(root, "steps");
	if (!json_object_is_type(steps, json_type_array))
		fail(s, root, "\"steps\" is missing");
	open_cluster(s, root);
	for (size_t i = 0; i < json_object_array_length(steps); i++)
		do_step(s, json_object_array_get_idx(steps, i));
	if (s->checks == 0)
		fail(s, root, "nothing was expected");
	printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", s->checks);
	korch_cluster_close(s->cluster);
	korch_store_free(s->store);
	korch_loop_free(s->loop);
	free(s->webhooks);
	return 0;
}

static int run(const char *name)
{
	static char text[FILE_MAX];
	korch_error *error = NULL;
	scenario s = {.file = name};
	FILE *file = fopen(name, "r");
	if (!file) {
		fprintf(stderr, "%s cannot be read\n", name);
		return 2;
	}
	size_t length = fread(text, 1, sizeof(text), file);
	fclose(file);
	const korch__read read = {.file = s.file, .document = replay, .userdata = &s};
	if (korch__text_read(&read, text, length, &error) < 0)
		fail(&s, NULL, "%s", korch_error_format(error));
	return 0;
}

int main(int argc, char **argv)
{
	int code = 0;
	if (argc < 2)
		fprintf(stderr, "usage: run-scenario FILE…\n");
	for (int i = 1; i < argc && code == 0; i++)
		code = run(argv[i]);
	return argc < 2 ? 2 : code;
}
