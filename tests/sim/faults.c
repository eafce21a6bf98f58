/* What goes wrong: nodes, containers, events, second writers, compaction. */
#include "sim.h"
#include <korch/faulty.h>
#include <stdio.h>
#include <string.h>

static void toggle_node(sim *s)
{
	char name[16];
	int i = (int)below(s, NODES);
	snprintf(name, sizeof(name), "node-%d", i);
	if (s->node_state[i]) {
		note(s, "node %d up", i);
		s->node_state[i] = 0;
		korch_sim_node_up(s->runtime, name);
		return;
	}
	s->node_state[i] = 1 + (int)below(s, 2);
	note(s, "node %d %s", i, s->node_state[i] == 1 ? "down" : "frozen");
	korch_sim_node_down(s->runtime, name, s->node_state[i] == 2);
}

static void end_container(sim *s)
{
	korch_object **pods = NULL;
	size_t n = 0;
	if (korch_cluster_list(&pods, &n, s->cluster, "pods", NULL, NULL, NULL) < 0 || n == 0)
		return;
	const korch_pod *pod = (const korch_pod *)pods[below(s, n)];
	const korch_pod_status *status = pod->status;
	const char *id =
	    status && status->n_container_statuses ? status->container_statuses[0].container_id : NULL;
	const char *at = id ? strstr(id, "://") : NULL;
	note(s, "container of %s ends", korch_object_name(&pod->object));
	if (at)
		korch_sim_container_exit(s->runtime, at + 3, (int)below(s, 3), chance(s, 3) ? 9 : 0);
	korch_object_list_free(pods, n);
}

static void change_faults(sim *s)
{
	const korch_sim_faults faults = {
	    .size = sizeof(faults),
	    .start_failure_permille = (int32_t)below(s, 200),
	    .event_lost_permille = (int32_t)below(s, 200),
	    .event_repeated_permille = (int32_t)below(s, 300),
	    .event_delayed_permille = (int32_t)below(s, 300),
	};
	note(s, "other faults");
	korch_sim_set_faults(s->runtime, chance(s, 3) ? NULL : &faults);
}

static void ignore(void *userdata, int code, const korch_commit_result *result)
{
}

static void must_conflict(void *userdata, int code, const korch_commit_result *result)
{
	if (code != KORCH_E_CONFLICT && code != KORCH_E_NOT_FOUND)
		broken(userdata, "law 7: a write with a stale revision gave %s", korch_code_name(code));
}

/* Somebody else annotates an object at the very moment; or tries to, with a revision that is gone.
 */
static void write_beside(sim *s)
{
	static const char *const KINDS[] = {"deployments", "replicasets",  "pods",
	                                    "nodes",       "services",     "endpointslices",
	                                    "rollouts",    "analysisruns", "experiments"};
	korch_object **objects = NULL;
	size_t n = 0;
	int is_stale = chance(s, 3);
	if (korch_cluster_list(&objects, &n, s->cluster, KINDS[below(s, s->is_rollouts ? 9 : 6)], NULL,
	                       NULL, NULL) < 0 ||
	    n == 0)
		return;
	const korch_object *object = objects[below(s, n)];
	korch_object *next = korch_object_edit(object);
	char value[24];
	snprintf(value, sizeof(value), "%d", s->step);
	note(s, "%s write to %s %s", is_stale ? "stale" : "foreign", object->kind->name,
	     korch_object_name(object));
	korch_map_set(&korch_object_edit_meta(next)->annotations, "example.org/beside", value);
	korch_write write = {.op = KORCH_WRITE_PUT,
	                     .object = next,
	                     .expected = is_stale ? object->revision - 1 : object->revision};
	if (korch_store_commit(s->store, &write, 1, is_stale ? must_conflict : ignore, s) < 0)
		broken(s, "a write was refused");
	korch_object_list_free(objects, n);
}

static void compact(sim *s)
{
	uint64_t revision = s->laws.revision;
	note(s, "compact");
	if (revision > 10)
		korch_store_compact(s->store, revision - below(s, 10), ignore, s);
}

static void cordon(sim *s)
{
	char text[256];
	int i = (int)below(s, NODES);
	int cordoned = chance(s, 3);
	korch_error *error = NULL;
	note(s, "cordon node-%d: %d", i, cordoned);
	snprintf(text, sizeof(text),
	         "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-%d\"},"
	         "\"spec\":{\"unschedulable\":%s}}",
	         i, cordoned ? "true" : "false");
	int code = korch_cluster_apply_text(s->cluster, text, "sim", &error);
	if (code < 0 && (code != KORCH_E_IO || !s->is_faulty))
		broken(s, "cordon: %s", korch_error_message(error));
	korch_error_free(error);
}

static void restart(sim *s)
{
	note(s, "the program is started again");
	world_restart(s);
}

static void router_fault(sim *s)
{
	int n = (int)below(s, 4);
	note(s, "the router fails %d times", n);
	korch_router_sim_fail(s->router, KORCH_E_IO, (uint32_t)n);
	korch_router_sim_lag(s->router, (korch_usec)below(s, 5000) * 1000);
}

/* All of it is allowed: laws must hold all the same. */
void store_faults(sim *s, int is_on)
{
	const korch_faulty_faults faults = {.size = sizeof(faults),
	                                    .refused_permille = 10,
	                                    .failed_permille = 20,
	                                    .lost_permille = 20,
	                                    .given_up_permille = 20,
	                                    .late_permille = 50,
	                                    .answer_late_permille = 50,
	                                    .watch_late_permille = 100,
	                                    .watch_end_permille = 2,
	                                    .cut_permille = 2,
	                                    .delay_max_us = SECOND / 10,
	                                    .cut_max_us = 3 * SECOND};
	korch_faulty_set_faults(s->faulty, is_on ? &faults : NULL);
	if (!is_on)
		korch_faulty_mend(s->faulty);
}

void disturb(sim *s)
{
	static void (*const FAULTS[])(sim * s) = {
	    toggle_node,  end_container, end_container, change_faults, write_beside, write_beside,
	    write_beside, compact,       cordon,        restart,       router_fault, restart};
	s->laws.causes++;
	FAULTS[below(s, s->is_rollouts ? 12 : 10)](s);
}

void calm(sim *s)
{
	char text[256];
	korch_sim_set_faults(s->runtime, NULL);
	store_faults(s, 0);
	korch_router_sim_fail(s->router, KORCH_E_IO, 0);
	korch_router_sim_lag(s->router, 0);
	for (int i = 0; i < NODES; i++) {
		snprintf(text, sizeof(text), "node-%d", i);
		korch_sim_node_up(s->runtime, text);
		s->node_state[i] = 0;
		snprintf(text, sizeof(text),
		         "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-%d\"},"
		         "\"spec\":{\"unschedulable\":false}}",
		         i);
		if (korch_cluster_apply_text(s->cluster, text, "sim", NULL) < 0)
			broken(s, "node-%d cannot be put back into service", i);
	}
}
