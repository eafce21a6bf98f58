/* --scheduler-profile of `korch up`: what the cluster's scheduler decides with. */
#ifndef KORCH_UP_SCHEDULER_H
#define KORCH_UP_SCHEDULER_H

#include <korch/scheduler.h>

typedef struct up_scheduler {
	korch_scheduler_options options;
	korch_scheduler_profiles *profiles; /* of a file, or NULL */
	korch_scheduler_profile builtin;
	int is_given;   /* otherwise the cluster's own default counts */
	int is_default; /* pods that name no scheduler are decided on */
} up_scheduler;

/* wish: a name or a file, or NULL. 0, or what is wrong with it. */
int up_scheduler_load(up_scheduler *self, const char *wish, korch_error **err);
/* 1 when pods of that schedulerName (NULL: none given) are decided on. */
int up_scheduler_has(const up_scheduler *self, const char *name);
void up_scheduler_fini(up_scheduler *self);

#endif
