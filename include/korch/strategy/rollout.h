/*
 * A Rollout, or a Deployment, as the planner's wish. For programs that have manifests and start
 * things in their own way; the cluster's controllers use the same.
 */
#ifndef KORCH_STRATEGY_ROLLOUT_H
#define KORCH_STRATEGY_ROLLOUT_H

#include <korch/api/apps.h>
#include <korch/api/rollout.h>
#include <korch/strategy.h>

KORCH_BEGIN_DECLS

/** @file strategy/rollout.h Rollouts and Deployments as strategies. */

/**
 * What a Rollout wishes, with Argo Rollouts' defaults where it says nothing.
 * @param out filled in; borrows from `rollout` and `steps`. @param steps room for its steps. @param
 * max how many there is room for; KORCH_STRATEGY_STEPS_MAX is always enough.
 * @param rollout with a spec and one strategy.
 * @return 0; KORCH_E_INVALID (no strategy or both, a duration or percentage that does not parse, a
 * step without action; the error names the field), KORCH_E_LIMIT (too many steps); outputs are
 * untouched then. @since 0.1
 */
KORCH_API int korch_strategy_from_rollout(korch_strategy *out, korch_strategy_step *steps,
                                          size_t max, const korch_rollout *rollout,
                                          korch_error **err);
/** The first of a strategy's steps that a step of the manifest became: one step may set a scale and
 * routes beside something else, and each of them is a step here. @param origin index in the
 * manifest; beyond the last: the number of steps. @since 0.1 */
KORCH_API int32_t korch_strategy_step_at(const korch_strategy *strategy, int32_t origin);
/** What a Deployment wishes, with Kubernetes' defaults where it says nothing. @return 0,
 * KORCH_E_INVALID. @since 0.1 */
KORCH_API int korch_strategy_from_deployment(korch_strategy *out,
                                             const korch_deployment *deployment, korch_error **err);

KORCH_END_DECLS

#endif
