/* The DaemonSet decider: plain data in, a plan out. Which pods come and go next is decided by
 * korch_daemon_plan(), which nodes want one by korch_daemon_judge(); the adapter is controller.c.
 */
#ifndef KORCH_CONTROL_DAEMONSET_DAEMONSET_H
#define KORCH_CONTROL_DAEMONSET_DAEMONSET_H

#include "control/newpod.h"
#include <korch/api/apps_daemon.h>
#include <korch/api/apps_stateful.h>
#include <korch/api/core_node.h>
#include <korch/controller.h>

/* Most pods that one plan creates or deletes. */
#define KORCH__DAEMON_SET_BURST 1000
/* A pod that failed is replaced when it is that old, so that one which always fails does not keep
 * everybody busy. */
#define KORCH__DAEMON_SET_RETRY_US (10 * KORCH_USEC_PER_SEC)

typedef struct korch__daemon_set_input {
	const korch_daemon_set *set;
	const korch_node *const *nodes; /* all, by name */
	size_t n_nodes;
	const korch_pod *const *pods; /* those it controls, and those of its namespace without a
	                                 controller, in any order */
	size_t n_pods;
	const korch_controller_revision *const *revisions; /* the same of revisions */
	size_t n_revisions;
	korch__admission admission;
	korch_usec now;
} korch__daemon_set_input;

int korch__daemon_set_decide(const korch__daemon_set_input *input, korch_plan *plan,
                             korch_error **err);
int korch__daemon_set_controller(korch_controller_spec *out);

#endif
