/*
 * ControllerRevisions: the templates that a StatefulSet or DaemonSet has had, numbered, to go back
 * to and to make pods of. ReplicaSets do the same for Deployments and Rollouts.
 */
#ifndef KORCH_CONTROL_HISTORY_HISTORY_H
#define KORCH_CONTROL_HISTORY_HISTORY_H

#include <korch/api/apps_stateful.h>
#include <korch/api/core_pod.h>
#include <korch/plan.h>
#include <korch/view.h>

#define KORCH__LABEL_REVISION_HASH "controller-revision-hash"

typedef struct korch__history {
	const korch_object *owner;
	const korch_pod_template_spec *template_;          /* the present one */
	const korch_controller_revision *const *revisions; /* those it controls, and those without a
	                                                      controller that are to be its own */
	size_t n;
} korch__history;

/* The revision of the present template. */
typedef struct korch__revision_now {
	char name[254];
	char hash[12];
	int64_t number;
} korch__revision_now;

/*
 * Finds the revision of the present template, makes it the newest, or makes it when there is none,
 * adopts those without a controller, and plans what has to be written for it. A name that another
 * one has makes another name (collision_count is raised then). 0 or KORCH_E_NOMEM.
 */
int korch__history_now(korch__revision_now *out, const korch__history *history,
                       int32_t *collision_count, korch_plan *plan);
/* Deletes the oldest ones beyond the limit, but those that are named; 0 or KORCH_E_NOMEM. */
int korch__history_trim(const korch__history *history, int32_t limit, const char *const *kept,
                        size_t n_kept, korch_plan *plan);
/* The template that a revision holds; the caller releases it. 0, KORCH_E_NOT_FOUND, KORCH_E_NOMEM.
 */
int korch__history_template(korch_pod_template_spec **out, const korch__history *history,
                            const char *name);

/*
 * What `kubectl rollout undo` goes back to: the template of that revision of the owner's, of the
 * one before the newest for 0; the caller releases it. KORCH_E_NOT_FOUND without such a one,
 * KORCH_E_INVALID, KORCH_E_NOMEM.
 */
int korch__history_undo(korch_pod_template_spec **out, const korch_view *view,
                        const korch_object *owner, int64_t revision, korch_error **err);

#endif
