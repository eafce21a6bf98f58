/*
 * On a store that fails: answers that are lost, transactions that are done after they were given
 * up, watches that end, events that cannot be written. Nothing is done on a guess.
 */
#include "probe.h"
#include "support/store.h"
#include "unit.h"

#include <korch/faulty.h>
#include <stdio.h>
#include <string.h>

#define SECOND KORCH_USEC_PER_SEC

static fixture at;
static korch_store *inner;

static void begin(void)
{
	fixture_init(&at);
	inner = at.store;
	ck_assert_int_eq(korch_store_faulty_new(&at.store, at.loop, inner, NULL, NULL), 0);
	fixture_engine(&at);
}

static void rule(int calls, int fault, uint32_t skip, uint32_t count, korch_usec late_us)
{
	const korch_faulty_rule rule = {.size = sizeof(rule),
	                                .calls = calls,
	                                .fault = fault,
	                                .skip = skip,
	                                .count = count,
	                                .late_us = late_us};
	ck_assert_int_eq(korch_faulty_rule_add(at.store, &rule), 0);
}

static uint64_t calls(void)
{
	korch_faulty_stats stats;
	ck_assert_int_eq(korch_faulty_get_stats(&stats, at.store), 0);
	return stats.calls;
}

/* As somebody else would, past the faults. */
static void put(korch_object *object)
{
	const korch_write write = {
	    .op = KORCH_WRITE_PUT, .object = object, .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(inner, &write, 1, fixture_ignore, NULL), 0);
	fixture_settle(&at);
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	ck_assert_int_eq(code, 0);
	*(size_t *)userdata = page->n;
}

static size_t stored(const korch_kind *kind)
{
	size_t n = SIZE_MAX;
	const korch_list_query query = {.kind = kind};
	ck_assert_int_eq(korch_store_list(inner, &query, on_list, &n), 0);
	fixture_settle(&at);
	return n;
}

/* Makes a pod with a name of its own, when the view has none. */
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

static int make_pod_blindly(probe *self, const korch_view *view, const korch_request *request,
                            korch_plan *plan)
{
	if (self->n == 1)
		korch_faulty_watches_hold(at.store, 60 * SECOND);
	return make_pod(self, view, request, plan);
}

/* Done, but the answer is lost, and the cache does not show it yet: the key waits until it does. */
START_TEST(lost_answers_are_no_failures)
{
	probe self = {.act = make_pod_blindly};
	begin();
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	rule(KORCH_FAULTY_COMMIT, KORCH_FAULTY_LOST, 0, 1, 0);
	/* The first questions how far the store is get no answer. */
	rule(KORCH_FAULTY_LIST, KORCH_FAULTY_FAILED, 0, 3, 0);
	rule(KORCH_FAULTY_LIST, KORCH_FAULTY_REFUSED, 0, 1, 0);
	put(fixture_config("a", "1"));
	for (int i = 0; i < 5; i++) {
		korch_controller_request(self.controller, "default", "a", 0);
		fixture_pass(&at, 10 * SECOND);
	}
	ck_assert_int_eq(self.n, 1);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 0);
	ck_assert_uint_eq(stored(&korch_pod_kind), 1);
	ck_assert_uint_le(calls(), 10);
	fixture_pass(&at, 20 * SECOND);
	ck_assert_int_ge(self.n, 2);
	ck_assert_uint_eq(fixture_count(&at, &korch_pod_kind), 1);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

/* Not done: it is done then. */
START_TEST(failures_are_tried_again)
{
	probe self = {.act = make_pod};
	begin();
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	rule(KORCH_FAULTY_COMMIT, KORCH_FAULTY_FAILED, 0, 3, 0);
	put(fixture_config("a", "1"));
	fixture_pass(&at, 10 * SECOND);
	ck_assert_uint_eq(stored(&korch_pod_kind), 1);
	ck_assert_uint_eq(self.attempts[3], 3);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

/* Done long after it was given up, when it has been tried again: under the same names, so that only
 * one of the two can be done. */
START_TEST(given_up_and_done_later)
{
	probe self = {.act = make_pod};
	begin();
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	rule(KORCH_FAULTY_COMMIT, KORCH_FAULTY_GIVEN_UP, 0, 1, 5 * SECOND);
	put(fixture_config("a", "1"));
	fixture_pass(&at, SECOND);
	ck_assert_uint_eq(stored(&korch_pod_kind), 1);
	fixture_pass(&at, 10 * SECOND);
	ck_assert_uint_eq(stored(&korch_pod_kind), 1);
	ck_assert_uint_eq(fixture_count(&at, &korch_pod_kind), 1);
	/* Others have other names again. */
	korch_object *pod = korch_object_ref(fixture_get(&at, &korch_config_map_kind, "a"));
	korch_object_unref(pod);
	fixture_fini(&at);
}
END_TEST

/* Whoever waits is told that nobody knows. */
START_TEST(submissions)
{
	struct outcome outcome = {0};
	begin();
	fixture_start(&at);
	rule(KORCH_FAULTY_COMMIT, KORCH_FAULTY_LOST, 0, 1, 0);
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "1"), &outcome), KORCH_E_IO);
	ck_assert_str_eq(outcome.message,
	                 "configmaps \"a\": the store gave no answer: it may have been "
	                 "written, or not");
	ck_assert_uint_eq(stored(&korch_config_map_kind), 1);
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "1"), &outcome), KORCH_E_EXISTS);
	outcome_clear(&outcome);
	fixture_fini(&at);
}
END_TEST

START_TEST(ended_while_in_doubt)
{
	probe self = {.act = make_pod_blindly};
	for (int when = 0; when < 2; when++) {
		memset(&self, 0, sizeof(self));
		self.act = make_pod_blindly;
		begin();
		probe_add(&self, &at, &korch_config_map_kind);
		fixture_start(&at);
		rule(KORCH_FAULTY_COMMIT, KORCH_FAULTY_LOST, 0, 1, 0);
		rule(KORCH_FAULTY_LIST, when ? KORCH_FAULTY_NONE : KORCH_FAULTY_FAILED, 0, 0, SECOND);
		put(fixture_config("a", "1"));
		fixture_pass(&at, SECOND / 2);
		korch_engine_stop(at.engine);
		fixture_fini(&at);
	}
}
END_TEST

/* A watch that breaks goes on where it was; nothing is listed. */
START_TEST(watches_go_on)
{
	probe self = {0};
	begin();
	probe_add(&self, &at, &korch_config_map_kind);
	put(fixture_config("a", "1"));
	fixture_start(&at);
	rule(KORCH_FAULTY_LIST, KORCH_FAULTY_REFUSED, 0, 0, 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(korch_faulty_watches_end(at.store, KORCH_E_IO), 0);
		put(fixture_config("b", i ? "2" : "1"));
		fixture_pass(&at, 30 * SECOND);
	}
	ck_assert_str_eq(self.log, "a b b b ");
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	/* Unless what it missed is forgotten. */
	korch_faulty_rule_clear(at.store);
	ck_assert_int_eq(korch_faulty_watches_end(at.store, KORCH_E_IO), 0);
	put(fixture_config("c", "1"));
	put(fixture_config("c", "2"));
	const korch_object *newest = fixture_get(&at, &korch_config_map_kind, "b");
	ck_assert_int_eq(korch_store_compact(inner, newest->revision + 2, fixture_ignore, NULL), 0);
	fixture_pass(&at, 30 * SECOND);
	ck_assert_str_eq(fixture_value(fixture_get(&at, &korch_config_map_kind, "c")), "2");
	fixture_fini(&at);
}
END_TEST

/* While the store is away it is asked now and then, not all the time; and then all goes on. */
START_TEST(a_store_that_is_away)
{
	static const int WATCHES[] = {KORCH_FAULTY_STALL, KORCH_FAULTY_END, KORCH_FAULTY_COMPACTED};
	for (size_t i = 0; i < 3; i++) {
		probe self = {.act = make_pod};
		begin();
		probe_add(&self, &at, &korch_config_map_kind);
		fixture_start(&at);
		uint64_t before = calls();
		korch_faulty_cut(at.store, KORCH_USEC_NEVER, WATCHES[i]);
		put(fixture_config("a", "1"));
		korch_controller_request(self.controller, "default", "a", 0);
		fixture_pass(&at, 600 * SECOND);
		ck_assert_uint_le(calls() - before, 700);
		ck_assert_uint_eq(stored(&korch_pod_kind), 0);
		korch_faulty_mend(at.store);
		fixture_pass(&at, 1200 * SECOND);
		ck_assert_uint_eq(stored(&korch_pod_kind), 1);
		ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
		fixture_fini(&at);
	}
}
END_TEST

static int say(probe *self, const korch_view *view, const korch_request *request, korch_plan *plan)
{
	return korch_plan_event(plan, probe_object(view, request), "Normal", "Seen", "%s",
	                        request->key.name);
}

/* Events that are to go are gone in the end, though the store did not answer at first. */
START_TEST(events_do_not_stay)
{
	probe self = {.act = say};
	char name[16];
	fixture_init(&at);
	inner = at.store;
	ck_assert_int_eq(korch_store_faulty_new(&at.store, at.loop, inner, NULL, NULL), 0);
	at.options.events_max = 3;
	probe_add((fixture_engine(&at), &self), &at, &korch_config_map_kind);
	fixture_start(&at);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		rule(KORCH_FAULTY_COMMIT, i % 2 ? KORCH_FAULTY_FAILED : KORCH_FAULTY_LOST, 0, 1, 0);
		put(fixture_config(name, "1"));
		korch_faulty_rule_clear(at.store);
		put(fixture_config(name, "2"));
		fixture_pass(&at, 60 * SECOND);
	}
	ck_assert_uint_le(stored(&korch_event_kind), 3);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(engine_faults)
{
	Suite *suite = suite_create("engine faults");
	KORCH_CASE(suite, "commits", lost_answers_are_no_failures, failures_are_tried_again,
	           given_up_and_done_later, submissions, ended_while_in_doubt);
	KORCH_CASE(suite, "watches", watches_go_on, a_store_that_is_away);
	KORCH_CASE(suite, "events", events_do_not_stay);
	return suite;
}
