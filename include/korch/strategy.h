/*
 * Strategies: how one revision takes the place of another. A pure planner over plain data: what is
 * wished, what is there, what time it is, and out comes what to do next. No store, no engine, no
 * loop: it serves a program that has its own way to start things and to route traffic. Analysis:
 * strategy/analysis.h; conditions: strategy/condition.h; routers: sys/router.h.
 */
#ifndef KORCH_STRATEGY_H
#define KORCH_STRATEGY_H

#include <korch/error.h>
#include <korch/loop.h>
#include <stddef.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/**
 * @file strategy.h Rolling, Recreate, canary and blue-green as one planner.
 *
 * A workload has **revisions**, each a number of equal replicas. One is **current** (of the wished
 * template), one is **stable** (the last that was promoted; the same when there is nothing to do).
 * korch_rollout_plan() is called whenever something may have changed, as often as one likes: the
 * same input gives the same plan, and a plan that was carried out is followed by an empty one.
 *
 * The law that no plan breaks: for each revision weight/100 × demand ≤ ready × capacity, where
 * `replicas` ready replicas carry the whole demand; weights sum to 100; no revision is scaled below
 * what it carries; an aborted rollout never scales the current revision up again. When replicas are
 * lost it cannot hold everywhere; then weight goes where there is capacity, and none is added to
 * what is overloaded.
 *
 * Thread rules: no function here keeps anything; calls with different arguments may run in
 * parallel.
 */

/** Revisions that a plan can deal with. */
#define KORCH_STRATEGY_REVISIONS_MAX 64
/** Steps of a canary. */
#define KORCH_STRATEGY_STEPS_MAX 256
/** Events of one plan. */
#define KORCH_STRATEGY_EVENTS_MAX 8

/** @name What is wished
 * @{ */

/** How revisions replace each other. */
typedef enum korch_strategy_type {
	KORCH_STRATEGY_ROLLING = 0,    /**< a Deployment's RollingUpdate */
	KORCH_STRATEGY_RECREATE = 1,   /**< all old ones go, then the new ones come */
	KORCH_STRATEGY_CANARY = 2,     /**< step by step, with weights */
	KORCH_STRATEGY_BLUE_GREEN = 3, /**< whole beside whole, then switched */
} korch_strategy_type;

/** What a step of a canary does. */
typedef enum korch_strategy_step_type {
	KORCH_STRATEGY_SET_WEIGHT = 0,       /**< so much of the traffic to the current revision */
	KORCH_STRATEGY_PAUSE = 1,            /**< wait for `duration_us`, or until promoted */
	KORCH_STRATEGY_SET_CANARY_SCALE = 2, /**< a size that does not follow the weight */
	KORCH_STRATEGY_SET_HEADER_ROUTE = 3, /**< requests with these headers to the current revision */
	KORCH_STRATEGY_SET_MIRROR_ROUTE = 4, /**< copies of requests to the current revision */
	KORCH_STRATEGY_ANALYSIS = 5,         /**< an analysis has to succeed */
	KORCH_STRATEGY_EXPERIMENT = 6,       /**< an experiment has to succeed */
	KORCH_STRATEGY_GATE = 7,  /**< somebody else says when to go on (a webhook, a plugin) */
	KORCH_STRATEGY_CHECK = 8, /**< one look at the metrics after `duration_us`; a failed one is
	                             repeated and counted (Flagger's interval and threshold) */
} korch_strategy_step_type;

/** What the size of the current revision follows after SET_CANARY_SCALE. */
typedef enum korch_strategy_scale {
	KORCH_STRATEGY_SCALE_TRAFFIC = 0,  /**< the weight of the traffic (matchTrafficWeight) */
	KORCH_STRATEGY_SCALE_WEIGHT = 1,   /**< `scale` percent of the replicas */
	KORCH_STRATEGY_SCALE_REPLICAS = 2, /**< `scale` replicas */
} korch_strategy_scale;

/** A step of a canary. */
typedef struct korch_strategy_step {
	int32_t type;           /**< a korch_strategy_step_type */
	int32_t weight;         /**< SET_WEIGHT: 0 … max_weight; SET_MIRROR_ROUTE: percentage */
	int32_t scale_by;       /**< SET_CANARY_SCALE: a korch_strategy_scale */
	int32_t scale;          /**< SET_CANARY_SCALE: percent or replicas */
	korch_usec duration_us; /**< PAUSE: how long, 0: until promoted; CHECK: interval; EXPERIMENT:
	                           how long it runs, for the explanation */
	const char *name; /**< routes: which one (a later step of the same name and without matches
	                     removes it); GATE: which one; otherwise NULL */
	int32_t removes;  /**< routes: 1: the step removes the route */
	int32_t origin;   /**< the caller's: index of the step in a manifest where one step does several
	                     things; not looked at */
} korch_strategy_step;

/** What is wished. A zeroed struct with size and replicas set is a rolling update without surge.
 * All pointers are borrowed. */
typedef struct korch_strategy {
	size_t size;             /**< sizeof(korch_strategy) */
	int32_t type;            /**< a korch_strategy_type */
	int32_t replicas;        /**< how many replicas carry the whole demand */
	int32_t max_surge;       /**< replicas that there may be too many */
	int32_t max_unavailable; /**< replicas that may be missing; with max_surge 0 at least 1 */
	int32_t paused;          /**< spec.paused: nothing goes on; sizes still follow `replicas` */
	int32_t history_limit;   /**< old revisions of size 0 that are kept */
	int32_t rollback_window; /**< going back to one of so many last revisions skips the steps; 0:
	                            none. The numbers are those from before the current one gets a new
	                            one */
	int32_t deadline_aborts; /**< progressDeadlineAbort: no progress in time aborts */
	korch_usec deadline_us;  /**< without progress for so long it has failed; 0: never */
	korch_usec scale_down_delay_us;       /**< how long a revision without traffic stays up; with a
	                                         router, and for blue-green */
	korch_usec abort_scale_down_delay_us; /**< how long the current one stays up after an abort; 0:
	                                         not scaled down at all; negative: at once */
	int32_t scale_down_revision_limit; /**< so many revisions are kept up meanwhile; 0: no limit */

	/* canary */
	int32_t traffic;          /**< 1: a router sets weights; 0: replicas are the weights */
	int32_t max_weight;       /**< what all weights sum to; 0: 100 */
	int32_t dynamic_stable;   /**< dynamicStableScale: the stable one shrinks as weight leaves it */
	int32_t min_per_revision; /**< minPodsPerReplicaSet; with a router; 0: none */
	int32_t background;       /**< 1: there is a background analysis */
	int32_t background_step;  /**< from which step on it runs */
	int32_t check_threshold;  /**< failed CHECKs before it aborts; 0: the first aborts */
	int32_t promote_weight_step; /**< Flagger's stepWeightPromotion: traffic returns to the stable
	                                one in such steps after promotion; 0: at once */
	const korch_strategy_step *steps; /**< in order */
	size_t n_steps;                   /**< at most KORCH_STRATEGY_STEPS_MAX */

	/* blue-green */
	int32_t has_preview;          /**< there is a preview service */
	int32_t preview_replicas;     /**< size until promotion begins; 0: `replicas` */
	int32_t auto_promotion;       /**< 1: switched without being asked */
	int32_t pre_analysis;         /**< 1: an analysis has to succeed before the switch */
	int32_t post_analysis;        /**< 1: an analysis has to succeed after it */
	int32_t reserved;             /**< 0 */
	korch_usec auto_promotion_us; /**< 0: none; with auto_promotion 0: promoted after this pause */
} korch_strategy;
/** @} */

/** @name What is there
 * @{ */

/** One revision as it stands. */
typedef struct korch_strategy_revision {
	const char *hash;         /**< identity (pod-template-hash) */
	int64_t number;           /**< newer ones have greater numbers */
	int32_t size;             /**< replicas that it was told to have */
	int32_t present;          /**< replicas that exist, those that are going left out; with Recreate
	                             they count as long as they run */
	int32_t ready;            /**< that are ready */
	int32_t available;        /**< that are ready long enough */
	int32_t weight;           /**< of the traffic, as was set last; whether it is in force says
	                             traffic_verified; 0 without a router */
	int32_t referenced;       /**< 1: somebody else needs it (an experiment): left alone */
	korch_usec scale_down_at; /**< when it is scaled down; 0: no time was set */
} korch_strategy_revision;

/** How far an analysis, experiment or gate is. */
typedef enum korch_strategy_outcome {
	KORCH_STRATEGY_NONE = 0,         /**< there is none */
	KORCH_STRATEGY_RUNNING = 1,      /**< started, not at its end */
	KORCH_STRATEGY_SUCCESSFUL = 2,   /**< go on */
	KORCH_STRATEGY_FAILED = 3,       /**< abort */
	KORCH_STRATEGY_ERROR = 4,        /**< could not be carried out: abort */
	KORCH_STRATEGY_INCONCLUSIVE = 5, /**< a person has to decide: pause */
} korch_strategy_outcome;

/** The analyses that a rollout can have at one time. */
typedef enum korch_strategy_slot {
	KORCH_STRATEGY_SLOT_STEP = 0,       /**< of the present step (ANALYSIS, CHECK) */
	KORCH_STRATEGY_SLOT_BACKGROUND = 1, /**< beside the steps */
	KORCH_STRATEGY_SLOT_PRE = 2,        /**< blue-green, before the switch */
	KORCH_STRATEGY_SLOT_POST = 3,       /**< blue-green, after it */
	KORCH_STRATEGY_SLOTS = 4,           /**< how many slots there are */
} korch_strategy_slot;

/** An analysis as it stands. */
typedef struct korch_strategy_analysis {
	int32_t outcome;   /**< a korch_strategy_outcome */
	int32_t step;      /**< STEP: of which step; otherwise 0 */
	uint32_t attempt;  /**< STEP: what state.attempt was when it was started; otherwise 0 */
	uint32_t reserved; /**< 0 */
} korch_strategy_analysis;

/** Why it is paused; bits. */
typedef enum korch_strategy_pause {
	KORCH_STRATEGY_PAUSED_STEP = 1,         /**< CanaryPauseStep */
	KORCH_STRATEGY_PAUSED_BLUE_GREEN = 2,   /**< BlueGreenPause */
	KORCH_STRATEGY_PAUSED_INCONCLUSIVE = 4, /**< InconclusiveAnalysisRun or …Experiment */
} korch_strategy_pause;

/**
 * What a rollout remembers from plan to plan (a Rollout's status). Zeroed: nothing has happened
 * yet. Verbs are changes of it: korch_rollout_promote() and its neighbours.
 */
typedef struct korch_strategy_state {
	const char *stable;        /**< hash of the stable revision; NULL: nothing was ever promoted */
	const char *current;       /**< hash that `step` and the rest are about; NULL: none yet */
	int32_t step;              /**< of the canary; n_steps: all are done */
	int32_t aborted;           /**< 1: back to stable */
	int32_t promote_full;      /**< 1: no more steps, pauses and analyses until it is promoted */
	uint32_t pauses;           /**< korch_strategy_pause bits in force; a verb clears them */
	uint32_t paused;           /**< bits that were set by the planner: one that is here and not in
	                              `pauses` was lifted by a person */
	uint32_t checks_failed;    /**< CHECKs that failed in this rollout */
	uint32_t attempt;          /**< grows with each analysis of a step that has to be repeated, each
	                              retry and each new current revision: with the step it names an
	                              analysis, an experiment, a gate */
	int32_t scale_up_preview;  /**< blue-green: the preview was good; it goes to its full size */
	int32_t post_since_set;    /**< blue-green: post_since_us counts */
	int32_t reason;            /**< why it was aborted: a korch_strategy_reason */
	int32_t timed_out;         /**< 1: there was no progress in time */
	uint32_t stale;            /**< bits 1 << slot: what is seen there is of an earlier try */
	int32_t replicas;          /**< spec's replicas in the last plan */
	int32_t surge;             /**< spec's max_surge in the last plan */
	korch_usec pause_since_us; /**< when the pause began */
	korch_usec step_since_us;  /**< when the present step began */
	korch_usec aborted_us;     /**< when it was aborted */
	korch_usec progress_us;    /**< when something went on last */
	korch_usec post_since_us;  /**< when the active service was switched */
	uint64_t progress_mark;    /**< what it was that went on; the planner's own */
} korch_strategy_state;

/** What is there. All pointers are borrowed. */
typedef struct korch_strategy_observed {
	size_t size;                              /**< sizeof(korch_strategy_observed) */
	const korch_strategy_revision *revisions; /**< in any order; hashes differ */
	size_t n_revisions;                       /**< at most KORCH_STRATEGY_REVISIONS_MAX */
	const char *current;      /**< hash of the wished template; its revision need not exist yet */
	int32_t steps_changed;    /**< the steps are not those that state.step is about: start again */
	int32_t traffic_verified; /**< 1: the weights of the revisions are in force for all requests */
	korch_strategy_state state;                             /**< what was remembered */
	korch_strategy_analysis analyses[KORCH_STRATEGY_SLOTS]; /**< of the current revision */
	int32_t experiment;        /**< a korch_strategy_outcome: of the present step's */
	int32_t experiment_weight; /**< of all its templates together, 0 … max_weight; it is taken from
	                              the stable one as long as the plan wants the experiment */
	int32_t gate;              /**< a korch_strategy_outcome: of the present step's */
	int32_t reserved;          /**< 0 */
	const char *active;  /**< blue-green: hash that the active service selects; NULL: none yet */
	const char *preview; /**< the same of the preview service */
	const char *canary_service; /**< canary: hash that its service selects; "": none yet; NULL: no
	                               such service, or unknown (what the plan says about it does not
	                               count as a change then) */
	const char *stable_service; /**< the same of the stable service */
} korch_strategy_observed;
/** @} */

/** @name What to do
 * @{ */

/** A revision as it should be. */
typedef struct korch_strategy_target {
	const char *hash;         /**< which; borrowed from the input */
	int32_t size;             /**< replicas that it should have */
	int32_t weight;           /**< of the traffic; 0 without a router */
	korch_usec scale_down_at; /**< time that should be noted with it; 0: none */
	int32_t remove;           /**< 1: an old one that is not kept any more */
	int32_t create;           /**< 1: it does not exist yet */
} korch_strategy_target;

/** What a rollout is doing, as a Rollout's status.phase has it. */
typedef enum korch_strategy_phase {
	KORCH_STRATEGY_HEALTHY = 0,     /**< the current revision is stable and has its size */
	KORCH_STRATEGY_PROGRESSING = 1, /**< under way */
	KORCH_STRATEGY_HELD = 2,        /**< "Paused": a person or the clock has to go on */
	KORCH_STRATEGY_DEGRADED = 3,    /**< aborted, or no progress in time */
} korch_strategy_phase;

/** What it waits for. */
typedef enum korch_strategy_wait {
	KORCH_STRATEGY_WAIT_NOTHING = 0,     /**< done, or the plan itself goes on */
	KORCH_STRATEGY_WAIT_CREATED = 1,     /**< the current revision to be made */
	KORCH_STRATEGY_WAIT_AVAILABLE = 2,   /**< `have` of `want` replicas of `hash` are available */
	KORCH_STRATEGY_WAIT_GONE = 3,        /**< `have` replicas of old revisions to end */
	KORCH_STRATEGY_WAIT_TRAFFIC = 4,     /**< the weights to be in force */
	KORCH_STRATEGY_WAIT_PAUSE = 5,       /**< the end of a timed pause, `at_us` */
	KORCH_STRATEGY_WAIT_PROMOTION = 6,   /**< a person to promote it */
	KORCH_STRATEGY_WAIT_ANALYSIS = 7,    /**< an analysis, `slot` */
	KORCH_STRATEGY_WAIT_EXPERIMENT = 8,  /**< an experiment */
	KORCH_STRATEGY_WAIT_GATE = 9,        /**< somebody else to open the gate */
	KORCH_STRATEGY_WAIT_CHECK = 10,      /**< the next look at the metrics, `at_us` */
	KORCH_STRATEGY_WAIT_SCALE_DOWN = 11, /**< a delay before an old revision is scaled down, `at_us`
	                                      */
	KORCH_STRATEGY_WAIT_RESUME = 12,     /**< spec.paused to be taken away */
	KORCH_STRATEGY_WAIT_RETRY = 13,      /**< aborted: a person, or a new template */
} korch_strategy_wait;

/** What happens when the waiting is over. */
typedef enum korch_strategy_next {
	KORCH_STRATEGY_NEXT_NOTHING = 0,    /**< done */
	KORCH_STRATEGY_NEXT_STEP = 1,       /**< step `next_step` begins */
	KORCH_STRATEGY_NEXT_SCALE = 2,      /**< sizes change */
	KORCH_STRATEGY_NEXT_WEIGHT = 3,     /**< traffic moves */
	KORCH_STRATEGY_NEXT_SWITCH = 4,     /**< the active service is switched */
	KORCH_STRATEGY_NEXT_PROMOTE = 5,    /**< the current revision becomes the stable one */
	KORCH_STRATEGY_NEXT_SCALE_DOWN = 6, /**< old revisions go */
} korch_strategy_next;

/** Why it waits: data, of which korch_rollout_explain() makes a sentence. */
typedef struct korch_strategy_explanation {
	int32_t wait;        /**< a korch_strategy_wait */
	int32_t next;        /**< a korch_strategy_next */
	int32_t next_step;   /**< NEXT_STEP: which, from 0 */
	int32_t slot;        /**< WAIT_ANALYSIS: a korch_strategy_slot */
	int32_t have;        /**< of … */
	int32_t want;        /**< … so many */
	const char *hash;    /**< of which revision; NULL: of none in particular */
	korch_usec since_us; /**< since when; 0: unknown */
	korch_usec at_us;    /**< when it ends by itself; 0: not by the clock */
} korch_strategy_explanation;

/** What happened in this plan, for events. */
typedef enum korch_strategy_event {
	KORCH_STRATEGY_EVENT_STARTED = 1,   /**< a new current revision */
	KORCH_STRATEGY_EVENT_STEP = 2,      /**< step `step` was completed */
	KORCH_STRATEGY_EVENT_PAUSED = 3,    /**< a pause began */
	KORCH_STRATEGY_EVENT_RESUMED = 4,   /**< a pause ended */
	KORCH_STRATEGY_EVENT_WEIGHT = 5,    /**< weights changed */
	KORCH_STRATEGY_EVENT_SWITCHED = 6,  /**< the active service was switched */
	KORCH_STRATEGY_EVENT_ABORTED = 7,   /**< see `reason` */
	KORCH_STRATEGY_EVENT_PROMOTED = 8,  /**< the current revision became the stable one */
	KORCH_STRATEGY_EVENT_SKIPPED = 9,   /**< steps were left out: a rollback */
	KORCH_STRATEGY_EVENT_CHECK = 10,    /**< a CHECK failed and is repeated */
	KORCH_STRATEGY_EVENT_DEADLINE = 11, /**< no progress in time */
} korch_strategy_event;

/** Why it was aborted. */
typedef enum korch_strategy_reason {
	KORCH_STRATEGY_REASON_NONE = 0,       /**< it is not */
	KORCH_STRATEGY_REASON_USER = 1,       /**< somebody asked for it */
	KORCH_STRATEGY_REASON_ANALYSIS = 2,   /**< an analysis failed or could not be done */
	KORCH_STRATEGY_REASON_EXPERIMENT = 3, /**< an experiment failed */
	KORCH_STRATEGY_REASON_GATE = 4,       /**< a gate said no */
	KORCH_STRATEGY_REASON_CHECKS = 5,     /**< too many checks failed */
	KORCH_STRATEGY_REASON_DEADLINE = 6,   /**< no progress in time */
} korch_strategy_reason;

/** A plan. Memory of the caller's; all pointers in it are borrowed from the input. */
typedef struct korch_strategy_plan {
	size_t size; /**< sizeof(korch_strategy_plan) */
	korch_strategy_target targets[KORCH_STRATEGY_REVISIONS_MAX + 1]; /**< one for each revision, in
	                                                                 the input's order, and a
	                                                                 created one at the end */
	size_t n_targets;           /**< how many targets there are */
	korch_strategy_state state; /**< to be remembered; stable, current borrowed */
	uint32_t start;     /**< bits 1 << slot: analyses to start (for the current revision; STEP: for
	                       state.step and state.attempt) */
	uint32_t terminate; /**< bits 1 << slot: analyses to end */
	int32_t experiment; /**< 1: the present step's experiment should exist; 0: none should run */
	int32_t gate;       /**< 1: the present step's gate should be asked (its outcome is RUNNING, not
	                       NONE, while it has not answered) */
	uint64_t routes[KORCH_STRATEGY_STEPS_MAX / 64]; /**< bit s: the header or mirror route of step s
	                                                   is in force */
	const char *active;  /**< blue-green: what the active service should select; NULL: leave it */
	const char *preview; /**< the same of the preview service */
	const char *canary_service;     /**< canary: what its service should select; NULL: leave it */
	const char *stable_service;     /**< the same of the stable service */
	int32_t phase;                  /**< a korch_strategy_phase */
	int32_t reason;                 /**< why it is aborted: a korch_strategy_reason */
	korch_strategy_explanation why; /**< what it waits for */
	int32_t events[KORCH_STRATEGY_EVENTS_MAX]; /**< korch_strategy_event, in order */
	size_t n_events;                           /**< how many events there are */
	korch_usec wake_at; /**< call again then at the latest; KORCH_USEC_NEVER: no need */
	int32_t changed;  /**< 1: something differs from what is there: sizes, weights, times, services,
	                     state, analyses */
	int32_t reserved; /**< 0 */
} korch_strategy_plan;

/**
 * Plans the next move. Never more than one move ahead of what is observed: sizes and weights are
 * such that the law holds whichever of them is carried out first, or alone. A plan that decides
 * something (a step is done, an abort, a promotion: the state) leaves sizes, weights and services
 * as they are; wake_at is now then, and the next plan acts on the state that was recorded.
 * @param out filled in on success; untouched on failure.
 * @param spec what is wished. @param observed what is there. @param now the time.
 * @return 0; KORCH_E_INVALID (NULL, sizes, negative numbers, weights out of range, a revision
 * twice, surge and unavailable both 0 …: korch_strategy_check() says which), KORCH_E_LIMIT (too
 * many revisions or steps).
 *
 * Sources: Argo Rollouts' controller (steps, pauses, promotion, scale-down delays), Kubernetes'
 * Deployment controller (rolling), Flagger's scheduler (checks). Needs no memory; about a
 * microsecond for two revisions. @since 0.1
 */
KORCH_API int korch_rollout_plan(korch_strategy_plan *out, const korch_strategy *spec,
                                 const korch_strategy_observed *observed, korch_usec now);

/** Says in one line what is wrong with a strategy: KORCH_E_INVALID or KORCH_E_LIMIT; 0 when nothing
 * is. @since 0.1 */
KORCH_API int korch_strategy_check(const korch_strategy *spec, korch_error **err);

/**
 * Whether a plan keeps the law, given what is there: for tests and for routers that want to be
 * sure. @return 0, or KORCH_E_INTERNAL with the sentence that says which revision breaks it. @since
 * 0.1
 */
KORCH_API int korch_rollout_law(const korch_strategy *spec, const korch_strategy_observed *observed,
                                const korch_strategy_plan *plan, korch_error **err);

/** Room for any explanation, its NUL included. */
#define KORCH_STRATEGY_TEXT_SIZE 512
/**
 * One sentence: what it waits for, since when, what happens next and when: "paused at step 2 of 5
 * for another 4m10s (since 50s); then step 3: setWeight 60". @param now for the durations. @return
 * its length. @since 0.1
 */
KORCH_API size_t korch_rollout_explain(char out[KORCH_STRATEGY_TEXT_SIZE],
                                       const korch_strategy *spec, const korch_strategy_plan *plan,
                                       korch_usec now);
/** A step in words: "setWeight: 20", "pause: 1h0m0s", "pause" …: @return its length. @since 0.1 */
KORCH_API size_t korch_strategy_step_text(char out[KORCH_STRATEGY_TEXT_SIZE],
                                          const korch_strategy_step *step);
/** @} */

/** @name Verbs
 * What Argo Rollouts' client does to a Rollout's status, on the state. None touches anything that
 * it does not name. @{ */
/** Goes on: lifts a pause; without one, or with one for good, skips the present step. @since 0.1 */
KORCH_API void korch_rollout_promote(korch_strategy_state *state, const korch_strategy *spec);
/** Skips all steps, pauses and analyses that are left. Does nothing when there is nothing to
 * promote. @since 0.1 */
KORCH_API void korch_rollout_promote_full(korch_strategy_state *state);
/** Back to stable. @since 0.1 */
KORCH_API void korch_rollout_abort(korch_strategy_state *state);
/** Tries an aborted rollout again from its first step. @since 0.1 */
KORCH_API void korch_rollout_retry(korch_strategy_state *state);
/** @} */

KORCH_END_DECLS

#endif
