/* A Deployment's decision in progress: what the files of this folder share. */
#ifndef KORCH_CONTROL_DEPLOYMENT_DEPLOYMENT_HAND_H
#define KORCH_CONTROL_DEPLOYMENT_DEPLOYMENT_HAND_H

#include "control/deployment/deployment.h"

/* One ReplicaSet as the plan leaves it. */
typedef struct korch__revision {
	const korch_replica_set *set; /* what is stored; of a new one, `edited` itself */
	korch_replica_set *edited;    /* the changed copy, NULL while nothing changed */
	int32_t replicas;             /* spec.replicas as the plan leaves it */
	int is_new;                   /* made by this plan */
} korch__revision;

typedef struct korch__rollout {
	const korch__deployment_input *input;
	const korch_deployment *deployment;
	korch_plan *plan;
	korch_usec now;
	korch__revision *sets; /* oldest first; room for one more */
	size_t n;
	korch__revision *current; /* the set of the present template, NULL when there is none (yet) */
	int32_t replicas;
	int32_t surge;
	int32_t unavailable;
	korch_deployment *edited; /* the deployment's copy that is written when it differs in the end */
	korch_deployment_status *status; /* of `edited`, exclusive */
} korch__rollout;

/* sets.c */
int korch__rollout_init(korch__rollout *r, const korch__deployment_input *input, korch_plan *plan,
                        korch_error **err);
void korch__rollout_fini(korch__rollout *r);
korch_replica_set *korch__revision_edit(korch__revision *revision);
/* Sets the size, the annotations with it, and notes the event; *scaled is set to 1 when the size
 * changed. */
int korch__rollout_scale(korch__rollout *r, korch__revision *revision, int32_t replicas,
                         int *scaled);
int korch__rollout_flush(korch__rollout *r);
int32_t korch__revision_available(const korch__revision *revision); /* no more than will be left of
                                                                       it */
int32_t korch__revision_present(const korch__revision *revision);   /* no fewer than there are of it
                                                                     */
int korch__revision_older(const korch__revision *a, const korch__revision *b); /* order of creation,
                                                                                  then name */

/* revision.c */
int korch__rollout_sync_revision(korch__rollout *r);         /* annotations of the current set,
                                                                FoundNewReplicaSet */
int korch__rollout_create(korch__rollout *r, int *collided); /* makes the current set when there is
                                                                none */
int korch__rollout_cleanup(korch__rollout *r);               /* revisionHistoryLimit */
int korch__set_replicas_annotations(const korch__rollout *r, korch_object *set); /* desired-replicas
                                                                                    and max-replicas
                                                                                  */
int korch__replicas_annotations_hold(const korch__rollout *r, const korch_object *set);

int korch__annotation_is_deployments_own(const char *key); /* one that is not copied to its sets */

/* sizes.c */
int korch__rollout_is_scaling(const korch__rollout *r);
int korch__rollout_scale_all(korch__rollout *r);
int korch__rollout_move(korch__rollout *r, int *scaled); /* towards the current set */
int32_t korch__rollout_new_size(const korch__rollout *r, const korch__revision *current);

/* rolling.c */
int korch__rollout_rolling(korch__rollout *r);
int korch__rollout_recreate(korch__rollout *r);

/* status.c */
int korch__rollout_paused_conditions(korch__rollout *r);
int korch__rollout_status(korch__rollout *r);   /* counters and Available */
int korch__rollout_progress(korch__rollout *r); /* that, and Progressing, ReplicaFailure, the
                                                   wake-up at the deadline */
int korch__rollout_condition(korch__rollout *r, const char *type, const char *status,
                             const char *reason, const char *message);
int korch__rollout_has_deadline(const korch__rollout *r);
int korch__rollout_is_complete(const korch__rollout *r); /* by the status that is stored */

#endif
