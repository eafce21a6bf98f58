/* Clusters that act by an elector, on one memory store in virtual time. */
#include "unit.h"
#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/sim.h>
#include <string.h>

static const korch_usec SECOND = KORCH_USEC_PER_SEC;
static const char MANIFEST[] = "{apiVersion: v1, kind: ConfigMap, metadata: {name: shop}}";

static korch_loop *loop;
static korch_store *store;

static korch_elector *candidate(const char *identity)
{
	korch_elector *elector = NULL;
	const korch_elector_options options = {
	    .size = sizeof(options), .loop = loop, .store = store, .identity = identity, .seed = 3};
	ck_assert_int_eq(korch_elector_new(&elector, &options, NULL), 0);
	korch_loop_step(loop, korch_loop_now(loop));
	return elector;
}

/* A cluster of one simulated node. The code, and the error's message. */
static int open_cluster(korch_cluster **out, korch_elector *elector, korch_error **err)
{
	const korch_node_capacity capacity = {.cpu_milli = 4000, .memory_bytes = 1 << 30, .pods = 20};
	const korch_sim_options sim = {.size = sizeof(sim), .seed = 7};
	korch_runtime *runtime = NULL;
	ck_assert_int_eq(korch_runtime_sim_new(&runtime, loop, &sim, NULL), 0);
	ck_assert_int_eq(korch_sim_node_add(runtime, "node-0", &capacity), 0);
	const korch_cluster_node node = {.name = "node-0", .capacity = capacity};
	const korch_cluster_options options = {.size = sizeof(options),
	                                       .loop = loop,
	                                       .store = store,
	                                       .runtime = runtime,
	                                       .nodes = &node,
	                                       .n_nodes = 1,
	                                       .seed = 42,
	                                       .elector = elector};
	int code = korch_cluster_open(out, &options, err);
	if (code < 0)
		korch_runtime_free(runtime);
	return code;
}

static void expect_refusal(int code, korch_error *error, const char *message)
{
	ck_assert_int_eq(code, KORCH_E_BUSY);
	ck_assert_ptr_nonnull(strstr(korch_error_message(error), message));
	korch_error_free(error);
}

START_TEST(leader_alone)
{
	korch_error *error = NULL;
	korch_cluster *first = NULL, *second = NULL;
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 1000 * SECOND, NULL), 0);
	ck_assert_int_eq(korch_store_memory_new(&store, loop, 0, NULL), 0);
	korch_elector *a = candidate("a"), *b = candidate("b");
	ck_assert_int_eq(open_cluster(&first, a, NULL), 0);
	ck_assert_int_eq(korch_cluster_apply_text(first, MANIFEST, "shop.yaml", NULL), 0);
	int code = open_cluster(&second, b, &error);
	expect_refusal(code, error, "this process does not lead: \"a\" does");
	error = NULL;
	ck_assert_int_eq(korch_elector_resign(a, NULL, NULL), 0);
	korch_loop_step(loop, korch_loop_now(loop) + SECOND);
	code = korch_cluster_apply_text(first, "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}",
	                                "b.yaml", &error);
	expect_refusal(code, error, "this process does not lead: \"b\" does");
	ck_assert_int_eq(open_cluster(&second, b, NULL), 0);
	korch_object *object = NULL;
	ck_assert_int_eq(korch_cluster_get(&object, second, "ConfigMap", "default", "shop", NULL), 0);
	korch_object_unref(object);
	korch_cluster_close(first);
	korch_cluster_close(second);
	korch_elector_free(a);
	korch_elector_free(b);
	korch_store_free(store);
	korch_loop_free(loop);
}
END_TEST

KORCH_SUITE(cluster_elector)
{
	Suite *suite = suite_create("cluster elector");
	KORCH_CASE(suite, "elector", leader_alone);
	return suite;
}
