/*
 * A store as processes see it through a network: calls take time both ways, get lost before or
 * behind the store, are done long after they were given up; watches fall silent. Each process has a
 * loop of its own, so that it can be frozen, or its clock be wrong, while the store goes on.
 */
#ifndef KORCH_TESTS_SIM_ELECTION_NETWORK_H
#define KORCH_TESTS_SIM_ELECTION_NETWORK_H

#include "base/random.h"
#include <korch/sys/store.h>

#define SECOND KORCH_USEC_PER_SEC

/* Where the store is. */
typedef struct network {
	korch_loop *loop;
	korch_store *store;
	korch_random random;
} network;

typedef struct message message;
typedef struct distant_watch distant_watch;

/* A process' way to the store. */
typedef struct wire {
	network *net;
	korch_loop *loop;   /* the process' */
	korch_timer *inbox; /* of that loop: answers have come */
	message *arrived;   /* answers, in order */
	message **last;
	message *all; /* every call that is not answered */
	distant_watch *watches;
	int is_cut;             /* nothing comes through */
	korch_usec delay_us;    /* of each way, at most */
	uint32_t lost_permille; /* of each way */
	uint32_t late_permille; /* calls that are given up and done later */
	uint64_t commits;
	int is_closed;
} wire;

/* Ends the program when a call of the frame itself fails. */
#define need(call)                                                                                 \
	do {                                                                                           \
		if ((call) != 0)                                                                           \
			need_failed(__FILE__, __LINE__, #call);                                                \
	} while (0)
void need_failed(const char *file, int line, const char *call) __attribute__((noreturn));

/* *out is the process' store; *made is borrowed from it. */
void wire_new(korch_store **out, wire **made, network *net, korch_loop *loop);
/* Lets everything through again: watches go on. */
void wire_heal(wire *self);

#endif
