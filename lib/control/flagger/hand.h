/* A Canary's decision in progress: what the files of this folder share. */
#ifndef KORCH_CONTROL_FLAGGER_HAND_H
#define KORCH_CONTROL_FLAGGER_HAND_H

#include "control/flagger/flagger.h"
#include "control/flagger/hooks.h"

/* The target while its template is that of the primary. */
#define KORCH__FLAGGER_IDLE "target"

enum { KORCH__FLAGGER_ID_SIZE = 48, KORCH__FLAGGER_CONFIGS_MAX = 64 };

/* A ConfigMap or Secret that the target's pods use. */
typedef struct korch__flagger_config {
	const korch_object *object;
	char key[272];     /* "configmap/NAME", "secret/NAME" */
	char checksum[20]; /* of its data */
} korch__flagger_config;

/*
 * To the planner the two Deployments are revisions. The primary is always "primary". While an
 * update is judged it is the stable one, and the target is the current one under the id of its
 * template. When the primary has got the template the parts change: the target is stable (it has
 * been found good) and the primary current, until it is there as a whole.
 */
typedef struct korch__flagger_hand {
	const korch__flagger_input *input;
	const korch_flagger_canary *canary;
	korch_plan *plan;
	korch_flagger_canary *edited;        /* the copy that is written when it differs in the end */
	korch_flagger_canary_status *status; /* of `edited`, exclusive */
	char hash[12];                       /* of the target's template */
	char id[KORCH__FLAGGER_ID_SIZE];     /* of the template and what its pods use */
	const char *promoted;                /* id that the primary is a copy of */
	const char *label, *value;           /* that tells the target's pods: app=web */
	korch__flagger_config configs[KORCH__FLAGGER_CONFIGS_MAX];
	size_t n_configs;
	korch_flagger_primary size;
	korch_usec interval;
	korch_strategy strategy;
	korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_strategy_revision revisions[2]; /* primary, target */
	korch_strategy_observed observed;
	korch_strategy_plan next;
	char stable[KORCH__FLAGGER_ID_SIZE]; /* that the state points to */
	char current[KORCH__FLAGGER_ID_SIZE];
	int32_t told;   /* replicas that the target was told to have last */
	int32_t wish;   /* replicas that somebody else told it to have since; 0: nobody did */
	int32_t weight; /* of the target, as was asked for last */
	int is_known;   /* a state was remembered: it is initialized */
	char words[KORCH__FLAGGER_WORDS_SIZE]; /* webhooks that are wanted */
} korch__flagger_hand;

/* hand.c */
int korch__flagger_hand_init(korch__flagger_hand *h, const korch__flagger_input *input,
                             korch_plan *plan);
void korch__flagger_hand_fini(korch__flagger_hand *h);
/* The label of the target's selector that Flagger goes by; 0 or KORCH_E_INVALID. */
int korch__flagger_find_label(korch__flagger_hand *h, korch_error **err);
/* Whether the primary is being updated to what was found good. */
int korch__flagger_is_promoting(const korch__flagger_hand *h);
/* Sets an annotation of the edited copy when it differs; value NULL: removes it. */
int korch__flagger_annotate(korch__flagger_hand *h, const char *key, const char *value);

/* decide.c: what is wished, what is there, and whether the primary may get it; in this order, the
 * second when a state was remembered */
int korch__flagger_read_spec(korch__flagger_hand *h, korch_error **err);
void korch__flagger_look(korch__flagger_hand *h);
int korch__flagger_can_promote(const korch__flagger_hand *h);

/* configs.c */
void korch__flagger_find_configs(korch__flagger_hand *h);
/* Copies them under the name of the primary. */
int korch__flagger_copy_configs(korch__flagger_hand *h);
/* Lets an exclusively owned pod spec use the copies. */
int korch__flagger_use_copies(const korch__flagger_hand *h, korch_pod_spec *spec);

/* primary.c */
int korch__flagger_make_primary(korch__flagger_hand *h);
/* The target's template, and how it is updated, become the primary's. */
int korch__flagger_promote(korch__flagger_hand *h);
int korch__flagger_is_whole(const korch_deployment *deployment);
/* The size that somebody else gave the target becomes the primary's, when nothing is judged. */
int korch__flagger_fulfil_wish(korch__flagger_hand *h);
/* spec.replicas of the target. */
int korch__flagger_scale_target(korch__flagger_hand *h, int32_t replicas);

/* services.c */
int korch__flagger_put_service(korch__flagger_hand *h, korch__flagger_service which);

/* state.c */
void korch__flagger_state_read(korch__flagger_hand *h);
int korch__flagger_state_write(korch__flagger_hand *h, const korch_strategy_state *state);

/* observe.c */
void korch__flagger_observe(korch__flagger_hand *h);

/* hooks.c */
int32_t korch__flagger_gate_outcome(const korch__flagger_hand *h);
int32_t korch__flagger_rollback_outcome(const korch__flagger_hand *h);
/* What the webhooks of a check say; SUCCESSFUL when there are none. */
int32_t korch__flagger_check_hooks(const korch__flagger_hand *h, const korch_strategy_state *state);
void korch__flagger_want_check(korch__flagger_hand *h, const korch_strategy_state *state);
/* The gate, the rollback and the end of a rollout; after the phase is known. */
int korch__flagger_write_words(korch__flagger_hand *h);

/* checks.c: AnalysisRuns */
int32_t korch__flagger_check_outcome(const korch__flagger_hand *h);
int korch__flagger_apply_checks(korch__flagger_hand *h);

/* metrics.c: a metric of a Canary as one of an AnalysisRun */
int korch__flagger_metric(korch_analysis_metric *out, const korch__flagger_hand *h,
                          const korch_flagger_metric *metric, korch_error **err);
/* queries.c: the query of a metric that needs no template, with variables; NULL: there is none */
const char *korch__flagger_query(const char *provider, const char *metric);

/* status.c */
int korch__flagger_write_status(korch__flagger_hand *h);
int korch__flagger_set_phase(korch__flagger_hand *h, const char *phase);
/* events.c */
int korch__flagger_write_events(korch__flagger_hand *h);
int korch__flagger_say(korch__flagger_hand *h, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* finalize.c: a Canary that is being deleted */
int korch__flagger_finalize(korch__flagger_hand *h);
int korch__flagger_hold(korch__flagger_hand *h); /* lets it stay until it has reverted */

#endif
