/*
 * Verbs on Deployments, ReplicaSets, StatefulSets and DaemonSets: scale, undo, restart. Those on
 * Rollouts stand in rollout.c.
 */
#include "cluster/cluster.h"

#include "base/cleanup.h"
#include "control/deployment/deployment.h"
#include "control/history/history.h"
#include <korch/api.h>
#include <korch/time.h>
#include <stdio.h>
#include <string.h>

/* spec.replicas of an exclusively owned object. 0, KORCH_E_UNSUPPORTED, KORCH_E_NOMEM. */
static int set_replicas(korch_object *object, int32_t replicas)
{
#define SET(s)                                                                                     \
	if (object->kind->type == &s##_type) {                                                         \
		s##_spec *spec = korch_struct_edit(&((s *)object)->spec, &s##_spec_type);                  \
		return spec ? (KORCH_SET(spec, s##_spec, replicas, replicas), 0) : KORCH_E_NOMEM;          \
	}
	SET(korch_deployment)
	SET(korch_replica_set)
	SET(korch_stateful_set)
	SET(korch_rollout)
#undef SET
	return KORCH_E_UNSUPPORTED;
}

static int plan_scale(korch_plan *plan, const korch_view *view, const korch_object *object,
                      const void *argument, korch_error **err)
{
	korch_object *next = korch_object_edit(object);
	int code = next ? set_replicas(next, *(const int32_t *)argument) : KORCH_E_NOMEM;
	if (code == 0)
		return korch_plan_update(plan, object, next);
	korch_object_unref(next);
	return code == KORCH_E_UNSUPPORTED
	           ? korch_error_set(err, code, "%s cannot be scaled", object->kind->plural)
	           : code;
}

int korch_cluster_scale(korch_cluster *cluster, const korch_key *key, int32_t replicas,
                        korch_error **err)
{
	if (replicas < 0)
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "spec.replicas: Invalid value: %d: must be greater than or equal to 0", replicas);
	return korch__cluster_change(cluster, key, plan_scale, &replicas, err);
}

/* The pod template of an exclusively owned workload, exclusive up to it; NULL without memory. */
static korch_pod_template_spec **edit_template(korch_object *object)
{
#define EDIT(s)                                                                                    \
	if (object->kind->type == &s##_type) {                                                         \
		s##_spec *spec = korch_struct_edit(&((s *)object)->spec, &s##_spec_type);                  \
		return spec ? &spec->template_ : NULL;                                                     \
	}
	EDIT(korch_deployment)
	EDIT(korch_stateful_set)
	EDIT(korch_daemon_set)
#undef EDIT
	return NULL;
}

static int plan_undo(korch_plan *plan, const korch_view *view, const korch_object *object,
                     const void *argument, korch_error **err)
{
	int64_t revision = *(const int64_t *)argument;
	if (object->kind->type == &korch_deployment_type)
		return korch__deployment_rollback(view, (const korch_deployment *)object, revision, plan,
		                                  err);
	korch_pod_template_spec *template_ = NULL;
	int code = korch__history_undo(&template_, view, object, revision, err);
	if (code < 0)
		return code;
	korch_object *next = korch_object_edit(object);
	korch_pod_template_spec **slot = next ? edit_template(next) : NULL;
	if (!slot) {
		korch_object_unref(next);
		korch_block_unref(template_);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	korch_block_take(slot, template_);
	return korch_plan_update(plan, object, next);
}

static int plan_restart(korch_plan *plan, const korch_view *view, const korch_object *object,
                        const void *argument, korch_error **err)
{
	char text[KORCH_TIME_TEXT_SIZE];
	korch_object *next = korch_object_edit(object);
	korch_pod_template_spec **slot = next ? edit_template(next) : NULL;
	korch_pod_template_spec *template_ =
	    slot ? korch_struct_edit(slot, &korch_pod_template_spec_type) : NULL;
	korch_object_meta *meta =
	    template_ ? korch_struct_edit(&template_->metadata, &korch_object_meta_type) : NULL;
	korch_time_format(text, korch_view_now(view), 0);
	if (!meta || korch_map_set(&meta->annotations, "kubectl.kubernetes.io/restartedAt", text) < 0) {
		korch_object_unref(next);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return korch_plan_update(plan, object, next);
}

/* NAME of a Deployment, or KIND/NAME of a kind that has revisions. */
static int change_workload(korch_cluster *cluster, const char *namespace_, const char *workload,
                           korch__plan_for_fn plan_for, const void *argument, korch_error **err)
{
	const char *slash = workload ? strchr(workload, '/') : NULL;
	korch_key key = {.kind = &korch_deployment_kind, .namespace_ = namespace_, .name = workload};
	if (slash) {
		char kind[64];
		int n = snprintf(kind, sizeof(kind), "%.*s", (int)(slash - workload), workload);
		key.kind = n < (int)sizeof(kind) ? korch_kind_find(kind) : NULL;
		key.name = slash + 1;
		if (key.kind != &korch_deployment_kind && key.kind != &korch_stateful_set_kind &&
		    key.kind != &korch_daemon_set_kind)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "\"%s\": a Deployment, StatefulSet or DaemonSet is needed",
			                       workload);
	}
	return korch__cluster_change(cluster, &key, plan_for, argument, err);
}

int korch_cluster_undo(korch_cluster *cluster, const char *namespace_, const char *workload,
                       int64_t revision, korch_error **err)
{
	return change_workload(cluster, namespace_, workload, plan_undo, &revision, err);
}

int korch_cluster_restart(korch_cluster *cluster, const char *namespace_, const char *workload,
                          korch_error **err)
{
	return change_workload(cluster, namespace_, workload, plan_restart, NULL, err);
}
