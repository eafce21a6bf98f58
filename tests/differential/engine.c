/* The engine under test: its profiles, and telling it a whole world. */
#include "world.h"
#include <korch/scheduler/preempt.h>
#include <stdlib.h>
#include <string.h>

static size_t draw_resources(reference_resource *out, korch_random *random)
{
	static const char *const names[] = {"cpu", "memory", "example.com/gpu", "ephemeral-storage"};
	size_t n = 0;
	for (size_t i = 0; i < 4; i++)
		if (happens(random, i < 2 ? 90 : 30))
			out[n++] = (reference_resource){names[i], 1 + (int64_t)below(random, 3)};
	if (n == 0)
		out[n++] = (reference_resource){"cpu", 1};
	return n;
}

static size_t draw_shape(reference_point *out, korch_random *random)
{
	size_t n = 1 + below(random, 3);
	for (size_t i = 0; i < n; i++)
		out[i] = (reference_point){(int64_t)i * 35 + (int64_t)below(random, 30),
		                           (int64_t)below(random, 11)};
	return n;
}

static void draw_profile(run *self, int which)
{
	reference_profile *profile = &self->profiles[which];
	profile->strategy = (int)below(&self->random, 3);
	profile->fit = self->fit[which];
	profile->n_fit = draw_resources(self->fit[which], &self->random);
	profile->balanced = self->balanced[which];
	profile->n_balanced = draw_resources(self->balanced[which], &self->random);
	profile->shape = self->shape[which];
	profile->n_shape = draw_shape(self->shape[which], &self->random);
	for (int i = 0; i < REFERENCE_OWN && happens(&self->random, 50); i++)
		profile->weights[i] = happens(&self->random, 20) ? 0 : 1 + (int64_t)below(&self->random, 5);
	profile->weights[REFERENCE_FIT] += profile->weights[REFERENCE_FIT] == 0;
	if (happens(&self->random, 25))
		draw_own(self, which);
	for (int i = 0; i < 2 && happens(&self->random, 25); i++)
		self->disabled[which][self->n_disabled[which]++] =
		    PICK(&self->random, "NodeUnschedulable", "NodeName", "TaintToleration", "NodeAffinity",
		         "NodePorts", "NodeResourcesFit", "VolumeBinding", "PodTopologySpread",
		         "InterPodAffinity", "MaxPerNode");
}

void draw_profiles(run *self)
{
	static const int64_t hard[] = {0, 1, 1, 1, 7, 100};
	int64_t weight = hard[below(&self->random, 6)];
	for (int i = 0; i < 2; i++) {
		self->profiles[i] = reference_default_profile;
		if (happens(&self->random, i == 0 ? 40 : 100))
			draw_profile(self, i);
		self->profiles[i].hard_weight = weight;
	}
}

/* A profile as the engine wants it; the arrays live in `self`. */
typedef struct engine_profile {
	korch_score_use scores[REFERENCE_PLUGINS];
	korch_resource_weight fit[4], balanced[4];
	korch_shape_point shape[4];
	korch_scheduler_plugin plugin;
} engine_profile;

static void translate_scores(korch_scheduler_profile *out, engine_profile *arrays,
                             const reference_profile *from, const reference_own *own)
{
	out->scores = arrays->scores;
	for (int i = 0; i < REFERENCE_PLUGINS; i++)
		if (from->weights[i] > 0)
			arrays->scores[out->n_scores++] = (korch_score_use){
			    .name = i == REFERENCE_OWN ? own->name : reference_plugin_names[i],
			    .weight = (int32_t)from->weights[i]};
	if (own->name) {
		own_plugin(&arrays->plugin, own);
		out->plugins = &arrays->plugin;
		out->n_plugins = 1;
	}
}

static void translate(korch_scheduler_profile *out, engine_profile *arrays,
                      const reference_profile *from)
{
	out->fit_strategy = from->strategy == REFERENCE_LEAST  ? KORCH_FIT_LEAST_ALLOCATED
	                    : from->strategy == REFERENCE_MOST ? KORCH_FIT_MOST_ALLOCATED
	                                                       : KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO;
	for (size_t i = 0; i < from->n_fit; i++)
		arrays->fit[i] = (korch_resource_weight){.name = from->fit[i].name,
		                                         .weight = (int32_t)from->fit[i].weight};
	for (size_t i = 0; i < from->n_balanced; i++)
		arrays->balanced[i] = (korch_resource_weight){.name = from->balanced[i].name, .weight = 1};
	for (size_t i = 0; i < from->n_shape; i++)
		arrays->shape[i] =
		    (korch_shape_point){(int32_t)from->shape[i].utilization, (int32_t)from->shape[i].score};
	out->fit_resources = arrays->fit;
	out->n_fit_resources = from->n_fit;
	out->balanced_resources = arrays->balanced;
	out->n_balanced_resources = from->n_balanced;
	if (from->strategy == REFERENCE_RATIO) {
		out->shape = arrays->shape;
		out->n_shape = from->n_shape;
	}
}

korch_scheduler *engine_new(run *self)
{
	korch_scheduler *engine = NULL;
	korch_error *err = NULL;
	engine_profile arrays[2];
	korch_scheduler_profile profiles[2] = {{.name = "default-scheduler"}, {.name = "second"}};
	int64_t hard = self->profiles[0].hard_weight;
	for (int i = 0; i < 2; i++) {
		profiles[i].size = sizeof(profiles[i]);
		profiles[i].disabled_filters = self->disabled[i];
		profiles[i].n_disabled_filters = self->n_disabled[i];
		translate_scores(&profiles[i], &arrays[i], &self->profiles[i], &self->own[i]);
		translate(&profiles[i], &arrays[i], &self->profiles[i]);
	}
	const korch_scheduler_options options = {.size = sizeof(options),
	                                         .hard_pod_affinity_weight =
	                                             hard == 0 ? -1 : (int32_t)hard,
	                                         .profiles = profiles,
	                                         .n_profiles = 2};
	must(self, "new", korch_scheduler_new(&engine, &options, &err), err);
	return engine;
}

static void feed_nodes(run *self, korch_scheduler *engine)
{
	size_t first = below(&self->random, NODES);
	korch_error *err = NULL;
	for (size_t i = 0; i < NODES; i++) {
		const korch_node *node = self->now.nodes[(first + i) % NODES].object;
		if (node)
			must(self, "node_set", korch_scheduler_node_set(engine, node, &err), err);
	}
}

static void feed_pods(run *self, korch_scheduler *engine)
{
	const world *now = &self->now;
	size_t first = below(&self->random, now->n_pods + 1);
	korch_error *err = NULL;
	for (size_t i = 0; i < now->n_pods; i++) {
		const world_pod *pod = &now->pods[(first + i) % now->n_pods];
		must(self, "pod_set",
		     korch_scheduler_pod_set(engine, pod->pod, node_names[pod->node], &err), err);
	}
}

static void feed_rest(run *self, korch_scheduler *engine)
{
	const world *now = &self->now;
	korch_error *err = NULL;
	for (size_t i = 0; i < NAMESPACES; i++)
		if (now->namespace_known[i])
			must(
			    self, "namespace_set",
			    korch_scheduler_namespace_set(engine, namespace_names[i], now->namespaces[i], &err),
			    err);
	for (size_t i = 0; i < CLAIMS; i++)
		if (now->claims[i].known)
			must(self, "claim_set",
			     korch_scheduler_claim_set(engine, now->claims[i].namespace_, now->claims[i].name,
			                               now->claims[i].nodes, &err),
			     err);
	for (size_t i = 0; i < BUDGETS; i++)
		if (now->budgets[i])
			must(self, "budget_set", korch_scheduler_budget_set(engine, now->budgets[i], &err),
			     err);
}

void engine_feed(run *self, korch_scheduler *engine)
{
	void (*const parts[])(run *, korch_scheduler *) = {feed_nodes, feed_pods, feed_rest};
	size_t first = below(&self->random, 3), backwards = below(&self->random, 2);
	korch_error *err = NULL;
	for (size_t i = 0; i < 3; i++)
		parts[(first + (backwards ? 3 - i : i)) % 3](self, engine);
	for (size_t i = 0; i < self->now.n_nominated; i++)
		must(self, "nominate",
		     korch_scheduler_nominate(engine, self->now.nominated[i].pod,
		                              node_names[self->now.nominated[i].node], &err),
		     err);
}
