/* Pods that wait for a node, by class; they are woken when their class has a node again. */
#ifndef KORCH_SCHEDULER_WAITING_H
#define KORCH_SCHEDULER_WAITING_H

#include "scheduler/state/state.h"

typedef struct sched_waiting sched_waiting;
typedef struct sched_queue sched_queue;
struct sched_entry;

struct sched_waiting {
	const char *id;       /* block string */
	const korch_pod *pod; /* referenced */
	uint64_t sequence;
	sched_class *class_;
	size_t at; /* in the class's queue */
	/* Of one that went in a trial: what its class was found by. It stands in the queue still. */
	uint64_t counter_generation;
	int is_gone;
};

/* The pods that wait with a class, by sequence. */
struct sched_queue {
	KORCH_VEC(sched_waiting *) items; /* NULL: went */
	size_t first;                     /* none waits before it */
	int is_mixed;                     /* not by sequence, and to be sorted */
	/* Nothing was found when the scheduler was at this; 0 = never asked. What is asked in a trial
	 * is noted beside, as the state of before may come back. */
	uint64_t changes;
	uint64_t trial_changes;
	uint64_t freed; /* of the log of freed slots */
	uint64_t generation;
	/* Nobody could be driven out for them when these began to wait, or since: up to that sequence.
	 * They are woken when somebody can be. */
	uint64_t armed;
	uint64_t asked; /* whether somebody can be, when the scheduler was at this */
	uint64_t trial_asked;
};

/* The pod waits no more; one that does not wait is fine. 0; KORCH_E_NOMEM in a trial only. */
int korch__waiting_end(korch_scheduler *s, const char *id);
/* The one that was woken may be gone, or wait again: then it is the turn of others like it. */
void korch__waiting_turn(korch_scheduler *s);
void korch__waiting_undo(korch_scheduler *s, const struct sched_entry *entry);
/* The first one of those that room is kept for, and whose room is there; NULL: none. 0 or
 * KORCH_E_NOMEM. */
int korch__nominee_find(sched_waiting **out, korch_scheduler *s);
/* By priority, then by the time they wait. */
int korch__waiting_is_before(const sched_waiting *a, const sched_waiting *b);
/* Frees one that was taken out of the table. */
void korch__waiting_drop(korch_scheduler *s, sched_waiting *one);
/* The one of a queue that waits longest; NULL: all that are there went in a trial. */
sched_waiting *korch__waiting_first(sched_queue *queue);
/* Takes one that waits out of the table; there is room for noting it. In a trial it keeps its place
 * in the queue. */
void korch__waiting_take(korch_scheduler *s, sched_waiting *one);
/* Classes of pods depend on what other pods say; when that has changed, they are found anew. 0 or
 * KORCH_E_NOMEM. */
int korch__waiting_find_classes(korch_scheduler *s);
void korch__waiting_init(korch_scheduler *s);
void korch__waiting_free(korch_scheduler *s);

#endif
