/* Waking for the sake of preemption: when somebody could be driven out who could not before, and
 * when a pod's own victims have left. */
#include "base/random.h"
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_scheduler *s;

static void setup(void)
{
	ck_assert_int_eq(korch_scheduler_new(&s, NULL, NULL), 0);
	feed_node(s, make_node("n1", "cpu=4"));
	feed_node(s, make_node("n2", "cpu=4"));
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

static korch_pod *pod_of(const char *name, int32_t priority, const char *requests)
{
	korch_pod *pod = make_pod(name, requests);
	pod->spec->priority = priority;
	return pod;
}

static void put(korch_pod *pod, const char *node)
{
	ck_assert_int_eq(korch_scheduler_pod_set(s, pod, node, NULL), 0);
	korch_object_unref(&pod->object);
}

static void go(const char *name)
{
	char uid[24];
	snprintf(uid, sizeof(uid), "uid-%s", name);
	korch_scheduler_pod_forget(s, uid);
}

static void wait_for(korch_pod *pod)
{
	ck_assert_int_eq(korch_scheduler_wait(s, pod, NULL), 0);
	korch_object_unref(&pod->object);
}

static void nominate(korch_pod *pod, const char *node)
{
	ck_assert_int_eq(korch_scheduler_nominate(s, pod, node, NULL), 0);
	korch_object_unref(&pod->object);
}

/* Whose turn it is; "" when it is nobody's. */
static const char *woken(void)
{
	static char name[32];
	const korch_pod *pod = NULL;
	name[0] = '\0';
	if (korch_scheduler_woken(&pod, s) != 1)
		return name;
	snprintf(name, sizeof(name), "%s", korch_object_name(&pod->object));
	korch_object_unref(&pod->object);
	return name;
}

static korch_pod *leaving(korch_pod *pod)
{
	korch_object_edit_meta(&pod->object)->deletion_timestamp = 1000000;
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_pod_condition *conditions =
	    korch_list_edit(&status->conditions, &status->n_conditions, &korch_pod_condition_type, 1);
	korch_string_set(&conditions[0].type, "DisruptionTarget");
	korch_string_set(&conditions[0].status, "True");
	korch_string_set(&conditions[0].reason, "PreemptionByScheduler");
	return pod;
}

static void fill(int32_t first, int32_t second)
{
	put(pod_of("a", first, "cpu=4"), "n1");
	put(pod_of("b", second, "cpu=4"), "n2");
}

/* Somebody less important comes where somebody as important was. */
START_TEST(test_somebody_less_important_comes)
{
	fill(9, 9);
	wait_for(pod_of("p", 9, "cpu=4"));
	ck_assert_str_eq(woken(), "");
	put(pod_of("c", 9, "cpu=4"), "n2"); /* one more of the kind helps nobody */
	ck_assert_str_eq(woken(), "");
	go("b");
	go("c");
	put(pod_of("d", 1, "cpu=4"), "n2");
	ck_assert_str_eq(woken(), "p");
	ck_assert_str_eq(woken(), "");
}
END_TEST

/* A pod that drives nobody out although it could is not woken for that again and again. */
START_TEST(test_once_for_each_time)
{
	fill(9, 9);
	wait_for(pod_of("p", 9, "cpu=4"));
	go("b");
	put(pod_of("d", 1, "cpu=4"), "n2");
	ck_assert_str_eq(woken(), "p");
	wait_for(pod_of("p", 9, "cpu=4"));
	ck_assert_str_eq(woken(), "");
	put(pod_of("e", 1, NULL), "n1");
	ck_assert_str_eq(woken(), "");
	/* it becomes impossible, and possible again */
	go("d");
	put(pod_of("f", 9, "cpu=4"), "n2");
	ck_assert_str_eq(woken(), "");
	go("f");
	put(pod_of("g", 2, "cpu=4"), "n2");
	ck_assert_str_eq(woken(), "p");
}
END_TEST

/* It was possible all the time. */
START_TEST(test_nothing_new)
{
	fill(9, 1);
	wait_for(pod_of("p", 9, "cpu=4"));
	ck_assert_str_eq(woken(), "");
	put(pod_of("c", 0, NULL), "n2");
	ck_assert_str_eq(woken(), "");
	go("b");
	ck_assert_str_eq(woken(), "p"); /* there is a node */
}
END_TEST

START_TEST(test_who_may_not)
{
	fill(9, 9);
	korch_pod *peaceful = pod_of("p", 9, "cpu=4");
	korch_string_set(&peaceful->spec->preemption_policy, "Never");
	wait_for(peaceful);
	wait_for(pod_of("low", 1, "cpu=4"));
	go("b");
	put(pod_of("c", 1, "cpu=4"), "n2");
	ck_assert_str_eq(woken(), "");
	go("c");
	ck_assert_str_eq(woken(), "p");
}
END_TEST

/* Each of several is woken when there is somebody for it; and the more important first, whatever it
 * is woken for. */
START_TEST(test_several)
{
	fill(9, 9);
	wait_for(pod_of("p", 9, "cpu=4"));
	wait_for(pod_of("q", 9, "cpu=4"));
	wait_for(pod_of("small", 8, "cpu=1"));
	go("a");
	put(pod_of("c", 1, "cpu=3"), "n1");
	ck_assert_str_eq(woken(), "p");
	korch_preemption out;
	korch_pod *p = pod_of("p", 9, "cpu=4");
	ck_assert_int_eq(korch_scheduler_preempt(&out, s, p, NULL), 1);
	ck_assert_str_eq(out.node, "n1");
	nominate(p, "n1");
	wait_for(pod_of("p", 9, "cpu=4"));
	ck_assert_str_eq(woken(), ""); /* what is free is kept for it */
	go("b");
	put(pod_of("d", 1, "cpu=4"), "n2");
	ck_assert_str_eq(woken(), "q");
	wait_for(pod_of("q", 9, "cpu=4"));
	ck_assert_str_eq(woken(), "small");
	go("c");
	ck_assert_str_eq(woken(), "p"); /* it has its room */
}
END_TEST

/* A pod that has driven others out waits until they have left. */
START_TEST(test_until_they_have_left)
{
	fill(1, 2);
	nominate(pod_of("p", 9, "cpu=4"), "n1");
	wait_for(pod_of("p", 9, "cpu=4"));
	ck_assert_str_eq(woken(), "");
	put(leaving(pod_of("a", 1, "cpu=4")), "n1");
	ck_assert_str_eq(woken(), "");
	put(pod_of("c", 0, NULL), "n2");
	ck_assert_str_eq(woken(), "");
	go("a");
	ck_assert_str_eq(woken(), "p");
	ck_assert_str_eq(ask(s, pod_of("p", 9, "cpu=4")), "n1");
}
END_TEST

/* Somebody took the room: it may look for another. */
START_TEST(test_room_is_lost)
{
	fill(1, 2);
	nominate(pod_of("p", 9, "cpu=4"), "n1");
	wait_for(pod_of("p", 9, "cpu=4"));
	put(leaving(pod_of("a", 1, "cpu=4")), "n1");
	go("a");
	put(pod_of("thief", 10, "cpu=4"), "n1");
	ck_assert_str_eq(woken(), "p");
	korch_preemption out;
	korch_pod *p = pod_of("p", 9, "cpu=4");
	ck_assert_int_eq(korch_scheduler_preempt(&out, s, p, NULL), 1);
	ck_assert_str_eq(out.node, "n2");
	nominate(p, "n2");
	wait_for(pod_of("p", 9, "cpu=4"));
	go("b");
	put(pod_of("another", 10, "cpu=4"), "n2"); /* and nobody is left to drive out */
	ck_assert_str_eq(woken(), "");
	korch_scheduler_node_remove(s, "n2");
	ck_assert_str_eq(woken(), "");
	feed_node(s, make_node("n2", "cpu=9"));
	ck_assert_str_eq(woken(), "p");
}
END_TEST

/* A new nomination to where there is room already. */
START_TEST(test_room_is_there)
{
	fill(9, 9);
	go("a");
	nominate(pod_of("p", 9, "cpu=4"), "n1");
	wait_for(pod_of("p", 9, "cpu=4"));
	ck_assert_str_eq(woken(), "p");
}
END_TEST

/* What pods of other nodes are like decides whether there is room. */
START_TEST(test_room_by_topology)
{
	korch_pod *p = pod_of("p", 9, "cpu=1");
	add_affinity(p, 1, "zone", "app=web");
	korch_pod *web = pod_of("web", 20, "cpu=1");
	label(&web->object, "app=web");
	put(web, "n2");
	korch_object_ref(&p->object);
	nominate(p, "n1");
	wait_for(p);
	ck_assert_str_eq(woken(), "");
	go("web");
	ck_assert_str_eq(woken(), "p");
}
END_TEST

/* What a trial wakes, or asks in vain, does not count. */
START_TEST(test_trials)
{
	fill(9, 9);
	wait_for(pod_of("p", 9, "cpu=4"));
	char *before = dump_state(s);
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
	go("b");
	put(pod_of("c", 1, "cpu=4"), "n2");
	ck_assert_str_eq(woken(), "p");
	korch_scheduler_rollback(s);
	char *after = dump_state(s);
	ck_assert_str_eq(before, after);
	ck_assert_str_eq(woken(), "");
	go("b");
	put(pod_of("c", 1, "cpu=4"), "n2");
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
	go("c");
	put(pod_of("d", 9, "cpu=4"), "n2");
	ck_assert_str_eq(woken(), "");
	korch_scheduler_rollback(s);
	ck_assert_str_eq(woken(), "p");
	free(before);
	free(after);
}
END_TEST

/* Nobody is woken who could not be placed or drive others out; nobody is left who could be placed.
 */
START_TEST(test_never_in_vain)
{
	for (uint64_t seed = 0; seed < 150; seed++) {
		korch_random random;
		int next = 0;
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		feed_node(s, make_node("n1", "cpu=4"));
		feed_node(s, make_node("n2", "cpu=4"));
		for (int i = 0; i < 60; i++) {
			char name[16];
			korch_decision decision;
			korch_preemption out;
			const korch_pod *pod;
			snprintf(name, sizeof(name), "p%d", next++);
			korch_pod *one = pod_of(name, (int32_t)korch__random_below(&random, 3),
			                        korch__random_below(&random, 2) ? "cpu=2" : "cpu=3");
			if (korch__random_below(&random, 3) == 0) {
				add_affinity(one, 1, "kubernetes.io/hostname", "app=web");
				label(&one->object, "app=web");
			}
			if (korch_scheduler_schedule(&decision, s, one, NULL) == 0)
				ck_assert_int_eq(korch_scheduler_wait(s, one, NULL), 0);
			korch_object_unref(&one->object);
			if (korch__random_below(&random, 2) && next > 1) {
				snprintf(name, sizeof(name), "p%d",
				         (int)korch__random_below(&random, (uint64_t)next));
				go(name);
			}
			for (int turns = 0; korch_scheduler_woken(&pod, s) == 1; turns++) {
				ck_assert_int_lt(turns, 100);
				int found = korch_scheduler_schedule(&decision, s, pod, NULL);
				if (found == 0) {
					ck_assert_int_eq(korch_scheduler_preempt(&out, s, pod, NULL), 1);
					ck_assert_int_eq(korch_scheduler_nominate(s, pod, out.node, NULL), 0);
					for (size_t k = 0; k < out.n_victims; k++)
						korch_scheduler_pod_forget(s, out.victims[k]);
					ck_assert_int_eq(korch_scheduler_wait(s, pod, NULL), 0);
				}
				korch_object_unref(&pod->object);
			}
		}
		free(dump_state(s));
	}
}
END_TEST

KORCH_SUITE(wake)
{
	Suite *suite = suite_create("scheduler: waking");
	const TTest *const tests[] = {test_somebody_less_important_comes,
	                              test_once_for_each_time,
	                              test_nothing_new,
	                              test_who_may_not,
	                              test_several,
	                              test_until_they_have_left,
	                              test_room_is_lost,
	                              test_room_is_there,
	                              test_room_by_topology,
	                              test_trials,
	                              test_never_in_vain};
	TCase *with_one = tcase_create("waking");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
