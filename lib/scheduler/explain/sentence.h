/* kube-scheduler's sentence: "0/5 nodes are available: 3 Insufficient cpu, 2 node(s) …." */
#ifndef KORCH_SCHEDULER_SENTENCE_H
#define KORCH_SCHEDULER_SENTENCE_H

#include "scheduler/rank/class.h"

/* Owned by the caller; NULL when memory is short. The class's layout must be up to date. */
char *korch__sentence(korch_scheduler *s, sched_class *class_, const char *namespace_);

/* Most different reasons in a sentence; further ones are counted together. */
#define SCHED_REASONS_MAX 128

/* A reason, and how many nodes give it. */
typedef struct sched_counted {
	const char *text;
	size_t n;
} sched_counted;

/* "0/5 nodes are available: 3 …, 2 …." of at most SCHED_REASONS_MAX reasons, sorted with their
 * numbers, as kube-scheduler has it. Owned by the caller; NULL when memory is short. */
char *korch__sentence_join(const korch_scheduler *s, const sched_counted *reasons, size_t n);

/* verdict.c: why one slot does not do: each reason is told as text. Returns the filter that says
 * so, FILTER_NONE when it does. `key` has room for the layout's dimensions. */
typedef void (*sched_tell)(void *userdata, const char *reason);
sched_filter korch__verdict(korch_scheduler *s, const sched_class *class_, uint32_t slot,
                            int32_t *key, sched_tell tell, void *userdata);
/* The first reason of a slot as it is, pods that keep room there left out. */
sched_reason korch__verdict_reason(const korch_scheduler *s, const sched_class *class_,
                                   uint32_t slot, int32_t *key);
/* The user's own filter that refuses the slot, or NULL. */
const korch_scheduler_plugin *korch__verdict_plugin(const korch_scheduler *s,
                                                    const sched_class *class_, uint32_t slot);
/* The name of that filter: a user's own has a name of its own. */
const char *korch__verdict_filter(korch_scheduler *s, const sched_class *class_, uint32_t slot,
                                  sched_filter filter);

#endif
