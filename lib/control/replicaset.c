/*
 * The ReplicaSet decider: as many pods of the template as wished. Adopts and releases, creates and
 * deletes, counts. Plain data in, a plan out; the order of deletion stands in replicaset_order.c, a
 * new pod in replicaset_pod.c.
 */
#include "control/replicaset.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/condition.h"
#include "control/pods.h"
#include <stdio.h>

/* Most events of one kind in one plan; a client of Kubernetes cannot have more than 25 recorded at
 * once either. */
#define EVENTS_MAX 25

/* One decision in progress. */
typedef struct decision {
	const korch__replica_set_input *input;
	korch_plan *plan;
	korch_selector *selector;
	korch__pods active; /* what counts; those that the plan deletes are moved to the front */
	size_t deleted;     /* of active, from the front */
	size_t created;
	size_t terminating;
	size_t claims; /* adoptions and releases in the plan */
	size_t burst;
	int is_cut; /* more claims than the plan takes */
	korch_usec wake;
	const char *failure; /* reason of the condition ReplicaFailure, or NULL */
	char failure_message[512];
} decision;

static void decision_fini(decision *d)
{
	korch_selector_free(d->selector);
	korch__vec_fini(&d->active);
}

static int64_t wished(const korch_replica_set *set)
{
	return KORCH_IS_SET(set->spec, korch_replica_set_spec, replicas) ? set->spec->replicas : 1;
}

/* Sorts a pod into what counts, and plans its adoption or release. */
static int take_pod(decision *d, const korch_pod *pod, int *last_matches,
                    const korch_map **last_labels)
{
	const korch_object *set = &d->input->set->object;
	const korch_owner_reference *controller = korch_object_controller(&pod->object);
	if (controller && !korch__text_equal(controller->uid, korch_object_uid(set)))
		return 0;
	if (!korch__pod_is_active(pod)) {
		d->terminating += controller && korch__pod_is_terminating(pod);
		return 0;
	}
	const korch_map *labels = korch__labels(&pod->object);
	if (!*last_labels || labels != *last_labels) {
		*last_labels = labels;
		*last_matches = korch_selector_matches(d->selector, labels);
	}
	if (controller && (*last_matches || korch__is_deleting(set)))
		return korch__vec_push(&d->active, pod);
	if (d->claims >= d->burst) {
		d->is_cut = 1;
		korch_plan_again(d->plan);
		return 0;
	}
	switch (korch__claim_of(set, d->selector, &pod->object)) {
	case KORCH__CLAIM_ADOPT:
		d->claims++;
		korch_plan_update(d->plan, &pod->object, korch__claim_adopt(set, &pod->object));
		return korch__vec_push(&d->active, pod);
	case KORCH__CLAIM_RELEASE:
		d->claims++;
		return korch_plan_update(d->plan, &pod->object, korch__claim_release(set, &pod->object));
	case KORCH__CLAIM_OWNED:
	case KORCH__CLAIM_NONE:
		break;
	}
	return 0;
}

static int take_pods(decision *d)
{
	const korch_map *last_labels = NULL;
	int last_matches = 0;
	if (korch__vec_reserve(&d->active, d->input->n_pods) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < d->input->n_pods; i++) {
		int code = take_pod(d, d->input->pods[i], &last_matches, &last_labels);
		if (code < 0)
			return code;
	}
	return 0;
}

/* No pod can be made, and why. */
static int refuse(decision *d, const char *why)
{
	d->failure = "FailedCreate";
	snprintf(d->failure_message, sizeof(d->failure_message), "%s", why);
	return korch_plan_event(d->plan, &d->input->set->object, "Warning", "FailedCreate",
	                        "Error creating: %s", d->failure_message);
}

static int refuse_in_namespace(decision *d)
{
	char why[sizeof(d->failure_message)];
	const korch_object *set = &d->input->set->object;
	snprintf(why, sizeof(why),
	         "pods \"%s-\" is forbidden: unable to create new content in namespace %s because it "
	         "is being terminated",
	         korch_object_name(set), korch_object_namespace(set));
	return refuse(d, why);
}

static int create_pods(decision *d, size_t n)
{
	const korch_replica_set *set = d->input->set;
	if (d->input->namespace_closed)
		return refuse_in_namespace(d);
	_cleanup_error_ korch_error *error = NULL;
	korch_pod *first = NULL;
	n = korch__plan_takes_of(d->plan, n < d->burst ? n : d->burst);
	int code = korch__replica_set_pod(&first, d->input, d->active.items, d->active.n, &error);
	if (code == KORCH_E_FORBIDDEN)
		return refuse(d, korch_error_message(error));
	if (code < 0)
		return code;
	for (size_t i = 0; i < n; i++) {
		korch_object *pod =
		    i + 1 < n ? korch_object_edit(&first->object) : korch_object_ref(&first->object);
		if (!pod || korch_plan_create(d->plan, pod) < 0)
			break;
		if (i < EVENTS_MAX) {
			korch_plan_event(d->plan, &set->object, "Normal", "SuccessfulCreate", "Created pod: ");
			korch_plan_event_name(d->plan);
		}
		d->created++;
	}
	korch_object_unref(&first->object);
	return d->created == n ? 0 : KORCH_E_NOMEM;
}

static int delete_pods(decision *d, size_t n)
{
	const korch__replica_set_input *input = d->input;
	if (d->claims > 0)
		return 0; /* a key may stand in a plan once; we are called again because of the adoptions */
	if (n < d->active.n &&
	    korch__pods_sort_for_deletion(d->active.items, d->active.n, input->related,
	                                  input->n_related, input->now) < 0)
		return KORCH_E_NOMEM;
	n = korch__plan_takes_of(d->plan, n < d->burst ? n : d->burst);
	for (size_t i = 0; i < n; i++) {
		const korch_object *pod = &d->active.items[i]->object;
		if (korch_plan_delete(d->plan, pod, NULL) < 0)
			return KORCH_E_NOMEM;
		if (i < EVENTS_MAX)
			korch_plan_event(d->plan, &input->set->object, "Normal", "SuccessfulDelete",
			                 "Deleted pod: %s", korch_object_name(pod));
	}
	d->deleted = n;
	return 0;
}

static int manage(decision *d)
{
	int64_t missing = wished(d->input->set) - (int64_t)d->active.n;
	if (korch__is_deleting(&d->input->set->object) || missing == 0)
		return 0;
	if (d->is_cut)
		return 0; /* there are pods to be adopted: how many are missing is not known yet */
	return missing > 0 ? create_pods(d, (size_t)missing) : delete_pods(d, (size_t)-missing);
}

static int has_labels(const korch_map *labels, const korch_map *wanted)
{
	if (labels == wanted)
		return 1;
	for (size_t i = 0; wanted && i < wanted->n; i++) {
		const char *value = korch_map_get(labels, wanted->items[i].key);
		if (!value || !korch__text_equal(value, wanted->items[i].value))
			return 0;
	}
	return 1;
}

/* The counters as they are once the plan is carried out: the plan is one transaction, so they are
 * true at each revision. */
static void count(decision *d, korch_replica_set_status *status)
{
	const korch_replica_set *set = d->input->set;
	const korch_object_meta *template_ =
	    set->spec->template_ ? set->spec->template_->metadata : NULL;
	const korch_map *labels = template_ ? template_->labels : NULL;
	size_t ready = 0, available = 0, labeled = d->created;
	for (size_t i = d->deleted; i < d->active.n; i++) {
		const korch_pod *pod = d->active.items[i];
		labeled += (size_t)has_labels(korch__labels(&pod->object), labels);
		ready += (size_t)korch__pod_is_ready(pod);
		available += (size_t)korch__pod_is_available(pod, set->spec->min_ready_seconds,
		                                             d->input->now, &d->wake);
	}
	KORCH_SET(status, korch_replica_set_status, replicas,
	          (int32_t)(d->active.n - d->deleted + d->created));
	status->fully_labeled_replicas = (int32_t)labeled;
	status->ready_replicas = (int32_t)ready;
	status->available_replicas = (int32_t)available;
	status->terminating_replicas = (int32_t)d->terminating;
	status->observed_generation = set->object.metadata->generation;
}

static int set_failure(decision *d, korch_replica_set_status *status)
{
	const korch__condition_layout *layout = &korch__replica_set_conditions;
	if (!d->failure)
		return korch__condition_remove(&status->conditions, &status->n_conditions, layout,
		                               "ReplicaFailure");
	if (korch__condition_find(status->conditions, status->n_conditions, layout, "ReplicaFailure"))
		return 0;
	korch__condition_value value = {"ReplicaFailure", "True", d->failure, d->failure_message,
	                                d->input->now};
	return korch__condition_put(&status->conditions, &status->n_conditions, layout, &value);
}

static int write_status(decision *d)
{
	const korch_replica_set *set = d->input->set;
	korch_replica_set *edited = (korch_replica_set *)korch_object_edit(&set->object);
	korch_replica_set_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_replica_set_status_type) : NULL;
	if (status)
		count(d, status);
	if (!status || set_failure(d, status) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	if (set->status && korch_struct_equal(status, set->status, &korch_replica_set_status_type)) {
		korch_object_unref(&edited->object);
		return korch_plan_steps(d->plan) > 0 ? korch_plan_check(d->plan, &set->object) : 0;
	}
	return korch_plan_update_status(d->plan, &set->object, &edited->object);
}

int korch__replica_set_decide(const korch__replica_set_input *input, korch_plan *plan,
                              korch_error **err)
{
	const korch_replica_set *set = input->set;
	if (!set->spec || !set->spec->template_ || !set->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "replica set %s has no template",
		                       korch_object_name(&set->object));
	_cleanup_(decision_fini) decision d = {.input = input, .plan = plan, .wake = KORCH_USEC_NEVER};
	d.burst = input->burst ? input->burst : KORCH__REPLICA_SET_BURST;
	if (d.burst + 1 > korch_plan_room(plan)) /* the status is written, too */
		d.burst = korch_plan_room(plan) > 1 ? korch_plan_room(plan) - 1 : 1;
	int code = korch_selector_new(&d.selector, set->spec->selector, err);
	if (code < 0)
		return code;
	if (take_pods(&d) < 0 || manage(&d) < 0 || write_status(&d) < 0 || korch_plan_error(plan) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch_plan_wake_at(plan, d.wake);
	if (input->n_pods >= KORCH__REPLICA_SET_LARGE && d.created < d.burst && d.deleted < d.burst)
		korch_plan_quiet_until(plan, input->now +
		                                 (korch_usec)input->n_pods * KORCH__REPLICA_SET_QUIET_US);
	return 0;
}
