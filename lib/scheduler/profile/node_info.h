/* A node as a user's plugin sees it. */
#ifndef KORCH_SCHEDULER_NODE_INFO_H
#define KORCH_SCHEDULER_NODE_INFO_H

#include "scheduler/state/state.h"

struct korch_node_info {
	const korch_scheduler *scheduler;
	const sched_slot *slot;
};

#endif
