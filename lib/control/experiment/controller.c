/* The Experiment controller: gathers what it owns from the view for the decider in decide.c. */
#include "base/cleanup.h"
#include "control/experiment/experiment.h"
#include "control/gather.h"

typedef struct gathered {
	korch__objects sets;
	korch__objects services;
	korch__objects runs;
} gathered;

static void gathered_fini(gathered *all)
{
	korch__vec_fini(&all->sets);
	korch__vec_fini(&all->services);
	korch__vec_fini(&all->runs);
}

static int gather(gathered *all, const korch_view *view, const korch_object *experiment)
{
	korch_view_query query = {.kind = &korch_replica_set_kind,
	                          .namespace_ = korch_object_namespace(experiment),
	                          .owner_uid = korch_object_uid(experiment)};
	if (korch__gather(&all->sets, view, &query) < 0)
		return KORCH_E_NOMEM;
	query.kind = &korch_service_kind;
	if (korch__gather(&all->services, view, &query) < 0)
		return KORCH_E_NOMEM;
	query.kind = &korch_analysis_run_kind;
	return korch__gather(&all->runs, view, &query);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_experiment_kind, request->key.namespace_, request->key.name);
	if (!object)
		return 0;
	_cleanup_(gathered_fini) gathered all = {0};
	if (gather(&all, view, object) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	const korch__experiment_input input = {
	    .experiment = (const korch_experiment *)object,
	    .sets = (const korch_replica_set *const *)all.sets.items,
	    .n_sets = all.sets.n,
	    .services = (const korch_service *const *)all.services.items,
	    .n_services = all.services.n,
	    .runs = (const korch_analysis_run *const *)all.runs.items,
	    .n_runs = all.runs.n,
	    .view = view,
	    .now = korch_view_now(view),
	};
	return korch__experiment_decide(&input, plan, err);
}

int korch__experiment_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_replica_set_kind},
	    {.kind = &korch_service_kind},
	    {.kind = &korch_analysis_run_kind},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "experiments-controller",
	    .kind = &korch_experiment_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
