/* Addresses of ready pods by revision: see serving.h. */
#include "cluster/serving.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/endpoints.h"
#include "control/pods.h"
#include <korch/api/core_service.h>

const char *korch__serving_revision(const korch_object *pod)
{
	const korch_map *labels = korch__labels(pod);
	const char *hash = korch_map_get(labels, "rollouts-pod-template-hash");
	return korch__text_or_empty(hash ? hash : korch_map_get(labels, "pod-template-hash"));
}

/* Pods of a namespace that bear a hash. */
typedef struct search {
	korch__serving *serving;
	const char *hash;
	const korch_service_port *port;
} search;

static int take(void *userdata, const korch_object *object)
{
	search *s = userdata;
	const korch_pod *pod = korch__pod_of(object);
	if (!pod->spec || !pod->status || !pod->status->pod_ip || !korch__pod_is_active(pod) ||
	    !korch__pod_is_ready(pod) || !korch__text_equal(korch__serving_revision(object), s->hash))
		return 0;
	int32_t port = 0;
	korch__serving *to = s->serving;
	if (!s->port || korch__service_target_port(&port, s->port, pod) < 0 || port <= 0 ||
	    to->n >= KORCH_TRAFFIC_ENDPOINTS_MAX)
		return 0;
	if (to->n == to->cap) {
		size_t cap = to->cap ? to->cap * 2 : 16;
		korch_traffic_endpoint *grown =
		    korch__realloc_array(to->endpoints, cap, sizeof(*to->endpoints));
		if (!grown)
			return KORCH_E_NOMEM;
		to->endpoints = grown;
		to->cap = cap;
	}
	to->endpoints[to->n++] = (korch_traffic_endpoint){.address = pod->status->pod_ip, .port = port};
	return 0;
}

int korch__serving_fill(korch__serving *serving, korch_traffic_destination *destinations, size_t n,
                        const korch_traffic *traffic, const korch_view *view)
{
	const korch_service *root = (const korch_service *)korch_view_get(
	    view, &korch_service_kind, traffic->namespace_, traffic->service);
	const korch_service_spec *spec = root ? root->spec : NULL;
	*serving = (korch__serving){0};
	for (size_t i = 0; i < n; i++) {
		search s = {serving, destinations[i].hash,
		            spec && spec->n_ports > 0 ? &spec->ports[0] : NULL};
		const korch_view_query query = {.kind = &korch_pod_kind, .namespace_ = traffic->namespace_};
		size_t before = serving->n;
		if (korch_view_each(view, &query, take, &s) < 0)
			return KORCH_E_NOMEM;
		destinations[i].n_endpoints = serving->n - before;
	}
	for (size_t i = 0, at = 0; i < n; at += destinations[i++].n_endpoints)
		destinations[i].endpoints = destinations[i].n_endpoints ? &serving->endpoints[at] : NULL;
	return 0;
}

void korch__serving_fini(korch__serving *serving)
{
	korch__free(serving->endpoints);
	*serving = (korch__serving){0};
}
