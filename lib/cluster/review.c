/* Review of a manifest before it is applied: see review.h. */
#include "cluster/review.h"

#include "base/text.h"
#include "control/flagger/flagger.h"
#include "control/rollout/traffic.h"
#include <korch/api/analysis.h>
#include <korch/api/experiment.h>
#include <korch/problems.h>
#include <korch/strategy/check.h>
#include <stdio.h>

/* What is reviewed, and where names are looked up. */
typedef struct review {
	const korch_manifest *manifest;
	const korch_view *view;
	const korch_router *router;
} review;

static const char *namespace_of(const korch_object *object)
{
	const char *ns = korch_object_namespace(object);
	return *ns || !object->kind->namespaced ? ns : "default";
}

/* Whether there is such an object, in the manifest or in the cluster. */
static int exists(const review *r, const korch_kind *kind, const char *ns, const char *name)
{
	for (size_t i = 0; i < korch_manifest_count(r->manifest); i++) {
		const korch_object *object = korch_manifest_object(r->manifest, i);
		if (object->kind == kind && korch__text_equal(korch_object_name(object), name) &&
		    korch__text_equal(namespace_of(object), ns))
			return 1;
	}
	return korch_view_get(r->view, kind, ns, name) != NULL;
}

/* What the reader of a manifest has checked already, when it was one that does. */
static int check_object(const korch_object *object, korch_error **err)
{
	korch_problems *problems = NULL;
	int code = korch_problems_new(&problems, 0);
	if (code == 0)
		code = korch_strategy_check_object(NULL, object, problems);
	if (code == 0)
		code = korch_problems_result(problems, err);
	korch_problems_free(problems);
	return code;
}

/* A template that is named at a path of an object. */
static int check_template(const review *r, const korch_object *owner, const char *path,
                          const char *name, int cluster_scope, korch_error **err)
{
	const korch_kind *kind =
	    cluster_scope ? &korch_cluster_analysis_template_kind : &korch_analysis_template_kind;
	const char *ns = cluster_scope ? "" : namespace_of(owner);
	if (!name || exists(r, kind, ns, name))
		return 0;
	korch_error_set(err, KORCH_E_INVALID, "Invalid value: \"%s\": %s '%s' not found", name,
	                kind->name, name);
	korch_error_prefix_path(err, path);
	return KORCH_E_INVALID;
}

static int check_refs(const review *r, const korch_object *owner, const char *path,
                      const korch_rollout_analysis_template *templates, size_t n, korch_error **err)
{
	for (size_t i = 0; i < n; i++) {
		char at[192];
		snprintf(at, sizeof(at), "%s.templates[%zu].templateName", path, i);
		int code = check_template(r, owner, at, templates[i].template_name,
		                          templates[i].cluster_scope, err);
		if (code < 0)
			return code;
	}
	return 0;
}

static int check_step(const review *r, const korch_object *owner, const korch_canary_step *step,
                      size_t i, korch_error **err)
{
	char path[160];
	snprintf(path, sizeof(path), "spec.strategy.canary.steps[%zu].analysis", i);
	int code = step->analysis ? check_refs(r, owner, path, step->analysis->templates,
	                                       step->analysis->n_templates, err)
	                          : 0;
	for (size_t a = 0; code == 0 && step->experiment && a < step->experiment->n_analyses; a++) {
		const korch_rollout_experiment_analysis *analysis = &step->experiment->analyses[a];
		snprintf(path, sizeof(path),
		         "spec.strategy.canary.steps[%zu].experiment.analyses[%zu].templateName", i, a);
		code =
		    check_template(r, owner, path, analysis->template_name, analysis->cluster_scope, err);
	}
	return code;
}

static int check_canary(const review *r, const korch_object *owner,
                        const korch_canary_strategy *canary, korch_error **err)
{
	int code = canary->analysis
	               ? check_refs(r, owner, "spec.strategy.canary.analysis",
	                            canary->analysis->templates, canary->analysis->n_templates, err)
	               : 0;
	for (size_t i = 0; code == 0 && i < canary->n_steps; i++)
		code = check_step(r, owner, &canary->steps[i], i, err);
	return code;
}

static int check_blue_green(const review *r, const korch_object *owner,
                            const korch_blue_green_strategy *bg, korch_error **err)
{
	int code = 0;
	if (bg->pre_promotion_analysis)
		code = check_refs(r, owner, "spec.strategy.blueGreen.prePromotionAnalysis",
		                  bg->pre_promotion_analysis->templates,
		                  bg->pre_promotion_analysis->n_templates, err);
	if (code == 0 && bg->post_promotion_analysis)
		code = check_refs(r, owner, "spec.strategy.blueGreen.postPromotionAnalysis",
		                  bg->post_promotion_analysis->templates,
		                  bg->post_promotion_analysis->n_templates, err);
	return code;
}

static int check_rollout(const review *r, const korch_rollout *rollout, korch_error **err)
{
	const korch_rollout_strategy *strategy = rollout->spec ? rollout->spec->strategy : NULL;
	int code = 0;
	if (!strategy)
		return 0;
	if (code == 0 && r->router)
		code = korch__argo_refuse_routing(korch_router_capabilities(r->router), rollout, err);
	if (code == 0 && strategy->canary)
		code = check_canary(r, &rollout->object, strategy->canary, err);
	if (code == 0 && strategy->blue_green)
		code = check_blue_green(r, &rollout->object, strategy->blue_green, err);
	return code;
}

static int check_one(const review *r, const korch_object *object, korch_error **err)
{
	int code = check_object(object, err);
	if (code == 0 && object->kind == &korch_rollout_kind)
		code = check_rollout(r, (const korch_rollout *)object, err);
	if (code == 0 && object->kind == &korch_flagger_canary_kind && r->router)
		code = korch__flagger_refuse(korch_router_capabilities(r->router),
		                             (const korch_flagger_canary *)object, err);
	return code;
}

int korch__review(const korch_manifest *manifest, const korch_view *view,
                  const korch_router *router, korch_error **err)
{
	const review r = {manifest, view, router};
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		int code = check_one(&r, korch_manifest_object(manifest, i), err);
		if (code < 0 && err)
			korch_error_set_location(err, korch_manifest_file(manifest, i),
			                         korch_manifest_line_at(manifest, i, korch_error_path(*err)));
		if (code < 0)
			return code;
	}
	return 0;
}
