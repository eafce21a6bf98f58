/* Random changes of nodes, namespaces, claims and budgets; trials; and which event comes next. */
#include "world.h"
#include <korch/scheduler/whatif.h>
#include <string.h>

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
	    {25, pod_arrives},      {9, pod_goes},      {12, pod_changes},   {20, node_changes},
	    {4, namespace_changes}, {4, claim_changes}, {4, budget_changes}, {3, nomination_changes},
	    {7, nominated_tries},   {5, trial_begins},  {7, trial_ends},
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
