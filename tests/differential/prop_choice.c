/* Laws of the choice: it is the best of what the explanation says, also among thousands of nodes,
 * and ties are broken by names, or by a seed. */
#include "base/alloc.h"
#include "properties.h"
#include <korch/scheduler/explain.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const flavour plain = {0, 0, 10};

static korch_scheduler *seeded(run *self, uint64_t seed)
{
	korch_scheduler *engine = NULL;
	const korch_scheduler_options options = {
	    .size = sizeof(options), .ties = seed ? KORCH_TIES_SEEDED : KORCH_TIES_NAME, .seed = seed};
	must(self, "new", korch_scheduler_new(&engine, &options, NULL), NULL);
	return engine;
}

/* Some kinds of nodes, each many times. */
static void many_nodes(run *self, korch_scheduler *engine, unsigned n)
{
	enum { KINDS = 6 };
	node_text texts[KINDS] = {0};
	for (int i = 0; i < KINDS; i++)
		for (int part = 0; part < NODE_PARTS; part++)
			if (part != NODE_IMAGES)
				generate_node_part(&texts[i], &self->random, "host", part);
	for (unsigned i = 0; i < n; i++) {
		char name[16];
		korch_error *err = NULL;
		snprintf(name, sizeof(name), "n%u", i * 7 % n);
		korch_node *node = generate_node(&texts[below(&self->random, KINDS)], name);
		must(self, "node_set", korch_scheduler_node_set(engine, node, &err), err);
		korch_object_unref(&node->object);
	}
}

/* The greatest total, the smallest name with it, and how many have it. */
static size_t best_of(const korch_node_verdict *nodes, size_t n, const korch_node_verdict **best,
                      uint64_t *feasible)
{
	size_t equal = 0;
	*best = NULL;
	*feasible = 0;
	for (size_t i = 0; i < n; i++) {
		if (nodes[i].filter)
			continue;
		(*feasible)++;
		if (!*best || nodes[i].total > (*best)->total) {
			*best = &nodes[i];
			equal = 0;
		}
		equal += nodes[i].total == (*best)->total;
	}
	return equal;
}

/* @param by_name 1: of equals the first by name is chosen */
static void check_choice(run *self, korch_scheduler *engine, const korch_pod *pod, int by_name)
{
	korch_explanation *explanation = NULL;
	korch_decision decision = {0};
	korch_error *err = NULL;
	const korch_node_verdict *best;
	uint64_t feasible;
	size_t n;
	int found = korch_scheduler_decide(&decision, engine, pod, &err);
	must(self, "decide", found, err);
	must(self, "explain", korch_scheduler_explain(&explanation, engine, pod, &err), err);
	const korch_node_verdict *nodes = korch_explanation_nodes(explanation, &n);
	best_of(nodes, n, &best, &feasible);
	if (found != (best != NULL) || (found && decision.feasible != feasible))
		fail(self, pod, "decide gave %d with %llu nodes, should be %llu", found,
		     (unsigned long long)decision.feasible, (unsigned long long)feasible);
	if (found &&
	    (decision.score != best->total || (by_name && strcmp(decision.node, best->node) != 0)))
		fail(self, pod, "chose %s with %lld, should be %s with %lld", decision.node,
		     (long long)decision.score, best->node, (long long)best->total);
	korch_explanation_free(explanation);
}

/* Something happens to a node: it goes, comes, or is another. */
static void change_node(run *self, korch_scheduler *engine, unsigned n)
{
	char name[16];
	korch_error *err = NULL;
	snprintf(name, sizeof(name), "n%u", (unsigned)below(&self->random, n));
	if (happens(&self->random, 40)) {
		korch_scheduler_node_remove(engine, name);
		return;
	}
	node_text text = {0};
	for (int part = 0; part < NODE_PARTS; part++)
		if (part != NODE_IMAGES)
			generate_node_part(&text, &self->random, name, part);
	korch_node *node = generate_node(&text, name);
	must(self, "node_set", korch_scheduler_node_set(engine, node, &err), err);
	korch_object_unref(&node->object);
}

/* Pods come to many nodes, and go; now and then all nodes are looked at one by one. */
static void fill(run *self, korch_scheduler *engine, unsigned n, int by_name)
{
	enum { PLACED = 256 };
	korch_pod *placed[PLACED] = {0};
	for (unsigned i = 0; i < 600; i++) {
		korch_decision decision;
		korch_error *err = NULL;
		korch_pod *pod = generate_instance(self->templates[below(&self->random, TEMPLATES)],
		                                   self->next_id++, &self->random);
		if (i % 40 == 0)
			check_choice(self, engine, pod, by_name);
		must(self, "schedule", korch_scheduler_schedule(&decision, engine, pod, &err), err);
		korch_pod **slot = &placed[i % PLACED];
		if (*slot && happens(&self->random, 50))
			korch_scheduler_pod_remove(engine, *slot);
		korch_object_unref((korch_object *)*slot);
		*slot = pod;
		if (happens(&self->random, 5))
			change_node(self, engine, n);
		if (happens(&self->random, 5)) {
			korch__free(self->templates[0]);
			self->templates[0] = generate_pod(&self->random, &self->flavour);
		}
	}
	for (size_t i = 0; i < PLACED; i++)
		korch_object_unref((korch_object *)placed[i]);
}

void choice_is_the_best(uint64_t seed)
{
	run self;
	/* one in a hundred is large enough for sweeps by block */
	unsigned n = seed % 100 == 0 ? 9000 : 60 + (unsigned)(seed % 400);
	open_run_with(&self, seed, &plain);
	korch_scheduler *engine = seeded(&self, 0);
	many_nodes(&self, engine, n);
	fill(&self, engine, n, 1);
	korch_scheduler_free(engine);
	close_run(&self);
}

/* Of the best nodes any may be chosen, but always the same with one seed. */
void seeds_break_ties(uint64_t seed)
{
	char nodes[2][16];
	for (int i = 0; i < 2; i++) {
		run self;
		korch_decision decision = {0};
		open_run_with(&self, seed, &plain);
		korch_scheduler *engine = seeded(&self, seed + 1);
		many_nodes(&self, engine, 50);
		fill(&self, engine, 50, 0);
		korch_pod *pod = generate_instance(self.templates[1], self.next_id++, &self.random);
		must(&self, "decide", korch_scheduler_decide(&decision, engine, pod, NULL), NULL);
		snprintf(nodes[i], sizeof(nodes[i]), "%s", decision.node ? decision.node : "none");
		if (i == 1 && strcmp(nodes[0], nodes[1]) != 0)
			fail(&self, pod, "chose %s, and another time %s", nodes[0], nodes[1]);
		korch_object_unref(&pod->object);
		korch_scheduler_free(engine);
		close_run(&self);
	}
}
