/* Every allocation fails once: opening, applying, waiting and closing survive it. */
#include "base/alloc.h"
#include "fixture.h"
#include "support/store.h"

/* One small life of a cluster; the n-th allocation fails, 0: none. Returns how many there were. */
static uint64_t live(uint64_t n)
{
	korch_loop *loop = NULL;
	korch_store *store = NULL;
	korch_runtime *runtime = NULL;
	korch_cluster *cluster = NULL;
	const korch_node_capacity capacity = {.cpu_milli = 1000, .memory_bytes = 1 << 30, .pods = 10};
	const korch_cluster_node node = {
	    .name = "node", .capacity = capacity, .taints = "a=b:PreferNoSchedule"};
	ck_assert_int_eq(korch_loop_new_virtual(&loop, START_US, NULL), 0);
	ck_assert_int_eq(test_store_open_local(&store, loop, 0), 0);
	ck_assert_int_eq(korch_runtime_sim_new(&runtime, loop, NULL, NULL), 0);
	ck_assert_int_eq(korch_sim_node_add(runtime, "node", &capacity), 0);
	const korch_cluster_options options = {.size = sizeof(options),
	                                       .loop = loop,
	                                       .store = store,
	                                       .runtime = runtime,
	                                       .nodes = &node,
	                                       .n_nodes = 1,
	                                       .seed = 1};
	korch__alloc_fail_at(n);
	int code = korch_cluster_open(&cluster, &options, NULL);
	if (code == 0) {
		const korch_key key = fixture_key(&korch_deployment_kind, "web");
		code = korch_cluster_apply_text(cluster, fixture_web(1, "a"), "t", NULL);
		/* Whatever failed is done again. */
		if (code == 0)
			ck_assert_int_eq(korch_cluster_wait(cluster, &key, "available", 600 * SECOND, NULL), 0);
		if (code == 0)
			code = korch_cluster_scale(cluster, &key, 0, NULL);
	}
	uint64_t used = korch__alloc_count();
	korch__alloc_fail_at(0);
	if (!cluster)
		korch_runtime_free(runtime);
	korch_cluster_close(cluster);
	korch_store_free(store);
	korch_loop_free(loop);
	return used;
}

enum { PARTS = 8 };

START_TEST(test_each)
{
	uint64_t n = live(0);
	for (uint64_t i = 1 + (uint64_t)_i; i <= n; i += PARTS)
		live(i);
}
END_TEST

KORCH_SUITE(memory)
{
	Suite *suite = suite_create("memory");
	TCase *each = tcase_create("memory");
	tcase_set_timeout(each, 120);
	tcase_add_loop_test(each, test_each, 0, PARTS);
	suite_add_tcase(suite, each);
	return suite;
}
