/*
 * The scheduler's controller, shared by its files: what it keeps, which is a function of what it
 * observed and of the plans it made. controller.c says when things happen, the others what.
 */
#ifndef KORCH_CONTROL_SCHEDULING_H
#define KORCH_CONTROL_SCHEDULING_H

#include "base/table.h"
#include "control/bound_spec.h"
#include "control/pods.h"
#include <korch/controller.h>
#include <korch/scheduler.h>

/* Pods that were told why they wait, and when they are told again. */
typedef struct korch__refused {
	korch_table pods;
	uint64_t changes;    /* they were asked for when the state was at this */
	korch_usec round_at; /* they are asked for at this time; 0: they are not */
	korch_usec last_at;  /* when they were asked for last */
} korch__refused;

/* Pods by their group. */
typedef struct korch__gangs {
	korch_table groups;
	size_t n_waiting; /* groups that could not be placed */
} korch__gangs;

typedef struct korch__scheduling {
	korch_scheduler *scheduler;
	korch__bound_specs *bound; /* one copy of a spec for all pods of a template on a node */
	char **names;              /* the schedulerNames of the pods that are decided on here */
	size_t n_names;
	int stale;        /* a feeding failed: everything has to be fed again */
	uint64_t changes; /* rises with whatever can change why a pod waits */
	korch__refused refused;
	korch__gangs gangs;
	korch_table evictions; /* that plans on their way bring: see preempt.c */
	/* The status that a bound pod gets, shared by all pods that had an equal block at the same
	 * time. */
	const korch_pod_status *status_from;
	korch_pod_status *status_to;
	korch_usec status_at;
	korch_controller_watch watches[8]; /* what is observed */
} korch__scheduling;

/* One request. */
typedef struct korch__turn {
	korch__scheduling *st;
	const korch_view *view;
	korch_plan *plan;
	korch_usec now;
} korch__turn;

/* 1 when the pod waits for a node, and for this scheduler to find it. */
int korch__is_ours(const korch__scheduling *st, const korch_object *pod);

/* feed.c: what is observed goes to the scheduler. */

/* Everything from the beginning; 0 or KORCH_E_NOMEM. */
int korch__feed_all(korch__scheduling *st, const korch_view *view);
void korch__feed_change(korch__scheduling *st, const korch_view *view, const korch_change *change);

/* bind.c */

/* Puts a pod on a node. devices: those of the node that it gets, a bit mask. */
int korch__bind_pod(const korch__turn *turn, const korch_pod *pod, const char *node,
                    uint64_t devices);

/* refuse.c: pods that get no node are told why. */

/* What is said of a pod. */
typedef struct korch__refusal {
	const char *reason; /* of the condition PodScheduled */
	const char *message;
	int is_silent;        /* no event */
	const char *nominate; /* the node that room is kept on; "": none; NULL: as before */
} korch__refusal;

/* Says it, unless it has been said. 0 or KORCH_E_NOMEM. */
int korch__refuse(const korch__turn *turn, const korch_pod *pod, const korch__refusal *refusal);

/* preempt.c */

/*
 * Makes room for a pod that fits nowhere, when less important ones can go: they are evicted, and
 * the node is kept for it. Otherwise *why says why not (with korch__free(); NULL: there is nothing
 * to be said). 0 or KORCH_E_NOMEM.
 */
int korch__make_room(const korch__turn *turn, const korch_pod *pod, korch__refusal *refusal,
                     char **why);
void korch__evictions_init(korch_table *evictions);
void korch__evictions_fini(korch_table *evictions);
/* A pod changed, or went (pod NULL): evictions of it and for it may be over. */
void korch__evictions_see(korch__scheduling *st, const korch_pod *before, const korch_pod *pod);

/* waiting.c: when pods that were refused are looked at again. */

void korch__refused_init(korch__refused *refused);
void korch__refused_fini(korch__refused *refused);
/* Remembers a pod; 0 or KORCH_E_NOMEM. */
int korch__refused_add(korch__scheduling *st, const korch_pod *pod);
int korch__refused_has(const korch__scheduling *st, const korch_object *pod);
void korch__refused_drop(korch__scheduling *st, const char *namespace_, const char *name);
/* A request is looked at: if it was one of a round, that is over. */
void korch__refused_begin(korch__scheduling *st, korch_usec now);
/* Asks for those that would fit now, and, some time after a change, for all others. */
void korch__refused_ask(korch__scheduling *st, korch_usec now, korch_enqueue *enqueue);

#endif
