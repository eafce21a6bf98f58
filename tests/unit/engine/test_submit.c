/* Plans from outside: answers, sentences, the last writer, namespaces. */
#include "engine/engine.h"
#include "fixture.h"
#include "slow_store.h"
#include "support/store.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static fixture at;
static struct outcome outcome;

static void begin(void)
{
	memset(&outcome, 0, sizeof(outcome));
	fixture_init(&at);
	fixture_start(&at);
}

static void end(void)
{
	outcome_clear(&outcome);
	fixture_fini(&at);
}

START_TEST(results_are_what_is_stored)
{
	begin();
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "1"), &outcome), 0);
	ck_assert_uint_eq(outcome.result->revision, 1);
	ck_assert_ptr_eq(outcome.result, fixture_get(&at, &korch_config_map_kind, "a"));
	korch_object *first = korch_object_ref(outcome.result);
	ck_assert_int_eq(fixture_update(&at, first, fixture_config("a", "2"), &outcome), 0);
	ck_assert_str_eq(fixture_value(outcome.result), "2");
	ck_assert_str_eq(korch_object_uid(outcome.result), korch_object_uid(first));
	ck_assert_int_eq(fixture_delete(&at, outcome.result, NULL, &outcome), 0);
	ck_assert_str_eq(fixture_value(outcome.result), "2");
	ck_assert_uint_eq(fixture_count(&at, &korch_config_map_kind), 0);
	korch_object_unref(first);
	end();
}
END_TEST

START_TEST(refusals_have_sentences)
{
	begin();
	korch_object *old = fixture_config("a", "0");
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "1"), &outcome), 0);
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "2"), &outcome), KORCH_E_EXISTS);
	ck_assert_str_eq(outcome.message, "configmaps \"a\" already exists");
	old->revision = 77;
	ck_assert_int_eq(fixture_update(&at, old, fixture_config("a", "3"), &outcome),
	                 KORCH_E_CONFLICT);
	ck_assert_str_eq(outcome.message,
	                 "Operation cannot be fulfilled on configmaps \"a\": the object has been "
	                 "modified; please apply your changes to the latest version and try again");
	korch_object *gone = fixture_config("gone", "0");
	ck_assert_int_eq(fixture_update(&at, gone, korch_object_ref(gone), &outcome),
	                 KORCH_E_NOT_FOUND);
	ck_assert_str_eq(outcome.message, "configmaps \"gone\" not found");
	gone->revision = 5;
	ck_assert_int_eq(fixture_delete(&at, gone, NULL, &outcome), KORCH_E_NOT_FOUND);
	ck_assert_str_eq(outcome.message, "configmaps \"gone\" not found");
	ck_assert_str_eq(fixture_value(fixture_get(&at, &korch_config_map_kind, "a")), "1");
	korch_object_unref(old);
	korch_object_unref(gone);
	end();
}
END_TEST

START_TEST(the_step_in_the_way_is_named)
{
	korch_plan *plan = NULL;
	begin();
	fixture_create(&at, fixture_config("b", "1"), NULL);
	korch_plan_new(&plan);
	korch_plan_create(plan, fixture_config("a", "1"));
	korch_plan_create(plan, fixture_config("b", "1"));
	ck_assert_int_eq(fixture_submit(&at, plan, &outcome), KORCH_E_EXISTS);
	ck_assert_str_eq(outcome.message, "configmaps \"b\" already exists");
	ck_assert_ptr_null(fixture_get(&at, &korch_config_map_kind, "a"));
	end();
}
END_TEST

START_TEST(a_plan_may_make_its_namespace)
{
	korch_plan *plan = NULL;
	begin();
	korch_object *config = fixture_config("a", "1");
	korch_string_set(&config->metadata->namespace_, "shop");
	korch_plan_new(&plan);
	korch_plan_create(plan, fixture_namespace("shop"));
	korch_plan_create(plan, config);
	ck_assert_int_eq(fixture_submit(&at, plan, &outcome), 0);
	ck_assert_ptr_eq(outcome.result->kind, &korch_namespace_kind);
	ck_assert_ptr_nonnull(
	    korch_view_get(korch_engine_view(at.engine), &korch_config_map_kind, "shop", "a"));
	end();
}
END_TEST

START_TEST(nothing_to_write_is_answered)
{
	korch_plan *plan = NULL;
	begin();
	korch_plan_new(&plan);
	ck_assert_int_eq(fixture_submit(&at, plan, &outcome), 0);
	ck_assert_ptr_null(outcome.result);
	fixture_create(&at, fixture_config("a", "1"), &outcome);
	ck_assert_int_eq(fixture_update(&at, outcome.result, fixture_config("a", "1"), &outcome), 0);
	ck_assert_uint_eq(outcome.result->revision, 1);
	end();
}
END_TEST

START_TEST(names_are_made)
{
	char first[80];
	begin();
	for (int i = 0; i < 2; i++) {
		korch_object *config = fixture_config("x", "1");
		korch_string_set(&config->metadata->name, NULL);
		korch_string_set(&config->metadata->generate_name, "made-");
		ck_assert_int_eq(fixture_create(&at, config, &outcome), 0);
		const char *name = korch_object_name(outcome.result);
		ck_assert_uint_eq(strlen(name), strlen("made-") + 5);
		ck_assert_int_eq(strncmp(name, "made-", 5), 0);
		if (i == 0)
			snprintf(first, sizeof(first), "%s", name);
		else
			ck_assert_str_ne(name, first);
	}
	end();
}
END_TEST

static korch_object *unnamed(void)
{
	korch_object *config = fixture_config("x", "1");
	korch_string_set(&config->metadata->name, NULL);
	korch_string_set(&config->metadata->generate_name, "made-");
	return config;
}

START_TEST(a_name_that_is_taken_is_made_anew)
{
	char first[80];
	begin();
	ck_assert_int_eq(fixture_create(&at, unnamed(), &outcome), 0);
	snprintf(first, sizeof(first), "%s", korch_object_name(outcome.result));
	end();
	begin(); /* the same seed: the same name is tried first */
	fixture_write(&at, fixture_config(first, "theirs"));
	ck_assert_int_eq(fixture_create(&at, unnamed(), &outcome), 0);
	ck_assert_str_ne(korch_object_name(outcome.result), first);
	ck_assert_str_eq(fixture_value(fixture_get(&at, &korch_config_map_kind, first)), "theirs");
	end();
}
END_TEST

/* Refuses values that begin with "no", and marks the others. */
static int admit(void *userdata, korch_object *object, const korch_object *old, korch_error **err)
{
	if (object->kind != &korch_config_map_kind)
		return 0;
	if (strncmp(fixture_value(object), "no", 2) == 0)
		return korch_error_set(err, KORCH_E_FORBIDDEN, "that will not do");
	(*(int *)userdata)++;
	return korch_map_set(&((korch_config_map *)object)->data, "seen", old ? "again" : "first");
}

START_TEST(others_take_part_in_admission)
{
	int n = 0;
	begin();
	korch__engine_set_admission(at.engine, admit, &n);
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "no"), &outcome), KORCH_E_FORBIDDEN);
	ck_assert_str_eq(outcome.message, "that will not do");
	ck_assert_int_eq(fixture_create(&at, fixture_config("a", "yes"), &outcome), 0);
	const korch_config_map *config = (const korch_config_map *)outcome.result;
	ck_assert_str_eq(korch_map_get(config->data, "seen"), "first");
	ck_assert_int_eq(fixture_update(&at, outcome.result, fixture_config("a", "and"), &outcome), 0);
	config = (const korch_config_map *)outcome.result;
	ck_assert_str_eq(korch_map_get(config->data, "seen"), "again");
	ck_assert_int_eq(n, 2);
	end();
}
END_TEST

static void somebody_else(void *userdata)
{
	static const char *const values[] = {"theirs", "theirs again"};
	static int n;
	korch_object *config = fixture_config("a", values[n++ % 2]);
	const korch_write write = {
	    .op = KORCH_WRITE_PUT, .object = config, .expected = KORCH_REVISION_ANY};
	slow_store *slow = userdata;
	ck_assert_int_eq(korch_store_commit(slow->inner, &write, 1, fixture_ignore, NULL), 0);
}

static slow_store *begin_slow(void)
{
	slow_store *slow;
	memset(&outcome, 0, sizeof(outcome));
	fixture_init(&at);
	korch_store_free(at.store);
	ck_assert_int_eq(test_store_open_local(&at.store, at.loop, 0), 0);
	slow_store_new(&at.store, &slow, at.store);
	slow->userdata = slow;
	fixture_start(&at);
	return slow;
}

START_TEST(the_last_writer_wins_without_a_revision)
{
	slow_store *slow = begin_slow();
	fixture_write(&at, fixture_config("a", "1"));
	korch_object *wish = fixture_config("a", "mine");
	slow->before = somebody_else;
	ck_assert_int_eq(fixture_update(&at, wish, korch_object_ref(wish), &outcome), 0);
	ck_assert_str_eq(fixture_value(outcome.result), "mine");
	korch_engine_stats stats;
	korch_engine_get_stats(&stats, at.engine);
	ck_assert_uint_eq(stats.conflicts, 1);
	slow->before = somebody_else;
	ck_assert_int_eq(fixture_update(&at, outcome.result, fixture_config("a", "2"), &outcome),
	                 KORCH_E_CONFLICT);
	slow->before = somebody_else;
	korch_object_unref(wish);
	wish = fixture_config("a", "");
	ck_assert_int_eq(fixture_delete(&at, wish, NULL, &outcome), 0);
	ck_assert_ptr_null(fixture_get(&at, &korch_config_map_kind, "a"));
	korch_object_unref(wish);
	end();
}
END_TEST

static void on_done(void *userdata, int code, const korch_error *error, const korch_object *result)
{
	*(int *)userdata = code == 0 ? 1 : code;
}

START_TEST(answers_wait_for_the_cache)
{
	korch_plan *plan = NULL;
	int done = 0;
	slow_store *slow = begin_slow();
	slow_store_hold(slow);
	korch_plan_new(&plan);
	korch_plan_create(plan, fixture_config("a", "1"));
	ck_assert_int_eq(korch_engine_submit(at.engine, plan, on_done, &done, NULL), 0);
	fixture_settle(&at);
	ck_assert_int_eq(done, 0);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 0);
	slow_store_release(slow);
	fixture_settle(&at);
	ck_assert_int_eq(done, 1);
	ck_assert_ptr_nonnull(fixture_get(&at, &korch_config_map_kind, "a"));
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	end();
}
END_TEST

START_TEST(stopping_and_freeing_answer_everybody)
{
	for (int is_stopped = 0; is_stopped < 3; is_stopped++) {
		korch_plan *plan = NULL;
		int waits = 0, flies = 0;
		slow_store *slow = begin_slow();
		slow_store_hold(slow);
		korch_plan_new(&plan);
		korch_plan_create(plan, fixture_config("a", "1"));
		ck_assert_int_eq(korch_engine_submit(at.engine, plan, on_done, &waits, NULL), 0);
		fixture_settle(&at);
		korch_plan_new(&plan);
		korch_plan_create(plan, fixture_config("b", "1"));
		ck_assert_int_eq(korch_engine_submit(at.engine, plan, on_done, &flies, NULL), 0);
		if (is_stopped)
			korch_engine_stop(at.engine);
		if (is_stopped == 2)
			fixture_settle(&at);
		end();
		ck_assert_int_eq(waits, 1); /* it is in the store */
		ck_assert_int_eq(flies, is_stopped == 2 ? 1 : KORCH_E_CLOSED);
	}
}
END_TEST

START_TEST(too_early_or_wrong)
{
	korch_plan *plan = NULL;
	fixture_init(&at);
	fixture_engine(&at);
	korch_plan_new(&plan);
	ck_assert_int_eq(korch_engine_submit(at.engine, plan, NULL, NULL, NULL), KORCH_E_BUSY);
	ck_assert_int_eq(korch_engine_submit(at.engine, NULL, NULL, NULL, NULL), KORCH_E_INVALID);
	korch_plan_new(&plan);
	korch_plan_create(plan, NULL);
	ck_assert_int_eq(korch_engine_submit(at.engine, plan, NULL, NULL, NULL), KORCH_E_INVALID);
	memset(&outcome, 0, sizeof(outcome));
	end();
}
END_TEST

START_TEST(too_many_steps)
{
	korch_plan *plan = NULL;
	begin();
	korch_object *config = fixture_config("a", "1");
	korch_plan_new(&plan);
	for (int i = 0; i <= KORCH_STORE_WRITES_MAX; i++)
		korch_plan_check(plan, config);
	ck_assert_int_eq(fixture_submit(&at, plan, &outcome), KORCH_E_LIMIT);
	korch_object_unref(config);
	end();
}
END_TEST

START_TEST(a_pods_life)
{
	begin();
	ck_assert_int_eq(fixture_create(&at, fixture_pod("p"), &outcome), 0);
	korch_object *bound = korch_object_edit(outcome.result);
	fixture_bind(bound, "node");
	ck_assert_int_eq(fixture_update(&at, outcome.result, bound, &outcome), 0);
	ck_assert_int_eq(fixture_delete(&at, outcome.result, NULL, &outcome), 0);
	ck_assert_int_eq(outcome.result->metadata->deletion_grace_period_seconds, 30);
	const korch_delete_options now = {.grace_seconds = 0};
	ck_assert_int_eq(fixture_delete(&at, outcome.result, &now, &outcome), 0);
	ck_assert_ptr_null(fixture_get(&at, &korch_pod_kind, "p"));
	ck_assert_int_eq(outcome.result->metadata->deletion_grace_period_seconds, 30);
	end();
}
END_TEST

KORCH_SUITE(submit)
{
	Suite *suite = suite_create("submit");
	KORCH_CASE(suite, "answers", results_are_what_is_stored, refusals_have_sentences,
	           the_step_in_the_way_is_named, nothing_to_write_is_answered, names_are_made,
	           a_name_that_is_taken_is_made_anew, others_take_part_in_admission,
	           a_plan_may_make_its_namespace, a_pods_life, too_many_steps, too_early_or_wrong);
	KORCH_CASE(suite, "others", the_last_writer_wins_without_a_revision, answers_wait_for_the_cache,
	           stopping_and_freeing_answer_everybody);
	return suite;
}
