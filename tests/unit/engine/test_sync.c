/* Between store and cache: other writers, watches that lag, lost places, lists that fail. */
#include "probe.h"
#include "slow_store.h"
#include "support/store.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fixture at;
static slow_store *slow;

static void begin(size_t history)
{
	fixture_init(&at);
	korch_store_free(at.store);
	ck_assert_int_eq(test_store_open_local(&at.store, at.loop, history), 0);
	slow_store_new(&at.store, &slow, at.store);
	slow->userdata = slow;
	fixture_engine(&at);
}

/* Writes without letting the loop run. */
static void put(korch_object *object)
{
	const korch_write write = {
	    .op = KORCH_WRITE_PUT, .object = object, .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(slow->inner, &write, 1, fixture_ignore, NULL), 0);
}

static void drop(const korch_object *object)
{
	const korch_write write = {
	    .op = KORCH_WRITE_DELETE, .key = korch_object_key(object), .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(slow->inner, &write, 1, fixture_ignore, NULL), 0);
}

static void somebody_else(void *userdata)
{
	put(fixture_config("a", "theirs"));
}

/* Appends "+mine" when it is not there. */
static int append(probe *self, const korch_view *view, const korch_request *request,
                  korch_plan *plan)
{
	char value[64];
	const korch_object *base = probe_object(view, request);
	if (!base || strstr(fixture_value(base), "+mine"))
		return 0;
	snprintf(value, sizeof(value), "%s+mine", fixture_value(base));
	korch_object *fresh = korch_object_edit(base);
	korch_map_set(&((korch_config_map *)fresh)->data, "key", value);
	return korch_plan_update(plan, base, fresh);
}

START_TEST(conflicts_are_tried_again_with_the_newest)
{
	probe self = {.act = append};
	korch_engine_stats stats;
	begin(0);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	slow->before = somebody_else;
	put(fixture_config("a", "first"));
	fixture_pass(&at, KORCH_USEC_PER_SEC);
	ck_assert_str_eq(fixture_value(fixture_get(&at, &korch_config_map_kind, "a")), "theirs+mine");
	korch_engine_get_stats(&stats, at.engine);
	ck_assert_uint_eq(stats.conflicts, 1);
	ck_assert_uint_eq(stats.commits, 1);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

/* Makes a pod, when the view has none. */
static int make_pod(probe *self, const korch_view *view, const korch_request *request,
                    korch_plan *plan)
{
	if (korch_view_count(view, &(korch_view_query){.kind = &korch_pod_kind}) > 0)
		return 0;
	korch_object *pod = fixture_pod("x");
	korch_string_set(&pod->metadata->name, NULL);
	korch_string_set(&pod->metadata->generate_name, "made-");
	return korch_plan_create(plan, pod);
}

static int make_pod_slowly(probe *self, const korch_view *view, const korch_request *request,
                           korch_plan *plan)
{
	slow_store_hold(slow);
	return make_pod(self, view, request, plan);
}

START_TEST(nothing_is_made_twice_while_the_cache_lags)
{
	probe self = {.act = make_pod_slowly};
	begin(0);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	put(fixture_config("a", "1"));
	fixture_settle(&at);
	ck_assert_int_eq(self.n, 1);
	for (int i = 0; i < 5; i++) {
		korch_controller_request(self.controller, "default", "a", 0);
		fixture_pass(&at, KORCH_USEC_PER_SEC);
	}
	ck_assert_int_eq(self.n, 1);
	ck_assert_int_eq(slow->commits, 1);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 0);
	slow_store_release(slow);
	fixture_settle(&at);
	ck_assert_int_eq(self.n, 2);
	slow_store_release(slow);
	fixture_settle(&at);
	ck_assert_uint_eq(fixture_count(&at, &korch_pod_kind), 1);
	fixture_fini(&at);
}
END_TEST

static char seen[4096];

static void on_change(void *userdata, const korch_change *change)
{
	static const char *const names[] = {"+", "~", "-"};
	size_t n = strlen(seen);
	snprintf(seen + n, sizeof(seen) - n, "%s%s%s ", names[change->type],
	         korch_object_name(change->object), fixture_value(change->object));
	ck_assert_int_eq(change->previous != NULL, change->type != KORCH_CHANGE_ADDED);
	ck_assert_uint_eq(change->object->revision, change->revision);
}

static korch_object *with_uid(korch_object *object, const char *uid)
{
	ck_assert_int_eq(korch_string_set(&object->metadata->uid, uid), 0);
	return object;
}

START_TEST(a_lost_place_is_found_again)
{
	probe self = {0};
	begin(16);
	probe_add(&self, &at, &korch_config_map_kind);
	put(with_uid(fixture_config("a", "1"), "ua"));
	put(with_uid(fixture_config("b", "1"), "ub"));
	put(with_uid(fixture_config("c", "1"), "uc"));
	put(with_uid(fixture_config("d", "1"), "ud"));
	fixture_start(&at);
	ck_assert_int_eq(korch_engine_observe(at.engine, on_change, NULL, NULL), 0);
	self.log[0] = seen[0] = '\0';
	/* One goes, one changes, one is made again, one comes; and then more than is remembered. */
	drop(fixture_get(&at, &korch_config_map_kind, "a"));
	put(with_uid(fixture_config("b", "2"), "ub"));
	put(with_uid(fixture_config("c", "2"), "another"));
	put(with_uid(fixture_config("e", "1"), "ue"));
	for (int i = 0; i < 40; i++)
		put(fixture_pod("noise"));
	fixture_pass(&at, KORCH_USEC_PER_SEC);
	ck_assert_str_eq(seen, "-a1 -c1 ~b2 +c2 +e1 +noise ");
	ck_assert_str_eq(self.log, "a c b e ");
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	put(with_uid(fixture_config("b", "3"), "ub"));
	fixture_settle(&at);
	ck_assert_str_eq(self.log, "a c b e b ");
	fixture_fini(&at);
}
END_TEST

START_TEST(lists_that_fail_are_asked_again)
{
	probe self = {0};
	begin(16);
	probe_add(&self, &at, &korch_config_map_kind);
	put(fixture_config("a", "1"));
	fixture_start(&at);
	slow->refuse_lists = 3;
	for (int i = 0; i < 40; i++)
		put(fixture_config("b", "1"));
	fixture_settle(&at);
	ck_assert_ptr_null(fixture_get(&at, &korch_config_map_kind, "b"));
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 0);
	ck_assert_int_eq(korch_engine_is_synced(at.engine), 1);
	fixture_pass(&at, 10 * KORCH_USEC_PER_SEC);
	ck_assert_str_eq(self.log, "a b ");
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

START_TEST(the_first_list_may_not_fail)
{
	begin(0);
	slow->refuse_lists = 1;
	korch_error *error = NULL;
	ck_assert_int_eq(korch_engine_start(at.engine, &error), KORCH_E_IO);
	ck_assert_ptr_nonnull(error);
	korch_error_free(error);
	ck_assert_int_eq(korch_engine_start(at.engine, NULL), 0);
	fixture_settle(&at);
	ck_assert_int_eq(korch_engine_is_synced(at.engine), 1);
	fixture_fini(&at);
}
END_TEST

START_TEST(many_pages)
{
	begin(0);
	for (int i = 0; i < 12345; i++) {
		char name[32];
		snprintf(name, sizeof(name), "c%d", i);
		put(fixture_config(name, "1"));
	}
	fixture_start(&at);
	ck_assert_uint_eq(fixture_count(&at, &korch_config_map_kind), 12345);
	for (int i = 0; i < 12345; i++) {
		char name[32];
		snprintf(name, sizeof(name), "c%d", i);
		put(fixture_config(name, "2"));
	}
	fixture_settle(&at);
	ck_assert_str_eq(fixture_value(fixture_get(&at, &korch_config_map_kind, "c12344")), "2");
	fixture_fini(&at);
}
END_TEST

static void stop_now(void *userdata, const korch_change *change)
{
	korch_engine_stop(at.engine);
}

START_TEST(observers_may_stop_it)
{
	for (int when = 0; when < 3; when++) {
		begin(16);
		put(fixture_config("a", "1"));
		put(fixture_config("b", "1"));
		if (when == 0)
			korch_engine_observe(at.engine, stop_now, NULL, NULL);
		ck_assert_int_eq(korch_engine_start(at.engine, NULL), 0);
		fixture_settle(&at);
		if (when > 0)
			korch_engine_observe(at.engine, stop_now, NULL, NULL);
		for (int i = 0; i < (when == 2 ? 40 : 2); i++)
			put(fixture_config("b", "2"));
		korch_object *gone = fixture_config("a", "1");
		drop(gone);
		korch_object_unref(gone);
		fixture_pass(&at, 10 * KORCH_USEC_PER_SEC);
		fixture_fini(&at);
	}
}
END_TEST

START_TEST(freed_while_it_lists)
{
	begin(0);
	put(fixture_config("a", "1"));
	ck_assert_int_eq(korch_engine_start(at.engine, NULL), 0);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(sync)
{
	Suite *suite = suite_create("sync");
	KORCH_CASE(suite, "others", conflicts_are_tried_again_with_the_newest,
	           nothing_is_made_twice_while_the_cache_lags);
	KORCH_CASE(suite, "lists", a_lost_place_is_found_again, lists_that_fail_are_asked_again,
	           the_first_list_may_not_fail, many_pages, observers_may_stop_it,
	           freed_while_it_lists);
	return suite;
}
