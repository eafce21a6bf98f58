/* Preemption in the scheduler's controller: what a plan does with victims, and what it says. */
#include "control/builtin.h"
#include "control/pods.h"
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
	korch_map_set(&status->allocatable, "pods", "110");
	world_put(w, &node->object);
	return w;
}

static void end(world *w)
{
	world_free(w);
	spec.destroy(spec.userdata);
}

static void put(world *w, const char *name, const char *cpu, int32_t priority, const char *node)
{
	korch_pod *pod = make_pod("shop", name);
	korch_resource_requirements *resources =
	    korch_struct_edit(&pod->spec->containers[0].resources, &korch_resource_requirements_type);
	korch_map_set(&resources->requests, "cpu", cpu);
	pod->spec->priority = priority;
	korch_string_set(&pod->spec->node_name, node);
	world_put(w, &pod->object);
}

static const korch_pod *pod(world *w, const char *name)
{
	return (const korch_pod *)world_get(w, &korch_pod_kind, "shop", name);
}

static const char *nominated(world *w, const char *name)
{
	const char *node = pod(w, name)->status->nominated_node_name;
	return node ? node : "";
}

static const char *message(world *w, const char *name)
{
	return korch__pod_condition(pod(w, name), "PodScheduled")->message;
}

START_TEST(test_makes_room)
{
	world *w = start();
	char expected[200];
	put(w, "low", "1", 1, "n1");
	put(w, "lower", "1", 0, "n1");
	put(w, "high", "1", 7, NULL);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "high");
	ck_assert_uint_eq(korch_plan_steps(plan), 2);
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_DELETE), 1);
	snprintf(expected, sizeof(expected), "Preempted: Preempted by pod %s on node n1",
	         korch_object_uid(&pod(w, "high")->object));
	ck_assert_str_eq(world_note(plan, 0), expected);
	ck_assert_str_eq(korch_object_name(korch_plan_note_at(plan, 0)->about), "lower");
	ck_assert_str_eq(world_note(plan, 1),
	                 "FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.");
	korch_plan_free(plan);
	ck_assert_str_eq(nominated(w, "high"), "n1");
	const korch_pod_condition *why = korch__pod_condition(pod(w, "lower"), "DisruptionTarget");
	ck_assert_str_eq(why->status, "True");
	ck_assert_str_eq(why->reason, "PreemptionByScheduler");
	ck_assert_str_eq(why->message,
	                 "default-scheduler: preempting to accommodate a higher priority pod");
	ck_assert(korch__is_deleting(&pod(w, "lower")->object));
	/* While it ends nobody else has to go, and the room is kept. */
	ck_assert_uint_eq(world_run(w, &spec, "shop", "high"), 1);
	ck_assert_str_eq(message(w, "high"), "0/1 nodes are available: 1 Insufficient cpu. preemption: "
	                                     "not eligible due to a terminating pod on the nominated "
	                                     "node.");
	ck_assert_str_eq(nominated(w, "high"), "n1");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "high"), 0);
	world_remove(w, &pod(w, "lower")->object);
	put(w, "other", "1", 7, NULL);
	world_run(w, &spec, "shop", "other");
	ck_assert_ptr_null(pod(w, "other")->spec->node_name);
	ck_assert_str_eq(nominated(w, "other"), "n1"); /* another one goes for it */
	world_remove(w, &pod(w, "low")->object);
	world_run(w, &spec, "shop", "high");
	ck_assert_str_eq(pod(w, "high")->spec->node_name, "n1");
	ck_assert_str_eq(nominated(w, "high"), "");
	end(w);
}
END_TEST

/* Who waited for the node and is less important waits for it no more. */
START_TEST(test_rivals)
{
	world *w = start();
	put(w, "low", "2", 0, "n1");
	put(w, "middle", "2", 5, NULL);
	put(w, "high", "2", 7, NULL);
	world_run(w, &spec, "shop", "middle");
	ck_assert_str_eq(nominated(w, "middle"), "n1");
	korch_plan *plan = world_reconcile(w, &spec, "shop", "high");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_DELETE), 0); /* it is leaving already */
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_UPDATE_STATUS), 2);
	korch_plan_free(plan);
	ck_assert_str_eq(nominated(w, "middle"), "");
	ck_assert_str_eq(nominated(w, "high"), "n1");
	end(w);
}
END_TEST

/* Two wait for a node whose pod somebody else has deleted: the less important one fits beside the
 * other, and both stay nominated. */
START_TEST(test_rivals_that_fit)
{
	world *w = start();
	put(w, "low", "2", 0, "n1");
	korch_pod *low = (korch_pod *)korch_object_edit(&pod(w, "low")->object);
	korch_object_edit_meta(&low->object)->deletion_timestamp = w->now;
	world_put(w, &low->object);
	put(w, "middle", "1", 5, NULL);
	put(w, "high", "1", 7, NULL);
	world_run(w, &spec, "shop", "high");
	world_run(w, &spec, "shop", "middle");
	ck_assert_str_eq(nominated(w, "high"), "n1");
	ck_assert_str_eq(nominated(w, "middle"), "n1");
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(world_run(w, &spec, "shop", "high"), 0);
		ck_assert_uint_eq(world_run(w, &spec, "shop", "middle"), 0);
	}
	ck_assert_str_eq(nominated(w, "middle"), "n1");
	end(w);
}
END_TEST

/* What was kept ends when it is of no use any more. */
START_TEST(test_nomination_ends)
{
	world *w = start();
	put(w, "low", "2", 0, "n1");
	put(w, "high", "2", 7, NULL);
	world_run(w, &spec, "shop", "high");
	ck_assert_str_eq(nominated(w, "high"), "n1");
	world_remove(w, world_get(w, &korch_node_kind, NULL, "n1"));
	ck_assert_uint_eq(world_run(w, &spec, "shop", "high"), 1);
	ck_assert_str_eq(nominated(w, "high"), "");
	ck_assert_str_eq(message(w, "high"), "no nodes available to schedule pods");
	end(w);
}
END_TEST

/* A plan that was not committed is made again, and a controller that starts anew goes on. */
START_TEST(test_starts_anew)
{
	world *w = start();
	put(w, "low", "2", 0, "n1");
	put(w, "high", "2", 7, NULL);
	korch_plan *plan = NULL;
	const korch_request request = {.key = {&korch_pod_kind, "shop", "high"}};
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(spec.reconcile(spec.userdata, w->view, &request, plan, NULL), 0);
	ck_assert_uint_eq(korch_plan_steps(plan), 2);
	korch_plan_free(plan);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "high"), 2);
	korch_controller_spec first = spec;
	ck_assert_int_eq(korch__scheduler_controller(&spec, NULL, NULL), 0);
	static const korch_kind *const kinds[] = {&korch_node_kind, &korch_pod_kind};
	for (size_t k = 0; k < 2; k++) {
		const korch_object *object;
		for (size_t i = 0; (object = world_at(w, kinds[k], i)); i++)
			see(w, &(korch_change){.type = KORCH_CHANGE_ADDED, .object = object});
	}
	ck_assert_uint_eq(world_run(w, &spec, "shop", "high"), 1); /* says that it waits */
	ck_assert_str_eq(nominated(w, "high"), "n1");
	world_remove(w, &pod(w, "low")->object);
	put(w, "other", "1", 7, NULL);
	world_run(w, &spec, "shop", "other"); /* the room is still kept */
	ck_assert_ptr_null(pod(w, "other")->spec->node_name);
	world_run(w, &spec, "shop", "high");
	ck_assert_str_eq(pod(w, "high")->spec->node_name, "n1");
	first.destroy(first.userdata);
	end(w);
}
END_TEST

KORCH_SUITE(preempt)
{
	Suite *suite = suite_create("preempt");
	KORCH_CASE(suite, "preempt", test_makes_room, test_rivals, test_rivals_that_fit,
	           test_nomination_ends, test_starts_anew);
	return suite;
}
