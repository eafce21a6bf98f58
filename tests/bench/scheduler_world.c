/* Nodes and pods in few words. */
#include "scheduler_world.h"
#include "base/random.h"
#include <korch/error.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAMESPACES = 100 };

static size_t start_heap;

double world_now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

size_t world_heap(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

size_t world_start_heap(void)
{
	return start_heap;
}

void world_check(int code)
{
	if (code >= 0)
		return;
	fprintf(stderr, "bench: %s\n", korch_code_text(code));
	exit(EXIT_FAILURE);
}

korch_node *world_node(size_t i, size_t zones, uint64_t seed)
{
	static korch_map *allocatable;
	korch_object *object = NULL;
	char name[32], zone[32];
	world_check(korch_object_new(&object, &korch_node_kind));
	korch_node *node = (korch_node *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	snprintf(name, sizeof(name), "node-%06zu", i);
	snprintf(zone, sizeof(zone), "zone-%zu", i % zones);
	world_check(korch_string_set(&meta->name, name));
	world_check(korch_map_set(&meta->labels, "kubernetes.io/hostname", name));
	world_check(korch_map_set(&meta->labels, "topology.kubernetes.io/zone", zone));
	if (!allocatable) {
		const korch_map_entry entries[] = {{"cpu", "64"}, {"memory", "256Gi"}, {"pods", "110"}};
		allocatable = korch_map_new(entries, 3);
	}
	korch_node_status *status = korch_struct_edit(&node->status, &korch_node_status_type);
	korch_block_share(&status->allocatable, allocatable);
	return node;
}

korch_scheduler *world_new(size_t nodes, size_t zones, uint64_t seed)
{
	korch_scheduler *s = NULL;
	korch_map *labels = NULL;
	start_heap = world_heap();
	world_check(korch_scheduler_new(&s, NULL, NULL));
	world_check(korch_map_set(&labels, "team", "devops"));
	for (size_t i = 0; i < NAMESPACES; i++) {
		char name[32];
		snprintf(name, sizeof(name), "ns-%zu", i);
		world_check(korch_scheduler_namespace_set(s, name, labels, NULL));
	}
	korch_block_unref(labels);
	for (size_t i = 0; i < nodes; i++) {
		korch_node *node = world_node(i, zones, seed);
		world_check(korch_scheduler_node_set(s, node, NULL));
		korch_object_unref(&node->object);
	}
	return s;
}

static void request(korch_pod *pod, int64_t cpu_milli, int64_t memory_mib)
{
	char cpu[32], memory[32];
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	korch_container *container =
	    korch_list_edit(&spec->containers, &spec->n_containers, &korch_container_type, 1);
	world_check(korch_string_set(&container->name, "main"));
	korch_resource_requirements *resources =
	    korch_struct_edit(&container->resources, &korch_resource_requirements_type);
	snprintf(cpu, sizeof(cpu), "%lldm", (long long)cpu_milli);
	snprintf(memory, sizeof(memory), "%lldMi", (long long)memory_mib);
	world_check(korch_map_set(&resources->requests, "cpu", cpu));
	world_check(korch_map_set(&resources->requests, "memory", memory));
}

korch_pod *world_pod(int64_t cpu_milli, int64_t memory_mib)
{
	korch_object *object = NULL;
	world_check(korch_object_new(&object, &korch_pod_kind));
	korch_pod *pod = (korch_pod *)object;
	world_check(korch_string_set(&korch_object_edit_meta(object)->namespace_, "ns-0"));
	request(pod, cpu_milli, memory_mib);
	return pod;
}

static korch_pod *new_pod(void (*dress)(korch_pod *, size_t), size_t i)
{
	korch_pod *pod = world_pod(100, 500);
	dress(pod, i);
	return pod;
}

/* Shapes that go over several namespaces are dressed once for each. */
enum { TEMPLATES = NAMESPACES };

korch_pod **world_pods(size_t n, int differ, uint64_t seed, void (*dress)(korch_pod *, size_t))
{
	korch_pod *templates[TEMPLATES] = {0};
	korch_pod **pods = calloc(n + 1, sizeof(*pods));
	korch_random random;
	korch__random_init(&random, seed);
	for (size_t i = 0; i < n; i++) {
		char text[64];
		korch_pod **from = &templates[i % TEMPLATES];
		if (!*from)
			*from = new_pod(dress, i % TEMPLATES);
		if (i > 0 && i < TEMPLATES)
			korch_block_share(&(*from)->spec, templates[0]->spec);
		pods[i] = (korch_pod *)korch_object_edit(&(*from)->object);
		korch_object_meta *meta = korch_object_edit_meta(&pods[i]->object);
		snprintf(text, sizeof(text), "pod-%zu", i);
		world_check(korch_string_set(&meta->name, text));
		snprintf(text, sizeof(text), "00000000-0000-4000-8000-%012zu", i);
		world_check(korch_string_set(&meta->uid, text));
		if (differ)
			request(pods[i], 1 + (int64_t)korch__random_below(&random, 2000),
			        1 + (int64_t)korch__random_below(&random, 8000));
	}
	for (size_t i = 0; i < TEMPLATES; i++) {
		if (templates[i])
			korch_object_unref(&templates[i]->object);
	}
	return pods;
}

void world_free_pods(korch_pod **pods, size_t n)
{
	for (size_t i = 0; i < n; i++)
		korch_object_unref(&pods[i]->object);
	free(pods);
}

void world_namespace(korch_pod *pod, size_t i)
{
	char name[32];
	snprintf(name, sizeof(name), "ns-%zu", i);
	world_check(korch_string_set(&korch_object_edit_meta(&pod->object)->namespace_, name));
}

void world_label(korch_pod *pod, const char *key, const char *value)
{
	world_check(korch_map_set(&korch_object_edit_meta(&pod->object)->labels, key, value));
}

static void select_label(korch_label_selector **slot, const char *key, const char *value)
{
	korch_label_selector *selector = korch_struct_edit(slot, &korch_label_selector_type);
	world_check(korch_map_set(&selector->match_labels, key, value));
}

static void fill_term(korch_pod_affinity_term *term, const char *topology_key, const char *key,
                      const char *value, const char *team)
{
	world_check(korch_string_set(&term->topology_key, topology_key));
	select_label(&term->label_selector, key, value);
	if (team)
		select_label(&term->namespace_selector, "team", team);
}

static korch_affinity *affinity_of(korch_pod *pod)
{
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	return korch_struct_edit(&spec->affinity, &korch_affinity_type);
}

void world_affinity(korch_pod *pod, const char *topology_key, const char *key, const char *value,
                    const char *team)
{
	korch_pod_affinity *affinity =
	    korch_struct_edit(&affinity_of(pod)->pod_affinity, &korch_pod_affinity_type);
	fill_term(korch_list_edit(&affinity->required_during_scheduling_ignored_during_execution,
	                          &affinity->n_required_during_scheduling_ignored_during_execution,
	                          &korch_pod_affinity_term_type, 1),
	          topology_key, key, value, team);
}

static korch_pod_anti_affinity *anti_of(korch_pod *pod)
{
	return korch_struct_edit(&affinity_of(pod)->pod_anti_affinity, &korch_pod_anti_affinity_type);
}

void world_anti_affinity(korch_pod *pod, const char *topology_key, const char *key,
                         const char *value, const char *team)
{
	korch_pod_anti_affinity *anti = anti_of(pod);
	fill_term(korch_list_edit(&anti->required_during_scheduling_ignored_during_execution,
	                          &anti->n_required_during_scheduling_ignored_during_execution,
	                          &korch_pod_affinity_term_type, 1),
	          topology_key, key, value, team);
}

void world_prefer_apart(korch_pod *pod, const char *topology_key, const char *key,
                        const char *value)
{
	korch_pod_anti_affinity *anti = anti_of(pod);
	korch_weighted_pod_affinity_term *term =
	    korch_list_edit(&anti->preferred_during_scheduling_ignored_during_execution,
	                    &anti->n_preferred_during_scheduling_ignored_during_execution,
	                    &korch_weighted_pod_affinity_term_type, 1);
	term->weight = 1;
	fill_term(korch_struct_edit(&term->pod_affinity_term, &korch_pod_affinity_term_type),
	          topology_key, key, value, NULL);
}

void world_spread(korch_pod *pod, const char *topology_key, const char *key, const char *value,
                  const char *when)
{
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	size_t n = spec->n_topology_spread_constraints;
	korch_topology_spread_constraint *list =
	    korch_list_edit(&spec->topology_spread_constraints, &spec->n_topology_spread_constraints,
	                    &korch_topology_spread_constraint_type, n + 1);
	list[n].max_skew = 1;
	world_check(korch_string_set(&list[n].topology_key, topology_key));
	world_check(korch_string_set(&list[n].when_unsatisfiable, when));
	select_label(&list[n].label_selector, key, value);
}
