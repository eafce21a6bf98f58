/* A new AnalysisRun of a Rollout. What stands in its status names it; how it ends is decided by the
 * analysis itself. */
#include "control/rollout/run.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/analysis/start.h"
#include "control/pods.h"
#include "object/object.h"
#include <korch/fieldpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *korch__argo_run_type(int slot)
{
	static const char *const types[] = {"Step", "Background", "PrePromotion", "PostPromotion"};
	return types[slot];
}

/* What a Rollout says about the analysis of a slot, in one form. */
typedef struct wish {
	const korch_rollout_analysis_template *templates;
	size_t n_templates;
	const korch_analysis_run_argument *args;
	size_t n_args;
	const korch_dry_run *dry_run;
	size_t n_dry_run;
	const korch_measurement_retention *retention;
	size_t n_retention;
	const korch_analysis_run_metadata *metadata;
} wish;

#define WISH(a)                                                                                    \
	{                                                                                              \
		(a)->templates, (a)->n_templates, (a)->args, (a)->n_args, (a)->dry_run, (a)->n_dry_run,    \
		    (a)->measurement_retention, (a)->n_measurement_retention, (a)->analysis_run_metadata   \
	}

static wish wish_of(const korch__argo_hand *h, int slot)
{
	const korch_rollout_strategy *strategy = h->rollout->spec->strategy;
	const korch_canary_strategy *canary = strategy->canary;
	const korch_blue_green_strategy *bg = strategy->blue_green;
	const korch_rollout_analysis *analysis = NULL;
	const korch_canary_step *step = korch__argo_step(h, h->next.state.step);
	if (slot == KORCH_STRATEGY_SLOT_BACKGROUND && canary && canary->analysis)
		return (wish)WISH(canary->analysis);
	if (slot == KORCH_STRATEGY_SLOT_STEP && step)
		analysis = step->analysis;
	else if (slot == KORCH_STRATEGY_SLOT_PRE && bg)
		analysis = bg->pre_promotion_analysis;
	else if (slot == KORCH_STRATEGY_SLOT_POST && bg)
		analysis = bg->post_promotion_analysis;
	return analysis ? (wish)WISH(analysis) : (wish){0};
}

static int is_taken(const korch__argo_hand *h, const char *name)
{
	return korch_view_get(h->input->view, &korch_analysis_run_kind,
	                      korch_object_namespace(&h->rollout->object), name) != NULL;
}

/* ROLLOUT-HASH-REVISION[-STEP][-pre|-post][.N], as Argo names them. */
static void name_run(char out[254], const korch__argo_hand *h, int slot)
{
	static const char *const suffixes[] = {"", "", "-pre", "-post"};
	char step[16] = "";
	const char *revision = korch__text_or_empty(
	    korch_map_get(h->edited->object.metadata->annotations, KORCH__ARGO_ANNOTATION_REVISION));
	if (slot == KORCH_STRATEGY_SLOT_STEP)
		snprintf(step, sizeof(step), "-%d", korch__argo_index(h, h->next.state.step));
	int n = snprintf(out, 240, "%.190s-%s-%s%s%s", korch_object_name(&h->rollout->object), h->hash,
	                 revision, step, suffixes[slot]);
	for (int i = 1; is_taken(h, out) && i < 1000; i++)
		snprintf(out + n, 254 - (size_t)n, ".%d", i);
}

static int set_labels(korch_object_meta *meta, const korch__argo_hand *h, int slot, const wish *w)
{
	char number[16];
	const korch_map *labels = w->metadata ? w->metadata->labels : NULL;
	const korch_map *annotations = w->metadata ? w->metadata->annotations : NULL;
	for (size_t i = 0; labels && i < labels->n; i++) {
		if (korch_map_set(&meta->labels, labels->items[i].key,
		                  korch__text_or_empty(labels->items[i].value)) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; annotations && i < annotations->n; i++) {
		if (korch_map_set(&meta->annotations, annotations->items[i].key,
		                  korch__text_or_empty(annotations->items[i].value)) < 0)
			return KORCH_E_NOMEM;
	}
	if (korch_map_set(&meta->labels, KORCH__ARGO_LABEL_HASH, h->hash) < 0 ||
	    korch_map_set(&meta->labels, KORCH__ARGO_LABEL_RUN_TYPE, korch__argo_run_type(slot)) < 0)
		return KORCH_E_NOMEM;
	if (slot != KORCH_STRATEGY_SLOT_STEP)
		return 0;
	snprintf(number, sizeof(number), "%d", korch__argo_index(h, h->next.state.step));
	if (korch_map_set(&meta->labels, KORCH__ARGO_LABEL_STEP, number) < 0)
		return KORCH_E_NOMEM;
	snprintf(number, sizeof(number), "%u", h->next.state.attempt);
	return korch_map_set(&meta->labels, KORCH__ARGO_LABEL_ATTEMPT, number);
}

/* The value that the Rollout gives an argument: text, a hash, or a field of itself. */
static int value_of(char **out, const korch__argo_hand *h, const korch_analysis_run_argument *arg,
                    korch_error **err)
{
	const korch_argument_value_from *from = arg->value_from;
	*out = NULL;
	if (arg->value || !from) {
		*out = arg->value ? strdup(arg->value) : NULL;
		return arg->value && !*out ? KORCH_E_NOMEM : 0;
	}
	if (from->pod_template_hash_value) {
		int stable = korch__text_equal(from->pod_template_hash_value, "Stable");
		*out = strdup(stable && h->next.state.stable ? h->next.state.stable : h->hash);
		return *out ? 0 : KORCH_E_NOMEM;
	}
	const char *path = from->field_ref ? from->field_ref->field_path : NULL;
	return korch_object_get_text(out, &h->rollout->object, korch__text_or_empty(path), err);
}

/* Names and values of the arguments that the Rollout gives. */
static int args_of(korch_map **out, const korch__argo_hand *h, const wish *w, korch_error **err)
{
	int code = 0;
	for (size_t i = 0; i < w->n_args && code == 0; i++) {
		char *value = NULL;
		code = value_of(&value, h, &w->args[i], err);
		if (code == 0 && value)
			code = korch_map_set(out, korch__text_or_empty(w->args[i].name), value);
		free(value);
	}
	return code;
}

static int fill_spec(korch_analysis_run *run, const korch__argo_hand *h, const wish *w,
                     korch_error **err)
{
	_cleanup_free_ korch__template_name *names = korch__calloc(w->n_templates + 1, sizeof(*names));
	korch_map *args = NULL;
	korch_analysis_run_spec *spec = NULL;
	if (!names)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < w->n_templates; i++)
		names[i] =
		    (korch__template_name){w->templates[i].template_name, w->templates[i].cluster_scope};
	int code = args_of(&args, h, w, err);
	const korch__start start = {
	    .view = h->input->view,
	    .namespace_ = korch_object_namespace(&h->rollout->object),
	    .templates = names,
	    .n_templates = w->n_templates,
	    .args = args,
	    .dry_run = w->dry_run,
	    .n_dry_run = w->n_dry_run,
	    .retention = w->retention,
	    .n_retention = w->n_retention,
	};
	if (code == 0)
		code = korch__start_spec(&spec, &start, err);
	korch_block_unref(args);
	if (code == 0)
		korch_block_take(&run->spec, spec);
	return code;
}

int korch__argo_run_make(korch_analysis_run **out, korch__argo_hand *h, int slot, korch_error **err)
{
	char name[254];
	const wish w = wish_of(h, slot);
	_cleanup_object_ korch_object *object = NULL;
	if (korch_object_new(&object, &korch_analysis_run_kind) < 0)
		return KORCH_E_NOMEM;
	korch_analysis_run *run = (korch_analysis_run *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta)
		return KORCH_E_NOMEM;
	name_run(name, h, slot);
	korch_string_share(&meta->namespace_, h->rollout->object.metadata->namespace_);
	if (korch_string_set(&meta->name, name) < 0 || set_labels(meta, h, slot, &w) < 0 ||
	    korch_object_set_controller(object, &h->rollout->object) < 0)
		return KORCH_E_NOMEM;
	int code = fill_spec(run, h, &w, err);
	if (code < 0)
		return code;
	*out = (korch_analysis_run *)KORCH_STEAL(object);
	return 0;
}
