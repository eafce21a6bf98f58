/*
 * The work queue of one controller: which keys are to be looked at, now or at a time. A key is in
 * hand at most once; what is asked for meanwhile is remembered once. No clock in here: the caller
 * says what time it is.
 */
#ifndef KORCH_ENGINE_QUEUE_H
#define KORCH_ENGINE_QUEUE_H

#include "base/heap.h"
#include "base/random.h"
#include "base/table.h"
#include <korch/loop.h>

/* Where a key waits. One at a time. */
typedef enum korch_queue_place {
	KORCH_QUEUE_NOWHERE, /* idle or in hand */
	KORCH_QUEUE_LINE,    /* to be taken */
	KORCH_QUEUE_RANKED,  /* to be taken, before or after the line */
	KORCH_QUEUE_DELAYED, /* for a time */
	KORCH_QUEUE_STALLED, /* for the cache to reach min_revision */
	KORCH_QUEUE_RESTING, /* for nothing: kept until its quiet time is over */
} korch_queue_place;

/* A key of which something is known. */
typedef struct korch_queue_item {
	korch_heap_node node;          /* first member: heap nodes are cast to items */
	struct korch_queue_item *next; /* in the line */
	const char *namespace_;        /* block string, or NO_NAMESPACE of queue.c */
	const char *name;              /* block string */
	uint64_t min_revision;         /* the cache must have this before the key is handed out again */
	korch_usec quiet_until;
	korch_usec dirty_at; /* asked for while in hand: earliest time, KORCH_USEC_NEVER: not */
	uint64_t names_seed; /* of what may have been made already; 0: nothing */
	uint32_t failures;
	uint8_t place; /* a korch_queue_place */
	uint8_t is_in_hand;
	uint8_t is_wanted; /* STALLED: asked for */
} korch_queue_item;

/* How urgent a key is; 0: as urgent as most. */
typedef int32_t (*korch_queue_priority_fn)(void *userdata, const char *namespace_,
                                           const char *name);

typedef struct korch_queue {
	korch_table items;
	korch_queue_item *first; /* the line: keys of priority 0, first in, first out */
	korch_queue_item **last;
	korch_heap ranked;                /* RANKED: keys of other priorities, the greatest first */
	korch_heap delays;                /* DELAYED, by time */
	korch_heap stalls;                /* STALLED, by revision */
	korch_heap rests;                 /* RESTING, by time; swept when something else is done */
	korch_queue_priority_fn priority; /* asked when a key begins to wait; NULL: 0 for all */
	void *priority_userdata;
	korch_random *random; /* borrowed; jitter */
	korch_usec backoff_base;
	korch_usec backoff_max;
	uint64_t revision; /* the cache has everything up to this */
	size_t n_queued;
	size_t n_stalled; /* STALLED and asked for */
	size_t n_in_hand;
} korch_queue;

void korch__queue_init(korch_queue *queue, korch_random *random, korch_usec backoff_base,
                       korch_usec backoff_max);
void korch__queue_fini(korch_queue *queue);

/* A key that is known, or NULL. */
korch_queue_item *korch__queue_find(const korch_queue *queue, const char *namespace_,
                                    const char *name);
/* Asks for a key. Strings are copied unless the key is known. 0 or KORCH_E_NOMEM. */
int korch__queue_add(korch_queue *queue, const char *namespace_, const char *name, korch_usec now);
/*
 * As korch__queue_add() with block strings, of which the queue takes references of its own.
 * namespace_ may be NULL.
 */
int korch__queue_add_shared(korch_queue *queue, const char *namespace_, const char *name,
                            korch_usec now);
/* Makes room for a key (as above), so that asking for it cannot fail. 0 or KORCH_E_NOMEM. */
int korch__queue_expect(korch_queue *queue, const char *namespace_, const char *name);
/* Forgets a key again of which nothing is known. */
void korch__queue_unexpect(korch_queue *queue, const char *namespace_, const char *name);
/* Asks for a key at a time; of several times the earliest counts. */
int korch__queue_add_at(korch_queue *queue, const char *namespace_, const char *name, korch_usec at,
                        korch_usec now);
/* Moves keys whose time has come into the line, and forgets those whose quiet time is over. */
void korch__queue_advance(korch_queue *queue, korch_usec now);
/* The cache has everything up to a revision: moves keys that waited for it into the line. */
void korch__queue_reach(korch_queue *queue, uint64_t revision);
/* 1 when a key is to be taken now (it may turn out that all wait for the cache). */
int korch__queue_has(const korch_queue *queue);
/* Takes the next key in hand; NULL: none now. A key that waits for a newer cache is put aside. */
korch_queue_item *korch__queue_take(korch_queue *queue);
/* When the earliest delayed key is due, KORCH_USEC_NEVER: none. */
korch_usec korch__queue_due(const korch_queue *queue);

/* What came of a key in hand. */
typedef struct korch_queue_outcome {
	int failed; /* try again with back-off */
	korch_usec now;
	korch_usec wake_at; /* KORCH_USEC_NEVER: no wish */
	korch_usec quiet_until;
	uint64_t min_revision; /* of the own commit, 0: none */
} korch_queue_outcome;
/* Gives a key back. */
void korch__queue_finish(korch_queue *queue, korch_queue_item *item,
                         const korch_queue_outcome *outcome);

/* Delay after that many failures: base × 2^(failures − 1), at most max, half of it random. */
korch_usec korch__backoff(korch_random *random, korch_usec base, korch_usec max, uint32_t failures);

#endif
