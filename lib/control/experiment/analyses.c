/* AnalysisRuns of an Experiment: started when its pods are there, looked at, ended. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/analysis/start.h"
#include "control/experiment/hand.h"
#include "control/rollout/rollout.h"
#include "control/rollout/run.h"
#include "object/object.h"
#include <stdio.h>
#include <string.h>

static const korch_analysis_run *run_named(const korch__experiment_hand *h, const char *name)
{
	for (size_t i = 0; name && i < h->input->n_runs; i++) {
		if (korch__text_equal(korch_object_name(&h->input->runs[i]->object), name))
			return h->input->runs[i];
	}
	return NULL;
}

/* The entry of an analysis; NULL: no memory. */
static korch_experiment_analysis_run_status *entry_of(korch__experiment_hand *h, const char *name)
{
	korch_experiment_status *status = h->status;
	size_t n = status->n_analysis_runs, at = n;
	for (size_t i = 0; i < n; i++) {
		if (korch__text_equal(status->analysis_runs[i].name, name))
			at = i;
	}
	korch_experiment_analysis_run_status *list =
	    korch_list_edit(&status->analysis_runs, &status->n_analysis_runs,
	                    &korch_experiment_analysis_run_status_type, at == n ? n + 1 : n);
	if (!list || (at == n && korch_string_set(&list[at].name, name) < 0))
		return NULL;
	return &list[at];
}

/* Texts only: hashes and fields were put in by who made the Experiment. */
static int args_of(korch_map **out, const korch_experiment_analysis *analysis)
{
	for (size_t i = 0; i < analysis->n_args; i++) {
		if (analysis->args[i].value &&
		    korch_map_set(out, korch__text_or_empty(analysis->args[i].name),
		                  analysis->args[i].value) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int fill(korch_analysis_run *run, const korch__experiment_hand *h,
                const korch_experiment_analysis *analysis, const char *name, korch_error **err)
{
	const korch_experiment_spec *spec = h->experiment->spec;
	const korch__template_name template_ = {analysis->template_name, analysis->cluster_scope};
	korch_object_meta *meta = korch_object_edit_meta(&run->object);
	korch_analysis_run_spec *made = NULL;
	korch_map *args = NULL;
	if (!meta || korch_string_set(&meta->name, name) < 0 ||
	    korch_object_set_controller(&run->object, &h->experiment->object) < 0 ||
	    args_of(&args, analysis) < 0) {
		korch_block_unref(args);
		return KORCH_E_NOMEM;
	}
	korch_string_share(&meta->namespace_, h->experiment->object.metadata->namespace_);
	const korch__start start = {
	    .view = h->input->view,
	    .namespace_ = korch_object_namespace(&h->experiment->object),
	    .templates = &template_,
	    .n_templates = 1,
	    .args = args,
	    .dry_run = spec->dry_run,
	    .n_dry_run = spec->n_dry_run,
	    .retention = spec->measurement_retention,
	    .n_retention = spec->n_measurement_retention,
	};
	int code = korch__start_spec(&made, &start, err);
	korch_block_unref(args);
	if (code == 0)
		korch_block_take(&run->spec, made);
	return code;
}

static void name_run(char out[254], const korch__experiment_hand *h, const char *analysis)
{
	const char *ns = korch_object_namespace(&h->experiment->object);
	int n = snprintf(out, 240, "%.170s-%.60s", korch_object_name(&h->experiment->object), analysis);
	for (int i = 1; i < 1000 && korch_view_get(h->input->view, &korch_analysis_run_kind, ns, out);
	     i++)
		snprintf(out + n, 254 - (size_t)n, "-%d", i);
}

static int start(korch__experiment_hand *h, const korch_experiment_analysis *analysis,
                 korch_experiment_analysis_run_status *entry)
{
	char name[254];
	_cleanup_error_ korch_error *problem = NULL;
	_cleanup_object_ korch_object *object = NULL;
	name_run(name, h, korch__text_or_empty(analysis->name));
	if (korch_object_new(&object, &korch_analysis_run_kind) < 0)
		return KORCH_E_NOMEM;
	int code = fill((korch_analysis_run *)object, h, analysis, name, &problem);
	if (code == KORCH_E_NOMEM)
		return code;
	if (code < 0) {
		if (korch_string_set(&entry->phase, "Error") < 0)
			return KORCH_E_NOMEM;
		return korch_string_set(&entry->message, korch_error_message(problem));
	}
	if (korch_string_set(&entry->analysis_run, name) < 0 ||
	    korch_string_set(&entry->phase, "Pending") < 0)
		return KORCH_E_NOMEM;
	return korch_plan_create(h->plan, KORCH_STEAL(object));
}

static int end(korch__experiment_hand *h, const korch_analysis_run *run)
{
	const char *phase = run->status ? run->status->phase : NULL;
	if (!run->spec || run->spec->terminate || korch__argo_outcome(phase) != KORCH_STRATEGY_RUNNING)
		return 0;
	korch_analysis_run *edited = (korch_analysis_run *)korch_object_edit(&run->object);
	korch_analysis_run_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_analysis_run_spec_type) : NULL;
	if (!spec) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	spec->terminate = 1;
	return korch_plan_update(h->plan, &run->object, &edited->object);
}

static int one(korch__experiment_hand *h, const korch_experiment_analysis *analysis)
{
	korch_experiment_analysis_run_status *entry = entry_of(h, analysis->name);
	if (!entry)
		return KORCH_E_NOMEM;
	const korch_analysis_run *run = run_named(h, entry->analysis_run);
	if (run && h->ending && end(h, run) < 0)
		return KORCH_E_NOMEM;
	if (run && run->status) {
		if (korch_string_set(&entry->phase, run->status->phase) < 0)
			return KORCH_E_NOMEM;
		return korch_string_set(&entry->message, run->status->message);
	}
	if (*korch__text_or_empty(entry->analysis_run) || *korch__text_or_empty(entry->phase) ||
	    h->ending || !h->status->available_at)
		return 0;
	return start(h, analysis, entry);
}

int korch__experiment_analyses(korch__experiment_hand *h)
{
	const korch_experiment_spec *spec = h->experiment->spec;
	for (size_t i = 0; i < spec->n_analyses; i++) {
		if (one(h, &spec->analyses[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

const char *korch__experiment_bad_phase(const korch__experiment_hand *h, const char **message)
{
	static const char *const bad[] = {"Failed", "Error", "Inconclusive"};
	for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++) {
		for (size_t i = 0; i < h->status->n_analysis_runs; i++) {
			const korch_experiment_analysis_run_status *entry = &h->status->analysis_runs[i];
			if (!korch__text_equal(entry->phase, bad[b]))
				continue;
			*message = korch__text_or_empty(entry->message);
			return bad[b];
		}
	}
	return NULL;
}

int korch__experiment_is_awaited(const korch__experiment_hand *h)
{
	const korch_experiment_spec *spec = h->experiment->spec;
	for (size_t i = 0; i < spec->n_analyses; i++) {
		const korch_experiment_analysis *analysis = &spec->analyses[i];
		int counts = analysis->required_for_completion || !spec->duration;
		for (size_t j = 0; counts && j < h->status->n_analysis_runs; j++) {
			const korch_experiment_analysis_run_status *entry = &h->status->analysis_runs[j];
			if (korch__text_equal(entry->name, analysis->name) &&
			    !korch__text_equal(entry->phase, "Successful"))
				return 1;
		}
	}
	return 0;
}
