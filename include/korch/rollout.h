/*
 * Rollouts of a cluster: the verbs that a person or a pipeline has. Each changes the fields of the
 * object that Argo Rollouts' own client changes; what follows is decided by the planner
 * (strategy.h).
 */
#ifndef KORCH_ROLLOUT_H
#define KORCH_ROLLOUT_H

#include <korch/cluster.h>
#include <korch/strategy.h>

KORCH_BEGIN_DECLS

/**
 * @file rollout.h Promoting, aborting, pausing and undoing rollouts.
 *
 * All calls wait for the change to be in the store, not for what follows from it. They fail with
 * KORCH_E_NOT_FOUND without such a Rollout, KORCH_E_INVALID when the verb makes no sense now (the
 * error says why), KORCH_E_BUSY from inside a callback. Threads as korch_cluster_apply().
 * namespace_ NULL: "default".
 */

/** Goes on: ends a pause; without one skips the present step. @param full 1: skips all steps,
 * pauses and analyses that are left. @since 0.1 */
KORCH_API int korch_rollouts_promote(korch_cluster *cluster, const char *namespace_,
                                     const char *name, int full, korch_error **err);
/** Back to the stable revision. @since 0.1 */
KORCH_API int korch_rollouts_abort(korch_cluster *cluster, const char *namespace_, const char *name,
                                   korch_error **err);
/** Tries an aborted rollout again. @since 0.1 */
KORCH_API int korch_rollouts_retry(korch_cluster *cluster, const char *namespace_, const char *name,
                                   korch_error **err);
/** Stops where it is (1) or lets it go on (0): spec.paused. @since 0.1 */
KORCH_API int korch_rollouts_pause(korch_cluster *cluster, const char *namespace_, const char *name,
                                   int pause, korch_error **err);
/** Back to the template of a revision; 0: the one before. @since 0.1 */
KORCH_API int korch_rollouts_undo(korch_cluster *cluster, const char *namespace_, const char *name,
                                  int64_t revision, korch_error **err);
/** Replaces all pods, some at a time, without a new revision: spec.restartAt. @since 0.1 */
KORCH_API int korch_rollouts_restart(korch_cluster *cluster, const char *namespace_,
                                     const char *name, korch_error **err);
/** Sets the image of a container of the template, or of the workload that it is taken from.
 * @param container "*": of all. @since 0.1 */
KORCH_API int korch_rollouts_set_image(korch_cluster *cluster, const char *namespace_,
                                       const char *name, const char *container, const char *image,
                                       korch_error **err);
/**
 * Waits for the end of a rollout. @return 0: healthy; KORCH_E_CANCELED: degraded (aborted, or no
 * progress in time: the error has the message), KORCH_E_TIMEOUT: the error says what it waits for.
 * @since 0.1
 */
KORCH_API int korch_rollouts_wait(korch_cluster *cluster, const char *namespace_, const char *name,
                                  korch_usec timeout_us, korch_error **err);

/**
 * What a rollout waits for, since when, what happens next and when: one sentence.
 * @param out room for KORCH_STRATEGY_TEXT_SIZE bytes. @since 0.1
 */
KORCH_API int korch_rollouts_explain(char out[KORCH_STRATEGY_TEXT_SIZE], korch_cluster *cluster,
                                     const char *namespace_, const char *name, korch_error **err);

/**
 * The same of a Canary of Flagger. @return 0, KORCH_E_NOT_FOUND (no such Canary, or no target),
 * KORCH_E_INVALID (its analysis cannot be carried out). @since 0.1
 */
KORCH_API int korch_canaries_explain(char out[KORCH_STRATEGY_TEXT_SIZE], korch_cluster *cluster,
                                     const char *namespace_, const char *name, korch_error **err);

KORCH_END_DECLS

#endif
