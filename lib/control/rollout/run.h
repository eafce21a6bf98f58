/* A new AnalysisRun of a Rollout: its name, labels, metrics and arguments. */
#ifndef KORCH_CONTROL_ROLLOUT_RUN_H
#define KORCH_CONTROL_ROLLOUT_RUN_H

#include "control/rollout/hand.h"

/* Which repetition of a check a run is. */
#define KORCH__ARGO_LABEL_ATTEMPT "korch.dev/attempt"

/* "Step", "Background", "PrePromotion", "PostPromotion". */
const char *korch__argo_run_type(int slot);
/*
 * A run for a slot of the plan. KORCH_E_INVALID with a sentence when a template is not there, an
 * argument has no value, or templates do not go together; KORCH_E_NOMEM.
 */
int korch__argo_run_make(korch_analysis_run **out, korch__argo_hand *h, int slot,
                         korch_error **err);

#endif
