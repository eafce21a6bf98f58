/* Groups of pods of which a node takes only so many (korch.dev/max-per-node). */
#ifndef KORCH_SCHEDULER_GROUP_H
#define KORCH_SCHEDULER_GROUP_H

#include "scheduler/state/state.h"

struct sched_group {
	uint32_t refs;
	char *name;       /* "namespace/group" */
	uint32_t *counts; /* by slot */
	size_t cap;
};

/* The group of a pod, one more reference; untouched when it has no such annotation, or neither
 * label nor controller. 0 or KORCH_E_NOMEM. */
int korch__group_get(sched_group **out, korch_scheduler *s, const korch_pod *pod);
/* The number in the annotation, INT32_MAX without one. 0 or KORCH_E_INVALID. */
int korch__group_limit(int32_t *out, const korch_pod *pod, korch_error **err);
sched_group *korch__group_ref(sched_group *group);
void korch__group_unref(korch_scheduler *s, sched_group *group); /* NULL is fine */
int korch__group_add(sched_group *group, uint32_t slot);
void korch__group_drop(sched_group *group, uint32_t slot); /* NULL is fine */
static inline uint32_t korch__group_count(const sched_group *group, uint32_t slot)
{
	return slot < group->cap ? group->counts[slot] : 0;
}
void korch__groups_init(korch_scheduler *s);

#endif
