/*
 * The ReplicaSets of a Deployment in hand: which are its own (adoption and release), which is of
 * the present template, changing their size, and writing what changed into the plan.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/deployment/hand.h"
#include "control/pods.h"
#include <stdlib.h>
#include <string.h>

int korch__revision_older(const korch__revision *a, const korch__revision *b)
{
	int64_t created_a = a->is_new ? INT64_MAX : a->set->object.metadata->creation_timestamp;
	int64_t created_b = b->is_new ? INT64_MAX : b->set->object.metadata->creation_timestamp;
	if (created_a != created_b)
		return created_a < created_b;
	return strcmp(korch_object_name(&a->set->object), korch_object_name(&b->set->object)) < 0;
}

static int by_age(const void *a, const void *b)
{
	return korch__revision_older(a, b) ? -1 : korch__revision_older(b, a);
}

static int take_set(korch__rollout *r, const korch_selector *selector, const korch_replica_set *set)
{
	const korch_object *owner = &r->deployment->object;
	korch__revision revision = {.set = set};
	if (!set->spec || !set->spec->template_ || !set->object.metadata)
		return 0;
	revision.replicas =
	    KORCH_IS_SET(set->spec, korch_replica_set_spec, replicas) ? set->spec->replicas : 1;
	switch (korch__claim_of(owner, selector, &set->object)) {
	case KORCH__CLAIM_NONE:
		return 0;
	case KORCH__CLAIM_RELEASE:
		if (!korch__plan_takes(r->plan, 1))
			return 0;
		return korch_plan_update(r->plan, &set->object, korch__claim_release(owner, &set->object));
	case KORCH__CLAIM_ADOPT:
		revision.edited = (korch_replica_set *)korch__claim_adopt(owner, &set->object);
		if (!revision.edited)
			return KORCH_E_NOMEM;
		break;
	case KORCH__CLAIM_OWNED:
		break;
	}
	r->sets[r->n++] = revision;
	return 0;
}

int korch__rollout_init(korch__rollout *r, const korch__deployment_input *input, korch_plan *plan,
                        korch_error **err)
{
	const korch_deployment *deployment = input->deployment;
	*r =
	    (korch__rollout){.input = input, .deployment = deployment, .plan = plan, .now = input->now};
	r->replicas = korch__deployment_replicas(deployment);
	korch__deployment_limits(deployment, &r->surge, &r->unavailable);
	r->sets = korch__calloc(input->n_sets + 1, sizeof(*r->sets));
	r->edited = (korch_deployment *)korch_object_edit(&deployment->object);
	r->status =
	    r->edited ? korch_struct_edit(&r->edited->status, &korch_deployment_status_type) : NULL;
	if (!r->sets || !r->status)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch_selector *selector = NULL;
	int code = korch_selector_new(&selector, deployment->spec->selector, err);
	if (code < 0)
		return code;
	for (size_t i = 0; code == 0 && i < input->n_sets; i++)
		code = take_set(r, selector, input->sets[i]);
	korch_selector_free(selector);
	qsort(r->sets, r->n, sizeof(*r->sets), by_age);
	for (size_t i = 0; i < r->n && !r->current; i++) {
		if (korch__template_equal(r->sets[i].set->spec->template_, deployment->spec->template_))
			r->current = &r->sets[i];
	}
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}

void korch__rollout_fini(korch__rollout *r)
{
	for (size_t i = 0; i < r->n; i++)
		korch_object_unref((korch_object *)r->sets[i].edited);
	korch__free(r->sets);
	korch_object_unref((korch_object *)r->edited);
}

korch_replica_set *korch__revision_edit(korch__revision *revision)
{
	if (!revision->edited)
		revision->edited = (korch_replica_set *)korch_object_edit(&revision->set->object);
	return revision->edited;
}

int32_t korch__revision_available(const korch__revision *revision)
{
	int32_t available =
	    !revision->is_new && revision->set->status ? revision->set->status->available_replicas : 0;
	return available < revision->replicas ? available : revision->replicas;
}

int32_t korch__revision_present(const korch__revision *revision)
{
	int32_t present =
	    !revision->is_new && revision->set->status ? revision->set->status->replicas : 0;
	return present > revision->replicas ? present : revision->replicas;
}

int korch__rollout_scale(korch__rollout *r, korch__revision *revision, int32_t replicas,
                         int *scaled)
{
	int32_t before = revision->replicas;
	const korch_replica_set *now = revision->edited ? revision->edited : revision->set;
	if (replicas == before && korch__replicas_annotations_hold(r, &now->object))
		return 0;
	korch_replica_set *edited = korch__revision_edit(revision);
	korch_replica_set_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_replica_set_spec_type) : NULL;
	if (!spec || korch__set_replicas_annotations(r, &edited->object) < 0)
		return KORCH_E_NOMEM;
	KORCH_SET(spec, korch_replica_set_spec, replicas, replicas);
	revision->replicas = replicas;
	if (replicas == before)
		return 0;
	if (scaled)
		*scaled = 1;
	return korch_plan_event(r->plan, &r->deployment->object, "Normal", "ScalingReplicaSet",
	                        "Scaled %s replica set %s from %d to %d",
	                        replicas > before ? "up" : "down",
	                        korch_object_name(&revision->set->object), before, replicas);
}

static int flush_deployment(korch__rollout *r)
{
	const korch_object *base = &r->deployment->object;
	const korch_object_meta *meta = r->edited->object.metadata;
	if (korch_map_equal(meta->annotations, base->metadata->annotations) && r->deployment->status &&
	    korch_struct_equal(r->status, r->deployment->status, &korch_deployment_status_type))
		return korch_plan_steps(r->plan) > 0 ? korch_plan_check(r->plan, base) : 0;
	return korch_plan_update_status(r->plan, base, &KORCH_STEAL(r->edited)->object);
}

int korch__rollout_flush(korch__rollout *r)
{
	for (size_t i = 0; i < r->n; i++) {
		korch__revision *revision = &r->sets[i];
		if (!revision->edited)
			continue;
		korch_object *object = &KORCH_STEAL(revision->edited)->object;
		int code = revision->is_new ? korch_plan_create(r->plan, object)
		                            : korch_plan_update(r->plan, &revision->set->object, object);
		if (code < 0)
			return code;
	}
	return flush_deployment(r);
}
