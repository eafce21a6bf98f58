/* The scheduler as a controller: binding, assuming, correcting itself, waiting for room. */
#include "control/builtin.h"
#include "unit.h"
#include "world.h"
#include <string.h>

static korch_controller_spec spec;

static void see(world *w, const korch_change *change)
{
	spec.observe(spec.userdata, w->view, change);
}

static world *start(void)
{
	world *w = world_new();
	ck_assert_int_eq(korch__scheduler_controller(&spec), 0);
	w->changed = see;
	return w;
}

static void end(world *w)
{
	world_free(w);
	spec.destroy(spec.userdata);
}

static void put_node(world *w, const char *name, const char *cpu)
{
	korch_node *node = (korch_node *)make(&korch_node_kind, NULL, name);
	korch_node_status *status = korch_struct_edit(&node->status, &korch_node_status_type);
	korch_map_set(&status->allocatable, "cpu", cpu);
	korch_map_set(&status->allocatable, "memory", "8Gi");
	korch_map_set(&status->allocatable, "pods", "110");
	world_put(w, &node->object);
}

static void put_pod(world *w, const char *name)
{
	korch_pod *pod = make_pod("shop", name);
	korch_resource_requirements *resources =
	    korch_struct_edit(&pod->spec->containers[0].resources, &korch_resource_requirements_type);
	korch_map_set(&resources->requests, "cpu", "1");
	world_put(w, &pod->object);
}

static const korch_pod *pod(world *w, const char *name)
{
	return (const korch_pod *)world_get(w, &korch_pod_kind, "shop", name);
}

START_TEST(test_binds)
{
	world *w = start();
	put_node(w, "n1", "2");
	put_pod(w, "a");
	put_pod(w, "b");
	korch_plan *plan = world_reconcile(w, &spec, "shop", "a");
	ck_assert_str_eq(world_note(plan, 0), "Scheduled: Successfully assigned shop/a to n1");
	korch_plan_free(plan);
	ck_assert_str_eq(pod(w, "a")->spec->node_name, "n1");
	ck_assert_str_eq(pod(w, "a")->status->conditions[0].type, "PodScheduled");
	ck_assert_str_eq(pod(w, "a")->status->conditions[0].status, "True");
	ck_assert_int_eq(spec.concerns(spec.userdata, NULL, &pod(w, "a")->object), 0);
	world_run(w, &spec, "shop", "b");
	ck_assert_ptr_eq(pod(w, "a")->spec, pod(w, "b")->spec); /* one spec for a template and a node */
	end(w);
}
END_TEST

START_TEST(test_waits_for_room)
{
	world *w = start();
	put_node(w, "n1", "1");
	put_pod(w, "a");
	put_pod(w, "b");
	world_run(w, &spec, "shop", "a");
	korch_plan *plan = world_reconcile(w, &spec, "shop", "b");
	ck_assert_str_eq(world_note(plan, 0),
	                 "FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.");
	korch_plan_free(plan);
	ck_assert_str_eq(pod(w, "b")->status->conditions[0].reason, "Unschedulable");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "b"), 0); /* says it once */
	world_remove(w, &pod(w, "a")->object);
	world_run(w, &spec, "shop", "b");
	ck_assert_str_eq(pod(w, "b")->spec->node_name, "n1");
	end(w);
}
END_TEST

START_TEST(test_commit_that_failed)
{
	world *w = start();
	put_node(w, "n1", "1");
	put_pod(w, "a");
	put_pod(w, "b");
	korch_plan *plan = NULL;
	korch_request request = {.key = {.kind = &korch_pod_kind, .namespace_ = "shop", .name = "a"}};
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(spec.reconcile(spec.userdata, w->view, &request, plan, NULL), 0); /* not
	                                                                                      carried
	                                                                                      out */
	ck_assert_uint_eq(korch_plan_steps(plan), 1);
	world_run(w, &spec, "shop", "b");
	ck_assert_str_eq(pod(w, "b")->status->conditions[0].reason, "Unschedulable"); /* the room is
	                                                                                 assumed to be
	                                                                                 taken */
	world_run(w, &spec, "shop", "a"); /* called again: takes it back, then again */
	ck_assert_str_eq(pod(w, "a")->spec->node_name, "n1");
	korch_plan_free(plan);
	end(w);
}
END_TEST

START_TEST(test_gates)
{
	world *w = start();
	put_node(w, "n1", "4");
	korch_pod *gated = make_pod("shop", "a");
	korch_pod_scheduling_gate *gates =
	    korch_list_edit(&gated->spec->scheduling_gates, &gated->spec->n_scheduling_gates,
	                    &korch_pod_scheduling_gate_type, 1);
	korch_string_set(&gates[0].name, "example.com/wait");
	world_put(w, &gated->object);
	world_run(w, &spec, "shop", "a");
	ck_assert_str_eq(pod(w, "a")->status->conditions[0].reason, "SchedulingGated");
	ck_assert_ptr_null(pod(w, "a")->spec->node_name);
	korch_pod *foreign = make_pod("shop", "b");
	korch_string_set(&foreign->spec->scheduler_name, "other");
	world_put(w, &foreign->object);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "b"), 0);
	end(w);
}
END_TEST

KORCH_SUITE(scheduler_controller)
{
	Suite *suite = suite_create("scheduler_controller");
	KORCH_CASE(suite, "binding", test_binds, test_waits_for_room, test_commit_that_failed,
	           test_gates);
	return suite;
}
