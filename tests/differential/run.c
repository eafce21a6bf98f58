/* A case: how it begins and ends, and what an engine says in it as text. */
#include "base/alloc.h"
#include "properties.h"
#include <korch/scheduler/explain.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void draw_flavour(run *self)
{
	static const flavour flavours[] = {{0, 0, 0},    {0, 0, 30},   {40, 0, 0},  {0, 60, 10},
	                                   {25, 25, 25}, {15, 15, 40}, {60, 40, 10}};
	self->flavour = flavours[below(&self->random, 7)];
}

static void open_any(run *self, uint64_t seed, const flavour *of)
{
	memset(self, 0, sizeof(*self));
	self->seed = seed;
	korch__random_init(&self->random, seed);
	korch__buf_init(&self->log, 0);
	world_init(&self->now);
	if (of) {
		self->flavour = *of;
		self->profiles[0] = self->profiles[1] = reference_default_profile;
	} else {
		draw_flavour(self);
		draw_profiles(self);
	}
	self->no_trials = happens(&self->random, 40);
	self->no_images = happens(&self->random, 50);
	self->no_nominations = happens(&self->random, 60);
	for (size_t i = 0; i < TEMPLATES; i++)
		self->templates[i] = generate_pod(&self->random, &self->flavour);
	self->engine = engine_new(self);
}

void open_run(run *self, uint64_t seed)
{
	open_any(self, seed, NULL);
}

void open_run_with(run *self, uint64_t seed, const flavour *of)
{
	open_any(self, seed, of);
}

int change_is_skipped(run *self)
{
	unsigned number = self->n_changes++;
	korch__random_init(&self->random, self->seed * CHANGES + number);
	return self->skip && number < CHANGES && self->skip[number];
}

void begin_with(run *self)
{
	unsigned nodes = 30 + (unsigned)below(&self->random, 70);
	uint64_t pods = happens(&self->random, 25) ? 30 : below(&self->random, 25);
	if (!change_is_skipped(self))
		things_appear(self);
	for (int slot = 0; slot < NODES; slot++)
		if (!change_is_skipped(self) && happens(&self->random, nodes))
			node_appears(self, slot);
	for (uint64_t i = 0; i < pods; i++)
		if (!change_is_skipped(self))
			pod_appears(self);
}

void close_run(run *self)
{
	while (self->trials > 0)
		world_clear(&self->before[--self->trials]);
	world_clear(&self->now);
	korch_scheduler_free(self->engine);
	for (size_t i = 0; i < TEMPLATES; i++)
		korch__free(self->templates[i]);
	korch__buf_fini(&self->log);
}

static void describe_pod(run *self, korch_buf *out, korch_scheduler *engine, const korch_pod *pod)
{
	korch_explanation *explanation = NULL;
	korch_error *err = NULL;
	size_t n;
	must(self, "explain", korch_scheduler_explain(&explanation, engine, pod, &err), err);
	const korch_node_verdict *nodes = korch_explanation_nodes(explanation, &n);
	const char *node = korch_explanation_node(explanation);
	const char *message = korch_explanation_message(explanation);
	korch__buf_printf(out, "best %s %s\n", node ? node : "none", message ? message : "");
	for (size_t i = 0; i < n; i++) {
		korch__buf_printf(out, "%s %s %s %lld", nodes[i].node,
		                  nodes[i].filter ? nodes[i].filter : "fine",
		                  nodes[i].reason ? nodes[i].reason : "", (long long)nodes[i].total);
		for (size_t t = 0; t < nodes[i].n_terms; t++)
			korch__buf_printf(out, " %s=%lld/%lld", nodes[i].terms[t].name,
			                  (long long)nodes[i].terms[t].raw,
			                  (long long)nodes[i].terms[t].normalized);
		korch__buf_puts(out, "\n");
	}
	korch_explanation_free(explanation);
}

char *describe(run *self, korch_scheduler *engine)
{
	korch_buf out;
	korch_random steady;
	korch__buf_init(&out, 0);
	korch__random_init(&steady, self->seed);
	korch__buf_printf(&out, "%zu nodes, %zu pods, %zu wait\n", korch_scheduler_nodes(engine),
	                  korch_scheduler_pods(engine), korch_scheduler_waiting(engine));
	for (size_t i = 0; i < TEMPLATES; i++) {
		korch_pod *pod = generate_instance(self->templates[i], 1000000, &steady);
		describe_pod(self, &out, engine, pod);
		korch_object_unref(&pod->object);
	}
	for (int slot = 0; slot < NODES; slot++) {
		int64_t all = -1, used = -1;
		(void)korch_scheduler_node_usage(&all, &used, engine, node_names[slot], "cpu");
		korch__buf_printf(&out, "%s cpu %lld of %lld\n", node_names[slot], (long long)used,
		                  (long long)all);
	}
	char *text = korch__buf_steal(&out);
	if (!text)
		abort();
	return text;
}
