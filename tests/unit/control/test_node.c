/* Nodes: heartbeat, taints, eviction, pods of vanished nodes, finished pods. */
#include "control/admit.h"
#include "control/builtin.h"
#include "control/node.h"
#include "unit.h"
#include "world.h"
#include <stdio.h>
#include <string.h>

#define SECOND KORCH_USEC_PER_SEC

static korch_controller_spec spec;

static const korch_node *node(world *w)
{
	return (const korch_node *)world_get(w, &korch_node_kind, NULL, "n1");
}

static void set_ready(world *w, const char *status)
{
	korch_node *edited = node(w) ? (korch_node *)korch_object_edit(&node(w)->object)
	                             : (korch_node *)make(&korch_node_kind, NULL, "n1");
	korch_node_status *to = korch_struct_edit(&edited->status, &korch_node_status_type);
	korch_node_condition *items =
	    korch_list_edit(&to->conditions, &to->n_conditions, &korch_node_condition_type, 1);
	korch_string_set(&items[0].type, "Ready");
	korch_string_set(&items[0].status, status);
	items[0].last_heartbeat_time = w->now;
	world_put(w, &edited->object);
}

static void beat(world *w)
{
	const korch_object *old = world_get(w, &korch_lease_kind, KORCH__LEASE_NAMESPACE, "n1");
	korch_lease *lease =
	    (korch_lease *)(old ? korch_object_edit(old)
	                        : make(&korch_lease_kind, KORCH__LEASE_NAMESPACE, "n1"));
	korch_lease_spec *to = korch_struct_edit(&lease->spec, &korch_lease_spec_type);
	to->renew_time = w->now;
	world_put(w, &lease->object);
}

static const korch_taint *taint(world *w, const char *key, const char *effect)
{
	const korch_node_spec *to = node(w)->spec;
	for (size_t i = 0; to && i < to->n_taints; i++) {
		if (strcmp(to->taints[i].key, key) == 0 && strcmp(to->taints[i].effect, effect) == 0)
			return &to->taints[i];
	}
	return NULL;
}

static void put_pod(world *w, const char *name, int admitted)
{
	korch_pod *pod = make_pod("shop", name);
	korch_string_set(&pod->spec->node_name, "n1");
	if (admitted)
		ck_assert_int_eq(korch__pod_admit_defaults(pod), 0);
	korch_string_set(&pod->status->phase, "Running");
	make_condition(pod, "Ready", "True", w->now);
	world_put(w, &pod->object);
}

static int is_ending(world *w, const char *name)
{
	return world_get(w, &korch_pod_kind, "shop", name)->metadata->deletion_timestamp != 0;
}

START_TEST(test_lost_and_found)
{
	world *w = world_new();
	ck_assert_int_eq(korch__node_controller(&spec, 0), 0);
	set_ready(w, "True");
	put_pod(w, "a", 1);
	put_pod(w, "hasty", 0);
	world_advance(w, 10 * SECOND);
	beat(w);
	korch_plan *plan = world_reconcile(w, &spec, "", "n1");
	ck_assert_uint_eq(korch_plan_steps(plan), 0);
	ck_assert_int_eq(korch_plan_wake(plan), w->now + 50 * SECOND + 1);
	world_advance(w, korch_plan_wake(plan) - w->now);
	korch_plan_free(plan);
	plan = world_reconcile(w, &spec, "", "n1");
	ck_assert_str_eq(node(w)->status->conditions[0].status, "Unknown");
	ck_assert_str_eq(node(w)->status->conditions[0].reason, "NodeStatusUnknown");
	ck_assert_ptr_nonnull(taint(w, "node.kubernetes.io/unreachable", "NoSchedule"));
	ck_assert_ptr_nonnull(taint(w, "node.kubernetes.io/unreachable", "NoExecute"));
	ck_assert_int_eq(is_ending(w, "hasty"), 1); /* tolerates nothing */
	ck_assert_int_eq(is_ending(w, "a"), 0);
	const korch_pod *a = (const korch_pod *)world_get(w, &korch_pod_kind, "shop", "a");
	ck_assert_str_eq(a->status->conditions[0].status, "False");
	ck_assert_int_eq(korch_plan_wake(plan), w->now + 300 * SECOND);
	korch_plan_free(plan);
	ck_assert_uint_eq(world_run(w, &spec, "", "n1"), 0);
	world_advance(w, 299 * SECOND);
	beat(w);
	set_ready(w, "True"); /* back in time */
	world_run(w, &spec, "", "n1");
	ck_assert_uint_eq(node(w)->spec->n_taints, 0);
	world_advance(w, 300 * SECOND);
	world_run(w, &spec, "", "n1");
	ck_assert_int_eq(is_ending(w, "a"), 0);
	world_advance(w, 300 * SECOND);
	world_run(w, &spec, "", "n1");
	ck_assert_int_eq(is_ending(w, "a"), 1);
	world_free(w);
	spec.destroy(spec.userdata);
}
END_TEST

/* An agent in the same process gives no heartbeats at all: nothing is to be waited for. */
START_TEST(test_no_heartbeats)
{
	world *w = world_new();
	ck_assert_int_eq(korch__node_controller(&spec, 0), 0);
	set_ready(w, "True");
	korch_node *edited = (korch_node *)korch_object_edit(&node(w)->object);
	korch_node_status *to = korch_struct_edit(&edited->status, &korch_node_status_type);
	korch_node_condition *items =
	    korch_list_edit(&to->conditions, &to->n_conditions, &korch_node_condition_type, 1);
	items[0].last_heartbeat_time = 0;
	world_put(w, &edited->object);
	world_advance(w, 3600 * SECOND);
	korch_plan *plan = world_reconcile(w, &spec, "", "n1");
	ck_assert_uint_eq(korch_plan_steps(plan), 0);
	ck_assert_int_eq(korch_plan_wake(plan), KORCH_USEC_NEVER);
	ck_assert_str_eq(node(w)->status->conditions[0].status, "True");
	korch_plan_free(plan);
	world_free(w);
	spec.destroy(spec.userdata);
}
END_TEST

START_TEST(test_not_ready_and_cordon)
{
	world *w = world_new();
	ck_assert_int_eq(korch__node_controller(&spec, 0), 0);
	set_ready(w, "False");
	world_run(w, &spec, "", "n1");
	ck_assert_ptr_nonnull(taint(w, "node.kubernetes.io/not-ready", "NoExecute"));
	ck_assert_int_eq(taint(w, "node.kubernetes.io/not-ready", "NoExecute")->time_added, w->now);
	korch_node *edited = (korch_node *)korch_object_edit(&node(w)->object);
	((korch_node_spec *)korch_struct_edit(&edited->spec, &korch_node_spec_type))->unschedulable = 1;
	world_put(w, &edited->object);
	world_run(w, &spec, "", "n1");
	ck_assert_ptr_nonnull(taint(w, "node.kubernetes.io/unschedulable", "NoSchedule"));
	world_free(w);
	spec.destroy(spec.userdata);
}
END_TEST

START_TEST(test_vanished_node)
{
	world *w = world_new();
	ck_assert_int_eq(korch__node_controller(&spec, 0), 0);
	put_pod(w, "a", 1);
	korch_plan *plan = world_reconcile(w, &spec, "", "n1");
	ck_assert_uint_eq(korch_plan_steps(plan), 0);
	world_advance(w, korch_plan_wake(plan) - w->now);
	korch_plan_free(plan);
	world_run(w, &spec, "", "n1");
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 0);
	world_free(w);
	spec.destroy(spec.userdata);
}
END_TEST

START_TEST(test_eviction_times)
{
	static const struct {
		const char *key, *effect;
		int64_t seconds; /* -1: none given, -2: no toleration */
		korch_usec at;
	} rows[] = {
	    {"x", "NoExecute", -2, 0},
	    {"x", "NoExecute", -1, KORCH_USEC_NEVER},
	    {"x", "NoExecute", 30, 35 * SECOND},
	    {"x", "NoExecute", 0, 0},
	    {"x", "NoSchedule", -2, KORCH_USEC_NEVER},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_pod *pod = make_pod("shop", "a");
		korch_taint one = {.key = rows[i].key, .effect = rows[i].effect, .time_added = 5 * SECOND};
		if (rows[i].seconds > -2) {
			korch_toleration *to = korch_list_edit(
			    &pod->spec->tolerations, &pod->spec->n_tolerations, &korch_toleration_type, 1);
			korch_string_set(&to->operator_, "Exists");
			if (rows[i].seconds >= 0)
				KORCH_SET(to, korch_toleration, toleration_seconds, rows[i].seconds);
		}
		ck_assert_int_eq(korch__pod_evict_at(pod, &one, 1, 10 * SECOND), rows[i].at);
		korch_object_unref(&pod->object);
	}
}
END_TEST

static void see(world *w, const korch_change *change)
{
	spec.observe(spec.userdata, w->view, change);
}

START_TEST(test_finished_pods)
{
	world *w = world_new();
	ck_assert_int_eq(korch__pod_gc_controller(&spec, 3), 0);
	w->changed = see;
	for (int i = 0; i < 5; i++) {
		char name[8];
		snprintf(name, sizeof(name), "p%d", 9 - i);
		world_advance(w, SECOND);
		put_pod(w, name, 1);
		pod_phase(w, name, "Succeeded");
	}
	ck_assert_int_eq(
	    spec.concerns(spec.userdata, NULL, world_get(w, &korch_pod_kind, "shop", "p5")), 1);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "p5"), 2);
	ck_assert_ptr_null(world_get(w, &korch_pod_kind, "shop", "p9"));
	ck_assert_ptr_null(world_get(w, &korch_pod_kind, "shop", "p8"));
	ck_assert_uint_eq(world_run(w, &spec, "shop", "p5"), 0);
	world_free(w);
	spec.destroy(spec.userdata);
}
END_TEST

KORCH_SUITE(node)
{
	Suite *suite = suite_create("node");
	KORCH_CASE(suite, "node", test_lost_and_found, test_no_heartbeats, test_not_ready_and_cordon,
	           test_vanished_node, test_eviction_times, test_finished_pods);
	return suite;
}
