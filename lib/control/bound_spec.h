/* Specs of bound pods: one copy for all pods that share a spec and a node, so that binding does not
 * copy specs. */
#ifndef KORCH_CONTROL_BOUND_SPEC_H
#define KORCH_CONTROL_BOUND_SPEC_H

#include <korch/api/core_pod.h>

typedef struct korch__bound_specs korch__bound_specs;

korch__bound_specs *korch__bound_specs_new(void);
void korch__bound_specs_free(korch__bound_specs *specs); /* NULL is fine */
/* The spec with its nodeName set. Borrowed until the next call; NULL when memory is short. */
const korch_pod_spec *korch__bound_spec(korch__bound_specs *specs, const korch_pod_spec *spec,
                                        const char *node);

#endif
