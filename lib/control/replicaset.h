/* The ReplicaSet decider: plain data in, a plan out. The adapter that gathers the data is
 * replicaset_controller.c. */
#ifndef KORCH_CONTROL_REPLICASET_H
#define KORCH_CONTROL_REPLICASET_H

#include "control/priority.h"
#include <korch/api/apps.h>
#include <korch/controller.h>

/* Most pods that one plan creates or deletes. */
#define KORCH__REPLICA_SET_BURST 5000
/*
 * From this many pods on a set asks to be left alone after each call, for so many microseconds per
 * pod: several times what a call costs (0.2 µs per pod), or looking at pods would take all the
 * time.
 */
#define KORCH__REPLICA_SET_LARGE 1000
#define KORCH__REPLICA_SET_QUIET_US 5

typedef struct korch__replica_set_input {
	const korch_replica_set *set;
	const korch_pod *const *pods; /* those it controls, and those of its namespace without a
	                                 controller, in any order */
	size_t n_pods;
	const korch_pod *const *related; /* pods of all sets with the same controller, itself included:
	                                    to see which nodes are doubled up */
	size_t n_related;
	int namespace_closed; /* the namespace is being deleted: nothing can be created in it */
	const korch__priority *priority; /* of the template's class; NULL: that class is not there */
	korch_usec now;
	size_t burst; /* 0: KORCH__REPLICA_SET_BURST */
} korch__replica_set_input;

int korch__replica_set_decide(const korch__replica_set_input *input, korch_plan *plan,
                              korch_error **err);

/*
 * Puts the pods in the order in which a ReplicaSet gives them up (kube-controller-manager's
 * ActivePodsWithRanks, with its logarithmic buckets of age); the first ones are to be deleted. 0 or
 * KORCH_E_NOMEM.
 */
int korch__pods_sort_for_deletion(const korch_pod **pods, size_t n, const korch_pod *const *related,
                                  size_t n_related, korch_usec now);

/*
 * A pod of the set's template, complete but for its name; its equal parts are shared with the first
 * n of the input's pods. KORCH_E_FORBIDDEN when admission would refuse it; KORCH_E_NOMEM.
 */
int korch__replica_set_pod(korch_pod **out, const korch__replica_set_input *input,
                           const korch_pod *const *siblings, size_t n, korch_error **err);

int korch__replica_set_controller(korch_controller_spec *out);

#endif
