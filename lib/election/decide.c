/* The decision of a candidate. */
#include "election/decide.h"
#include <stddef.h>

static korch_election_plan wait_until(korch_usec at)
{
	return (korch_election_plan){.step = KORCH_ELECTION_WAIT, .wake_at = at};
}

static korch_election_plan act(int step)
{
	return (korch_election_plan){.step = step, .wake_at = KORCH_USEC_NEVER};
}

static korch_election_plan step_down(const char *why)
{
	return (korch_election_plan){
	    .step = KORCH_ELECTION_STEP_DOWN, .wake_at = KORCH_USEC_NEVER, .why = why};
}

korch_usec korch__election_until(const korch_election *is)
{
	return is->granted_at + is->ttl_us - is->margin_us;
}

static korch_usec later(korch_usec a, korch_usec b)
{
	return a > b ? a : b;
}

/* Why the term is over, or NULL. */
static const char *end_of_term(const korch_election *is, korch_usec now)
{
	if (is->is_resigning)
		return "resigned";
	if (!is->lease)
		return "the store has ended its lease";
	if (is->is_lost)
		return "the store has refused a transaction of this term";
	/* What was seen may be older than the term. */
	if (is->is_known && is->known_to >= is->term) {
		if (!is->lease_revision)
			return "the Lease object is gone";
		if (is->lease_revision != is->term)
			return "somebody else has changed the Lease object";
	}
	return now >= korch__election_until(is) ? "the lease could not be renewed in time" : NULL;
}

static korch_election_plan lead(const korch_election *is, korch_usec now)
{
	const char *why = end_of_term(is, now);
	if (why)
		return step_down(why);
	korch_usec until = korch__election_until(is);
	korch_usec due = later(is->granted_at + is->renew_us, is->retry_at);
	if (is->is_busy || due >= until)
		return wait_until(until);
	return due <= now ? act(KORCH_ELECTION_RENEW) : wait_until(due);
}

/* The place is taken, or its Lease object is one that nobody can be the leader by. */
static korch_election_plan stand_by(const korch_election *is)
{
	/*
	 * The record is written with the Lease object and has its revision. When they differ, somebody
	 * has changed the Lease object by hand: its leader is deposed by that, and it has been taken
	 * out of its lease, so that it would stay forever.
	 */
	if (is->lease_revision != is->record_revision)
		return act(KORCH_ELECTION_REMOVE);
	return wait_until(KORCH_USEC_NEVER);
}

static korch_election_plan follow(const korch_election *is, korch_usec now)
{
	if (is->is_busy)
		return wait_until(KORCH_USEC_NEVER);
	if (is->lease && now >= is->granted_at + is->ttl_us)
		return act(KORCH_ELECTION_FORGET);
	if (now < is->retry_at)
		return wait_until(is->retry_at);
	int is_free = is->is_known && !is->lease_revision;
	/* A lease that is nearly over is not worth beginning with. */
	if (is->lease &&
	    (is->is_resigning || (is->is_known && !is_free) || now >= is->granted_at + is->renew_us))
		return act(KORCH_ELECTION_REVOKE);
	if (is->is_resigning || !is->is_known)
		return wait_until(is->lease ? is->granted_at + is->renew_us : KORCH_USEC_NEVER);
	if (!is_free)
		return stand_by(is);
	return act(is->lease ? KORCH_ELECTION_ACQUIRE : KORCH_ELECTION_GRANT);
}

korch_election_plan korch__election_decide(const korch_election *is, korch_usec now)
{
	return is->term ? lead(is, now) : follow(is, now);
}
