/* Specs that make no sense for a scheduler are refused before anything is changed. */
#ifndef KORCH_SCHEDULER_CHECK_H
#define KORCH_SCHEDULER_CHECK_H

#include <korch/api/core_pod.h>

/* Affinity, tolerations and spread by their own tables' rules, and as many of them as can be looked
 * through; 0, KORCH_E_INVALID, KORCH_E_LIMIT, KORCH_E_NOMEM. */
int korch__spec_check(const korch_pod_spec *spec, korch_error **err);
/* One struct by its table's rules; 0, KORCH_E_INVALID, KORCH_E_NOMEM. */
int korch__struct_check(const void *self, const korch_type *type, const char *path,
                        korch_error **err);

#endif
