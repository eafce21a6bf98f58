/*
 * Batches: pods that are placed together. While a placing is looked for, its pods are put on nodes
 * and taken off again without anybody noting it; in the end they stay, or are all taken off.
 */
#ifndef KORCH_SCHEDULER_BATCH_INTERNAL_H
#define KORCH_SCHEDULER_BATCH_INTERNAL_H

#include "base/random.h"
#include "scheduler/rank/class.h"
#include "scheduler/state/nominate.h"
#include <korch/scheduler/batch.h>

/* A pod of the batch. */
typedef struct sched_member {
	const korch_pod *object;
	sched_pod *pod;        /* owned until the batch is settled; NULL: it was placed before */
	sched_nomination *own; /* NULL: none */
	int64_t weight;        /* its requests, as parts of what there is */
	double difficulty;
	uint32_t level;  /* of its priority, 0 = the highest */
	uint32_t slot;   /* NONE: not placed */
	uint32_t before; /* neighbours among the batch's pods of the slot, NONE at the ends */
	uint32_t after;
	uint64_t moved_in;   /* the round in which it was moved last */
	uint32_t todo_at;    /* its place among those that are to be placed, NONE: it is not */
	uint8_t is_hopeless; /* there is no node for it, whatever the others do */
	uint8_t is_sound;    /* what it wants of other pods holds where it is */
} sched_member;

/* Where a member was before a round moved it. */
typedef struct sched_move {
	uint32_t member;
	uint32_t slot; /* NONE: it had no seat */
	uint64_t devices;
	int is_first; /* of the member in this round */
} sched_move;

typedef struct sched_batch {
	korch_scheduler *s;
	sched_member *members;
	size_t n;
	uint32_t n_levels;
	uint32_t *heads; /* by slot: the first of the batch's pods there */
	size_t n_heads;
	double *prices; /* by resource: how scarce it is */
	KORCH_VEC(uint32_t) todo;
	int64_t weight;              /* of those that have seats */
	uint64_t round;              /* attempts at improving so far */
	KORCH_VEC(sched_move) moves; /* of this round */
	KORCH_VEC(int32_t) key;      /* for asking the filters */
	korch_random random;
	/* Who found which slot last by tightness: it is the tightest for the next of its kind, too */
	const sched_class *last_class;
	uint32_t last_slot;
} sched_batch;

/* seat.c: puts a member on a slot with these devices (0: chosen); 0 or KORCH_E_NOMEM. */
int korch__batch_seat(sched_batch *b, uint32_t member, uint32_t slot, uint64_t devices);
void korch__batch_unseat(sched_batch *b, uint32_t member);
void korch__batch_unseat_all(sched_batch *b);
/* The slot that the profile likes best, NONE when there is none. 0 or KORCH_E_NOMEM. */
int korch__batch_best(uint32_t *slot, sched_batch *b, uint32_t member);
/* The slot that is filled best. */
int korch__batch_tightest(uint32_t *slot, sched_batch *b, uint32_t member);
/* What would be left of a slot, in parts of it; below 0: there is no room. */
double korch__batch_left_over(sched_batch *b, uint32_t member, uint32_t slot);
/* 1: the filters let the member onto the slot as it is now, 0, or KORCH_E_NOMEM. */
int korch__batch_fits(sched_batch *b, uint32_t member, uint32_t slot);

/* order.c: levels, weights and difficulties of the members. */
int korch__batch_measure(sched_batch *b);
/* Scarcity of what there is, for those that are to be placed. */
void korch__batch_price(sched_batch *b);
/* Members by priority, the most difficult first. 0 or KORCH_E_NOMEM. */
int korch__batch_order(const sched_batch *b, uint32_t *members, size_t n);

/* sound.c: what members want of others (affinity, spread) must hold still when others have moved.
 * Notes where it holds now; 0 or KORCH_E_NOMEM. */
int korch__batch_note_sound(sched_batch *b);
/* 1: where it held it holds after this round's moves, 0, or KORCH_E_NOMEM. */
int korch__batch_is_sound(sched_batch *b);

/* improve.c: one attempt; never fewer pods of higher priority have seats after it, but others may.
 * 1: more have, 0, or KORCH_E_NOMEM. */
int korch__batch_improve(sched_batch *b);

#endif
