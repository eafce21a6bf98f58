/* Deciding: a scheduler that knows the model, and pods in their order. */
#ifndef KORCH_SCHEDULE_RUN_H
#define KORCH_SCHEDULE_RUN_H

#include "schedule/options.h"

#include <korch/scheduler/explain.h>

/* Pods that wait, by index; the one that goes next at the root. */
typedef struct schedule_queue {
	const schedule_model *model;
	size_t *items; /* room for all pods */
	size_t n;
} schedule_queue;

void queue_push(schedule_queue *self, size_t pod);
size_t queue_pop(schedule_queue *self);

/* One run. */
typedef struct schedule_run {
	schedule_model *model;
	schedule_queue waiting;
	const schedule_options *options;
	korch_scheduler *scheduler;
	size_t explained;               /* index of the pod to be explained, or NO_NODE */
	korch_explanation *explanation; /* of it, as things were when it was its turn */
} schedule_run;

/* A scheduler by the options' profile, fed with everything but the pods that wait. */
int run_start(schedule_run *self, korch_error **err);
/* Decides about each pod that waits. */
int run_all(schedule_run *self, korch_error **err);
void run_fini(schedule_run *self);

/* Places the gang of a pod whose turn it is, or none of it; in gang.c. */
int run_gang(schedule_run *self, size_t pod, korch_error **err);
/* Makes room for a pod that fits nowhere: 1, 0 when nothing helps, or the error; in preempt.c. */
int run_preempt(schedule_run *self, size_t pod, korch_error **err);
/* Places the pods that wait together; those that are left wait on; in batch.c. */
int run_batch(schedule_run *self, korch_error **err);
/* A copy of a pod as it was before anybody bound it; NULL when memory is short. */
korch_pod *run_unbound(const model_pod *pod);
/* A pod went to a node of that name, or nowhere (NULL) for that reason. */
int run_note(schedule_run *self, size_t pod, const char *node, const char *reason,
             korch_error **err);
/* Tells the budgets, in budget.c: those without a status allow what their pods on nodes allow. */
int run_feed_budgets(schedule_run *self, korch_error **err);

#endif
