/* The world of a case: copying it, and showing it to the reference. */
#include "world.h"
#include <stdlib.h>
#include <string.h>

const char *const node_names[NODES + 1] = {"n0", "n1", "n10", "n11",      "n2",
                                           "n3", "n4", "n5",  "elsewhere"};
const char *const namespace_names[NAMESPACES] = {"shop", "data", "infra"};

void world_init(world *self)
{
	static const char *const claims[] = {"data", "logs"};
	memset(self, 0, sizeof(*self));
	for (size_t i = 0; i < CLAIMS; i++) {
		self->claims[i].namespace_ = namespace_names[i / 2];
		self->claims[i].name = claims[i % 2];
	}
}

void world_copy(world *to, const world *from)
{
	*to = *from;
	for (size_t i = 0; i < NODES; i++)
		korch_object_ref((korch_object *)from->nodes[i].object);
	for (size_t i = 0; i < from->n_pods; i++)
		korch_object_ref(&from->pods[i].pod->object);
	for (size_t i = 0; i < from->n_waiting; i++)
		korch_object_ref(&from->waiting[i]->object);
	for (size_t i = 0; i < from->n_nominated; i++)
		korch_object_ref(&from->nominated[i].pod->object);
	for (size_t i = 0; i < NAMESPACES; i++)
		korch_block_ref(from->namespaces[i]);
	for (size_t i = 0; i < CLAIMS; i++)
		korch_block_ref(from->claims[i].nodes);
	for (size_t i = 0; i < BUDGETS; i++)
		korch_object_ref((korch_object *)from->budgets[i]);
}

void world_clear(world *self)
{
	for (size_t i = 0; i < NODES; i++)
		korch_object_unref((korch_object *)self->nodes[i].object);
	for (size_t i = 0; i < self->n_pods; i++)
		korch_object_unref(&self->pods[i].pod->object);
	for (size_t i = 0; i < self->n_waiting; i++)
		korch_object_unref(&self->waiting[i]->object);
	for (size_t i = 0; i < self->n_nominated; i++)
		korch_object_unref(&self->nominated[i].pod->object);
	for (size_t i = 0; i < NAMESPACES; i++)
		korch_block_unref(self->namespaces[i]);
	for (size_t i = 0; i < CLAIMS; i++)
		korch_block_unref(self->claims[i].nodes);
	for (size_t i = 0; i < BUDGETS; i++)
		korch_object_unref((korch_object *)self->budgets[i]);
	memset(self, 0, sizeof(*self));
}

static void view_nodes(view *out, const world *from)
{
	for (size_t i = 0; i <= NODES; i++)
		out->indexes[i] = SIZE_MAX;
	for (int i = 0; i < NODES; i++) {
		if (!from->nodes[i].object)
			continue;
		out->indexes[i] = out->cluster.n_nodes;
		out->slots[out->cluster.n_nodes] = i;
		out->nodes[out->cluster.n_nodes++] = from->nodes[i].object;
	}
}

static void view_rest(view *out, const world *from)
{
	for (size_t i = 0; i < NAMESPACES; i++)
		if (from->namespace_known[i])
			out->namespaces[out->cluster.n_namespaces++] =
			    (reference_namespace){namespace_names[i], from->namespaces[i]};
	for (size_t i = 0; i < CLAIMS; i++)
		if (from->claims[i].known)
			out->claims[out->cluster.n_claims++] = (reference_claim){
			    from->claims[i].namespace_, from->claims[i].name, from->claims[i].nodes};
	for (size_t i = 0; i < BUDGETS; i++)
		if (from->budgets[i])
			out->budgets[out->cluster.n_budgets++] = from->budgets[i];
}

void view_make(view *out, const world *from)
{
	memset(out, 0, sizeof(*out));
	view_nodes(out, from);
	for (size_t i = 0; i < from->n_pods; i++)
		out->pods[i] = (reference_pod){from->pods[i].pod, out->indexes[from->pods[i].node],
		                               from->pods[i].devices};
	for (size_t i = 0; i < from->n_nominated; i++)
		out->nominated[i] =
		    (reference_pod){from->nominated[i].pod, out->indexes[from->nominated[i].node], 0};
	view_rest(out, from);
	out->cluster.nodes = out->nodes;
	out->cluster.pods = out->pods;
	out->cluster.n_pods = from->n_pods;
	out->cluster.nominated = out->nominated;
	out->cluster.n_nominated = from->n_nominated;
	out->cluster.namespaces = out->namespaces;
	out->cluster.claims = out->claims;
	out->cluster.budgets = out->budgets;
}

int profile_of(const run *self, const korch_pod *pod)
{
	const char *name = pod->spec->scheduler_name;
	return name && strcmp(name, "second") == 0;
}

const reference_profile *view_for(view *out, const run *self, const korch_pod *pod)
{
	int which = profile_of(self, pod);
	view_make(out, &self->now);
	out->cluster.disabled = self->disabled[which];
	out->cluster.n_disabled = self->n_disabled[which];
	out->cluster.own = self->own[which].name ? &self->own[which] : NULL;
	return &self->profiles[which];
}
