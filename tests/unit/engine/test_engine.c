/* The engine as a whole: changes become requests, requests plans, plans commits. */
#include "probe.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_engine_stats stats_of(const fixture *at)
{
	korch_engine_stats stats;
	korch_engine_get_stats(&stats, at->engine);
	return stats;
}

START_TEST(changes_become_requests)
{
	fixture at;
	probe self = {0};
	korch_usec next;
	fixture_init(&at);
	fixture_write(&at, fixture_config("before", "1"));
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	ck_assert_str_eq(self.log, "before ");
	fixture_write(&at, fixture_config("after", "1"));
	fixture_write(&at, fixture_pod("other"));
	ck_assert_str_eq(self.log, "before after ");
	fixture_remove(&at, fixture_get(&at, &korch_config_map_kind, "before"));
	ck_assert_str_eq(self.log, "before after before ");
	ck_assert_int_eq(korch_engine_is_idle(at.engine, &next), 1);
	ck_assert(next == KORCH_USEC_NEVER);
	fixture_fini(&at);
	ck_assert_int_eq(self.destroyed, 1);
}
END_TEST

/* Adds an "x" to the value until there are three. */
static int lengthen(probe *self, const korch_view *view, const korch_request *request,
                    korch_plan *plan)
{
	char value[16];
	const korch_object *base = probe_object(view, request);
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
	probe self = {.act = lengthen};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", ""));
	ck_assert_str_eq(fixture_value(fixture_get(&at, &korch_config_map_kind, "a")), "xxx");
	ck_assert_int_eq(self.n, 4);
	korch_engine_stats stats = stats_of(&at);
	ck_assert_uint_eq(stats.commits, 3);
	ck_assert_uint_eq(stats.requests, 4);
	ck_assert_uint_eq(stats.changes, 4);
	ck_assert_uint_eq(stats.objects, 1);
	ck_assert_uint_eq(stats.queued + stats.delayed + stats.conflicts + stats.failures, 0);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	/* Nothing is left that could happen: no wake-ups. */
	ck_assert_int_eq(korch_loop_step(at.loop, KORCH_USEC_NEVER), 0);
	ck_assert_int_eq(korch_loop_now(at.loop), START_US);
	fixture_fini(&at);
}
END_TEST

/* Writes the object as it is. */
static int rewrite(probe *self, const korch_view *view, const korch_request *request,
                   korch_plan *plan)
{
	const korch_object *base = probe_object(view, request);
	korch_plan_check(plan, base);
	return korch_plan_update(plan, base, korch_object_edit(base));
}

START_TEST(equal_objects_are_not_written)
{
	fixture at;
	probe self = {.act = rewrite};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	ck_assert_int_eq(self.n, 1);
	ck_assert_uint_eq(stats_of(&at).commits, 0);
	fixture_fini(&at);
}
END_TEST

static int fail_first(probe *self, const korch_view *view, const korch_request *request,
                      korch_plan *plan)
{
	return self->n <= 4 ? KORCH_E_IO : 0;
}

START_TEST(failures_back_off)
{
	fixture at;
	probe self = {.act = fail_first};
	korch_usec expected = 5000, next = 0;
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	ck_assert_int_eq(self.n, 1);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, &next), 1);
	ck_assert_int_gt(next, START_US);
	ck_assert_uint_eq(stats_of(&at).delayed, 1);
	fixture_pass(&at, KORCH_USEC_PER_SEC);
	ck_assert_int_eq(self.n, 5);
	ck_assert(self.times[1] == next);
	for (int i = 1; i < 5; i++) {
		korch_usec delay = self.times[i] - self.times[i - 1];
		ck_assert_int_ge(delay, expected / 2);
		ck_assert_int_le(delay, expected);
		ck_assert_uint_eq(self.attempts[i], (uint32_t)i);
		expected *= 2;
	}
	ck_assert_uint_eq(stats_of(&at).failures, 4);
	ck_assert_uint_eq(stats_of(&at).delayed, 0);
	fixture_fini(&at);
}
END_TEST

/* A pod without containers. */
static int make_invalid(probe *self, const korch_view *view, const korch_request *request,
                        korch_plan *plan)
{
	korch_object *pod = NULL;
	korch_object_new(&pod, &korch_pod_kind);
	korch_string_set(&pod->metadata->name, "empty");
	return self->n <= 2 ? korch_plan_create(plan, pod) : (korch_object_unref(pod), 0);
}

START_TEST(plans_that_are_not_valid_fail)
{
	fixture at;
	probe self = {.act = make_invalid};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_pass(&at, KORCH_USEC_PER_SEC);
	ck_assert_int_eq(self.n, 3);
	ck_assert_uint_eq(stats_of(&at).failures, 2);
	ck_assert_uint_eq(fixture_count(&at, &korch_pod_kind), 0);
	fixture_fini(&at);
}
END_TEST

static int quiet(probe *self, const korch_view *view, const korch_request *request,
                 korch_plan *plan)
{
	korch_plan_quiet_until(plan, korch_view_now(view) + 1000);
	return 0;
}

START_TEST(quiet_times_are_kept)
{
	fixture at;
	probe self = {.act = quiet};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	for (int i = 0; i < 5; i++) {
		fixture_write(&at, fixture_config("a", "2"));
		fixture_pass(&at, 100);
	}
	ck_assert_int_eq(self.n, 1);
	fixture_pass(&at, 10000);
	ck_assert_int_eq(self.n, 2);
	ck_assert(self.times[1] == START_US + 1000);
	fixture_fini(&at);
}
END_TEST

static int wake(probe *self, const korch_view *view, const korch_request *request, korch_plan *plan)
{
	korch_usec now = korch_view_now(view);
	if (now < START_US + 3 * KORCH_USEC_PER_SEC)
		korch_plan_wake_at(plan, now + KORCH_USEC_PER_SEC);
	return 0;
}

START_TEST(wishes_for_a_time_are_met)
{
	fixture at;
	probe self = {.act = wake};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	korch_loop_step(at.loop, KORCH_USEC_NEVER);
	ck_assert_int_eq(self.n, 4);
	for (int i = 0; i < 4; i++)
		ck_assert(self.times[i] == START_US + i * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(
	    korch_controller_request(self.controller, "default", "b", korch_loop_now(at.loop) + 77), 0);
	fixture_pass(&at, 76);
	ck_assert_int_eq(self.n, 4);
	fixture_pass(&at, 1);
	ck_assert_int_eq(self.n, 5);
	fixture_fini(&at);
}
END_TEST

START_TEST(keys_are_asked_for_again_after_a_time)
{
	fixture at;
	probe self = {.spec.resync_us = 60 * KORCH_USEC_PER_SEC};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_pass(&at, 59 * KORCH_USEC_PER_SEC);
	fixture_write(&at, fixture_config("a", "2")); /* a change: counts from here */
	ck_assert_int_eq(self.n, 2);
	fixture_pass(&at, 59 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(self.n, 2);
	fixture_pass(&at, 61 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(self.n, 4);
	fixture_remove(&at, fixture_get(&at, &korch_config_map_kind, "a"));
	fixture_pass(&at, 1000 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(self.n, 5);
	ck_assert_uint_eq(stats_of(&at).delayed, 0);
	fixture_fini(&at);
}
END_TEST

static int only_marked(void *userdata, const korch_object *previous, const korch_object *object)
{
	return (object && *fixture_value(object) == '!') ||
	       (previous && *fixture_value(previous) == '!');
}

START_TEST(controllers_choose_what_concerns_them)
{
	fixture at;
	probe self = {.spec.concerns = only_marked};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_write(&at, fixture_config("b", "!"));
	fixture_write(&at, fixture_config("b", "2")); /* it did before */
	fixture_write(&at, fixture_config("b", "3"));
	ck_assert_str_eq(self.log, "b b ");
	fixture_fini(&at);
}
END_TEST

static void map_to_config(void *userdata, const korch_view *view, const korch_object *previous,
                          const korch_object *object, korch_enqueue *enqueue)
{
	if (object)
		korch_enqueue_key(enqueue, "default", "mapped");
	if (previous)
		korch_enqueue_key(enqueue, NULL, "was");
}

START_TEST(watched_kinds_are_mapped)
{
	fixture at;
	const korch_controller_watch watches[] = {
	    {.kind = &korch_pod_kind},
	    {.kind = &korch_namespace_kind, .map = map_to_config},
	};
	probe self = {.spec = {.watches = watches, .n_watches = 2}};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_replica_set_kind);
	fixture_start(&at);
	korch_object *set = NULL;
	korch_object_new(&set, &korch_replica_set_kind);
	korch_string_set(&set->metadata->name, "owner");
	korch_string_set(&set->metadata->namespace_, "default");
	korch_string_set(&set->metadata->uid, "1");
	korch_object *pod = fixture_pod("pod");
	korch_object_set_controller(pod, set);
	fixture_write(&at, pod);
	fixture_write(&at, fixture_pod("alone"));
	ck_assert_str_eq(self.log, "owner ");
	fixture_write(&at, fixture_pod("pod")); /* released: the former owner is asked */
	ck_assert_str_eq(self.log, "owner owner ");
	fixture_write(&at, fixture_namespace("x"));
	fixture_write(&at, fixture_namespace("x"));
	ck_assert_str_eq(self.log, "owner owner mapped mapped was ");
	korch_object_unref(set);
	fixture_fini(&at);
}
END_TEST

static void map_later(void *userdata, const korch_view *view, const korch_object *previous,
                      const korch_object *object, korch_enqueue *enqueue)
{
	korch_enqueue_key_at(enqueue, "default", "later", START_US + 2 * KORCH_USEC_PER_SEC);
	korch_enqueue_key_at(enqueue, "default", "later", START_US + 1 * KORCH_USEC_PER_SEC);
	korch_enqueue_key_at(enqueue, "default", "passed", 1);
	korch_enqueue_key_at(enqueue, "default", "never", KORCH_USEC_NEVER);
}

START_TEST(watches_ask_for_a_time)
{
	fixture at;
	const korch_controller_watch watches[] = {{.kind = &korch_namespace_kind, .map = map_later}};
	probe self = {.spec = {.watches = watches, .n_watches = 1}};
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	fixture_write(&at, fixture_namespace("x"));
	ck_assert_str_eq(self.log, "passed ");
	fixture_pass(&at, 10 * KORCH_USEC_PER_SEC);
	ck_assert_str_eq(self.log, "passed later ");
	ck_assert_int_eq(self.times[1], START_US + 1 * KORCH_USEC_PER_SEC);
	fixture_fini(&at);
}
END_TEST

/* The value of a config map is its priority. */
static int32_t value_as_priority(void *userdata, const korch_object *object)
{
	return atoi(fixture_value(object));
}

START_TEST(urgent_requests_go_first)
{
	fixture at;
	probe self = {.spec = {.priority = value_as_priority}};
	fixture_init(&at);
	fixture_write(&at, fixture_config("last", "-1"));
	fixture_write(&at, fixture_config("a", "0"));
	fixture_write(&at, fixture_config("b", "0"));
	fixture_write(&at, fixture_config("first", "9"));
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	ck_assert_str_eq(self.log, "first a b last ");
	fixture_fini(&at);
}
END_TEST

static char seen[512];

static void on_change(void *userdata, const korch_change *change)
{
	size_t n = strlen(seen);
	static const char *const names[] = {"+", "~", "-"};
	snprintf(seen + n, sizeof(seen) - n, "%s%s:%s:%s ", names[change->type],
	         korch_object_name(change->object), fixture_value(change->object),
	         change->previous ? fixture_value(change->previous) : "none");
}

static void on_observe(void *userdata, const korch_view *view, const korch_change *change)
{
	const korch_key key = korch_object_key(change->object);
	const korch_object *now = korch_view_get(view, key.kind, key.namespace_, key.name);
	ck_assert_int_eq(now != NULL, change->type != KORCH_CHANGE_DELETED);
	on_change(userdata, change);
}

static void on_freed(void *userdata)
{
	(*(int *)userdata)++;
}

START_TEST(observers_see_every_change_in_order)
{
	fixture at;
	int freed = 0;
	probe self = {.spec.observe = on_observe};
	seen[0] = '\0';
	fixture_init(&at);
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	ck_assert_int_eq(korch_engine_observe(at.engine, on_change, &freed, on_freed), 0);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_write(&at, fixture_config("a", "2"));
	fixture_remove(&at, fixture_get(&at, &korch_config_map_kind, "a"));
	ck_assert_str_eq(seen, "+a:1:none +a:1:none ~a:2:1 ~a:2:1 -a:2:2 -a:2:2 ");
	fixture_fini(&at);
	ck_assert_int_eq(freed, 1);
}
END_TEST

START_TEST(added_later_sees_what_is_there)
{
	fixture at;
	probe self = {.spec.observe = on_observe};
	seen[0] = '\0';
	fixture_init(&at);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_write(&at, fixture_config("b", "2"));
	probe_add(&self, &at, &korch_config_map_kind);
	ck_assert_int_eq(self.n, 0);
	fixture_settle(&at);
	ck_assert_str_eq(self.log, "a b ");
	ck_assert_str_eq(seen, "+a:1:none +b:2:none ");
	fixture_fini(&at);
}
END_TEST

static int rate_act(probe *self, const korch_view *view, const korch_request *request,
                    korch_plan *plan)
{
	return 0;
}

START_TEST(the_rate_is_limited)
{
	fixture at;
	probe self = {.act = rate_act};
	fixture_init(&at);
	at.options.rate_per_sec = 10;
	for (int i = 0; i < 30; i++) {
		char name[8];
		snprintf(name, sizeof(name), "c%02d", i);
		fixture_write(&at, fixture_config(name, "1"));
	}
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	ck_assert_int_eq(self.n, 10);
	fixture_pass(&at, KORCH_USEC_PER_SEC / 2);
	ck_assert_int_ge(self.n, 14);
	ck_assert_int_le(self.n, 15);
	korch_loop_step(at.loop, KORCH_USEC_NEVER);
	ck_assert_int_eq(self.n, 30);
	ck_assert_int_ge(self.times[29] - START_US, 2 * KORCH_USEC_PER_SEC);
	ck_assert_int_le(self.times[29] - START_US, 2 * KORCH_USEC_PER_SEC + 1000);
	fixture_fini(&at);
}
END_TEST

START_TEST(bad_specs_are_refused)
{
	fixture at;
	int freed = 0;
	korch_error *error = NULL;
	fixture_init(&at);
	fixture_engine(&at);
	korch_controller_watch watch = {0};
	const korch_controller_spec specs[] = {
	    {.size = sizeof(korch_controller_spec), .kind = &korch_pod_kind},
	    {.size = sizeof(korch_controller_spec), .name = "x"},
	    {.size = 8, .name = "x", .kind = &korch_pod_kind},
	    {.size = sizeof(korch_controller_spec),
	     .name = "x",
	     .kind = &korch_pod_kind,
	     .n_watches = 1},
	    {.size = sizeof(korch_controller_spec),
	     .name = "x",
	     .kind = &korch_pod_kind,
	     .watches = &watch,
	     .n_watches = 1},
	    {.size = sizeof(korch_controller_spec),
	     .name = "x",
	     .kind = &korch_pod_kind,
	     .watches = &watch,
	     .n_watches = 100000},
	};
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		korch_controller_spec spec = specs[i];
		spec.userdata = &freed;
		spec.destroy = on_freed;
		ck_assert_int_lt(korch_engine_add(NULL, at.engine, &spec, &error), 0);
		ck_assert_int_eq(freed, (int)i + 1);
		korch_error_free(error);
		error = NULL;
	}
	ck_assert_int_eq(korch_engine_new(NULL, NULL, NULL), KORCH_E_INVALID);
	fixture_fini(&at);
}
END_TEST

static int stop(probe *self, const korch_view *view, const korch_request *request, korch_plan *plan)
{
	korch_engine_stop(self->at->engine);
	return lengthen(self, view, request, plan);
}

START_TEST(stops_in_the_middle)
{
	fixture at;
	probe self = {.act = stop};
	fixture_init(&at);
	fixture_write(&at, fixture_config("a", ""));
	fixture_write(&at, fixture_config("b", ""));
	fixture_engine(&at);
	probe_add(&self, &at, &korch_config_map_kind);
	fixture_start(&at);
	ck_assert_int_eq(self.n, 1);
	ck_assert_uint_eq(stats_of(&at).commits, 1); /* what was under way came through */
	korch_loop_step(at.loop, KORCH_USEC_NEVER);
	ck_assert_int_eq(self.n, 1);
	korch_plan *plan = NULL;
	korch_plan_new(&plan);
	ck_assert_int_eq(korch_engine_submit(at.engine, plan, NULL, NULL, NULL), KORCH_E_CLOSED);
	ck_assert_int_eq(korch_engine_start(at.engine, NULL), KORCH_E_INVALID);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(engine)
{
	Suite *suite = suite_create("engine");
	KORCH_CASE(suite, "whole", changes_become_requests, plans_are_committed,
	           equal_objects_are_not_written, plans_that_are_not_valid_fail, bad_specs_are_refused,
	           stops_in_the_middle);
	KORCH_CASE(suite, "time", failures_back_off, quiet_times_are_kept, wishes_for_a_time_are_met,
	           keys_are_asked_for_again_after_a_time, the_rate_is_limited);
	KORCH_CASE(suite, "changes", controllers_choose_what_concerns_them, watched_kinds_are_mapped,
	           watches_ask_for_a_time, urgent_requests_go_first,
	           observers_see_every_change_in_order, added_later_sees_what_is_there);
	return suite;
}
