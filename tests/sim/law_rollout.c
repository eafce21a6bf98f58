/* Law 4: a Deployment is never too large nor, by our own doing, too small; a ReplicaSet makes no
 * more pods than it should. */
#include "sim.h"
#include <korch/intstr.h>
#include <stdio.h>
#include <string.h>

void rolling_limits(const korch_deployment *deployment, int32_t *surge, int32_t *unavailable)
{
	const korch_deployment_strategy *strategy = deployment->spec->strategy;
	const korch_rolling_update_deployment *rolling = strategy ? strategy->rolling_update : NULL;
	*surge = *unavailable = 0;
	if (strategy && strategy->type && strcmp(strategy->type, "Recreate") == 0) {
		*unavailable = deployment->spec->replicas;
		return;
	}
	if (rolling) {
		korch_int_or_percent_of(surge, &rolling->max_surge, deployment->spec->replicas, 1, NULL);
		korch_int_or_percent_of(unavailable, &rolling->max_unavailable, deployment->spec->replicas,
		                        0, NULL);
	}
	if (*surge == 0 && *unavailable == 0)
		*unavailable = 1;
}

void law_deployment(sim *s, const korch_deployment *deployment)
{
	int32_t surge;
	int32_t unavailable;
	rolling_limits(deployment, &surge, &unavailable);
	recent_put(s, korch_object_uid(&deployment->object), deployment->spec->replicas + surge,
	           deployment->spec->replicas - unavailable);
}

struct sums {
	const korch_replica_set *set;
	int32_t set_before; /* its size before this change */
	int32_t total;
	int32_t available;
	int32_t available_before;
};

static int32_t smaller(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int add_set(void *userdata, const korch_object *object)
{
	struct sums *sums = userdata;
	const korch_replica_set *set = (const korch_replica_set *)object;
	int32_t size = set->spec->replicas;
	int32_t available = set->status ? set->status->available_replicas : 0;
	if (object->metadata->deletion_timestamp) /* somebody takes it away */
		return 0;
	int is_it = strcmp(korch_object_uid(object), korch_object_uid(&sums->set->object)) == 0;
	sums->total += size;
	sums->available += smaller(size, available);
	sums->available_before += smaller(is_it ? sums->set_before : size, available);
	return 0;
}

void law_replica_set(sim *s, const korch_replica_set *before, const korch_replica_set *set)
{
	const korch_owner_reference *owner = korch_object_controller(&set->object);
	int32_t old = before ? before->spec->replicas : 0;
	recent_put(s, korch_object_uid(&set->object), set->spec->replicas, 0);
	if (!owner || old == set->spec->replicas)
		return;
	const korch_object *workload = korch_view_get_uid(s->laws.view, owner->uid);
	const recent *limits = recent_of(s, owner->uid);
	if (!workload || workload->metadata->deletion_timestamp || !limits)
		return;
	struct sums sums = {.set = set, .set_before = old};
	const korch_view_query query = {.kind = &korch_replica_set_kind, .owner_uid = owner->uid};
	korch_view_each(s->laws.view, &query, add_set, &sums);
	const char *name = korch_object_name(workload);
	if (set->spec->replicas > old && sums.total > recent_most(s, limits))
		broken(s, "law 4: %s %s is to have %d pods, at most %d are allowed", workload->kind->name,
		       name, sums.total, recent_most(s, limits));
	int32_t least = smaller(sums.available_before, recent_least(s, limits));
	if (set->spec->replicas < old && sums.available < least)
		broken(s, "law 4: %s %s keeps %d available pods, at least %d are wished",
		       workload->kind->name, name, sums.available, least);
}

static int count_active(void *userdata, const korch_object *object)
{
	*(int *)userdata += pod_is_active((const korch_pod *)object);
	return 0;
}

void law_new_pod(sim *s, const korch_pod *pod)
{
	const korch_owner_reference *owner = korch_object_controller(&pod->object);
	const recent *limits = owner ? recent_of(s, owner->uid) : NULL;
	int n = 0;
	if (!limits)
		return;
	const korch_view_query query = {.kind = &korch_pod_kind, .owner_uid = owner->uid};
	korch_view_each(s->laws.view, &query, count_active, &n);
	if (n > recent_most(s, limits))
		broken(s, "law 4: ReplicaSet %s has %d pods, %d are wished", owner->name, n,
		       recent_most(s, limits));
}
