/* The services that a Rollout names: which revision they select, and writing that. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/pods.h"
#include "control/rollout/hand.h"
#include <string.h>

const char *korch__argo_service_name(const korch_rollout *rollout, korch__argo_service which)
{
	const korch_rollout_strategy *strategy = rollout->spec ? rollout->spec->strategy : NULL;
	const korch_canary_strategy *canary = strategy ? strategy->canary : NULL;
	const korch_blue_green_strategy *bg = strategy ? strategy->blue_green : NULL;
	const korch_ping_pong_spec *pair = canary ? canary->ping_pong : NULL;
	const korch_rollout_status *status = rollout->status;
	int pong =
	    status && status->canary && korch__text_equal(status->canary->stable_ping_pong, "pong");
	switch (which) {
	case KORCH__ARGO_ACTIVE:
		return bg ? bg->active_service : NULL;
	case KORCH__ARGO_PREVIEW:
		return bg ? bg->preview_service : NULL;
	case KORCH__ARGO_STABLE:
		if (pair)
			return pong ? pair->pong_service : pair->ping_service;
		return canary ? canary->stable_service : NULL;
	case KORCH__ARGO_CANARY:
		if (pair)
			return pong ? pair->ping_service : pair->pong_service;
		return canary ? canary->canary_service : NULL;
	case KORCH__ARGO_SERVICES:
		break;
	}
	return NULL;
}

/* Where the name of a service stands. */
static const char *path_of(const korch_rollout *rollout, korch__argo_service which)
{
	static const char *const paths[KORCH__ARGO_SERVICES] = {
	    [KORCH__ARGO_ACTIVE] = "spec.strategy.blueGreen.activeService",
	    [KORCH__ARGO_PREVIEW] = "spec.strategy.blueGreen.previewService",
	    [KORCH__ARGO_STABLE] = "spec.strategy.canary.stableService",
	    [KORCH__ARGO_CANARY] = "spec.strategy.canary.canaryService",
	};
	const korch_canary_strategy *canary = rollout->spec->strategy->canary;
	return canary && canary->ping_pong ? "spec.strategy.canary.pingPong" : paths[which];
}

int korch__argo_check_services(const korch__argo_input *input, korch_error **err)
{
	for (int i = 0; i < KORCH__ARGO_SERVICES; i++) {
		korch__argo_service which = (korch__argo_service)i;
		const char *name = korch__argo_service_name(input->rollout, which);
		if (name && *name && !input->services[i])
			return korch_error_set(err, KORCH_E_INVALID,
			                       "%s: Invalid value: \"%s\": service \"%s\" not found",
			                       path_of(input->rollout, which), name, name);
	}
	return 0;
}

int korch__argo_shares_subsets(const korch_rollout *rollout)
{
	const korch_rollout_strategy *strategy = rollout->spec ? rollout->spec->strategy : NULL;
	return strategy && strategy->canary && strategy->canary->traffic_routing &&
	       !korch__argo_service_name(rollout, KORCH__ARGO_STABLE);
}

/* The first service that selects the labels of a template. */
typedef struct root_search {
	const korch_map *labels;
	const char *found;
} root_search;

static int look_at(void *userdata, const korch_object *object)
{
	root_search *s = userdata;
	const korch_service_spec *spec = ((const korch_service *)object)->spec;
	const korch_map *selector = spec ? spec->selector : NULL;
	size_t n = selector ? selector->n : 0;
	for (size_t i = 0; i < n; i++) {
		const char *value = korch_map_get(s->labels, selector->items[i].key);
		if (!value || !korch__text_equal(value, selector->items[i].value))
			return 0;
	}
	if (n > 0 && (!s->found || strcmp(korch_object_name(object), s->found) < 0))
		s->found = korch_object_name(object);
	return 0;
}

const char *korch__argo_find_root(const korch_view *view, const korch_rollout *rollout,
                                  const korch_pod_template_spec *template_)
{
	root_search s = {.labels =
	                     template_ && template_->metadata ? template_->metadata->labels : NULL};
	const korch_view_query query = {.kind = &korch_service_kind,
	                                .namespace_ = korch_object_namespace(&rollout->object)};
	if (korch__argo_shares_subsets(rollout) && s.labels)
		korch_view_each(view, &query, look_at, &s);
	return s.found;
}

const char *korch__argo_selected(const korch__argo_hand *h, korch__argo_service which)
{
	const korch_service *service = h->input->services[which];
	return service && service->spec ? korch_map_get(service->spec->selector, KORCH__ARGO_LABEL_HASH)
	                                : NULL;
}

static int select_revision(korch__argo_hand *h, korch__argo_service which, const char *hash)
{
	const korch_service *service = h->input->services[which];
	if (!service || !service->spec || !hash ||
	    korch__text_equal(korch__argo_selected(h, which), hash))
		return 0;
	korch_service *edited = (korch_service *)korch_object_edit(&service->object);
	korch_service_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_service_spec_type) : NULL;
	korch_object_meta *meta = edited ? korch_object_edit_meta(&edited->object) : NULL;
	if (!spec || !meta || korch_map_set(&spec->selector, KORCH__ARGO_LABEL_HASH, hash) < 0 ||
	    korch_map_set(&meta->annotations, KORCH__ARGO_ANNOTATION_MANAGED_BY,
	                  korch_object_name(&h->rollout->object)) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	if (korch_plan_update(h->plan, &service->object, &edited->object) < 0)
		return KORCH_E_NOMEM;
	return korch_plan_event(h->plan, &h->rollout->object, "Normal", "SwitchService",
	                        "Switched selector for service '%s' from '%s' to '%s'",
	                        korch_object_name(&service->object),
	                        korch__text_or_empty(korch__argo_selected(h, which)), hash);
}

int korch__argo_apply_services(korch__argo_hand *h)
{
	const korch_strategy_plan *next = &h->next;
	if (select_revision(h, KORCH__ARGO_ACTIVE, next->active) < 0 ||
	    select_revision(h, KORCH__ARGO_PREVIEW, next->preview) < 0 ||
	    select_revision(h, KORCH__ARGO_STABLE, next->stable_service) < 0)
		return KORCH_E_NOMEM;
	return select_revision(h, KORCH__ARGO_CANARY, next->canary_service);
}
