/* Laws of placing: nothing is over-committed, names only break ties, a node more does no harm. */
#include "properties.h"
#include <korch/scheduler/explain.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pods that request, and nothing that looks at other pods. */
static const flavour plain = {0, 0, 30};

/* Ports of all pods of a node, each pair looked at. */
static void check_ports(run *self, int slot)
{
	const world *now = &self->now;
	for (size_t i = 0; i < now->n_pods; i++)
		for (size_t j = 0; j < i; j++) {
			const korch_pod *a = now->pods[i].pod, *b = now->pods[j].pod;
			if (now->pods[i].node != slot || now->pods[j].node != slot)
				continue;
			for (size_t k = 0; k < a->spec->n_containers; k++)
				for (size_t l = 0; l < b->spec->n_containers; l++)
					if (reference_ports_clash(&a->spec->containers[k], &b->spec->containers[l]))
						fail(self, a, "shares a host port with %s", korch_object_name(&b->object));
		}
}

void check_room(run *self)
{
	static const char *const resources[] = {"cpu", "memory", "ephemeral-storage", "example.com/gpu",
	                                        "hugepages-2Mi"};
	view v;
	view_make(&v, &self->now);
	for (size_t i = 0; i < v.cluster.n_nodes; i++) {
		int64_t pods = 0;
		for (size_t p = 0; p < v.cluster.n_pods; p++)
			pods += v.pods[p].node == i;
		if (pods > reference_node_allocatable(&v.cluster, i, "pods"))
			fail(self, NULL, "%lld pods on %s", (long long)pods, node_names[v.slots[i]]);
		for (size_t r = 0; r < 5; r++)
			if (reference_node_requested(&v.cluster, i, resources[r]) >
			    reference_node_allocatable(&v.cluster, i, resources[r]))
				fail(self, NULL, "too much %s on %s", resources[r], node_names[v.slots[i]]);
		check_ports(self, v.slots[i]);
	}
}

int slot_of(const char *name)
{
	int slot = 0;
	while (strcmp(node_names[slot], name) != 0)
		slot++;
	return slot;
}

void never_overcommits(uint64_t seed)
{
	run self;
	open_run_with(&self, seed, &(flavour){15, 15, 40});
	things_appear(&self);
	for (int slot = 0; slot < NODES; slot++)
		node_appears(&self, slot);
	for (int i = 0; i < PODS - WAITING; i++) {
		korch_decision decision;
		korch_error *err = NULL;
		korch_pod *pod = generate_instance(self.templates[below(&self.random, TEMPLATES)],
		                                   self.next_id++, &self.random);
		int found = korch_scheduler_schedule(&decision, self.engine, pod, &err);
		must(&self, "schedule", found, err);
		if (found)
			put_pod(&self, pod, slot_of(decision.node), decision.devices);
		else
			korch_object_unref(&pod->object);
		if (self.now.n_pods > 0 && happens(&self.random, 20)) {
			pod = self.now.pods[below(&self.random, self.now.n_pods)].pod;
			korch_scheduler_pod_remove(self.engine, pod);
			forget_pod(&self, pod);
		}
		check_room(&self);
	}
	close_run(&self);
}

/* The same world with other names of nodes, in another engine. */
static korch_scheduler *renamed(run *self, const int *to)
{
	korch_scheduler *engine = engine_new(self);
	korch_error *err = NULL;
	for (int slot = 0; slot < NODES; slot++) {
		if (!self->now.nodes[slot].object)
			continue;
		korch_node *node = (korch_node *)korch_object_edit(&self->now.nodes[slot].object->object);
		korch_string_set(&korch_object_edit_meta(&node->object)->name, node_names[to[slot]]);
		must(self, "node_set", korch_scheduler_node_set(engine, node, &err), err);
		korch_object_unref(&node->object);
	}
	for (size_t i = 0; i < self->now.n_pods; i++) {
		int slot = self->now.pods[i].node;
		const char *name = node_names[slot == ELSEWHERE ? ELSEWHERE : to[slot]];
		must(self, "pod_set", korch_scheduler_pod_set(engine, self->now.pods[i].pod, name, &err),
		     err);
	}
	return engine;
}

static const korch_node_verdict *verdict_of(const korch_node_verdict *list, size_t n,
                                            const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].node, name) == 0)
			return &list[i];
	return NULL;
}

static void compare_renamed(run *self, korch_scheduler *other, const int *to, const korch_pod *pod)
{
	korch_explanation *a = NULL, *b = NULL;
	korch_error *err = NULL;
	size_t n, m;
	must(self, "explain", korch_scheduler_explain(&a, self->engine, pod, &err), err);
	must(self, "explain", korch_scheduler_explain(&b, other, pod, &err), err);
	const korch_node_verdict *x = korch_explanation_nodes(a, &n);
	const korch_node_verdict *y = korch_explanation_nodes(b, &m);
	int64_t best = -1, chosen = -1;
	for (size_t i = 0; i < n; i++) {
		const korch_node_verdict *z = verdict_of(y, m, node_names[to[slot_of(x[i].node)]]);
		if (!z || x[i].total != z->total || !x[i].filter != !z->filter ||
		    (x[i].filter && strcmp(x[i].reason, z->reason) != 0))
			fail(self, pod, "%s says something else as %s", x[i].node, z ? z->node : "nobody");
		if (!x[i].filter && x[i].total > best)
			best = x[i].total;
		if (korch_explanation_node(b) && z == verdict_of(y, m, korch_explanation_node(b)))
			chosen = z->total;
	}
	if (!korch_explanation_node(a) != !korch_explanation_node(b))
		fail(self, pod, "finds a node with one of the names only");
	if (korch_explanation_node(a) && best != chosen)
		fail(self, pod, "the best total is %lld, with other names %lld", (long long)best,
		     (long long)chosen);
	korch_explanation_free(a);
	korch_explanation_free(b);
}

void renaming_changes_only_ties(uint64_t seed)
{
	run self;
	int to[NODES];
	open_run_with(&self, seed, seed % 2 ? &plain : &(flavour){30, 30, 0});
	for (int slot = 0; slot < NODES; slot++)
		node_appears(&self, slot);
	for (uint64_t i = 0, n = below(&self.random, 20); i < n; i++)
		pod_appears(&self);
	for (int i = 0; i < NODES; i++)
		to[i] = i;
	for (size_t i = NODES - 1; i > 0; i--) {
		size_t j = below(&self.random, i + 1);
		int swap = to[i];
		to[i] = to[j];
		to[j] = swap;
	}
	korch_scheduler *other = renamed(&self, to);
	for (size_t i = 0; i < TEMPLATES; i++) {
		korch_pod *pod = generate_instance(self.templates[i], self.next_id++, &self.random);
		if (!strstr(self.templates[i], "matchFields"))
			compare_renamed(&self, other, to, pod);
		korch_object_unref(&pod->object);
	}
	korch_scheduler_free(other);
	close_run(&self);
}

/* Whether a node will do for the pod. */
static int will_do(run *self, korch_scheduler *engine, const korch_pod *pod, const char *name)
{
	korch_explanation *explanation = NULL;
	korch_error *err = NULL;
	size_t n;
	must(self, "explain", korch_scheduler_explain(&explanation, engine, pod, &err), err);
	const korch_node_verdict *nodes = korch_explanation_nodes(explanation, &n);
	const korch_node_verdict *node = verdict_of(nodes, n, name);
	int fine = node && !node->filter;
	korch_explanation_free(explanation);
	return fine;
}

/* Where pods were placed they can be placed, too, when there is one node more. */
void a_node_more_does_no_harm(uint64_t seed)
{
	run self;
	korch_error *err = NULL;
	open_run_with(&self, seed, &plain);
	things_appear(&self);
	for (int slot = 0; slot < NODES - 1; slot++)
		node_appears(&self, slot);
	korch_scheduler *more = engine_new(&self);
	engine_feed(&self, more);
	korch_scheduler *only = self.engine;
	self.engine = more;
	node_appears(&self, NODES - 1);
	self.engine = only;
	for (int i = 0; i < 30; i++) {
		korch_decision decision;
		korch_pod *pod = generate_instance(self.templates[below(&self.random, TEMPLATES)],
		                                   self.next_id++, &self.random);
		int found = korch_scheduler_schedule(&decision, only, pod, &err);
		must(&self, "schedule", found, err);
		if (found && !will_do(&self, more, pod, decision.node))
			fail(&self, pod, "went to %s, but not with a node more", decision.node);
		if (found)
			must(&self, "pod_set", korch_scheduler_pod_set(more, pod, decision.node, &err), err);
		korch_object_unref(&pod->object);
	}
	korch_scheduler_free(more);
	close_run(&self);
}
