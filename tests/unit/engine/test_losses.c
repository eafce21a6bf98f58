/* What may not get lost when memory is short, and what must not come about: deletions, events. */
#include "base/alloc.h"
#include "probe.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* Deletes "a" with allocation `n` failing from then on; returns 1 when that allocation was made. */
static int delete_with_failure(const korch_kind *kind, korch_object *object, uint64_t n)
{
	fixture at;
	probe self = {0};
	fixture_init(&at);
	fixture_write(&at, object);
	fixture_engine(&at);
	probe_add(&self, &at, kind);
	fixture_start(&at);
	ck_assert_str_eq(self.log, "a ");
	const korch_write write = {.op = KORCH_WRITE_DELETE,
	                           .key = korch_object_key(fixture_get(&at, kind, "a")),
	                           .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(at.store, &write, 1, fixture_ignore, NULL), 0);
	korch__alloc_fail_at(n);
	fixture_pass(&at, 5 * KORCH_USEC_PER_SEC);
	int was_made = korch__alloc_count() >= n;
	korch__alloc_fail_at(0);
	fixture_pass(&at, 5 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(fixture_count(&at, kind), 0);
	ck_assert_msg(self.n >= 2, "allocation %d: the deletion is lost", (int)n);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
	return was_made;
}

START_TEST(deletions_are_not_lost)
{
	for (uint64_t n = 1; delete_with_failure(&korch_config_map_kind, fixture_config("a", ""), n);)
		n++;
	for (uint64_t n = 1; delete_with_failure(&korch_namespace_kind, fixture_namespace("a"), n);)
		n++;
}
END_TEST

static int concerns_nobody(void *userdata, const korch_object *previous, const korch_object *object)
{
	return 0;
}

START_TEST(what_concerns_nobody_leaves_nothing)
{
	fixture at;
	probe self = {.spec = {.concerns = concerns_nobody}};
	korch_engine_stats stats;
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", ""));
	fixture_remove(&at, fixture_get(&at, &korch_config_map_kind, "a"));
	korch_engine_get_stats(&stats, at.engine);
	ck_assert_uint_eq(stats.queued + stats.delayed + stats.objects, 0);
	ck_assert_int_eq(self.n, 0);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

static void say(fixture *at, const korch_object *about, const char *message)
{
	korch_plan *plan = NULL;
	korch_plan_new(&plan);
	korch_plan_event(plan, about, "Normal", "Killing", "%s", message);
	ck_assert_int_eq(fixture_submit(at, plan, NULL), 0);
	fixture_settle(at);
}

static korch_object *pod_in(const char *space)
{
	korch_object *pod = fixture_pod("web");
	ck_assert_int_eq(korch_string_set(&korch_object_edit_meta(pod)->namespace_, space), 0);
	return pod;
}

START_TEST(namespaces_that_end_take_no_events)
{
	fixture at;
	fixture_init(&at);
	fixture_write(&at, fixture_namespace("shop"));
	fixture_start(&at);
	korch_object *pod = pod_in("shop");
	say(&at, pod, "one");
	ck_assert_uint_eq(fixture_count(&at, &korch_event_kind), 1);
	korch_object *ending = fixture_namespace("shop");
	korch_object_edit_meta(ending)->deletion_timestamp = START_US;
	fixture_write(&at, ending);
	say(&at, pod, "two");
	ck_assert_uint_eq(fixture_count(&at, &korch_event_kind), 1);
	fixture_remove(&at, fixture_get(&at, &korch_namespace_kind, "shop"));
	say(&at, pod, "three");
	ck_assert_uint_eq(fixture_count(&at, &korch_event_kind), 1);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	korch_object_unref(pod);
	fixture_fini(&at);
}
END_TEST

static int keep_message(void *userdata, const korch_object *object)
{
	*(const char **)userdata = ((const korch_event *)object)->message;
	return 1;
}

START_TEST(long_messages_end_between_characters)
{
	static const char *const characters[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		fixture at;
		char text[4096] = "";
		const char *message = "";
		for (size_t n = 0; n < 700; n++)
			strcat(text, characters[i]);
		fixture_init(&at);
		fixture_start(&at);
		korch_object *pod = fixture_pod("web");
		say(&at, pod, text);
		korch_view_each(korch_engine_view(at.engine),
		                &(korch_view_query){.kind = &korch_event_kind}, keep_message, &message);
		ck_assert_uint_gt(strlen(message), i ? 1000 : 699);
		ck_assert_uint_lt(strlen(message), 1024);
		ck_assert_uint_eq(strlen(message) % strlen(characters[i]), 0);
		korch_object_unref(pod);
		fixture_fini(&at);
	}
}
END_TEST

KORCH_SUITE(losses)
{
	Suite *suite = suite_create("losses");
	KORCH_CASE(suite, "memory", deletions_are_not_lost, what_concerns_nobody_leaves_nothing);
	KORCH_CASE(suite, "events", namespaces_that_end_take_no_events,
	           long_messages_end_between_characters);
	return suite;
}
