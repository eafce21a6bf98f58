/* Events: counted, combined, throttled, bounded, and never in the way of plans. */
#include "engine/engine.h"
#include "probe.h"
#include "slow_store.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fixture at;
static korch_object *about;

static void begin(void)
{
	if (!at.loop)
		fixture_init(&at);
	fixture_start(&at);
	fixture_write(&at, fixture_pod("web"));
	about = korch_object_ref(fixture_get(&at, &korch_pod_kind, "web"));
}

static void end(void)
{
	korch_object_unref(about);
	fixture_fini(&at);
	memset(&at, 0, sizeof(at));
}

static void say_about(const korch_object *object, const char *reason, const char *message)
{
	korch_plan *plan = NULL;
	korch_plan_new(&plan);
	korch_plan_event(plan, object, "Warning", reason, "%s", message);
	ck_assert_int_eq(fixture_submit(&at, plan, NULL), 0);
	fixture_settle(&at);
}

static void say(const char *reason, const char *message)
{
	say_about(about, reason, message);
}

typedef struct search {
	const char *message;
	const korch_event *found;
	int n;
} search;

static int look(void *userdata, const korch_object *object)
{
	search *wanted = userdata;
	const korch_event *event = (const korch_event *)object;
	if (strcmp(event->message, wanted->message) == 0) {
		wanted->found = event;
		wanted->n++;
	}
	return 0;
}

/* The one event with a message, or NULL. */
static const korch_event *find(const char *message)
{
	search wanted = {.message = message};
	korch_view_each(korch_engine_view(at.engine), &(korch_view_query){.kind = &korch_event_kind},
	                look, &wanted);
	ck_assert_int_le(wanted.n, 1);
	return wanted.found;
}

static size_t count(void)
{
	return fixture_count(&at, &korch_event_kind);
}

START_TEST(equal_events_are_counted)
{
	begin();
	say("BackOff", "Back-off");
	fixture_pass(&at, 5 * KORCH_USEC_PER_SEC);
	say("BackOff", "Back-off");
	say("Other", "Back-off");
	ck_assert_uint_eq(count(), 2);
	korch_object *other = fixture_pod("other");
	korch_string_set(&other->metadata->uid, "another");
	say_about(other, "Else", "Elsewhere");
	korch_object_unref(other);
	ck_assert_uint_eq(count(), 3);
	const korch_event *event = find("Elsewhere");
	ck_assert_str_eq(event->involved_object->name, "other");
	ck_assert_int_eq(strncmp(korch_object_name(&event->object), "other.", 6), 0);
	end();
}
END_TEST

START_TEST(events_say_who_what_and_when)
{
	begin();
	say("BackOff", "Back-off restarting");
	fixture_pass(&at, 5 * KORCH_USEC_PER_SEC + 7);
	say("BackOff", "Back-off restarting");
	const korch_event *event = find("Back-off restarting");
	ck_assert_int_eq(event->count, 2);
	ck_assert(event->first_timestamp == START_US);
	ck_assert(event->last_timestamp == START_US + 5 * KORCH_USEC_PER_SEC);
	ck_assert_str_eq(event->type, "Warning");
	ck_assert_str_eq(event->reason, "BackOff");
	ck_assert_str_eq(event->source->component, "korch");
	ck_assert_str_eq(event->involved_object->kind, "Pod");
	ck_assert_str_eq(event->involved_object->api_version, "v1");
	ck_assert_str_eq(event->involved_object->namespace_, "default");
	ck_assert_str_eq(korch_object_namespace(&event->object), "default");
	ck_assert_uint_gt(strlen(korch_object_uid(&event->object)), 0);
	end();
}
END_TEST

START_TEST(similar_events_are_combined)
{
	begin();
	for (int i = 1; i <= 13; i++) {
		char message[40];
		snprintf(message, sizeof(message), "Created pod: %d", i);
		say("Created", message);
	}
	/* Nine of their own, then one for the rest. */
	ck_assert_uint_eq(count(), 10);
	ck_assert_ptr_nonnull(find("Created pod: 9"));
	const korch_event *rest = find("(combined from similar events): Created pod: 13");
	ck_assert_ptr_nonnull(rest);
	ck_assert_int_eq(rest->count, 4);
	say("Created", "Created pod: 3"); /* known: counted where it stands */
	ck_assert_int_eq(find("Created pod: 3")->count, 2);
	/* After a pause, events stand for themselves again. */
	fixture_pass(&at, 601 * KORCH_USEC_PER_SEC);
	say("Created", "Created pod: 14");
	ck_assert_ptr_nonnull(find("Created pod: 14"));
	end();
}
END_TEST

START_TEST(chatty_objects_are_throttled)
{
	begin();
	for (int i = 0; i < 270; i++)
		say("Again", "and again");
	ck_assert_int_eq(find("and again")->count, 250);
	fixture_pass(&at, 31 * KORCH_USEC_PER_SEC);
	say("Again", "and again"); /* one every half minute; the count is true */
	ck_assert_int_eq(find("and again")->count, 271);
	say("Again", "and again");
	ck_assert_int_eq(find("and again")->count, 271);
	end();
}
END_TEST

START_TEST(all_together_have_a_budget)
{
	korch_engine_stats before, after;
	begin();
	korch_engine_get_stats(&before, at.engine);
	korch_plan *plan = NULL;
	korch_plan_new(&plan);
	for (int i = 0; i < 5000; i++) {
		char uid[16];
		korch_object *pod = fixture_pod("many");
		snprintf(uid, sizeof(uid), "u%d", i);
		korch_string_set(&pod->metadata->uid, uid);
		korch_plan_event(plan, pod, "Normal", "Started", "Started container");
		korch_object_unref(pod);
	}
	ck_assert_int_eq(fixture_submit(&at, plan, NULL), 0);
	fixture_settle(&at);
	ck_assert_uint_eq(count(), 1000);
	korch_engine_get_stats(&after, at.engine);
	ck_assert_uint_eq(after.changes - before.changes, 1000);
	ck_assert_uint_eq(after.events_dropped, 4000);
	fixture_pass(&at, KORCH_USEC_PER_SEC);
	for (int i = 0; i < 300; i++) {
		char name[16];
		snprintf(name, sizeof(name), "v%d", i);
		korch_object *pod = fixture_pod(name);
		korch_string_set(&pod->metadata->uid, name);
		say_about(pod, "Started", "Started container");
		korch_object_unref(pod);
	}
	ck_assert_uint_eq(count(), 1200);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	end();
}
END_TEST

START_TEST(the_oldest_go)
{
	fixture_init(&at);
	at.options.events_max = 5;
	begin();
	for (int i = 0; i < 8; i++) {
		char message[16];
		snprintf(message, sizeof(message), "m%d", i);
		say(message, message);
	}
	ck_assert_uint_eq(count(), 5);
	ck_assert_ptr_null(find("m2"));
	ck_assert_ptr_nonnull(find("m3"));
	say("m3", "m3"); /* used: not the oldest any more */
	say("m8", "m8");
	ck_assert_ptr_nonnull(find("m3"));
	ck_assert_ptr_null(find("m4"));
	ck_assert_uint_eq(count(), 5);
	end();
}
END_TEST

START_TEST(events_of_an_earlier_run_are_counted_on)
{
	begin();
	say("BackOff", "Back-off");
	korch_engine_free(at.engine);
	at.engine = NULL;
	fixture_start(&at);
	say("BackOff", "Back-off");
	ck_assert_uint_eq(count(), 1);
	ck_assert_int_eq(find("Back-off")->count, 2);
	/* Somebody removes it: it starts anew. */
	fixture_remove(&at, &find("Back-off")->object);
	say("BackOff", "Back-off");
	ck_assert_int_eq(find("Back-off")->count, 1);
	end();
}
END_TEST

static int create_with_event(probe *self, const korch_view *view, const korch_request *request,
                             korch_plan *plan)
{
	const korch_object *base = probe_object(view, request);
	if (korch_view_count(view, &(korch_view_query){.kind = &korch_pod_kind}) > 1)
		return 0;
	korch_object *pod = fixture_pod("x");
	korch_string_set(&pod->metadata->name, NULL);
	korch_string_set(&pod->metadata->generate_name, "made-");
	korch_plan_create(plan, pod);
	korch_plan_event(plan, base, "Normal", "SuccessfulCreate", "Created pod: ");
	korch_plan_event_name(plan);
	return 0;
}

static int is_made(void *userdata, const korch_object *object)
{
	if (strncmp(korch_object_name(object), "made-", 5) != 0)
		return 0;
	*(const char **)userdata = korch_object_name(object);
	return 1;
}

START_TEST(events_name_what_was_made)
{
	probe self = {.act = create_with_event, .spec.name = "maker"};
	const char *name = "";
	char message[100];
	begin();
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_write(&at, fixture_config("a", "1"));
	korch_view_each(korch_engine_view(at.engine), &(korch_view_query){.kind = &korch_pod_kind},
	                is_made, &name);
	snprintf(message, sizeof(message), "Created pod: %s", name);
	const korch_event *event = find(message);
	ck_assert_ptr_nonnull(event);
	ck_assert_str_eq(event->source->component, "maker");
	end();
}
END_TEST

static int conflict_with_event(probe *self, const korch_view *view, const korch_request *request,
                               korch_plan *plan)
{
	static int once;
	korch_object *base = korch_object_edit(probe_object(view, request));
	if (!once++) {
		base->revision = 4711;
		korch_plan_event(plan, base, "Normal", "Never", "never");
		korch_plan_delete(plan, base, NULL);
	}
	korch_object_unref(base);
	return 0;
}

START_TEST(failed_plans_say_nothing)
{
	probe self = {.act = conflict_with_event};
	begin();
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_pass(&at, KORCH_USEC_PER_SEC);
	ck_assert_int_eq(self.n, 2);
	ck_assert_uint_eq(count(), 0);
	end();
}
END_TEST

KORCH_SUITE(events)
{
	Suite *suite = suite_create("events");
	KORCH_CASE(suite, "one", equal_events_are_counted, events_say_who_what_and_when,
	           events_name_what_was_made, failed_plans_say_nothing);
	KORCH_CASE(suite, "many", similar_events_are_combined, chatty_objects_are_throttled,
	           all_together_have_a_budget, the_oldest_go, events_of_an_earlier_run_are_counted_on);
	return suite;
}
