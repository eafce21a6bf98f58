/*
 * Runs the simulator for some seeds, each twice: both runs must be the same, byte for byte.
 * usage: sim [SEEDS [FIRST [STEPS]]]    default: 20 seeds from 1, 60 steps; KORCH_SIM_LOG=1 prints
 * every change
 */
#include "sim.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void broken(const sim *s, const char *format, ...)
{
	va_list args;
	fprintf(stderr, "seed %llu, step %d, after %.3f s, last: %s\n  ", (unsigned long long)s->seed,
	        s->step, s->loop ? (double)(korch_loop_now(s->loop) - START_US) / 1e6 : 0.0, s->log);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void note(sim *s, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(s->log, sizeof(s->log), format, args);
	va_end(args);
	if (getenv("KORCH_SIM_LOG"))
		fprintf(stderr, "%.6f == %s\n", (double)(korch_loop_now(s->loop) - START_US) / 1e6, s->log);
}

uint64_t below(sim *s, uint64_t n)
{
	return korch__random_below(&s->random, n);
}

int chance(sim *s, uint64_t n)
{
	return below(s, n) == 0;
}

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
		    .capacity = {.cpu_milli = 2000, .memory_bytes = (int64_t)1 << 30, .pods = 7},
		    .taints = i == NODES - 1 ? "special=yes:NoSchedule" : NULL};
		if (korch_sim_node_add(s->runtime, names[i], &nodes[i].capacity) < 0)
			broken(s, "node %d", i);
	}
}

static void open_world(sim *s)
{
	korch_cluster_node nodes[NODES];
	char names[NODES][16];
	const korch_sim_options options = {.size = sizeof(options), .seed = s->seed};
	korch_error *error = NULL;
	if (korch_loop_new_virtual(&s->loop, START_US, NULL) < 0 ||
	    korch_store_memory_new(&s->store, s->loop, 0, NULL) < 0 ||
	    korch_runtime_sim_new(&s->runtime, s->loop, &options, NULL) < 0)
		broken(s, "out of memory");
	laws_init(s);
	make_nodes(s, nodes, names);
	add_rules(s);
	const korch_cluster_options cluster = {.size = sizeof(cluster),
	                                       .loop = s->loop,
	                                       .store = s->store,
	                                       .runtime = s->runtime,
	                                       .nodes = nodes,
	                                       .n_nodes = NODES,
	                                       .seed = s->seed,
	                                       .lease_period_us = 10 * SECOND,
	                                       .events_max = 200};
	if (korch_cluster_open(&s->cluster, &cluster, &error) < 0)
		broken(s, "open: %s", korch_error_message(error));
	for (int i = 0; i < NODES; i++)
		korch_block_unref((void *)(uintptr_t)nodes[i].labels);
}

static void close_world(sim *s)
{
	korch_cluster_close(s->cluster);
	laws_fini(s);
	korch_store_free(s->store);
	korch_loop_free(s->loop);
}

/* Lets time pass, bit by bit so that laws see the moment of each change. */
static void pass(sim *s, korch_usec us)
{
	korch_usec end = korch_loop_now(s->loop) + us;
	while (korch_loop_now(s->loop) < end) {
		korch_usec until = korch_loop_now(s->loop) + SECOND / 20;
		korch_cluster_process(s->cluster, until < end ? until : end);
		laws_check(s);
	}
}

static void converge(sim *s)
{
	note(s, "calm");
	calm(s);
	act_repair(s);
	pass(s, 1800 * SECOND);
	laws_check_complete(s);
	laws_check_converged(s);
	uint64_t wishes = s->laws.wishes;
	pass(s, 600 * SECOND);
	if (s->laws.wishes != wishes)
		broken(s, "law 9: %llu changes more, although nothing happened",
		       (unsigned long long)(s->laws.wishes - wishes));
}

/* One run; *changes is how many there were. Returns the hash of them all. */
static uint64_t run(uint64_t seed, int steps, uint64_t *changes)
{
	sim s = {.seed = seed};
	korch__random_init(&s.random, seed);
	open_world(&s);
	act_first(&s);
	for (s.step = 0; s.step < steps; s.step++) {
		if (chance(&s, 3))
			disturb(&s);
		else
			act(&s);
		laws_check(&s);
		pass(&s, chance(&s, 10) ? (korch_usec)below(&s, 400) * SECOND
		                        : (korch_usec)below(&s, 15000) * 1000);
	}
	converge(&s);
	*changes = s.laws.changes;
	uint64_t hash = s.laws.hash;
	close_world(&s);
	return hash;
}

int main(int argc, char **argv)
{
	uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 20;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	int steps = argc > 3 ? atoi(argv[3]) : 60;
	for (uint64_t seed = first; seed < first + seeds; seed++) {
		uint64_t changes = 0;
		uint64_t again = 0;
		uint64_t hash = run(seed, steps, &changes);
		uint64_t other = run(seed, steps, &again);
		printf("seed %llu: %llu changes, hash %016llx\n", (unsigned long long)seed,
		       (unsigned long long)changes, (unsigned long long)hash);
		fflush(stdout);
		if (hash != other || changes != again) {
			fprintf(stderr, "seed %llu: law 10: the second run had %llu changes, hash %016llx\n",
			        (unsigned long long)seed, (unsigned long long)again, (unsigned long long)other);
			return 1;
		}
	}
	printf("100%%: Checks: %llu, Failures: 0, Errors: 0\n", (unsigned long long)seeds);
	return 0;
}
