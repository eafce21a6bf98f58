/* The primary: a copy of the target under a name and labels of its own. It serves; the target is
 * there while an update is judged only. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/flagger/hand.h"
#include "control/note.h"
#include "control/pods.h"
#include <stdio.h>
#include <string.h>

/* What kubectl and korch up note belongs to the target alone. */
static int is_kept(const char *key)
{
	return strcmp(key, "kubectl.kubernetes.io/last-applied-configuration") != 0 &&
	       strcmp(key, "korch.dev/manifest") != 0 && strcmp(key, KORCH__ANNOTATION_REVISION) != 0 &&
	       strcmp(key, KORCH__ANNOTATION_REVISION_HISTORY) != 0 &&
	       strcmp(key, KORCH__ANNOTATION_DESIRED) != 0 && strcmp(key, KORCH__ANNOTATION_MAX) != 0;
}

static int copy_annotations(korch_map **slot, const korch_map *from)
{
	korch_block_share(slot, NULL);
	for (size_t i = 0; from && i < from->n; i++) {
		if (is_kept(from->items[i].key) &&
		    korch_map_set(slot, from->items[i].key, korch__text_or_empty(from->items[i].value)) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int set_value(const korch__flagger_hand *h, korch_map **labels)
{
	_cleanup_free_ char *value = korch__sprintf("%.55s-primary", h->value);
	return value ? korch_map_set(labels, h->label, value) : KORCH_E_NOMEM;
}

/* The target's template with the primary's labels and its own copies of configuration. */
static int fill_template(korch__flagger_hand *h, korch_deployment_spec *spec)
{
	const korch_pod_template_spec *from = h->input->target->spec->template_;
	korch_block_share(&spec->template_, from);
	korch_pod_template_spec *to =
	    korch_struct_edit(&spec->template_, &korch_pod_template_spec_type);
	korch_object_meta *meta = to ? korch_struct_edit(&to->metadata, &korch_object_meta_type) : NULL;
	korch_pod_spec *pods = to ? korch_struct_edit(&to->spec, &korch_pod_spec_type) : NULL;
	if (!meta || !pods || set_value(h, &meta->labels) < 0 ||
	    korch_map_set(&meta->labels, KORCH__FLAGGER_LABEL_REVISION, KORCH__FLAGGER_PRIMARY) < 0 ||
	    copy_annotations(&meta->annotations, from->metadata ? from->metadata->annotations : NULL) <
	        0 ||
	    korch_map_set(&meta->annotations, KORCH__FLAGGER_ANNOTATION_ID, h->id) < 0)
		return KORCH_E_NOMEM;
	return korch__flagger_use_copies(h, pods);
}

static int fill_spec(korch__flagger_hand *h, korch_deployment_spec *to)
{
	const korch_deployment_spec *from = h->input->target->spec;
	to->min_ready_seconds = from->min_ready_seconds;
	if (KORCH_IS_SET(from, korch_deployment_spec, revision_history_limit))
		KORCH_SET(to, korch_deployment_spec, revision_history_limit, from->revision_history_limit);
	if (KORCH_IS_SET(from, korch_deployment_spec, progress_deadline_seconds))
		KORCH_SET(to, korch_deployment_spec, progress_deadline_seconds,
		          from->progress_deadline_seconds);
	korch_block_share(&to->strategy, from->strategy);
	return fill_template(h, to);
}

static int fill_new(korch__flagger_hand *h, korch_deployment *primary, int32_t replicas)
{
	char name[KORCH__FLAGGER_NAME_SIZE];
	const korch_object *target = &h->input->target->object;
	korch_object_meta *meta = korch_object_edit_meta(&primary->object);
	korch_deployment_spec *spec = korch_struct_edit(&primary->spec, &korch_deployment_spec_type);
	korch_label_selector *selector =
	    spec ? korch_struct_edit(&spec->selector, &korch_label_selector_type) : NULL;
	korch__flagger_primary_name(name, h->canary);
	if (!meta || !selector || korch_string_set(&meta->name, name) < 0 ||
	    set_value(h, &selector->match_labels) < 0)
		return KORCH_E_NOMEM;
	korch_string_share(&meta->namespace_, target->metadata->namespace_);
	korch_block_share(&meta->labels, target->metadata->labels);
	if (set_value(h, &meta->labels) < 0 ||
	    copy_annotations(&meta->annotations, target->metadata->annotations) < 0)
		return KORCH_E_NOMEM;
	KORCH_SET(spec, korch_deployment_spec, replicas, replicas);
	if (korch_object_set_controller(&primary->object, &h->canary->object) < 0)
		return KORCH_E_NOMEM;
	return fill_spec(h, spec);
}

/* The target's; of one that was lost, the size that it had. */
static int32_t first_size(const korch__flagger_hand *h)
{
	int32_t replicas = korch__deployment_replicas(h->input->target);
	const char *state = korch__annotation(&h->canary->object, KORCH__FLAGGER_ANNOTATION_STATE);
	int32_t before = (int32_t)korch__note_number(state, "replicas");
	if (before > 0)
		return before;
	return replicas > 0 ? replicas : 1;
}

int korch__flagger_make_primary(korch__flagger_hand *h)
{
	korch_object *object = NULL;
	int32_t replicas = first_size(h);
	if (korch_object_new(&object, &korch_deployment_kind) < 0)
		return KORCH_E_NOMEM;
	if (korch__flagger_copy_configs(h) < 0 ||
	    fill_new(h, (korch_deployment *)object, replicas) < 0) {
		korch_object_unref(object);
		return KORCH_E_NOMEM;
	}
	if (korch__flagger_say(h, "Normal", "Created Deployment %s from %s", korch_object_name(object),
	                       korch_object_name(&h->input->target->object)) < 0) {
		korch_object_unref(object);
		return KORCH_E_NOMEM;
	}
	return korch_plan_create(h->plan, object);
}

int korch__flagger_promote(korch__flagger_hand *h)
{
	const korch_deployment *primary = h->input->primary;
	korch_deployment *edited = (korch_deployment *)korch_object_edit(&primary->object);
	korch_deployment_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_deployment_spec_type) : NULL;
	if (!spec || korch__flagger_copy_configs(h) < 0 || fill_spec(h, spec) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	if (korch_plan_update(h->plan, &primary->object, &edited->object) < 0)
		return KORCH_E_NOMEM;
	return korch__flagger_say(h, "Normal", "Found good: %s gets the template of %s",
	                          korch_object_name(&primary->object),
	                          korch_object_name(&h->input->target->object));
}

int korch__flagger_is_whole(const korch_deployment *deployment)
{
	const korch_deployment_status *status = deployment->status;
	int32_t replicas = korch__deployment_replicas(deployment);
	return status && status->observed_generation >= deployment->object.metadata->generation &&
	       status->updated_replicas == replicas && status->replicas == replicas &&
	       status->available_replicas == replicas;
}

/* Sets a Deployment's size. */
static int scale(korch__flagger_hand *h, const korch_deployment *deployment, int32_t replicas)
{
	int32_t before = korch__deployment_replicas(deployment);
	if (before == replicas)
		return 0;
	korch_deployment *edited = (korch_deployment *)korch_object_edit(&deployment->object);
	korch_deployment_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_deployment_spec_type) : NULL;
	if (!spec) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	KORCH_SET(spec, korch_deployment_spec, replicas, replicas);
	if (korch_plan_update(h->plan, &deployment->object, &edited->object) < 0)
		return KORCH_E_NOMEM;
	return korch__flagger_say(h, "Normal", "Scaled %s from %d to %d replicas",
	                          korch_object_name(&deployment->object), before, replicas);
}

int korch__flagger_fulfil_wish(korch__flagger_hand *h)
{
	const korch_strategy_state *state = &h->observed.state;
	int32_t wish = h->wish;
	if (wish <= 0 || h->canary->spec->autoscaler_ref || !korch__text_equal(h->id, h->promoted) ||
	    !korch__text_equal(state->stable, KORCH__FLAGGER_PRIMARY) ||
	    !korch__text_equal(state->current, KORCH__FLAGGER_PRIMARY))
		return 0;
	h->wish = 0;
	return scale(h, h->input->primary, wish);
}

int korch__flagger_scale_target(korch__flagger_hand *h, int32_t replicas)
{
	h->told = replicas;
	return scale(h, h->input->target, replicas);
}
