/* Gangs in the scheduler's controller: plans on their way, plans that were not committed. */
#include "control/builtin.h"
#include "unit.h"
#include "world.h"
#include <stdio.h>
#include <string.h>

static korch_controller_spec spec;

static void see(world *w, const korch_change *change)
{
	spec.observe(spec.userdata, w->view, change);
}

static world *start(void)
{
	world *w = world_new();
	ck_assert_int_eq(korch__scheduler_controller(&spec, NULL, NULL), 0);
	w->changed = see;
	korch_node *node = (korch_node *)make(&korch_node_kind, NULL, "n1");
	korch_node_status *status = korch_struct_edit(&node->status, &korch_node_status_type);
	korch_map_set(&status->allocatable, "cpu", "2");
	korch_map_set(&status->allocatable, "memory", "8Gi");
	korch_map_set(&status->allocatable, "pods", "9000");
	world_put(w, &node->object);
	return w;
}

static void end(world *w)
{
	world_free(w);
	spec.destroy(spec.userdata);
}

/* least: NULL: without a group. */
static void put(world *w, const char *name, const char *cpu, const char *least)
{
	korch_pod *pod = make_pod("shop", name);
	korch_resource_requirements *resources =
	    korch_struct_edit(&pod->spec->containers[0].resources, &korch_resource_requirements_type);
	korch_map_set(&resources->requests, "cpu", cpu);
	if (least) {
		make_label(&pod->object, "scheduling.x-k8s.io/pod-group", "g");
		make_annotation(&pod->object, "korch.dev/gang-min", least);
	}
	world_put(w, &pod->object);
}

static const korch_pod *pod(world *w, const char *name)
{
	return (const korch_pod *)world_get(w, &korch_pod_kind, "shop", name);
}

static const char *node(world *w, const char *name)
{
	const char *found = pod(w, name)->spec->node_name;
	return found ? found : "";
}

static const char *message(world *w, const char *name)
{
	return pod(w, name)->status->conditions[0].message;
}

/* Calls the controller and does not carry its plan out: its steps. */
static size_t decide_only(world *w, const char *name)
{
	korch_plan *plan = NULL;
	const korch_request request = {.key = {&korch_pod_kind, "shop", name}};
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(spec.reconcile(spec.userdata, w->view, &request, plan, NULL), 0);
	size_t n = korch_plan_steps(plan);
	korch_plan_free(plan);
	return n;
}

START_TEST(test_all_in_one_plan)
{
	world *w = start();
	put(w, "b", "1", "2");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "b"), 1);
	ck_assert_str_eq(message(w, "b"), "waiting for the pods of group g: 1 of at least 2 are there");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "b"), 0);
	put(w, "a", "1", "2");
	korch_plan *plan = world_reconcile(w, &spec, "shop", "b");
	ck_assert_uint_eq(korch_plan_steps(plan), 2);
	ck_assert_uint_eq(korch_plan_notes(plan), 2);
	korch_plan_free(plan);
	ck_assert_str_eq(node(w, "a"), "n1");
	ck_assert_str_eq(node(w, "b"), "n1");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "a"), 0);
	end(w);
}
END_TEST

START_TEST(test_plan_on_its_way)
{
	world *w = start();
	put(w, "a", "1", "2");
	put(w, "b", "1", "2");
	ck_assert_uint_eq(decide_only(w, "a"), 2);
	ck_assert_uint_eq(decide_only(w, "b"), 0); /* it is in a's plan */
	put(w, "c", "1", NULL);
	world_run(w, &spec, "shop", "c"); /* the room is taken */
	ck_assert_str_eq(node(w, "c"), "");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "a"), 2); /* that plan was not committed */
	ck_assert_str_eq(node(w, "b"), "n1");
	end(w);
}
END_TEST

START_TEST(test_asker_goes)
{
	world *w = start();
	put(w, "a", "1", "2");
	put(w, "b", "1", "2");
	ck_assert_uint_eq(decide_only(w, "a"), 2);
	world_remove(w, &pod(w, "a")->object);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "b"), 1);
	ck_assert_str_eq(message(w, "b"), "waiting for the pods of group g: 1 of at least 2 are there");
	put(w, "c", "2", NULL);
	world_run(w, &spec, "shop", "c"); /* nothing is kept for a gang that waits */
	ck_assert_str_eq(node(w, "c"), "n1");
	end(w);
}
END_TEST

/* More than must be: those that find no room wait alone. */
START_TEST(test_surplus)
{
	world *w = start();
	static const char *const NAMES[] = {"a", "b", "c"};
	for (int i = 0; i < 3; i++)
		put(w, NAMES[i], "900m", "2");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "c"), 2);
	ck_assert_str_eq(node(w, "a"), "n1");
	ck_assert_str_eq(node(w, "b"), "n1");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "c"), 1);
	ck_assert_ptr_nonnull(strstr(message(w, "c"), "0/1 nodes are available: 1 Insufficient cpu."));
	end(w);
}
END_TEST

/* What pods say differs: the greatest number counts. A pod that ended is not there. */
START_TEST(test_numbers)
{
	world *w = start();
	put(w, "a", "100m", "2");
	put(w, "b", "100m", "3");
	world_run(w, &spec, "shop", "a");
	ck_assert_str_eq(message(w, "a"), "waiting for the pods of group g: 2 of at least 3 are there");
	put(w, "c", "100m", "2");
	pod_phase(w, "c", "Failed");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "a"), 0);
	put(w, "d", "100m", "10001");
	world_run(w, &spec, "shop", "a");
	ck_assert_str_eq(message(w, "a"),
	                 "group g: 10001 pods cannot be placed together, at most 10000 can");
	end(w);
}
END_TEST

START_TEST(test_many)
{
	enum { MANY = 5000 };
	world *w = start();
	for (int i = 0; i < MANY; i++) {
		char name[16];
		snprintf(name, sizeof(name), "p%04d", i);
		put(w, name, "0", "5000");
	}
	ck_assert_uint_eq(world_run(w, &spec, "shop", "p4321"), MANY);
	ck_assert_str_eq(node(w, "p0000"), "n1");
	ck_assert_str_eq(node(w, "p4999"), "n1");
	end(w);
}
END_TEST

KORCH_SUITE(gang)
{
	Suite *suite = suite_create("gang");
	KORCH_CASE(suite, "gang", test_all_in_one_plan, test_plan_on_its_way, test_asker_goes,
	           test_surplus, test_numbers, test_many);
	return suite;
}
