/*
 * Engines that act by electors on a real etcd: the fence, at the limit of a transaction, too; and
 * how long it takes until another one leads. In virtual time and by chance: tests/sim/election.
 */
#include "engine/slow_store.h"
#include "etcd.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/engine.h>
#include <stdio.h>
#include <string.h>

/* Not so short that a slow machine takes its leader for gone. */
static const korch_usec LEASE_US = 3 * KORCH_USEC_PER_SEC;
/* An etcd of one member that elects itself soon grants short leases. */
static const char *const arguments[] = {"--heartbeat-interval", "10", "--election-timeout", "100",
                                        NULL};

typedef struct process {
	korch_store *store; /* `slow`, which has the store */
	slow_store *slow;
	korch_elector *elector;
	korch_engine *engine;
	char why[128];
	int answers, code;
	char message[256];
} process;

static etcd_server server;
static korch_loop *loop;
static process a, b;

static void on_deposed(void *userdata, const char *why)
{
	process *at = userdata;
	snprintf(at->why, sizeof(at->why), "%s", why);
}

static void start(process *at, const char *name)
{
	korch_error *err = NULL;
	korch_store *inner = NULL;
	const char *const endpoints[] = {server.url};
	const korch_store_etcd_options etcd = {
	    .size = sizeof(etcd), .endpoints = endpoints, .n_endpoints = 1, .seed = 1};
	*at = (process){0};
	int r = korch_store_etcd_new(&inner, loop, &etcd, &err);
	ck_assert_msg(r == 0, "%s", korch_error_message(err));
	slow_store_new(&at->store, &at->slow, inner);
	const korch_elector_options candidate = {.size = sizeof(candidate),
	                                         .loop = loop,
	                                         .store = at->store,
	                                         .identity = name,
	                                         .duration_us = LEASE_US,
	                                         .deposed = on_deposed,
	                                         .userdata = at};
	ck_assert_int_eq(korch_elector_new(&at->elector, &candidate, NULL), 0);
	const korch_engine_options options = {
	    .size = sizeof(options), .loop = loop, .store = at->store, .elector = at->elector};
	ck_assert_int_eq(korch_engine_new(&at->engine, &options, NULL), 0);
	ck_assert_int_eq(korch_engine_start(at->engine, NULL), 0);
}

/* At once, without a word. */
static void stop(process *at)
{
	korch_engine_free(at->engine);
	korch_elector_free(at->elector);
	korch_store_free(at->store);
	*at = (process){0};
}

static void wait_until_leads(process *at)
{
	while (!korch_elector_leads(at->elector, NULL) || !korch_engine_is_synced(at->engine))
		korch_loop_step(loop, KORCH_USEC_NEVER);
}

static void begin(void)
{
	const etcd_options options = {.arguments = arguments};
	etcd_start(&server, &options);
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	start(&a, "a");
	wait_until_leads(&a);
	start(&b, "b");
	while (!*korch_elector_leader(b.elector))
		korch_loop_step(loop, KORCH_USEC_NEVER);
	ck_assert_str_eq(korch_elector_leader(b.elector), "a");
}

static void end(void)
{
	stop(&a);
	stop(&b);
	korch_loop_free(loop);
	etcd_stop(&server);
}

static void on_submitted(void *userdata, int code, const korch_error *error,
                         const korch_object *result)
{
	(void)result;
	process *at = userdata;
	at->answers++;
	at->code = code;
	snprintf(at->message, sizeof(at->message), "%s", korch_error_message(error));
}

/* Submits n new config maps and waits for the answer; the code. */
static int submit(process *at, const char *prefix, int n)
{
	korch_plan *plan = NULL;
	korch_error *error = NULL;
	char name[32];
	at->answers = 0;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	for (int i = 0; i < n; i++) {
		korch_object *object = NULL;
		ck_assert_int_eq(korch_object_new(&object, &korch_config_map_kind), 0);
		korch_object_meta *meta = korch_object_edit_meta(object);
		snprintf(name, sizeof(name), "%s-%d", prefix, i);
		ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
		ck_assert_int_eq(korch_string_set(&meta->namespace_, "default"), 0);
		korch_plan_create(plan, object);
	}
	int code = korch_engine_submit(at->engine, plan, on_submitted, at, &error);
	if (code < 0)
		on_submitted(at, code, error, NULL);
	korch_error_free(error);
	while (!at->answers)
		korch_loop_step(loop, KORCH_USEC_NEVER);
	return at->code;
}

static void ignore(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	(void)code;
	(void)result;
}

static void remove_lease(process *by)
{
	const korch_write write = {.op = KORCH_WRITE_DELETE,
	                           .key = {&korch_lease_kind, "kube-system", "korch-engine"},
	                           .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(by->store, &write, 1, ignore, NULL), 0);
}

/* As many objects as etcd takes beside the fence, and one more. */
START_TEST(at_the_limit)
{
	begin();
	ck_assert_uint_eq(korch_store_writes_max(a.store), 128);
	ck_assert_int_eq(submit(&a, "fits", 127), 0);
	ck_assert_int_eq(submit(&a, "large", 128), KORCH_E_LIMIT);
	ck_assert_str_eq(a.message, "128 objects at once; the store \"slow\" takes at most 127");
	ck_assert_int_eq(submit(&b, "other", 1), KORCH_E_BUSY);
	end();
}
END_TEST

/* A leader that has not heard of its end: etcd refuses, by the fence, the largest plan as well. */
START_TEST(refused_by_the_fence)
{
	korch_engine_stats stats;
	begin();
	ck_assert_int_eq(submit(&a, "before", 2), 0);
	slow_store_hold(a.slow);
	remove_lease(&b);
	wait_until_leads(&b);
	ck_assert_int_eq(korch_elector_leads(a.elector, NULL), 1);
	ck_assert_int_eq(submit(&a, "after", 127), KORCH_E_BUSY);
	ck_assert_str_eq(a.message, "configmaps \"after-0\": this process does not lead any more");
	korch_engine_get_stats(&stats, a.engine);
	ck_assert_uint_eq(stats.fenced, 1);
	while (!*a.why)
		korch_loop_step(loop, KORCH_USEC_NEVER);
	ck_assert_str_eq(a.why, "the store has refused a transaction of this term");
	slow_store_release(a.slow);
	ck_assert_int_eq(submit(&b, "after", 1), 0); /* nothing of it is there */
	end();
}
END_TEST

/* The leader ends without a word: the next one leads when etcd has ended the lease. */
START_TEST(taken_over)
{
	begin();
	ck_assert_int_eq(submit(&a, "one", 1), 0);
	stop(&a);
	korch_usec at = korch_loop_now(loop);
	wait_until_leads(&b);
	ck_assert_int_le(korch_loop_now(loop) - at, 5 * LEASE_US);
	ck_assert_ptr_nonnull(
	    korch_view_get(korch_engine_view(b.engine), &korch_config_map_kind, "default", "one-0"));
	/* … and with one at once. */
	start(&a, "a");
	ck_assert_int_eq(korch_elector_resign(b.elector, NULL, NULL), 0);
	wait_until_leads(&a);
	const korch_lease *record = (const korch_lease *)korch_view_get(
	    korch_engine_view(a.engine), &korch_lease_kind, "kube-system", "korch-engine.terms");
	while (!record || record->spec->lease_transitions != 2) {
		korch_loop_step(loop, KORCH_USEC_NEVER);
		record = (const korch_lease *)korch_view_get(korch_engine_view(a.engine), &korch_lease_kind,
		                                             "kube-system", "korch-engine.terms");
	}
	end();
}
END_TEST

KORCH_SUITE(election_on_etcd)
{
	Suite *suite = suite_create("election on etcd");
	KORCH_CASE(suite, "etcd", at_the_limit, refused_by_the_fence, taken_over);
	return suite;
}
