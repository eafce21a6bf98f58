/* Profiles that look at the pods that are expected: which device, which node, and that nothing of
 * it depends on how the state came about. */
#include "base/alloc.h"
#include "base/random.h"
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 12, PODS = 60, KINDS = 8, STEPS = 250 };

static const char *const models[] = {"A", "B"};
static const char *const requests[KINDS] = {
    "cpu=2 memory=2Gi korch.dev/gpu-milli=470",
    "cpu=1 memory=1Gi korch.dev/gpu-milli=320",
    "cpu=1 memory=4Gi korch.dev/gpu-milli=810",
    "cpu=4 memory=8Gi nvidia.com/gpu=1",
    "cpu=8 memory=8Gi nvidia.com/gpu=2",
    "cpu=3 memory=1Gi korch.dev/gpu-milli=1000",
    "cpu=6 memory=12Gi",
    "cpu=1 memory=1Gi korch.dev/gpu-milli=160",
};

static korch_scheduler *new_scheduler(const char *profile)
{
	korch_scheduler *s = NULL;
	korch_scheduler_options options = {.size = sizeof(options),
	                                   .profiles = korch_scheduler_profile_builtin(profile),
	                                   .n_profiles = 1};
	ck_assert_ptr_nonnull(options.profiles);
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	return s;
}

/* Tells that pods with these requests are expected, ten of each. */
static void expect(korch_scheduler *s, const char *const *wanted, size_t n)
{
	const korch_pod *pods[KINDS] = {NULL};
	const uint32_t counts[KINDS] = {10, 10, 10, 10, 10, 10, 10, 10};
	for (size_t i = 0; i < n; i++)
		pods[i] = make_pod("expected", wanted[i]);
	ck_assert_int_eq(korch_scheduler_expect(s, pods, counts, n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		korch_object_unref(&pods[i]->object);
}

/* Decides and assumes; the devices that it gets. */
static uint64_t devices_for(korch_scheduler *s, const char *name, const char *wanted)
{
	korch_decision decision;
	korch_pod *pod = make_pod(name, wanted);
	ck_assert_int_eq(korch_scheduler_schedule(&decision, s, pod, NULL), 1);
	korch_object_unref(&pod->object);
	return decision.devices;
}

/* 600 and 400 make a device full: a share of 400 leaves the room for 600 alone. */
START_TEST(test_device)
{
	static const char *const pair[] = {"cpu=1 korch.dev/gpu-milli=600",
	                                   "cpu=1 korch.dev/gpu-milli=400"};
	korch_scheduler *s = new_scheduler(_i ? "gpu-headroom" : "gpu-fragmentation");
	feed_node(s, make_node("n1", "cpu=16 memory=64Gi nvidia.com/gpu=3"));
	expect(s, pair, 2);
	ck_assert_uint_eq(devices_for(s, "p1", "cpu=1 korch.dev/gpu-milli=400"), 1);
	ck_assert_uint_eq(devices_for(s, "p2", "cpu=1 korch.dev/gpu-milli=400"), 2);
	ck_assert_uint_eq(devices_for(s, "p3", "cpu=1 korch.dev/gpu-milli=600"), 1);
	ck_assert_uint_eq(devices_for(s, "p4", "cpu=1 korch.dev/gpu-milli=1000"), 4);
	ck_assert_uint_eq(devices_for(s, "p5", "cpu=1 korch.dev/gpu-milli=600"), 2);
	ck_assert_str_eq(place(s, make_pod("p6", "korch.dev/gpu-milli=1")),
	                 "0/1 nodes are available: 1 Insufficient korch.dev/gpu-milli.");
	korch_scheduler_free(s);
}
END_TEST

/* Without being told: whole devices are what counts. */
START_TEST(test_not_told)
{
	korch_scheduler *s = new_scheduler("gpu-headroom");
	feed_node(s, make_node("n1", "cpu=16 memory=64Gi nvidia.com/gpu=2"));
	feed_node(s, make_node("n2", "cpu=16 memory=64Gi"));
	ck_assert_uint_eq(devices_for(s, "p1", "cpu=1 korch.dev/gpu-milli=300"), 1);
	ck_assert_uint_eq(devices_for(s, "p2", "cpu=1 korch.dev/gpu-milli=300"), 1);
	ck_assert_uint_eq(devices_for(s, "p3", "cpu=1 nvidia.com/gpu=1"), 2);
	korch_scheduler_reset(s);
	feed_node(s, make_node("n1", "cpu=16 memory=64Gi nvidia.com/gpu=1"));
	ck_assert_uint_eq(devices_for(s, "p1", "cpu=1 korch.dev/gpu-milli=300"), 1);
	korch_scheduler_free(s);
}
END_TEST

/* Pods without devices keep away from processors that devices need; and from the rare model. */
START_TEST(test_node)
{
	static const char *const wanted[] = {"cpu=4 memory=1Gi nvidia.com/gpu=1"};
	korch_scheduler *s = new_scheduler("gpu-headroom");
	feed_node(s, make_node("a", "cpu=8 memory=64Gi nvidia.com/gpu=2"));
	feed_node(s, make_node("b", "cpu=16 memory=64Gi nvidia.com/gpu=2"));
	feed_node(s, make_node("c", "cpu=4 memory=64Gi"));
	expect(s, wanted, 1);
	ck_assert_str_eq(place(s, make_pod("p1", "cpu=5")), "b");
	ck_assert_str_eq(place(s, make_pod("p2", "cpu=4")), "c");
	ck_assert_str_eq(place(s, make_pod("p3", "cpu=3")), "b");
	korch_scheduler_free(s);
}
END_TEST

START_TEST(test_known_pods)
{
	korch_scheduler *told = new_scheduler("gpu-headroom"), *known = new_scheduler("gpu-headroom");
	for (size_t i = 0; i < 2; i++) {
		korch_scheduler *s = i ? known : told;
		feed_node(s, make_node("n1", "cpu=64 memory=64Gi nvidia.com/gpu=4"));
		feed_node(s, make_node("n2", "cpu=32 memory=64Gi nvidia.com/gpu=4"));
		ck_assert_uint_eq(devices_for(s, "a", requests[0]), 1);
		devices_for(s, "b", requests[1]);
		korch_pod *waits = make_pod("c", requests[2]);
		ck_assert_int_eq(korch_scheduler_wait(s, waits, NULL), 0);
		korch_object_unref(&waits->object);
	}
	expect(told, requests, 3);
	ck_assert_int_eq(korch_scheduler_expect(known, NULL, NULL, 0, NULL), 0);
	for (size_t i = 0; i < 16; i++) {
		char name[24], first[256];
		snprintf(name, sizeof(name), "p%zu", i);
		snprintf(first, sizeof(first), "%s", place(told, make_pod(name, requests[i % 3])));
		ck_assert_str_eq(place(known, make_pod(name, requests[i % 3])), first);
	}
	char *a = dump_state(told), *b = dump_state(known);
	ck_assert_str_eq(a, b);
	free(a);
	free(b);
	korch_scheduler_free(told);
	korch_scheduler_free(known);
}
END_TEST

START_TEST(test_bad_pods)
{
	korch_scheduler *s = new_scheduler("gpu-headroom");
	korch_error *err = NULL;
	korch_pod *good = make_pod("good", requests[0]);
	korch_pod *bad = make_pod("bad", "cpu=1 korch.dev/gpu-milli=1001");
	const korch_pod *pods[] = {good, bad}, *none[] = {good, NULL};
	feed_node(s, make_node("n1", "cpu=16 memory=64Gi nvidia.com/gpu=2"));
	expect(s, requests, KINDS);
	devices_for(s, "p1", requests[1]);
	ck_assert_int_eq(korch_scheduler_expect(s, pods, NULL, 2, &err), KORCH_E_INVALID);
	ck_assert_ptr_nonnull(strstr(korch_error_message(err), "at most 1000"));
	korch_error_free(err);
	ck_assert_int_eq(korch_scheduler_expect(s, none, NULL, 2, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_expect(NULL, pods, NULL, 1, NULL), KORCH_E_INVALID);
	ck_assert_uint_eq(devices_for(s, "p2", "cpu=1 korch.dev/gpu-milli=650"), 1);
	korch_object_unref(&good->object);
	korch_object_unref(&bad->object);
	korch_scheduler_free(s);
}
END_TEST

/* What plugins see of devices: the emptiest of all that are shared already comes first. */
static int64_t shared_score(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	const int32_t *left;
	int64_t most = 0;
	size_t n = korch_node_info_devices(&left, node);
	for (size_t i = 0; i < n; i++)
		most = left[i] < 1000 && left[i] > most ? left[i] : most;
	return most;
}

START_TEST(test_plugin)
{
	const korch_scheduler_plugin plugin = {
	    .size = sizeof(plugin), .name = "Shared", .score = shared_score};
	const korch_score_use use = {.name = "Shared", .weight = 1};
	const korch_scheduler_profile profile = {.size = sizeof(profile),
	                                         .name = "default-scheduler",
	                                         .scores = &use,
	                                         .n_scores = 1,
	                                         .plugins = &plugin,
	                                         .n_plugins = 1};
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
	korch_scheduler *s = NULL;
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	feed_node(s, make_node("a", "cpu=16"));
	feed_node(s, make_node("b", "cpu=16 nvidia.com/gpu=2"));
	feed_node(s, make_node("c", "cpu=16 nvidia.com/gpu=2"));
	ck_assert_str_eq(place(s, make_pod("p1", "cpu=1")), "a");
	ck_assert_str_eq(place(s, make_pod("p2", "korch.dev/gpu-milli=900")), "b");
	ck_assert_str_eq(place(s, make_pod("p3", "korch.dev/gpu-milli=300")), "b");
	ck_assert_str_eq(place(s, make_pod("p4", "nvidia.com/gpu=1")), "c");
	ck_assert_str_eq(place(s, make_pod("p5", "korch.dev/gpu-milli=100")), "b");
	korch_scheduler_free(s);
}
END_TEST

/* A cluster that lives: what there is now, from which it can be built anew. */
typedef struct world {
	korch_node *nodes[NODES];
	korch_pod *pods[PODS];
	char on[PODS][16];
	size_t expected; /* so many of the requests */
} world;

static korch_node *random_node(korch_random *random, size_t i)
{
	static const char *const sizes[] = {
	    "cpu=16 memory=64Gi nvidia.com/gpu=2", "cpu=32 memory=64Gi nvidia.com/gpu=4",
	    "cpu=24 memory=32Gi nvidia.com/gpu=8", "cpu=16 memory=64Gi"};
	char name[16];
	snprintf(name, sizeof(name), "n%02zu", i);
	korch_node *node = make_node(name, sizes[korch__random_below(random, 4)]);
	korch_map_set(&node->object.metadata->labels, "model", models[korch__random_below(random, 2)]);
	return node;
}

static korch_pod *random_pod(korch_random *random, size_t i)
{
	char name[16];
	snprintf(name, sizeof(name), "p%zu", i);
	korch_pod *pod = make_pod(name, requests[korch__random_below(random, KINDS)]);
	if (korch__random_below(random, 3) == 0)
		add_node_term(pod, "model", "In", models[korch__random_below(random, 2)]);
	return pod;
}

static void expect_models(korch_scheduler *s, size_t n)
{
	const korch_pod *pods[KINDS] = {NULL};
	for (size_t i = 0; i < n; i++) {
		korch_pod *pod = make_pod("expected", requests[i]);
		if (i % 3 == 0)
			add_node_term(pod, "model", "In", models[i % 2]);
		pods[i] = pod;
	}
	ck_assert_int_eq(korch_scheduler_expect(s, pods, NULL, n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		korch_object_unref(&pods[i]->object);
}

static korch_scheduler *rebuild(const world *w, const char *profile)
{
	korch_scheduler *s = new_scheduler(profile);
	if (w->expected > 0)
		expect_models(s, w->expected);
	for (size_t i = NODES; i-- > 0;) {
		if (w->nodes[i])
			ck_assert_int_eq(korch_scheduler_node_set(s, w->nodes[i], NULL), 0);
	}
	for (size_t i = 0; i < PODS; i++) {
		if (w->pods[i])
			ck_assert_int_eq(korch_scheduler_pod_set(s, w->pods[i], w->on[i], NULL), 0);
	}
	return s;
}

static void change_node(world *w, korch_scheduler *s, korch_random *random)
{
	size_t i = korch__random_below(random, NODES);
	if (w->nodes[i] && korch__random_below(random, 3) == 0) {
		korch_scheduler_node_remove(s, korch_object_name(&w->nodes[i]->object));
		korch_object_unref(&w->nodes[i]->object);
		w->nodes[i] = NULL;
		return;
	}
	if (w->nodes[i])
		korch_object_unref(&w->nodes[i]->object);
	w->nodes[i] = random_node(random, i);
	ck_assert_int_eq(korch_scheduler_node_set(s, w->nodes[i], NULL), 0);
}

static void annotate(korch_pod *pod, uint64_t devices)
{
	char text[200] = "";
	for (unsigned i = 0; i < 64; i++) {
		if (devices >> i & 1)
			sprintf(text + strlen(text), "%s%u", text[0] ? "," : "", i);
	}
	if (text[0])
		korch_map_set(&korch_object_edit_meta(&pod->object)->annotations,
		              KORCH_ANNOTATION_GPU_DEVICES, text);
}

/* The pod goes where both, the one that lived and the one that is new, say. */
static void place_both(world *w, korch_scheduler *s, korch_random *random, const char *profile)
{
	size_t i = korch__random_below(random, PODS);
	if (w->pods[i]) {
		korch_scheduler_pod_remove(s, w->pods[i]);
		korch_object_unref(&w->pods[i]->object);
		w->pods[i] = NULL;
		return;
	}
	korch_pod *pod = random_pod(random, i);
	korch_scheduler *anew = rebuild(w, profile);
	korch_decision a, b;
	int found = korch_scheduler_decide(&a, s, pod, NULL);
	ck_assert_int_eq(korch_scheduler_decide(&b, anew, pod, NULL), found);
	if (found == 1) {
		ck_assert_str_eq(a.node, b.node);
		ck_assert_int_eq(a.score, b.score);
		ck_assert_uint_eq(a.devices, b.devices);
		snprintf(w->on[i], sizeof(w->on[i]), "%s", a.node);
		annotate(pod, a.devices);
		w->pods[i] = pod;
		ck_assert_int_eq(korch_scheduler_pod_set(s, pod, w->on[i], NULL), 0);
	} else {
		korch_object_unref(&pod->object);
	}
	korch_scheduler_free(anew);
}

START_TEST(test_as_built_anew)
{
	static world w;
	const char *profile = _i % 2 ? "gpu-headroom" : "gpu-fragmentation";
	korch_scheduler *s = new_scheduler(profile);
	korch_random random;
	korch__random_init(&random, (uint64_t)_i + 1);
	memset(&w, 0, sizeof(w));
	for (size_t step = 0; step < STEPS; step++) {
		uint64_t what = korch__random_below(&random, 12);
		if (what == 0 || step < NODES)
			change_node(&w, s, &random);
		else if (what == 1)
			expect_models(s, w.expected = 1 + korch__random_below(&random, KINDS));
		else
			place_both(&w, s, &random, profile);
	}
	for (size_t i = 0; i < NODES; i++)
		korch_object_unref(w.nodes[i] ? &w.nodes[i]->object : NULL);
	for (size_t i = 0; i < PODS; i++)
		korch_object_unref(w.pods[i] ? &w.pods[i]->object : NULL);
	korch_scheduler_free(s);
}
END_TEST

/* Every allocation fails once: an error, nothing has changed, and then it works. */
START_TEST(test_no_memory)
{
	korch_scheduler *s = new_scheduler("gpu-headroom");
	korch_pod *pods[KINDS], *next = make_pod("next", requests[1]);
	for (size_t i = 0; i < KINDS; i++)
		pods[i] = make_pod("expected", requests[i]);
	feed_node(s, make_node("n1", "cpu=64 memory=64Gi nvidia.com/gpu=4"));
	feed_node(s, make_node("n2", "cpu=16 memory=64Gi nvidia.com/gpu=4"));
	char *before = dump_state(s);
	int failed = 0;
	for (uint64_t n = 1, done = 0; !done; n++) {
		korch_decision decision;
		korch__alloc_fail_at(n);
		int code = korch_scheduler_expect(s, (const korch_pod *const *)pods, NULL, KINDS, NULL);
		if (code == 0)
			code = korch_scheduler_decide(&decision, s, next, NULL);
		korch__alloc_fail_at(0);
		done = code == 1;
		failed += code < 0;
		ck_assert(done || code == KORCH_E_NOMEM);
		char *after = dump_state(s);
		ck_assert_str_eq(before, after);
		free(after);
	}
	ck_assert_int_gt(failed, 10);
	free(before);
	for (size_t i = 0; i < KINDS; i++)
		korch_object_unref(&pods[i]->object);
	korch_object_unref(&next->object);
	korch_scheduler_free(s);
}
END_TEST

/* Being told is a state of its own: what was said in it is not said again after the next change. */
START_TEST(test_next_change)
{
	korch_scheduler *s = new_scheduler("default-scheduler");
	feed_node(s, make_node("n1", "cpu=1 memory=1Gi pods=1"));
	korch_pod *there = make_pod("there", "cpu=500m");
	korch_object_ref(&there->object);
	ck_assert_str_eq(place(s, there), "n1");
	ck_assert_int_eq(korch_scheduler_expect(s, NULL, NULL, 0, NULL), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(ask(s, make_pod("great", "cpu=2")),
		                 "0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods.");
	korch_scheduler_pod_remove(s, there);
	ck_assert_str_eq(ask(s, make_pod("great", "cpu=2")),
	                 "0/1 nodes are available: 1 Insufficient cpu.");
	korch_object_unref(&there->object);
	korch_scheduler_free(s);
}
END_TEST

KORCH_SUITE(scheduler_expect)
{
	Suite *suite = suite_create("scheduler: expected pods");
	KORCH_CASE(suite, "literals", test_not_told, test_node, test_known_pods, test_bad_pods,
	           test_plugin, test_no_memory, test_next_change);
	TCase *loops = tcase_create("loops");
	tcase_set_timeout(loops, 60);
	tcase_add_loop_test(loops, test_device, 0, 2);
	tcase_add_loop_test(loops, test_as_built_anew, 0, 40);
	suite_add_tcase(suite, loops);
	return suite;
}
