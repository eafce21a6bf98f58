/*
 * The Experiment of a Rollout's present step: what it says, making it, ending it. What an
 * Experiment does stands in lib/control/experiment.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/pods.h"
#include "control/rollout/hand.h"
#include "control/rollout/run.h"
#include "object/object.h"
#include <korch/fieldpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const korch_rollout_experiment_step *step_of(const korch__argo_hand *h, int32_t step)
{
	const korch_canary_step *at = korch__argo_step(h, step);
	return at ? at->experiment : NULL;
}

const korch_experiment *korch__argo_experiment(const korch__argo_hand *h)
{
	const korch_rollout_status *status = h->rollout->status;
	const char *name = status && status->canary ? status->canary->current_experiment : NULL;
	for (size_t i = 0; name && i < h->input->n_experiments; i++) {
		if (korch__text_equal(korch_object_name(&h->input->experiments[i]->object), name))
			return h->input->experiments[i];
	}
	return NULL;
}

void korch__argo_observe_experiment(korch__argo_hand *h)
{
	const korch_experiment *experiment = korch__argo_experiment(h);
	const korch_rollout_experiment_step *step = step_of(h, h->observed.state.step);
	const char *phase = experiment && experiment->status ? experiment->status->phase : NULL;
	if (!experiment || !step ||
	    !korch__text_equal(korch__argo_hash_of(&experiment->object), h->hash))
		return;
	h->observed.experiment = korch__argo_outcome(phase);
	if (!korch__text_equal(phase, "Running"))
		return;
	for (size_t i = 0; i < step->n_templates; i++)
		h->observed.experiment_weight += step->templates[i].weight;
}

/* The template of the stable or of the current revision. */
static const korch_replica_set *set_of(korch__argo_hand *h, const char *spec_ref)
{
	int stable = korch__text_equal(spec_ref, "stable");
	const korch__argo_set *set = korch__argo_find(h, stable ? h->next.state.stable : h->hash);
	return set ? set->set : NULL;
}

static int copy_map(korch_map **slot, const korch_map *from)
{
	for (size_t i = 0; from && i < from->n; i++) {
		if (korch_map_set(slot, from->items[i].key, korch__text_or_empty(from->items[i].value)) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int fill_template(korch_experiment_template *to, korch__argo_hand *h,
                         const korch_rollout_experiment_template *from)
{
	const korch_replica_set *set = set_of(h, from->spec_ref);
	int32_t replicas =
	    KORCH_IS_SET(from, korch_rollout_experiment_template, replicas) ? from->replicas : 1;
	if (!set || korch_string_set(&to->name, from->name) < 0 ||
	    korch__argo_template_of(&to->template_, set) < 0)
		return KORCH_E_NOMEM;
	korch_object_meta *meta = korch_struct_edit(&to->template_->metadata, &korch_object_meta_type);
	if (!meta ||
	    (from->metadata && (copy_map(&meta->labels, from->metadata->labels) < 0 ||
	                        copy_map(&meta->annotations, from->metadata->annotations) < 0)))
		return KORCH_E_NOMEM;
	korch_block_share(&to->selector, from->selector ? from->selector : h->input->selector);
	KORCH_SET(to, korch_experiment_template, replicas, replicas);
	to->min_ready_seconds = h->rollout->spec->min_ready_seconds;
	/* one that gets traffic needs a service of its own */
	if (from->service)
		korch_block_share(&to->service, from->service);
	else if (from->weight > 0 && !korch_struct_edit(&to->service, &korch_template_service_type))
		return KORCH_E_NOMEM;
	return 0;
}

static int fill_argument(korch_analysis_argument *to, korch__argo_hand *h,
                         const korch_analysis_run_argument *from)
{
	const korch_argument_value_from *ref = from->value_from;
	if (korch_string_set(&to->name, from->name) < 0)
		return KORCH_E_NOMEM;
	if (from->value || !ref)
		return korch_string_set(&to->value, from->value);
	if (ref->pod_template_hash_value)
		return korch_string_set(&to->value,
		                        korch__text_equal(ref->pod_template_hash_value, "Stable") &&
		                                h->next.state.stable
		                            ? h->next.state.stable
		                            : h->hash);
	char *value = NULL;
	const char *path = ref->field_ref ? ref->field_ref->field_path : NULL;
	if (korch_object_get_text(&value, &h->rollout->object, korch__text_or_empty(path), NULL) < 0)
		return 0; /* the run will say that it has no value */
	int code = korch_string_set(&to->value, value);
	free(value);
	return code;
}

static int fill_analysis(korch_experiment_analysis *to, korch__argo_hand *h,
                         const korch_rollout_experiment_analysis *from)
{
	if (korch_string_set(&to->name, from->name) < 0 ||
	    korch_string_set(&to->template_name, from->template_name) < 0)
		return KORCH_E_NOMEM;
	to->cluster_scope = from->cluster_scope;
	to->required_for_completion = from->required_for_completion;
	korch_analysis_argument *args =
	    korch_list_edit(&to->args, &to->n_args, &korch_analysis_argument_type, from->n_args);
	for (size_t i = 0; i < from->n_args; i++) {
		if (!args || fill_argument(&args[i], h, &from->args[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int fill_spec(korch_experiment_spec *spec, korch__argo_hand *h,
                     const korch_rollout_experiment_step *step)
{
	korch_experiment_template *templates = korch_list_edit(
	    &spec->templates, &spec->n_templates, &korch_experiment_template_type, step->n_templates);
	korch_experiment_analysis *analyses = korch_list_edit(
	    &spec->analyses, &spec->n_analyses, &korch_experiment_analysis_type, step->n_analyses);
	if ((step->n_templates > 0 && !templates) || (step->n_analyses > 0 && !analyses) ||
	    korch_string_set(&spec->duration, step->duration) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < step->n_templates; i++) {
		if (fill_template(&templates[i], h, &step->templates[i]) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < step->n_analyses; i++) {
		if (fill_analysis(&analyses[i], h, &step->analyses[i]) < 0)
			return KORCH_E_NOMEM;
	}
	if (KORCH_IS_SET(step, korch_rollout_experiment_step, scale_down_delay_seconds))
		KORCH_SET(spec, korch_experiment_spec, scale_down_delay_seconds,
		          step->scale_down_delay_seconds);
	korch_block_share(&spec->analysis_run_metadata, step->analysis_run_metadata);
	korch_block_share(&spec->dry_run, step->dry_run);
	spec->n_dry_run = step->n_dry_run;
	return 0;
}

/* ROLLOUT-HASH-REVISION-STEP[-N] */
static void name_experiment(char out[254], const korch__argo_hand *h)
{
	const char *revision = korch__text_or_empty(
	    korch_map_get(h->edited->object.metadata->annotations, KORCH__ARGO_ANNOTATION_REVISION));
	int n = snprintf(out, 240, "%.190s-%s-%s-%d", korch_object_name(&h->rollout->object), h->hash,
	                 revision, korch__argo_index(h, h->next.state.step));
	for (int i = 1; i < 1000 && korch_view_get(h->input->view, &korch_experiment_kind,
	                                           korch_object_namespace(&h->rollout->object), out);
	     i++)
		snprintf(out + n, 254 - (size_t)n, "-%d", i);
}

static int make(korch__argo_hand *h, const korch_rollout_experiment_step *step)
{
	char name[254];
	_cleanup_object_ korch_object *object = NULL;
	if (korch_object_new(&object, &korch_experiment_kind) < 0)
		return KORCH_E_NOMEM;
	korch_experiment *experiment = (korch_experiment *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_experiment_spec *spec = korch_struct_edit(&experiment->spec, &korch_experiment_spec_type);
	if (!meta || !spec)
		return KORCH_E_NOMEM;
	name_experiment(name, h);
	korch_string_share(&meta->namespace_, h->rollout->object.metadata->namespace_);
	if (korch_string_set(&meta->name, name) < 0 ||
	    korch_map_set(&meta->labels, KORCH__ARGO_LABEL_HASH, h->hash) < 0 ||
	    korch_object_set_controller(object, &h->rollout->object) < 0 ||
	    fill_spec(spec, h, step) < 0)
		return KORCH_E_NOMEM;
	korch_rollout_canary_status *canary =
	    korch_struct_edit(&h->status->canary, &korch_rollout_canary_status_type);
	if (!canary || korch_string_set(&canary->current_experiment, name) < 0)
		return KORCH_E_NOMEM;
	return korch_plan_create(h->plan, KORCH_STEAL(object));
}

/* Asks for its end. */
static int end(korch__argo_hand *h, const korch_experiment *experiment)
{
	const char *phase = experiment->status ? experiment->status->phase : NULL;
	if (!experiment->spec || experiment->spec->terminate ||
	    korch__argo_outcome(phase) != KORCH_STRATEGY_RUNNING)
		return 0;
	korch_experiment *edited = (korch_experiment *)korch_object_edit(&experiment->object);
	korch_experiment_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_experiment_spec_type) : NULL;
	if (!spec) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	spec->terminate = 1;
	return korch_plan_update(h->plan, &experiment->object, &edited->object);
}

int korch__argo_apply_experiment(korch__argo_hand *h)
{
	const korch_experiment *now = korch__argo_experiment(h);
	const korch_rollout_experiment_step *step = step_of(h, h->next.state.step);
	if (h->strategy.type != KORCH_STRATEGY_CANARY)
		return 0;
	if (h->next.experiment && step && !now)
		return make(h, step);
	if (h->next.experiment)
		return 0;
	if (now && end(h, now) < 0)
		return KORCH_E_NOMEM;
	if (!h->status->canary || !h->status->canary->current_experiment)
		return 0;
	korch_rollout_canary_status *canary =
	    korch_struct_edit(&h->status->canary, &korch_rollout_canary_status_type);
	return canary ? korch_string_set(&canary->current_experiment, NULL) : KORCH_E_NOMEM;
}
