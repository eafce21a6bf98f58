/*
 * What-if: changes that are tried and thrown away, and the questions that are answered by trying.
 */
#ifndef KORCH_SCHEDULER_WHATIF_H
#define KORCH_SCHEDULER_WHATIF_H

#include <korch/scheduler.h>

KORCH_BEGIN_DECLS

/** @file scheduler/whatif.h Trying changes, and questions about nodes. */

/**
 * Opens a trial: every change from here on is noted, and undone by korch_scheduler_rollback().
 * Trials nest, at most 16 deep. Costs nothing by itself; each change costs its own undoing.
 * @return 0, KORCH_E_LIMIT or KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_scheduler_begin(korch_scheduler *scheduler);
/** Undoes everything since the innermost korch_scheduler_begin(), which ends. @since 0.1 */
KORCH_API void korch_scheduler_rollback(korch_scheduler *scheduler);
/** Keeps everything since the innermost korch_scheduler_begin(), which ends; an outer trial can
 * still undo it. @since 0.1 */
KORCH_API void korch_scheduler_commit(korch_scheduler *scheduler);

KORCH_END_DECLS

#endif
