/*
 * Flagger's Canaries as the planner's wish. For programs that have manifests and start things in
 * their own way; the cluster's controller (lib/control/flagger) uses the same.
 */
#ifndef KORCH_STRATEGY_FLAGGER_H
#define KORCH_STRATEGY_FLAGGER_H

#include <korch/api/flagger.h>
#include <korch/strategy.h>

KORCH_BEGIN_DECLS

/** @file strategy/flagger.h Canaries of flagger.app/v1beta1 as strategies. */

/** @name Names of steps
 * What a step of type GATE waits for is the type of the webhooks that are asked. @{ */
#define KORCH_FLAGGER_CONFIRM_ROLLOUT "confirm-rollout"          /**< before anything starts */
#define KORCH_FLAGGER_PRE_ROLLOUT "pre-rollout"                  /**< a CHECK without metrics */
#define KORCH_FLAGGER_CONFIRM_TRAFFIC "confirm-traffic-increase" /**< before more traffic */
#define KORCH_FLAGGER_CONFIRM_PROMOTION "confirm-promotion"      /**< before promotion */
#define KORCH_FLAGGER_MATCH_ROUTE "canary-match"   /**< header route of analysis.match */
#define KORCH_FLAGGER_MIRROR_ROUTE "canary-mirror" /**< mirror route of analysis.mirror */
/** @} */

/** The primary, as far as it bears on the steps. */
typedef struct korch_flagger_primary {
	size_t size;             /**< sizeof(korch_flagger_primary) */
	int32_t replicas;        /**< that carry the whole demand */
	int32_t max_unavailable; /**< of these an update of the primary may leave out so many; with
	                            Recreate all */
} korch_flagger_primary;

/**
 * What a Canary wishes while its update is judged, with Flagger's defaults where it says nothing.
 *
 * The stable revision is the primary, the current one the target. When all steps are done the
 * primary gets the target's template; for that the last step gives the target at least the traffic
 * that the primary cannot carry while it is updated.
 *
 * Steps: the gates of confirm-rollout, all replicas, the check of pre-rollout; then for stepWeight
 * and stepWeights a gate of confirm-traffic-increase, a weight and a check for each; for iterations
 * a check for each, with the route of `match` (A/B testing) or of `mirror`; the gate of
 * confirm-promotion. Gates without a webhook are left out. A CHECK's origin is the number of
 * iterations that are done with it; a SET_WEIGHT's is 1 when it is there for the update only.
 * @param out filled in; borrows from `canary` and `steps`.
 * @param steps room for KORCH_STRATEGY_STEPS_MAX.
 * @param canary with a spec. @param primary how large it is.
 * @return 0; KORCH_E_INVALID (no analysis, a duration that does not parse, weights that do not
 * grow; the error names the field), KORCH_E_LIMIT (more steps than there is room for); outputs are
 * untouched then.
 *
 * Source: Flagger, pkg/controller/scheduler.go. @since 0.1
 */
KORCH_API int korch_strategy_from_canary(korch_strategy *out, korch_strategy_step *steps,
                                         const korch_flagger_canary *canary,
                                         const korch_flagger_primary *primary, korch_error **err);

/** The weight that the target must have so that the primary can be updated: what that cannot carry
 * meanwhile. 0 to 100. @since 0.1 */
KORCH_API int32_t korch_flagger_update_weight(const korch_flagger_primary *primary);
/** spec.analysis, or canaryAnalysis, its old name; NULL: neither. Borrowed. @since 0.1 */
KORCH_API const korch_flagger_analysis *
korch_flagger_analysis_of(const korch_flagger_canary *canary);
/** Whether there is a webhook of a type ("rollout" when it names none): 1 or 0. @since 0.1 */
KORCH_API int korch_flagger_has_webhook(const korch_flagger_canary *canary, const char *type);
/** Time between two checks: 1 minute when absent, at least 10 s. @return 0, KORCH_E_PARSE … @since
 * 0.1 */
KORCH_API int korch_flagger_interval(korch_usec *out, const korch_flagger_canary *canary,
                                     korch_error **err);
/**
 * status.phase while an update is judged: Waiting, Progressing, WaitingPromotion or Failed. Static.
 * @since 0.1
 */
KORCH_API const char *korch_flagger_phase(const korch_strategy *spec,
                                          const korch_strategy_state *state);

KORCH_END_DECLS

#endif
