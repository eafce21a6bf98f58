/* The built-in controllers beside ReplicaSet and Deployment: how each is made. */
#ifndef KORCH_CONTROL_BUILTIN_H
#define KORCH_CONTROL_BUILTIN_H

#include "control/control.h"
#include <korch/scheduler.h>

/* options may be NULL; KORCH_E_INVALID with what is wrong in them. */
int korch__scheduler_controller(korch_controller_spec *out, const korch_scheduler_options *options,
                                korch_error **err);
int korch__service_ip_controller(korch_controller_spec *out, const char *cidr);
int korch__endpoint_slice_controller(korch_controller_spec *out);
int korch__node_controller(korch_controller_spec *out, korch_usec grace_us);
int korch__pod_gc_controller(korch_controller_spec *out, size_t keep);
/* One controller for each kind that can own or be owned; *n counts them. */
int korch__garbage_controllers(korch_controller_spec *out, size_t max, size_t *n);
int korch__namespace_controller(korch_controller_spec *out);
int korch__pdb_controller(korch_controller_spec *out);

#endif
