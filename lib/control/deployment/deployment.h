/* The Deployment decider: plain data in, a plan out. The adapter that gathers the data is
 * controller.c. */
#ifndef KORCH_CONTROL_DEPLOYMENT_DEPLOYMENT_H
#define KORCH_CONTROL_DEPLOYMENT_DEPLOYMENT_H

#include <korch/api/apps.h>
#include <korch/controller.h>

#define KORCH__ANNOTATION_REVISION "deployment.kubernetes.io/revision"
#define KORCH__ANNOTATION_REVISION_HISTORY "deployment.kubernetes.io/revision-history"
#define KORCH__ANNOTATION_DESIRED "deployment.kubernetes.io/desired-replicas"
#define KORCH__ANNOTATION_MAX "deployment.kubernetes.io/max-replicas"
#define KORCH__LABEL_TEMPLATE_HASH "pod-template-hash"
/* Bytes of a name, with its NUL. */
#define KORCH__NAME_SIZE 254

typedef struct korch__deployment_input {
	const korch_deployment *deployment;
	const korch_replica_set *const *sets; /* those it controls, and those of its namespace without a
	                                         controller */
	size_t n_sets;
	const korch_pod *const *pods; /* pods of its sets; needed for the strategy Recreate only */
	size_t n_pods;
	const korch_replica_set *name_taken; /* the set that bears korch__deployment_set_name(), whose
	                                        ever it is; or NULL */
	korch_usec now;
} korch__deployment_input;

int korch__deployment_decide(const korch__deployment_input *input, korch_plan *plan,
                             korch_error **err);

/* The hash of a pod template in Kubernetes' letters; collision_count NULL when there was none. */
void korch__template_hash(char out[12], const korch_pod_template_spec *template_,
                          const int32_t *collision_count);
/* The name of the ReplicaSet of the deployment's present template. */
void korch__deployment_set_name(char out[KORCH__NAME_SIZE], const korch_deployment *deployment);
/* 1 when two templates are equal but for the label pod-template-hash. */
int korch__template_equal(const korch_pod_template_spec *a, const korch_pod_template_spec *b);
/* What maxSurge (rounded up) and maxUnavailable (rounded down) come to; both 0 makes
 * maxUnavailable 1. Recreate: 0 and 0. */
void korch__deployment_limits(const korch_deployment *deployment, int32_t *max_surge,
                              int32_t *max_unavailable);
/* spec.replicas, 1 when absent. */
int32_t korch__deployment_replicas(const korch_deployment *deployment);
/* The revision annotation as a number, 0 when there is none. */
int64_t korch__revision_of(const korch_object *object);

/*
 * What `kubectl rollout undo` does: the template of that revision's ReplicaSet becomes the
 * deployment's. revision 0: the one before the newest. KORCH_E_NOT_FOUND without such a revision,
 * KORCH_E_INVALID for a paused deployment; nothing in the plan when the template is that already.
 */
int korch__deployment_rollback(const korch_view *view, const korch_deployment *deployment,
                               int64_t revision, korch_plan *plan, korch_error **err);

int korch__deployment_controller(korch_controller_spec *out);

#endif
