/* Who has a turn when: controllers beside each other, those added late, answers, the end. */
#include "probe.h"
#include "slow_store.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static fixture at;

static korch_engine_stats stats(void)
{
	korch_engine_stats out;
	korch_engine_get_stats(&out, at.engine);
	return out;
}

enum { CROWD = 40, CROWD_KEYS = 100 };
static int n_requests, first_of[CROWD];

static int count_request(void *userdata, const korch_view *view, const korch_request *request,
                         korch_plan *plan, korch_error **err)
{
	int *first = userdata;
	n_requests++;
	*first = *first ? *first : n_requests;
	return 0;
}

START_TEST(nobody_starves)
{
	fixture_init(&at);
	at.options.slice = 64;
	for (int i = 0; i < CROWD_KEYS; i++) {
		char name[16];
		snprintf(name, sizeof(name), "c%d", i);
		fixture_write(&at, fixture_config(name, ""));
	}
	fixture_engine(&at);
	for (int i = 0; i < CROWD; i++) {
		char name[16];
		snprintf(name, sizeof(name), "crowd-%d", i);
		const korch_controller_spec spec = {.size = sizeof(spec),
		                                    .name = name,
		                                    .kind = &korch_config_map_kind,
		                                    .reconcile = count_request,
		                                    .userdata = &first_of[i]};
		ck_assert_int_eq(korch_engine_add(NULL, at.engine, &spec, NULL), 0);
	}
	fixture_start(&at);
	ck_assert_int_eq(n_requests, CROWD * CROWD_KEYS);
	for (int i = 0; i < CROWD; i++)
		ck_assert_int_le(first_of[i], CROWD * 16);
	fixture_fini(&at);
}
END_TEST

static char seen[256];

static void write_down(void *userdata, const korch_view *view, const korch_change *change)
{
	size_t length = strlen(seen);
	snprintf(seen + length, sizeof(seen) - length, "%c%s ", "+*-"[change->type],
	         korch_object_name(change->object));
}

static int nothing(void *userdata, const korch_view *view, const korch_request *request,
                   korch_plan *plan, korch_error **err)
{
	return 0;
}

static void add_once(void *userdata, const korch_change *change)
{
	const korch_controller_spec spec = {.size = sizeof(spec),
	                                    .name = "late",
	                                    .kind = &korch_config_map_kind,
	                                    .reconcile = nothing,
	                                    .observe = write_down};
	int *is_added = userdata;
	if (*is_added)
		return;
	*is_added = 1;
	ck_assert_int_eq(korch_engine_add(NULL, at.engine, &spec, NULL), 0);
}

START_TEST(added_in_the_middle_of_a_change)
{
	int is_added = 1;
	seen[0] = '\0';
	fixture_init(&at);
	fixture_engine(&at);
	korch_engine_observe(at.engine, add_once, &is_added, NULL);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_write(&at, fixture_config("b", "1"));
	is_added = 0;
	fixture_write(&at, fixture_config("b", "2"));
	ck_assert_str_eq(seen, "+a +b "); /* once, as it is now */
	fixture_write(&at, fixture_config("b", "3"));
	ck_assert_str_eq(seen, "+a +b *b ");
	fixture_fini(&at);
}
END_TEST

START_TEST(added_in_the_middle_of_a_deletion)
{
	int is_added = 1;
	seen[0] = '\0';
	fixture_init(&at);
	fixture_engine(&at);
	korch_engine_observe(at.engine, add_once, &is_added, NULL);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	is_added = 0;
	fixture_remove(&at, fixture_get(&at, &korch_config_map_kind, "a"));
	ck_assert_str_eq(seen, ""); /* it has never known the object */
	fixture_fini(&at);
}
END_TEST

enum { ENDLESS = 100000 };
static int n_answers, answers_at_turn;

static void submit_nothing(void);

static void submit_again(void *userdata, int code, const korch_error *error,
                         const korch_object *result)
{
	if (++n_answers < ENDLESS)
		submit_nothing();
}

static void submit_nothing(void)
{
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_engine_submit(at.engine, plan, submit_again, NULL, NULL), 0);
}

static void note_turn(void *userdata)
{
	answers_at_turn = n_answers;
}

START_TEST(answers_that_ask_again_leave_the_loop_its_turn)
{
	fixture_init(&at);
	fixture_start(&at);
	submit_nothing();
	submit_nothing();
	submit_nothing();
	ck_assert_int_eq(korch_loop_post(at.loop, note_turn, NULL), 0);
	fixture_settle(&at);
	ck_assert_int_ge(n_answers, ENDLESS);
	ck_assert_int_lt(answers_at_turn, 100);
	fixture_fini(&at);
}
END_TEST

static void on_answer(void *userdata, int code, const korch_error *error,
                      const korch_object *result)
{
	ck_assert_int_eq(*(int *)userdata, 1);
	*(int *)userdata = code;
}

START_TEST(a_closed_store_ends_it)
{
	int code = 1;
	korch_plan *plan = NULL;
	fixture_init(&at);
	fixture_start(&at);
	korch_plan_new(&plan);
	korch_plan_create(plan, fixture_config("a", ""));
	ck_assert_int_eq(korch_engine_submit(at.engine, plan, on_answer, &code, NULL), 0);
	korch_store_close(at.store);
	ck_assert_int_eq(korch_loop_step(at.loop, KORCH_USEC_NEVER), 0); /* nothing tries for ever */
	ck_assert_int_eq(code, KORCH_E_CLOSED);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 0);
	fixture_fini(&at);
}
END_TEST

START_TEST(a_store_closed_while_it_is_listed_ends_it)
{
	fixture_init(&at);
	fixture_engine(&at);
	ck_assert_int_eq(korch_engine_start(at.engine, NULL), 0);
	korch_store_close(at.store);
	ck_assert_int_eq(korch_loop_step(at.loop, KORCH_USEC_NEVER), 0);
	ck_assert_int_eq(korch_engine_is_synced(at.engine), 0);
	fixture_fini(&at);
}
END_TEST

static int n_ready;

static void on_ready(void *userdata)
{
	n_ready++;
}

START_TEST(pullers_are_told_when_the_rate_allows_it)
{
	korch_controller *controller = NULL;
	korch_request request;
	fixture_init(&at);
	at.options.rate_per_sec = 1;
	fixture_engine(&at);
	const korch_controller_spec spec = {
	    .size = sizeof(spec), .name = "pull", .kind = &korch_config_map_kind};
	ck_assert_int_eq(korch_engine_add(&controller, at.engine, &spec, NULL), 0);
	korch_controller_on_ready(controller, on_ready, NULL);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", ""));
	fixture_write(&at, fixture_config("b", ""));
	ck_assert_int_eq(n_ready, 1);
	ck_assert_int_eq(korch_controller_next(controller, &request), 1);
	ck_assert_int_eq(korch_controller_finish(controller, &request, NULL, 0), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(korch_controller_next(controller, &request), 0);
		fixture_settle(&at);
		ck_assert_int_eq(n_ready, 1);
	}
	fixture_pass(&at, 2 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(n_ready, 2);
	ck_assert_int_eq(korch_controller_next(controller, &request), 1);
	fixture_fini(&at);
}
END_TEST

/* Adds an "x" when the test says so. */
static int act_when_told(probe *self, const korch_view *view, const korch_request *request,
                         korch_plan *plan)
{
	const korch_object *base = probe_object(view, request);
	if (!base || !self->until)
		return 0;
	self->until = 0;
	korch_object *fresh = korch_object_edit(base);
	korch_map_set(&((korch_config_map *)fresh)->data, "key", "x");
	return korch_plan_update(plan, base, fresh);
}

START_TEST(waiting_for_the_cache_is_not_waiting_in_line)
{
	probe self = {.act = act_when_told};
	slow_store *slow;
	fixture_init(&at);
	slow_store_new(&at.store, &slow, at.store);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", ""));
	ck_assert_int_eq(self.n, 1);
	self.until = 1;
	slow_store_hold(slow);
	korch_controller_request(self.controller, "default", "a", 0);
	fixture_settle(&at);
	ck_assert_int_eq(self.n, 2);
	ck_assert_uint_eq(stats().queued, 0); /* nobody has asked for it since */
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 0);
	korch_controller_request(self.controller, "default", "a", 0);
	fixture_settle(&at);
	ck_assert_int_eq(self.n, 2);
	ck_assert_uint_eq(stats().queued, 1);
	slow_store_release(slow);
	fixture_settle(&at);
	ck_assert_int_eq(self.n, 3);
	ck_assert_uint_eq(stats().queued, 0);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

static int refuse(probe *self, const korch_view *view, const korch_request *request,
                  korch_plan *plan)
{
	return KORCH_E_IO;
}

START_TEST(times_at_the_edge)
{
	probe self = {.spec = {.resync_us = KORCH_USEC_NEVER}};
	probe failing = {.act = refuse};
	korch_usec next;
	fixture_init(&at);
	at.options.loop = at.loop;
	at.options.store = at.store;
	at.options.backoff_max_us = KORCH_USEC_NEVER;
	ck_assert_int_eq(korch_engine_new(&at.engine, &at.options, NULL), KORCH_E_INVALID);
	at.options.backoff_max_us = -1;
	ck_assert_int_eq(korch_engine_new(&at.engine, &at.options, NULL), KORCH_E_INVALID);
	at.options.backoff_base_us = at.options.backoff_max_us = KORCH_USEC_NEVER / 4;
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	probe_add(&failing, &at, &korch_pod_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", ""));
	ck_assert_int_eq(korch_controller_request(self.controller, "", "x", KORCH_USEC_NEVER), 0);
	ck_assert_uint_eq(stats().delayed, 0);
	fixture_write(&at, fixture_pod("web"));
	ck_assert_uint_eq(stats().delayed, 1);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, &next), 1);
	ck_assert_int_gt(next, KORCH_USEC_NEVER / 8);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(turns)
{
	Suite *suite = suite_create("turns");
	KORCH_CASE(suite, "turns", nobody_starves, added_in_the_middle_of_a_change,
	           added_in_the_middle_of_a_deletion, answers_that_ask_again_leave_the_loop_its_turn,
	           pullers_are_told_when_the_rate_allows_it,
	           waiting_for_the_cache_is_not_waiting_in_line, times_at_the_edge);
	KORCH_CASE(suite, "end", a_closed_store_ends_it, a_store_closed_while_it_is_listed_ends_it);
	return suite;
}
