/* The work queue: order, one at a time, delays, back-off, quiet times, waiting for the cache. */
#include "base/cleanup.h"
#include "engine/queue.h"
#include "unit.h"

#include <korch/struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 5000, MAX = 1000000000 };

static korch_random chance;

static void init(korch_queue *queue)
{
	korch__random_init(&chance, 7);
	korch__queue_init(queue, &chance, BASE, MAX);
}

static void add(korch_queue *queue, const char *name, korch_usec now)
{
	ck_assert_int_eq(korch__queue_add(queue, "default", name, now), 0);
}

/* Takes a key, which must be the one named ("" for none). */
static korch_queue_item *take(korch_queue *queue, const char *name)
{
	korch_queue_item *item = korch__queue_take(queue);
	ck_assert_str_eq(item ? item->name : "", name);
	return item;
}

static void finish(korch_queue *queue, korch_queue_item *item, korch_queue_outcome outcome)
{
	if (!outcome.wake_at)
		outcome.wake_at = KORCH_USEC_NEVER;
	korch__queue_finish(queue, item, &outcome);
}

#define FINISH(queue, item, ...) finish(queue, item, (korch_queue_outcome){__VA_ARGS__})

START_TEST(first_in_first_out)
{
	korch_queue queue;
	init(&queue);
	add(&queue, "b", 0);
	add(&queue, "a", 0);
	add(&queue, "b", 0);
	ck_assert_uint_eq(queue.n_queued, 2);
	korch_queue_item *b = take(&queue, "b");
	korch_queue_item *a = take(&queue, "a");
	take(&queue, "");
	FINISH(&queue, b, .now = 0);
	FINISH(&queue, a, .now = 0);
	ck_assert_uint_eq(queue.items.n, 0);
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(in_hand_is_remembered_once)
{
	korch_queue queue;
	init(&queue);
	add(&queue, "a", 0);
	korch_queue_item *a = take(&queue, "a");
	add(&queue, "a", 0);
	add(&queue, "a", 0);
	take(&queue, "");
	FINISH(&queue, a, .now = 0);
	a = take(&queue, "a");
	take(&queue, "");
	FINISH(&queue, a, .now = 0);
	take(&queue, "");
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(namespaces_differ)
{
	korch_queue queue;
	init(&queue);
	ck_assert_int_eq(korch__queue_add(&queue, "", "a", 0), 0);
	ck_assert_int_eq(korch__queue_add(&queue, "x", "a", 0), 0);
	ck_assert_uint_eq(queue.n_queued, 2);
	ck_assert_ptr_nonnull(korch__queue_find(&queue, "x", "a"));
	ck_assert_ptr_null(korch__queue_find(&queue, "y", "a"));
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(strings_are_shared)
{
	korch_queue queue;
	const char *space = korch_string_new("default");
	const char *name = korch_string_new("a");
	init(&queue);
	ck_assert_int_eq(korch__queue_add_shared(&queue, space, name, 0), 0);
	ck_assert_ptr_eq(korch__queue_find(&queue, "default", "a")->name, name);
	korch__queue_fini(&queue);
	korch_string_unref(space);
	korch_string_unref(name);
}
END_TEST

START_TEST(the_earliest_time_counts)
{
	korch_queue queue;
	init(&queue);
	korch__queue_add_at(&queue, "default", "a", 300, 0);
	korch__queue_add_at(&queue, "default", "a", 100, 0);
	korch__queue_add_at(&queue, "default", "a", 200, 0);
	korch__queue_add_at(&queue, "default", "b", 100, 0);
	ck_assert_int_eq(korch__queue_due(&queue), 100);
	korch__queue_advance(&queue, 99);
	take(&queue, "");
	korch__queue_advance(&queue, 100);
	korch_queue_item *a = take(&queue, "a");
	take(&queue, "b");
	FINISH(&queue, a, .now = 100, .wake_at = 150);
	ck_assert_int_eq(korch__queue_due(&queue), 150);
	add(&queue, "a", 120); /* sooner than asked for */
	ck_assert_int_eq(korch__queue_due(&queue), KORCH_USEC_NEVER);
	take(&queue, "a");
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(a_later_wish_in_hand_is_kept)
{
	korch_queue queue;
	init(&queue);
	add(&queue, "a", 0);
	korch_queue_item *a = take(&queue, "a");
	korch__queue_add_at(&queue, "default", "a", 500, 0);
	FINISH(&queue, a, .now = 10, .wake_at = 700);
	ck_assert_int_eq(korch__queue_due(&queue), 500);
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(delays_double_up_to_the_most)
{
	korch_random one;
	korch_usec expected = BASE;
	korch__random_init(&one, 3);
	for (uint32_t failures = 1; failures < 40; failures++) {
		korch_usec delay = korch__backoff(&one, BASE, MAX, failures);
		ck_assert_int_ge(delay, expected - expected / 2);
		ck_assert_int_le(delay, expected);
		expected = expected * 2 > MAX ? MAX : expected * 2;
	}
	ck_assert_int_le(korch__backoff(&one, BASE, MAX, UINT32_MAX), MAX);
	ck_assert_int_ge(korch__backoff(&one, INT64_MAX / 2, INT64_MAX, UINT32_MAX), INT64_MAX / 2);
}
END_TEST

START_TEST(failures_wait_exactly)
{
	korch_queue queue;
	korch_random same;
	korch_usec now = 0;
	init(&queue);
	korch__random_init(&same, 7);
	add(&queue, "a", now);
	for (uint32_t i = 1; i <= 25; i++) {
		korch_queue_item *a = take(&queue, "a");
		ck_assert_uint_eq(a->failures, i - 1);
		FINISH(&queue, a, .now = now, .failed = 1);
		now += korch__backoff(&same, BASE, MAX, i);
		ck_assert_int_eq(korch__queue_due(&queue), now);
		korch__queue_advance(&queue, now - 1);
		take(&queue, "");
		korch__queue_advance(&queue, now);
	}
	korch_queue_item *a = take(&queue, "a");
	FINISH(&queue, a, .now = now);
	ck_assert_uint_eq(queue.items.n, 0);
	add(&queue, "a", now);
	ck_assert_uint_eq(take(&queue, "a")->failures, 0);
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(a_change_ends_the_wait_but_not_the_count)
{
	korch_queue queue;
	init(&queue);
	add(&queue, "a", 0);
	FINISH(&queue, take(&queue, "a"), .failed = 1);
	add(&queue, "a", 1);
	korch_queue_item *a = take(&queue, "a");
	ck_assert_uint_eq(a->failures, 1);
	ck_assert_int_eq(korch__queue_due(&queue), KORCH_USEC_NEVER);
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(quiet_holds_however_much_changes)
{
	korch_queue queue;
	init(&queue);
	add(&queue, "a", 0);
	FINISH(&queue, take(&queue, "a"), .now = 0, .quiet_until = 1000);
	ck_assert_uint_eq(queue.items.n, 1);
	ck_assert_int_eq(korch__queue_due(&queue), KORCH_USEC_NEVER);
	add(&queue, "a", 10);
	add(&queue, "a", 20);
	take(&queue, "");
	ck_assert_int_eq(korch__queue_due(&queue), 1000);
	korch__queue_advance(&queue, 1000);
	FINISH(&queue, take(&queue, "a"), .now = 1000, .quiet_until = 3000, .wake_at = 2000);
	ck_assert_int_eq(korch__queue_due(&queue), 3000);
	korch__queue_advance(&queue, 3000);
	/* Nobody asks in the quiet time: forgotten when it is over. */
	FINISH(&queue, take(&queue, "a"), .now = 3000, .quiet_until = 4000);
	korch__queue_advance(&queue, 3999);
	ck_assert_uint_eq(queue.items.n, 1);
	korch__queue_advance(&queue, 4000);
	ck_assert_uint_eq(queue.items.n, 0);
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(waits_for_the_cache)
{
	korch_queue queue;
	init(&queue);
	korch__queue_reach(&queue, 5);
	add(&queue, "a", 0);
	FINISH(&queue, take(&queue, "a"), .min_revision = 7);
	ck_assert_uint_eq(queue.items.n, 1);
	add(&queue, "a", 0);
	add(&queue, "b", 0);
	FINISH(&queue, take(&queue, "b"), .min_revision = 6);
	take(&queue, "");
	korch__queue_reach(&queue, 6);
	ck_assert_uint_eq(queue.items.n, 1); /* nobody had asked for b */
	take(&queue, "");
	korch__queue_reach(&queue, 7);
	FINISH(&queue, take(&queue, "a"), .now = 0);
	ck_assert_uint_eq(queue.items.n, 0);
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(a_wake_before_the_cache_waits_too)
{
	korch_queue queue;
	init(&queue);
	add(&queue, "a", 0);
	FINISH(&queue, take(&queue, "a"), .min_revision = 7, .wake_at = 10);
	korch__queue_advance(&queue, 10);
	take(&queue, "");
	ck_assert_uint_eq(queue.stalls.n, 1);
	korch__queue_reach(&queue, 7);
	take(&queue, "a");
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(no_memory_changes_nothing)
{
	for (uint64_t n = 1; n < 12; n++) {
		korch_queue queue;
		init(&queue);
		korch__alloc_fail_at(n);
		int code = korch__queue_add(&queue, "default", "a", 0);
		korch__alloc_fail_at(0);
		ck_assert_int_eq(queue.n_queued, code == 0 ? 1 : 0);
		add(&queue, "a", 0);
		take(&queue, "a");
		korch__queue_fini(&queue);
	}
}
END_TEST

/* Against a model: every key that was asked for is handed out, and never twice at once. */
START_TEST(random_use)
{
	enum { KEYS = 20 };
	korch_queue queue;
	korch_random random;
	korch_queue_item *hand[KEYS] = {0};
	int wanted[KEYS] = {0};
	uint64_t revision = 0;
	korch_usec now = 0;
	init(&queue);
	korch__random_init(&random, 11);
	for (int step = 0; step < 200000; step++) {
		size_t k = korch__random_below(&random, KEYS);
		char name[8];
		snprintf(name, sizeof(name), "%zu", k);
		switch (korch__random_below(&random, 5)) {
		case 0:
			add(&queue, name, now);
			wanted[k] = 1;
			break;
		case 1: {
			korch_queue_item *item = korch__queue_take(&queue);
			if (!item)
				break;
			k = (size_t)atoi(item->name);
			ck_assert_ptr_null(hand[k]);
			ck_assert_uint_le(item->min_revision, revision);
			hand[k] = item;
			wanted[k] = 0;
			break;
		}
		case 2:
			if (hand[k])
				FINISH(&queue, hand[k], .now = now, .failed = k == 3,
				       .min_revision = revision + korch__random_below(&random, 2),
				       .quiet_until = k == 5 ? now + 50 : 0);
			hand[k] = NULL;
			break;
		case 3:
			now += (korch_usec)korch__random_below(&random, 100);
			korch__queue_advance(&queue, now);
			break;
		default:
			korch__queue_reach(&queue, ++revision);
		}
	}
	for (size_t k = 0; k < KEYS; k++)
		if (hand[k])
			FINISH(&queue, hand[k], .now = now);
	korch__queue_reach(&queue, revision + 1);
	korch__queue_advance(&queue, now + 2 * (korch_usec)MAX);
	for (korch_queue_item *item; (item = korch__queue_take(&queue));) {
		wanted[atoi(item->name)] = 0;
		FINISH(&queue, item, .now = now);
	}
	for (size_t k = 0; k < KEYS; k++)
		ck_assert_int_eq(wanted[k], 0);
	ck_assert_uint_eq(queue.items.n, 0);
	korch__queue_fini(&queue);
}
END_TEST

/* "urgent…" before "late…", all others between them. */
static int32_t priority_of(void *userdata, const char *namespace_, const char *name)
{
	return name[0] == 'u' ? 5 + (name[1] == '!') : name[0] == 'l' ? INT32_MIN : 0;
}

START_TEST(priorities_go_first)
{
	korch_queue queue;
	init(&queue);
	queue.priority = priority_of;
	static const char *const NAMES[] = {"late", "a", "urgent", "b", "urgent2", "u!", "late2"};
	static const char *const ORDER[] = {"u!", "urgent", "urgent2", "a", "b", "late", "late2"};
	for (size_t i = 0; i < KORCH_COUNT(NAMES); i++)
		add(&queue, NAMES[i], 0);
	add(&queue, "urgent", 0);
	ck_assert_uint_eq(queue.n_queued, 7);
	for (size_t i = 0; i < KORCH_COUNT(ORDER); i++) {
		ck_assert_int_eq(korch__queue_has(&queue), 1);
		FINISH(&queue, take(&queue, ORDER[i]), .now = 0);
	}
	ck_assert_int_eq(korch__queue_has(&queue), 0);
	ck_assert_uint_eq(queue.items.n + queue.n_queued, 0);
	korch__queue_fini(&queue);
}
END_TEST

START_TEST(priorities_of_what_was_delayed)
{
	korch_queue queue;
	init(&queue);
	queue.priority = priority_of;
	ck_assert_int_eq(korch__queue_add_at(&queue, "default", "urgent", 100, 0), 0);
	add(&queue, "a", 0);
	korch__queue_advance(&queue, 100);
	korch_queue_item *item = take(&queue, "urgent");
	add(&queue, "urgent", 100); /* asked for while in hand */
	take(&queue, "a");
	FINISH(&queue, item, .now = 100, .min_revision = 7);
	take(&queue, ""); /* waits for the cache */
	korch__queue_reach(&queue, 7);
	take(&queue, "urgent");
	korch__queue_fini(&queue);
}
END_TEST

KORCH_SUITE(queue)
{
	Suite *suite = suite_create("queue");
	KORCH_CASE(suite, "line", first_in_first_out, in_hand_is_remembered_once, namespaces_differ,
	           strings_are_shared, no_memory_changes_nothing, random_use, priorities_go_first,
	           priorities_of_what_was_delayed);
	KORCH_CASE(suite, "time", the_earliest_time_counts, a_later_wish_in_hand_is_kept,
	           delays_double_up_to_the_most, failures_wait_exactly,
	           a_change_ends_the_wait_but_not_the_count, quiet_holds_however_much_changes);
	KORCH_CASE(suite, "cache", waits_for_the_cache, a_wake_before_the_cache_waits_too);
	return suite;
}
