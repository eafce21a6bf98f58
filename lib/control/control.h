/* All built-in controllers, for whoever runs them. */
#ifndef KORCH_CONTROL_CONTROL_H
#define KORCH_CONTROL_CONTROL_H

#include <korch/controller.h>
#include <korch/scheduler.h>

/* Room for all specs that korch__controllers() makes. */
#define KORCH__CONTROLLERS_MAX 40

/* How the controllers behave. Zeroed: Kubernetes' defaults. */
typedef struct korch__control_options {
	const char *service_cidr; /* addresses for Services, IPv4; NULL: 10.96.0.0/12 */
	korch_usec node_grace_us; /* without a heartbeat for so long a node is unreachable; 0: 50 s */
	size_t terminated_pods;   /* finished pods that are kept; 0: 12,500 */
	const korch_scheduler_options *scheduler; /* NULL: kube-scheduler's plugins, full nodes first */
} korch__control_options;

/*
 * Fills in the specs of all built-in controllers. 0, KORCH_E_LIMIT (max too small), KORCH_E_INVALID
 * (CIDR, scheduler) or KORCH_E_NOMEM; on a failure nothing is left to free. On success each spec's
 * destroy has to be called once, by adding it to an engine or directly.
 */
int korch__controllers(korch_controller_spec *out, size_t max, size_t *n,
                       const korch__control_options *options, korch_error **err);

#endif
