/* Waiting pods: woken exactly when there is a node for them, and in which order. */
#include "cluster.h"
#include "unit.h"
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <string.h>

static korch_scheduler *s;

static void setup(void)
{
	s = new_packer();
	feed_node(s, make_node("n1", "cpu=2 memory=2Gi"));
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

static void wait_for_node(korch_pod *pod)
{
	ck_assert_int_eq(korch_scheduler_wait(s, pod, NULL), 0);
	korch_object_unref(&pod->object);
}

/* The name of the pod that is woken, or "". */
static const char *woken(void)
{
	static char name[40];
	const korch_pod *pod = NULL;
	int found = korch_scheduler_woken(&pod, s);
	ck_assert_int_ge(found, 0);
	snprintf(name, sizeof(name), "%s", found ? korch_object_name(&pod->object) : "");
	if (found)
		korch_object_unref(&pod->object);
	return name;
}

static korch_pod *important(korch_pod *pod, int32_t priority)
{
	pod->spec->priority = priority;
	return pod;
}

START_TEST(test_nothing_to_wake)
{
	ck_assert_str_eq(woken(), "");
	ck_assert_uint_eq(korch_scheduler_waiting(NULL), 0);
	place(s, make_pod("full", "cpu=2 memory=1Gi"));
	wait_for_node(make_pod("a", "cpu=1"));
	ck_assert_uint_eq(korch_scheduler_waiting(s), 1);
	ck_assert_str_eq(woken(), "");
	place(s, make_pod("more", "memory=1Gi")); /* a change that does not help */
	ck_assert_str_eq(woken(), "");
	korch_scheduler_pod_forget(s, "uid-more");
	ck_assert_str_eq(woken(), "");
	korch_scheduler_pod_forget(s, "uid-full");
	ck_assert_str_eq(woken(), "a");
	ck_assert_uint_eq(korch_scheduler_waiting(s), 0);
	ck_assert_str_eq(woken(), "");
}
END_TEST

START_TEST(test_order)
{
	place(s, make_pod("full", "cpu=2"));
	wait_for_node(make_pod("first", "cpu=1"));
	wait_for_node(make_pod("second", "cpu=500m"));
	wait_for_node(important(make_pod("urgent", "cpu=100m"), 5));
	wait_for_node(make_pod("third", "cpu=1"));
	wait_for_node(important(make_pod("rush", "cpu=1"), 9));
	korch_scheduler_pod_forget(s, "uid-full");
	static const char *const expected[] = {"rush", "urgent", "second"};
	for (int i = 0; i < 3; i++) {
		const char *name = woken();
		if (i == 2) /* "first" would not fit any more */
			ck_assert_str_eq(name, "second");
		ck_assert_str_eq(name, expected[i]);
		place(s, make_pod(name, i == 0 ? "cpu=1" : i == 1 ? "cpu=100m" : "cpu=500m"));
	}
	ck_assert_str_eq(woken(), "");
	korch_scheduler_pod_forget(s, "uid-rush");
	ck_assert_str_eq(woken(), "first");
	ck_assert_uint_eq(korch_scheduler_waiting(s), 1);
}
END_TEST

/* Of pods that are alike one is woken; the next one when something has come of it. */
START_TEST(test_one_at_a_time)
{
	place(s, make_pod("full", "cpu=2"));
	for (int i = 0; i < 4; i++) {
		char name[8];
		snprintf(name, sizeof(name), "p%d", i);
		wait_for_node(make_pod(name, "cpu=1"));
	}
	korch_scheduler_pod_forget(s, "uid-full");
	ck_assert_str_eq(woken(), "p0");
	ck_assert_str_eq(woken(), "");
	place(s, make_pod("p0", "cpu=1"));
	ck_assert_str_eq(woken(), "p1");
	wait_for_node(make_pod("p1", "cpu=1")); /* it could not be bound: it waits behind the others */
	ck_assert_str_eq(woken(), "p2");
	korch_scheduler_pod_forget(s, "uid-p2");
	ck_assert_str_eq(woken(), "p3");
	place(s, make_pod("p3", "cpu=1"));
	ck_assert_str_eq(woken(), "");
	ck_assert_uint_eq(korch_scheduler_waiting(s), 1);
}
END_TEST

/* Several nodes become free at once, and all of them are used. */
START_TEST(test_all_that_there_is_room_for)
{
	for (int i = 0; i < 20; i++) {
		char name[8];
		snprintf(name, sizeof(name), "p%02d", i);
		wait_for_node(make_pod(name, "cpu=2"));
	}
	for (int i = 2; i <= 10; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%d", i);
		feed_node(s, make_node(name, "cpu=2 memory=2Gi"));
	}
	int n = 0;
	for (const char *name; (name = woken())[0]; n++)
		ck_assert_ptr_null(strchr(place(s, make_pod(name, "cpu=2")), ' '));
	ck_assert_int_eq(n, 10);
	ck_assert_uint_eq(korch_scheduler_waiting(s), 10);
}
END_TEST

START_TEST(test_who_waits_no_more)
{
	wait_for_node(make_pod("placed", "cpu=3"));
	wait_for_node(make_pod("removed", "cpu=3"));
	wait_for_node(make_pod("replaced", "cpu=3"));
	wait_for_node(read_pod("gated", "{'schedulingGates': [{'name': 'g'}], 'containers': [{}]}"));
	wait_for_node(make_pod("replaced", "cpu=4")); /* asks for more now */
	ck_assert_uint_eq(korch_scheduler_waiting(s), 4);
	korch_pod *pod = make_pod("placed", "cpu=3");
	ck_assert_int_eq(korch_scheduler_pod_set(s, pod, "n1", NULL), 0);
	korch_object_unref(&pod->object);
	korch_scheduler_pod_forget(s, "uid-removed");
	ck_assert_uint_eq(korch_scheduler_waiting(s), 2);
	feed_node(s, make_node("n2", "cpu=3 memory=2Gi"));
	ck_assert_str_eq(woken(), "");
	feed_node(s, make_node("n3", "cpu=4 memory=2Gi"));
	ck_assert_str_eq(woken(), "replaced");
	ck_assert_str_eq(woken(), "");
	ck_assert_uint_eq(korch_scheduler_waiting(s), 1);
}
END_TEST

static korch_pod *alone(const char *name)
{
	korch_pod *pod = make_pod(name, "cpu=100m");
	label(&pod->object, "app=web");
	add_affinity(pod, 1, "zone", "app=web");
	return pod;
}

START_TEST(test_topology)
{
	place(s, alone("a"));
	wait_for_node(alone("b"));
	wait_for_node(alone("c"));
	korch_pod *near = make_pod("near", "cpu=100m");
	add_affinity(near, 0, "zone", "app=db");
	wait_for_node(near);
	ck_assert_str_eq(woken(), "");
	korch_pod *db = make_pod("db", "cpu=100m");
	label(&db->object, "app=db");
	ck_assert_str_eq(place(s, db), "n1");
	ck_assert_str_eq(woken(), "near");
	korch_scheduler_pod_forget(s, "uid-a");
	ck_assert_str_eq(woken(), "b");
	place(s, alone("b"));
	ck_assert_str_eq(woken(), "");
	korch_node *n2 = make_node("n2", "cpu=1 memory=1Gi");
	label(&n2->object, "zone=b");
	feed_node(s, n2);
	ck_assert_str_eq(woken(), "c");
}
END_TEST

/* Pods that others begin to keep away find another class, and stay in their order. */
START_TEST(test_order_of_new_classes)
{
	char name[8];
	place(s, make_pod("full", "cpu=2"));
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		korch_pod *pod = make_pod(name, "cpu=100m");
		label(&pod->object, i % 2 ? "app=web" : "app=db");
		wait_for_node(pod);
	}
	ck_assert_str_eq(woken(), "");
	korch_pod *away = make_pod("away", NULL);
	add_affinity(away, 1, "kubernetes.io/hostname", "app=web");
	ck_assert_str_eq(place(s, away), "n1");
	feed_node(s, make_node("n2", "cpu=2 memory=2Gi"));
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		ck_assert_str_eq(woken(), name);
		korch_pod *pod = make_pod(name, "cpu=100m");
		label(&pod->object, i % 2 ? "app=web" : "app=db");
		ck_assert_str_eq(place(s, pod), "n2");
	}
}
END_TEST

/* Where room is kept for a pod, only that pod is woken, although the room is kept from its class.
 */
START_TEST(test_nominated)
{
	place(s, make_pod("victim", "cpu=2"));
	wait_for_node(important(make_pod("other", "cpu=2"), 5));
	wait_for_node(important(make_pod("own", "cpu=2"), 5));
	korch_pod *pod = important(make_pod("own", "cpu=2"), 5);
	ck_assert_int_eq(korch_scheduler_nominate(s, pod, "n1", NULL), 0);
	korch_object_unref(&pod->object);
	ck_assert_str_eq(woken(), "");
	korch_scheduler_pod_forget(s, "uid-victim");
	ck_assert_str_eq(woken(), "own");
	ck_assert_str_eq(woken(), "");
	wait_for_node(important(make_pod("own", "cpu=2"), 5));
	ck_assert_str_eq(woken(), "own");
	ck_assert_str_eq(place(s, important(make_pod("own", "cpu=2"), 5)), "n1");
	ck_assert_str_eq(woken(), "");
	korch_scheduler_pod_forget(s, "uid-own");
	ck_assert_str_eq(woken(), "other");
}
END_TEST

/* What was woken in a trial waits as before when that is undone. */
START_TEST(test_trials)
{
	wait_for_node(make_pod("a", "cpu=1"));
	wait_for_node(make_pod("b", "cpu=1"));
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(korch_scheduler_begin(s), 0);
		ck_assert_str_eq(woken(), "a");
		ck_assert_str_eq(woken(), "");
		place(s, make_pod("a", "cpu=1"));
		ck_assert_int_eq(korch_scheduler_begin(s), 0);
		ck_assert_str_eq(woken(), "b");
		korch_scheduler_rollback(s);
		ck_assert_str_eq(woken(), "b");
		ck_assert_uint_eq(korch_scheduler_waiting(s), 0);
		korch_scheduler_rollback(s);
		ck_assert_uint_eq(korch_scheduler_waiting(s), 2);
	}
	ck_assert_str_eq(woken(), "a");
}
END_TEST

START_TEST(test_refused)
{
	korch_pod *bad = make_pod("bad", "cpu=-1");
	korch_error *err = NULL;
	ck_assert_int_eq(korch_scheduler_wait(s, bad, &err), KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_path(err), "resources.requests.cpu");
	korch_error_free(err);
	ck_assert_int_eq(korch_scheduler_wait(s, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_wait(NULL, bad, NULL), KORCH_E_INVALID);
	ck_assert_uint_eq(korch_scheduler_waiting(s), 0);
	korch_object_unref(&bad->object);
}
END_TEST

KORCH_SUITE(waiting)
{
	Suite *suite = suite_create("waiting");
	const TTest *const tests[] = {test_nothing_to_wake,
	                              test_order,
	                              test_one_at_a_time,
	                              test_all_that_there_is_room_for,
	                              test_who_waits_no_more,
	                              test_topology,
	                              test_order_of_new_classes,
	                              test_nominated,
	                              test_trials,
	                              test_refused};
	TCase *one = tcase_create("waking");
	tcase_add_checked_fixture(one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	suite_add_tcase(suite, one);
	return suite;
}
