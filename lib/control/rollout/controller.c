/* The Rollout controller: gathers ReplicaSets, services, analyses and templates from the view for
 * the decider in decide.c. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/gather.h"
#include "control/pods.h"
#include "control/rollout/rollout.h"
#include <stdio.h>

typedef struct gathered {
	korch__objects sets;
	korch__objects runs;
	korch__objects experiments;
	korch__pods pods;
} gathered;

static void gathered_fini(gathered *all)
{
	korch__vec_fini(&all->sets);
	korch__vec_fini(&all->runs);
	korch__vec_fini(&all->experiments);
	korch__vec_fini(&all->pods);
}

/* Pods are looked at for restartAt and for metadata that they bear, or bear still, only. */
static int needs_pods(const korch_rollout *rollout, const korch__objects *sets)
{
	const korch_rollout_spec *spec = rollout->spec;
	const korch_canary_strategy *canary = spec->strategy ? spec->strategy->canary : NULL;
	const korch_blue_green_strategy *bg = spec->strategy ? spec->strategy->blue_green : NULL;
	int bear = 0;
	for (size_t i = 0; i < sets->n; i++)
		bear |= korch__annotation(sets->items[i], KORCH__ARGO_ANNOTATION_METADATA) != NULL;
	return spec->restart_at != 0 || bear ||
	       (canary && (canary->canary_metadata || canary->stable_metadata)) ||
	       (bg && (bg->active_metadata || bg->preview_metadata));
}

static int gather(gathered *all, const korch_view *view, const korch_rollout *rollout)
{
	const korch_object *object = &rollout->object;
	korch_view_query query = {.namespace_ = korch_object_namespace(object),
	                          .owner_uid = korch_object_uid(object)};
	query.kind = &korch_analysis_run_kind;
	if (korch__gather(&all->runs, view, &query) < 0)
		return KORCH_E_NOMEM;
	query.kind = &korch_experiment_kind;
	if (korch__gather(&all->experiments, view, &query) < 0)
		return KORCH_E_NOMEM;
	query.kind = &korch_replica_set_kind;
	if (korch__gather(&all->sets, view, &query) < 0)
		return KORCH_E_NOMEM;
	int needed = needs_pods(rollout, &all->sets);
	for (size_t i = 0; needed && i < all->sets.n; i++) {
		if (korch__gather_pods(&all->pods, view, query.namespace_,
		                       korch_object_uid(all->sets.items[i])) < 0)
			return KORCH_E_NOMEM;
	}
	query.owner_uid = "";
	return korch__gather(&all->sets, view, &query);
}

/* Template and selector: its own, or those of the workload that it names. */
static void resolve(korch__argo_input *input, const korch_view *view)
{
	const korch_rollout_spec *spec = input->rollout->spec;
	const korch_rollout_object_ref *ref = spec->workload_ref;
	const char *ns = korch_object_namespace(&input->rollout->object);
	input->selector = spec->selector;
	input->template_ = spec->template_;
	if (!ref)
		return;
	input->template_ = NULL;
	const char *name = korch__text_or_empty(ref->name);
	const korch_object *object = NULL;
	if (korch__text_equal(ref->kind, "Deployment"))
		object = korch_view_get(view, &korch_deployment_kind, ns, name);
	else if (korch__text_equal(ref->kind, "ReplicaSet"))
		object = korch_view_get(view, &korch_replica_set_kind, ns, name);
	if (!object)
		return;
	if (object->kind == &korch_replica_set_kind) {
		const korch_replica_set_spec *of = ((const korch_replica_set *)object)->spec;
		input->template_ = of ? of->template_ : NULL;
		input->selector = input->selector || !of ? input->selector : of->selector;
		return;
	}
	input->workload = (const korch_deployment *)object;
	const korch_deployment_spec *of = input->workload->spec;
	input->template_ = of ? of->template_ : NULL;
	input->selector = input->selector || !of ? input->selector : of->selector;
}

static void find_services(korch__argo_input *input, const korch_view *view)
{
	const char *ns = korch_object_namespace(&input->rollout->object);
	for (int i = 0; i < KORCH__ARGO_SERVICES; i++) {
		const char *name = korch__argo_service_name(input->rollout, (korch__argo_service)i);
		if (name && *name)
			input->services[i] =
			    (const korch_service *)korch_view_get(view, &korch_service_kind, ns, name);
	}
}

/* The set of the name that the present template's would have, when it is somebody else's. */
static void find_taken(korch__argo_input *input, const korch_view *view)
{
	char hash[12], name[254];
	const korch_object *object = &input->rollout->object;
	if (!input->template_)
		return;
	korch__argo_hash(hash, input->rollout, input->template_);
	snprintf(name, sizeof(name), "%.240s-%s", korch_object_name(object), hash);
	input->name_taken = (const korch_replica_set *)korch_view_get(
	    view, &korch_replica_set_kind, korch_object_namespace(object), name);
}

/* Everything that the decider looks at; it borrows from `all` and the view. */
static int fill_input(korch__argo_input *out, gathered *all, const korch_view *view,
                      const korch_rollout *rollout)
{
	if (gather(all, view, rollout) < 0)
		return KORCH_E_NOMEM;
	*out = (korch__argo_input){
	    .rollout = rollout,
	    .sets = (const korch_replica_set *const *)all->sets.items,
	    .n_sets = all->sets.n,
	    .pods = all->pods.items,
	    .n_pods = all->pods.n,
	    .runs = (const korch_analysis_run *const *)all->runs.items,
	    .n_runs = all->runs.n,
	    .experiments = (const korch_experiment *const *)all->experiments.items,
	    .n_experiments = all->experiments.n,
	    .view = view,
	    .now = korch_view_now(view),
	};
	resolve(out, view);
	find_services(out, view);
	find_taken(out, view);
	out->root = korch__argo_find_root(view, rollout, out->template_);
	return 0;
}

int korch__argo_explain(char out[KORCH_STRATEGY_TEXT_SIZE], const korch_view *view,
                        const korch_rollout *rollout, korch_error **err)
{
	_cleanup_(gathered_fini) gathered all = {0};
	korch__argo_input input;
	if (!rollout->spec)
		return korch_error_set(err, KORCH_E_INVALID, "the rollout has no spec");
	if (fill_input(&input, &all, view, rollout) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return korch__argo_explain_input(out, &input, err);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_rollout_kind, request->key.namespace_, request->key.name);
	if (!object || !((const korch_rollout *)object)->spec)
		return 0;
	_cleanup_(gathered_fini) gathered all = {0};
	korch__argo_input input;
	if (fill_input(&input, &all, view, (const korch_rollout *)object) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return korch__argo_decide(&input, plan, err);
}

/* Rollouts of a namespace that have to do with an object. */
typedef struct search {
	const korch_object *object;
	korch_enqueue *enqueue;
	int (*concerns)(const korch_rollout *rollout, const korch_object *object);
} search;

static int enqueue_if_concerned(void *userdata, const korch_object *object)
{
	const search *s = userdata;
	const korch_rollout *rollout = (const korch_rollout *)object;
	if (rollout->spec && s->concerns(rollout, s->object))
		korch_enqueue_key(s->enqueue, korch_object_namespace(object), korch_object_name(object));
	return 0;
}

static void enqueue_concerned(const korch_view *view, search *s)
{
	korch_view_query query = {.kind = &korch_rollout_kind,
	                          .namespace_ = korch_object_namespace(s->object)};
	if (!query.namespace_[0])
		query.namespace_ = NULL;
	korch_view_each(view, &query, enqueue_if_concerned, s);
}

static int names_service(const korch_rollout *rollout, const korch_object *service)
{
	for (int i = 0; i < KORCH__ARGO_SERVICES; i++) {
		const char *name = korch__argo_service_name(rollout, (korch__argo_service)i);
		if (name && korch__text_equal(name, korch_object_name(service)))
			return 1;
	}
	return korch__argo_shares_subsets(rollout);
}

static int names_workload(const korch_rollout *rollout, const korch_object *workload)
{
	const korch_rollout_object_ref *ref = rollout->spec->workload_ref;
	return ref && korch__text_equal(ref->kind, workload->kind->name) &&
	       korch__text_equal(ref->name, korch_object_name(workload));
}

/* A Rollout under way may wait for any template. */
static int may_use_template(const korch_rollout *rollout, const korch_object *template_)
{
	return !korch__text_equal(rollout->status ? rollout->status->phase : NULL, "Healthy");
}

static void map_service(void *userdata, const korch_view *view, const korch_object *previous,
                        const korch_object *object, korch_enqueue *enqueue)
{
	search s = {object ? object : previous, enqueue, names_service};
	enqueue_concerned(view, &s);
}

static void map_workload(void *userdata, const korch_view *view, const korch_object *previous,
                         const korch_object *object, korch_enqueue *enqueue)
{
	search s = {object ? object : previous, enqueue, names_workload};
	enqueue_concerned(view, &s);
}

static void map_template(void *userdata, const korch_view *view, const korch_object *previous,
                         const korch_object *object, korch_enqueue *enqueue)
{
	search s = {object, enqueue, may_use_template};
	if (object)
		enqueue_concerned(view, &s);
}

static int enqueue_if_matching(void *userdata, const korch_object *object)
{
	const korch_rollout *rollout = (const korch_rollout *)object;
	if (rollout->spec && rollout->spec->selector)
		korch__orphan_match_add(userdata, object, rollout->spec->selector);
	return 0;
}

static void map_set(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	korch__enqueue_controller(previous, &korch_rollout_kind, enqueue);
	korch__enqueue_controller(object, &korch_rollout_kind, enqueue);
	map_workload(userdata, view, previous, object, enqueue);
	if (!object || korch_object_controller(object) || korch__is_deleting(object))
		return;
	korch__orphan_match match = {.object = object, .enqueue = enqueue};
	korch_view_query query = {.kind = &korch_rollout_kind,
	                          .namespace_ = korch_object_namespace(object)};
	korch_view_each(view, &query, enqueue_if_matching, &match);
}

int korch__argo_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_replica_set_kind, .map = map_set},
	    {.kind = &korch_service_kind, .map = map_service},
	    {.kind = &korch_deployment_kind, .map = map_workload},
	    {.kind = &korch_analysis_run_kind},
	    {.kind = &korch_experiment_kind},
	    {.kind = &korch_analysis_template_kind, .map = map_template},
	    {.kind = &korch_cluster_analysis_template_kind, .map = map_template},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "rollouts-controller",
	    .kind = &korch_rollout_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
