/* Headroom: as many as would be placed one after the other. */
#include "base/alloc.h"
#include "cluster.h"
#include "dump.h"
#include "plans.h"
#include "unit.h"
#include <korch/scheduler/preempt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static world w;

static void teardown(void)
{
	world_free(&w);
	w = (world){0};
}

static int64_t headroom(korch_pod *pod)
{
	char *before = dump_whole(w.s);
	int64_t n = korch_scheduler_headroom(w.s, pod, 0, NULL);
	check_same(before, dump_whole(w.s));
	korch_object_unref(&pod->object);
	return n;
}

START_TEST(test_numbers)
{
	world_add_node(&w, make_node("n1", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n2", "cpu=2 memory=1Gi pods=3"));
	ck_assert_int_eq(headroom(make_pod("p", "cpu=1")), 6);
	ck_assert_int_eq(headroom(make_pod("p", "cpu=1 memory=600Mi")), 5);
	ck_assert_int_eq(headroom(make_pod("p", "cpu=500m memory=3Gi")), 2);
	ck_assert_int_eq(headroom(make_pod("p", NULL)), 113);
	ck_assert_int_eq(headroom(make_pod("p", "cpu=5")), 0);
	world_add_pod(&w, make_pod("there", "cpu=3500m"), "n1");
	ck_assert_int_eq(headroom(make_pod("p", "cpu=500m")), 4);
	korch_pod *spread = make_pod("p", "cpu=100m");
	label(&spread->object, "app=web");
	add_spread(spread, "kubernetes.io/hostname", 1, "app=web");
	/* n2 takes three pods, so n1 takes four */
	ck_assert_int_eq(headroom(spread), 7);
	korch_pod *apart = make_pod("p", "cpu=100m");
	label(&apart->object, "app=web");
	add_affinity(apart, 1, "kubernetes.io/hostname", "app=web");
	ck_assert_int_eq(headroom(apart), 2);
	korch_pod *one = make_pod("p", "cpu=100m");
	set_map(&korch_object_edit_meta(&one->object)->annotations, "korch.dev/max-per-node=2");
	korch_object_ref(&one->object);
	ck_assert_int_eq(headroom(one), 8); /* in no group with others */
	label(&one->object, "scheduling.x-k8s.io/pod-group=g");
	ck_assert_int_eq(headroom(one), 4);
	korch_pod *named = make_pod("p", "cpu=100m");
	korch_string_set(&named->spec->node_name, "n1");
	ck_assert_int_eq(headroom(named), 5);
}
END_TEST

START_TEST(test_devices)
{
	world_add_node(&w, make_node("n1", "cpu=80 nvidia.com/gpu=3"));
	world_add_pod(&w, make_pod("a", "korch.dev/gpu-milli=300"), "n1");
	ck_assert_int_eq(headroom(make_pod("p", "korch.dev/gpu-milli=300")), 8);
	ck_assert_int_eq(headroom(make_pod("p", "korch.dev/gpu-milli=400")), 5);
	ck_assert_int_eq(headroom(make_pod("p", "nvidia.com/gpu=1")), 2);
	ck_assert_int_eq(headroom(make_pod("p", "nvidia.com/gpu=2")), 1);
}
END_TEST

START_TEST(test_most)
{
	korch_pod *pod = make_pod("p", NULL);
	world_add_node(&w, make_node("n1", "pods=1000"));
	ck_assert_int_eq(korch_scheduler_headroom(w.s, pod, 7, NULL), 7);
	ck_assert_int_eq(korch_scheduler_headroom(w.s, pod, SIZE_MAX, NULL), 1000);
	label(&pod->object, "app=web");
	add_spread(pod, "kubernetes.io/hostname", 1, "app=web");
	ck_assert_int_eq(korch_scheduler_headroom(w.s, pod, 7, NULL), 7);
	korch_object_unref(&pod->object);
}
END_TEST

START_TEST(test_bad_input)
{
	korch_error *err = NULL;
	korch_pod *pod = make_pod("p", "cpu=-1");
	world_add_node(&w, make_node("n1", "cpu=4"));
	ck_assert_int_eq(korch_scheduler_headroom(w.s, pod, 0, &err), KORCH_E_INVALID);
	char *line = korch_error_format(err);
	ck_assert_str_eq(line, "resources.requests.cpu: must be 0 or more: \"-1\"");
	free(line);
	korch_error_free(err);
	ck_assert_int_eq(korch_scheduler_headroom(NULL, pod, 0, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_headroom(w.s, NULL, 0, NULL), KORCH_E_INVALID);
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(korch_scheduler_begin(w.s), 0);
	korch_pod *fine = make_pod("p", "cpu=1");
	ck_assert_int_eq(korch_scheduler_headroom(w.s, fine, 0, NULL), KORCH_E_LIMIT);
	korch_object_unref(&pod->object);
	korch_object_unref(&fine->object);
}
END_TEST

/* One after the other, until one finds no node. */
static int64_t count_one_by_one(const korch_pod *pod)
{
	korch_decision decision;
	int64_t n = 0;
	ck_assert_int_eq(korch_scheduler_begin(w.s), 0);
	for (int found = 1; found; n += found) {
		char name[32];
		korch_object *one = korch_object_edit(&((korch_pod *)(uintptr_t)pod)->object);
		snprintf(name, sizeof(name), "another-%d", (int)n);
		korch_string_set(&korch_object_edit_meta(one)->name, name);
		korch_string_set(&korch_object_edit_meta(one)->uid, name);
		found = korch_scheduler_schedule(&decision, w.s, (korch_pod *)one, NULL);
		ck_assert_int_ge(found, 0);
		korch_object_unref(one);
	}
	korch_scheduler_rollback(w.s);
	return n;
}

static void nominate_some(korch_random *random)
{
	for (size_t i = 0; i < 3; i++) {
		korch_pod *pod = any_pod(random, 500 + i);
		size_t at = (size_t)korch__random_below(random, w.n_nodes);
		ck_assert_int_eq(
		    korch_scheduler_nominate(w.s, pod, korch_object_name(&w.nodes[at]->object), NULL), 0);
		korch_object_unref(&pod->object);
	}
}

START_TEST(test_as_one_by_one)
{
	for (uint64_t seed = 0; seed < 150; seed++) {
		korch_random random;
		korch__random_init(&random, seed);
		world_make(&w, &random, seed % 2 ? "best-fit" : NULL);
		if (seed % 3 == 0)
			nominate_some(&random);
		for (size_t i = 0; i < 5; i++) {
			korch_pod *pod = any_pod(&random, 1000 + i);
			int64_t expected = count_one_by_one(pod);
			korch_object_ref(&pod->object);
			ck_assert_int_eq(headroom(pod), expected);
			ck_assert_int_eq(korch_scheduler_headroom(w.s, pod, 3, NULL),
			                 expected < 3 ? expected : 3);
			korch_object_unref(&pod->object);
		}
		teardown();
	}
}
END_TEST

START_TEST(test_out_of_memory)
{
	korch_random random;
	korch__random_init(&random, 3);
	world_make(&w, &random, NULL);
	korch_pod *pod = make_pod("p", "cpu=500m");
	label(&pod->object, "app=web");
	add_spread(pod, "zone", 2, "app=web");
	int64_t expected = korch_scheduler_headroom(w.s, pod, 0, NULL);
	char *before = dump_whole(w.s);
	for (uint64_t at = 1, failed = 1; failed; at++) {
		korch__alloc_fail_at(at);
		int64_t n = korch_scheduler_headroom(w.s, pod, 0, NULL);
		failed = korch__alloc_count() >= at;
		korch__alloc_fail_at(0);
		ck_assert(n == expected || (failed && n == KORCH_E_NOMEM));
		check_same(strdup(before), dump_whole(w.s));
	}
	free(before);
	korch_object_unref(&pod->object);
}
END_TEST

KORCH_SUITE(headroom)
{
	Suite *suite = suite_create("scheduler: headroom");
	const TTest *const tests[] = {test_numbers,   test_devices,       test_most,
	                              test_bad_input, test_as_one_by_one, test_out_of_memory};
	TCase *with_one = tcase_create("headroom");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, NULL, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
