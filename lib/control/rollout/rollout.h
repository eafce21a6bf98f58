/*
 * The Rollout decider: plain data in, a plan out. What is done next is decided by
 * korch_rollout_plan(); here it is made of objects and turned into writes. The adapter that
 * gathers the data is controller.c.
 */
#ifndef KORCH_CONTROL_ROLLOUT_ROLLOUT_H
#define KORCH_CONTROL_ROLLOUT_ROLLOUT_H

#include <korch/api/analysis.h>
#include <korch/api/apps.h>
#include <korch/api/core_service.h>
#include <korch/api/experiment.h>
#include <korch/api/rollout.h>
#include <korch/controller.h>
#include <korch/strategy.h>

/* Argo Rollouts' own labels and annotations. */
#define KORCH__ARGO_LABEL_HASH "rollouts-pod-template-hash"
#define KORCH__ARGO_ANNOTATION_REVISION "rollout.argoproj.io/revision"
#define KORCH__ARGO_ANNOTATION_DESIRED "rollout.argoproj.io/desired-replicas"
#define KORCH__ARGO_ANNOTATION_METADATA "rollout.argoproj.io/ephemeral-metadata"
#define KORCH__ARGO_ANNOTATION_MANAGED_BY "argo-rollouts.argoproj.io/managed-by-rollouts"
#define KORCH__ARGO_ANNOTATION_SCALE_DOWN "scale-down-deadline"
#define KORCH__ARGO_LABEL_RUN_TYPE "rollout-type"
#define KORCH__ARGO_LABEL_STEP "step-index"
/* What a Rollout's status has no field for. */
#define KORCH__ARGO_ANNOTATION_STATE "korch.dev/rollout-state"

/* The services that a Rollout names. */
typedef enum korch__argo_service {
	KORCH__ARGO_ACTIVE,
	KORCH__ARGO_PREVIEW,
	KORCH__ARGO_STABLE,
	KORCH__ARGO_CANARY,
	KORCH__ARGO_SERVICES,
} korch__argo_service;

typedef struct korch__argo_input {
	const korch_rollout *rollout;
	const korch_pod_template_spec *template_; /* its own or that of its workload; NULL: there is
	                                             none */
	const korch_label_selector *selector;     /* the same */
	const korch_deployment *workload;         /* of workloadRef, or NULL */
	const korch_replica_set *const *sets; /* those it controls, and those of its namespace without a
	                                         controller */
	size_t n_sets;
	const korch_pod *const *pods; /* of its sets; needed for restartAt and metadata of pods only */
	size_t n_pods;
	const korch_replica_set *name_taken; /* the set of the name that the present template's would
	                                        have, whose ever it is; or NULL */
	const korch_service *services[KORCH__ARGO_SERVICES]; /* NULL: not named, or not there */
	const char *root; /* service that traffic is shared at when the Rollout names none, or NULL */
	const korch_analysis_run *const *runs; /* that it controls */
	size_t n_runs;
	const korch_experiment *const *experiments; /* that it controls */
	size_t n_experiments;
	const korch_view *view; /* for the templates of analyses */
	korch_usec now;
} korch__argo_input;

/* What it waits for, as korch_rollout_explain() says it. */
int korch__argo_explain_input(char out[KORCH_STRATEGY_TEXT_SIZE], const korch__argo_input *input,
                              korch_error **err);
int korch__argo_decide(const korch__argo_input *input, korch_plan *plan, korch_error **err);

/* What a phase of an AnalysisRun, an Experiment or a step plugin means to the planner. */
int32_t korch__argo_outcome(const char *phase);
/* Name of a service that the Rollout names, or NULL. */
const char *korch__argo_service_name(const korch_rollout *rollout, korch__argo_service which);
/* Whether it routes traffic and names no service for it: subsets of one service, as Istio has them.
 */
int korch__argo_shares_subsets(const korch_rollout *rollout);
/* The service of that Rollout: the first one by name that selects pods of the template. */
const char *korch__argo_find_root(const korch_view *view, const korch_rollout *rollout,
                                  const korch_pod_template_spec *template_);
/* The hash of a template for this Rollout, and the name of its ReplicaSet. */
void korch__argo_hash(char out[12], const korch_rollout *rollout,
                      const korch_pod_template_spec *template_);
/* The hash that a set or pod bears, "" when none. */
const char *korch__argo_hash_of(const korch_object *object);
/* The revision annotation as a number, 0 when there is none. */
int64_t korch__argo_revision_of(const korch_object *object);

/* The template of a set as its Rollout had it: without hash and without what its pods bear while
 * they play a part. Into the slot of an exclusively owned struct; 0 or KORCH_E_NOMEM. */
int korch__argo_template_of(korch_pod_template_spec **slot, const korch_replica_set *set);
/* The same of a Rollout in a view. */
int korch__argo_explain(char out[KORCH_STRATEGY_TEXT_SIZE], const korch_view *view,
                        const korch_rollout *rollout, korch_error **err);

/* The remembered state of a Rollout, no time of it later than now; strings are borrowed from it.
 * state.c */
void korch__argo_state_read(korch_strategy_state *out, const korch_rollout *rollout,
                            const korch_strategy *strategy, korch_usec now);
/* Writes it into an exclusively owned Rollout with an exclusive status. 0 or KORCH_E_NOMEM. */
int korch__argo_state_write(korch_rollout *rollout, korch_rollout_status *status,
                            const korch_strategy_state *state, const korch_strategy *strategy);

int korch__argo_controller(korch_controller_spec *out);
/* Services that no Rollout names any more. */
int korch__argo_release_controller(korch_controller_spec *out);

#endif
