/* What a slot has of its node's object, as it was before a change that may be undone. */
#ifndef KORCH_SCHEDULER_NODE_H
#define KORCH_SCHEDULER_NODE_H

#include "scheduler/score/image.h"
#include "scheduler/state/state.h"

typedef struct sched_node_state {
	const korch_node *node; /* referenced, NULL: it did not exist */
	sched_kept_images images;
	int32_t *devices;
	uint32_t n_devices;
	sched_pod **lacking; /* pods on it that had none of the devices they want */
	size_t n_lacking;
} sched_node_state;

/* Takes the state; needs no memory while domains are held. */
void korch__node_restore(korch_scheduler *s, sched_slot *slot, sched_node_state *before);
void korch__node_state_free(korch_scheduler *s, sched_node_state *before);

#endif
