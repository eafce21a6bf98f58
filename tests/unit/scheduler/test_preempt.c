/* Preemption: who goes where for whom, and what never changes by asking. */
#include "base/alloc.h"
#include "base/random.h"
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <korch/scheduler/preempt.h>
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

static korch_pod *started(korch_pod *pod, int64_t start)
{
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	status->start_time = start * 1000000;
	return pod;
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

/* A pod of that priority that started then. */
static korch_pod *pod_of(const char *name, int32_t priority, const char *requests, int64_t start)
{
	korch_pod *pod = started(with_priority(make_pod(name, requests), priority), start);
	char app[64];
	snprintf(app, sizeof(app), "app=%s", name);
	label(&pod->object, app);
	return pod;
}

/* "a:1:4:7@n1 …": puts pods with that priority, cpu and start on nodes. */
static void put_all(const char *text)
{
	char copy[400], *save = NULL;
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = strtok_r(copy, " ", &save); part; part = strtok_r(NULL, " ", &save)) {
		char name[16], cpu[24], node[16];
		int priority, amount, start;
		ck_assert_int_eq(
		    sscanf(part, "%15[^:]:%d:%d:%d@%15s", name, &priority, &amount, &start, node), 5);
		snprintf(cpu, sizeof(cpu), "cpu=%d", amount);
		put(pod_of(name, priority, cpu, start), node);
	}
}

static void budget(const char *app, int32_t allowed)
{
	korch_object *object = NULL;
	char labels[64];
	ck_assert_int_eq(korch_object_new(&object, &korch_pod_disruption_budget_kind), 0);
	korch_pod_disruption_budget *to = (korch_pod_disruption_budget *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_string_set(&meta->name, app);
	korch_string_set(&meta->namespace_, "shop");
	korch_pod_disruption_budget_spec *spec =
	    korch_struct_edit(&to->spec, &korch_pod_disruption_budget_spec_type);
	korch_label_selector *selector = korch_struct_edit(&spec->selector, &korch_label_selector_type);
	snprintf(labels, sizeof(labels), "app=%s", app);
	if (app[0] != '*')
		set_map(&selector->match_labels, labels);
	korch_pod_disruption_budget_status *status =
	    korch_struct_edit(&to->status, &korch_pod_disruption_budget_status_type);
	status->disruptions_allowed = allowed;
	ck_assert_int_eq(korch_scheduler_budget_set(s, to, NULL), 0);
	korch_object_unref(object);
}

/* "a=0 b=1" */
static void budgets(const char *text)
{
	char copy[200], *save = NULL;
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = strtok_r(copy, " ", &save); part; part = strtok_r(NULL, " ", &save)) {
		char *allowed = strchr(part, '=');
		*allowed++ = '\0';
		budget(part, atoi(allowed));
	}
}

/* "n1: a b (0)": the node, the victims and how many break a budget; "none". Lets go of the pod. */
static const char *preempt(korch_pod *pod)
{
	static char text[1000];
	korch_preemption out;
	char *before = dump_state(s);
	int found = korch_scheduler_preempt(&out, s, pod, NULL);
	ck_assert_int_ge(found, 0);
	snprintf(text, sizeof(text), "none");
	if (found) {
		snprintf(text, sizeof(text), "%s:", out.node);
		for (size_t i = 0; i < out.n_victims; i++)
			sprintf(text + strlen(text), " %s", out.victims[i] + strlen("uid-"));
		sprintf(text + strlen(text), " (%zu)", out.n_violations);
	}
	char *after = dump_state(s);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	korch_object_unref(&pod->object);
	return text;
}

static korch_pod *high(int cpu)
{
	char requests[24];
	snprintf(requests, sizeof(requests), "cpu=%d", cpu);
	return with_priority(make_pod("high", requests), 100);
}

typedef struct row {
	const char *pods, *budgets;
	int cpu;
	const char *expected;
} row;

static void check_rows(const row *rows, size_t n, int nodes)
{
	for (size_t i = 0; i < n; i++) {
		korch_scheduler_reset(s);
		for (int k = 1; k <= nodes; k++) {
			char name[16];
			snprintf(name, sizeof(name), "n%d", k);
			feed_node(s, make_node(name, "cpu=4"));
		}
		put_all(rows[i].pods);
		budgets(rows[i].budgets);
		ck_assert_str_eq(preempt(high(rows[i].cpu)), rows[i].expected);
		/* the class has a heap of its own now: the same, again and after changes elsewhere */
		ck_assert_str_eq(preempt(high(rows[i].cpu)), rows[i].expected);
		feed_node(s, make_node("n9", "cpu=1"));
		put_all("z:0:1:1@n9");
		ck_assert_str_eq(preempt(high(rows[i].cpu)),
		                 rows[i].cpu == 1 ? "n9: z (0)" : rows[i].expected);
	}
}

START_TEST(test_victims)
{
	const row rows[] = {
	    {"a:1:4:1@n1", "", 2, "n1: a (0)"},
	    {"a:100:4:1@n1", "", 2, "none"},
	    {"a:1:4:1@n1", "", 5, "none"},
	    /* the more important ones stay when there is room for them */
	    {"a:1:2:1@n1 b:2:2:1@n1", "", 2, "n1: a (0)"},
	    {"a:1:2:2@n1 b:1:2:1@n1", "", 2, "n1: a (0)"},
	    {"a:1:2:1@n1 b:1:2:1@n1", "", 2, "n1: b (0)"},
	    {"a:1:2:0@n1 b:1:2:1@n1", "", 2, "n1: a (0)"}, /* has not started: the last to do so */
	    {"a:2:3:1@n1 b:1:1:1@n1", "", 3, "n1: a (0)"},
	    {"a:3:1:1@n1 b:2:1:1@n1 c:1:1:1@n1 d:1:1:2@n1", "", 3, "n1: b c d (0)"},
	    {"a:3:1:1@n1 b:200:2:1@n1 c:1:1:1@n1", "", 2, "n1: a c (0)"},
	    /* budgets come first */
	    {"a:1:2:1@n1 b:2:2:1@n1", "a=0", 2, "n1: b (0)"},
	    {"a:1:2:1@n1 b:2:2:1@n1", "a=1", 2, "n1: a (0)"},
	    {"a:1:2:1@n1 b:2:2:1@n1", "a=0 b=0", 2, "n1: a (1)"},
	    {"a:1:4:1@n1", "a=0", 2, "n1: a (1)"},
	    {"a:1:2:1@n1 b:2:2:1@n1", "a=0", 4, "n1: b a (1)"},
	    /* an empty selector is about nobody here */
	    {"a:1:4:1@n1", "*=0", 2, "n1: a (0)"},
	};
	check_rows(rows, sizeof(rows) / sizeof(rows[0]), 1);
}
END_TEST

START_TEST(test_nodes)
{
	const row rows[] = {
	    /* fewest violations */
	    {"a:1:4:1@n1 b:9:4:1@n2", "a=0", 4, "n2: b (0)"},
	    {"a:1:2:1@n1 c:1:2:1@n1 b:9:4:1@n2", "a=0 b=0 c=0", 4, "n2: b (1)"},
	    /* lowest of the highest priorities */
	    {"a:5:4:1@n1 b:4:2:1@n2 c:4:2:1@n2", "", 4, "n2: b c (0)"},
	    /* smallest sum, each counted with at least 0: so more pods sum up to more */
	    {"a:5:2:1@n1 b:4:2:1@n1 c:5:2:1@n2 d:3:2:1@n2", "", 4, "n2: c d (0)"},
	    {"a:5:2:1@n1 b:-9:2:1@n1 c:5:4:1@n2", "", 4, "n2: c (0)"},
	    /* the most important victim that started last */
	    {"a:5:4:1@n1 b:5:4:2@n2", "", 4, "n2: b (0)"},
	    {"a:5:4:2@n1 b:5:4:2@n2", "", 4, "n1: a (0)"},
	    {"a:5:4:2@n1 b:5:4:0@n2", "", 4, "n2: b (0)"},
	    {"a:5:2:1@n1 b:5:2:9@n1 c:5:2:2@n2 d:5:2:3@n2", "", 4, "n2: c d (0)"},
	    /* a node that the lowest pods alone do not make room on */
	    {"a:1:1:1@n1 b:7:3:1@n1 c:6:4:1@n2", "", 4, "n2: c (0)"},
	    {"a:1:1:1@n1 b:5:3:1@n1 c:6:4:1@n2", "", 4, "n1: b a (0)"},
	};
	check_rows(rows, sizeof(rows) / sizeof(rows[0]), 2);
}
END_TEST

/* Reasons that go away with pods, and those that do not. */
START_TEST(test_reasons)
{
	korch_node *tainted = make_node("n2", "cpu=4");
	add_taint(tainted, "gpu", "true", "NoSchedule");
	feed_node(s, make_node("n1", "cpu=4 pods=1 nvidia.com/gpu=1"));
	feed_node(s, tainted);
	put(pod_of("a", 5, "nvidia.com/gpu=1", 1), "n1");
	put(pod_of("b", 1, "cpu=4", 1), "n2");
	/* the number of pods, whole devices, shares of them */
	ck_assert_str_eq(preempt(with_priority(make_pod("p", NULL), 9)), "n1: a (0)");
	ck_assert_str_eq(preempt(with_priority(make_pod("p", "nvidia.com/gpu=1"), 9)), "n1: a (0)");
	ck_assert_str_eq(preempt(with_priority(make_pod("p", "korch.dev/gpu-milli=10"), 9)),
	                 "n1: a (0)");
	ck_assert_str_eq(preempt(with_priority(make_pod("p", "nvidia.com/gpu=2"), 9)), "none");
	/* a taint, a selector, a name */
	korch_pod *tolerant = with_priority(make_pod("p", "cpu=1"), 9);
	add_toleration(tolerant, "gpu", "Exists", NULL, NULL);
	ck_assert_str_eq(preempt(tolerant), "n2: b (0)");
	korch_pod *selective = with_priority(make_pod("p", "cpu=1"), 9);
	set_map(&selective->spec->node_selector, "zone=b");
	ck_assert_str_eq(preempt(selective), "none");
	korch_pod *named = with_priority(make_pod("p", "cpu=1"), 9);
	korch_string_set(&named->spec->node_name, "n2");
	ck_assert_str_eq(preempt(named), "none");
	/* who may not */
	ck_assert_str_eq(preempt(with_priority(make_pod("p", NULL), 5)), "none");
	korch_pod *peaceful = with_priority(make_pod("p", NULL), 9);
	korch_string_set(&peaceful->spec->preemption_policy, "Never");
	ck_assert_str_eq(preempt(peaceful), "none");
	korch_pod *gated = with_priority(make_pod("p", NULL), 9);
	korch_list_edit(&gated->spec->scheduling_gates, &gated->spec->n_scheduling_gates,
	                &korch_pod_scheduling_gate_type, 1);
	ck_assert_str_eq(preempt(gated), "none");
	/* a node that has room is not one to drive pods out of */
	feed_node(s, make_node("n3", "cpu=4"));
	put(pod_of("c", 1, "cpu=1", 1), "n3");
	ck_assert_str_eq(preempt(with_priority(make_pod("p", NULL), 9)), "n1: a (0)");
}
END_TEST

static korch_pod *with_port(korch_pod *pod, int32_t port)
{
	korch_container *container = &pod->spec->containers[0];
	korch_container_port *ports =
	    korch_list_edit(&container->ports, &container->n_ports, &korch_container_port_type, 1);
	ports[0].host_port = ports[0].container_port = port;
	return pod;
}

START_TEST(test_topology)
{
	korch_node *far = make_node("n3", "cpu=4");
	label(&far->object, "zone=b");
	feed_node(s, make_node("n1", "cpu=4"));
	feed_node(s, make_node("n2", "cpu=4"));
	feed_node(s, far);
	put(with_port(pod_of("web", 5, "cpu=1", 1), 80), "n1");
	put(pod_of("db", 4, "cpu=1", 1), "n2");
	put(with_port(pod_of("all", 50, "cpu=4", 1), 80), "n3");
	korch_pod *port = with_port(with_priority(make_pod("p", "cpu=4"), 9), 80);
	ck_assert_str_eq(preempt(port), "n2: db (0)");
	/* away from pods of the zone: those of another node do not go */
	korch_pod *apart = with_priority(make_pod("p", "cpu=1"), 9);
	add_affinity(apart, 1, "zone", "app=web");
	ck_assert_str_eq(preempt(apart), "n1: web (0)");
	/* those who keep it away themselves */
	korch_pod *jealous = pod_of("lonely", 3, "cpu=1", 1);
	add_affinity(jealous, 1, "zone", "app=p");
	put(jealous, "n2");
	korch_pod *unwanted = with_priority(make_pod("p", "cpu=1"), 9);
	label(&unwanted->object, "app=p");
	ck_assert_str_eq(preempt(unwanted), "n2: lonely (0)");
	/* spread: n1 has one more than its share */
	korch_pod *spread = with_priority(make_pod("p", "cpu=1"), 60);
	label(&spread->object, "app=web");
	add_spread(spread, "zone", 1, "app=web");
	ck_assert_str_eq(preempt(spread), "n1: web (0)");
	/* affinity that is not there does not come by driving out */
	korch_pod *near = with_priority(make_pod("p", "cpu=4"), 60);
	add_affinity(near, 0, "zone", "app=nobody");
	ck_assert_str_eq(preempt(near), "none");
	/* and affinity to a victim goes with it */
	korch_pod *clinging = with_priority(make_pod("p", "cpu=4"), 60);
	add_affinity(clinging, 0, "kubernetes.io/hostname", "app=web");
	ck_assert_str_eq(preempt(clinging), "none");
	korch_pod *modest = with_priority(make_pod("p", "cpu=3"), 60);
	add_affinity(modest, 0, "zone", "app=all");
	ck_assert_str_eq(preempt(modest), "none");
}
END_TEST

static korch_pod *of_crew(korch_pod *pod)
{
	label(&pod->object, "scheduling.x-k8s.io/pod-group=crew");
	korch_map_set(&pod->object.metadata->annotations, KORCH_ANNOTATION_MAX_PER_NODE, "1");
	return pod;
}

START_TEST(test_groups)
{
	feed_node(s, make_node("n1", "cpu=4"));
	put(of_crew(pod_of("a", 1, "cpu=1", 1)), "n1");
	put(pod_of("b", 1, "cpu=1", 1), "n1");
	ck_assert_str_eq(preempt(of_crew(with_priority(make_pod("p", "cpu=1"), 9))), "n1: a (0)");
}
END_TEST

static korch_pod *leaving(korch_pod *pod, const char *reason)
{
	korch_object_edit_meta(&pod->object)->deletion_timestamp = 1000000;
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_pod_condition *conditions =
	    korch_list_edit(&status->conditions, &status->n_conditions, &korch_pod_condition_type, 1);
	korch_string_set(&conditions[0].type, "DisruptionTarget");
	korch_string_set(&conditions[0].status, "True");
	korch_string_set(&conditions[0].reason, reason);
	return pod;
}

/* A pod whose victims are on their way out waits for them. */
START_TEST(test_once_at_a_time)
{
	feed_node(s, make_node("n1", "cpu=4"));
	feed_node(s, make_node("n2", "cpu=4"));
	put_all("a:1:2:1@n1 b:1:2:1@n1 c:2:4:1@n2");
	ck_assert_str_eq(preempt(high(4)), "n1: a b (0)");
	korch_pod *pod = high(4);
	ck_assert_int_eq(korch_scheduler_nominate(s, pod, "n1", NULL), 0);
	put(leaving(pod_of("a", 1, "cpu=2", 1), "PreemptionByScheduler"), "n1");
	ck_assert_str_eq(preempt(high(4)), "none");
	/* so does one whose status alone says so */
	ck_assert_int_eq(korch_scheduler_nominate(s, pod, NULL, NULL), 0);
	korch_pod *told = high(4);
	korch_pod_status *status = korch_struct_edit(&told->status, &korch_pod_status_type);
	korch_string_set(&status->nominated_node_name, "n1");
	ck_assert_str_eq(preempt(told), "none");
	/* another pod does not wait for these */
	korch_pod *other = with_priority(make_pod("other", "cpu=4"), 100);
	ck_assert_str_eq(preempt(other), "n1: a b (0)");
	/* what leaves for another reason is not its doing */
	ck_assert_int_eq(korch_scheduler_nominate(s, pod, "n1", NULL), 0);
	put(leaving(pod_of("a", 1, "cpu=2", 1), "EvictionByEvictionAPI"), "n1");
	ck_assert_str_eq(preempt(high(4)), "n1: a b (0)");
	put(leaving(pod_of("a", 1, "cpu=2", 1), "PreemptionByScheduler"), "n1");
	ck_assert_str_eq(preempt(high(4)), "none");
	/* a node that will not do any more is not waited for */
	korch_node *closed = make_node("n1", "cpu=4");
	add_taint(closed, "broken", "", "NoExecute");
	feed_node(s, closed);
	ck_assert_str_eq(preempt(high(4)), "n2: c (0)");
	korch_scheduler_node_remove(s, "n1");
	ck_assert_str_eq(preempt(high(4)), "n2: c (0)");
	korch_object_unref(&pod->object);
}
END_TEST

/* Nominated pods of equal or higher priority keep their room; others do not. */
START_TEST(test_nominated_keep_their_room)
{
	const int32_t priorities[] = {99, 100, 101};
	const char *const expected[] = {"n1: a (0)", "n2: b (0)", "n2: b (0)"};
	for (size_t i = 0; i < 3; i++) {
		korch_scheduler_reset(s);
		feed_node(s, make_node("n1", "cpu=4"));
		feed_node(s, make_node("n2", "cpu=4"));
		put_all("a:1:4:1@n1 b:2:4:1@n2");
		korch_pod *first = with_priority(make_pod("first", "cpu=3"), priorities[i]);
		ck_assert_int_eq(korch_scheduler_nominate(s, first, "n1", NULL), 0);
		ck_assert_str_eq(preempt(high(2)), expected[i]);
		korch_object_unref(&first->object);
	}
}
END_TEST

static korch_pod *web(korch_pod *pod)
{
	label(&pod->object, "app=web");
	return pod;
}

static void random_cluster(korch_random *random)
{
	for (int i = 0; i < 6; i++) {
		char name[16];
		snprintf(name, sizeof(name), "n%d", i);
		feed_node(s, make_node(name, "cpu=4 pods=6 nvidia.com/gpu=1"));
	}
	for (int i = 0; i < 24; i++) {
		char name[16], requests[40];
		snprintf(name, sizeof(name), "p%d", i);
		snprintf(requests, sizeof(requests), "cpu=%d %s", 1 + (int)korch__random_below(random, 2),
		         korch__random_below(random, 6) ? "" : "nvidia.com/gpu=1");
		korch_pod *pod = pod_of(name, (int32_t)korch__random_below(random, 4), requests,
		                        1 + (int64_t)korch__random_below(random, 3));
		label(&pod->object, korch__random_below(random, 2) ? "app=web" : "app=db");
		if (korch__random_below(random, 4) == 0)
			add_affinity(pod, 1, "kubernetes.io/hostname", "app=web");
		place(s, pod);
	}
	budget("web", (int32_t)korch__random_below(random, 3));
}

/* What is found can be done: when the victims have left, the pod fits there; and it would not if
 * any of them had stayed. */
START_TEST(test_victims_are_enough_and_needed)
{
	for (uint64_t seed = 0; seed < unit_seeds(200); seed++) {
		korch_random random;
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		random_cluster(&random);
		for (int i = 0; i < 6; i++) {
			char name[16];
			korch_preemption out;
			korch_decision decision;
			snprintf(name, sizeof(name), "h%d", i);
			korch_pod *pod = pod_of(name, 2 + (int32_t)korch__random_below(&random, 3), "cpu=2", 9);
			label(&pod->object, "app=web");
			if (korch__random_below(&random, 2))
				add_spread(pod, "kubernetes.io/hostname", 1, "app=web");
			int found = korch_scheduler_decide(&decision, s, pod, NULL);
			if (found == 0)
				found = 2 * korch_scheduler_preempt(&out, s, pod, NULL);
			if (found == 2) {
				char node[8];
				snprintf(node, sizeof(node), "%s", out.node);
				korch_string_set(&pod->spec->node_name, node);
				for (size_t k = 0; k < out.n_victims; k++) {
					ck_assert_int_eq(korch_scheduler_decide(&decision, s, pod, NULL), 0);
					korch_scheduler_pod_forget(s, out.victims[k]);
				}
				ck_assert_int_eq(korch_scheduler_schedule(&decision, s, pod, NULL), 1);
				ck_assert_str_eq(decision.node, node);
			}
			check_not_overcommitted(s);
			korch_object_unref(&pod->object);
		}
		free(dump_state(s));
	}
}
END_TEST

/* A pod of one of some makes; each twin is of a class of its own that differs in what does not
 * matter. */
static korch_pod *probe(int make, int twin)
{
	korch_pod *pod = high(make == 3 ? 1 : 3);
	label(&pod->object, "app=web");
	if (make == 1)
		with_port(pod, 80);
	if (make == 2)
		add_spread(pod, "kubernetes.io/hostname", 1, "app=web");
	if (make == 3)
		add_affinity(pod, 1, "kubernetes.io/hostname", "app=web");
	if (make == 4)
		add_container(pod, "nvidia.com/gpu=1");
	char key[24];
	snprintf(key, sizeof(key), "unused-%d", twin);
	if (twin >= 0)
		add_toleration(pod, key, "Exists", NULL, NULL);
	return pod;
}

static void change_something(korch_random *random)
{
	char name[16];
	snprintf(name, sizeof(name), "uid-p%d", (int)korch__random_below(random, 24));
	if (korch__random_below(random, 3) == 0)
		korch_scheduler_pod_forget(s, name);
	snprintf(name, sizeof(name), "p%d", (int)korch__random_below(random, 24));
	if (korch__random_below(random, 2) == 0)
		place(s, web(pod_of(name, (int32_t)korch__random_below(random, 4), "cpu=1",
		                    (int64_t)korch__random_below(random, 3))));
	if (korch__random_below(random, 5) == 0)
		budget("web", (int32_t)korch__random_below(random, 3));
	snprintf(name, sizeof(name), "n%d", (int)korch__random_below(random, 6));
	if (korch__random_below(random, 6) == 0) {
		korch_node *node = make_node(name, "cpu=4 pods=6");
		if (korch__random_below(random, 2))
			add_taint(node, "mood", korch__random_below(random, 2) ? "bad" : "worse", "NoSchedule");
		feed_node(s, node);
	}
	korch_pod *waits = with_priority(make_pod("waits", "cpu=1"), 100);
	if (korch__random_below(random, 6) == 0)
		ck_assert_int_eq(
		    korch_scheduler_nominate(s, waits, korch__random_below(random, 3) ? name : NULL, NULL),
		    0);
	korch_object_unref(&waits->object);
}

/* What classes keep says what is made anew, whatever happened in between: whom they would drive
 * out, and why they find no node. */
START_TEST(test_kept_as_made_anew)
{
	for (uint64_t seed = 0; seed < unit_seeds(8); seed++) {
		korch_random random;
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		random_cluster(&random);
		for (int i = 0; i < 40; i++) {
			char kept[1000];
			change_something(&random);
			for (int make = 0; make < 5; make++) {
				snprintf(kept, sizeof(kept), "%s", preempt(probe(make, -1)));
				ck_assert_str_eq(preempt(probe(make, i)), kept);
				snprintf(kept, sizeof(kept), "%s", ask(s, probe(make, -1)));
				ck_assert_str_eq(ask(s, probe(make, i)), kept);
			}
		}
	}
}
END_TEST

START_TEST(test_out_of_memory)
{
	for (uint64_t at = 1;; at++) {
		korch_preemption out;
		korch_scheduler_reset(s);
		feed_node(s, make_node("n1", "cpu=4"));
		put_all("a:1:2:1@n1 b:2:2:1@n1");
		budget("a", 0);
		char *before = dump_state(s);
		korch_pod *pod = high(2);
		add_affinity(pod, 1, "zone", "app=b");
		korch__alloc_fail_at(at);
		int found = korch_scheduler_preempt(&out, s, pod, NULL);
		int failed = korch__alloc_count() >= at;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(found, failed && found < 0 ? KORCH_E_NOMEM : 1);
		char *after = dump_state(s);
		ck_assert_str_eq(before, after);
		free(before);
		free(after);
		korch_object_ref(&pod->object);
		ck_assert_str_eq(preempt(pod), "n1: b (0)");
		korch_object_unref(&pod->object);
		if (!failed)
			return;
	}
}
END_TEST

/* The greatest amounts there are, of what the node has none. */
START_TEST(test_great_amounts)
{
	feed_node(s, make_node("n1", "cpu=4"));
	put(pod_of("a", 1, "cpu=4 example.com/x=4611686018427387903", 1), "n1");
	korch_pod *pod = make_pod("high", "cpu=1 example.com/x=9223372036854775807");
	ck_assert_str_eq(preempt(with_priority(pod, 10)), "none");
	ck_assert_str_eq(preempt(with_priority(make_pod("high", "cpu=1"), 10)), "n1: a (0)");
}
END_TEST

START_TEST(test_bad_arguments)
{
	korch_preemption out = {.n_victims = 77};
	korch_pod *bad = make_pod("bad", "cpu=-1");
	ck_assert_int_eq(korch_scheduler_preempt(&out, s, bad, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_preempt(&out, s, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_preempt(NULL, s, bad, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_preempt(&out, NULL, bad, NULL), KORCH_E_INVALID);
	ck_assert_uint_eq(out.n_victims, 77);
	korch_object_unref(&bad->object);
}
END_TEST

KORCH_SUITE(preempt)
{
	Suite *suite = suite_create("scheduler: preemption");
	const TTest *const tests[] = {test_victims,
	                              test_nodes,
	                              test_reasons,
	                              test_topology,
	                              test_groups,
	                              test_once_at_a_time,
	                              test_nominated_keep_their_room,
	                              test_victims_are_enough_and_needed,
	                              test_kept_as_made_anew,
	                              test_out_of_memory,
	                              test_great_amounts,
	                              test_bad_arguments};
	TCase *with_one = tcase_create("preemption");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
