/* Why a node does not do, and how kube-scheduler says it. */
#ifndef KORCH_SCHEDULER_REASON_H
#define KORCH_SCHEDULER_REASON_H

#include "base/buf.h"
#include "scheduler/profile/profile.h"

typedef enum sched_reason {
	REASON_NONE,
	REASON_NAMES_CONFLICT, /* these two are told instead of REASON_AFFINITY, before all others */
	REASON_LEFT_OUT,
	REASON_UNSCHEDULABLE,
	REASON_NODE_NAME,
	REASON_TAINT,
	REASON_AFFINITY,
	REASON_PORTS,
	REASON_FIT,
	REASON_VOLUME,
	REASON_SPREAD_LABEL,
	REASON_SPREAD,
	REASON_POD_AFFINITY,
	REASON_POD_ANTI_AFFINITY,
	REASON_EXISTING_ANTI_AFFINITY,
	REASON_MAX_PER_NODE,
	REASON_PLUGIN,
} sched_reason;

/* The filter that a reason belongs to. */
sched_filter korch__reason_filter(sched_reason reason);
/* The words for a reason that needs no more than itself; NULL for taints, resources, plugins. */
const char *korch__reason_text(sched_reason reason);

#endif
