/* A DaemonSet's decision in progress: what the files of this folder share. */
#ifndef KORCH_CONTROL_DAEMONSET_HAND_H
#define KORCH_CONTROL_DAEMONSET_HAND_H

#include "base/vec.h"
#include "control/daemonset/daemonset.h"
#include "control/history/history.h"
#include <korch/plan.h>
#include <korch/strategy/daemon.h>

/* A pod of the set. */
typedef struct korch__daemon_pod {
	const korch_pod *pod;
	int32_t node; /* index of the node that it is on or tied to */
	int32_t is_deleted;
	int32_t is_claimed; /* this plan adopts it: nothing else can be done with it now */
} korch__daemon_pod;

typedef struct korch__daemon {
	const korch__daemon_set_input *input;
	const korch_daemon_set *set;
	korch_plan *plan;
	KORCH_VEC(korch__daemon_pod) pods; /* by node, older ones first */
	int32_t *wants;                    /* for each node a korch_daemon_want */
	int32_t *made;                     /* for each node: pods of this plan */
	int32_t desired;                   /* nodes that want one */
	korch__history history;
	korch__revision_now update;
	int32_t collisions;
	korch_usec wake;
} korch__daemon;

/* status.c: 0 or KORCH_E_NOMEM. */
int korch__daemon_status(korch__daemon *d);
/* decide.c: of the present template. */
int korch__daemon_pod_is_updated(const korch__daemon *d, const korch_pod *pod);

#endif
