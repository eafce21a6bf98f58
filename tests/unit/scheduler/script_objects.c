/* Nodes and pods of a script: few names and few amounts, so that they meet often. */
#include "cluster.h"
#include "script.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const model_node_names[MODEL_NODES] = {"n1", "n10", "n2", "n3", "m", "a-b", "z", "n4"};
const char *const model_spaces[MODEL_SPACES] = {"shop", "bank", "zoo"};

unsigned draw(reader *from, unsigned bound)
{
	if (from->n == 0)
		return 0;
	from->n--;
	return *from->at++ % bound;
}

#define PICK(from, ...)                                                                            \
	((const char *const[]){__VA_ARGS__}[draw((from), sizeof((const char *const[]){__VA_ARGS__}) /  \
	                                                     sizeof(const char *))])

static void maybe(korch_map **slot, const char *text)
{
	if (text)
		set_map(slot, text);
}

static void draw_allocatable(reader *from, korch_map **to)
{
	maybe(to, PICK(from, "cpu=4", "cpu=2", "cpu=8", "cpu=3500m", NULL, "cpu=4", "cpu=0",
	               "cpu=4503599627370497"));
	maybe(to, PICK(from, "memory=8Gi", "memory=4Gi", "memory=16Gi", "memory=8Gi", NULL,
	               "memory=7500000000", "memory=0", "memory=2Ei"));
	maybe(to, PICK(from, "pods=110", "pods=5", "pods=2", "pods=110", "pods=110", "pods=0"));
	maybe(to, PICK(from, NULL, NULL, "nvidia.com/gpu=2", NULL, "nvidia.com/gpu=4", "x.io/disk=3"));
}

static void draw_images(reader *from, korch_node_status *status)
{
	static const char *const names[] = {"web:latest", "db:v1", "host:5000/cache:latest"};
	unsigned mask = draw(from, 16);
	for (size_t i = 0, n = 0; i < 3; i++) {
		if (!(mask >> i & 1))
			continue;
		korch_container_image *images =
		    korch_list_edit(&status->images, &status->n_images, &korch_container_image_type, ++n);
		images[n - 1].size_bytes = (int64_t)(i + 1) * 150 * 1024 * 1024;
		const char **list = korch_string_list_edit(&images[n - 1].names, &images[n - 1].n_names, 1);
		list[0] = korch_string_new(names[i]);
	}
}

static void draw_taints(reader *from, korch_node *node)
{
	unsigned mask = draw(from, 32);
	if (mask & 16)
		return;
	if (mask & 1)
		add_taint(node, "gpu", "true", "NoSchedule");
	if (mask & 2)
		add_taint(node, "gpu", "true", "PreferNoSchedule");
	if (mask & 4)
		add_taint(node, "old", "", "PreferNoSchedule");
	node->spec->unschedulable = mask == 8;
}

korch_node *draw_node(reader *from, unsigned number)
{
	korch_node *node = make_node(model_node_names[number], "pods=110");
	korch_map **labels = &node->object.metadata->labels;
	korch_map_set(labels, "zone", NULL);
	draw_allocatable(from, &node->status->allocatable);
	maybe(labels, PICK(from, "zone=a", "zone=b", "zone=c", NULL));
	maybe(labels, PICK(from, "rack=r1", "rack=r2", "rack=r1 disk=ssd", NULL));
	if (draw(from, 8) == 7)
		korch_map_set(labels, "kubernetes.io/hostname", NULL);
	draw_taints(from, node);
	draw_images(from, node->status);
	return node;
}

static const char *draw_key(reader *from)
{
	return PICK(from, "zone", "kubernetes.io/hostname", "rack", "zone");
}

static const char *draw_selector(reader *from)
{
	return PICK(from, "app=web", "app=db", "tier=1", "app=web tier=1");
}

static void draw_term(reader *from, korch_pod_affinity_term *term, const char *key)
{
	korch_string_set(&term->topology_key, key);
	korch_label_selector *selector =
	    korch_struct_edit(&term->label_selector, &korch_label_selector_type);
	set_map(&selector->match_labels, draw_selector(from));
	switch (draw(from, 8)) {
	case 1: {
		const char **spaces = korch_string_list_edit(&term->namespaces, &term->n_namespaces, 1);
		spaces[0] = korch_string_new(model_spaces[draw(from, MODEL_SPACES)]);
		break;
	}
	case 2:
		selector = korch_struct_edit(&term->namespace_selector, &korch_label_selector_type);
		set_map(&selector->match_labels, PICK(from, "team=red", "team=blue"));
		break;
	case 3: {
		const char **keys =
		    korch_string_list_edit(&term->match_label_keys, &term->n_match_label_keys, 1);
		keys[0] = korch_string_new("tier");
		break;
	}
	default:
		break;
	}
}

static void draw_affinity(reader *from, korch_pod *pod)
{
	korch_affinity *affinity = korch_struct_edit(&pod->spec->affinity, &korch_affinity_type);
	const char *key = draw_key(from);
	unsigned how = draw(from, 4);
	if (how < 2) {
		draw_term(from, add_affinity(pod, (int)how, key, draw_selector(from)), key);
		return;
	}
	korch_weighted_pod_affinity_term *terms;
	if (how == 2) {
		korch_pod_affinity *near =
		    korch_struct_edit(&affinity->pod_affinity, &korch_pod_affinity_type);
		terms = korch_list_edit(&near->preferred_during_scheduling_ignored_during_execution,
		                        &near->n_preferred_during_scheduling_ignored_during_execution,
		                        &korch_weighted_pod_affinity_term_type, 1);
	} else {
		korch_pod_anti_affinity *away =
		    korch_struct_edit(&affinity->pod_anti_affinity, &korch_pod_anti_affinity_type);
		terms = korch_list_edit(&away->preferred_during_scheduling_ignored_during_execution,
		                        &away->n_preferred_during_scheduling_ignored_during_execution,
		                        &korch_weighted_pod_affinity_term_type, 1);
	}
	terms[0].weight = 1 + (int32_t)draw(from, 100);
	draw_term(from, korch_struct_edit(&terms[0].pod_affinity_term, &korch_pod_affinity_term_type),
	          key);
}

static void draw_spread(reader *from, korch_pod *pod)
{
	korch_pod_spec *spec = pod->spec;
	size_t n = spec->n_topology_spread_constraints;
	const char *key = draw_key(from);
	add_spread(pod, key, 1 + (int32_t)draw(from, 2), draw_selector(from));
	korch_topology_spread_constraint *one = &spec->topology_spread_constraints[n];
	unsigned how = draw(from, 32);
	if (how & 1)
		korch_string_set(&one->when_unsatisfiable, "ScheduleAnyway");
	else if (how & 2)
		one->min_domains = 3;
	if (how & 4)
		korch_string_set(&one->node_affinity_policy, "Ignore");
	if (how & 8)
		korch_string_set(&one->node_taints_policy, "Honor");
	if (how & 16) {
		const char **keys =
		    korch_string_list_edit(&one->match_label_keys, &one->n_match_label_keys, 1);
		keys[0] = korch_string_new("tier");
	}
}

static void draw_node_affinity(reader *from, korch_pod *pod)
{
	korch_preferred_scheduling_term *terms;
	korch_affinity *affinity = korch_struct_edit(&pod->spec->affinity, &korch_affinity_type);
	korch_node_affinity *node;
	switch (draw(from, 4)) {
	case 0:
		set_map(&pod->spec->node_selector, PICK(from, "zone=a", "disk=ssd"));
		return;
	case 1:
		add_node_term(pod, "zone", PICK(from, "In", "NotIn"), PICK(from, "a", "b"));
		return;
	default:
		node = korch_struct_edit(&affinity->node_affinity, &korch_node_affinity_type);
		terms = korch_list_edit(&node->preferred_during_scheduling_ignored_during_execution,
		                        &node->n_preferred_during_scheduling_ignored_during_execution,
		                        &korch_preferred_scheduling_term_type, 1);
		terms[0].weight = 1 + (int32_t)draw(from, 100);
		korch_node_selector_term *term =
		    korch_struct_edit(&terms[0].preference, &korch_node_selector_term_type);
		korch_node_selector_requirement *need =
		    korch_list_edit(&term->match_expressions, &term->n_match_expressions,
		                    &korch_node_selector_requirement_type, 1);
		korch_string_set(&need->key, PICK(from, "disk", "rack"));
		korch_string_set(&need->operator_, PICK(from, "Exists", "DoesNotExist"));
	}
}

static void draw_port(reader *from, korch_pod *pod)
{
	korch_container *container = &pod->spec->containers[0];
	korch_container_port *ports =
	    korch_list_edit(&container->ports, &container->n_ports, &korch_container_port_type, 1);
	ports[0].host_port = ports[0].container_port = 80;
	korch_string_set(&ports[0].host_ip, PICK(from, "", "127.0.0.1", "127.0.0.2"));
}

static void draw_volume(reader *from, korch_pod *pod)
{
	char name[8];
	korch_volume *volumes =
	    korch_list_edit(&pod->spec->volumes, &pod->spec->n_volumes, &korch_volume_type, 1);
	korch_persistent_volume_claim_volume_source *source = korch_struct_edit(
	    &volumes[0].persistent_volume_claim, &korch_persistent_volume_claim_volume_source_type);
	snprintf(name, sizeof(name), "c%u", draw(from, MODEL_CLAIMS));
	korch_string_set(&source->claim_name, name);
}

static void draw_group(reader *from, korch_pod *pod)
{
	korch_map_set(&pod->object.metadata->labels, "scheduling.x-k8s.io/pod-group", "crew");
	korch_map_set(&pod->object.metadata->annotations, KORCH_ANNOTATION_MAX_PER_NODE,
	              PICK(from, "1", "2"));
}

static void draw_init(reader *from, korch_pod *pod)
{
	add_init(pod, PICK(from, "cpu=1", "cpu=3 memory=2Gi"), PICK(from, NULL, "Always"));
}

/* One thing that a pod may want besides its requests. */
static void draw_wish(reader *from, korch_pod *pod)
{
	static void (*const wishes[])(reader *, korch_pod *) = {
	    draw_affinity, draw_affinity, draw_spread, draw_spread, draw_node_affinity,
	    draw_port,     draw_volume,   draw_group,  draw_init};
	unsigned which = draw(from, sizeof(wishes) / sizeof(wishes[0]) + 3);
	if (which < sizeof(wishes) / sizeof(wishes[0]))
		wishes[which](from, pod);
	else if (which == sizeof(wishes) / sizeof(wishes[0]))
		add_toleration(pod, "gpu", PICK(from, "Exists", "Equal"), NULL, NULL);
	else
		pod->spec->priority = (int32_t)draw(from, 3) * 10;
}

static void name_pod(korch_pod *pod, unsigned number)
{
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch_string_set(&meta->namespace_, model_spaces[number % MODEL_SPACES]);
	if (number % 4 == 3)
		korch_string_set(&meta->uid, "");
}

korch_pod *draw_pod(reader *from, unsigned number)
{
	char name[16];
	snprintf(name, sizeof(name), "p%u", number);
	korch_pod *pod =
	    make_pod(name, PICK(from, "cpu=1 memory=1Gi", "cpu=500m memory=512Mi", "cpu=2", NULL,
	                        "memory=3Gi", "cpu=1 memory=1Gi", "cpu=100m memory=100Mi x.io/disk=1",
	                        "cpu=1 memory=1Gi nvidia.com/gpu=1", "korch.dev/gpu-milli=300",
	                        "korch.dev/gpu-milli=700", "cpu=4503599627370497", "memory=8Ei",
	                        "cpu=333m memory=333333333"));
	name_pod(pod, number);
	maybe(&pod->object.metadata->labels,
	      PICK(from, "app=web", "app=db", "app=web tier=1", "tier=1", NULL));
	korch_string_set(&pod->spec->containers[0].image,
	                 PICK(from, "web", "db:v1", "host:5000/cache"));
	for (unsigned n = draw(from, 4); n > 0; n--)
		draw_wish(from, pod);
	unsigned rare = draw(from, 64);
	if (rare == 1)
		korch_list_edit(&pod->spec->scheduling_gates, &pod->spec->n_scheduling_gates,
		                &korch_pod_scheduling_gate_type, 1);
	if (rare == 2)
		korch_object_edit_meta(&pod->object)->deletion_timestamp = 1;
	if (rare == 3)
		korch_string_set(&pod->spec->node_name, "n2");
	if (rare > 32)
		korch_string_set(&pod->spec->scheduler_name, rare > 48 ? "binpack" : "best-fit");
	return pod;
}

korch_map *draw_space_labels(reader *from)
{
	korch_map *labels = NULL;
	maybe(&labels, PICK(from, "team=red", "team=blue", NULL));
	return labels;
}

int set_claim(korch_scheduler *s, unsigned number, unsigned how)
{
	char name[8];
	snprintf(name, sizeof(name), "c%u", number);
	korch_node_selector *nodes = NULL;
	if (how == 2) {
		korch_pod *pod = make_pod("holder", NULL);
		add_node_term(pod, "zone", "In", "a");
		nodes = (korch_node_selector *)(uintptr_t)korch_block_ref(
		    pod->spec->affinity->node_affinity
		        ->required_during_scheduling_ignored_during_execution);
		korch_object_unref(&pod->object);
	}
	int code = 0;
	for (unsigned i = 0; code == 0 && i < MODEL_SPACES; i++) {
		if (how == 0)
			korch_scheduler_claim_remove(s, model_spaces[i], name);
		else
			code = korch_scheduler_claim_set(s, model_spaces[i], name, nodes, NULL);
	}
	korch_block_unref(nodes);
	return code;
}

korch_pod *with_devices(korch_pod *pod, uint64_t devices)
{
	char text[200] = "";
	if (devices == 0)
		return (korch_pod *)(uintptr_t)korch_object_ref(&pod->object);
	for (unsigned i = 0; i < 64; i++) {
		if (devices >> i & 1)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u", text[0] ? "," : "",
			         i);
	}
	korch_pod *own = (korch_pod *)korch_object_edit(&pod->object);
	korch_map_set(&korch_object_edit_meta(&own->object)->annotations, KORCH_ANNOTATION_GPU_DEVICES,
	              text);
	return own;
}
