/*
 * Services that a Rollout wrote and names no more, or that outlived it: what it put into their
 * selectors is taken back, so that they do not select a revision that goes. After Argo Rollouts,
 * service/service.go.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/pods.h"
#include "control/rollout/rollout.h"

static int names(const korch_rollout *rollout, const char *service)
{
	for (int i = 0; i < KORCH__ARGO_SERVICES; i++) {
		const char *name = korch__argo_service_name(rollout, (korch__argo_service)i);
		if (name && korch__text_equal(name, service))
			return 1;
	}
	return 0;
}

typedef struct search {
	const char *service;
	int is_named;
} search;

static int look_at(void *userdata, const korch_object *object)
{
	search *s = userdata;
	s->is_named |= names((const korch_rollout *)object, s->service);
	return s->is_named;
}

static int is_ours(const korch_service *service)
{
	return service->spec && korch_map_get(service->spec->selector, KORCH__ARGO_LABEL_HASH) &&
	       korch__annotation(&service->object, KORCH__ARGO_ANNOTATION_MANAGED_BY);
}

static int release(korch_plan *plan, const korch_service *service)
{
	korch_service *edited = (korch_service *)korch_object_edit(&service->object);
	korch_service_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_service_spec_type) : NULL;
	korch_object_meta *meta = edited ? korch_object_edit_meta(&edited->object) : NULL;
	if (!spec || !meta || korch_map_set(&spec->selector, KORCH__ARGO_LABEL_HASH, NULL) < 0 ||
	    korch_map_set(&meta->annotations, KORCH__ARGO_ANNOTATION_MANAGED_BY, NULL) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update(plan, &service->object, &edited->object);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_service_kind, request->key.namespace_, request->key.name);
	if (!object || korch__is_deleting(object) || !is_ours((const korch_service *)object))
		return 0;
	search s = {.service = request->key.name};
	const korch_view_query query = {.kind = &korch_rollout_kind,
	                                .namespace_ = request->key.namespace_};
	korch_view_each(view, &query, look_at, &s);
	return s.is_named ? 0 : release(plan, (const korch_service *)object);
}

/* What a Rollout named before. */
static void map_rollout(void *userdata, const korch_view *view, const korch_object *previous,
                        const korch_object *object, korch_enqueue *enqueue)
{
	const korch_rollout *before = (const korch_rollout *)previous;
	const korch_rollout *now = (const korch_rollout *)object;
	if (!before || (now && now->spec == before->spec))
		return;
	for (int i = 0; i < KORCH__ARGO_SERVICES; i++) {
		const char *name = korch__argo_service_name(before, (korch__argo_service)i);
		if (name && *name)
			korch_enqueue_key(enqueue, korch_object_namespace(previous), name);
	}
}

int korch__argo_release_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_rollout_kind, .map = map_rollout}};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "rollout-services",
	    .kind = &korch_service_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
