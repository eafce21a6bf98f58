/* Gangs: all or none, and nothing is left behind of none. */
#include "base/alloc.h"
#include "base/random.h"
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <korch/scheduler/batch.h>
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_scheduler *s;

static void setup(void)
{
	ck_assert_int_eq(korch_scheduler_new(&s, NULL, NULL), 0);
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

enum { MOST = 40 };

static korch_pod *pods[MOST];
static size_t n_pods;

static void gang_of(size_t n, const char *requests)
{
	for (size_t i = 0; i < n; i++) {
		char name[24];
		snprintf(name, sizeof(name), "g%zu", n_pods);
		pods[n_pods++] = make_pod(name, requests);
	}
}

static void disband(void)
{
	while (n_pods > 0)
		korch_object_unref(&pods[--n_pods]->object);
}

/* "n1 n2 -": where the gang went, or why it did not. */
static const char *gang(size_t least)
{
	static char text[1000];
	korch_binding bindings[MOST];
	const char *message = NULL;
	char *before = dump_state(s);
	int placed = korch_scheduler_gang(bindings, &message, s, (const korch_pod *const *)pods, n_pods,
	                                  least, NULL);
	ck_assert_int_ge(placed, 0);
	text[0] = '\0';
	for (size_t i = 0; placed && i < n_pods; i++) {
		const char *node = korch_scheduler_pod_node(s, pods[i]);
		ck_assert_uint_eq(bindings[i].pod, i);
		ck_assert_ptr_eq(bindings[i].node, node);
		sprintf(text + strlen(text), "%s%s", i ? " " : "", node ? node : "-");
	}
	if (!placed) {
		char *after = dump_state(s);
		ck_assert_str_eq(before, after);
		free(after);
		snprintf(text, sizeof(text), "%s", message);
	}
	free(before);
	check_not_overcommitted(s);
	return text;
}

START_TEST(test_all_or_none)
{
	feed_node(s, make_node("n1", "cpu=4 memory=8Gi"));
	feed_node(s, make_node("n2", "cpu=2 memory=1Gi"));
	gang_of(3, "cpu=2");
	ck_assert_str_eq(gang(0), "n1 n1 n2");
	gang_of(1, "cpu=1");
	ck_assert_str_eq(gang(0), "pod shop/g3 (4 of 4): 0/2 nodes are available: 2 Insufficient cpu.");
	disband();
	gang_of(0, NULL);
	ck_assert_str_eq(gang(0), "");
}
END_TEST

START_TEST(test_least)
{
	feed_node(s, make_node("n1", "cpu=4"));
	gang_of(2, "cpu=3");
	gang_of(1, "cpu=1");
	ck_assert_str_eq(gang(3), "pod shop/g1 (2 of 3): 0/1 nodes are available: 1 Insufficient cpu.");
	ck_assert_str_eq(gang(2), "n1 - n1");
	/* those that are there stay and count */
	ck_assert_str_eq(gang(2), "n1 - n1");
	gang_of(1, "cpu=1");
	ck_assert_str_eq(gang(3), "too few of 4 pods find a node, 3 must: pod shop/g1: 0/1 nodes are "
	                          "available: 1 Insufficient cpu.");
	feed_node(s, make_node("n2", "cpu=4"));
	ck_assert_str_eq(gang(3), "n1 n2 n1 n2");
	disband();
}
END_TEST

START_TEST(test_bad_gangs)
{
	static const char *const none[] = {
	    "pods[2]: pod shop/g1 is given twice",
	    "pods[1]: a pod without a name or a spec",
	    "pods[1].resources.requests.cpu: must be 0 or more: \"-1\"",
	    "3 pods must be placed: there are 2",
	};
	korch_binding bindings[MOST];
	feed_node(s, make_node("n1", "cpu=4"));
	gang_of(2, "cpu=1");
	korch_pod *negative = make_pod("bad", "cpu=-1");
	const korch_pod *lists[][3] = {
	    {pods[0], pods[1], pods[1]}, {pods[0], NULL}, {pods[0], negative}, {pods[0], pods[1]}};
	const size_t sizes[] = {3, 2, 2, 2}, leasts[] = {0, 0, 0, 3};
	char *before = dump_state(s);
	for (size_t i = 0; i < 4; i++) {
		korch_error *err = NULL;
		ck_assert_int_eq(
		    korch_scheduler_gang(bindings, NULL, s, lists[i], sizes[i], leasts[i], &err),
		    KORCH_E_INVALID);
		char *text = korch_error_format(err), *after = dump_state(s);
		ck_assert_str_eq(text, none[i]);
		ck_assert_str_eq(before, after);
		korch_error_free(err);
		free(text);
		free(after);
	}
	free(before);
	korch_object_unref(&negative->object);
	disband();
}
END_TEST

/* Inside a trial of the caller's, a gang that was placed goes when that is rolled back. */
START_TEST(test_inside_a_trial)
{
	feed_node(s, make_node("n1", "cpu=4"));
	gang_of(2, "cpu=1");
	char *before = dump_state(s);
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
	ck_assert_str_eq(gang(0), "n1 n1");
	korch_scheduler_rollback(s);
	char *after = dump_state(s);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	disband();
}
END_TEST

/* Gangs of all sorts on small clusters: all or none, and every number as before after none. */
START_TEST(test_many_gangs)
{
	for (uint64_t seed = 0; seed < 300; seed++) {
		korch_random random;
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		for (int i = 0; i < 5; i++) {
			char name[8], allocatable[64];
			snprintf(name, sizeof(name), "n%d", i);
			snprintf(allocatable, sizeof(allocatable), "cpu=%d nvidia.com/gpu=%d pods=4",
			         (int)korch__random_below(&random, 6), (int)korch__random_below(&random, 3));
			feed_node(s, make_node(name, allocatable));
		}
		for (int round = 0; round < 4; round++) {
			size_t n = 1 + (size_t)korch__random_below(&random, 6);
			for (size_t i = 0; i < n; i++) {
				char name[24];
				snprintf(name, sizeof(name), "r%d-%zu", round, i);
				pods[n_pods] = make_pod(name, korch__random_below(&random, 3) ? "cpu=1"
				                                                              : "cpu=500m "
				                                                                "korch.dev/gpu-"
				                                                                "milli=400");
				label(&pods[n_pods]->object, "app=web");
				if (korch__random_below(&random, 3) == 0)
					add_affinity(pods[n_pods], 1, "kubernetes.io/hostname", "app=web");
				if (korch__random_below(&random, 3) == 0)
					add_spread(pods[n_pods], "kubernetes.io/hostname", 1, "app=web");
				n_pods++;
			}
			gang(korch__random_below(&random, 2) ? 0 : (n + 1) / 2);
			disband();
		}
	}
}
END_TEST

/* Memory that ends anywhere leaves the state as it was. */
START_TEST(test_out_of_memory)
{
	korch_binding bindings[MOST];
	for (uint64_t at = 1;; at++) {
		korch_scheduler_reset(s);
		feed_node(s, make_node("n1", "cpu=2 memory=8Gi"));
		feed_node(s, make_node("n2", "cpu=2 memory=8Gi"));
		gang_of(3, "cpu=1");
		for (size_t i = 0; i < n_pods; i++) {
			label(&pods[i]->object, "app=web");
			add_spread(pods[i], "kubernetes.io/hostname", 1, "app=web");
		}
		korch__alloc_fail_at(at);
		int placed = korch_scheduler_gang(bindings, NULL, s, (const korch_pod *const *)pods, n_pods,
		                                  0, NULL);
		int failed = korch__alloc_count() >= at;
		korch__alloc_fail_at(0);
		ck_assert(placed == 1 || (failed && placed == KORCH_E_NOMEM));
		ck_assert_uint_eq(korch_scheduler_pods(s), placed == 1 ? 3 : 0);
		check_not_overcommitted(s);
		if (placed != 1)
			ck_assert_str_eq(gang(0), "n1 n2 n1");
		disband();
		if (!failed)
			return;
	}
}
END_TEST

KORCH_SUITE(gang)
{
	Suite *suite = suite_create("scheduler: gangs");
	const TTest *const tests[] = {test_all_or_none,    test_least,      test_bad_gangs,
	                              test_inside_a_trial, test_many_gangs, test_out_of_memory};
	TCase *with_one = tcase_create("gangs");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
