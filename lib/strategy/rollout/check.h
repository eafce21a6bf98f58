/* Whether what a planner is given is in order. */
#ifndef KORCH_STRATEGY_ROLLOUT_CHECK_H
#define KORCH_STRATEGY_ROLLOUT_CHECK_H

#include <korch/strategy.h>

/* 0, KORCH_E_INVALID or KORCH_E_LIMIT. The spec is in order already. */
int korch__strategy_check_observed(const korch_strategy *spec, const korch_strategy_observed *seen);

#endif
