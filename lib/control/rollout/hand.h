/* A Rollout's decision in progress: what the files of this folder share. */
#ifndef KORCH_CONTROL_ROLLOUT_HAND_H
#define KORCH_CONTROL_ROLLOUT_HAND_H

#include "control/rollout/rollout.h"
#include <korch/strategy/rollout.h>

/* One ReplicaSet as the plan leaves it. */
typedef struct korch__argo_set {
	const korch_replica_set *set; /* what is stored; of a new one, `edited` itself */
	korch_replica_set *edited;    /* the changed copy, NULL while nothing changed */
	const char *hash;             /* borrowed from its labels */
	int is_new;                   /* made by this plan */
} korch__argo_set;

typedef struct korch__argo_hand {
	const korch__argo_input *input;
	const korch_rollout *rollout;
	korch_plan *plan;
	korch_strategy strategy;
	korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_strategy_revision revisions[KORCH_STRATEGY_REVISIONS_MAX];
	korch_strategy_observed observed;
	korch_strategy_plan next;
	korch__argo_set *sets; /* those with a hash, oldest first; room for one more */
	size_t n;
	char hash[12];                /* of the present template */
	char step_hash[12];           /* of the steps */
	char problem[256];            /* why an analysis cannot be started, or "" */
	int pods_changed;             /* the plan writes pods: none of them can be deleted in it */
	korch_rollout *edited;        /* the copy that is written when it differs in the end */
	korch_rollout_status *status; /* of `edited`, exclusive */
} korch__argo_hand;

/* The manifest's step of a planner's step, or NULL behind the last. */
static inline const korch_canary_step *korch__argo_step(const korch__argo_hand *h, int32_t step)
{
	const korch_canary_strategy *canary = h->rollout->spec->strategy->canary;
	return canary && step >= 0 && (size_t)step < h->strategy.n_steps
	           ? &canary->steps[h->steps[step].origin]
	           : NULL;
}

/* The manifest's index of a planner's step; the number of steps behind the last. */
static inline int32_t korch__argo_index(const korch__argo_hand *h, int32_t step)
{
	const korch_canary_strategy *canary = h->rollout->spec->strategy->canary;
	if (step >= 0 && (size_t)step < h->strategy.n_steps)
		return h->steps[step].origin;
	return canary ? (int32_t)canary->n_steps : 0;
}

/* sets.c */
int korch__argo_hand_init(korch__argo_hand *h, const korch__argo_input *input, korch_plan *plan,
                          korch_error **err);
void korch__argo_hand_fini(korch__argo_hand *h);
/* The set of a hash, or NULL. */
korch__argo_set *korch__argo_find(korch__argo_hand *h, const char *hash);
korch_replica_set *korch__argo_set_edit(korch__argo_set *set);
/* The number that the revision of the present template has, or will have. */
int64_t korch__argo_number(korch__argo_hand *h);
/* Makes the current set; *collided is set to 1 when its name is taken. */
int korch__argo_create(korch__argo_hand *h, int *collided);
/* Sizes, times of scaling down, and history, as the plan has them. */
int korch__argo_apply_targets(korch__argo_hand *h);
/* Puts what changed into the plan. */
int korch__argo_flush_sets(korch__argo_hand *h);

/* observe.c */
void korch__argo_observe(korch__argo_hand *h);
/* The weights that a status has, of a hash. */
int32_t korch__argo_weight_of(const korch_rollout_status *status, const char *hash);

/* services.c */
/* All services that are named must be there; with the path and Argo's words. */
int korch__argo_check_services(const korch__argo_input *input, korch_error **err);
const char *korch__argo_selected(const korch__argo_hand *h, korch__argo_service which);
int korch__argo_apply_services(korch__argo_hand *h);

/* analysis.c: AnalysisRuns */
void korch__argo_observe_runs(korch__argo_hand *h);
int korch__argo_apply_runs(korch__argo_hand *h);
/* experiment.c */
void korch__argo_observe_experiment(korch__argo_hand *h);
int korch__argo_apply_experiment(korch__argo_hand *h);
/* The experiment of the present step, or NULL. */
const korch_experiment *korch__argo_experiment(const korch__argo_hand *h);

/* gate.c: steps of somebody else's making */
void korch__argo_observe_gate(korch__argo_hand *h);
int korch__argo_apply_gate(korch__argo_hand *h);

/* metadata.c: what pods bear while they play a part, anti-affinity */
int korch__argo_apply_metadata(korch__argo_hand *h);
int korch__argo_add_anti_affinity(const korch__argo_hand *h, korch_pod_template_spec *template_);
/* restart.c: restartAt */
int korch__argo_restart(korch__argo_hand *h);
/* workload.c: what becomes of the workload that the template is taken from */
int korch__argo_apply_workload(korch__argo_hand *h);

/* weights.c: status.canary.weights */
int korch__argo_write_weights(korch__argo_hand *h);
/* status.c: counters, conditions, phase */
int korch__argo_write_status(korch__argo_hand *h);
/* The message of an aborted Rollout without its reason, as conditions and events have it. */
const char *korch__argo_aborted_text(const korch__argo_hand *h);
/* The generation that was looked at. */
int korch__argo_note_generation(korch__argo_hand *h);
/* conditions.c */
int korch__argo_write_conditions(korch__argo_hand *h);
int korch__argo_condition(korch__argo_hand *h, const char *type, const char *status,
                          const char *reason, const char *message);
/* The condition InvalidSpec, and what the status says as a whole. */
int korch__argo_invalid(korch__argo_hand *h, const char *message);
/* events.c: what happened in this plan, as events */
int korch__argo_write_events(korch__argo_hand *h);

#endif
