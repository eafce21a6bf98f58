/* A new pod of a template, and whether admission lets it in: what all controllers that make pods
 * one by one share. Names and what makes a pod special are theirs. */
#ifndef KORCH_CONTROL_NEWPOD_H
#define KORCH_CONTROL_NEWPOD_H

#include "control/priority.h"
#include <korch/api/core_pod.h>

/* What admission goes by. */
typedef struct korch__admission {
	korch__priority priority; /* of the template's class */
	int has_priority;         /* 0: that class is not there */
	int namespace_closed;     /* the namespace is being deleted: nothing can be created in it */
} korch__admission;

void korch__admission_find(korch__admission *out, const korch_view *view, const char *namespace_,
                           const korch_pod_template_spec *template_);

/*
 * A pod of the template with its labels, annotations and finalizers, the owner as controller and
 * the defaults of admission; without a name. The caller owns it. 0 or KORCH_E_NOMEM.
 */
int korch__pod_of_template(korch_pod **out, const korch_object *owner,
                           const korch_pod_template_spec *template_);
/*
 * Lets an exclusively owned pod in. 0, KORCH_E_FORBIDDEN with Kubernetes' sentence, or
 * KORCH_E_NOMEM.
 */
int korch__pod_admit(korch_pod *pod, const korch__admission *admission, korch_error **err);

#endif
