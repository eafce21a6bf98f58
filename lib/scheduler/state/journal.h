/*
 * Trials: a journal of what changed since korch_scheduler_begin(), from which it is undone. What a
 * trial took away stays in memory until the outermost one ends.
 */
#ifndef KORCH_SCHEDULER_JOURNAL_H
#define KORCH_SCHEDULER_JOURNAL_H

#include "scheduler/state/state.h"

enum { JOURNAL_DEPTH_MAX = 16 };

typedef enum sched_op {
	OP_ATTACHED,  /* pod */
	OP_DETACHED,  /* pod, owned */
	OP_NODE,      /* name and the object before, referenced */
	OP_NAMESPACE, /* name and the labels before, referenced */
	OP_NOMINATED, /* identity of the pod: its nomination is new; or the one before, owned */
} sched_op;

typedef struct sched_entry {
	sched_op op;
	uint32_t slot;    /* of a pod that was taken away */
	const char *name; /* block string */
	void *what;
} sched_entry;

struct sched_journal {
	KORCH_VEC(sched_entry) entries;
	size_t marks[JOURNAL_DEPTH_MAX];
	size_t depth;
	int loose; /* a slot may have nothing left: looked after when the trial ends */
};

/* Room for n more entries, so that noting cannot fail; nothing without a trial. */
int korch__journal_reserve(korch_scheduler *s, size_t n);
void korch__journal_attached(korch_scheduler *s, sched_pod *pod);
/* Takes the pod: frees it at once without a trial. */
void korch__journal_detached(korch_scheduler *s, sched_pod *pod);
/* Before the change; 0 or KORCH_E_NOMEM. */
int korch__journal_node(korch_scheduler *s, const char *name, const korch_node *before);
int korch__journal_namespace(korch_scheduler *s, const char *name, const korch_map *before);
/* A nomination is new (id), or gone: takes it, frees it at once without a trial. */
void korch__journal_nominated(korch_scheduler *s, const char *id, sched_nomination *before);
void korch__journal_free(korch_scheduler *s);

#endif
