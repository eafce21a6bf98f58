/* What a candidate does next: each situation as literals. */
#include "election/decide.h"
#include "unit.h"

#define T(seconds) ((korch_usec)(seconds)*KORCH_USEC_PER_SEC)

/* A leader whose lease of 15 s was granted at 100 s. */
static korch_election leader(void)
{
	return (korch_election){.renew_us = T(2),
	                        .margin_us = T(5),
	                        .is_known = 1,
	                        .known_to = 7,
	                        .lease_revision = 7,
	                        .record_revision = 7,
	                        .lease = 3,
	                        .granted_at = T(100),
	                        .ttl_us = T(15),
	                        .term = 7};
}

/* One that knows of another leader. */
static korch_election follower(void)
{
	return (korch_election){.renew_us = T(2),
	                        .margin_us = T(5),
	                        .is_known = 1,
	                        .known_to = 7,
	                        .lease_revision = 7,
	                        .record_revision = 7};
}

static void expect(const korch_election *is, korch_usec now, int step, korch_usec wake_at)
{
	const korch_election_plan plan = korch__election_decide(is, now);
	ck_assert_int_eq(plan.step, step);
	ck_assert_int_eq(plan.why != NULL, step == KORCH_ELECTION_STEP_DOWN);
	if (step == KORCH_ELECTION_WAIT)
		ck_assert_int_eq(plan.wake_at, wake_at);
}

static void expect_end(const korch_election *is, korch_usec now, const char *why)
{
	const korch_election_plan plan = korch__election_decide(is, now);
	ck_assert_int_eq(plan.step, KORCH_ELECTION_STEP_DOWN);
	ck_assert_str_eq(plan.why, why);
}

START_TEST(leader_renews)
{
	korch_election is = leader();
	expect(&is, T(101), KORCH_ELECTION_WAIT, T(102));
	expect(&is, T(102), KORCH_ELECTION_RENEW, 0);
	is.is_busy = 1; /* … and stops in time when the answer does not come */
	expect(&is, T(103), KORCH_ELECTION_WAIT, T(110));
	expect(&is, T(110) - 1, KORCH_ELECTION_WAIT, T(110));
	expect_end(&is, T(110), "the lease could not be renewed in time");
}
END_TEST

START_TEST(leader_tries_again)
{
	korch_election is = leader();
	is.retry_at = T(104);
	expect(&is, T(102), KORCH_ELECTION_WAIT, T(104));
	expect(&is, T(104), KORCH_ELECTION_RENEW, 0);
	is.retry_at = T(111); /* too late to be of use */
	expect(&is, T(105), KORCH_ELECTION_WAIT, T(110));
}
END_TEST

START_TEST(leader_is_deposed)
{
	korch_election is = leader();
	is.lease_revision = 0;
	expect_end(&is, T(101), "the Lease object is gone");
	is.known_to = 6; /* what was seen is older than the term */
	expect(&is, T(101), KORCH_ELECTION_WAIT, T(102));
	is = leader();
	is.lease_revision = 9;
	is.known_to = 9;
	expect_end(&is, T(101), "somebody else has changed the Lease object");
	is.is_known = 0; /* the watch is lost: nothing can be said */
	expect(&is, T(101), KORCH_ELECTION_WAIT, T(102));
	is = leader();
	is.lease = 0;
	expect_end(&is, T(101), "the store has ended its lease");
	is = leader();
	is.is_lost = 1;
	expect_end(&is, T(101), "the store has refused a transaction of this term");
	is = leader();
	is.is_resigning = 1;
	expect_end(&is, T(101), "resigned");
}
END_TEST

START_TEST(follower_waits)
{
	korch_election is = follower();
	expect(&is, T(1), KORCH_ELECTION_WAIT, KORCH_USEC_NEVER);
	is.is_known = 0;
	is.lease_revision = 0;
	expect(&is, T(1), KORCH_ELECTION_WAIT, KORCH_USEC_NEVER);
}
END_TEST

START_TEST(candidate_runs)
{
	korch_election is = follower();
	is.lease_revision = 0;
	expect(&is, T(1), KORCH_ELECTION_GRANT, 0);
	is.is_busy = 1;
	expect(&is, T(1), KORCH_ELECTION_WAIT, KORCH_USEC_NEVER);
	is.is_busy = 0;
	is.lease = 3;
	is.granted_at = T(1);
	is.ttl_us = T(15);
	expect(&is, T(1), KORCH_ELECTION_ACQUIRE, 0);
	is.retry_at = T(2);
	expect(&is, T(1), KORCH_ELECTION_WAIT, T(2));
	expect(&is, T(3), KORCH_ELECTION_REVOKE, 0); /* too old to begin with */
}
END_TEST

/* What is of no use is given back; what has ended is forgotten. */
START_TEST(leases_go_back)
{
	korch_election is = follower();
	is.lease = 3;
	is.granted_at = T(1);
	is.ttl_us = T(15);
	expect(&is, T(1), KORCH_ELECTION_REVOKE, 0);
	is.retry_at = T(5);
	expect(&is, T(1), KORCH_ELECTION_WAIT, T(5));
	expect(&is, T(16), KORCH_ELECTION_FORGET, 0);
	is.is_busy = 1;
	expect(&is, T(16), KORCH_ELECTION_WAIT, KORCH_USEC_NEVER);
	is = follower();
	is.is_resigning = 1;
	expect(&is, T(1), KORCH_ELECTION_WAIT, KORCH_USEC_NEVER);
	is.lease = 3;
	is.granted_at = T(1);
	is.ttl_us = T(15);
	is.is_known = 0;
	expect(&is, T(1), KORCH_ELECTION_REVOKE, 0);
	is.is_resigning = 0;
	expect(&is, T(1), KORCH_ELECTION_WAIT, T(3));
}
END_TEST

/* A Lease object that was changed by hand would stay forever. */
START_TEST(stray_objects_go)
{
	korch_election is = follower();
	is.lease_revision = 9;
	expect(&is, T(1), KORCH_ELECTION_REMOVE, 0);
	is.record_revision = 0;
	is.lease_revision = 7;
	expect(&is, T(1), KORCH_ELECTION_REMOVE, 0);
}
END_TEST

KORCH_SUITE(election_decide)
{
	Suite *suite = suite_create("election decide");
	KORCH_CASE(suite, "decide", leader_renews, leader_tries_again, leader_is_deposed,
	           follower_waits, candidate_runs, leases_go_back, stray_objects_go);
	return suite;
}
