/* The EndpointSlice controller: gathers pods and slices of a Service for endpoints.c. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/endpoints.h"
#include "control/gather.h"
#include <korch/selector.h>
#include <string.h>

/* From this many pods on a service asks to be left alone for two microseconds per pod after each
 * call. */
#define LARGE 1000

typedef struct gathered {
	korch__pods pods;
	korch__objects slices;
} gathered;

static void gathered_fini(gathered *all)
{
	korch__vec_fini(&all->pods);
	korch__vec_fini(&all->slices);
}

static int add_pod(void *userdata, const korch_object *object)
{
	korch__pods *pods = userdata;
	return korch__vec_push(pods, korch__pod_of(object));
}

static int add_slice(void *userdata, const korch_object *object)
{
	korch__objects *slices = userdata;
	int ours = korch__text_equal(korch_map_get(korch__labels(object), KORCH__LABEL_MANAGED_BY),
	                             KORCH__ENDPOINTS_MANAGER);
	return ours && !korch__is_deleting(object) ? korch__vec_push(slices, object) : 0;
}

static int gather(gathered *all, const korch_view *view, const korch_service *service)
{
	const char *ns = korch_object_namespace(&service->object);
	korch_selector *selector = NULL;
	if (korch_selector_from_map(&selector, service->spec->selector, NULL) < 0)
		return KORCH_E_NOMEM;
	korch_view_query pods = {.kind = &korch_pod_kind, .namespace_ = ns, .selector = selector};
	int code = korch_view_each(view, &pods, add_pod, &all->pods);
	korch_selector_free(selector);
	korch_view_query slices = {.kind = &korch_endpoint_slice_kind,
	                           .namespace_ = ns,
	                           .owner_uid = korch_object_uid(&service->object)};
	return code < 0 ? code : korch_view_each(view, &slices, add_slice, &all->slices);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_service_kind, request->key.namespace_, request->key.name);
	const korch_service *service = (const korch_service *)object;
	_cleanup_(gathered_fini) gathered all = {0};
	if (!object || !service->spec || !service->spec->selector || service->spec->selector->n == 0)
		return 0;
	if (gather(&all, view, service) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__endpoints_input input = {
	    .service = service,
	    .pods = all.pods.items,
	    .n_pods = all.pods.n,
	    .slices = (const korch_endpoint_slice *const *)all.slices.items,
	    .n_slices = all.slices.n,
	    .view = view,
	};
	if (all.pods.n >= LARGE)
		korch_plan_quiet_until(plan, korch_view_now(view) + 2 * (korch_usec)all.pods.n);
	return korch__endpoints_decide(&input, plan, err);
}

/* A pod that services are looked for. */
typedef struct pod_match {
	const korch_object *previous;
	const korch_object *object;
	korch_enqueue *enqueue;
} pod_match;

static int selects(const korch_map *selector, const korch_object *pod)
{
	const korch_map *labels = pod ? korch__labels(pod) : NULL;
	for (size_t i = 0; i < selector->n; i++) {
		const char *value = korch_map_get(labels, selector->items[i].key);
		if (!value || !korch__text_equal(value, selector->items[i].value))
			return 0;
	}
	return pod != NULL;
}

static int enqueue_if_selecting(void *userdata, const korch_object *object)
{
	const pod_match *match = userdata;
	const korch_service_spec *spec = ((const korch_service *)object)->spec;
	if (spec && spec->selector && spec->selector->n > 0 &&
	    (selects(spec->selector, match->previous) || selects(spec->selector, match->object)))
		korch_enqueue_key(match->enqueue, korch_object_namespace(object),
		                  korch_object_name(object));
	return 0;
}

static const char *address_of(const korch_object *object)
{
	const korch_pod_status *status = korch__pod_of(object)->status;
	return status ? korch__text_or_empty(status->pod_ip) : "";
}

/* Whether anything that an endpoint says changed. */
static int matters(const korch_object *a, const korch_object *b)
{
	const korch_pod *one = korch__pod_of(a), *two = korch__pod_of(b);
	if (!a || !b)
		return address_of(a ? a : b)[0] != '\0';
	return strcmp(address_of(a), address_of(b)) != 0 ||
	       korch__pod_is_ready(one) != korch__pod_is_ready(two) ||
	       korch__pod_is_terminal(one) != korch__pod_is_terminal(two) ||
	       korch__is_deleting(a) != korch__is_deleting(b) ||
	       !korch_map_equal(korch__labels(a), korch__labels(b));
}

static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	if (!matters(previous, object))
		return;
	pod_match match = {.previous = previous, .object = object, .enqueue = enqueue};
	korch_view_query query = {.kind = &korch_service_kind,
	                          .namespace_ = korch_object_namespace(object ? object : previous)};
	korch_view_each(view, &query, enqueue_if_selecting, &match);
}

int korch__endpoint_slice_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_pod_kind, .map = map_pod},
	    {.kind = &korch_endpoint_slice_kind},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "endpointslice-controller",
	    .kind = &korch_service_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
