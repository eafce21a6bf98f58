/* The scheduler as a controller: binding, assuming, correcting itself, waiting for room. */
#include "base/cleanup.h"
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

static world *start_with(const korch_scheduler_options *options)
{
	world *w = world_new();
	ck_assert_int_eq(korch__scheduler_controller(&spec, options, NULL), 0);
	w->changed = see;
	return w;
}

static world *start(void)
{
	return start_with(NULL);
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

static void put_request(world *w, const char *name, const char *resource, const char *amount)
{
	korch_pod *pod = make_pod("shop", name);
	korch_resource_requirements *resources =
	    korch_struct_edit(&pod->spec->containers[0].resources, &korch_resource_requirements_type);
	korch_map_set(&resources->requests, resource, amount);
	world_put(w, &pod->object);
}

static void put_pod(world *w, const char *name)
{
	put_request(w, name, "cpu", "1");
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
	ck_assert_str_eq(
	    world_note(plan, 0),
	    "FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 "
	    "nodes are available: 1 No preemption victims found for incoming pod.");
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
	korch_plan *plan = world_reconcile(w, &spec, "shop", "a");
	ck_assert_uint_eq(korch_plan_notes(plan), 0);
	korch_plan_free(plan);
	ck_assert_str_eq(pod(w, "a")->status->conditions[0].reason, "SchedulingGated");
	ck_assert_str_eq(pod(w, "a")->status->conditions[0].message,
	                 "Scheduling is blocked due to non-empty scheduling gates");
	ck_assert_uint_eq(world_run(w, &spec, "shop", "a"), 0);
	ck_assert_ptr_null(pod(w, "a")->spec->node_name);
	korch_pod *foreign = make_pod("shop", "b");
	korch_string_set(&foreign->spec->scheduler_name, "other");
	world_put(w, &foreign->object);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "b"), 0);
	end(w);
}
END_TEST

/* What the scheduler cannot make sense of is said, once. */
START_TEST(test_refuses)
{
	world *w = start();
	put_node(w, "n1", "4");
	put_request(w, "a", "korch.dev/gpu-milli", "1500");
	korch_plan *plan = world_reconcile(w, &spec, "shop", "a");
	const korch_pod_condition *condition = &pod(w, "a")->status->conditions[0];
	ck_assert_str_eq(condition->status, "False");
	ck_assert_str_eq(condition->reason, "SchedulerError");
	ck_assert_ptr_nonnull(strstr(condition->message, "korch.dev/gpu-milli"));
	ck_assert_uint_eq(korch_plan_notes(plan), 1);
	ck_assert_str_eq(korch_plan_note_at(plan, 0)->reason, "FailedScheduling");
	ck_assert_str_eq(korch_plan_note_at(plan, 0)->type, "Warning");
	ck_assert_str_eq(korch_plan_note_at(plan, 0)->message, condition->message);
	korch_plan_free(plan);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "a"), 0);
	end(w);
}
END_TEST

/* A changed reason is said again; the time of the condition stays. */
START_TEST(test_changed_reason)
{
	world *w = start();
	put_pod(w, "a");
	korch_plan_free(world_reconcile(w, &spec, "shop", "a"));
	ck_assert_str_eq(pod(w, "a")->status->conditions[0].message,
	                 "no nodes available to schedule pods");
	korch_usec since = pod(w, "a")->status->conditions[0].last_transition_time;
	put_node(w, "n1", "500m");
	world_advance(w, 5 * KORCH_USEC_PER_SEC);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "a");
	ck_assert_uint_eq(korch_plan_notes(plan), 1);
	korch_plan_free(plan);
	ck_assert_ptr_nonnull(
	    strstr(pod(w, "a")->status->conditions[0].message, "0/1 nodes are available: "));
	ck_assert_int_eq(pod(w, "a")->status->conditions[0].last_transition_time, since);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "a"), 0);
	end(w);
}
END_TEST

/* Taints with long names make a long sentence: the condition has it whole, the event its start. */
START_TEST(test_long_reason)
{
	world *w = start();
	for (int i = 0; i < 40; i++) {
		char name[16], key[64];
		snprintf(name, sizeof(name), "n%02d", i);
		snprintf(key, sizeof(key), "example.com/a-taint-with-a-long-name-number-%02d", i);
		put_node(w, name, "4");
		korch_node *node =
		    (korch_node *)korch_object_edit(world_get(w, &korch_node_kind, NULL, name));
		korch_node_spec *to = korch_struct_edit(&node->spec, &korch_node_spec_type);
		korch_taint *taints = korch_list_edit(&to->taints, &to->n_taints, &korch_taint_type, 1);
		korch_string_set(&taints[0].key, key);
		korch_string_set(&taints[0].effect, "NoSchedule");
		world_put(w, &node->object);
	}
	put_pod(w, "a");
	korch_plan *plan = world_reconcile(w, &spec, "shop", "a");
	const char *whole = pod(w, "a")->status->conditions[0].message;
	const char *note = korch_plan_note_at(plan, 0)->message;
	ck_assert_uint_gt(strlen(whole), 1100);
	ck_assert_uint_eq(strlen(note), 1024);
	ck_assert_int_eq(strncmp(note, whole, 1020), 0);
	ck_assert_str_eq(note + 1020, " ...");
	korch_plan_free(plan);
	end(w);
}
END_TEST

/* Pods are decided on by the profiles that there are, and by no others. */
START_TEST(test_profiles)
{
	korch_scheduler_profile profiles[2] = {*korch_scheduler_profile_builtin("spread"),
	                                       *korch_scheduler_profile_builtin("binpack")};
	profiles[0].name = "wide";
	profiles[1].name = "narrow";
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = profiles, .n_profiles = 2};
	static const char *const NAMES[] = {"wide", "narrow", "default-scheduler", NULL};
	world *w = start_with(&options);
	put_node(w, "n1", "4");
	put_node(w, "n2", "4");
	put_request(w, "first", "cpu", "1");
	pod_bind(w, "first", "n2");
	for (size_t i = 0; i < KORCH_COUNT(NAMES); i++) {
		char name[8] = {(char)('a' + i)};
		korch_pod *made = make_pod("shop", name);
		korch_string_set(&made->spec->scheduler_name, NAMES[i]);
		world_put(w, &made->object);
		world_run(w, &spec, "shop", name);
	}
	ck_assert_str_eq(pod(w, "a")->spec->node_name, "n1");
	ck_assert_str_eq(pod(w, "b")->spec->node_name, "n2");
	ck_assert_ptr_null(pod(w, "c")->spec->node_name);
	ck_assert_ptr_null(pod(w, "d")->spec->node_name);
	end(w);
}
END_TEST

START_TEST(test_bad_options)
{
	const korch_scheduler_options bad = {.size = sizeof(bad), .hard_pod_affinity_weight = 101};
	korch_error *err = NULL;
	ck_assert_int_eq(korch__scheduler_controller(&spec, &bad, &err), KORCH_E_INVALID);
	ck_assert_ptr_nonnull(strstr(korch_error_message(err), "101"));
	korch_error_free(err);
}
END_TEST

/* Shares of devices: which ones stands on the pod, and is known again after a restart. */
START_TEST(test_devices)
{
	world *w = start();
	put_node(w, "n1", "4");
	korch_node *node = (korch_node *)korch_object_edit(world_get(w, &korch_node_kind, NULL, "n1"));
	korch_node_status *has = korch_struct_edit(&node->status, &korch_node_status_type);
	korch_map_set(&has->allocatable, "nvidia.com/gpu", "2");
	world_put(w, &node->object);
	static const char *const SHARES[] = {"600", "600", "300"};
	static const char *const DEVICES[] = {"0", "1", "0"};
	for (size_t i = 0; i < KORCH_COUNT(SHARES); i++) {
		char name[8] = {(char)('a' + i)};
		put_request(w, name, "korch.dev/gpu-milli", SHARES[i]);
		world_run(w, &spec, "shop", name);
		const korch_object_meta *meta = pod(w, name)->object.metadata;
		ck_assert_str_eq(korch_map_get(meta->annotations, "korch.dev/gpu-devices"), DEVICES[i]);
	}
	/* Another controller, which finds all that in the store. */
	korch_controller_spec first = spec;
	ck_assert_int_eq(korch__scheduler_controller(&spec, NULL, NULL), 0);
	static const korch_kind *const kinds[] = {&korch_node_kind, &korch_pod_kind};
	for (size_t k = 0; k < KORCH_COUNT(kinds); k++) {
		const korch_object *object;
		for (size_t i = 0; (object = world_at(w, kinds[k], i)); i++)
			see(w, &(korch_change){.type = KORCH_CHANGE_ADDED, .object = object});
	}
	put_request(w, "d", "korch.dev/gpu-milli", "400");
	world_run(w, &spec, "shop", "d");
	ck_assert_str_eq(
	    korch_map_get(pod(w, "d")->object.metadata->annotations, "korch.dev/gpu-devices"), "1");
	first.destroy(first.userdata);
	end(w);
}
END_TEST

/* More important pods are asked for first. */
START_TEST(test_priority)
{
	world *w = start();
	korch_pod *high = make_pod("shop", "a");
	high->spec->priority = 7;
	world_put(w, &high->object);
	ck_assert_int_eq(spec.priority(spec.userdata, &pod(w, "a")->object), 7);
	ck_assert_int_eq(spec.priority(spec.userdata, NULL), 0);
	end(w);
}
END_TEST

/* What a node keeps free for a pod is known again after a restart. */
START_TEST(test_nominated)
{
	world *w = start();
	put_node(w, "n1", "1");
	korch_pod *high = make_pod("shop", "high");
	korch_resource_requirements *resources =
	    korch_struct_edit(&high->spec->containers[0].resources, &korch_resource_requirements_type);
	korch_map_set(&resources->requests, "cpu", "1");
	high->spec->priority = 7;
	korch_string_set(&high->status->nominated_node_name, "n1");
	world_put(w, &high->object);
	put_pod(w, "low");
	world_run(w, &spec, "shop", "low");
	ck_assert_ptr_null(pod(w, "low")->spec->node_name);
	world_run(w, &spec, "shop", "high");
	ck_assert_str_eq(pod(w, "high")->spec->node_name, "n1");
	ck_assert_ptr_null(pod(w, "high")->status->nominated_node_name);
	end(w);
}
END_TEST

KORCH_SUITE(scheduler_controller)
{
	Suite *suite = suite_create("scheduler_controller");
	KORCH_CASE(suite, "binding", test_binds, test_waits_for_room, test_commit_that_failed,
	           test_gates, test_profiles, test_bad_options, test_priority, test_nominated,
	           test_devices);
	KORCH_CASE(suite, "reasons", test_refuses, test_changed_reason, test_long_reason);
	return suite;
}
