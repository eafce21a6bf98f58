/* A small world for tests: see world.h. */
#include "world.h"

#include "base/alloc.h"
#include "engine/engine.h"
#include "support/store.h"
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/validate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 4, PODS = 3 };
#define START_US ((korch_usec)1600000000 * KORCH_USEC_PER_SEC)

static const char TEMPLATE[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"namespace\":\"default\"},"
    "\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"nginx:1\"}]}}";

typedef struct world {
	korch_loop *loop;
	korch_store *store;
	korch_engine *engine;
	FILE *log;
} world;

/* Keeps as many pods as its replicas say, made one at a time. */
static int make_pods(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *set =
	    korch_view_get(view, &korch_replica_set_kind, request->key.namespace_, request->key.name);
	if (!set)
		return 0;
	const korch_view_query query = {.kind = &korch_pod_kind, .owner_uid = korch_object_uid(set)};
	if (korch_view_count(view, &query) >= PODS)
		return 0;
	korch_object *pod = NULL;
	if (korch_object_from_json(&pod, TEMPLATE, strlen(TEMPLATE), NULL, NULL, NULL) < 0)
		return KORCH_E_NOMEM;
	if (korch_object_set_defaults(pod) < 0 ||
	    korch_string_set(&pod->metadata->generate_name, korch_object_name(set)) < 0 ||
	    korch_object_set_controller(pod, set) < 0) {
		korch_object_unref(pod);
		return KORCH_E_NOMEM;
	}
	korch_plan_create(plan, pod);
	korch_plan_event(plan, set, "Normal", "SuccessfulCreate", "Created pod: ");
	korch_plan_event_name(plan);
	return 0;
}

/* Lets pods run, a second after each other. */
static int run_pods(void *userdata, const korch_view *view, const korch_request *request,
                    korch_plan *plan, korch_error **err)
{
	const korch_object *pod =
	    korch_view_get(view, &korch_pod_kind, request->key.namespace_, request->key.name);
	const korch_pod_status *status = pod ? ((const korch_pod *)pod)->status : NULL;
	if (!pod || (status && status->phase && strcmp(status->phase, "Running") == 0))
		return 0;
	if (korch_view_now(view) < pod->metadata->creation_timestamp + KORCH_USEC_PER_SEC) {
		korch_plan_wake_at(plan, pod->metadata->creation_timestamp + KORCH_USEC_PER_SEC);
		return 0;
	}
	korch_object *fresh = korch_object_edit(pod);
	korch_pod_status *edited =
	    fresh ? korch_struct_edit(&((korch_pod *)fresh)->status, &korch_pod_status_type) : NULL;
	if (!edited || korch_string_set(&edited->phase, "Running") < 0) {
		korch_object_unref(fresh);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update_status(plan, pod, fresh);
}

static void on_change(void *userdata, const korch_change *change)
{
	world *at = userdata;
	char *text = NULL;
	if (korch_object_to_json(&text, NULL, change->object, 0) == 0)
		fprintf(at->log, "%lld %d %s\n", (long long)korch_loop_now(at->loop), change->type, text);
	free(text);
}

static void on_written(void *userdata, int code, const korch_commit_result *result)
{
}

/* A set, straight into the store. */
static int put_set(const world *at, int i)
{
	char name[16];
	korch_object *set = NULL;
	if (korch_object_new(&set, &korch_replica_set_kind) < 0)
		return KORCH_E_NOMEM;
	snprintf(name, sizeof(name), "set-%d-", i);
	if (korch_string_set(&set->metadata->name, name) < 0 ||
	    korch_string_set(&set->metadata->namespace_, "default") < 0 ||
	    korch_string_set(&set->metadata->uid, name) < 0) {
		korch_object_unref(set);
		return KORCH_E_NOMEM;
	}
	const korch_write write = {.op = KORCH_WRITE_PUT, .object = set};
	return korch_store_commit(at->store, &write, 1, on_written, NULL);
}

static int build(world *at, uint64_t seed)
{
	const korch_controller_watch pods[] = {{.kind = &korch_pod_kind}};
	const korch_controller_spec specs[] = {
	    {.size = sizeof(specs[0]),
	     .name = "sets",
	     .kind = &korch_replica_set_kind,
	     .watches = pods,
	     .n_watches = 1,
	     .reconcile = make_pods},
	    {.size = sizeof(specs[0]), .name = "pods", .kind = &korch_pod_kind, .reconcile = run_pods},
	};
	korch_engine_options options = {.size = sizeof(options), .seed = seed};
	int code = korch_loop_new_virtual(&at->loop, START_US, NULL);
	if (code == 0)
		code = test_store_open_local(&at->store, at->loop, 8);
	options.loop = at->loop;
	options.store = at->store;
	if (code == 0)
		code = korch_engine_new(&at->engine, &options, NULL);
	for (int i = 0; i < 2 && code == 0; i++) {
		korch_controller *controller = NULL;
		code = korch_engine_add(&controller, at->engine, &specs[i], NULL);
		if (code == 0)
			korch__engine_trust(controller);
	}
	if (code == 0)
		code = korch_engine_observe(at->engine, on_change, at, NULL);
	for (int i = 0; i < SETS && code == 0; i++)
		code = put_set(at, i);
	return code == 0 ? korch_engine_start(at->engine, NULL) : code;
}

static int is_running(void *userdata, const korch_object *object)
{
	const korch_pod_status *status = ((const korch_pod *)object)->status;
	*(int *)userdata += status && strcmp(status->phase, "Running") == 0;
	return 0;
}

void world_run(world_report *report, uint64_t seed, uint64_t fail_at, uint64_t *n_allocations)
{
	world at = {0};
	int n_running = 0;
	memset(report, 0, sizeof(*report));
	at.log = open_memstream(&report->log, &report->length);
	korch__alloc_fail_at(fail_at);
	report->code = build(&at, seed);
	if (report->code == 0)
		korch_loop_step(at.loop, START_US + 60 * KORCH_USEC_PER_SEC);
	if (n_allocations)
		*n_allocations = korch__alloc_count();
	korch__alloc_fail_at(0);
	if (report->code == 0) {
		korch_engine_stats stats;
		korch_view_each(korch_engine_view(at.engine), &(korch_view_query){.kind = &korch_pod_kind},
		                is_running, &n_running);
		korch_engine_get_stats(&stats, at.engine);
		report->commits = stats.commits;
		report->is_complete =
		    n_running == SETS * PODS && korch_engine_is_idle(at.engine, NULL) &&
		    korch_view_count(korch_engine_view(at.engine),
		                     &(korch_view_query){.kind = &korch_pod_kind}) == SETS * PODS;
	}
	korch_engine_free(at.engine);
	korch_store_free(at.store);
	korch_loop_free(at.loop);
	fclose(at.log);
}
