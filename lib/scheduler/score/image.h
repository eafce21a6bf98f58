/* Images that nodes have, and the score of having them already. */
#ifndef KORCH_SCHEDULER_IMAGE_H
#define KORCH_SCHEDULER_IMAGE_H

#include "scheduler/state/state.h"

/* The images of a slot by its node (NULL: none); 0 or KORCH_E_NOMEM. */
int korch__images_set(korch_scheduler *s, sched_slot *slot, const korch_node *node);
/* 1: there is a node that has one of the images of a pod spec. */
int korch__image_counts(const korch_scheduler *s, const korch_pod_spec *spec);
/* ImageLocality of a node for a pod spec: 0 to 100. */
int64_t korch__image_score(const korch_scheduler *s, const korch_pod_spec *spec,
                           const sched_slot *slot);
void korch__images_init(korch_scheduler *s);
void korch__images_free(korch_scheduler *s);

#endif
