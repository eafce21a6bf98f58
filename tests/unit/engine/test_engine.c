/* The engine as a whole: changes become requests, requests plans, plans commits. */
#include "fixture.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* A controller that writes down what it is asked, and does what its function says. */
typedef struct recorder {
	fixture *at;
	char log[4096];
	int n;
	int (*act)(struct recorder *self, const korch_view *view, const korch_request *request,
	           korch_plan *plan);
	int destroyed;
} recorder;

static void note(recorder *self, const char *text)
{
	size_t length = strlen(self->log);
	snprintf(self->log + length, sizeof(self->log) - length, "%s ", text);
}

static int on_request(void *userdata, const korch_view *view, const korch_request *request,
                      korch_plan *plan, korch_error **err)
{
	recorder *self = userdata;
	self->n++;
	note(self, request->key.name);
	return self->act ? self->act(self, view, request, plan) : 0;
}

static void on_destroy(void *userdata)
{
	((recorder *)userdata)->destroyed++;
}

static korch_controller *add(fixture *at, recorder *self, const korch_kind *kind)
{
	korch_controller *controller = NULL;
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = "test",
	    .kind = kind,
	    .reconcile = on_request,
	    .userdata = self,
	    .destroy = on_destroy,
	};
	self->at = at;
	ck_assert_int_eq(korch_engine_add(&controller, at->engine, &spec, NULL), 0);
	return controller;
}

START_TEST(changes_become_requests)
{
	fixture at;
	fixture_init(&at);
	fixture_write(&at, fixture_config("before", "1"));
	recorder self = {0};
	fixture_engine(&at);
	add(&at, &self, &korch_config_map_kind);
	fixture_start(&at);
	ck_assert_str_eq(self.log, "before ");
	fixture_write(&at, fixture_config("after", "1"));
	fixture_write(&at, fixture_pod("other"));
	ck_assert_str_eq(self.log, "before after ");
	fixture_remove(&at, fixture_get(&at, &korch_config_map_kind, "before"));
	ck_assert_str_eq(self.log, "before after before ");
	korch_usec next;
	ck_assert_int_eq(korch_engine_is_idle(at.engine, &next), 1);
	ck_assert(next == KORCH_USEC_NEVER);
	fixture_fini(&at);
	ck_assert_int_eq(self.destroyed, 1);
}
END_TEST

/* Adds an "x" to the value until there are three. */
static int lengthen(recorder *self, const korch_view *view, const korch_request *request,
                    korch_plan *plan)
{
	const korch_object *base =
	    korch_view_get(view, request->key.kind, request->key.namespace_, request->key.name);
	char value[16];
	if (!base || strlen(fixture_value(base)) >= 3)
		return 0;
	snprintf(value, sizeof(value), "%sx", fixture_value(base));
	korch_object *fresh = korch_object_edit(base);
	korch_map_set(&((korch_config_map *)fresh)->data, "key", value);
	return korch_plan_update(plan, base, fresh);
}

START_TEST(plans_are_committed)
{
	fixture at;
	recorder self = {.act = lengthen};
	fixture_init(&at);
	fixture_engine(&at);
	add(&at, &self, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", ""));
	ck_assert_str_eq(fixture_value(fixture_get(&at, &korch_config_map_kind, "a")), "xxx");
	ck_assert_int_eq(self.n, 4);
	korch_engine_stats stats;
	korch_engine_get_stats(&stats, at.engine);
	ck_assert_uint_eq(stats.commits, 3);
	ck_assert_uint_eq(stats.requests, 4);
	ck_assert_uint_eq(stats.objects, 1);
	ck_assert_uint_eq(stats.queued + stats.delayed + stats.conflicts + stats.failures, 0);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

START_TEST(submissions_are_answered)
{
	fixture at;
	struct outcome outcome = {0};
	fixture_init(&at);
	fixture_start(&at);
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "1"), &outcome), 0);
	ck_assert_ptr_nonnull(outcome.result);
	ck_assert_uint_gt(outcome.result->revision, 0);
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "2"), &outcome), KORCH_E_EXISTS);
	ck_assert_str_eq(outcome.message, "configmaps \"a\" already exists");
	outcome_clear(&outcome);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(engine)
{
	Suite *suite = suite_create("engine");
	KORCH_CASE(suite, "whole", changes_become_requests, plans_are_committed,
	           submissions_are_answered);
	return suite;
}
