/* Random changes of the world, and the engine that is told of them. */
#include "world.h"
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
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

void put_pod(run *self, korch_pod *pod, int node)
{
	korch_object_ref(&pod->object); /* for it may be one that is let go of */
	forget_pod(self, pod);
	self->now.pods[self->now.n_pods++] = (world_pod){pod, node};
	korch_object_unref(&pod->object);
}

/* Tells the engine of a pod on a node in one of the two ways, and the world; takes the pod. */
static void tell_pod(run *self, korch_pod *pod, int node)
{
	korch_error *err = NULL;
	const char *name = node_names[node];
	if (happens(&self->random, 50)) {
		korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
		korch_string_set(&spec->node_name, name);
		name = NULL;
	}
	must(self, "pod_set", korch_scheduler_pod_set(self->engine, pod, name, &err), err);
	put_pod(self, pod, node);
}

static int any_node(run *self)
{
	return happens(&self->random, 4) ? ELSEWHERE : (int)below(&self->random, NODES);
}

static const char *any_template(run *self)
{
	return self->templates[below(&self->random, TEMPLATES)];
}

static void node_gets(run *self, int slot, int only)
{
	world_node *node = &self->now.nodes[slot];
	korch_error *err = NULL;
	for (int part = 0; part < NODE_PARTS; part++)
		if ((only < 0 || part == only) && !(part == NODE_IMAGES && self->no_images))
			generate_node_part(&node->text, &self->random, node_names[slot], part);
	note(self, "node %s: {%s} [%s] %s [%s]%s", node_names[slot], node->text.labels,
	     node->text.taints, node->text.resources, node->text.images,
	     node->text.cordoned ? " cordoned" : "");
	korch_object_unref((korch_object *)node->object);
	node->object = generate_node(&node->text, node_names[slot]);
	must(self, "node_set", korch_scheduler_node_set(self->engine, node->object, &err), err);
}

void node_appears(run *self, int slot)
{
	node_gets(self, slot, -1);
}

static void node_changes(run *self)
{
	int slot = (int)below(&self->random, NODES);
	world_node *node = &self->now.nodes[slot];
	if (node->object && happens(&self->random, 20)) {
		note(self, "node %s goes", node_names[slot]);
		korch_scheduler_node_remove(self->engine, node_names[slot]);
		korch_object_unref(&node->object->object);
		node->object = NULL;
		return;
	}
	node_gets(self, slot, node->object ? (int)below(&self->random, NODE_PARTS) : -1);
}

static void waits(run *self, korch_pod *pod)
{
	korch_error *err = NULL;
	if (self->now.n_waiting == WAITING || happens(&self->random, 40)) {
		korch_object_unref(&pod->object);
		return;
	}
	note(self, "%s waits", korch_object_name(&pod->object));
	must(self, "wait", korch_scheduler_wait(self->engine, pod, &err), err);
	self->now.waiting[self->now.n_waiting++] = pod;
}

void pod_appears(run *self)
{
	korch_pod *pod = generate_instance(any_template(self), self->next_id++, &self->random);
	int node = any_node(self);
	note(self, "%s is bound to %s", korch_object_name(&pod->object), node_names[node]);
	tell_pod(self, pod, node);
}

/* A new pod: it is scheduled, or somebody binds it anywhere, or it waits. */
static void pod_arrives(run *self)
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
		compare_preemption(self, pod);
		waits(self, pod);
		return;
	}
	korch_decision decision;
	note(self, "%s is scheduled to %s", name, node_names[node]);
	must(self, "schedule", korch_scheduler_schedule(&decision, self->engine, pod, &err), err);
	put_pod(self, pod, node);
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
	memmove(&now->waiting[i], &now->waiting[i + 1],
	        (now->n_waiting - i - 1) * sizeof(now->waiting[0]));
	now->n_waiting--;
	korch_object_unref(&pod->object);
}

static void pod_goes(run *self)
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
static void pod_changes(run *self)
{
	const world_pod *old = any_pod(self);
	if (!old)
		return;
	korch_pod *pod = (korch_pod *)korch_object_edit(&old->pod->object);
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	int node = old->node;
	switch (below(&self->random, 4)) {
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
	tell_pod(self, pod, node);
}

static void namespace_changes(run *self)
{
	size_t i = below(&self->random, NAMESPACES);
	korch_error *err = NULL;
	korch_block_unref(self->now.namespaces[i]);
	self->now.namespaces[i] = NULL;
	self->now.namespace_known[i] = !happens(&self->random, 25);
	if (self->now.namespace_known[i]) {
		korch_map *labels = generate_namespace_labels(&self->random);
		self->now.namespaces[i] = labels;
		must(self, "namespace_set",
		     korch_scheduler_namespace_set(self->engine, namespace_names[i], labels, &err), err);
	} else {
		korch_scheduler_namespace_remove(self->engine, namespace_names[i]);
	}
	note(self, "namespace %s is %s", namespace_names[i],
	     self->now.namespace_known[i] ? "told anew" : "forgotten");
}

static void claim_changes(run *self)
{
	world_claim *claim = &self->now.claims[below(&self->random, CLAIMS)];
	korch_error *err = NULL;
	korch_block_unref(claim->nodes);
	claim->nodes = NULL;
	claim->known = !happens(&self->random, 25);
	if (claim->known) {
		if (happens(&self->random, 60))
			claim->nodes = generate_volume_nodes(&self->random);
		must(self, "claim_set",
		     korch_scheduler_claim_set(self->engine, claim->namespace_, claim->name, claim->nodes,
		                               &err),
		     err);
	} else {
		korch_scheduler_claim_remove(self->engine, claim->namespace_, claim->name);
	}
	note(self, "claim %s/%s is %s", claim->namespace_, claim->name,
	     claim->known ? "told anew" : "forgotten");
}

static void budget_changes(run *self)
{
	size_t i = below(&self->random, BUDGETS);
	korch_pod_disruption_budget **budget = &self->now.budgets[i];
	korch_error *err = NULL;
	if (*budget) {
		korch_scheduler_budget_remove(self->engine, korch_object_namespace(&(*budget)->object),
		                              korch_object_name(&(*budget)->object));
		korch_object_unref(&(*budget)->object);
		*budget = NULL;
	}
	if (happens(&self->random, 70)) {
		*budget = generate_budget(&self->random, (unsigned)i);
		must(self, "budget_set", korch_scheduler_budget_set(self->engine, *budget, &err), err);
	}
	note(self, "budget %zu %s", i, *budget ? "is told anew" : "goes");
}

void things_appear(run *self)
{
	for (int i = 0; i < 8; i++) {
		if (i < NAMESPACES + 1)
			namespace_changes(self);
		if (i < BUDGETS)
			budget_changes(self);
		claim_changes(self);
	}
}

/* A pod that is on no node waits for room on one, or no longer. */
static void nomination_changes(run *self)
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
	note(self, "%s is nominated to %s", korch_object_name(&pod->object), node_names[node]);
	must(self, "nominate", korch_scheduler_nominate(self->engine, pod, node_names[node], &err),
	     err);
	now->nominated[now->n_nominated++] = (world_pod){pod, node};
}

static void trial_begins(run *self)
{
	if (self->trials == TRIALS || self->no_trials)
		return;
	note(self, "begin");
	must(self, "begin", korch_scheduler_begin(self->engine), NULL);
	world_copy(&self->before[self->trials++], &self->now);
}

static void trial_ends(run *self)
{
	if (self->trials == 0 || self->no_trials)
		return;
	world *before = &self->before[--self->trials];
	if (happens(&self->random, 25)) {
		note(self, "commit");
		korch_scheduler_commit(self->engine);
		world_clear(before);
		return;
	}
	note(self, "rollback");
	korch_scheduler_rollback(self->engine);
	world_clear(&self->now);
	self->now = *before;
	memset(before, 0, sizeof(*before));
}

void event(run *self)
{
	static const struct {
		unsigned share;
		void (*happen)(run *);
	} kinds[] = {
	    {28, pod_arrives},      {9, pod_goes},      {12, pod_changes},   {22, node_changes},
	    {4, namespace_changes}, {4, claim_changes}, {4, budget_changes}, {6, nomination_changes},
	    {5, trial_begins},      {6, trial_ends},
	};
	uint64_t at = below(&self->random, 100);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (at < kinds[i].share) {
			kinds[i].happen(self);
			return;
		}
		at -= kinds[i].share;
	}
}
