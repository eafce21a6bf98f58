/* A Canary in hand: names, the id of the target's state, and small helpers. */
#include "control/flagger/hand.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/pods.h"
#include <stdio.h>
#include <string.h>

void korch__flagger_primary_name(char out[KORCH__FLAGGER_NAME_SIZE],
                                 const korch_flagger_canary *canary)
{
	const korch_flagger_target_ref *ref = canary->spec ? canary->spec->target_ref : NULL;
	snprintf(out, KORCH__FLAGGER_NAME_SIZE, "%.245s-primary",
	         korch__text_or_empty(ref ? ref->name : NULL));
}

void korch__flagger_service_name(char out[KORCH__FLAGGER_NAME_SIZE],
                                 const korch_flagger_canary *canary, korch__flagger_service which)
{
	static const char *const suffixes[] = {"", "-primary", "-canary"};
	const korch_flagger_canary_service *service = canary->spec ? canary->spec->service : NULL;
	const korch_flagger_target_ref *ref = canary->spec ? canary->spec->target_ref : NULL;
	const char *name = service && service->name && *service->name ? service->name
	                   : ref                                      ? ref->name
	                                                              : NULL;
	snprintf(out, KORCH__FLAGGER_NAME_SIZE, "%.245s%s", korch__text_or_empty(name),
	         suffixes[which]);
}

static const char *id_of_primary(const korch_deployment *primary)
{
	const korch_pod_template_spec *template_ =
	    primary && primary->spec ? primary->spec->template_ : NULL;
	const korch_object_meta *meta = template_ ? template_->metadata : NULL;
	return korch__text_or_empty(
	    meta ? korch_map_get(meta->annotations, KORCH__FLAGGER_ANNOTATION_ID) : NULL);
}

/* The hash of the template, and one of the configuration when its pods use any. */
static void make_id(korch__flagger_hand *h)
{
	uint64_t hash = 14695981039346656037u;
	korch__template_hash(h->hash, h->input->target->spec->template_, NULL);
	for (size_t i = 0; i < h->n_configs; i++) {
		for (const char *c = h->configs[i].key; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 1099511628211u;
		for (const char *c = h->configs[i].checksum; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	}
	if (h->n_configs > 0)
		snprintf(h->id, sizeof(h->id), "%s-%08x", h->hash, (unsigned)(hash ^ hash >> 32));
	else
		snprintf(h->id, sizeof(h->id), "%s", h->hash);
}

int korch__flagger_hand_init(korch__flagger_hand *h, const korch__flagger_input *input,
                             korch_plan *plan)
{
	const korch_deployment *target = input->target;
	h->input = input;
	h->canary = input->canary;
	h->plan = plan;
	h->edited = (korch_flagger_canary *)korch_object_edit(&input->canary->object);
	h->status =
	    h->edited ? korch_struct_edit(&h->edited->status, &korch_flagger_canary_status_type) : NULL;
	if (!h->status)
		return KORCH_E_NOMEM;
	h->promoted = id_of_primary(input->primary);
	if (target && target->spec && target->spec->template_) {
		korch__flagger_find_configs(h);
		make_id(h);
	}
	return 0;
}

void korch__flagger_hand_fini(korch__flagger_hand *h)
{
	korch_object_unref((korch_object *)h->edited);
}

int korch__flagger_find_label(korch__flagger_hand *h, korch_error **err)
{
	/* Flagger's -selector-labels */
	static const char *const labels[] = {"app", "name", "app.kubernetes.io/name"};
	const korch_label_selector *selector = h->input->target->spec->selector;
	for (size_t i = 0; selector && i < KORCH_COUNT(labels); i++) {
		h->value = korch_map_get(selector->match_labels, labels[i]);
		h->label = labels[i];
		if (h->value)
			return 0;
	}
	return korch_error_set(err, KORCH_E_INVALID,
	                       "deployment %s: spec.selector.matchLabels has none of app, name and "
	                       "app.kubernetes.io/name",
	                       korch_object_name(&h->input->target->object));
}

int korch__flagger_is_promoting(const korch__flagger_hand *h)
{
	return h->is_known && !korch__text_equal(h->stable, KORCH__FLAGGER_PRIMARY);
}

int korch__flagger_annotate(korch__flagger_hand *h, const char *key, const char *value)
{
	if (korch__text_equal(korch__annotation(&h->edited->object, key), value))
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(&h->edited->object);
	return meta ? korch_map_set(&meta->annotations, key, value && *value ? value : NULL)
	            : KORCH_E_NOMEM;
}
