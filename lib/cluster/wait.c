/*
 * Waiting for a state of an object: which states there are and when they hold. The waiting itself
 * stands in drive.c.
 */
#include "cluster/cluster.h"

#include "base/text.h"
#include "control/pods.h"
#include "object/codec.h"
#include <json-c/json.h>
#include <korch/api.h>
#include <string.h>

static int deployment_is_available(const korch_deployment *deployment)
{
	const korch_deployment_status *status = deployment->status;
	int32_t wished = deployment->spec ? deployment->spec->replicas : 0;
	const korch_object_meta *meta = deployment->object.metadata;
	return status && meta && status->observed_generation >= meta->generation &&
	       status->updated_replicas >= wished && status->replicas == status->updated_replicas &&
	       status->available_replicas >= wished;
}

static int replica_set_is_available(const korch_replica_set *set)
{
	const korch_replica_set_status *status = set->status;
	int32_t wished = set->spec ? set->spec->replicas : 0;
	const korch_object_meta *meta = set->object.metadata;
	return status && meta && status->observed_generation >= meta->generation &&
	       status->available_replicas >= wished;
}

/* Members below the partition are to stay as they are. */
static int stateful_set_is_available(const korch_stateful_set *set)
{
	const korch_stateful_set_status *status = set->status;
	int32_t wished = set->spec ? set->spec->replicas : 0, updated = wished;
	const korch_object_meta *meta = set->object.metadata;
	const korch_stateful_set_update_strategy *strategy =
	    set->spec ? set->spec->update_strategy : NULL;
	if (strategy && korch__text_equal(strategy->type, "OnDelete"))
		updated = 0;
	else if (strategy && strategy->rolling_update)
		updated -= strategy->rolling_update->partition;
	return status && meta && status->observed_generation >= meta->generation &&
	       status->replicas == wished && status->updated_replicas >= updated &&
	       status->available_replicas >= wished;
}

static int daemon_set_is_available(const korch_daemon_set *set)
{
	const korch_daemon_set_status *status = set->status;
	const korch_object_meta *meta = set->object.metadata;
	const korch_daemon_set_update_strategy *strategy =
	    set->spec ? set->spec->update_strategy : NULL;
	int on_delete = strategy && korch__text_equal(strategy->type, "OnDelete");
	return status && meta && status->observed_generation >= meta->generation &&
	       (on_delete || status->updated_number_scheduled >= status->desired_number_scheduled) &&
	       status->number_available >= status->desired_number_scheduled;
}

static int rollout_is_available(const korch_rollout *rollout)
{
	const korch_rollout_status *status = rollout->status;
	int64_t observed = 0;
	return status && rollout->object.metadata &&
	       korch__text_to_i64(&observed, korch__text_or_empty(status->observed_generation)) == 0 &&
	       observed >= rollout->object.metadata->generation &&
	       korch__text_equal(status->phase, "Healthy");
}

/* "available" and "ready" of the kinds that have a meaning for them; KORCH_E_UNSUPPORTED for
 * others. */
static int object_is_available(const korch_object *object)
{
	if (object->kind->type == &korch_deployment_type)
		return deployment_is_available((const korch_deployment *)object);
	if (object->kind->type == &korch_replica_set_type)
		return replica_set_is_available((const korch_replica_set *)object);
	if (object->kind->type == &korch_stateful_set_type)
		return stateful_set_is_available((const korch_stateful_set *)object);
	if (object->kind->type == &korch_daemon_set_type)
		return daemon_set_is_available((const korch_daemon_set *)object);
	if (object->kind->type == &korch_rollout_type)
		return rollout_is_available((const korch_rollout *)object);
	if (object->kind->type == &korch_pod_type)
		return korch__pod_is_ready((const korch_pod *)object);
	return KORCH_E_UNSUPPORTED;
}

/* Whether status.conditions has a condition of that type with that status. Any kind. */
static int has_condition(const korch_object *object, const char *type, size_t length,
                         const char *wanted)
{
	json_object *tree = NULL;
	int code = korch__object_encode(&tree, object);
	if (code < 0)
		return code;
	json_object *status = NULL;
	json_object *conditions = NULL;
	int found = 0;
	if (json_object_object_get_ex(tree, "status", &status) &&
	    json_object_object_get_ex(status, "conditions", &conditions) &&
	    json_object_is_type(conditions, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(conditions) && !found; i++) {
			json_object *condition = json_object_array_get_idx(conditions, i);
			const char *its_type =
			    json_object_get_string(json_object_object_get(condition, "type"));
			const char *its_status =
			    json_object_get_string(json_object_object_get(condition, "status"));
			found = its_type && its_status && strlen(its_type) == length &&
			        strncmp(its_type, type, length) == 0 && strcmp(its_status, wanted) == 0;
		}
	}
	json_object_put(tree);
	return found;
}

struct wait {
	korch_cluster *cluster;
	korch_key key;
	const char *condition;
	uint64_t seen; /* revision that was looked at last */
	int answer;
};

static int look(struct wait *wait, const korch_object *object)
{
	if (strcmp(wait->condition, "available") == 0 || strcmp(wait->condition, "ready") == 0) {
		int holds = object_is_available(object);
		if (holds != KORCH_E_UNSUPPORTED)
			return holds;
		return has_condition(object, strcmp(wait->condition, "ready") == 0 ? "Ready" : "Available",
		                     strlen(wait->condition), "True");
	}
	size_t length = strcspn(wait->condition, "=");
	const char *status = wait->condition[length] ? wait->condition + length + 1 : "True";
	return has_condition(object, wait->condition, length, status);
}

static int holds_now(void *userdata)
{
	struct wait *wait = userdata;
	const korch_view *view = korch_engine_view(wait->cluster->engine);
	const korch_object *object =
	    korch_view_get(view, wait->key.kind, wait->key.namespace_, wait->key.name);
	if (strcmp(wait->condition, "deleted") == 0)
		return object == NULL;
	if (!object)
		return KORCH_E_NOT_FOUND;
	if (object->revision != wait->seen) {
		wait->seen = object->revision;
		wait->answer = look(wait, object);
	}
	return wait->answer;
}

int korch_cluster_wait(korch_cluster *cluster, const korch_key *key, const char *condition,
                       korch_usec timeout_us, korch_error **err)
{
	if (!cluster || !key || !key->kind || !key->name || !condition || !*condition)
		return korch_error_set(err, KORCH_E_INVALID, "wait needs a cluster, a key and a condition");
	struct wait wait = {.cluster = cluster, .key = *key, .condition = condition};
	if (key->kind->namespaced && (!key->namespace_ || !*key->namespace_))
		wait.key.namespace_ = "default";
	korch__cluster_enter(cluster);
	int code = korch__cluster_sync(cluster, err);
	if (code == 0)
		code = korch__cluster_wait(cluster, holds_now, &wait, timeout_us);
	korch__cluster_leave(cluster);
	if (code == KORCH_E_NOT_FOUND)
		return korch_error_set(err, code, "%s \"%s\" not found", key->kind->plural, key->name);
	if (code == KORCH_E_TIMEOUT)
		return korch_error_set(err, code, "timed out waiting for %s \"%s\" to be %s",
		                       key->kind->plural, key->name, condition);
	if (code == KORCH_E_BUSY)
		return korch_error_set(err, code, "a call that waits was made from inside a callback");
	return code < 0 && err && !*err ? korch_error_set(err, code, "%s", korch_code_text(code))
	                                : code;
}
