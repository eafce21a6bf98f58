/* The DaemonSet decider: which nodes, updates, status; and the judgement of nodes. */
#include "control/daemonset/daemonset.h"
#include "unit.h"
#include "world.h"
#include <korch/strategy/daemon.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const korch_object *put_node(world *w, const char *name, const char *taint_effect)
{
	korch_node *node = (korch_node *)make(&korch_node_kind, NULL, name);
	korch_node_spec *spec = korch_struct_edit(&node->spec, &korch_node_spec_type);
	const korch_object *old = world_get(w, &korch_node_kind, NULL, name);
	if (old)
		korch_string_set(&korch_object_edit_meta(&node->object)->uid, korch_object_uid(old));
	if (taint_effect) {
		korch_taint *taints = korch_list_edit(&spec->taints, &spec->n_taints, &korch_taint_type, 1);
		korch_string_set(&taints[0].key, "special");
		korch_string_set(&taints[0].effect, taint_effect);
	}
	return world_put(w, &node->object);
}

static korch_daemon_set *make_set(void)
{
	korch_daemon_set *set = (korch_daemon_set *)make(&korch_daemon_set_kind, "shop", "agent");
	korch_daemon_set_spec *spec = korch_struct_edit(&set->spec, &korch_daemon_set_spec_type);
	korch_block_take(&spec->selector, make_selector("app", "agent"));
	korch_block_take(&spec->template_, make_template("agent", "main:1"));
	return set;
}

static void set_limits(korch_daemon_set_spec *spec, int32_t unavailable, int32_t surge)
{
	korch_daemon_set_update_strategy *strategy =
	    korch_struct_edit(&spec->update_strategy, &korch_daemon_set_update_strategy_type);
	korch_rolling_update_daemon_set *rolling =
	    korch_struct_edit(&strategy->rolling_update, &korch_rolling_update_daemon_set_type);
	rolling->max_unavailable = (korch_int_or_string){.number = unavailable, .is_set = 1};
	rolling->max_surge = (korch_int_or_string){.number = surge, .is_set = 1};
}

static const korch_daemon_set *stored(world *w)
{
	return (const korch_daemon_set *)world_get(w, &korch_daemon_set_kind, "shop", "agent");
}

static void set_image(world *w, const char *image, int32_t unavailable, int32_t surge)
{
	korch_daemon_set *set = (korch_daemon_set *)korch_object_edit(&stored(w)->object);
	korch_daemon_set_spec *spec = korch_struct_edit(&set->spec, &korch_daemon_set_spec_type);
	korch_object_edit_meta(&set->object)->generation++;
	korch_block_take(&spec->template_, make_template("agent", image));
	set_limits(spec, unavailable, surge);
	world_put(w, &set->object);
}

static korch_controller_spec controller(void)
{
	korch_controller_spec spec;
	ck_assert_int_eq(korch__daemon_set_controller(&spec), 0);
	return spec;
}

/* How many pods have that image; with ready = 1 only those that are not Pending. */
static size_t count(world *w, const char *image)
{
	size_t n = 0;
	for (size_t i = 0; i < world_count(w, &korch_pod_kind); i++) {
		const korch_pod *pod = (const korch_pod *)world_at(w, &korch_pod_kind, i);
		n += strcmp(pod->spec->containers[0].image, image) == 0;
	}
	return n;
}

static void all_ready(world *w)
{
	for (size_t i = 0; i < world_count(w, &korch_pod_kind); i++) {
		const korch_pod *pod = (const korch_pod *)world_at(w, &korch_pod_kind, i);
		if (strcmp(pod->status->phase, "Pending") == 0)
			pod_ready(w, korch_object_name(&pod->object), 1);
	}
}

START_TEST(test_nodes)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	put_node(w, "a", NULL);
	put_node(w, "b", NULL);
	put_node(w, "c", "NoSchedule");
	world_put(w, &make_set()->object);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "agent");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_CREATE), 3); /* and a revision */
	ck_assert_str_eq(world_note(plan, 0), "SuccessfulCreate: Created pod: ");
	korch_plan_free(plan);
	const korch_pod *pod = (const korch_pod *)world_at(w, &korch_pod_kind, 0);
	ck_assert_str_eq(korch_daemon_node(pod->spec), "a");
	ck_assert_uint_eq(pod->spec->n_tolerations, 6);
	ck_assert_str_eq(pod->object.metadata->generate_name, "agent-");
	ck_assert_ptr_nonnull(korch_map_get(pod->object.metadata->labels, "controller-revision-hash"));
	const korch_daemon_set_status *status = stored(w)->status;
	ck_assert_int_eq(status->desired_number_scheduled, 2);
	ck_assert_int_eq(status->current_number_scheduled, 2);
	ck_assert_int_eq(status->updated_number_scheduled, 2);
	ck_assert_int_eq(status->number_unavailable, 2);
	all_ready(w);
	world_run(w, &spec, "shop", "agent");
	ck_assert_int_eq(stored(w)->status->number_ready, 2);
	ck_assert_int_eq(stored(w)->status->number_available, 2);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "agent"), 0);
	/* A taint that only keeps new ones out lets the old one stay; one that evicts does not. */
	put_node(w, "a", "NoSchedule");
	world_run(w, &spec, "shop", "agent");
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 2);
	ck_assert_int_eq(stored(w)->status->number_misscheduled, 1);
	put_node(w, "a", "NoExecute");
	world_run(w, &spec, "shop", "agent");
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 1);
	put_node(w, "d", NULL);
	world_run(w, &spec, "shop", "agent");
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 2);
	/* One that waits for a node that has gone is no use. */
	world_remove(w, world_get(w, &korch_node_kind, NULL, "d"));
	world_run(w, &spec, "shop", "agent");
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 1);
	world_free(w);
}
END_TEST

START_TEST(test_update)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	static const char *const names[] = {"a", "b", "c", "d"};
	for (size_t i = 0; i < 4; i++)
		put_node(w, names[i], NULL);
	world_put(w, &make_set()->object);
	world_run(w, &spec, "shop", "agent");
	all_ready(w);
	set_image(w, "main:2", 2, 0);
	world_run(w, &spec, "shop", "agent");
	ck_assert_uint_eq(count(w, "main:1"), 2);
	world_run(w, &spec, "shop", "agent");
	ck_assert_uint_eq(count(w, "main:2"), 2);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "agent"), 0); /* the new ones are not ready */
	all_ready(w);
	for (int i = 0; i < 2; i++) {
		world_run(w, &spec, "shop", "agent");
		all_ready(w);
	}
	ck_assert_uint_eq(count(w, "main:2"), 4);
	/* With a surge new ones come first. */
	set_image(w, "main:3", 0, 1);
	world_run(w, &spec, "shop", "agent");
	ck_assert_uint_eq(count(w, "main:2"), 4);
	ck_assert_uint_eq(count(w, "main:3"), 1);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "agent"), 0);
	for (int i = 0; i < 8; i++) {
		all_ready(w);
		world_run(w, &spec, "shop", "agent");
		ck_assert_uint_le(world_count(w, &korch_pod_kind), 5);
	}
	ck_assert_uint_eq(count(w, "main:3"), 4);
	ck_assert_uint_eq(count(w, "main:2"), 0);
	ck_assert_uint_eq(world_count(w, &korch_controller_revision_kind), 3);
	world_free(w);
}
END_TEST

START_TEST(test_failed)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	put_node(w, "a", NULL);
	world_put(w, &make_set()->object);
	world_run(w, &spec, "shop", "agent");
	pod_phase(w, korch_object_name(world_at(w, &korch_pod_kind, 0)), "Failed");
	korch_plan *plan = world_reconcile(w, &spec, "shop", "agent");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_DELETE), 0);
	ck_assert_int_eq(korch_plan_wake(plan), w->now + KORCH__DAEMON_SET_RETRY_US);
	korch_plan_free(plan);
	world_advance(w, KORCH__DAEMON_SET_RETRY_US);
	plan = world_reconcile(w, &spec, "shop", "agent");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_DELETE), 1);
	ck_assert_ptr_nonnull(strstr(world_note(plan, 0), "FailedDaemonPod: Found failed daemon pod "
	                                                  "shop/agent-"));
	korch_plan_free(plan);
	world_run(w, &spec, "shop", "agent");
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 1);
	world_free(w);
}
END_TEST

START_TEST(test_judge)
{
	korch_pod *pod = make_pod("shop", "p");
	korch_node *node = (korch_node *)make(&korch_node_kind, NULL, "a");
	korch_node_spec *spec = korch_struct_edit(&node->spec, &korch_node_spec_type);
	korch_taint *taints = korch_list_edit(&spec->taints, &spec->n_taints, &korch_taint_type, 1);
	korch_string_set(&taints[0].key, "node.kubernetes.io/unschedulable");
	korch_string_set(&taints[0].effect, "NoSchedule");
	ck_assert_int_eq(korch_daemon_judge(pod->spec, node), KORCH_DAEMON_RUN);
	korch_string_set(&taints[0].key, "node.kubernetes.io/network-unavailable");
	ck_assert_int_eq(korch_daemon_judge(pod->spec, node), KORCH_DAEMON_LEAVE);
	pod->spec->host_network = 1;
	ck_assert_int_eq(korch_daemon_judge(pod->spec, node), KORCH_DAEMON_RUN);
	korch_map_set(&pod->spec->node_selector, "disk", "ssd");
	ck_assert_int_eq(korch_daemon_judge(pod->spec, node), KORCH_DAEMON_EVICT);
	make_label(&node->object, "disk", "ssd");
	ck_assert_int_eq(korch_daemon_judge(pod->spec, node), KORCH_DAEMON_RUN);
	korch_string_set(&pod->spec->node_name, "b");
	ck_assert_int_eq(korch_daemon_judge(pod->spec, node), KORCH_DAEMON_EVICT);
	korch_string_set(&pod->spec->node_name, NULL);
	ck_assert_ptr_null(korch_daemon_node(pod->spec));
	ck_assert_int_eq(korch_daemon_tie(pod->spec, "c"), 0);
	ck_assert_str_eq(korch_daemon_node(pod->spec), "c");
	ck_assert_int_eq(korch_daemon_judge(pod->spec, node), KORCH_DAEMON_EVICT);
	korch_object_unref(&pod->object);
	korch_object_unref(&node->object);
}
END_TEST

KORCH_SUITE(daemonset)
{
	Suite *suite = suite_create("daemonset");
	KORCH_CASE(suite, "decide", test_nodes, test_update, test_failed);
	KORCH_CASE(suite, "judge", test_judge);
	return suite;
}
