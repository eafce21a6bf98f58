/*
 * Rules of objects that have to do with strategies, beyond those of the object model: conditions
 * that parse, durations and steps that make sense.
 */
#ifndef KORCH_STRATEGY_CHECK_H
#define KORCH_STRATEGY_CHECK_H

#include <korch/object.h>
#include <korch/problems.h>

KORCH_BEGIN_DECLS

/** @file strategy/check.h Rules of Rollouts and analyses for readers of manifests. */

/**
 * Checks a Rollout, a Canary, an AnalysisTemplate, a ClusterAnalysisTemplate or an AnalysisRun;
 * other kinds have nothing to be checked. Fits korch_manifest_options.check.
 * @param userdata not looked at. @param problems where what is wrong goes, with its path.
 * @return 0 or KORCH_E_NOMEM. Any thread. @since 0.1
 */
KORCH_API int korch_strategy_check_object(void *userdata, const korch_object *object,
                                          korch_problems *problems);

KORCH_END_DECLS

#endif
