/* Questions about pods that several deciders ask. Nothing here changes anything. */
#ifndef KORCH_CONTROL_PODS_H
#define KORCH_CONTROL_PODS_H

#include "base/vec.h"
#include <korch/api/core_pod.h>

typedef KORCH_VEC(const korch_pod *) korch__pods;

static inline const korch_pod *korch__pod_of(const korch_object *object)
{
	return (const korch_pod *)object;
}

/* Phase Succeeded or Failed. */
int korch__pod_is_terminal(const korch_pod *pod);
/* Has a deletionTimestamp and is not terminal. */
int korch__pod_is_terminating(const korch_pod *pod);
/* Neither terminal nor being deleted. */
int korch__pod_is_active(const korch_pod *pod);
/* spec.nodeName, "" when not bound. */
const char *korch__pod_node(const korch_pod *pod);
const korch_pod_condition *korch__pod_condition(const korch_pod *pod, const char *type);
int korch__pod_condition_is_true(const korch_pod *pod, const char *type);
int korch__pod_is_ready(const korch_pod *pod);
/* When it became ready, 0 when it is not or nobody knows. */
korch_usec korch__pod_ready_since(const korch_pod *pod);
/* Ready for min_ready_seconds; when it is ready but not for so long, *wake is lowered to the moment
 * at which it will be. */
int korch__pod_is_available(const korch_pod *pod, int32_t min_ready_seconds, korch_usec now,
                            korch_usec *wake);

/* 1 when the object is being deleted. */
static inline int korch__is_deleting(const korch_object *object)
{
	return object->metadata && object->metadata->deletion_timestamp != 0;
}
static inline const korch_map *korch__labels(const korch_object *object)
{
	return object->metadata ? object->metadata->labels : NULL;
}
static inline const char *korch__annotation(const korch_object *object, const char *key)
{
	return object->metadata ? korch_map_get(object->metadata->annotations, key) : NULL;
}
/* 1 when the object's controlling ownerReference is that uid. */
int korch__is_controlled_by(const korch_object *object, const char *uid);

#endif
