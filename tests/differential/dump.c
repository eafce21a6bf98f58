/* A failing case: what happened, and the world as YAML that can be read again. */
#include "world.h"
#include <korch/yaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void note(run *self, const char *format, ...)
{
	char text[2048];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	korch__buf_printf(&self->log, "%3d %s\n", self->step, text);
}

static void dump_object(const korch_object *object)
{
	char *text = NULL;
	if (!object || korch_object_to_yaml(&text, NULL, object, 0) < 0)
		return;
	fprintf(stderr, "---\n%s", text);
	free(text);
}

static void dump_pod(const korch_pod *pod, const char *node)
{
	korch_pod *shown = (korch_pod *)korch_object_edit(&pod->object);
	korch_pod_spec *spec = korch_struct_edit(&shown->spec, &korch_pod_spec_type);
	if (node)
		korch_string_set(&spec->node_name, node);
	dump_object(&shown->object);
	korch_object_unref(&shown->object);
}

void dump_world(const world *self)
{
	for (size_t i = 0; i < NODES; i++)
		dump_object((const korch_object *)self->nodes[i].object);
	for (size_t i = 0; i < NAMESPACES; i++)
		if (self->namespace_known[i]) {
			const korch_map *labels = self->namespaces[i];
			fprintf(stderr, "---\n{apiVersion: v1, kind: Namespace, metadata: {name: %s",
			        namespace_names[i]);
			if (labels && labels->n > 0)
				fprintf(stderr, ", labels: {%s: %s}", labels->items[0].key, labels->items[0].value);
			fprintf(stderr, "}}\n");
		}
	for (size_t i = 0; i < CLAIMS; i++) {
		char *nodes = NULL;
		if (self->claims[i].known && self->claims[i].nodes)
			korch_struct_to_json(&nodes, self->claims[i].nodes, &korch_node_selector_type);
		if (self->claims[i].known)
			fprintf(stderr, "# claim %s/%s: %s\n", self->claims[i].namespace_, self->claims[i].name,
			        nodes ? nodes : "every node");
		free(nodes);
	}
	for (size_t i = 0; i < BUDGETS; i++)
		dump_object((const korch_object *)self->budgets[i]);
	for (size_t i = 0; i < self->n_pods; i++)
		dump_pod(self->pods[i].pod, node_names[self->pods[i].node]);
	for (size_t i = 0; i < self->n_nominated; i++) {
		fprintf(stderr, "# nominated to %s:\n", node_names[self->nominated[i].node]);
		dump_pod(self->nominated[i].pod, NULL);
	}
}

void fail(run *self, const korch_pod *pod, const char *format, ...)
{
	va_list args;
	dump_world(&self->now);
	if (pod) {
		fprintf(stderr, "# the pod that it is about:\n");
		dump_object(&pod->object);
	}
	fprintf(stderr, "# what happened:\n%s", self->log.data ? self->log.data : "");
	fprintf(stderr, "seed %llu, step %d: ", (unsigned long long)self->seed, self->step);
	if (pod)
		fprintf(stderr, "pod %s: ", korch_object_name(&pod->object));
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nagain, as small as can be: differential --seed %llu --minimize\n",
	        (unsigned long long)self->seed);
	exit(1);
}

void must(run *self, const char *what, int code, korch_error *err)
{
	if (code < 0)
		fail(self, NULL, "%s failed: %s (%s)", what, err ? korch_error_message(err) : "no reason",
		     korch_code_name(code));
}
