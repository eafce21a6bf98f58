/* Images that nodes have, and the score of having them already. */
#ifndef KORCH_SCHEDULER_IMAGE_H
#define KORCH_SCHEDULER_IMAGE_H

#include "scheduler/state/state.h"

/* An image that a change is about, as it was before. */
typedef struct sched_kept_image {
	sched_image *image;
	int64_t size;
	int is_there; /* among the images of the slot */
} sched_kept_image;
typedef KORCH_VEC(sched_kept_image) sched_kept_images;

/* Keeps the images that a slot has, and those that are known of the ones that its node will have,
 * until they are put back or let go of. 0 or KORCH_E_NOMEM (nothing is kept then). */
int korch__images_keep(korch_scheduler *s, const sched_slot *slot, const korch_node *node,
                       sched_kept_images *out);
void korch__images_put_back(korch_scheduler *s, sched_slot *slot, sched_kept_images *kept);
void korch__images_let_go(korch_scheduler *s, sched_kept_images *kept);
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
