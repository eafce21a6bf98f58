/* Status of a DaemonSet: nodes are counted, not pods; of a node's pods the oldest counts. */
#include "control/daemonset/hand.h"
#include "control/pods.h"

typedef struct counts {
	int32_t scheduled, misscheduled, ready, available, updated;
} counts;

/* A pod that goes is still there, but serves nobody. */
static void count_node(korch__daemon *d, size_t node, const korch__daemon_pod *first, counts *c)
{
	int is_there = first || d->made[node] > 0;
	if (d->wants[node] != KORCH_DAEMON_RUN) {
		c->misscheduled += is_there;
		return;
	}
	c->scheduled += is_there;
	if (!first) {
		c->updated += is_there;
		return;
	}
	c->updated += korch__daemon_pod_is_updated(d, first->pod);
	if (first->is_deleted || korch__is_deleting(&first->pod->object))
		return;
	c->ready += korch__pod_is_ready(first->pod);
	c->available += korch__pod_is_available(first->pod, d->set->spec->min_ready_seconds,
	                                        d->input->now, &d->wake);
}

static void fill(korch__daemon *d, korch_daemon_set_status *to)
{
	counts c = {0};
	size_t at = 0;
	for (size_t node = 0; node < d->input->n_nodes; node++) {
		const korch__daemon_pod *first =
		    at < d->pods.n && d->pods.items[at].node == (int32_t)node ? &d->pods.items[at] : NULL;
		count_node(d, node, first, &c);
		while (at < d->pods.n && d->pods.items[at].node == (int32_t)node)
			at++;
	}
	to->observed_generation = d->set->object.metadata->generation;
	if (d->collisions > 0)
		KORCH_SET(to, korch_daemon_set_status, collision_count, d->collisions);
	to->desired_number_scheduled = d->desired;
	to->current_number_scheduled = c.scheduled;
	to->number_misscheduled = c.misscheduled;
	to->number_ready = c.ready;
	to->number_available = c.available;
	to->number_unavailable = d->desired - c.available;
	to->updated_number_scheduled = c.updated;
}

int korch__daemon_status(korch__daemon *d)
{
	const korch_object *base = &d->set->object;
	korch_daemon_set *edited = (korch_daemon_set *)korch_object_edit(base);
	korch_daemon_set_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_daemon_set_status_type) : NULL;
	if (!status) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	fill(d, status);
	if (d->set->status &&
	    korch_struct_equal(status, d->set->status, &korch_daemon_set_status_type)) {
		korch_object_unref(&edited->object);
		return korch_plan_steps(d->plan) > 0 ? korch_plan_check(d->plan, base) : 0;
	}
	return korch_plan_update_status(d->plan, base, &edited->object);
}
