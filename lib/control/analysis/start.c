/* AnalysisRuns that other objects start: see start.h. */
#include "control/analysis/start.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <korch/api/analysis.h>

static const korch_analysis_template_spec *find(void *userdata, const char *name, int cluster_scope)
{
	const korch__start *start = userdata;
	const korch_object *object = korch_view_get(
	    start->view,
	    cluster_scope ? &korch_cluster_analysis_template_kind : &korch_analysis_template_kind,
	    cluster_scope ? "" : start->namespace_, korch__text_or_empty(name));
	if (!object)
		return NULL;
	return cluster_scope ? ((const korch_cluster_analysis_template *)object)->spec
	                     : ((const korch_analysis_template *)object)->spec;
}

int korch__start_spec(korch_analysis_run_spec **out, const korch__start *start, korch_error **err)
{
	_cleanup_free_ korch_analysis_template_ref *refs =
	    korch__calloc(start->n_templates + 1, sizeof(*refs));
	if (!refs)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; i < start->n_templates; i++) {
		refs[i].template_name = start->templates[i].name;
		refs[i].cluster_scope = start->templates[i].cluster_scope;
	}
	const korch_analysis_merge_options options = {
	    .size = sizeof(options),
	    .refs = refs,
	    .n_refs = start->n_templates,
	    .args = start->args,
	    .dry_run = start->dry_run,
	    .n_dry_run = start->n_dry_run,
	    .retention = start->retention,
	    .n_retention = start->n_retention,
	    .find = find,
	    .userdata = (void *)(uintptr_t)start,
	};
	return korch_analysis_merge(out, &options, err);
}
