/* Leases, of stores that have them: granted, renewed, revoked, run out, and what lives under them.
 */
#include "store_fixture.h"

enum { TTL_US = 1000000 };

typedef struct lease_answer {
	int is_done;
	int calls;
	int code;
	korch_lease_state state;
} lease_answer;

static void on_lease(void *userdata, int code, const korch_lease_state *state)
{
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	ck_assert_int_eq(code == 0, state != NULL);
	lease_answer *out = userdata;
	out->calls++;
	out->code = code;
	if (state)
		out->state = *state;
	out->is_done = 1;
}

/* A new lease; 0: the store has none. */
static uint64_t grant(void)
{
	lease_answer out = {0};
	is_inside = 1;
	int r = korch_store_lease_grant(store, TTL_US, on_lease, &out);
	is_inside = 0;
	if (r == KORCH_E_UNSUPPORTED)
		return 0;
	ck_assert_int_eq(r, 0);
	wait_for(&out.is_done);
	ck_assert_int_eq(out.code, 0);
	ck_assert_uint_ne(out.state.lease, 0);
	ck_assert_int_ge(out.state.ttl_us, TTL_US);
	return out.state.lease;
}

static void revoke(uint64_t lease, int code)
{
	lease_answer out = {0};
	is_inside = 1;
	ck_assert_int_eq(korch_store_lease_revoke(store, lease, on_lease, &out), 0);
	is_inside = 0;
	wait_for(&out.is_done);
	ck_assert_int_eq(out.code, code);
}

static void renew(uint64_t lease, int code)
{
	lease_answer out = {0};
	is_inside = 1;
	ck_assert_int_eq(korch_store_lease_renew(store, lease, on_lease, &out), 0);
	is_inside = 0;
	wait_for(&out.is_done);
	ck_assert_int_eq(out.code, code);
	if (code < 0)
		return;
	ck_assert_uint_eq(out.state.lease, lease);
	ck_assert_int_ge(out.state.ttl_us, TTL_US);
}

static korch_write leased(const char *name, const char *value, uint64_t lease)
{
	korch_write write = put_write(name, value, KORCH_REVISION_ANY);
	write.lease = lease;
	return write;
}

/* Puts two names under a lease, in one transaction. */
static uint64_t put_two(uint64_t lease)
{
	korch_write writes[] = {leased("a", "1", lease), leased("b", "1", lease)};
	outcome out = commit_many(writes, 2);
	ck_assert_int_eq(out.code, 0);
	return out.result.revision;
}

/* A store without leases says so, and takes no object that is to live under one. */
START_TEST(unsupported)
{
	fixture_open(_i);
	uint64_t lease = grant();
	ck_assert_int_eq(korch_store_has_leases(store), lease != 0);
	if (lease) {
		revoke(lease, 0);
	} else {
		outcome out = {0};
		lease_answer answer = {0};
		korch_write write = leased("a", "1", 1);
		ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &out),
		                 KORCH_E_UNSUPPORTED);
		ck_assert_int_eq(korch_store_lease_renew(store, 1, on_lease, &answer), KORCH_E_UNSUPPORTED);
		ck_assert_int_eq(korch_store_lease_revoke(store, 1, on_lease, &answer),
		                 KORCH_E_UNSUPPORTED);
		ck_assert_str_eq(read_text("a"), "-");
	}
	fixture_close();
}
END_TEST

START_TEST(lease_arguments)
{
	fixture_open(_i);
	if (grant()) {
		lease_answer out = {0};
		const int invalid = KORCH_E_INVALID;
		ck_assert_int_eq(korch_store_lease_grant(store, KORCH_USEC_PER_SEC - 1, on_lease, &out),
		                 invalid);
		ck_assert_int_eq(korch_store_lease_grant(store, KORCH_STORE_LEASE_MAX + 1, on_lease, &out),
		                 invalid);
		ck_assert_int_eq(korch_store_lease_grant(store, TTL_US, NULL, NULL), invalid);
		ck_assert_int_eq(korch_store_lease_renew(store, 1, NULL, NULL), invalid);
		ck_assert_int_eq(korch_store_lease_revoke(NULL, 1, on_lease, &out), invalid);
	}
	fixture_close();
}
END_TEST

/* A watch for two objects that are to go by itself. */
typedef struct going {
	test_watch watch;
	int is_gone;
	uint64_t revision;
	size_t n; /* deletions */
} going;

static void on_going(void *userdata)
{
	going *at = userdata;
	korch_change change;
	while (korch_watch_next(at->watch.watch, &change) == 1) {
		if (change.type != KORCH_CHANGE_DELETED)
			continue;
		ck_assert_int_eq(at->n > 0 && change.revision != at->revision, 0);
		at->revision = change.revision;
		at->is_gone = ++at->n == 2;
	}
}

static void watch_going(going *at)
{
	const korch_watch_query query = {.since = KORCH_REVISION_ANY};
	*at = (going){0};
	ck_assert_int_eq(korch_store_watch(&at->watch.watch, store, &query, on_going, at), 0);
}

/* All objects go at once, in one revision; others stay. */
START_TEST(revoking)
{
	fixture_open(_i);
	uint64_t lease = grant(), other = lease ? grant() : 0;
	if (lease) {
		ck_assert_uint_ne(lease, other);
		put("free", "1");
		commit_one(leased("other", "1", other), 0);
		uint64_t revision = put_two(lease);
		going at;
		watch_going(&at);
		revoke(lease, 0);
		wait_for(&at.is_gone);
		ck_assert_uint_eq(at.revision, revision + 1);
		korch_watch_free(at.watch.watch);
		ck_assert_str_eq(list_text((korch_list_query){0}, 0), "free=1 other=1 ");
		ck_assert_uint_eq(put("next", "1"), revision + 2);
		revoke(lease, KORCH_E_NOT_FOUND);
		revoke(other, 0);
		ck_assert_str_eq(list_text((korch_list_query){0}, 0), "free=1 next=1 ");
	}
	fixture_close();
}
END_TEST

/* What was never granted or is over is not there, and nothing is written under it. */
START_TEST(unknown_leases)
{
	fixture_open(_i);
	uint64_t lease = grant();
	if (lease) {
		revoke(lease, 0);
		renew(lease, KORCH_E_NOT_FOUND);
		renew(lease + 12345, KORCH_E_NOT_FOUND);
		korch_write writes[] = {put_write("a", "1", KORCH_REVISION_ANY), leased("b", "1", lease)};
		ck_assert_int_eq(commit_many(writes, 2).code, KORCH_E_NOT_FOUND);
		ck_assert_str_eq(list_text((korch_list_query){0}, 0), "");
	}
	fixture_close();
}
END_TEST

/* The last write says which lease an object lives under. */
START_TEST(moving)
{
	fixture_open(_i);
	uint64_t lease = grant(), other = lease ? grant() : 0;
	if (lease) {
		put_two(lease);
		commit_one(leased("c", "1", lease), 0);
		commit_one(leased("d", "1", lease), 0);
		put("a", "2");                          /* detached */
		commit_one(leased("b", "2", other), 0); /* moved */
		commit_one(delete_write("c", KORCH_REVISION_ANY), 0);
		put("c", "2");                          /* made again */
		commit_one(leased("d", "2", lease), 0); /* stays */
		revoke(lease, 0);
		ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=2 b=2 c=2 ");
		revoke(other, 0);
		ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=2 c=2 ");
	}
	fixture_close();
}
END_TEST

/* A transaction that does not hold changes nothing about leases. */
START_TEST(failing)
{
	fixture_open(_i);
	uint64_t lease = grant();
	if (lease) {
		uint64_t revision = put("a", "1");
		korch_write writes[] = {leased("a", "2", lease), leased("b", "2", lease),
		                        check_write("none", 7)};
		ck_assert_int_eq(commit_many(writes, 3).code, KORCH_E_NOT_FOUND);
		revoke(lease, 0);
		ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=1 ");
		ck_assert_uint_eq(put("b", "1"), revision + 1);
	}
	fixture_close();
}
END_TEST

/* Renewing changes no revision: what compares with the object's goes on to hold. */
START_TEST(renewing_is_no_write)
{
	fixture_open(_i);
	uint64_t lease = grant();
	if (lease) {
		uint64_t revision = commit_one(leased("a", "1", lease), 0);
		renew(lease, 0);
		korch_write writes[] = {check_write("a", revision),
		                        put_write("b", "1", KORCH_REVISION_NONE)};
		outcome out = commit_many(writes, 2);
		ck_assert_int_eq(out.code, 0);
		ck_assert_uint_eq(out.result.revision, revision + 1);
	}
	fixture_close();
}
END_TEST

typedef struct renewer {
	korch_timer *timer;
	uint64_t lease;
	lease_answer answer;
} renewer;

static void on_time(void *userdata)
{
	renewer *at = userdata;
	ck_assert_int_eq(korch_store_lease_renew(store, at->lease, on_lease, &at->answer), 0);
	korch_timer_set(at->timer, korch_loop_now(loop) + TTL_US / 4);
}

static void wait_until_gone(going *at)
{
	while (!at->is_gone)
		ck_assert_int_ne(korch_loop_step(loop, korch_loop_now(loop) + 10000), 0);
}

/*
 * A lease that nobody renews ends, not before its time, and its objects go in one revision; one
 * that is renewed meanwhile lives on.
 */
START_TEST(running_out)
{
	fixture_open(_i);
	renewer keeper = {.lease = grant()};
	if (keeper.lease) {
		commit_one(leased("kept", "1", keeper.lease), 0);
		ck_assert_int_eq(korch_timer_new(&keeper.timer, loop, on_time, &keeper), 0);
		on_time(&keeper);
		going at;
		korch_usec begin = korch_loop_now(loop);
		put_two(grant());
		watch_going(&at);
		wait_until_gone(&at);
		ck_assert_int_ge(korch_loop_now(loop) - begin, TTL_US);
		ck_assert_str_eq(list_text((korch_list_query){0}, 0), "kept=1 ");
		ck_assert_int_ge(keeper.answer.calls, 3);
		ck_assert_int_eq(keeper.answer.code, 0);
		korch_timer_free(keeper.timer);
		korch_watch_free(at.watch.watch);
		settle();
	}
	fixture_close();
}
END_TEST

START_TEST(closing_leases)
{
	fixture_open(_i);
	uint64_t lease = grant();
	if (lease) {
		lease_answer outs[3] = {0};
		is_inside = 1;
		ck_assert_int_eq(korch_store_lease_grant(store, TTL_US, on_lease, &outs[0]), 0);
		ck_assert_int_eq(korch_store_lease_renew(store, lease, on_lease, &outs[1]), 0);
		ck_assert_int_eq(korch_store_lease_revoke(store, lease, on_lease, &outs[2]), 0);
		korch_store_close(store);
		ck_assert_int_eq(korch_store_lease_renew(store, lease, on_lease, &outs[1]), KORCH_E_CLOSED);
		is_inside = 0;
		korch_store_free(store);
		store = NULL;
		for (int i = 0; i < 3; i++) {
			ck_assert_int_eq(outs[i].calls, 1);
			ck_assert_int_eq(outs[i].code, KORCH_E_CLOSED);
		}
	}
	fixture_close();
}
END_TEST

void add_lease_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "lease", i, unsupported, lease_arguments, revoking, unknown_leases, moving,
	          failing, renewing_is_no_write, running_out, closing_leases);
}
