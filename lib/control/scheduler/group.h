/* Inside of gangs: a group of pods. */
#ifndef KORCH_CONTROL_SCHEDULER_GROUP_H
#define KORCH_CONTROL_SCHEDULER_GROUP_H

#include "control/scheduler/scheduling.h"

typedef struct korch__group {
	char *id;            /* "namespace/name" */
	korch_table members; /* uids of active pods, block strings */
	char *message;       /* why it could not be placed */
	uint64_t tried;      /* when the state was at this */
	korch_usec tried_at;
	const char *asker; /* uid of the pod for whose request a plan is on its way, or NULL */
	int is_waiting;    /* could not be placed; to be asked for when something changes */
	int is_asked;      /* has been since */
	int asks_all;      /* for each of its pods, not only the first */
} korch__group;

/* The group of a pod, or NULL. */
korch__group *korch__group_of(const korch__scheduling *st, const korch_pod *pod);
void korch__group_set_waiting(korch__scheduling *st, korch__group *group, int is_waiting);

#endif
