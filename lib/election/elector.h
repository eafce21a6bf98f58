/*
 * Inside of the elector, shared by its files: elector.c its life and what it does when; calls.c the
 * calls to the store; observe.c what others do; objects.c the objects that it writes. What is to be
 * done next: decide.h.
 */
#ifndef KORCH_ELECTION_ELECTOR_H
#define KORCH_ELECTION_ELECTOR_H

#include "base/random.h"
#include "election/decide.h"
#include <korch/api.h>
#include <korch/elector.h>

/* Whom the end and the beginning of a term concern before the host program hears of it. */
typedef struct korch__elector_listener {
	void (*fn)(void *userdata);
	void *userdata;
	struct korch__elector_listener *next;
} korch__elector_listener;

/* A call that is under way; it outlives the elector when it must. */
typedef struct korch__elector_call {
	korch_elector *elector; /* NULL: freed */
	int step;               /* a korch_election_step */
	korch_usec began_at;
} korch__elector_call;

typedef struct korch__elector_listing {
	korch_elector *elector;
	uint64_t lease_revision;
	uint64_t record_revision;
} korch__elector_listing;

struct korch_elector {
	korch_elector_options options; /* strings owned */
	korch_loop *loop;
	korch_store *store;
	korch_key lease_key;
	korch_key record_key;
	char *record_name; /* owned */
	korch_election is;
	int is_announced;    /* the program has been told that it leads */
	korch_lease *record; /* the record of terms that is known; owned, or NULL */
	char *leader;        /* of the Lease object that is known; owned, "" or NULL: none */
	uint64_t followed;   /* the term that the program has been told of */
	korch_timer *timer;
	korch_timer *resync; /* when to list, unless a watch is open */
	korch_random random;
	korch__elector_call *call;
	korch__elector_listing *listing;
	korch_watch *watch;
	korch__elector_listener *listeners;
	void (*resigned)(void *userdata, int code);
	void *resigned_userdata;
	int resign_code; /* why the lease could not be revoked */
	int is_pumping;
	int is_closed; /* the store is no more */
};

/* elector.c */

/* Decides again, soon. */
void korch__elector_kick(korch_elector *elector);
/* Nothing is to be tried before a while has passed. */
void korch__elector_back_off(korch_elector *elector);
/* The store does not come back. */
void korch__elector_closed(korch_elector *elector);
/* Engines that act by this elector; the listener's memory is theirs. */
void korch__elector_listen(korch_elector *elector, korch__elector_listener *listener);
void korch__elector_unlisten(korch_elector *elector, korch__elector_listener *listener);

/* calls.c: does a step that is a call. 0 when its completion will come. */
int korch__elector_call_store(korch_elector *elector, int step);

/* observe.c */
void korch__elector_observe(korch_elector *elector);
void korch__elector_observe_stop(korch_elector *elector);

/* objects.c: the Lease object of a term that begins now, and the record of it. */
int korch__elector_make(korch_object **lease, korch_object **record, korch_elector *elector);

#endif
