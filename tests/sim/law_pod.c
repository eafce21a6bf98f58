/* Laws 1 and 2: nodes are not overfull, a pod is bound once, its phase never goes back. */
#include "sim.h"
#include <korch/quantity.h>
#include <stdio.h>
#include <string.h>

static int phase_rank(const char *phase)
{
	if (!phase || strcmp(phase, "Pending") == 0)
		return 0;
	return strcmp(phase, "Running") == 0 ? 1 : 2;
}

static const char *node_of(const korch_pod *pod)
{
	return pod && pod->spec && pod->spec->node_name ? pod->spec->node_name : "";
}

static const char *phase_of(const korch_pod *pod)
{
	return pod && pod->status && pod->status->phase ? pod->status->phase : "Pending";
}

int pod_is_active(const korch_pod *pod)
{
	return phase_rank(phase_of(pod)) < 2 && !pod->object.metadata->deletion_timestamp;
}

struct sum {
	int64_t cpu_milli;
	int64_t memory;
	int64_t pods;
	int32_t ports[64];
	int n_ports;
	int is_double;
};

static void add_port(struct sum *sum, int32_t port)
{
	for (int i = 0; i < sum->n_ports; i++)
		sum->is_double |= sum->ports[i] == port;
	if (port && sum->n_ports < 64)
		sum->ports[sum->n_ports++] = port;
}

static int add_pod(void *userdata, const korch_object *object)
{
	struct sum *sum = userdata;
	const korch_pod *pod = (const korch_pod *)object;
	if (phase_rank(phase_of(pod)) == 2)
		return 0;
	sum->pods++;
	for (size_t i = 0; i < pod->spec->n_containers; i++) {
		const korch_container *container = &pod->spec->containers[i];
		const korch_map *requests = container->resources ? container->resources->requests : NULL;
		const char *cpu = korch_map_get(requests, "cpu");
		const char *memory = korch_map_get(requests, "memory");
		sum->cpu_milli += cpu ? korch_quantity_text_milli(cpu) : 0;
		sum->memory += memory ? korch_quantity_text_value(memory) : 0;
		for (size_t k = 0; k < container->n_ports; k++)
			add_port(sum, container->ports[k].host_port);
	}
	return 0;
}

void law_node_full(sim *s, const char *name)
{
	struct sum sum = {0};
	const korch_node *node =
	    (const korch_node *)korch_view_get(s->laws.view, &korch_node_kind, "", name);
	const korch_view_query query = {.kind = &korch_pod_kind, .node_name = name};
	if (!node || !node->status || !node->status->allocatable)
		return;
	korch_view_each(s->laws.view, &query, add_pod, &sum);
	const korch_map *has = node->status->allocatable;
	if (sum.cpu_milli > korch_quantity_text_milli(korch_map_get(has, "cpu")) ||
	    sum.memory > korch_quantity_text_value(korch_map_get(has, "memory")) ||
	    sum.pods > korch_quantity_text_value(korch_map_get(has, "pods")))
		broken(s, "law 1: node %s has %lldm cpu, %lld bytes, %lld pods", name,
		       (long long)sum.cpu_milli, (long long)sum.memory, (long long)sum.pods);
	if (sum.is_double)
		broken(s, "law 1: node %s has a host port twice", name);
}

void law_pod(sim *s, const korch_pod *before, const korch_pod *pod)
{
	const char *name = korch_object_name(&pod->object);
	if (before && *node_of(before) && strcmp(node_of(before), node_of(pod)) != 0)
		broken(s, "law 2: pod %s moved from %s to %s", name, node_of(before), node_of(pod));
	if (before && phase_rank(phase_of(before)) > phase_rank(phase_of(pod)))
		broken(s, "law 2: pod %s went back from %s to %s", name, phase_of(before), phase_of(pod));
	if (before && phase_rank(phase_of(before)) == 2 && strcmp(phase_of(before), phase_of(pod)) != 0)
		broken(s, "law 2: pod %s was %s and is %s", name, phase_of(before), phase_of(pod));
	if (*node_of(pod) && (!before || !*node_of(before)))
		law_binding(s, before ? before : pod, pod);
	if (before)
		law_nomination(s, before, pod);
}
