/*
 * Two engines with electors on one store: who acts, from when on, and what becomes of what a
 * deposed one still tries. On a memory store: others may have no leases.
 */
#include "engine/engine.h"
#include "slow_store.h"
#include "unit.h"

#include <korch/api.h>
#include <stdio.h>
#include <string.h>

static const korch_usec SECOND = KORCH_USEC_PER_SEC;

/* A process: an engine whose controller puts its name into every config map that has none. */
typedef struct process {
	const char *name;
	slow_store *slow;  /* the engine's store */
	slow_store *sight; /* the elector's */
	korch_store *store, *election;
	korch_elector *elector;
	korch_engine *engine;
	int requests;
	int deposed;
	struct {
		int calls, code;
		char message[256];
	} submitted;
} process;

static korch_loop *loop;
static korch_store *store;
static process a, b;

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	(void)err;
	process *at = userdata;
	at->requests++;
	const korch_object *object =
	    korch_view_get(view, request->key.kind, request->key.namespace_, request->key.name);
	if (!object || korch_map_get(((const korch_config_map *)object)->data, "by"))
		return 0;
	korch_object *next = korch_object_edit(object);
	ck_assert_int_eq(korch_map_set(&((korch_config_map *)next)->data, "by", at->name), 0);
	korch_plan_event(plan, object, "Normal", "Named", "%s", at->name);
	return korch_plan_update(plan, object, next);
}

static void on_deposed(void *userdata, const char *why)
{
	(void)why;
	((process *)userdata)->deposed++;
}

static void start(process *at, const char *name)
{
	*at = (process){.name = name};
	slow_store_share(&at->store, &at->slow, store);
	slow_store_share(&at->election, &at->sight, store);
	const korch_elector_options candidate = {.size = sizeof(candidate),
	                                         .loop = loop,
	                                         .store = at->election,
	                                         .identity = name,
	                                         .seed = (uint64_t)*name,
	                                         .deposed = on_deposed,
	                                         .userdata = at};
	ck_assert_int_eq(korch_elector_new(&at->elector, &candidate, NULL), 0);
	const korch_engine_options options = {.size = sizeof(options),
	                                      .loop = loop,
	                                      .store = at->store,
	                                      .seed = (uint64_t)*name,
	                                      .elector = at->elector};
	ck_assert_int_eq(korch_engine_new(&at->engine, &options, NULL), 0);
	const korch_controller_spec spec = {.size = sizeof(spec),
	                                    .name = "namer",
	                                    .kind = &korch_config_map_kind,
	                                    .reconcile = reconcile,
	                                    .userdata = at};
	ck_assert_int_eq(korch_engine_add(NULL, at->engine, &spec, NULL), 0);
	ck_assert_int_eq(korch_engine_start(at->engine, NULL), 0);
	korch_loop_step(loop, korch_loop_now(loop));
}

static void stop(process *at)
{
	korch_engine_free(at->engine);
	korch_elector_free(at->elector);
	korch_store_free(at->store);
	korch_store_free(at->election);
	*at = (process){0};
}

/* It sees nothing more. */
static void hold(process *at)
{
	slow_store_hold(at->slow);
	slow_store_hold(at->sight);
}

static void begin(void)
{
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 1000 * SECOND, NULL), 0);
	ck_assert_int_eq(korch_store_memory_new(&store, loop, 0, NULL), 0);
	start(&a, "a");
	start(&b, "b");
	ck_assert_int_eq(korch_elector_leads(a.elector, NULL), 1);
}

static void end(void)
{
	stop(&a);
	stop(&b);
	korch_store_free(store);
	korch_loop_free(loop);
}

static void pass(korch_usec us)
{
	korch_loop_step(loop, korch_loop_now(loop) + us);
}

static korch_object *config(const char *name)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, &korch_config_map_kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, "default"), 0);
	return object;
}

static void ignore(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	(void)code;
	(void)result;
}

/* Writes as somebody else would. */
static void put(const char *name)
{
	const korch_write write = {.object = config(name), .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, ignore, NULL), 0);
}

static void remove_lease(void)
{
	const korch_write write = {.op = KORCH_WRITE_DELETE,
	                           .key = {&korch_lease_kind, "kube-system", "korch-engine"},
	                           .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, ignore, NULL), 0);
}

/* Who has named a config map, as a process sees it; "" nobody, "-": it is not there. */
static const char *by(const process *at, const char *name)
{
	const korch_object *object =
	    korch_view_get(korch_engine_view(at->engine), &korch_config_map_kind, "default", name);
	if (!object)
		return "-";
	const char *value = korch_map_get(((const korch_config_map *)object)->data, "by");
	return value ? value : "";
}

static size_t count_events(const process *at)
{
	return korch_view_count(korch_engine_view(at->engine),
	                        &(korch_view_query){.kind = &korch_event_kind});
}

static korch_engine_stats stats(const process *at)
{
	korch_engine_stats out;
	korch_engine_get_stats(&out, at->engine);
	return out;
}

static void on_submitted(void *userdata, int code, const korch_error *error,
                         const korch_object *result)
{
	(void)result;
	process *at = userdata;
	at->submitted.calls++;
	at->submitted.code = code;
	if (error)
		snprintf(at->submitted.message, sizeof(at->submitted.message), "%s",
		         korch_error_message(error));
}

/* Submits a new config map; the code of the call. */
static int submit(process *at, const char *name)
{
	korch_plan *plan = NULL;
	korch_error *error = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_plan_create(plan, config(name)), 0);
	int code = korch_engine_submit(at->engine, plan, on_submitted, at, &error);
	if (error)
		on_submitted(at, code, error, NULL);
	korch_error_free(error);
	return code;
}

/* The follower's cache is warm, and it does nothing. */
START_TEST(only_the_leader_acts)
{
	begin();
	put("one");
	pass(10 * SECOND);
	ck_assert_str_eq(by(&a, "one"), "a");
	ck_assert_str_eq(by(&b, "one"), "a");
	ck_assert_int_eq(b.requests, 0);
	ck_assert_int_eq(b.slow->commits, 0);
	ck_assert_uint_eq(count_events(&b), 1);
	ck_assert_int_eq(submit(&b, "two"), KORCH_E_BUSY);
	ck_assert_str_eq(b.submitted.message, "this process does not lead: \"a\" does");
	end();
}
END_TEST

/* Handed over, the other one goes on with what came meanwhile. */
START_TEST(handed_over)
{
	begin();
	ck_assert_int_eq(korch_elector_resign(a.elector, NULL, NULL), 0);
	put("one");
	pass(0);
	ck_assert_str_eq(by(&a, "one"), "b");
	ck_assert_int_eq(submit(&b, "two"), 0);
	pass(0);
	ck_assert_int_eq(b.submitted.code, 0);
	ck_assert_str_eq(by(&b, "two"), "b");
	ck_assert_int_eq(a.requests, 0);
	ck_assert_int_eq(submit(&a, "three"), KORCH_E_BUSY);
	ck_assert_str_eq(a.submitted.message, "this process does not lead: \"b\" does");
	end();
}
END_TEST

/* A leader that does not know that its term is over: the store refuses whatever it writes. */
START_TEST(deposed_unaware)
{
	begin();
	put("one");
	pass(0);
	hold(&a);
	remove_lease();
	pass(0);
	ck_assert_int_eq(korch_elector_leads(a.elector, NULL), 1);
	int requests = a.requests;
	ck_assert_int_eq(submit(&a, "two"), 0);
	pass(0);
	ck_assert_int_eq(a.submitted.calls, 1);
	ck_assert_int_eq(a.submitted.code, KORCH_E_BUSY);
	ck_assert_str_eq(a.submitted.message,
	                 "configmaps \"two\": this process does not lead any more");
	ck_assert_uint_eq(stats(&a).fenced, 1);
	ck_assert_int_eq(a.deposed, 1);
	ck_assert_str_eq(by(&b, "two"), "-");
	/* The other one goes on. */
	put("three");
	pass(0);
	ck_assert_str_eq(by(&b, "three"), "b");
	ck_assert_int_eq(a.requests, requests);
	end();
}
END_TEST

/* A controller's plan that is refused is not tried again, and its events are not written. */
static void depose(void *userdata)
{
	(void)userdata;
	hold(&a);
	remove_lease();
}

START_TEST(deposed_in_between)
{
	begin();
	a.slow->before = depose; /* between decision and transaction */
	put("one");
	pass(0);
	ck_assert_uint_eq(stats(&a).fenced, 1);
	ck_assert_uint_eq(stats(&a).conflicts, 0);
	ck_assert_int_eq(a.requests, 1);
	slow_store_release(a.slow);
	slow_store_release(a.sight);
	pass(0);
	ck_assert_str_eq(by(&a, "one"), "b");
	ck_assert_uint_eq(count_events(&a), 1);
	ck_assert_int_eq(a.requests, 1);
	end();
}
END_TEST

/* Elected by the one watch, not in step by the other: nothing is decided on what is old. */
START_TEST(behind_the_term)
{
	begin();
	put("zero");
	pass(0);
	slow_store_hold(b.slow);
	put("one");
	pass(0);
	stop(&a);
	pass(20 * SECOND);
	ck_assert_int_eq(korch_elector_leads(b.elector, NULL), 1);
	ck_assert_int_eq(b.requests, 0);
	slow_store_release(b.slow);
	pass(0);
	ck_assert_int_eq(b.requests, 2);
	ck_assert_str_eq(by(&b, "one"), "a");
	end();
}
END_TEST

/* A person deletes the Lease object by way of the leader: done, and the term is over. */
START_TEST(lease_object_by_plan)
{
	begin();
	const korch_object *lease = korch_view_get(korch_engine_view(a.engine), &korch_lease_kind,
	                                           "kube-system", "korch-engine");
	ck_assert_ptr_nonnull(lease);
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_plan_create(plan, config("with")), 0);
	ck_assert_int_eq(korch_plan_delete(plan, lease, NULL), 0);
	ck_assert_int_eq(korch_engine_submit(a.engine, plan, on_submitted, &a, NULL), 0);
	pass(0);
	ck_assert_int_eq(a.submitted.code, 0);
	ck_assert_int_eq(a.deposed, 1);
	pass(20 * SECOND);
	ck_assert_int_eq(korch_elector_leads(a.elector, NULL) + korch_elector_leads(b.elector, NULL),
	                 1);
	ck_assert_str_ne(by(&a, "with"), "");
	end();
}
END_TEST

KORCH_SUITE(engine_term)
{
	Suite *suite = suite_create("term");
	KORCH_CASE(suite, "term", only_the_leader_acts, handed_over, deposed_unaware,
	           deposed_in_between, behind_the_term, lease_object_by_plan);
	return suite;
}
