/* Status of a StatefulSet: counters, and which revision is the current one. */
#include "base/text.h"
#include "control/pods.h"
#include "control/statefulset/hand.h"

static void count(korch__stateful *s, korch_stateful_set_status *to, const char *current)
{
	int32_t present = s->created, ready = 0, available = 0, updated = s->created_updated;
	int32_t old =
	    korch__text_equal(current, s->update.name) ? s->created : s->created - s->created_updated;
	for (size_t i = 0; i < s->pods.n; i++) {
		const korch_pod *pod = s->pods.items[i].pod;
		const char *revision =
		    korch_map_get(korch__labels(&pod->object), KORCH__LABEL_REVISION_HASH);
		int is_going = s->pods.items[i].is_deleted || korch__is_deleting(&pod->object);
		present++;
		ready += korch__pod_is_ready(pod);
		available +=
		    korch__pod_is_available(pod, s->set->spec->min_ready_seconds, s->input->now, &s->wake);
		updated += !is_going && korch__text_equal(revision, s->update.name);
		old += !is_going && korch__text_equal(revision, current);
	}
	KORCH_SET(to, korch_stateful_set_status, replicas, present);
	to->ready_replicas = ready;
	to->available_replicas = available;
	to->updated_replicas = updated;
	to->current_replicas = old;
}

/* All pods are of the new revision and ready: it is the current one from now on. */
static int is_reached(const korch__stateful *s, const korch_stateful_set_status *status)
{
	const korch_stateful_set_update_strategy *strategy = s->set->spec->update_strategy;
	return !(strategy && korch__text_equal(strategy->type, "OnDelete")) &&
	       !korch__is_deleting(&s->set->object) && status->replicas == s->replicas &&
	       status->updated_replicas == status->replicas &&
	       status->ready_replicas == status->replicas;
}

static int fill(korch__stateful *s, korch_stateful_set_status *status)
{
	status->observed_generation = s->set->object.metadata->generation;
	if (s->collisions > 0)
		KORCH_SET(status, korch_stateful_set_status, collision_count, s->collisions);
	count(s, status, s->current);
	const char *current = s->current;
	if (is_reached(s, status)) {
		current = s->update.name;
		status->current_replicas = status->updated_replicas;
	}
	if (korch_string_set(&status->update_revision, s->update.name) < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&status->current_revision, current);
}

int korch__stateful_status(korch__stateful *s)
{
	const korch_object *base = &s->set->object;
	korch_stateful_set *edited = (korch_stateful_set *)korch_object_edit(base);
	korch_stateful_set_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_stateful_set_status_type) : NULL;
	if (!status || fill(s, status) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	if (s->set->status &&
	    korch_struct_equal(status, s->set->status, &korch_stateful_set_status_type)) {
		korch_object_unref(&edited->object);
		return korch_plan_steps(s->plan) > 0 ? korch_plan_check(s->plan, base) : 0;
	}
	return korch_plan_update_status(s->plan, base, &edited->object);
}
