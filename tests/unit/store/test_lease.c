/*
 * Leases of the memory store where the conformance suite cannot look: the very moment of their end,
 * how many there may be, and each allocation failing once.
 */
#include "base/alloc.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/store.h>
#include <stdio.h>
#include <string.h>

static const korch_usec SECOND = KORCH_USEC_PER_SEC;

static korch_loop *loop;
static korch_store *store;
static uint64_t fail_at; /* which allocation of the next put fails */

static struct {
	int calls, code;
	uint64_t lease, revision;
	char text[1024];
} last;

static void open_store(void)
{
	memset(&last, 0, sizeof(last));
	fail_at = 0;
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	ck_assert_int_eq(korch_store_memory_new(&store, loop, 0, NULL), 0);
}

static void close_store(void)
{
	korch_store_free(store);
	korch_loop_free(loop);
}

static void on_lease(void *userdata, int code, const korch_lease_state *state)
{
	(void)userdata;
	last.calls++;
	last.code = code;
	last.lease = state ? state->lease : 0;
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	last.calls++;
	last.code = code;
	last.revision = result->revision;
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	(void)userdata;
	ck_assert_int_eq(code, 0);
	last.revision = page->revision;
	last.text[0] = '\0';
	for (size_t i = 0; i < page->n; i++)
		sprintf(last.text + strlen(last.text), "%s ", korch_object_name(page->objects[i]));
}

static void turn(void)
{
	korch_loop_step(loop, korch_loop_now(loop));
}

static void wait_until(korch_usec at_us)
{
	korch_loop_step(loop, at_us);
}

static uint64_t grant(korch_usec ttl_us)
{
	ck_assert_int_eq(korch_store_lease_grant(store, ttl_us, on_lease, NULL), 0);
	turn();
	ck_assert_int_eq(last.code, 0);
	return last.lease;
}

/* Puts names under a lease, one transaction; what the call returns. */
static int start_put(uint64_t lease, const char *const *names)
{
	korch_write writes[4] = {0};
	size_t n = 0;
	for (; names[n]; n++) {
		korch_object *object = NULL;
		ck_assert_int_eq(korch_object_new(&object, &korch_config_map_kind), 0);
		korch_object_meta *meta = korch_object_edit_meta(object);
		ck_assert_int_eq(korch_string_set(&meta->name, names[n]), 0);
		ck_assert_int_eq(korch_string_set(&meta->namespace_, "ns"), 0);
		writes[n] = (korch_write){.object = object, .expected = KORCH_REVISION_ANY, .lease = lease};
	}
	korch__alloc_fail_at(fail_at);
	int r = korch_store_commit(store, writes, n, on_commit, NULL);
	korch__alloc_fail_at(0);
	return r;
}

static int put(uint64_t lease, const char *name)
{
	ck_assert_int_eq(start_put(lease, (const char *const[]){name, NULL}), 0);
	turn();
	return last.code;
}

static const char *names(void)
{
	ck_assert_int_eq(korch_store_list(store, &(korch_list_query){0}, on_list, NULL), 0);
	turn();
	return last.text;
}

/* At its end, and not a microsecond earlier, by the time of the last renewal. */
START_TEST(end_is_exact)
{
	open_store();
	uint64_t lease = grant(3 * SECOND);
	put(lease, "a");
	wait_until(2 * SECOND);
	ck_assert_int_eq(korch_store_lease_renew(store, lease, on_lease, NULL), 0);
	wait_until(5 * SECOND - 1);
	ck_assert_str_eq(names(), "a ");
	wait_until(5 * SECOND);
	ck_assert_str_eq(names(), "");
	ck_assert_int_eq(korch_store_lease_renew(store, lease, on_lease, NULL), 0);
	turn();
	ck_assert_int_eq(last.code, KORCH_E_NOT_FOUND);
	ck_assert_int_eq(put(lease, "b"), KORCH_E_NOT_FOUND);
	close_store();
}
END_TEST

/* Each lease is a revision of its own, also when several end at once; an empty one is none. */
START_TEST(ends_together)
{
	open_store();
	uint64_t first = grant(2 * SECOND), second = grant(2 * SECOND), third = grant(9 * SECOND);
	grant(2 * SECOND);
	put(first, "a");
	put(first, "b");
	put(second, "c");
	put(third, "d");
	uint64_t before = last.revision;
	wait_until(2 * SECOND);
	ck_assert_str_eq(names(), "d ");
	ck_assert_uint_eq(last.revision, before + 2);
	close_store();
}
END_TEST

/* A lease whose end is due is gone, also when the loop has not told it yet. */
static void renew_late(void *userdata)
{
	uint64_t *lease = userdata;
	ck_assert_int_eq(korch_store_lease_renew(store, *lease, on_lease, NULL), 0);
}

START_TEST(due_is_gone)
{
	open_store();
	korch_timer *timer = NULL;
	uint64_t lease = 1;
	ck_assert_int_eq(korch_timer_new(&timer, loop, renew_late, &lease), 0);
	korch_timer_set(timer, SECOND); /* before the end of the lease at the same time */
	ck_assert_uint_eq(grant(SECOND), lease);
	wait_until(SECOND);
	ck_assert_int_eq(last.code, KORCH_E_NOT_FOUND);
	korch_timer_free(timer);
	close_store();
}
END_TEST

START_TEST(leases_are_limited)
{
	open_store();
	int r = 0, n = 0;
	for (; (r = korch_store_lease_grant(store, SECOND, on_lease, NULL)) == 0; n++)
		turn();
	ck_assert_int_eq(r, KORCH_E_LIMIT);
	ck_assert_int_eq(n, 10000);
	wait_until(SECOND);
	grant(SECOND);
	close_store();
}
END_TEST

START_TEST(failing_grants)
{
	open_store();
	uint64_t n = 1;
	for (int r = -1; r != 0; n++) {
		korch__alloc_fail_at(n);
		r = korch_store_lease_grant(store, SECOND, on_lease, NULL);
		korch__alloc_fail_at(0);
		turn();
		ck_assert_int_eq(r == 0 || r == KORCH_E_NOMEM, 1);
		ck_assert_int_eq(last.calls, r == 0);
	}
	ck_assert_uint_gt(n, 3);
	ck_assert_uint_eq(last.lease, 1);
	close_store();
}
END_TEST

/* A put that fails leaves its objects, new and old, under what they were under. */
START_TEST(failing_puts)
{
	open_store();
	uint64_t lease = grant(SECOND), other = grant(2 * SECOND);
	put(other, "a");
	const char *const both[] = {"a", "b", NULL};
	fail_at = 1;
	for (int r = -1; r != 0; fail_at++) {
		ck_assert_str_eq(names(), "a ");
		r = start_put(lease, both);
		turn();
		ck_assert_int_eq(r == 0 || r == KORCH_E_NOMEM, 1);
	}
	ck_assert_uint_gt(fail_at, 4);
	ck_assert_str_eq(names(), "a b ");
	wait_until(SECOND);
	ck_assert_str_eq(names(), "");
	close_store();
}
END_TEST

/* When memory is short at its end, a lease ends a little later, as a whole. */
START_TEST(failing_ends)
{
	for (uint64_t n = 1, is_short = 1; is_short; n++) {
		open_store();
		uint64_t lease = grant(SECOND);
		ck_assert_int_eq(start_put(lease, (const char *const[]){"a", "b", NULL}), 0);
		turn();
		korch__alloc_fail_at(n);
		wait_until(SECOND);
		is_short = korch__alloc_count() >= n;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(strcmp(names(), "") == 0 || strcmp(last.text, "a b ") == 0, 1);
		wait_until(SECOND + SECOND / 10);
		ck_assert_str_eq(names(), "");
		close_store();
	}
}
END_TEST

START_TEST(failing_revokes)
{
	open_store();
	uint64_t lease = grant(SECOND);
	put(lease, "a");
	last.calls = 0;
	for (int n = 1, r = -1; r != 0; n++) {
		ck_assert_str_eq(names(), "a ");
		korch__alloc_fail_at((uint64_t)n);
		r = korch_store_lease_revoke(store, lease, on_lease, NULL);
		korch__alloc_fail_at(0);
		turn();
		ck_assert_int_eq(last.calls, r == 0);
	}
	ck_assert_str_eq(names(), "");
	close_store();
}
END_TEST

KORCH_SUITE(store_lease)
{
	Suite *suite = suite_create("store lease");
	KORCH_CASE(suite, "lease", end_is_exact, ends_together, due_is_gone, leases_are_limited,
	           failing_grants, failing_puts, failing_ends, failing_revokes);
	return suite;
}
