/* The simulated world: images that behave in several ways, nodes, a cluster on them; and the
 * restart of the program that runs it. */
#include "base/cleanup.h"
#include "sim.h"
#include "support/store.h"
#include <korch/faulty.h>
#include <korch/metric.h>
#include <korch/router.h>
#include <korch/sys/runtime.h>
#include <stdio.h>

/* How images behave. */
static void add_rules(sim *s)
{
	static const korch_sim_rule RULES[] = {
	    {.size = sizeof(korch_sim_rule), .start_us = SECOND, .readiness = "fail:2s,ok"},
	    {.size = sizeof(korch_sim_rule),
	     .image = "slow:*",
	     .pull_us = 5 * SECOND,
	     .start_us = 10 * SECOND,
	     .readiness = "fail:20s,ok",
	     .term_us = 8 * SECOND},
	    {.size = sizeof(korch_sim_rule), .image = "crash:*", .run_us = 2 * SECOND, .exit_code = 1},
	    {.size = sizeof(korch_sim_rule), .image = "unready:*", .readiness = "fail"},
	    {.size = sizeof(korch_sim_rule),
	     .image = "missing:*",
	     .pull_us = SECOND,
	     .pull_error = "not found"},
	    {.size = sizeof(korch_sim_rule),
	     .image = "flaky:*",
	     .crash_permille = 300,
	     .crash_within_us = 30 * SECOND,
	     .readiness = "ok:20s,fail:5s,repeat"},
	};
	for (size_t i = 0; i < sizeof(RULES) / sizeof(RULES[0]); i++)
		if (korch_sim_rule_add(s->runtime, &RULES[i], NULL) < 0)
			broken(s, "rule %zu", i);
}

static void make_nodes(sim *s, korch_cluster_node *nodes, char names[][16])
{
	for (int i = 0; i < NODES; i++) {
		korch_map *labels = NULL;
		snprintf(names[i], 16, "node-%d", i);
		korch_map_set(&labels, "zone", i % 2 ? "z1" : "z0");
		nodes[i] = (korch_cluster_node){
		    .name = names[i],
		    .labels = labels,
		    .capacity = {.cpu_milli = s->is_rollouts ? 8000 : 2000,
		                 .memory_bytes = (int64_t)(s->is_rollouts ? 4 : 1) << 30,
		                 .pods = s->is_rollouts ? 40 : 7},
		    .taints = i == NODES - 1 ? "special=yes:NoSchedule" : NULL};
	}
}

/* The runtime outlives the cluster that it is lent to: its end is a restart for the containers. */
static korch_runtime_ops lent_ops;
static sim *lender;

static void lent_free(void *self)
{
	if (korch_sim_restart(&lender->runtime, lender->runtime) < 0)
		broken(lender, "out of memory");
}

static korch_runtime *lend(sim *s)
{
	korch_runtime *lent = NULL;
	lender = s;
	lent_ops = *korch_runtime_get_ops(s->runtime);
	lent_ops.free = lent_free;
	if (korch_runtime_register(&lent, &lent_ops, korch_runtime_get_self(s->runtime), NULL) < 0)
		broken(s, "out of memory");
	return lent;
}

static void open_cluster(sim *s, const korch_cluster_node *nodes)
{
	korch_error *error = NULL;
	if (korch_router_sim_new(&s->router, s->loop, NULL, NULL) < 0 ||
	    korch_metric_sim_new(&s->metrics, s->loop, SECOND / 10, NULL) < 0)
		broken(s, "out of memory");
	korch_cluster_options cluster = {.size = sizeof(cluster),
	                                 .loop = s->loop,
	                                 .store = s->faulty,
	                                 .runtime = lend(s),
	                                 .nodes = nodes,
	                                 .n_nodes = NODES,
	                                 .router = s->router,
	                                 .metrics = &s->metrics,
	                                 .n_metrics = 1,
	                                 .seed = s->seed + 1000003 * s->restarts++,
	                                 .lease_period_us = 10 * SECOND,
	                                 .events_max = 200};
	int code = korch_cluster_open(&s->cluster, &cluster, &error);
	if (code == KORCH_E_IO && s->is_faulty) {
		/* People try again, when the store is well. */
		korch_error_free(KORCH_STEAL(error));
		store_faults(s, 0);
		cluster.seed = s->seed + 1000003 * s->restarts++;
		code = korch_cluster_open(&s->cluster, &cluster, &error);
		store_faults(s, 1);
	}
	if (code < 0)
		broken(s, "open: %s", korch_error_message(error));
}

static void open_again(sim *s, int is_first)
{
	korch_cluster_node nodes[NODES];
	char names[NODES][16];
	make_nodes(s, nodes, names);
	for (int i = 0; is_first && i < NODES; i++)
		if (korch_sim_node_add(s->runtime, names[i], &nodes[i].capacity) < 0)
			broken(s, "node %d", i);
	open_cluster(s, nodes);
	for (int i = 0; i < NODES; i++)
		korch_block_unref((void *)(uintptr_t)nodes[i].labels);
}

void world_open(sim *s)
{
	const korch_sim_options options = {.size = sizeof(options), .seed = s->seed};
	const korch_faulty_options faulty = {.size = sizeof(faulty), .seed = s->seed, .lent = 1};
	if (korch_loop_new_virtual(&s->loop, START_US, NULL) < 0 ||
	    test_store_open(&s->store, s->loop, 0) < 0 ||
	    korch_store_faulty_new(&s->faulty, s->loop, s->store, &faulty, NULL) < 0 ||
	    korch_runtime_sim_new(&s->runtime, s->loop, &options, NULL) < 0)
		broken(s, "out of memory");
	laws_init(s);
	add_rules(s);
	open_again(s, 1);
}

void world_restart(sim *s)
{
	korch_cluster_close(s->cluster);
	s->cluster = NULL;
	open_again(s, 0);
	rollouts_restarted(s);
}

void world_close(sim *s)
{
	korch_cluster_close(s->cluster);
	korch_runtime_free(s->runtime);
	laws_fini(s);
	korch_store_free(s->faulty);
	korch_store_free(s->store);
	korch_loop_free(s->loop);
}
