/*
 * Verbs on Rollouts: the changes of the object that Argo Rollouts' client makes. What follows from
 * them is decided by lib/strategy and lib/control/rollout.
 */
#include <korch/rollout.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cluster/cluster.h"
#include "control/rollout/rollout.h"
#include <korch/api.h>
#include <korch/strategy/rollout.h>
#include <stdio.h>
#include <string.h>

static int change(korch_cluster *cluster, const char *namespace_, const char *name,
                  korch__plan_for_fn plan_for, const void *argument, korch_error **err)
{
	const korch_key key = {.kind = &korch_rollout_kind, .namespace_ = namespace_, .name = name};
	return korch__cluster_change(cluster, &key, plan_for, argument, err);
}

/* A Rollout to be changed; `status` is exclusive when it is asked for. NULL: no memory. */
static korch_rollout *edit(const korch_object *object, korch_rollout_status **status)
{
	korch_rollout *edited = (korch_rollout *)korch_object_edit(object);
	if (edited && status) {
		*status = korch_struct_edit(&edited->status, &korch_rollout_status_type);
		if (!*status) {
			korch_object_unref(&edited->object);
			return NULL;
		}
	}
	return edited;
}

static int is_under_way(const korch_rollout *rollout)
{
	const korch_rollout_status *status = rollout->status;
	return status && status->current_pod_hash &&
	       !korch__text_equal(status->current_pod_hash, status->stable_rs);
}

typedef enum verb {
	VERB_PROMOTE,
	VERB_PROMOTE_FULL,
	VERB_ABORT,
	VERB_RETRY,
} verb;

/* Why a verb makes no sense now; NULL: it does. */
static const char *objection(const korch_rollout *rollout, verb what)
{
	switch (what) {
	case VERB_PROMOTE:
	case VERB_PROMOTE_FULL:
		return is_under_way(rollout) ? NULL : "has nothing to promote";
	case VERB_ABORT:
		return is_under_way(rollout) ? NULL : "has nothing to abort";
	case VERB_RETRY:
		return rollout->status && rollout->status->abort ? NULL : "is not aborted";
	}
	return NULL;
}

static void act(korch_strategy_state *state, const korch_strategy *strategy, verb what)
{
	if (what == VERB_ABORT)
		korch_rollout_abort(state);
	else if (what == VERB_RETRY)
		korch_rollout_retry(state);
	else if (what == VERB_PROMOTE_FULL)
		korch_rollout_promote_full(state);
	else
		korch_rollout_promote(state, strategy);
}

static int plan_verb(korch_plan *plan, const korch_view *view, const korch_object *object,
                     const void *argument, korch_error **err)
{
	verb what = *(const verb *)argument;
	const korch_rollout *rollout = (const korch_rollout *)object;
	const char *why_not = objection(rollout, what);
	korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_strategy strategy;
	korch_strategy_state state;
	korch_rollout_status *status = NULL;
	if (why_not)
		return korch_error_set(err, KORCH_E_INVALID, "rollout \"%s\" %s", korch_object_name(object),
		                       why_not);
	int code =
	    korch_strategy_from_rollout(&strategy, steps, KORCH_STRATEGY_STEPS_MAX, rollout, err);
	if (code < 0)
		return code;
	korch__argo_state_read(&state, rollout, &strategy, korch_view_now(view));
	act(&state, &strategy, what);
	korch_rollout *edited = edit(object, &status);
	if (!edited || korch__argo_state_write(edited, status, &state, &strategy) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update_status(plan, object, &edited->object);
}

static int do_verb(korch_cluster *cluster, const char *namespace_, const char *name, verb what,
                   korch_error **err)
{
	return change(cluster, namespace_, name, plan_verb, &what, err);
}

int korch_rollouts_abort(korch_cluster *cluster, const char *namespace_, const char *name,
                         korch_error **err)
{
	return do_verb(cluster, namespace_, name, VERB_ABORT, err);
}

int korch_rollouts_retry(korch_cluster *cluster, const char *namespace_, const char *name,
                         korch_error **err)
{
	return do_verb(cluster, namespace_, name, VERB_RETRY, err);
}

static int plan_pause(korch_plan *plan, const korch_view *view, const korch_object *object,
                      const void *argument, korch_error **err)
{
	korch_rollout *edited = edit(object, NULL);
	korch_rollout_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_rollout_spec_type) : NULL;
	if (!spec) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	spec->paused = *(const int *)argument;
	return korch_plan_update(plan, object, &edited->object);
}

/* As plan_pause(), when there is something to be let go; *argument tells. */
static int plan_resume(korch_plan *plan, const korch_view *view, const korch_object *object,
                       const void *argument, korch_error **err)
{
	int *was_paused = (int *)(uintptr_t)argument;
	*was_paused = ((const korch_rollout *)object)->spec->paused;
	return *was_paused ? plan_pause(plan, view, object, &(const int){0}, err) : 0;
}

int korch_rollouts_pause(korch_cluster *cluster, const char *namespace_, const char *name,
                         int pause, korch_error **err)
{
	pause = pause != 0;
	return change(cluster, namespace_, name, plan_pause, &pause, err);
}

/* Spec and status are different resources: what stands still by spec.paused is let go first. */
int korch_rollouts_promote(korch_cluster *cluster, const char *namespace_, const char *name,
                           int full, korch_error **err)
{
	int was_paused = 0;
	int code = change(cluster, namespace_, name, plan_resume, &was_paused, err);
	if (code < 0 || (was_paused && !full))
		return code;
	return do_verb(cluster, namespace_, name, full ? VERB_PROMOTE_FULL : VERB_PROMOTE, err);
}

static int plan_restart(korch_plan *plan, const korch_view *view, const korch_object *object,
                        const void *argument, korch_error **err)
{
	korch_rollout *edited = edit(object, NULL);
	korch_rollout_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_rollout_spec_type) : NULL;
	if (!spec) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	/* whole seconds, as the field is written */
	spec->restart_at = korch_view_now(view) / KORCH_USEC_PER_SEC * KORCH_USEC_PER_SEC;
	return korch_plan_update(plan, object, &edited->object);
}

int korch_rollouts_restart(korch_cluster *cluster, const char *namespace_, const char *name,
                           korch_error **err)
{
	return change(cluster, namespace_, name, plan_restart, NULL, err);
}

/* The ReplicaSet of a revision; of the one before the newest for 0. */
typedef struct search {
	int64_t wanted;
	const korch_replica_set *newest, *found;
} search;

static int look_at(void *userdata, const korch_object *object)
{
	search *s = userdata;
	const korch_replica_set *set = (const korch_replica_set *)object;
	int64_t revision = korch__argo_revision_of(object);
	if (!set->spec || !set->spec->template_ || revision == 0)
		return 0;
	if (s->wanted != 0) {
		s->found = revision == s->wanted ? set : s->found;
	} else if (!s->newest || revision > korch__argo_revision_of(&s->newest->object)) {
		s->found = s->newest;
		s->newest = set;
	} else if (!s->found || revision > korch__argo_revision_of(&s->found->object)) {
		s->found = set;
	}
	return 0;
}

/* The template as the Rollout had it. */
static int restore(korch_rollout *edited, const korch_replica_set *set)
{
	korch_rollout_spec *spec = korch_struct_edit(&edited->spec, &korch_rollout_spec_type);
	if (!spec)
		return KORCH_E_NOMEM;
	return korch__argo_template_of(&spec->template_, set);
}

static int plan_undo(korch_plan *plan, const korch_view *view, const korch_object *object,
                     const void *argument, korch_error **err)
{
	const char *name = korch_object_name(object);
	search s = {.wanted = *(const int64_t *)argument};
	korch_view_query query = {.kind = &korch_replica_set_kind,
	                          .namespace_ = korch_object_namespace(object),
	                          .owner_uid = korch_object_uid(object)};
	if (((const korch_rollout *)object)->spec->workload_ref)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "rollout \"%s\" takes its template from a workload; undo that",
		                       name);
	korch_view_each(view, &query, look_at, &s);
	if (!s.found && s.wanted == 0)
		return korch_error_set(err, KORCH_E_NOT_FOUND,
		                       "rollout \"%s\" has no revision to go back to", name);
	if (!s.found)
		return korch_error_set(err, KORCH_E_NOT_FOUND, "rollout \"%s\" has no revision %lld", name,
		                       (long long)s.wanted);
	korch_rollout *edited = edit(object, NULL);
	if (!edited || restore(edited, s.found) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update(plan, object, &edited->object);
}

int korch_rollouts_undo(korch_cluster *cluster, const char *namespace_, const char *name,
                        int64_t revision, korch_error **err)
{
	if (revision < 0)
		return korch_error_set(err, KORCH_E_INVALID, "revision %lld is not a revision",
		                       (long long)revision);
	return change(cluster, namespace_, name, plan_undo, &revision, err);
}

typedef struct image_change {
	const char *container, *image;
} image_change;

static int set_images(korch_container **slot, size_t *n, const image_change *to, size_t *found)
{
	for (size_t i = 0; i < *n; i++) {
		if (strcmp(to->container, "*") != 0 && !korch__text_equal((*slot)[i].name, to->container))
			continue;
		korch_container *list = korch_list_edit(slot, n, &korch_container_type, *n);
		if (!list || korch_string_set(&list[i].image, to->image) < 0)
			return KORCH_E_NOMEM;
		++*found;
	}
	return 0;
}

static int set_image_in(korch_pod_template_spec **slot, const image_change *to, const char *name,
                        korch_error **err)
{
	size_t found = 0;
	korch_pod_template_spec *template_ = korch_struct_edit(slot, &korch_pod_template_spec_type);
	korch_pod_spec *pod =
	    template_ ? korch_struct_edit(&template_->spec, &korch_pod_spec_type) : NULL;
	if (!pod || set_images(&pod->containers, &pod->n_containers, to, &found) < 0 ||
	    (strcmp(to->container, "*") != 0 &&
	     set_images(&pod->init_containers, &pod->n_init_containers, to, &found) < 0))
		return KORCH_E_NOMEM;
	return found > 0 ? 0
	                 : korch_error_set(err, KORCH_E_NOT_FOUND, "\"%s\" has no container \"%s\"",
	                                   name, to->container);
}

/* The workload's template when the Rollout has none of its own. */
static int plan_workload_image(korch_plan *plan, const korch_view *view,
                               const korch_rollout *rollout, const image_change *to,
                               korch_error **err)
{
	const char *name = korch__text_or_empty(rollout->spec->workload_ref->name);
	const korch_object *object = korch_view_get(view, &korch_deployment_kind,
	                                            korch_object_namespace(&rollout->object), name);
	if (!object)
		return korch_error_set(err, KORCH_E_NOT_FOUND, "deployments.apps \"%s\" not found", name);
	korch_deployment *edited = (korch_deployment *)korch_object_edit(object);
	korch_deployment_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_deployment_spec_type) : NULL;
	int code = spec ? set_image_in(&spec->template_, to, name, err) : KORCH_E_NOMEM;
	if (code < 0) {
		korch_object_unref((korch_object *)edited);
		return code;
	}
	return korch_plan_update(plan, object, &edited->object);
}

static int plan_set_image(korch_plan *plan, const korch_view *view, const korch_object *object,
                          const void *argument, korch_error **err)
{
	const korch_rollout *rollout = (const korch_rollout *)object;
	if (rollout->spec->workload_ref)
		return plan_workload_image(plan, view, rollout, argument, err);
	korch_rollout *edited = edit(object, NULL);
	korch_rollout_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_rollout_spec_type) : NULL;
	int code = spec ? set_image_in(&spec->template_, argument, korch_object_name(object), err)
	                : KORCH_E_NOMEM;
	if (code < 0) {
		korch_object_unref((korch_object *)edited);
		return code;
	}
	return korch_plan_update(plan, object, &edited->object);
}

int korch_rollouts_set_image(korch_cluster *cluster, const char *namespace_, const char *name,
                             const char *container, const char *image, korch_error **err)
{
	const image_change to = {container, image};
	if (!container || !image || !*image)
		return korch_error_set(err, KORCH_E_INVALID, "a container and an image are needed");
	return change(cluster, namespace_, name, plan_set_image, &to, err);
}

/* Waiting for the end. */
typedef struct end {
	korch_cluster *cluster;
	const char *namespace_, *name;
} end;

static const korch_rollout *find(const korch_cluster *cluster, const char *namespace_,
                                 const char *name)
{
	return (const korch_rollout *)korch_view_get(
	    korch_engine_view(cluster->engine), &korch_rollout_kind,
	    namespace_ && *namespace_ ? namespace_ : "default", name);
}

static int has_ended(void *userdata)
{
	const end *e = userdata;
	const korch_rollout *rollout = find(e->cluster, e->namespace_, e->name);
	const korch_rollout_status *status = rollout ? rollout->status : NULL;
	char generation[24];
	if (!rollout)
		return KORCH_E_NOT_FOUND;
	snprintf(generation, sizeof(generation), "%lld",
	         (long long)rollout->object.metadata->generation);
	if (!status || !korch__text_equal(status->observed_generation, generation))
		return 0;
	if (korch__text_equal(status->phase, "Degraded"))
		return KORCH_E_CANCELED;
	return korch__text_equal(status->phase, "Healthy");
}

int korch_rollouts_wait(korch_cluster *cluster, const char *namespace_, const char *name,
                        korch_usec timeout_us, korch_error **err)
{
	end e = {cluster, namespace_, name};
	if (!cluster || !name)
		return korch_error_set(err, KORCH_E_INVALID, "a cluster and a name are needed");
	korch__cluster_enter(cluster);
	int code = korch__cluster_wait(cluster, has_ended, &e, timeout_us);
	const korch_rollout *rollout = find(cluster, namespace_, name);
	const korch_rollout_status *status = rollout ? rollout->status : NULL;
	if (code < 0)
		korch_error_set(err, code, "rollout \"%s\": %s%s%s", name,
		                status && status->phase ? status->phase : korch_code_text(code),
		                status && status->message ? ": " : "",
		                status ? korch__text_or_empty(status->message) : "");
	korch__cluster_leave(cluster);
	return code;
}

int korch_rollouts_explain(char out[KORCH_STRATEGY_TEXT_SIZE], korch_cluster *cluster,
                           const char *namespace_, const char *name, korch_error **err)
{
	if (!out || !cluster || !name)
		return korch_error_set(err, KORCH_E_INVALID, "a cluster and a name are needed");
	korch__cluster_enter(cluster);
	const korch_rollout *rollout = find(cluster, namespace_, name);
	int code = rollout ? korch__argo_explain(out, korch_engine_view(cluster->engine), rollout, err)
	                   : korch_error_set(err, KORCH_E_NOT_FOUND,
	                                     "rollouts.argoproj.io \"%s\" not found", name);
	korch__cluster_leave(cluster);
	return code;
}
