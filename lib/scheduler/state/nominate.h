/*
 * Nominations: room that is kept on a node for a pod whose victims are leaving. The pod is hidden
 * on its node; filters are asked twice there: as if it had come, and as if it never will.
 */
#ifndef KORCH_SCHEDULER_NOMINATE_H
#define KORCH_SCHEDULER_NOMINATE_H

#include "scheduler/state/state.h"

struct sched_nomination {
	sched_pod *pod;         /* owned; hidden on its slot */
	sched_nomination *next; /* on the same slot; of one that ended: as it was then */
	int suspended;          /* the pod itself is being decided on */
	/* Its node had no room for it when the state was at these: see rank/nominee.c. */
	uint64_t seen;
	uint64_t topology_version;
	uint64_t generation;
	uint64_t freed; /* end of the log of touched slots when it was made, or last looked at */
};

void korch__nominations_init(korch_scheduler *s);
void korch__nominations_free(korch_scheduler *s);
sched_nomination *korch__nomination_find(const korch_scheduler *s, const char *id);
/* The pod is nominated no more; one that is not is fine. 0; KORCH_E_NOMEM in a trial only. */
int korch__nomination_end(korch_scheduler *s, const char *id);
struct sched_entry;
void korch__nomination_undo(korch_scheduler *s, const struct sched_entry *entry);
void korch__nomination_free(korch_scheduler *s, sched_nomination *one);

/* A pod's own nomination keeps nothing from itself while it is decided on; NULL is fine. */
sched_nomination *korch__nomination_suspend(korch_scheduler *s, const korch_pod *pod);
void korch__nomination_resume(korch_scheduler *s, sched_nomination *own);
/* 1: a pod that keeps room on the slot says something about others, or others about it. */
int korch__nominated_matter(const sched_slot *slot);
/* Shows the pods that keep room on a slot from pods of that priority; how many there are. */
size_t korch__nominated_show(korch_scheduler *s, uint32_t slot, int32_t priority);
/* Hides them again. */
void korch__nominated_hide(korch_scheduler *s, uint32_t slot);

#endif
