/* A StatefulSet's decision in progress: what the files of this folder share. */
#ifndef KORCH_CONTROL_STATEFULSET_HAND_H
#define KORCH_CONTROL_STATEFULSET_HAND_H

#include "base/vec.h"
#include "control/history/history.h"
#include "control/statefulset/statefulset.h"
#include <korch/plan.h>
#include <korch/strategy/ordered.h>

/* A pod of the set. */
typedef struct korch__stateful_pod {
	const korch_pod *pod;
	int32_t ordinal;
	int32_t is_deleted; /* by this plan */
	int32_t is_claimed; /* this plan adopts it: nothing else can be done with it now */
} korch__stateful_pod;

typedef struct korch__stateful {
	const korch__stateful_set_input *input;
	const korch_stateful_set *set;
	korch_plan *plan;
	KORCH_VEC(korch__stateful_pod) pods; /* ordered by ordinal */
	int32_t replicas;
	int32_t start;
	korch__history history;
	korch__revision_now update;
	char current[254]; /* name of the revision of pods that are not updated */
	int32_t collisions;
	int32_t created, created_updated; /* pods of this plan, and of the revision to be reached */
	korch_usec wake;
} korch__stateful;

/* pod.c: a pod of that ordinal, complete but for its admission. 0 or KORCH_E_NOMEM. */
int korch__stateful_pod_new(korch_pod **out, const korch__stateful *s, int32_t ordinal,
                            const korch_pod_template_spec *template_, const char *revision);
/* Labels that tell who the pod is; of an exclusively owned one. */
int korch__stateful_pod_label(korch_object_meta *meta, const char *name, int32_t ordinal);

/* claims.c: adds the claims of an ordinal to the plan that are missing. 0 or KORCH_E_NOMEM. */
int korch__stateful_claims(korch__stateful *s, int32_t ordinal);
/* How many claims a pod has. */
size_t korch__stateful_claims_of_pod(const korch__stateful *s);
/* Owners of claims as persistentVolumeClaimRetentionPolicy wishes them. */
int korch__stateful_retain(korch__stateful *s);
/* Volumes of an exclusively owned pod: those of its claims, and of the template the others. */
int korch__stateful_volumes(korch_pod_spec *spec, const korch_stateful_set *set, int32_t ordinal);

/* status.c: 0 or KORCH_E_NOMEM. */
int korch__stateful_status(korch__stateful *s);

#endif
