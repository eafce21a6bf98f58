/* Nodes, pods and budgets of all sorts. */
#include "anything.h"
#include "base/alloc.h"
#include "cluster.h"
#include <korch/scheduler/preempt.h>
#include <stdio.h>
#include <string.h>

static const char *const apps[] = {"app=web", "app=db", "app=log"};
static const char *const spaces[] = {"shop", "shop", "shop", "blog"};

int one_in(korch_random *random, uint64_t n)
{
	return korch__random_below(random, n) == 0;
}

static const char *any_app(korch_random *random)
{
	return apps[korch__random_below(random, 3)];
}

static void add_image(korch_node *node, const char *name, int64_t size)
{
	korch_node_status *status = node->status;
	size_t n = status->n_images;
	korch_container_image *images =
	    korch_list_edit(&status->images, &status->n_images, &korch_container_image_type, n + 1);
	const char **names = korch_string_list_edit(&images[n].names, &images[n].n_names, 1);
	names[0] = korch_string_new(name);
	images[n].size_bytes = size;
}

korch_node *any_node(korch_random *random, size_t i)
{
	char name[16], allocatable[128], zone[16];
	snprintf(name, sizeof(name), "n%02zu", i);
	snprintf(allocatable, sizeof(allocatable), "cpu=%d memory=%dGi nvidia.com/gpu=%d",
	         2 + (int)korch__random_below(random, 8), 4 + (int)korch__random_below(random, 12),
	         (int)korch__random_below(random, 3));
	korch_node *node = make_node(name, allocatable);
	snprintf(zone, sizeof(zone), "zone=%c", 'a' + (int)korch__random_below(random, 4));
	label(&node->object, zone);
	if (one_in(random, 4))
		label(&node->object, "disk=ssd");
	if (one_in(random, 6))
		add_taint(node, "gpu", "true", one_in(random, 2) ? "NoSchedule" : "PreferNoSchedule");
	node->spec->unschedulable = one_in(random, 12);
	if (one_in(random, 3))
		add_image(node, "web:1", 1000 + (int64_t)korch__random_below(random, 3) * 100000000);
	if (one_in(random, 3))
		add_image(node, "db:latest", 50000000);
	return node;
}

static void any_request(korch_random *random, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "cpu=%dm memory=%dMi",
	                            100 * (1 + (int)korch__random_below(random, 20)),
	                            100 * (1 + (int)korch__random_below(random, 20)));
	if (one_in(random, 6))
		snprintf(out + n, size - n, " korch.dev/gpu-milli=%d",
		         100 * (1 + (int)korch__random_below(random, 9)));
	else if (one_in(random, 8))
		snprintf(out + n, size - n, " nvidia.com/gpu=1");
}

static void any_port(korch_random *random, korch_pod *pod)
{
	korch_container *container = &pod->spec->containers[0];
	korch_container_port *port =
	    korch_list_edit(&container->ports, &container->n_ports, &korch_container_port_type, 1);
	port->host_port = 8000 + (int32_t)korch__random_below(random, 2);
}

/* What it says about other pods. */
static void any_terms(korch_random *random, korch_pod *pod)
{
	const char *const keys[] = {"zone", "kubernetes.io/hostname"};
	if (one_in(random, 5))
		add_affinity(pod, 1, keys[korch__random_below(random, 2)], any_app(random));
	if (one_in(random, 8))
		add_affinity(pod, 0, keys[korch__random_below(random, 2)], any_app(random));
	if (one_in(random, 6))
		add_spread(pod, keys[korch__random_below(random, 2)],
		           1 + (int32_t)korch__random_below(random, 2), any_app(random));
	if (!one_in(random, 10))
		return;
	korch_pod_affinity_term *term = add_affinity(pod, 1, "zone", any_app(random));
	korch_label_selector *selector =
	    korch_struct_edit(&term->namespace_selector, &korch_label_selector_type);
	set_map(&selector->match_labels, "team=a");
}

static void any_claim(korch_pod *pod, const char *name)
{
	korch_volume *volume =
	    korch_list_edit(&pod->spec->volumes, &pod->spec->n_volumes, &korch_volume_type, 1);
	korch_persistent_volume_claim_volume_source *source = korch_struct_edit(
	    &volume->persistent_volume_claim, &korch_persistent_volume_claim_volume_source_type);
	korch_string_set(&source->claim_name, name);
}

korch_pod *any_pod(korch_random *random, size_t i)
{
	char name[24], requests[96];
	snprintf(name, sizeof(name), "p%zu", i);
	any_request(random, requests, sizeof(requests));
	korch_pod *pod = make_pod(name, requests);
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch_string_set(&meta->namespace_, spaces[korch__random_below(random, 4)]);
	label(&pod->object, any_app(random));
	pod->spec->priority = 10 * (int32_t)korch__random_below(random, 3);
	korch_string_set(&pod->spec->containers[0].image, one_in(random, 2) ? "web:1" : "db");
	if (one_in(random, 3))
		any_terms(random, pod);
	if (one_in(random, 10))
		any_port(random, pod);
	if (one_in(random, 10))
		set_map(&meta->annotations, "korch.dev/max-per-node=1");
	if (one_in(random, 10))
		label(&pod->object, "scheduling.x-k8s.io/pod-group=g");
	if (one_in(random, 8))
		add_toleration(pod, "gpu", "Exists", NULL, NULL);
	if (one_in(random, 12))
		set_map(&pod->spec->node_selector, "disk=ssd");
	if (one_in(random, 12))
		any_claim(pod, one_in(random, 2) ? "c0" : "c1");
	if (one_in(random, 20))
		meta->deletion_timestamp = 1000000;
	return pod;
}

korch_pod_disruption_budget *any_budget(korch_random *random, size_t i, int32_t allowed)
{
	korch_object *object = NULL;
	char name[16];
	ck_assert_int_eq(korch_object_new(&object, &korch_pod_disruption_budget_kind), 0);
	korch_pod_disruption_budget *budget = (korch_pod_disruption_budget *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	snprintf(name, sizeof(name), "b%zu", i);
	korch_string_set(&meta->name, name);
	korch_string_set(&meta->namespace_, "shop");
	korch_pod_disruption_budget_spec *spec =
	    korch_struct_edit(&budget->spec, &korch_pod_disruption_budget_spec_type);
	korch_label_selector *selector = korch_struct_edit(&spec->selector, &korch_label_selector_type);
	set_map(&selector->match_labels, any_app(random));
	korch_pod_disruption_budget_status *status =
	    korch_struct_edit(&budget->status, &korch_pod_disruption_budget_status_type);
	status->disruptions_allowed = allowed;
	return budget;
}

/* What is going to be done: drawn before memory may fail. */
typedef struct change {
	korch_scheduler *s;
	int what;
	char name[16];
	korch_node *node;
	korch_pod *pod;
	korch_pod_disruption_budget *budget;
	korch_map *labels;
	const char *space;
	int place_woken;
} change;

enum { KINDS = 16 };

static int wake(const change *c)
{
	const korch_pod *woken = NULL;
	korch_decision decision;
	int code = korch_scheduler_woken(&woken, c->s);
	if (code == 1) {
		if (c->place_woken)
			korch_scheduler_schedule(&decision, c->s, woken, NULL);
		korch_object_unref(&woken->object);
	}
	return code;
}

static int apply_rest(const change *c)
{
	switch (c->what) {
	case 6:
		korch_scheduler_pod_remove(c->s, c->pod);
		return 0;
	case 7:
		return korch_scheduler_nominate(c->s, c->pod, c->name, NULL);
	case 8:
		return korch_scheduler_nominate(c->s, c->pod, NULL, NULL);
	case 9:
		return korch_scheduler_wait(c->s, c->pod, NULL);
	case 10:
		return wake(c);
	case 11:
		return korch_scheduler_namespace_set(c->s, c->space, c->labels, NULL);
	case 12:
		return korch_scheduler_claim_set(c->s, "shop", c->place_woken ? "c0" : "c1", NULL, NULL);
	case 13:
		korch_scheduler_claim_remove(c->s, "shop", c->place_woken ? "c0" : "c1");
		return 0;
	case 14:
		korch_scheduler_budget_remove(c->s, "shop", korch_object_name(&c->budget->object));
		return 0;
	default:
		return korch_scheduler_budget_set(c->s, c->budget, NULL);
	}
}

static int apply(const change *c)
{
	korch_decision decision;
	switch (c->what) {
	case 0:
		return korch_scheduler_node_set(c->s, c->node, NULL);
	case 1:
		korch_scheduler_node_remove(c->s, c->name);
		return 0;
	case 2:
		return korch_scheduler_pod_set(c->s, c->pod, c->name, NULL);
	case 3:
	case 4:
	case 5:
		return korch_scheduler_schedule(&decision, c->s, c->pod, NULL);
	default:
		return apply_rest(c);
	}
}

int any_change(korch_random *random, korch_scheduler *s, size_t nodes, size_t pods,
               uint64_t fail_at)
{
	change c = {.s = s, .what = (int)korch__random_below(random, KINDS)};
	/* one node more than there are */
	size_t node = (size_t)korch__random_below(random, nodes + 1);
	snprintf(c.name, sizeof(c.name), "n%02zu", node);
	c.node = any_node(random, node % nodes);
	c.pod = any_pod(random, (size_t)korch__random_below(random, pods));
	c.budget = any_budget(random, (size_t)korch__random_below(random, 3),
	                      (int32_t)korch__random_below(random, 3));
	if (!one_in(random, 3))
		set_map(&c.labels, one_in(random, 2) ? "team=a" : "team=b");
	c.space = spaces[korch__random_below(random, 4)];
	c.place_woken = one_in(random, 2);
	korch__alloc_fail_at(fail_at);
	int code = apply(&c);
	korch__alloc_fail_at(0);
	ck_assert(code >= 0 || code == KORCH_E_NOMEM);
	ck_assert(code >= 0 || fail_at > 0);
	korch_object_unref(&c.node->object);
	korch_object_unref(&c.pod->object);
	korch_object_unref(&c.budget->object);
	korch_block_unref(c.labels);
	return code == KORCH_E_NOMEM;
}
