/* Clusters from YAML, for rows of tests and for replaying failures. */
#include "cluster.h"
#include <korch/api/core_namespace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t node_index(const yaml_cluster *self, const char *name)
{
	for (size_t i = 0; i < self->cluster.n_nodes; i++)
		if (strcmp(korch_object_name(&self->nodes[i]->object), name) == 0)
			return i;
	return SIZE_MAX;
}

static void add_pod(yaml_cluster *self, const korch_pod *pod)
{
	const char *node = pod->spec ? pod->spec->node_name : NULL;
	if (node)
		self->pods[self->cluster.n_pods++] = (reference_pod){pod, node_index(self, node)};
	else
		self->waiting[self->n_waiting++] = pod;
}

static void add(yaml_cluster *self, const korch_object *object)
{
	reference_cluster *cluster = &self->cluster;
	if (object->kind == &korch_pod_kind) {
		add_pod(self, (const korch_pod *)object);
	} else if (object->kind == &korch_namespace_kind) {
		reference_namespace *to = &self->namespaces[cluster->n_namespaces++];
		to->name = korch_object_name(object);
		to->labels = object->metadata->labels;
	} else if (object->kind == &korch_pod_disruption_budget_kind) {
		self->budgets[cluster->n_budgets++] = (const korch_pod_disruption_budget *)object;
	}
}

int yaml_cluster_read(yaml_cluster *out, const char *text)
{
	korch_error *err = NULL;
	memset(out, 0, sizeof(*out));
	if (korch_manifest_new(&out->manifest, NULL, NULL) < 0)
		return -1;
	if (korch_manifest_read_text(out->manifest, text, strlen(text), "rows", &err) < 0) {
		fprintf(stderr, "%s\n", korch_error_message(err));
		korch_error_free(err);
		yaml_cluster_free(out);
		return -1;
	}
	size_t n = korch_manifest_count(out->manifest) + 1;
	out->nodes = calloc(n, sizeof(*out->nodes));
	out->pods = calloc(n, sizeof(*out->pods));
	out->namespaces = calloc(n, sizeof(*out->namespaces));
	out->budgets = calloc(n, sizeof(*out->budgets));
	out->waiting = calloc(n, sizeof(*out->waiting));
	for (size_t i = 0; i + 1 < n; i++) {
		const korch_object *object = korch_manifest_object(out->manifest, i);
		if (object->kind == &korch_node_kind)
			out->nodes[out->cluster.n_nodes++] = (const korch_node *)object;
	}
	for (size_t i = 0; i + 1 < n; i++)
		add(out, korch_manifest_object(out->manifest, i));
	out->cluster.nodes = out->nodes;
	out->cluster.pods = out->pods;
	out->cluster.namespaces = out->namespaces;
	out->cluster.budgets = out->budgets;
	return 0;
}

void yaml_cluster_free(yaml_cluster *self)
{
	korch_manifest_free(self->manifest);
	free(self->nodes);
	free(self->pods);
	free(self->namespaces);
	free(self->budgets);
	free(self->waiting);
	memset(self, 0, sizeof(*self));
}
