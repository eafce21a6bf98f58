/* Why preemption finds nothing, in kube-scheduler's words. */
#include "base/alloc.h"
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <korch/scheduler/preempt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_scheduler *s;
static int keeps; /* the last answer: the nomination stays */

static void setup(void)
{
	ck_assert_int_eq(korch_scheduler_new(&s, NULL, NULL), 0);
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

static korch_pod *with_priority(korch_pod *pod, int32_t priority)
{
	pod->spec->priority = priority;
	return pod;
}

static void put(korch_pod *pod, const char *node)
{
	ck_assert_int_eq(korch_scheduler_pod_set(s, pod, node, NULL), 0);
	korch_object_unref(&pod->object);
}

/* Asks, changes nothing, and lets go of the pod. */
static const char *why(korch_pod *pod)
{
	static char text[2000];
	const char *out = NULL;
	char *before = dump_state(s);
	keeps = korch_scheduler_preempt_why(&out, s, pod, NULL);
	ck_assert_int_ge(keeps, 0);
	snprintf(text, sizeof(text), "%s", out);
	char *after = dump_state(s);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	korch_object_unref(&pod->object);
	return text;
}

static korch_pod *high(const char *requests)
{
	return with_priority(make_pod("high", requests), 100);
}

START_TEST(test_nobody_to_go)
{
	feed_node(s, make_node("n1", "cpu=4 pods=9"));
	feed_node(s, make_node("n2", "cpu=4 pods=9"));
	put(with_priority(make_pod("equal", "cpu=3"), 100), "n1");
	put(with_priority(make_pod("more", "cpu=3"), 101), "n2");
	ck_assert_str_eq(why(high("cpu=2")), "preemption: 0/2 nodes are available: 2 No preemption "
	                                     "victims found for incoming pod.");
	ck_assert_int_eq(keeps, 0);
}
END_TEST

START_TEST(test_not_helpful)
{
	feed_node(s, make_node("n1", "cpu=4 pods=9"));
	korch_node *tainted = make_node("n2", "cpu=4 pods=9");
	add_taint(tainted, "gpu", "true", "NoSchedule");
	feed_node(s, tainted);
	feed_node(s, make_node("n3", "cpu=1 pods=9"));
	put(with_priority(make_pod("low", "cpu=3"), 1), "n2");
	put(with_priority(make_pod("low3", "cpu=1"), 1), "n3");
	put(with_priority(make_pod("equal", "cpu=3"), 100), "n1");
	/* n3 has less than is asked for, whoever goes. */
	ck_assert_str_eq(why(high("cpu=2")),
	                 "preemption: 0/3 nodes are available: 1 No preemption victims found for "
	                 "incoming pod, 2 Preemption is not helpful for scheduling.");
	ck_assert_int_eq(keeps, 0);
}
END_TEST

/* Those that could go are not enough: what the node would say then. */
START_TEST(test_not_enough)
{
	feed_node(s, make_node("n1", "cpu=4 memory=8 pods=9"));
	feed_node(s, make_node("n2", "cpu=4 memory=8 pods=9"));
	put(with_priority(make_pod("equal", "cpu=3 memory=7"), 100), "n1");
	put(with_priority(make_pod("low", "cpu=1"), 1), "n1");
	put(with_priority(make_pod("equal2", "cpu=3"), 100), "n2");
	put(with_priority(make_pod("low2", "memory=8"), 1), "n2");
	ck_assert_str_eq(why(high("cpu=2 memory=2")),
	                 "preemption: 0/2 nodes are available: 1 Insufficient memory, 2 Insufficient "
	                 "cpu.");
	/* Kept until something changes. */
	const char *a = NULL, *b = NULL;
	korch_pod *pod = high("cpu=2 memory=2");
	ck_assert_int_eq(korch_scheduler_preempt_why(&a, s, pod, NULL), 0);
	ck_assert_int_eq(korch_scheduler_preempt_why(&b, s, pod, NULL), 0);
	ck_assert_ptr_eq(a, b);
	korch_object_unref(&pod->object);
	put(with_priority(make_pod("more", "memory=1"), 100), "n2");
	ck_assert_str_eq(why(high("cpu=2 memory=8")),
	                 "preemption: 0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient "
	                 "memory.");
}
END_TEST

START_TEST(test_not_eligible)
{
	feed_node(s, make_node("n1", "cpu=4 pods=9"));
	korch_pod *low = with_priority(make_pod("low", "cpu=3"), 1);
	put((korch_pod *)korch_object_ref(&low->object), "n1");
	korch_pod *never = high("cpu=2");
	korch_string_set(&never->spec->preemption_policy, "Never");
	ck_assert_str_eq(why(never), "preemption: not eligible due to preemptionPolicy=Never.");
	ck_assert_int_eq(keeps, 1);
	/* One that was driven out is on its way. */
	korch_object_edit_meta(&low->object)->deletion_timestamp = 1;
	korch_pod_status *status = korch_struct_edit(&low->status, &korch_pod_status_type);
	korch_pod_condition *conditions =
	    korch_list_edit(&status->conditions, &status->n_conditions, &korch_pod_condition_type, 1);
	korch_string_set(&conditions[0].type, "DisruptionTarget");
	korch_string_set(&conditions[0].status, "True");
	korch_string_set(&conditions[0].reason, "PreemptionByScheduler");
	put(low, "n1");
	korch_pod *waiting = high("cpu=2");
	ck_assert_int_eq(korch_scheduler_nominate(s, waiting, "n1", NULL), 0);
	ck_assert_str_eq(why(waiting),
	                 "preemption: not eligible due to a terminating pod on the nominated node.");
	ck_assert_int_eq(keeps, 1);
}
END_TEST

START_TEST(test_without)
{
	korch_scheduler_profile profile = *korch_scheduler_profile_builtin("default-scheduler");
	profile.no_preemption = 1;
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
	ck_assert_str_eq(why(high("cpu=2")), ""); /* no nodes */
	korch_scheduler_free(s);
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	feed_node(s, make_node("n1", "cpu=1 pods=9"));
	ck_assert_str_eq(why(high("cpu=2")), "");
	ck_assert_int_eq(keeps, 0);
}
END_TEST

START_TEST(test_out_of_memory)
{
	feed_node(s, make_node("n1", "cpu=4 pods=9"));
	put(with_priority(make_pod("equal", "cpu=3"), 100), "n1");
	put(with_priority(make_pod("low", "cpu=1"), 1), "n1");
	korch_pod *pod = high("cpu=2");
	const char *out = NULL;
	int code = KORCH_E_NOMEM;
	for (uint64_t n = 1; code == KORCH_E_NOMEM && n < 200; n++) {
		korch__alloc_fail_at(n);
		code = korch_scheduler_preempt_why(&out, s, pod, NULL);
		korch__alloc_fail_at(0);
	}
	ck_assert_int_eq(code, 0);
	ck_assert_str_eq(out, "preemption: 0/1 nodes are available: 1 Insufficient cpu.");
	ck_assert_int_eq(korch_scheduler_preempt_why(NULL, s, pod, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_preempt_why(&out, NULL, pod, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_preempt_why(&out, s, NULL, NULL), KORCH_E_INVALID);
	korch_object_unref(&pod->object);
}
END_TEST

KORCH_SUITE(preempt_why)
{
	Suite *suite = suite_create("scheduler: why preemption does not help");
	const TTest *const tests[] = {test_nobody_to_go, test_not_helpful, test_not_enough,
	                              test_not_eligible, test_without,     test_out_of_memory};
	TCase *with_one = tcase_create("why");
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
