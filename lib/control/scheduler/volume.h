/*
 * Volumes: which PersistentVolumeClaims pods can be placed with, and from which nodes their volumes
 * can be reached. Claims, volumes and classes have no structs: what is needed is read from their
 * text.
 */
#ifndef KORCH_CONTROL_SCHEDULER_VOLUME_H
#define KORCH_CONTROL_SCHEDULER_VOLUME_H

#include "control/scheduler/scheduling.h"

/* The kinds PersistentVolumeClaim, PersistentVolume, StorageClass. */
enum { KORCH__VOLUME_KINDS = 3 };
const korch_kind *korch__volume_kind(size_t i);
/* Tells the scheduler what follows from an object of one of these kinds that came, changed or went
 * (object NULL). 0 or KORCH_E_NOMEM. */
int korch__volumes_feed(korch__scheduling *st, const korch_view *view, const korch_object *before,
                        const korch_object *object);
/*
 * What keeps a pod's claims from being used, as kube-scheduler says it; freed with korch__free().
 * 0 and *out NULL when nothing does; KORCH_E_NOMEM.
 */
int korch__claims_problem(char **out, const korch_view *view, const korch_pod *pod, size_t n_nodes);

#endif
