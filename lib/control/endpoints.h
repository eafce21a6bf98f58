/* EndpointSlices of a Service: plain data in, a plan out. The view is read in
 * endpoints_controller.c. */
#ifndef KORCH_CONTROL_ENDPOINTS_H
#define KORCH_CONTROL_ENDPOINTS_H

#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/api/core_service.h>
#include <korch/api/discovery.h>
#include <korch/plan.h>
#include <korch/view.h>

#define KORCH__ENDPOINTS_PER_SLICE 100
#define KORCH__LABEL_SERVICE_NAME "kubernetes.io/service-name"
#define KORCH__LABEL_MANAGED_BY "endpointslice.kubernetes.io/managed-by"
#define KORCH__ENDPOINTS_MANAGER "endpointslice-controller.k8s.io"

typedef struct korch__endpoints_input {
	const korch_service *service;
	const korch_pod *const *pods; /* that its selector selects */
	size_t n_pods;
	const korch_endpoint_slice *const *slices; /* of this service, made by this controller */
	size_t n_slices;
	const korch_view *view; /* for the zones of nodes; may be NULL */
} korch__endpoints_input;

/* As few writes as possible: endpoints stay in the slice they are in, changed slices are filled up
 * first. */
int korch__endpoints_decide(const korch__endpoints_input *input, korch_plan *plan,
                            korch_error **err);

/* The port that a service port means on a pod; 0 or KORCH_E_NOT_FOUND (no container port of that
 * name). */
int korch__service_target_port(int32_t *out, const korch_service_port *port, const korch_pod *pod);

#endif
