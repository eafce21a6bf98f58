/* What Kubernetes' admission adds to a new pod. Pure; called by whoever creates pods. */
#ifndef KORCH_CONTROL_ADMIT_H
#define KORCH_CONTROL_ADMIT_H

#include <korch/api/core_pod.h>

/* Default tolerationSeconds of pods that say nothing about not-ready and unreachable nodes. */
#define KORCH__DEFAULT_TOLERATION_SECONDS 300

/*
 * Completes an exclusively owned new pod as the API server does: the two NoExecute tolerations of
 * the DefaultTolerationSeconds admission, and status with phase Pending. Changes nothing that is
 * there. 0 or KORCH_E_NOMEM.
 */
int korch__pod_admit_defaults(korch_pod *pod);

#endif
