/*
 * The work queue of one controller: which keys are to be looked at, now or at a time. A key is in hand at most once; what is asked for
 * meanwhile is remembered once. No clock in here: the caller says what time it is.
 */
#ifndef KORCH_ENGINE_QUEUE_H
#define KORCH_ENGINE_QUEUE_H

#include "base/heap.h"
#include "base/random.h"
#include "base/table.h"
#include <korch/loop.h>

/* A key that is waiting, in hand, delayed, or remembered because of its failures. */
typedef struct korch_queue_item {
	korch_heap_node delay;         /* first member: heap nodes are cast to items */
	struct korch_queue_item *next; /* in the line */
	const char *namespace_;        /* block strings */
	const char *name;
	uint64_t min_revision; /* the cache must have this before the key is handed out again */
	korch_usec quiet_until;
	uint32_t failures;
	uint8_t is_queued;
	uint8_t is_in_hand;
	uint8_t is_dirty; /* asked for while in hand */
	uint8_t is_stalled; /* waits for the cache to reach min_revision */
} korch_queue_item;

typedef struct korch_queue {
	korch_table items;
	korch_queue_item *first; /* the line */
	korch_queue_item **last;
	korch_queue_item *stalled;
	korch_heap delays;
	korch_random *random; /* borrowed; jitter */
	korch_usec backoff_base;
	korch_usec backoff_max;
	size_t n_queued;
	size_t n_in_hand;
	size_t n_stalled;
} korch_queue;

void korch__queue_init(korch_queue *queue, korch_random *random, korch_usec backoff_base, korch_usec backoff_max);
void korch__queue_fini(korch_queue *queue);

/* A key that is known, or NULL. */
korch_queue_item *korch__queue_find(const korch_queue *queue, const char *namespace_, const char *name);
/* Asks for a key. Strings are copied unless they are those of a known key. 0 or KORCH_E_NOMEM. */
int korch__queue_add(korch_queue *queue, const char *namespace_, const char *name, korch_usec now);
/* As korch__queue_add() with block strings, of which the queue takes references of its own. */
int korch__queue_add_shared(korch_queue *queue, const char *namespace_, const char *name, korch_usec now);
/* Asks for a key at a time; of several times the earliest counts. */
int korch__queue_add_at(korch_queue *queue, const char *namespace_, const char *name, korch_usec at);
/* Moves keys whose time has come into the line. */
void korch__queue_advance(korch_queue *queue, korch_usec now);
/* Moves keys that waited for the cache into the line. */
void korch__queue_unstall(korch_queue *queue, uint64_t revision);
/* Takes the next key in hand; NULL: none now. A key that waits for a newer cache is put aside. */
korch_queue_item *korch__queue_take(korch_queue *queue, uint64_t revision);
/* When the earliest delayed key is due, KORCH_USEC_NEVER: none. */
korch_usec korch__queue_due(const korch_queue *queue);

/* What came of a key in hand. */
typedef struct korch_queue_outcome {
	int failed;           /* try again with back-off */
	int again;            /* try again at once: something had changed */
	korch_usec now;
	korch_usec wake_at;   /* KORCH_USEC_NEVER: no wish */
	korch_usec quiet_until;
	uint64_t min_revision; /* of the own commit, 0: none */
} korch_queue_outcome;
/* Gives a key back. */
void korch__queue_finish(korch_queue *queue, korch_queue_item *item, const korch_queue_outcome *outcome);

/* The delay after that many failures: base × 2^(failures − 1), at most max, of which the last half is random. */
korch_usec korch__backoff(korch_random *random, korch_usec base, korch_usec max, uint32_t failures);

#endif
