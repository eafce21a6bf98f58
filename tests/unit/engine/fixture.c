/* A loop in virtual time, a memory store and an engine for the tests of this folder. */
#include "fixture.h"

#include "support/store.h"
#include <check.h>
#include <stdio.h>
#include <string.h>

void fixture_init(fixture *at)
{
	memset(at, 0, sizeof(*at));
	ck_assert_int_eq(korch_loop_new_virtual(&at->loop, START_US, NULL), 0);
	ck_assert_int_eq(test_store_open(&at->store, at->loop, 0), 0);
	at->options.size = sizeof(at->options);
	at->options.seed = 1;
}

void fixture_engine(fixture *at)
{
	at->options.loop = at->loop;
	at->options.store = at->store;
	ck_assert_int_eq(korch_engine_new(&at->engine, &at->options, NULL), 0);
}

void fixture_start(fixture *at)
{
	if (!at->engine)
		fixture_engine(at);
	ck_assert_int_eq(korch_engine_start(at->engine, NULL), 0);
	fixture_settle(at);
	ck_assert_int_eq(korch_engine_is_synced(at->engine), 1);
}

void fixture_fini(fixture *at)
{
	korch_engine_free(at->engine);
	korch_store_free(at->store);
	korch_loop_free(at->loop);
}

void fixture_settle(fixture *at)
{
	korch_loop_step(at->loop, korch_loop_now(at->loop));
}

void fixture_pass(fixture *at, korch_usec us)
{
	korch_loop_step(at->loop, korch_loop_now(at->loop) + us);
}

static korch_object *named(const korch_kind *kind, const char *name)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	if (kind->namespaced)
		ck_assert_int_eq(korch_string_set(&meta->namespace_, "default"), 0);
	return object;
}

korch_object *fixture_config(const char *name, const char *value)
{
	korch_object *object = named(&korch_config_map_kind, name);
	ck_assert_int_eq(korch_map_set(&((korch_config_map *)object)->data, "key", value), 0);
	return object;
}

korch_object *fixture_pod(const char *name)
{
	korch_object *object = named(&korch_pod_kind, name);
	korch_pod_spec *spec = korch_struct_edit(&((korch_pod *)object)->spec, &korch_pod_spec_type);
	korch_container *list =
	    korch_list_edit(&spec->containers, &spec->n_containers, &korch_container_type, 1);
	ck_assert_int_eq(korch_string_set(&list[0].name, "main"), 0);
	ck_assert_int_eq(korch_string_set(&list[0].image, "nginx"), 0);
	return object;
}

korch_object *fixture_namespace(const char *name)
{
	return named(&korch_namespace_kind, name);
}

void fixture_bind(korch_object *pod, const char *node)
{
	korch_pod_spec *spec = korch_struct_edit(&((korch_pod *)pod)->spec, &korch_pod_spec_type);
	ck_assert_int_eq(korch_string_set(&spec->node_name, node), 0);
}

const char *fixture_value(const korch_object *config)
{
	const char *value =
	    config ? korch_map_get(((const korch_config_map *)config)->data, "key") : NULL;
	return value ? value : "";
}

static void on_written(void *userdata, int code, const korch_commit_result *result)
{
	ck_assert_int_eq(code, 0);
	(*(int *)userdata)++;
}

void fixture_ignore(void *userdata, int code, const korch_commit_result *result)
{
}

static void write_one(fixture *at, const korch_write *write)
{
	int calls = 0;
	ck_assert_int_eq(korch_store_commit(at->store, write, 1, on_written, &calls), 0);
	fixture_settle(at);
	ck_assert_int_eq(calls, 1);
}

void fixture_write(fixture *at, korch_object *object)
{
	write_one(at, &(korch_write){
	                  .op = KORCH_WRITE_PUT, .object = object, .expected = KORCH_REVISION_ANY});
}

void fixture_remove(fixture *at, const korch_object *object)
{
	write_one(at, &(korch_write){.op = KORCH_WRITE_DELETE,
	                             .key = korch_object_key(object),
	                             .expected = KORCH_REVISION_ANY});
}

const korch_object *fixture_get(const fixture *at, const korch_kind *kind, const char *name)
{
	return korch_view_get(korch_engine_view(at->engine), kind, kind->namespaced ? "default" : "",
	                      name);
}

size_t fixture_count(const fixture *at, const korch_kind *kind)
{
	return korch_view_count(korch_engine_view(at->engine), &(korch_view_query){.kind = kind});
}

void outcome_clear(struct outcome *outcome)
{
	korch_object_unref(outcome->result);
	memset(outcome, 0, sizeof(*outcome));
}

static void on_submitted(void *userdata, int code, const korch_error *error,
                         const korch_object *result)
{
	struct outcome *outcome = userdata;
	outcome->calls++;
	outcome->code = code;
	snprintf(outcome->message, sizeof(outcome->message), "%s", korch_error_message(error));
	outcome->result = korch_object_ref(result);
}

int fixture_submit(fixture *at, korch_plan *plan, struct outcome *outcome)
{
	struct outcome mine = {0};
	korch_error *error = NULL;
	outcome = outcome ? outcome : &mine;
	outcome_clear(outcome);
	int code = korch_engine_submit(at->engine, plan, on_submitted, outcome, &error);
	if (code < 0) {
		outcome->code = code;
		snprintf(outcome->message, sizeof(outcome->message), "%s", korch_error_message(error));
		korch_error_free(error);
	} else {
		ck_assert_int_eq(outcome->calls, 0);
		fixture_settle(at);
		ck_assert_int_eq(outcome->calls, 1);
		code = outcome->code;
	}
	outcome_clear(&mine);
	return code;
}

static korch_plan *new_plan(void)
{
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	return plan;
}

int fixture_create(fixture *at, korch_object *object, struct outcome *outcome)
{
	korch_plan *plan = new_plan();
	korch_plan_create(plan, object);
	return fixture_submit(at, plan, outcome);
}

int fixture_update(fixture *at, const korch_object *base, korch_object *object,
                   struct outcome *outcome)
{
	korch_plan *plan = new_plan();
	korch_plan_update(plan, base, object);
	return fixture_submit(at, plan, outcome);
}

int fixture_update_status(fixture *at, const korch_object *base, korch_object *object,
                          struct outcome *outcome)
{
	korch_plan *plan = new_plan();
	korch_plan_update_status(plan, base, object);
	return fixture_submit(at, plan, outcome);
}

int fixture_delete(fixture *at, const korch_object *base, const korch_delete_options *options,
                   struct outcome *outcome)
{
	korch_plan *plan = new_plan();
	korch_plan_delete(plan, base, options);
	return fixture_submit(at, plan, outcome);
}
