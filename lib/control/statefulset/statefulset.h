/* The StatefulSet decider: plain data in, a plan out. Which pods come and go next is decided by
 * korch_stateful_plan(); the adapter that gathers the data is controller.c. */
#ifndef KORCH_CONTROL_STATEFULSET_STATEFULSET_H
#define KORCH_CONTROL_STATEFULSET_STATEFULSET_H

#include "control/newpod.h"
#include <korch/api/apps_stateful.h>
#include <korch/controller.h>

#define KORCH__LABEL_POD_NAME "statefulset.kubernetes.io/pod-name"
#define KORCH__LABEL_POD_INDEX "apps.kubernetes.io/pod-index"
/* Most pods that one plan creates or deletes. */
#define KORCH__STATEFUL_SET_BURST 500

typedef struct korch__stateful_set_input {
	const korch_stateful_set *set;
	const korch_pod *const *pods; /* those it controls, and those of its namespace without a
	                                 controller, in any order */
	size_t n_pods;
	const korch_controller_revision *const *revisions; /* the same of revisions */
	size_t n_revisions;
	const korch_view *view; /* for claims, and for pods that bear a name already */
	korch__admission admission;
	korch_usec now;
} korch__stateful_set_input;

int korch__stateful_set_decide(const korch__stateful_set_input *input, korch_plan *plan,
                               korch_error **err);
/* The number in a pod's name, when the rest of it is the set's: -1 otherwise. */
int32_t korch__stateful_set_ordinal(const char *set, const char *pod);
int korch__stateful_set_controller(korch_controller_spec *out);

#endif
