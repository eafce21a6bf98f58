/*
 * Trials: a journal of what changed since korch_scheduler_begin(), from which it is undone. What a
 * trial took away stays in memory until the outermost one ends, so that undoing needs none: a
 * rollback cannot fail.
 */
#ifndef KORCH_SCHEDULER_JOURNAL_H
#define KORCH_SCHEDULER_JOURNAL_H

#include "scheduler/state/state.h"

enum { JOURNAL_DEPTH_MAX = 16 };

typedef enum sched_op {
	OP_PUT,            /* who: pod */
	OP_REMOVED,        /* who: pod, owned; the table holds its place */
	OP_REPLACED,       /* who: pod; what: the one before, owned */
	OP_MOVED,          /* who: pod; slot, at, devices: before */
	OP_NODE,           /* slot; what: sched_node_state before, owned */
	OP_NAMESPACE,      /* who: namespace; what: labels before, referenced */
	OP_NOMINATED,      /* who: nomination */
	OP_NOMINATION_OUT, /* who: nomination, owned; the table holds its place */
	OP_BUDGET,         /* at; what: the one before, owned; NULL: none, it is the last now */
	OP_BUDGET_OUT,     /* at; what: the one before, owned; the last one took its place */
	OP_CLAIM,          /* who: claim; what: nodes before, referenced; at: whether it was there */
	OP_WAITS,          /* who: waiting pod */
	OP_WAITED,         /* who: waiting pod, owned; the table holds its place */
} sched_op;

typedef struct sched_entry {
	sched_op op;
	uint32_t slot;
	uint32_t at;
	uint64_t devices;
	void *who;
	void *what;
} sched_entry;

typedef struct sched_mark {
	size_t entries;
	uint64_t changes; /* which state it was */
} sched_mark;

struct sched_journal {
	KORCH_VEC(sched_entry) entries;
	KORCH_VEC(uint32_t) loose; /* slots that may have nothing left */
	sched_mark marks[JOURNAL_DEPTH_MAX];
	size_t depth;
	int has_namespaces; /* labels of a namespace were changed */
};

/* Room for n more entries, so that noting cannot fail; nothing without a trial. */
int korch__journal_reserve(korch_scheduler *s, size_t n);
/* Room for an entry about something that is taken out of a table. */
int korch__journal_reserve_out(korch_scheduler *s, korch_table *table);
/* Notes what was done, which there is room for; without a trial lets go at once of what undoing
 * would need. */
void korch__journal_note(korch_scheduler *s, sched_entry entry);
/* The slot may have nothing left: 1 when that is looked after later, 0 without a trial. */
int korch__journal_keeps(korch_scheduler *s, sched_slot *slot);
/* Where the journal ends, and undoing back to there: what failed half done, which it can do only in
 * a trial. */
size_t korch__journal_mark(const korch_scheduler *s);
void korch__journal_back(korch_scheduler *s, size_t mark);
void korch__journal_free(korch_scheduler *s);

#endif
