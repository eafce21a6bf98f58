/* Every decider with each of its allocations failing once: it says so, breaks nothing, and leaks
 * nothing. */
#include "base/alloc.h"
#include "control/admit.h"
#include "control/builtin.h"
#include "control/deployment/deployment.h"
#include "control/replicaset.h"
#include "unit.h"
#include "world.h"
#include <stdio.h>
#include <string.h>

/* Reconciles a key with one more allocation working each time, until it goes through; then carries
 * the plan out. */
static void torture(world *w, const korch_controller_spec *spec, const char *ns, const char *name)
{
	korch_request request = {.key = {.kind = spec->kind, .namespace_ = ns, .name = name}};
	for (uint64_t n = 1; n < 5000; n++) {
		korch_plan *plan = NULL;
		ck_assert_int_eq(korch_plan_new(&plan), 0);
		korch__alloc_fail_at(n);
		int code = spec->reconcile(spec->userdata, w->view, &request, plan, NULL);
		uint64_t used = korch__alloc_count();
		korch__alloc_fail_at(0);
		if (code == 0)
			code = korch_plan_error(plan);
		ck_assert(code == 0 || code == KORCH_E_NOMEM);
		if (code == 0 && used < n) {
			world_apply(w, plan);
			korch_plan_free(plan);
			return;
		}
		korch_plan_free(plan);
	}
	ck_abort_msg("%s never goes through", spec->name);
}

static korch_controller_spec specs[KORCH__CONTROLLERS_MAX];
static size_t n_specs;

static void see(world *w, const korch_change *change)
{
	for (size_t i = 0; i < n_specs; i++) {
		int watched = specs[i].kind == change->object->kind;
		for (size_t j = 0; j < specs[i].n_watches; j++)
			watched |= specs[i].watches[j].kind == change->object->kind;
		if (watched && specs[i].observe)
			specs[i].observe(specs[i].userdata, w->view, change);
	}
}

static const korch_controller_spec *find(const korch_kind *kind, const char *name)
{
	for (size_t i = 0; i < n_specs; i++) {
		if (specs[i].kind == kind && strcmp(specs[i].name, name) == 0)
			return &specs[i];
	}
	ck_abort_msg("no %s", name);
	return NULL;
}

static void put_node(world *w)
{
	korch_node *node = (korch_node *)make(&korch_node_kind, NULL, "n1");
	korch_node_status *status = korch_struct_edit(&node->status, &korch_node_status_type);
	korch_map_set(&status->allocatable, "cpu", "4");
	korch_map_set(&status->allocatable, "memory", "8Gi");
	korch_map_set(&status->allocatable, "pods", "110");
	world_put(w, &node->object);
}

static void put_service(world *w)
{
	korch_service *service = (korch_service *)make(&korch_service_kind, "shop", "web");
	korch_service_spec *spec = korch_struct_edit(&service->spec, &korch_service_spec_type);
	korch_map_set(&spec->selector, "app", "web");
	korch_service_port *ports =
	    korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type, 1);
	ports[0].port = 80;
	world_put(w, &service->object);
}

static void give_address(world *w, const char *name)
{
	korch_pod *pod = (korch_pod *)korch_object_edit(world_get(w, &korch_pod_kind, "shop", name));
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_string_set(&status->pod_ip, "10.1.0.1");
	world_put(w, &pod->object);
}

START_TEST(test_from_deployment_to_endpoint)
{
	world *w = world_new();
	ck_assert_int_eq(korch__controllers(specs, KORCH__CONTROLLERS_MAX, &n_specs, NULL, NULL), 0);
	w->changed = see;
	put_node(w);
	put_service(w);
	world_put(w, &make_deployment("web", 2, "main:1")->object);
	torture(w, find(&korch_service_kind, "service-ip"), "shop", "web");
	torture(w, find(&korch_deployment_kind, "deployment-controller"), "shop", "web");
	const char *set = korch_object_name(world_at(w, &korch_replica_set_kind, 0));
	torture(w, find(&korch_replica_set_kind, "replicaset-controller"), "shop", set);
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 2);
	char name[80];
	snprintf(name, sizeof(name), "%s", korch_object_name(world_at(w, &korch_pod_kind, 0)));
	torture(w, find(&korch_pod_kind, "default-scheduler"), "shop", name);
	ck_assert_str_eq(
	    ((const korch_pod *)world_get(w, &korch_pod_kind, "shop", name))->spec->node_name, "n1");
	pod_ready(w, name, 1);
	give_address(w, name);
	torture(w, find(&korch_service_kind, "endpointslice-controller"), "shop", "web");
	ck_assert_uint_eq(
	    ((const korch_endpoint_slice *)world_at(w, &korch_endpoint_slice_kind, 0))->n_endpoints, 1);
	world_advance(w, 61 * KORCH_USEC_PER_SEC);
	torture(w, find(&korch_node_kind, "node-lifecycle-controller"), "", "n1");
	torture(w, find(&korch_deployment_kind, "deployment-controller"), "shop", "web");
	world_free(w);
	for (size_t i = 0; i < n_specs; i++) {
		if (specs[i].destroy)
			specs[i].destroy(specs[i].userdata);
	}
}
END_TEST

KORCH_SUITE(memory)
{
	Suite *suite = suite_create("memory");
	KORCH_CASE(suite, "failing", test_from_deployment_to_endpoint);
	return suite;
}
