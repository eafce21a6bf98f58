/* Batches: better than one by one, never worse, the same for the same seed. */
#include "base/alloc.h"
#include "base/random.h"
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <korch/scheduler/batch.h>
#include <korch/scheduler/preempt.h>
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

enum { MOST = 64 };

static korch_pod *pods[MOST];
static size_t n_pods;

static korch_pod *add(int32_t priority, const char *requests)
{
	char name[24];
	snprintf(name, sizeof(name), "b%zu", n_pods);
	korch_pod *pod = make_pod(name, requests);
	pod->spec->priority = priority;
	pods[n_pods++] = pod;
	return pod;
}

static void add_all(const char *cpus)
{
	for (; *cpus; cpus++) {
		char requests[24];
		snprintf(requests, sizeof(requests), "cpu=%c", *cpus);
		add(0, requests);
	}
}

static void disband(void)
{
	while (n_pods > 0)
		korch_object_unref(&pods[--n_pods]->object);
}

static int64_t place_all(korch_binding *bindings, uint64_t rounds, uint64_t seed)
{
	const korch_batch_options options = {.size = sizeof(options), .rounds = rounds, .seed = seed};
	int64_t n =
	    korch_scheduler_batch(bindings, s, (const korch_pod *const *)pods, n_pods, &options, NULL);
	ck_assert_int_ge(n, 0);
	int64_t there = 0;
	for (size_t i = 0; i < n_pods; i++) {
		ck_assert_uint_eq(bindings[i].pod, i);
		ck_assert_ptr_eq(bindings[i].node, korch_scheduler_pod_node(s, pods[i]));
		there += bindings[i].node != NULL;
	}
	ck_assert_int_eq(n, there);
	check_not_overcommitted(s);
	free(dump_state(s));
	return n;
}

static int64_t one_by_one(void)
{
	int64_t n = 0;
	for (size_t i = 0; i < n_pods; i++) {
		korch_decision decision;
		int found = korch_scheduler_schedule(&decision, s, pods[i], NULL);
		ck_assert_int_ge(found, 0);
		n += found;
	}
	return n;
}

static void nodes(const char *cpus)
{
	for (char i = '1'; *cpus; cpus++, i++) {
		char name[8], allocatable[24];
		snprintf(name, sizeof(name), "n%c", i);
		snprintf(allocatable, sizeof(allocatable), "cpu=%c", *cpus);
		feed_node(s, make_node(name, allocatable));
	}
}

typedef struct row {
	const char *nodes, *pods; /* cpus */
	int64_t alone, together;
} row;

START_TEST(test_rows)
{
	const row rows[] = {
	    {"44", "1133", 4, 4}, /* one by one is enough, and stays as it is */
	    {"44", "11224", 4, 4},     {"44", "1144", 2, 3},
	    {"444", "111444", 3, 5}, /* the small ones spread themselves */
	    {"66", "222333", 4, 5},    {"999", "333111555", 9, 9},
	    {"888", "22335351", 7, 8}, {"", "1", 0, 0},
	    {"2", "9", 0, 0},          {"777", "34343434", 6, 6},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_binding bindings[MOST];
		korch_scheduler_reset(s);
		nodes(rows[i].nodes);
		add_all(rows[i].pods);
		ck_assert_int_eq(korch_scheduler_begin(s), 0);
		int64_t alone = one_by_one();
		ck_assert_msg(alone == rows[i].alone, "row %zu: %d one by one", i, (int)alone);
		korch_scheduler_rollback(s);
		int64_t n = place_all(bindings, 0, 1);
		ck_assert_msg(n == rows[i].together, "row %zu: %d", i, (int)n);
		disband();
	}
}
END_TEST

/* One by one that places all is the result as it is. */
START_TEST(test_as_one_by_one)
{
	korch_binding bindings[MOST];
	nodes("4444");
	add_all("11112222");
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
	ck_assert_int_eq(one_by_one(), 8);
	const char *at[MOST];
	for (size_t i = 0; i < n_pods; i++)
		at[i] = korch_scheduler_pod_node(s, pods[i]);
	korch_scheduler_rollback(s);
	ck_assert_int_eq(place_all(bindings, 0, 0), 8);
	for (size_t i = 0; i < n_pods; i++)
		ck_assert_str_eq(bindings[i].node, at[i]);
	/* and those that are there stay */
	ck_assert_int_eq(place_all(bindings, 0, 7), 8);
	for (size_t i = 0; i < n_pods; i++)
		ck_assert_str_eq(bindings[i].node, at[i]);
	disband();
}
END_TEST

/* One pod of higher priority is worth more than any number below it. */
START_TEST(test_priorities)
{
	korch_binding bindings[MOST];
	nodes("4");
	for (int i = 0; i < 4; i++)
		add(1, "cpu=1");
	add(2, "cpu=3");
	ck_assert_int_eq(place_all(bindings, 0, 0), 2);
	ck_assert_str_eq(bindings[4].node, "n1");
	disband();
}
END_TEST

/* Of equal numbers, those that request more. */
START_TEST(test_requests_count_last)
{
	korch_binding bindings[MOST];
	nodes("4");
	add_all("34");
	ck_assert_int_eq(place_all(bindings, 0, 0), 1);
	ck_assert_ptr_nonnull(bindings[1].node);
	disband();
}
END_TEST

/* Shares of devices: those that were found are those that are given. */
START_TEST(test_devices)
{
	korch_binding bindings[MOST];
	const int shares[] = {400, 400, 600, 600, 300, 700};
	feed_node(s, make_node("n1", "cpu=9 nvidia.com/gpu=2"));
	feed_node(s, make_node("n2", "cpu=9 nvidia.com/gpu=1"));
	for (size_t i = 0; i < 6; i++) {
		char requests[48];
		snprintf(requests, sizeof(requests), "cpu=1 korch.dev/gpu-milli=%d", shares[i]);
		add(0, requests);
	}
	ck_assert_int_eq(place_all(bindings, 2000, 3), 6);
	int used[3] = {0};
	for (size_t i = 0; i < 6; i++)
		used[bindings[i].node[1] == '2' ? 2 : bindings[i].devices - 1] += shares[i];
	ck_assert(used[0] == 1000 && used[1] == 1000 && used[2] == 1000);
	disband();
}
END_TEST

static void random_batch(korch_random *random, size_t n, int with_topology)
{
	static const char *const keys[] = {"zone", "kubernetes.io/hostname"};
	for (size_t i = 0; i < n; i++) {
		char requests[64];
		snprintf(requests, sizeof(requests), "cpu=%d memory=%dGi",
		         1 + (int)korch__random_below(random, 4), 1 + (int)korch__random_below(random, 4));
		korch_pod *pod = add((int32_t)korch__random_below(random, 2), requests);
		label(&pod->object, korch__random_below(random, 2) ? "app=web" : "app=db");
		if (!with_topology)
			continue;
		const char *key = keys[korch__random_below(random, 2)];
		uint64_t what = korch__random_below(random, 6);
		if (what < 2)
			add_affinity(pod, what == 0, key, "app=web");
		else if (what == 2)
			add_spread(pod, key, 1, "app=db");
	}
}

static void random_nodes(korch_random *random)
{
	for (int i = 0; i < 5; i++) {
		char name[8], allocatable[64];
		snprintf(name, sizeof(name), "n%d", i);
		snprintf(allocatable, sizeof(allocatable), "cpu=%d memory=%dGi pods=%d",
		         5 + (int)korch__random_below(random, 4), 5 + (int)korch__random_below(random, 4),
		         3 + (int)korch__random_below(random, 3));
		korch_node *node = make_node(name, allocatable);
		label(&node->object, i % 2 ? "zone=a" : "zone=b");
		feed_node(s, node);
	}
}

/* By priority 1, then 0. */
static void count(int64_t counts[2])
{
	counts[0] = counts[1] = 0;
	for (size_t i = 0; i < n_pods; i++)
		counts[pods[i]->spec->priority] += korch_scheduler_pod_node(s, pods[i]) != NULL;
}

/* Never worse than one by one, mostly better; the same for the same seed; gone with a trial. */
START_TEST(test_never_worse)
{
	int better = 0;
	for (uint64_t seed = 0; seed < unit_seeds(300); seed++) {
		korch_binding first[MOST], second[MOST];
		korch_random random;
		int64_t alone[2], together[2];
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		random_nodes(&random);
		random_batch(&random, 22, seed % 2 == 0);
		char *before = dump_state(s);
		ck_assert_int_eq(korch_scheduler_begin(s), 0);
		one_by_one();
		count(alone);
		korch_scheduler_rollback(s);
		ck_assert_int_eq(korch_scheduler_begin(s), 0);
		place_all(first, 50, seed);
		count(together);
		korch_scheduler_rollback(s);
		char *after = dump_state(s);
		ck_assert_str_eq(before, after);
		ck_assert(together[1] > alone[1] || (together[1] == alone[1] && together[0] >= alone[0]));
		better += together[1] > alone[1] || together[0] > alone[0];
		place_all(second, 50, seed);
		for (size_t i = 0; i < n_pods; i++) {
			ck_assert_ptr_eq(first[i].node, second[i].node);
			ck_assert_uint_eq(first[i].devices, second[i].devices);
		}
		disband();
		free(before);
		free(after);
	}
	ck_assert_int_ge(better, 100);
}
END_TEST

/* The most that any placing of these pods holds, by trying them all: without memory, devices and
 * the like. */
static int64_t most_of(int64_t *free_, size_t n_nodes, const int64_t *wanted, size_t n)
{
	if (n == 0)
		return 0;
	int64_t best = most_of(free_, n_nodes, wanted + 1, n - 1);
	for (size_t i = 0; i < n_nodes && best < (int64_t)n; i++) {
		if (free_[i] < wanted[0])
			continue;
		free_[i] -= wanted[0];
		int64_t with = 1 + most_of(free_, n_nodes, wanted + 1, n - 1);
		free_[i] += wanted[0];
		best = with > best ? with : best;
	}
	return best;
}

START_TEST(test_mostly_best)
{
	int best = 0;
	for (uint64_t seed = 0; seed < unit_seeds(100); seed++) {
		korch_binding bindings[MOST];
		korch_random random;
		int64_t free_[3], wanted[9];
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		for (int i = 0; i < 3; i++) {
			char name[8], cpu[16];
			free_[i] = 6 + (int64_t)korch__random_below(&random, 6);
			snprintf(name, sizeof(name), "n%d", i);
			snprintf(cpu, sizeof(cpu), "cpu=%d", (int)free_[i]);
			feed_node(s, make_node(name, cpu));
		}
		for (int i = 0; i < 9; i++) {
			char cpu[16];
			wanted[i] = 1 + (int64_t)korch__random_below(&random, 6);
			snprintf(cpu, sizeof(cpu), "cpu=%d", (int)wanted[i]);
			add(0, cpu);
		}
		int64_t n = place_all(bindings, 5000, seed);
		int64_t most = most_of(free_, 3, wanted, 9);
		ck_assert_int_le(n, most);
		best += n == most;
		disband();
	}
	ck_assert_int_ge(best, 100);
}
END_TEST

/* What a pod wants of others holds with all of them in place, when it did one by one. */
START_TEST(test_topology_holds)
{
	for (uint64_t seed = 0; seed < unit_seeds(200); seed++) {
		korch_binding bindings[MOST];
		korch_random random;
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		random_nodes(&random);
		for (size_t i = 0; i < 20; i++) {
			korch_pod *pod = add(0, korch__random_below(&random, 2) ? "cpu=2" : "cpu=3");
			label(&pod->object, "app=web");
			if (i % 2)
				add_affinity(pod, 1, "kubernetes.io/hostname", "app=db");
			else
				label(&pod->object, korch__random_below(&random, 4) ? "app=web" : "app=db");
		}
		place_all(bindings, 100, seed);
		for (size_t i = 0; i < n_pods; i++) {
			for (size_t k = 1; bindings[i].node && k < n_pods; k += 2) {
				int is_db =
				    strcmp(korch_map_get(pods[i]->object.metadata->labels, "app"), "db") == 0;
				if (is_db && bindings[k].node)
					ck_assert_str_ne(bindings[i].node, bindings[k].node);
			}
		}
		disband();
	}
}
END_TEST

START_TEST(test_nominated_members)
{
	korch_binding bindings[MOST];
	nodes("44");
	add_all("44");
	ck_assert_int_eq(korch_scheduler_nominate(s, pods[1], "n1", NULL), 0);
	char *before = dump_state(s);
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
	ck_assert_int_eq(place_all(bindings, 0, 0), 2);
	ck_assert_str_eq(bindings[1].node, "n1");
	korch_scheduler_rollback(s);
	char *after = dump_state(s);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(place_all(bindings, 0, 0), 2);
	ck_assert_str_eq(bindings[1].node, "n1");
	free(before);
	free(after);
	disband();
}
END_TEST

static int count_down(void *userdata)
{
	return --*(int *)userdata > 0;
}

START_TEST(test_keep_going)
{
	korch_binding bindings[MOST];
	int left = 5;
	const korch_batch_options options = {
	    .size = sizeof(options), .keep_going = count_down, .userdata = &left};
	nodes("44");
	add_all("333"); /* only two of them ever fit */
	ck_assert_int_eq(
	    korch_scheduler_batch(bindings, s, (const korch_pod *const *)pods, n_pods, &options, NULL),
	    2);
	ck_assert_int_eq(left, 0);
	disband();
}
END_TEST

START_TEST(test_bad_batches)
{
	korch_binding bindings[MOST];
	const korch_batch_options old = {.size = 8};
	nodes("44");
	add_all("11");
	korch_pod *negative = make_pod("bad", "cpu=-1");
	const korch_pod *lists[][3] = {{pods[0], pods[0]}, {pods[0], NULL}, {pods[0], negative}};
	char *before = dump_state(s);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(korch_scheduler_batch(bindings, s, lists[i], 2, NULL, NULL),
		                 KORCH_E_INVALID);
	ck_assert_int_eq(
	    korch_scheduler_batch(bindings, s, (const korch_pod *const *)pods, 2, &old, NULL),
	    KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_batch(bindings, s, NULL, 0, NULL, NULL), 0);
	char *after = dump_state(s);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	korch_object_unref(&negative->object);
	disband();
}
END_TEST

START_TEST(test_out_of_memory)
{
	for (uint64_t at = 1;; at++) {
		korch_binding bindings[MOST];
		const korch_batch_options options = {.size = sizeof(options), .rounds = 4, .seed = 1};
		korch_scheduler_reset(s);
		nodes("66");
		add_all("222333");
		for (size_t i = 0; i < n_pods; i += 2) {
			label(&pods[i]->object, "app=web");
			add_spread(pods[i], "kubernetes.io/hostname", 2, "app=web");
		}
		ck_assert_int_eq(korch_scheduler_nominate(s, pods[1], "n1", NULL), 0);
		char *before = dump_state(s);
		korch__alloc_fail_at(at);
		int64_t n = korch_scheduler_batch(bindings, s, (const korch_pod *const *)pods, n_pods,
		                                  &options, NULL);
		int failed = korch__alloc_count() >= at;
		korch__alloc_fail_at(0);
		ck_assert(n >= 4 || (failed && n == KORCH_E_NOMEM));
		char *after = dump_state(s);
		if (n < 0)
			ck_assert_str_eq(before, after);
		free(before);
		free(after);
		disband();
		if (!failed)
			return;
	}
}
END_TEST

KORCH_SUITE(batch)
{
	Suite *suite = suite_create("scheduler: batches");
	const TTest *const tests[] = {test_rows,
	                              test_as_one_by_one,
	                              test_priorities,
	                              test_requests_count_last,
	                              test_devices,
	                              test_never_worse,
	                              test_mostly_best,
	                              test_topology_holds,
	                              test_nominated_members,
	                              test_keep_going,
	                              test_bad_batches,
	                              test_out_of_memory};
	TCase *with_one = tcase_create("batches");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
