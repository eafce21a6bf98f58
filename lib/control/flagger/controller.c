/* The controller of Canaries: gathers Deployments, Services and analyses from the view for the
 * decider in decide.c. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/flagger/flagger.h"
#include "control/gather.h"
#include <korch/api/core_config.h>

static const korch_deployment *get_deployment(const korch_view *view, const char *ns,
                                              const char *name)
{
	return (const korch_deployment *)korch_view_get(view, &korch_deployment_kind, ns,
	                                                korch__text_or_empty(name));
}

static void find_deployments(korch__flagger_input *input, const korch_view *view, const char *ns)
{
	char name[KORCH__FLAGGER_NAME_SIZE];
	const korch_flagger_target_ref *ref = input->canary->spec->target_ref;
	if (ref && korch__text_equal(ref->kind, "Deployment"))
		input->target = get_deployment(view, ns, ref->name);
	korch__flagger_primary_name(name, input->canary);
	input->primary = get_deployment(view, ns, name);
	if (!input->target || !input->target->spec || !input->target->spec->template_)
		return;
	korch__deployment_set_name(name, input->target);
	input->target_set =
	    (const korch_replica_set *)korch_view_get(view, &korch_replica_set_kind, ns, name);
}

/* Everything that the decider looks at but the runs; it borrows from the view. */
static void fill_input(korch__flagger_input *out, const korch_view *view,
                       const korch_flagger_canary *canary)
{
	char name[KORCH__FLAGGER_NAME_SIZE];
	const char *ns = korch_object_namespace(&canary->object);
	*out = (korch__flagger_input){.canary = canary, .view = view, .now = korch_view_now(view)};
	find_deployments(out, view, ns);
	for (int i = 0; i < KORCH__FLAGGER_SERVICES; i++) {
		korch__flagger_service_name(name, canary, (korch__flagger_service)i);
		out->services[i] =
		    (const korch_service *)korch_view_get(view, &korch_service_kind, ns, name);
	}
}

static int gather_runs(korch__objects *runs, korch__flagger_input *input)
{
	const korch_object *object = &input->canary->object;
	const korch_view_query query = {.kind = &korch_analysis_run_kind,
	                                .namespace_ = korch_object_namespace(object),
	                                .owner_uid = korch_object_uid(object)};
	int code = korch__gather(runs, input->view, &query);
	input->runs = (const korch_analysis_run *const *)runs->items;
	input->n_runs = runs->n;
	return code;
}

int korch__flagger_explain(char out[KORCH_STRATEGY_TEXT_SIZE], const korch_view *view,
                           const korch_flagger_canary *canary, korch_error **err)
{
	korch__flagger_input input;
	korch__objects runs = {0};
	if (!canary->spec)
		return korch_error_set(err, KORCH_E_INVALID, "the canary has no spec");
	fill_input(&input, view, canary);
	int code = gather_runs(&runs, &input);
	code = code < 0 ? korch_error_set(err, code, "out of memory")
	                : korch__flagger_explain_input(out, &input, err);
	korch__vec_fini(&runs);
	return code;
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_flagger_canary *canary = (const korch_flagger_canary *)korch_view_get(
	    view, &korch_flagger_canary_kind, request->key.namespace_, request->key.name);
	korch__flagger_input input;
	korch__objects runs = {0};
	if (!canary || !canary->spec)
		return 0;
	fill_input(&input, view, canary);
	int code = gather_runs(&runs, &input);
	if (code == 0)
		code = korch__flagger_decide(&input, plan, err);
	korch__vec_fini(&runs);
	return code;
}

/* Canaries of a namespace that have to do with an object. */
typedef struct search {
	const korch_object *object;
	const char *name; /* of the Deployment that it is or belongs to */
	korch_enqueue *enqueue;
	int (*concerns)(const struct search *s, const korch_flagger_canary *canary);
} search;

static int enqueue_if_concerned(void *userdata, const korch_object *object)
{
	const search *s = userdata;
	const korch_flagger_canary *canary = (const korch_flagger_canary *)object;
	if (canary->spec && s->concerns(s, canary))
		korch_enqueue_key(s->enqueue, korch_object_namespace(object), korch_object_name(object));
	return 0;
}

static void enqueue_concerned(const korch_view *view, search *s)
{
	const korch_view_query query = {.kind = &korch_flagger_canary_kind,
	                                .namespace_ = korch_object_namespace(s->object)};
	korch_view_each(view, &query, enqueue_if_concerned, s);
}

static int leads(const search *s, const korch_flagger_canary *canary)
{
	char primary[KORCH__FLAGGER_NAME_SIZE];
	const korch_flagger_target_ref *ref = canary->spec->target_ref;
	korch__flagger_primary_name(primary, canary);
	return ref && s->name &&
	       (korch__text_equal(ref->name, s->name) || korch__text_equal(primary, s->name));
}

static int names_service(const search *s, const korch_flagger_canary *canary)
{
	char name[KORCH__FLAGGER_NAME_SIZE];
	for (int i = 0; i < KORCH__FLAGGER_SERVICES; i++) {
		korch__flagger_service_name(name, canary, (korch__flagger_service)i);
		if (korch__text_equal(name, korch_object_name(s->object)))
			return 1;
	}
	return 0;
}

static int may_use(const search *s, const korch_flagger_canary *canary)
{
	return 1; /* which configuration the target uses is known when it is looked at */
}

static void map_deployment(void *userdata, const korch_view *view, const korch_object *previous,
                           const korch_object *object, korch_enqueue *enqueue)
{
	const korch_object *one = object ? object : previous;
	search s = {one, korch_object_name(one), enqueue, leads};
	enqueue_concerned(view, &s);
}

static void map_set(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	const korch_object *one = object ? object : previous;
	const korch_owner_reference *owner = korch_object_controller(one);
	search s = {one, owner ? owner->name : NULL, enqueue, leads};
	enqueue_concerned(view, &s);
}

static void map_service(void *userdata, const korch_view *view, const korch_object *previous,
                        const korch_object *object, korch_enqueue *enqueue)
{
	search s = {object ? object : previous, NULL, enqueue, names_service};
	enqueue_concerned(view, &s);
}

static void map_config(void *userdata, const korch_view *view, const korch_object *previous,
                       const korch_object *object, korch_enqueue *enqueue)
{
	search s = {object ? object : previous, NULL, enqueue, may_use};
	enqueue_concerned(view, &s);
}

int korch__flagger_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_deployment_kind, .map = map_deployment},
	    {.kind = &korch_replica_set_kind, .map = map_set},
	    {.kind = &korch_service_kind, .map = map_service},
	    {.kind = &korch_config_map_kind, .map = map_config},
	    {.kind = &korch_secret_kind, .map = map_config},
	    {.kind = &korch_analysis_run_kind},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "canary-controller",
	    .kind = &korch_flagger_canary_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
