/* The Job controller: gathers pods from the view for the decider in decide.c, and lets pods go
 * whose Job is not there any more. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/gather.h"
#include "control/job/job.h"

typedef struct gathered {
	korch__pods pods;
} gathered;

static void gathered_fini(gathered *all)
{
	korch__vec_fini(&all->pods);
}

static const korch_pod_template_spec *template_of(const korch_object *object)
{
	const korch_job_spec *spec = ((const korch_job *)object)->spec;
	return spec ? spec->template_ : NULL;
}

/* Pods of a Job of that name whose uid is not there (any more). */
typedef struct strays {
	const char *name;
	const char *uid; /* of the Job that is there, "": of none */
	korch_plan *plan;
} strays;

static int release_stray(void *userdata, const korch_object *object)
{
	const strays *s = userdata;
	const korch_pod *pod = korch__pod_of(object);
	const korch_owner_reference *owner = korch_object_controller(object);
	const char *job = korch_map_get(korch__labels(object), KORCH__LABEL_JOB_NAME);
	int is_stray = korch__job_is_tracked(pod) && korch__text_equal(job, s->name) &&
	               (!owner || (korch__text_equal(owner->kind, "Job") &&
	                           !korch__text_equal(owner->uid, s->uid)));
	/* One without a controller may be adopted. */
	if (!is_stray || (!owner && s->uid[0]))
		return 0;
	return korch__job_release(s->plan, pod);
}

static int release_strays(const korch_view *view, const korch_request *request, const char *uid,
                          korch_plan *plan)
{
	strays s = {.name = request->key.name, .uid = uid, .plan = plan};
	const korch_view_query query = {.kind = &korch_pod_kind, .namespace_ = request->key.namespace_};
	return korch_view_each(view, &query, release_stray, &s);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_job_kind, request->key.namespace_, request->key.name);
	const korch_job *job = (const korch_job *)object;
	_cleanup_(gathered_fini) gathered all = {0};
	/* A new Job may bear the name of one whose pods are still there. */
	if ((!job || !job->status) &&
	    release_strays(view, request, job ? korch_object_uid(object) : "", plan) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (!job)
		return korch_plan_error(plan);
	const char *ns = korch_object_namespace(object);
	if (korch__gather_pods(&all.pods, view, ns, korch_object_uid(object)) < 0 ||
	    korch__gather_pods(&all.pods, view, ns, "") < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__job_input input = {
	    .job = job, .pods = all.pods.items, .n_pods = all.pods.n, .now = korch_view_now(view)};
	korch__admission_find(&input.admission, view, ns, template_of(object));
	return korch__job_decide(&input, plan, err);
}

static int enqueue_if_matching(void *userdata, const korch_object *object)
{
	const korch_job *job = (const korch_job *)object;
	if (job->spec)
		korch__orphan_match_add(userdata, object, job->spec->selector);
	return 0;
}

static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	korch__enqueue_controller(previous, &korch_job_kind, enqueue);
	korch__enqueue_controller(object, &korch_job_kind, enqueue);
	if (!object || korch_object_controller(object) || korch__is_deleting(object))
		return;
	korch__orphan_match match = {.object = object, .enqueue = enqueue};
	korch_view_query query = {.kind = &korch_job_kind,
	                          .namespace_ = korch_object_namespace(object)};
	korch_view_each(view, &query, enqueue_if_matching, &match);
}

static void map_class(void *userdata, const korch_view *view, const korch_object *previous,
                      const korch_object *object, korch_enqueue *enqueue)
{
	if (!previous && object)
		korch__enqueue_for_class(view, &korch_job_kind, template_of, object, enqueue);
}

int korch__job_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_pod_kind, .map = map_pod},
	    {.kind = &korch_priority_class_kind, .map = map_class},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "job-controller",
	    .kind = &korch_job_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
