/* What happens to pods: they come, are scheduled or bound, wait, drive others out, change and go.
 */
#include "world.h"
#include <korch/scheduler/preempt.h>
#include <stdio.h>
#include <string.h>

static void drop(world_pod *list, size_t *n, size_t i)
{
	korch_object_unref(&list[i].pod->object);
	memmove(&list[i], &list[i + 1], (*n - i - 1) * sizeof(*list));
	(*n)--;
}

static int same_pod(const korch_pod *a, const korch_pod *b)
{
	return strcmp(korch_object_name(&a->object), korch_object_name(&b->object)) == 0;
}

void forget_pod(run *self, const korch_pod *pod)
{
	world *now = &self->now;
	korch_object_ref(&pod->object); /* it may be one of these */
	for (size_t i = now->n_nominated; i-- > 0;)
		if (same_pod(now->nominated[i].pod, pod))
			drop(now->nominated, &now->n_nominated, i);
	for (size_t i = now->n_pods; i-- > 0;)
		if (same_pod(now->pods[i].pod, pod))
			drop(now->pods, &now->n_pods, i);
	korch_object_unref(&pod->object);
}

void put_pod(run *self, korch_pod *pod, int node, uint64_t devices)
{
	korch_object_ref(&pod->object); /* for it may be one that is let go of */
	forget_pod(self, pod);
	self->now.pods[self->now.n_pods++] = (world_pod){pod, node, devices};
	korch_object_unref(&pod->object);
}

uint64_t devices_for(run *self, const korch_pod *pod, int node, int *lacks)
{
	view v;
	size_t n = 0;
	view_make(&v, &self->now);
	*lacks = reference_wants_devices(pod);
	if (v.indexes[node] == SIZE_MAX)
		return 0;
	for (size_t i = 0; i < v.cluster.n_pods; i++)
		if (!same_pod(v.pods[i].pod, pod))
			v.pods[n++] = v.pods[i];
	v.cluster.n_pods = n;
	*lacks = reference_devices_lacking(&v.cluster, pod, v.indexes[node]) != NULL;
	return reference_devices(&v.cluster, pod, v.indexes[node]);
}

void annotate(korch_pod *pod, uint64_t devices)
{
	char text[256] = "";
	size_t used = 0;
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	for (int i = 0; i < 64; i++)
		if (devices >> i & 1)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d", used ? "," : "", i);
	korch_map_set(&meta->annotations, KORCH_ANNOTATION_GPU_DEVICES, *text ? text : NULL);
}

/* Tells the engine of a pod on a node in one of the two ways, and the world; takes the pod. Nobody
 * is bound to where there are no devices for him. @return 0: it was not */
static int tell_pod(run *self, korch_pod *pod, int node)
{
	korch_error *err = NULL;
	const char *name = node_names[node];
	int lacks;
	uint64_t devices = devices_for(self, pod, node, &lacks);
	if (lacks) {
		korch_object_unref(&pod->object);
		return 0;
	}
	annotate(pod, devices);
	if (happens(&self->random, 50)) {
		korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
		korch_string_set(&spec->node_name, name);
		name = NULL;
	}
	must(self, "pod_set", korch_scheduler_pod_set(self->engine, pod, name, &err), err);
	put_pod(self, pod, node, devices);
	return 1;
}

static int any_node(run *self)
{
	return happens(&self->random, 4) ? ELSEWHERE : (int)below(&self->random, NODES);
}

static const char *any_template(run *self)
{
	return self->templates[below(&self->random, TEMPLATES)];
}

static void waits(run *self, korch_pod *pod)
{
	if (self->now.n_waiting == WAITING || happens(&self->random, 40)) {
		korch_object_unref(&pod->object);
		return;
	}
	note(self, "%s waits", korch_object_name(&pod->object));
	begin_waiting(self, pod);
}

void pod_appears(run *self)
{
	korch_pod *pod = generate_instance(any_template(self), self->next_id++, &self->random);
	int node = any_node(self);
	note(self, "%s is bound to %s", korch_object_name(&pod->object), node_names[node]);
	if (!tell_pod(self, pod, node))
		note(self, "no, for there are no devices");
}

/* A pod that has to leave, for another's sake or for no reason that matters. */
static void is_driven_out(run *self, size_t i, int preempted)
{
	world_pod *old = &self->now.pods[i];
	korch_pod *pod = (korch_pod *)korch_object_edit(&old->pod->object);
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_pod_condition *condition =
	    korch_list_edit(&status->conditions, &status->n_conditions, &korch_pod_condition_type, 1);
	korch_string_set(&condition->type, "DisruptionTarget");
	korch_string_set(&condition->status, "True");
	korch_string_set(&condition->reason,
	                 preempted ? "PreemptionByScheduler" : "EvictionByEvictionAPI");
	korch_object_edit_meta(&pod->object)->deletion_timestamp = 1;
	note(self, "%s is driven out", korch_object_name(&pod->object));
	tell_pod(self, pod, old->node);
}

/* What is found is done: the victims are told to leave, the pod is nominated. @return 1: it was,
 * and takes the pod */
static int preempts(run *self, korch_pod *pod)
{
	size_t victims[PODS], n;
	korch_pod *gone[PODS];
	korch_error *err = NULL;
	world *now = &self->now;
	int node = compare_preemption(self, pod, victims, &n);
	if (node < 0 || now->n_nominated == WAITING || self->no_nominations ||
	    reference_wants_devices(pod) || happens(&self->random, 30))
		return 0;
	for (size_t i = 0; i < n; i++)
		gone[i] = now->pods[victims[i]].pod;
	for (size_t i = 0; i < n; i++)
		for (size_t k = now->n_pods; k-- > 0;)
			if (now->pods[k].pod == gone[i]) {
				is_driven_out(self, k, !happens(&self->random, 15));
				break;
			}
	note(self, "%s is nominated to %s", korch_object_name(&pod->object), node_names[node]);
	must(self, "nominate", korch_scheduler_nominate(self->engine, pod, node_names[node], &err),
	     err);
	now->nominated[now->n_nominated++] = (world_pod){pod, node, 0};
	return 1;
}

/* A pod that room was made for is tried again. */
void nominated_tries(run *self)
{
	world *now = &self->now;
	korch_error *err = NULL;
	korch_decision decision;
	size_t victims[PODS], n;
	if (now->n_nominated == 0)
		return;
	world_pod *one = &now->nominated[below(&self->random, now->n_nominated)];
	korch_pod *pod = (korch_pod *)korch_object_ref(&one->pod->object);
	int node = compare_nominated(self, pod, one->node);
	note(self, "%s, which is nominated, gets %s", korch_object_name(&pod->object),
	     node < 0 ? "nothing" : node_names[node]);
	if (node < 0) {
		compare_preemption(self, pod, victims, &n);
	} else if (happens(&self->random, 70)) {
		must(self, "schedule", korch_scheduler_schedule(&decision, self->engine, pod, &err), err);
		korch_object_ref(&pod->object);
		put_pod(self, pod, node, 0);
	}
	korch_object_unref(&pod->object);
}

/* A new pod: it is scheduled, or somebody binds it anywhere, or it waits. */
void pod_arrives(run *self)
{
	korch_error *err = NULL;
	if (self->now.n_pods >= PODS - WAITING)
		return;
	if (happens(&self->random, 20)) {
		pod_appears(self);
		return;
	}
	korch_pod *pod = generate_instance(any_template(self), self->next_id++, &self->random);
	const char *name = korch_object_name(&pod->object);
	int node = compare(self, self->engine, pod);
	if (node < 0) {
		note(self, "%s fits nowhere", name);
		if (!preempts(self, pod))
			waits(self, pod);
		return;
	}
	korch_decision decision;
	int lacks;
	uint64_t devices = devices_for(self, pod, node, &lacks);
	if (lacks) { /* the filter is left out; what it would get depends on the order of events */
		korch_object_unref(&pod->object);
		return;
	}
	note(self, "%s is scheduled to %s", name, node_names[node]);
	must(self, "schedule", korch_scheduler_schedule(&decision, self->engine, pod, &err), err);
	if (decision.devices != devices)
		fail(self, pod, "gets devices %llx, should be %llx", (unsigned long long)decision.devices,
		     (unsigned long long)devices);
	annotate(pod, devices);
	put_pod(self, pod, node, devices);
}

static world_pod *any_pod(run *self)
{
	return self->now.n_pods ? &self->now.pods[below(&self->random, self->now.n_pods)] : NULL;
}

/* A pod that waits is not wanted any more. */
static void waiting_goes(run *self)
{
	world *now = &self->now;
	if (now->n_waiting == 0)
		return;
	size_t i = below(&self->random, now->n_waiting);
	korch_pod *pod = now->waiting[i];
	note(self, "%s waits no more", korch_object_name(&pod->object));
	korch_scheduler_pod_remove(self->engine, pod);
	stop_waiting(now, i);
	korch_object_unref(&pod->object);
}

void pod_goes(run *self)
{
	world_pod *pod = any_pod(self);
	if (!pod || happens(&self->random, 15)) {
		waiting_goes(self);
		return;
	}
	korch_pod *gone = (korch_pod *)korch_object_edit(&pod->pod->object);
	note(self, "%s goes", korch_object_name(&gone->object));
	if (happens(&self->random, 30)) {
		korch_pod_status *status = korch_struct_edit(&gone->status, &korch_pod_status_type);
		korch_error *err = NULL;
		korch_string_set(&status->phase, happens(&self->random, 50) ? "Failed" : "Succeeded");
		must(self, "pod_set", korch_scheduler_pod_set(self->engine, gone, NULL, &err), err);
	} else {
		korch_scheduler_pod_remove(self->engine, gone);
	}
	forget_pod(self, gone);
	korch_object_unref(&gone->object);
}

/* The pod ends, gets other labels, another spec, or another node. */
void pod_changes(run *self)
{
	const world_pod *old = any_pod(self);
	if (!old)
		return;
	korch_pod *pod = (korch_pod *)korch_object_edit(&old->pod->object);
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	int node = old->node;
	switch (below(&self->random, 5)) {
	case 4:
		note(self, "%s started some other time", meta->name);
		korch_struct_edit(&pod->status, &korch_pod_status_type);
		pod->status->start_time = (int64_t)1000000 * (20000 + self->next_id++);
		break;
	case 0:
		note(self, "%s is terminating", meta->name);
		meta->deletion_timestamp = 1;
		break;
	case 1:
		note(self, "%s gets other labels", meta->name);
		korch_block_take(&meta->labels, generate_pod_labels(&self->random));
		break;
	case 2: {
		korch_pod *other = generate_instance(any_template(self), 0, &self->random);
		note(self, "%s gets another spec", meta->name);
		korch_block_share(&pod->spec, other->spec);
		korch_object_unref(&other->object);
		break;
	}
	default:
		node = any_node(self);
		note(self, "%s moves to %s", meta->name, node_names[node]);
	}
	if (!tell_pod(self, pod, node))
		note(self, "no, for there are no devices");
}

/* A pod that is on no node waits for room on one, or no longer. */
void nomination_changes(run *self)
{
	world *now = &self->now;
	korch_error *err = NULL;
	if (now->n_nominated > 0 && happens(&self->random, 50)) {
		size_t i = below(&self->random, now->n_nominated);
		note(self, "%s is nominated no more", korch_object_name(&now->nominated[i].pod->object));
		must(self, "nominate",
		     korch_scheduler_nominate(self->engine, now->nominated[i].pod, NULL, &err), err);
		drop(now->nominated, &now->n_nominated, i);
		return;
	}
	if (now->n_nominated == WAITING || self->no_nominations)
		return;
	korch_pod *pod = generate_instance(any_template(self), self->next_id++, &self->random);
	int node = (int)below(&self->random, NODES);
	if (reference_wants_devices(pod)) { /* which it would get depends on who was nominated first */
		korch_object_unref(&pod->object);
		return;
	}
	note(self, "%s is nominated to %s", korch_object_name(&pod->object), node_names[node]);
	must(self, "nominate", korch_scheduler_nominate(self->engine, pod, node_names[node], &err),
	     err);
	now->nominated[now->n_nominated++] = (world_pod){pod, node, 0};
}
