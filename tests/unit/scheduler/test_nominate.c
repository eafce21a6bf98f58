/* Nominations: what a pod that waits for its victims keeps from others, and from whom. */
#include "base/alloc.h"
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <korch/scheduler/explain.h>
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
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

static korch_pod *with_priority(korch_pod *pod, int32_t priority)
{
	pod->spec->priority = priority;
	return pod;
}

static korch_pod *with_port(korch_pod *pod, int32_t port)
{
	korch_container *container = &pod->spec->containers[0];
	korch_container_port *ports =
	    korch_list_edit(&container->ports, &container->n_ports, &korch_container_port_type, 1);
	ports[0].host_port = ports[0].container_port = port;
	return pod;
}

static korch_pod *one_a_node(korch_pod *pod)
{
	label(&pod->object, "scheduling.x-k8s.io/pod-group=crew");
	korch_map_set(&pod->object.metadata->annotations, KORCH_ANNOTATION_MAX_PER_NODE, "1");
	return pod;
}

static korch_pod *apart(korch_pod *pod)
{
	label(&pod->object, "app=web");
	add_affinity(pod, 1, "zone", "app=web");
	return pod;
}

static korch_pod *web(korch_pod *pod)
{
	label(&pod->object, "app=web");
	return pod;
}

static korch_pod *spread(korch_pod *pod)
{
	label(&pod->object, "app=web");
	add_spread(pod, "kubernetes.io/hostname", 1, "app=web");
	return pod;
}

static korch_pod *near_db(korch_pod *pod)
{
	add_affinity(pod, 0, "zone", "app=db");
	return pod;
}

static korch_pod *db(korch_pod *pod)
{
	label(&pod->object, "app=db");
	return pod;
}

static void nominate(korch_pod *pod, const char *node)
{
	ck_assert_int_eq(korch_scheduler_nominate(s, pod, node, NULL), 0);
	korch_object_unref(&pod->object);
}

static korch_pod *high(const char *requests)
{
	return with_priority(make_pod("high", requests), 10);
}

static korch_pod *equal(const char *requests)
{
	return with_priority(make_pod("equal", requests), 10);
}

#define ONE_NODE "0/1 nodes are available: 1 "

/* Each row's node has room for one of the two. */
START_TEST(test_room)
{
	korch_pod *const rows[][3] = {
	    {high("cpu=3"), equal("cpu=2"), with_priority(make_pod("above", "cpu=2"), 11)},
	    {high("nvidia.com/gpu=1"), equal("nvidia.com/gpu=1"),
	     with_priority(make_pod("above", "nvidia.com/gpu=1"), 11)},
	    {high("korch.dev/gpu-milli=600"), equal("korch.dev/gpu-milli=600"),
	     with_priority(make_pod("above", "korch.dev/gpu-milli=600"), 11)},
	    {with_port(high("cpu=1"), 80), with_port(equal("cpu=1"), 80),
	     with_port(with_priority(make_pod("above", "cpu=1"), 11), 80)},
	    {one_a_node(high("cpu=1")), one_a_node(equal("cpu=1")),
	     one_a_node(with_priority(make_pod("above", "cpu=1"), 11))},
	    {apart(high("cpu=1")), web(equal("cpu=1")),
	     web(with_priority(make_pod("above", "cpu=1"), 11))},
	    {web(high("cpu=1")), apart(equal("cpu=1")),
	     apart(with_priority(make_pod("above", "cpu=1"), 11))},
	};
	const char *const reasons[] = {
	    "Insufficient cpu.",
	    "Insufficient nvidia.com/gpu.",
	    "Insufficient korch.dev/gpu-milli.",
	    "node(s) didn't have free ports for the requested pod ports.",
	    "node(s) had too many pods of the group.",
	    "node(s) didn't satisfy existing pods anti-affinity rules.",
	    "node(s) didn't match pod anti-affinity rules.",
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_scheduler_reset(s);
		feed_node(s, make_node("n1", "cpu=4 nvidia.com/gpu=1"));
		char expected[200], *before = dump_state(s);
		strcpy(expected, ONE_NODE);
		strcat(expected, reasons[i]);
		korch_object_ref(&rows[i][0]->object);
		korch_object_ref(&rows[i][1]->object);
		nominate(rows[i][0], "n1");
		ck_assert_str_eq(ask(s, rows[i][1]), expected);
		ck_assert_str_eq(ask(s, rows[i][2]), "n1");
		/* the pod itself takes its room */
		korch_object_ref(&rows[i][0]->object);
		ck_assert_str_eq(ask(s, rows[i][0]), "n1");
		/* and when it goes, it goes */
		korch_scheduler_pod_forget(s, "uid-high");
		korch_object_unref(&rows[i][0]->object);
		ck_assert_str_eq(ask(s, rows[i][1]), "n1");
		char *after = dump_state(s);
		ck_assert_str_eq(before, after);
		free(before);
		free(after);
	}
}
END_TEST

/* A spread that holds with the nominated pod there must hold without it, too. */
START_TEST(test_spread_with_and_without)
{
	feed_node(s, make_node("n1", "cpu=4"));
	feed_node(s, make_node("n2", "cpu=4"));
	nominate(web(high("cpu=1")), "n1");
	/* with the nominated pod, n1 would have two and n2 none */
	ck_assert_str_eq(ask(s, spread(equal("cpu=1"))), "n2");
	korch_pod *there = web(make_pod("there", "cpu=1"));
	ck_assert_int_eq(korch_scheduler_pod_set(s, there, "n2", NULL), 0);
	korch_object_unref(&there->object);
	ck_assert_str_eq(ask(s, spread(equal("cpu=1"))), "n1");
}
END_TEST

/* Affinity to a pod that may never come does not count. */
START_TEST(test_affinity_to_a_nominated_pod)
{
	feed_node(s, make_node("n1", "cpu=4"));
	nominate(db(high("cpu=1")), "n1");
	ck_assert_str_eq(ask(s, near_db(equal("cpu=1"))),
	                 ONE_NODE "node(s) didn't match pod affinity rules.");
	ck_assert_str_eq(place(s, db(high("cpu=1"))), "n1");
	ck_assert_str_eq(ask(s, near_db(equal("cpu=1"))), "n1");
}
END_TEST

/* What another zone's pods do is seen at once by a node where room is kept. */
START_TEST(test_changes_elsewhere)
{
	korch_node *far = make_node("n2", "cpu=4");
	label(&far->object, "zone=b");
	feed_node(s, make_node("n1", "cpu=4"));
	feed_node(s, far);
	nominate(web(high("cpu=1")), "n1");
	korch_pod *asking = equal("cpu=1");
	label(&asking->object, "app=web");
	add_spread(asking, "zone", 1, "app=web");
	korch_object_ref(&asking->object);
	ck_assert_str_eq(ask(s, asking), "n2");
	ck_assert_str_eq(place(s, web(make_pod("there", "cpu=4"))), "n2");
	ck_assert_str_eq(ask(s, asking), "n1");
}
END_TEST

START_TEST(test_trial_restores_nominations)
{
	feed_node(s, make_node("n1", "cpu=4"));
	feed_node(s, make_node("n2", "cpu=4"));
	nominate(high("cpu=3"), "n1");
	nominate(with_priority(make_pod("other", "cpu=1"), 5), "nowhere");
	char *before = dump_state(s);
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
	ck_assert_str_eq(place(s, high("cpu=3")), "n1");
	nominate(equal("cpu=3"), "n2");
	nominate(with_priority(make_pod("other", "cpu=1"), 5), "n2");
	nominate(with_priority(make_pod("third", "cpu=1"), 5), "n3");
	nominate(with_priority(make_pod("third", "cpu=1"), 5), NULL);
	korch_scheduler_pod_forget(s, "uid-equal");
	korch_scheduler_rollback(s);
	char *after = dump_state(s);
	ck_assert_str_eq(before, after);
	ck_assert_str_eq(ask(s, equal("cpu=2")), "n2");
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
	nominate(high("cpu=3"), NULL);
	korch_scheduler_commit(s);
	ck_assert_str_eq(ask(s, equal("cpu=2")), "n1");
	free(before);
	free(after);
}
END_TEST

START_TEST(test_out_of_memory)
{
	for (uint64_t at = 1;; at++) {
		korch_scheduler_reset(s);
		feed_node(s, make_node("n1", "cpu=4"));
		char *before = dump_state(s);
		korch_pod *pod = apart(high("cpu=1"));
		korch__alloc_fail_at(at);
		int code = korch_scheduler_nominate(s, pod, at % 2 ? "n1" : "n2", NULL);
		int failed = korch__alloc_count() >= at;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(code, failed && code < 0 ? KORCH_E_NOMEM : 0);
		korch_scheduler_pod_forget(s, "uid-high");
		char *after = dump_state(s);
		ck_assert_str_eq(before, after);
		korch_object_unref(&pod->object);
		free(before);
		free(after);
		if (!failed)
			return;
	}
}
END_TEST

/* The name of the pod that is woken, "" for none. */
static const char *woken(void)
{
	static char name[32];
	const korch_pod *pod = NULL;
	name[0] = '\0';
	ck_assert_int_ge(korch_scheduler_woken(&pod, s), 0);
	if (pod)
		strcat(name, korch_object_name(&pod->object));
	korch_object_unref((const korch_object *)pod);
	return name;
}

static void wait_for(const char *name, int32_t priority, const char *node)
{
	korch_pod *pod = with_priority(make_pod(name, "cpu=1"), priority);
	ck_assert_int_eq(korch_scheduler_nominate(s, pod, node, NULL), 0);
	ck_assert_int_eq(korch_scheduler_wait(s, pod, NULL), 0);
	korch_object_unref(&pod->object);
}

/* Room that is kept for a pod is kept from others like it, and wakes that pod. */
START_TEST(test_woken_by_own_room)
{
	korch_pod *low[2];
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "low1" : "low0";
		feed_node(s, make_node(i ? "n1" : "n0", "cpu=1 pods=9"));
		low[i] = make_pod(name, "cpu=1");
		ck_assert_int_eq(korch_scheduler_pod_set(s, low[i], i ? "n1" : "n0", NULL), 0);
	}
	wait_for("other", 7, NULL);
	wait_for("high0", 7, "n0");
	wait_for("high1", 7, "n1");
	ck_assert_str_eq(woken(), "");
	korch_scheduler_pod_remove(s, low[1]);
	ck_assert_str_eq(woken(), "high1");
	ck_assert_str_eq(woken(), "");
	wait_for("high1", 7, "n1"); /* not placed after all */
	korch_scheduler_pod_remove(s, low[0]);
	ck_assert_str_eq(woken(), "high0"); /* it waits longer */
	ck_assert_str_eq(woken(), "high1");
	ck_assert_str_eq(woken(), "");
	/* A more important one that needs no room of its own goes first. */
	wait_for("high1", 7, "n1");
	wait_for("higher", 8, NULL);
	ck_assert_str_eq(woken(), "higher");
	korch_object_unref(&low[0]->object);
	korch_object_unref(&low[1]->object);
}
END_TEST

KORCH_SUITE(nominate)
{
	Suite *suite = suite_create("scheduler: nominations");
	const TTest *const tests[] = {test_room,
	                              test_spread_with_and_without,
	                              test_affinity_to_a_nominated_pod,
	                              test_changes_elsewhere,
	                              test_trial_restores_nominations,
	                              test_woken_by_own_room,
	                              test_out_of_memory};
	TCase *with_one = tcase_create("nominations");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
