/* Priority classes: what a pod's priorityClassName comes to, and what admission does with it. */
#ifndef KORCH_CONTROL_PRIORITY_H
#define KORCH_CONTROL_PRIORITY_H

#include <korch/api/core_pod.h>
#include <korch/api/scheduling.h>
#include <korch/view.h>

/* What a pod gets of a class. Strings are borrowed, of the view or static. */
typedef struct korch__priority {
	const char *class_name; /* NULL: no class */
	const char *preemption_policy;
	int32_t value;
} korch__priority;

/*
 * The class of that name; of none (NULL or "") the default class, or 0 when there is no such one
 * either. 1, or 0 when the class that is named is not there.
 */
int korch__priority_find(korch__priority *out, const korch_view *view, const char *class_name);

/*
 * Gives an exclusively owned new pod its priority, as the Priority admission does. priority NULL:
 * the class that it names is not there. 0, KORCH_E_FORBIDDEN with Kubernetes' sentence, or
 * KORCH_E_NOMEM.
 */
int korch__pod_admit_priority(korch_pod *pod, const korch__priority *priority, korch_error **err);

/* A class, new or changed, may be the default when no other is. 0 or KORCH_E_FORBIDDEN. */
int korch__priority_class_admit(const korch_priority_class *class_, const korch_view *view,
                                korch_error **err);

#endif
