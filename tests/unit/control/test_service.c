/* Services: addresses and EndpointSlices. */
#include "control/builtin.h"
#include "control/endpoints.h"
#include "control/service_ip.h"
#include "unit.h"
#include "world.h"
#include <stdio.h>
#include <string.h>

static korch_controller_spec spec;

static void see(world *w, const korch_change *change)
{
	if (change->object->kind == &korch_service_kind)
		spec.observe(spec.userdata, w->view, change);
}

static korch_service *make_service(const char *name, const char *cluster_ip)
{
	korch_service *service = (korch_service *)make(&korch_service_kind, "shop", name);
	korch_service_spec *to = korch_struct_edit(&service->spec, &korch_service_spec_type);
	korch_map_set(&to->selector, "app", name);
	korch_string_set(&to->cluster_ip, cluster_ip);
	korch_service_port *ports =
	    korch_list_edit(&to->ports, &to->n_ports, &korch_service_port_type, 1);
	ports[0].port = 80;
	korch_string_set(&ports[0].name, "http");
	ports[0].target_port = (korch_int_or_string){.text = korch_string_new("web"), .is_set = 1};
	return service;
}

static const korch_service *service(world *w, const char *name)
{
	return (const korch_service *)world_get(w, &korch_service_kind, "shop", name);
}

START_TEST(test_addresses)
{
	world *w = world_new();
	ck_assert_int_eq(korch__service_ip_controller(&spec, "10.0.0.0/29"), 0);
	w->changed = see;
	world_put(w, &make_service("fixed", "10.0.0.2")->object);
	world_put(w, &make_service("a", NULL)->object);
	world_put(w, &make_service("b", NULL)->object);
	world_put(w, &make_service("headless", "None")->object);
	world_run(w, &spec, "shop", "a");
	world_run(w, &spec, "shop", "b");
	world_run(w, &spec, "shop", "headless");
	ck_assert_str_eq(service(w, "a")->spec->cluster_ip, "10.0.0.1");
	ck_assert_str_eq(service(w, "b")->spec->cluster_ip, "10.0.0.3");
	ck_assert_str_eq(service(w, "b")->spec->cluster_ips[0], "10.0.0.3");
	ck_assert_str_eq(service(w, "b")->spec->ip_families[0], "IPv4");
	ck_assert_str_eq(service(w, "headless")->spec->cluster_ips[0], "None");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "a"), 0);
	world_remove(w, &service(w, "a")->object);
	world_put(w, &make_service("c", NULL)->object);
	world_run(w, &spec, "shop", "c");
	ck_assert_str_eq(service(w, "c")->spec->cluster_ip, "10.0.0.1");
	korch_service *outside = make_service("outside", NULL);
	korch_string_set(&outside->spec->type, "ExternalName");
	world_put(w, &outside->object);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "outside"), 0);
	korch__ip_range range;
	ck_assert_int_eq(korch__ip_range_parse(&range, "10.0.0.0/33"), KORCH_E_INVALID);
	ck_assert_int_eq(korch__ip_range_parse(&range, "nonsense"), KORCH_E_INVALID);
	world_free(w);
	spec.destroy(spec.userdata);
}
END_TEST

static void put_pod(world *w, int i, int ready)
{
	char name[24], ip[24];
	snprintf(name, sizeof(name), "p%03d", i);
	snprintf(ip, sizeof(ip), "10.1.%d.%d", i / 250, i % 250 + 1);
	korch_pod *pod = make_pod("shop", name);
	make_label(&pod->object, "app", "web");
	korch_container *container = &pod->spec->containers[0];
	korch_container_port *ports =
	    korch_list_edit(&container->ports, &container->n_ports, &korch_container_port_type, 1);
	ports[0].container_port = 8080;
	korch_string_set(&ports[0].name, "web");
	korch_string_set(&pod->spec->node_name, "n1");
	korch_string_set(&pod->status->pod_ip, ip);
	korch_string_set(&pod->status->phase, "Running");
	make_condition(pod, "Ready", ready ? "True" : "False", w->now);
	world_put(w, &pod->object);
}

static const korch_endpoint_slice *slice(world *w, size_t i)
{
	return (const korch_endpoint_slice *)world_at(w, &korch_endpoint_slice_kind, i);
}

START_TEST(test_slices)
{
	world *w = world_new();
	ck_assert_int_eq(korch__endpoint_slice_controller(&spec), 0);
	world_put(w, &make_service("web", "10.0.0.1")->object);
	world_run(w, &spec, "shop", "web");
	ck_assert_uint_eq(world_count(w, &korch_endpoint_slice_kind), 1);
	ck_assert_uint_eq(slice(w, 0)->n_endpoints, 0);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "web"), 0);
	put_pod(w, 0, 1);
	put_pod(w, 1, 0);
	world_run(w, &spec, "shop", "web");
	ck_assert_uint_eq(world_count(w, &korch_endpoint_slice_kind), 1);
	const korch_endpoint_slice *s = slice(w, 0);
	ck_assert_uint_eq(s->n_endpoints, 2);
	ck_assert_str_eq(s->endpoints[0].addresses[0], "10.1.0.1");
	ck_assert_int_eq(s->endpoints[0].conditions->ready, 1);
	ck_assert_int_eq(s->endpoints[1].conditions->ready, 0);
	ck_assert_str_eq(s->endpoints[0].node_name, "n1");
	ck_assert_str_eq(s->endpoints[0].target_ref->name, "p000");
	ck_assert_int_eq(s->ports[0].port, 8080);
	ck_assert_str_eq(s->ports[0].name, "http");
	ck_assert_str_eq(korch_map_get(s->object.metadata->labels, "kubernetes.io/service-name"),
	                 "web");
	ck_assert_str_eq(korch_object_controller(&s->object)->kind, "Service");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "web"), 0);
	pod_ready(w, "p001", 1);
	world_run(w, &spec, "shop", "web");
	ck_assert_int_eq(slice(w, 0)->endpoints[1].conditions->serving, 1);
	pod_phase(w, "p000", "Failed");
	world_run(w, &spec, "shop", "web");
	ck_assert_uint_eq(slice(w, 0)->n_endpoints, 1);
	ck_assert_str_eq(slice(w, 0)->endpoints[0].target_ref->name, "p001");
	world_free(w);
}
END_TEST

/* Endpoints that are in some slice. */
static size_t count_endpoints(world *w)
{
	static char seen[1000];
	size_t n = 0;
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; slice(w, i); i++)
		for (size_t j = 0; j < slice(w, i)->n_endpoints; j++)
			seen[atoi(slice(w, i)->endpoints[j].target_ref->name + 1)] = 1;
	for (size_t i = 0; i < sizeof(seen); i++)
		n += (size_t)seen[i];
	return n;
}

/* Plans of few steps come to the same end; an endpoint that moves is in no slice at no time. */
START_TEST(test_slices_in_parts)
{
	world *w = world_new();
	w->steps_max = 6;
	ck_assert_int_eq(korch__endpoint_slice_controller(&spec), 0);
	world_put(w, &make_service("web", "None")->object);
	for (int i = 0; i < 950; i++)
		put_pod(w, i, 1);
	int parts = 0;
	for (size_t n; (n = world_run(w, &spec, "shop", "web")) > 0; parts++)
		ck_assert_uint_le(n, 6);
	ck_assert_int_ge(parts, 3);
	ck_assert_uint_eq(count_endpoints(w), 950);
	ck_assert_uint_eq(world_count(w, &korch_endpoint_slice_kind), 10);
	/* All of them get other ports, and so other slices. */
	for (int i = 0; i < 950; i++) {
		char name[24];
		snprintf(name, sizeof(name), "p%03d", i);
		korch_object *pod = korch_object_edit(world_get(w, &korch_pod_kind, "shop", name));
		korch_pod_spec *edited = korch_struct_edit(&((korch_pod *)pod)->spec, &korch_pod_spec_type);
		korch_container *container =
		    korch_list_edit(&edited->containers, &edited->n_containers, &korch_container_type, 1);
		korch_container_port *ports =
		    korch_list_edit(&container->ports, &container->n_ports, &korch_container_port_type, 1);
		ports[0].container_port = 9090;
		pod->revision = 0;
		world_put(w, pod);
	}
	for (size_t n; (n = world_run(w, &spec, "shop", "web")) > 0;) {
		ck_assert_uint_le(n, 6);
		ck_assert_uint_eq(count_endpoints(w), 950);
	}
	ck_assert_uint_eq(world_count(w, &korch_endpoint_slice_kind), 10);
	ck_assert_int_eq(slice(w, 0)->ports[0].port, 9090);
	world_free(w);
}
END_TEST

START_TEST(test_many_endpoints)
{
	world *w = world_new();
	ck_assert_int_eq(korch__endpoint_slice_controller(&spec), 0);
	world_put(w, &make_service("web", "None")->object);
	for (int i = 0; i < 250; i++)
		put_pod(w, i, 1);
	world_run(w, &spec, "shop", "web");
	ck_assert_uint_eq(world_count(w, &korch_endpoint_slice_kind), 3);
	ck_assert_uint_eq(slice(w, 0)->n_endpoints, 100);
	ck_assert_uint_eq(slice(w, 2)->n_endpoints, 50);
	ck_assert_ptr_nonnull(
	    korch_map_get(slice(w, 0)->object.metadata->labels, "service.kubernetes.io/headless"));
	world_remove(w, world_get(w, &korch_pod_kind, "shop", "p005"));
	put_pod(w, 250, 1);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "web"), 1); /* the one slice that changes anyway
	                                                             takes the new endpoint */
	for (int i = 100; i < 200; i++) {
		char name[24];
		snprintf(name, sizeof(name), "p%03d", i);
		world_remove(w, world_get(w, &korch_pod_kind, "shop", name));
	}
	world_run(w, &spec, "shop", "web");
	size_t endpoints = 0;
	for (size_t i = 0; slice(w, i); i++)
		endpoints += slice(w, i)->n_endpoints;
	ck_assert_uint_eq(endpoints, 150);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "web"), 0);
	world_free(w);
}
END_TEST

KORCH_SUITE(service)
{
	Suite *suite = suite_create("service");
	KORCH_CASE(suite, "addresses", test_addresses);
	KORCH_CASE(suite, "slices", test_slices, test_slices_in_parts, test_many_endpoints);
	return suite;
}
