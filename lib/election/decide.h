/*
 * What a candidate does next, as a pure function of what it knows and the time. The rules: lead
 * only while the own clock says that the store's lease cannot have ended; want a lease only when
 * the place is free; give back what is of no use.
 */
#ifndef KORCH_ELECTION_DECIDE_H
#define KORCH_ELECTION_DECIDE_H

#include <korch/loop.h>

/* What a candidate knows. Revisions are 0 for what is not there. */
typedef struct korch_election {
	/* What is wanted. */
	korch_usec renew_us;
	korch_usec margin_us;
	int is_resigning;
	/* What the store has: */
	int is_known;             /* … is known, up to a revision */
	uint64_t known_to;        /* the revision */
	uint64_t lease_revision;  /* the Lease object */
	uint64_t record_revision; /* the record of terms, which is written with each Lease object */
	/* The own lease of the store. */
	uint64_t lease;        /* its number, 0: none */
	korch_usec granted_at; /* when the last call began that granted or renewed it */
	korch_usec ttl_us;
	/* The own term: the Lease object's revision, 0: this one does not lead. */
	uint64_t term;
	int is_lost; /* the store has refused a transaction of it */
	/* The own calls. */
	int is_busy;         /* one is under way */
	korch_usec retry_at; /* none is made before */
} korch_election;

typedef enum korch_election_step {
	KORCH_ELECTION_WAIT,
	KORCH_ELECTION_GRANT,     /* get a lease of the store */
	KORCH_ELECTION_ACQUIRE,   /* write the Lease object under it */
	KORCH_ELECTION_RENEW,     /* renew the lease of the store */
	KORCH_ELECTION_STEP_DOWN, /* lead no more */
	KORCH_ELECTION_REVOKE,    /* give the lease of the store back */
	KORCH_ELECTION_REMOVE,    /* delete a Lease object that lives under no lease any more */
	KORCH_ELECTION_FORGET,    /* the lease of the store has ended */
} korch_election_step;

typedef struct korch_election_plan {
	int step;           /* a korch_election_step */
	korch_usec wake_at; /* WAIT: decide again then */
	const char *why;    /* STEP_DOWN: static */
} korch_election_plan;

korch_election_plan korch__election_decide(const korch_election *is, korch_usec now);
/* Until when it may lead by its lease. */
korch_usec korch__election_until(const korch_election *is);

#endif
