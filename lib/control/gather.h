/* Reading sets of objects out of a view, and turning changes into keys: what several adapters
 * share. */
#ifndef KORCH_CONTROL_GATHER_H
#define KORCH_CONTROL_GATHER_H

#include "control/pods.h"
#include <korch/controller.h>

typedef KORCH_VEC(const korch_object *) korch__objects;

/* Appends the pods of a namespace (NULL: any) with that owner uid ("": without a controller; NULL:
 * all); 0 or KORCH_E_NOMEM. */
int korch__gather_pods(korch__pods *out, const korch_view *view, const char *namespace_,
                       const char *owner_uid);
/* Appends what a query selects; 0 or KORCH_E_NOMEM. */
int korch__gather(korch__objects *out, const korch_view *view, const korch_view_query *query);
/* Appends the ControllerRevisions of an owner, and those without a controller that its selector
 * matches; 0 or KORCH_E_NOMEM. */
int korch__gather_revisions(korch__objects *out, const korch_view *view, const korch_object *owner,
                            const korch_label_selector *selector);
/* Asks for the controlling owner of an object (which may be NULL) when it is of that kind. */
void korch__enqueue_controller(const korch_object *object, const korch_kind *kind,
                               korch_enqueue *enqueue);

/* Asks for the objects of a kind whose pod template names a priority class that has just come: they
 * may wait for it. */
void korch__enqueue_for_class(const korch_view *view, const korch_kind *kind,
                              const korch_pod_template_spec *(*template_of)(const korch_object *),
                              const korch_object *class_, korch_enqueue *enqueue);

/* An object without controller, looking for owners whose selector matches it. */
typedef struct korch__orphan_match {
	const korch_object *object;
	korch_enqueue *enqueue;
} korch__orphan_match;
void korch__orphan_match_add(korch__orphan_match *match, const korch_object *owner,
                             const korch_label_selector *selector);

#endif
