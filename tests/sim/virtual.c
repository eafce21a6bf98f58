/*
 * The whole orchestrator in virtual time: hours pass in milliseconds, and one seed gives one event
 * log, byte for byte.
 */
#include "support/store.h"
#include "unit.h"

#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/codec.h>
#include <korch/sim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START ((korch_usec)1577836800 * KORCH_USEC_PER_SEC)
#define MINUTE (60 * KORCH_USEC_PER_SEC)

/* A cluster of three virtual nodes, and everything that ever changed in it as text. */
typedef struct world {
	korch_loop *loop;
	korch_store *store;
	korch_runtime *runtime;
	korch_cluster *cluster;
	char *log;
	size_t length;
	FILE *out;
} world;

static void note(void *userdata, const korch_change *change)
{
	world *w = userdata;
	char *text = NULL;
	size_t length = 0;
	ck_assert_int_eq(korch_object_to_json(&text, &length, change->object, 0), 0);
	fprintf(w->out, "%llu %d %s\n", (unsigned long long)change->revision, change->type, text);
	free(text);
}

static void open_world(world *w, uint64_t seed)
{
	static const char *const NAMES[] = {"a", "b", "c"};
	const korch_node_capacity capacity = {
	    .cpu_milli = 4000, .memory_bytes = (int64_t)8 << 30, .pods = 50};
	const korch_sim_options sim = {.size = sizeof(sim), .seed = seed};
	korch_cluster_node nodes[3] = {0};
	memset(w, 0, sizeof(*w));
	w->out = open_memstream(&w->log, &w->length);
	ck_assert_int_eq(korch_loop_new_virtual(&w->loop, START, NULL), 0);
	ck_assert_int_eq(test_store_open(&w->store, w->loop, 0), 0);
	ck_assert_int_eq(korch_runtime_sim_new(&w->runtime, w->loop, &sim, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		nodes[i] = (korch_cluster_node){.name = NAMES[i], .capacity = capacity};
		ck_assert_int_eq(korch_sim_node_add(w->runtime, NAMES[i], &capacity), 0);
	}
	const korch_cluster_options options = {.size = sizeof(options),
	                                       .loop = w->loop,
	                                       .store = w->store,
	                                       .runtime = w->runtime,
	                                       .nodes = nodes,
	                                       .n_nodes = 3,
	                                       .seed = seed};
	ck_assert_int_eq(korch_cluster_open(&w->cluster, &options, NULL), 0);
	ck_assert_int_eq(korch_engine_observe(korch_cluster_engine(w->cluster), note, w, NULL), 0);
}

static void close_world(world *w)
{
	korch_cluster_close(w->cluster);
	korch_store_free(w->store);
	korch_loop_free(w->loop);
	fclose(w->out);
}

static void apply(world *w, const char *image, int replicas, const char *extra)
{
	char text[2048];
	korch_error *error = NULL;
	snprintf(text, sizeof(text),
	         "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: %d, "
	         "progressDeadlineSeconds: 600, "
	         "selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, "
	         "spec: {containers: [{name: web, "
	         "image: '%s'%s, resources: {requests: {cpu: 100m}}}]}}}}",
	         replicas, image, extra);
	int code = korch_cluster_apply_text(w->cluster, text, "web", &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
}

static const korch_deployment *deployment(const world *w)
{
	return (const korch_deployment *)korch_view_get(
	    korch_engine_view(korch_cluster_engine(w->cluster)), &korch_deployment_kind, "default",
	    "web");
}

static const char *progress_reason(const world *w)
{
	const korch_deployment_status *status = deployment(w)->status;
	for (size_t i = 0; status && i < status->n_conditions; i++)
		if (strcmp(status->conditions[i].type, "Progressing") == 0)
			return status->conditions[i].reason;
	return "";
}

static void let_pass(world *w, korch_usec span)
{
	korch_cluster_process(w->cluster, korch_loop_now(w->loop) + span);
}

/* Ten minutes: a broken version stops at maxUnavailable, is reported at the deadline and not
 * before, and undo repairs it. */
START_TEST(progress_deadline)
{
	const korch_sim_rule broken = {
	    .size = sizeof(broken), .image = "web:2", .start_error = "no such program"};
	const korch_key key = {&korch_deployment_kind, "default", "web"};
	world w;
	open_world(&w, 7);
	ck_assert_int_eq(korch_sim_rule_add(w.runtime, &broken, NULL), 0);
	apply(&w, "web:1", 4, "");
	ck_assert_int_eq(korch_cluster_wait(w.cluster, &key, "available", MINUTE, NULL), 0);
	apply(&w, "web:2", 4, "");
	korch_usec changed = korch_loop_now(w.loop);
	let_pass(&w, 9 * MINUTE);
	ck_assert_str_eq(progress_reason(&w), "ReplicaSetUpdated");
	/* 25 % of four: one old pod is given up, one new one comes on top. */
	ck_assert_int_eq(deployment(&w)->status->available_replicas, 3);
	ck_assert_int_eq(korch_cluster_wait(w.cluster, &key, "Progressing=False", 10 * MINUTE, NULL),
	                 0);
	ck_assert_str_eq(progress_reason(&w), "ProgressDeadlineExceeded");
	korch_usec took = korch_loop_now(w.loop) - changed;
	ck_assert_msg(took >= 10 * MINUTE && took < 11 * MINUTE, "after %lld s",
	              (long long)(took / KORCH_USEC_PER_SEC));
	ck_assert_int_eq(deployment(&w)->status->available_replicas, 3);
	ck_assert_int_eq(korch_cluster_undo(w.cluster, "default", "web", 0, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(w.cluster, &key, "available", 5 * MINUTE, NULL), 0);
	close_world(&w);
	free(w.log);
}
END_TEST

/* A busy hour: crashes, a rollout, a node that goes and comes back, scaling. */
static void busy_hour(world *w, uint64_t seed)
{
	const korch_sim_rule shaky = {.size = sizeof(shaky),
	                              .image = "web:*",
	                              .start_us = KORCH_USEC_PER_SEC,
	                              .crash_permille = 200,
	                              .crash_within_us = 5 * MINUTE};
	const korch_sim_faults faults = {
	    .size = sizeof(faults), .event_repeated_permille = 50, .event_delayed_permille = 100};
	open_world(w, seed);
	ck_assert_int_eq(korch_sim_rule_add(w->runtime, &shaky, NULL), 0);
	ck_assert_int_eq(korch_sim_set_faults(w->runtime, &faults), 0);
	apply(w, "web:1", 10, "");
	let_pass(w, 10 * MINUTE);
	apply(w, "web:2", 12, ", readinessProbe: {exec: {command: [check]}, periodSeconds: 5}");
	let_pass(w, 10 * MINUTE);
	ck_assert_int_eq(korch_sim_node_down(w->runtime, "b", 1), 0);
	let_pass(w, 10 * MINUTE);
	ck_assert_int_eq(korch_sim_node_up(w->runtime, "b"), 0);
	apply(w, "web:3", 3, "");
	let_pass(w, 30 * MINUTE);
	ck_assert_int_eq(deployment(w)->status->updated_replicas, 3);
	close_world(w);
}

START_TEST(one_seed_one_run)
{
	world first;
	world second;
	world other;
	busy_hour(&first, 42);
	busy_hour(&second, 42);
	busy_hour(&other, 43);
	ck_assert_uint_gt(first.length, 10000);
	ck_assert_uint_eq(first.length, second.length);
	ck_assert_int_eq(memcmp(first.log, second.log, first.length), 0);
	ck_assert(other.length != first.length || memcmp(first.log, other.log, first.length) != 0);
	free(first.log);
	free(second.log);
	free(other.log);
}
END_TEST

/* After all is in order nothing is written any more, however long one waits. */
START_TEST(rest_is_rest)
{
	const korch_key key = {&korch_deployment_kind, "default", "web"};
	korch_engine_stats before;
	korch_engine_stats after;
	world w;
	open_world(&w, 1);
	apply(&w, "web:1", 6, "");
	ck_assert_int_eq(korch_cluster_wait(w.cluster, &key, "available", MINUTE, NULL), 0);
	let_pass(&w, 5 * MINUTE);
	korch_engine_get_stats(&before, korch_cluster_engine(w.cluster));
	let_pass(&w, 24 * 60 * MINUTE);
	korch_engine_get_stats(&after, korch_cluster_engine(w.cluster));
	ck_assert_uint_eq(before.commits, after.commits);
	ck_assert_uint_eq(before.changes, after.changes);
	close_world(&w);
	free(w.log);
}
END_TEST

KORCH_SUITE(virtual)
{
	Suite *suite = suite_create("virtual time");
	KORCH_CASE(suite, "virtual time", progress_deadline, one_seed_one_run, rest_is_rest);
	return suite;
}
