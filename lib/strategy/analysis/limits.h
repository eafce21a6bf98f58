/* Limits of a metric, and what breaks them. */
#ifndef KORCH_STRATEGY_ANALYSIS_LIMITS_H
#define KORCH_STRATEGY_ANALYSIS_LIMITS_H

#include <korch/strategy/analysis.h>

/* FAILED, INCONCLUSIVE or ERROR for the limit that is broken (the last of Argo's order), or NONE.
 */
int32_t korch__analysis_broken(const korch_analysis_rule *rule, const korch_analysis_state *state);
/* Measurements that there are to be; 0: without end. */
int32_t korch__analysis_count_of(const korch_analysis_rule *rule);

#endif
