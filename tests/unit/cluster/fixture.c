/* A cluster of simulated nodes in virtual time. */
#include "fixture.h"
#include "object/codec.h"
#include "support/store.h"
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 16 };

static void add_nodes(fixture *at, korch_cluster_node *nodes, char names[][16], int n)
{
	const korch_node_capacity capacity = {
	    .cpu_milli = 4000, .memory_bytes = (int64_t)8 << 30, .pods = 20};
	const korch_sim_options options = {.size = sizeof(options), .seed = 7};
	ck_assert_int_eq(korch_runtime_sim_new(&at->runtime, at->loop, &options, NULL), 0);
	for (int i = 0; i < n; i++) {
		snprintf(names[i], 16, "node-%d", i);
		nodes[i] = (korch_cluster_node){.name = names[i], .capacity = capacity};
		ck_assert_int_eq(korch_sim_node_add(at->runtime, names[i], &capacity), 0);
	}
}

void fixture_init(fixture *at, int nodes)
{
	korch_loop *loop = NULL;
	korch_store *store = NULL;
	ck_assert_int_eq(korch_loop_new_virtual(&loop, START_US, NULL), 0);
	ck_assert_int_eq(test_store_open(&store, loop, 0), 0);
	fixture_init_on(at, nodes, loop, store);
}

void fixture_init_on(fixture *at, int nodes, korch_loop *loop, korch_store *store)
{
	korch_error *error = NULL;
	korch_cluster_node list[NODES_MAX];
	char names[NODES_MAX][16];
	memset(at, 0, sizeof(*at));
	at->loop = loop;
	at->store = store;
	if (nodes)
		add_nodes(at, list, names, nodes);
	const korch_cluster_options options = {.size = sizeof(options),
	                                       .loop = at->loop,
	                                       .store = at->store,
	                                       .runtime = at->runtime,
	                                       .nodes = nodes ? list : NULL,
	                                       .n_nodes = (size_t)nodes,
	                                       .seed = 42};
	int code = korch_cluster_open(&at->cluster, &options, &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
}

void fixture_fini(fixture *at)
{
	korch_cluster_close(at->cluster);
	korch_store_free(at->store);
	korch_loop_free(at->loop);
}

void fixture_apply(fixture *at, const char *text)
{
	korch_error *error = NULL;
	int code = korch_cluster_apply_text(at->cluster, text, "test.yaml", &error);
	char *words = korch_error_format(error);
	ck_assert_msg(code == 0, "%s", words);
	free(words);
	korch_error_free(error);
}

korch_object *fixture_get(fixture *at, const char *kind, const char *name)
{
	korch_object *object = NULL;
	korch_error *error = NULL;
	int code = korch_cluster_get(&object, at->cluster, kind, NULL, name, &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
	return object;
}

int fixture_has(fixture *at, const char *kind, const char *name)
{
	korch_object *object = NULL;
	int code = korch_cluster_get(&object, at->cluster, kind, NULL, name, NULL);
	korch_object_unref(object);
	return code == 0;
}

size_t fixture_count(fixture *at, const char *kind, const char *selector)
{
	korch_object **objects = NULL;
	size_t n = 0;
	ck_assert_int_eq(korch_cluster_list(&objects, &n, at->cluster, kind, NULL, selector, NULL), 0);
	korch_object_list_free(objects, n);
	return n;
}

void fixture_pass(fixture *at, korch_usec us)
{
	ck_assert_int_ge(korch_cluster_process(at->cluster, korch_loop_now(at->loop) + us), 0);
}

void fixture_value(fixture *at, const char *kind, const char *name, const char *path,
                   const char *json)
{
	korch_object *object = fixture_get(at, kind, name);
	json_object *tree = NULL;
	char copy[256];
	char *rest = NULL;
	ck_assert_int_eq(korch__object_encode(&tree, object), 0);
	snprintf(copy, sizeof(copy), "%s", path);
	json_object *value = tree;
	for (char *part = strtok_r(copy, ".", &rest); part && value; part = strtok_r(NULL, ".", &rest))
		value = json_object_is_type(value, json_type_array)
		            ? json_object_array_get_idx(value, (size_t)atoi(part))
		            : json_object_object_get(value, part);
	const char *text = value ? json_object_to_json_string_ext(
	                               value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
	                         : NULL;
	if (json)
		ck_assert_pstr_eq(text, json);
	else
		ck_assert_msg(!text, "%s is %s", path, text);
	json_object_put(tree);
	korch_object_unref(object);
}

const char *fixture_web(int replicas, const char *image)
{
	static char text[1024];
	snprintf(text, sizeof(text),
	         "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {app: web}}, "
	         "spec: {replicas: %d,"
	         " selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, "
	         "spec: {containers: [{name: web,"
	         " image: '%s'}]}}}}",
	         replicas, image);
	return text;
}

korch_key fixture_key(const korch_kind *kind, const char *name)
{
	return (korch_key){.kind = kind, .namespace_ = "default", .name = name};
}
