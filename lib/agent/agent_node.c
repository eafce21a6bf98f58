/* The agent's Nodes and their Leases: registered, kept as they should be, renewed. */
#include "agent/agent_internal.h"
#include <korch/api/coordination.h>
#include <korch/quantity.h>
#include <stdio.h>
#include <sys/utsname.h>

enum { DEFAULT_PODS = 110, LEASE_SECONDS = 40 };

static int put_quantity(korch_map **map, const char *name, int64_t value, int milli, int binary)
{
	char text[KORCH_QUANTITY_TEXT_SIZE];
	korch_quantity quantity = milli
	                              ? korch_quantity_from_milli(value, KORCH_QUANTITY_DECIMAL)
	                              : korch_quantity_from_int(value, binary ? KORCH_QUANTITY_BINARY
	                                                                      : KORCH_QUANTITY_DECIMAL);
	if (value <= 0)
		return 0;
	korch_quantity_text(text, &quantity);
	return korch_map_set(map, name, text);
}

static int put_capacity(korch_map **map, const korch_node_capacity *has)
{
	int code = put_quantity(map, "cpu", has->cpu_milli, 1, 0);
	if (code == 0)
		code = put_quantity(map, "memory", has->memory_bytes, 0, 1);
	if (code == 0)
		code = put_quantity(map, "ephemeral-storage", has->storage_bytes, 0, 1);
	return code == 0 ? put_quantity(map, "pods", has->pods > 0 ? has->pods : DEFAULT_PODS, 0, 0)
	                 : code;
}

static int put_conditions(korch_node_status *status, korch_usec now, int gives_heartbeats)
{
	static const char *const rows[][4] = {
	    {"MemoryPressure", "False", "KubeletHasSufficientMemory",
	     "kubelet has sufficient memory available"},
	    {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
	    {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
	    {"Ready", "True", "KubeletReady", "kubelet is posting ready status"},
	};
	korch_node_condition *list = korch_list_edit(&status->conditions, &status->n_conditions,
	                                             &korch_node_condition_type, KORCH_COUNT(rows));
	if (!list)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < KORCH_COUNT(rows); i++) {
		if (korch_string_set(&list[i].type, rows[i][0]) < 0 ||
		    korch_string_set(&list[i].status, rows[i][1]) < 0 ||
		    korch_string_set(&list[i].reason, rows[i][2]) < 0 ||
		    korch_string_set(&list[i].message, rows[i][3]) < 0)
			return KORCH_E_NOMEM;
		list[i].last_transition_time = now - now % KORCH_USEC_PER_SEC;
		if (gives_heartbeats)
			list[i].last_heartbeat_time = list[i].last_transition_time;
	}
	return 0;
}

static int put_addresses(korch_node_status *status, const agent_node *node)
{
	korch_node_address *list =
	    korch_list_edit(&status->addresses, &status->n_addresses, &korch_node_address_type, 2);
	if (!list || korch_string_set(&list[0].type, "InternalIP") < 0 ||
	    korch_string_set(&list[0].address, node->address) < 0 ||
	    korch_string_set(&list[1].type, "Hostname") < 0 ||
	    korch_string_set(&list[1].address, node->name) < 0)
		return KORCH_E_NOMEM;
	return 0;
}

static const char *architecture(const char *machine)
{
	if (korch__text_equal(machine, "x86_64"))
		return "amd64";
	return korch__text_equal(machine, "aarch64") ? "arm64" : machine;
}

static int put_info(korch_agent *agent, korch_node_status *status)
{
	struct utsname system = {0};
	char runtime[80];
	korch_node_system_info *info =
	    korch_struct_edit(&status->node_info, &korch_node_system_info_type);
	if (!info)
		return KORCH_E_NOMEM;
	snprintf(runtime, sizeof(runtime), "%s://0.1.0", agent->ops->name);
	if (agent->is_virtual || uname(&system) < 0)
		system = (struct utsname){.release = "0", .machine = "x86_64"};
	if (korch_string_set(&info->kernel_version, system.release) < 0 ||
	    korch_string_set(&info->architecture, architecture(system.machine)) < 0 ||
	    korch_string_set(&info->operating_system, "linux") < 0 ||
	    korch_string_set(&info->os_image, "Linux") < 0 ||
	    korch_string_set(&info->container_runtime_version, runtime) < 0 ||
	    korch_string_set(&info->kubelet_version, "korch-0.1.0") < 0)
		return KORCH_E_NOMEM;
	return 0;
}

static int put_status(korch_agent *agent, const agent_node *node, korch_node *to)
{
	korch_node_status *status = korch_struct_edit(&to->status, &korch_node_status_type);
	if (!status)
		return KORCH_E_NOMEM;
	int code = put_capacity(&status->capacity, &node->capacity);
	if (code == 0)
		korch_block_share(&status->allocatable, status->capacity);
	if (code == 0)
		code = put_conditions(status, korch_loop_now(agent->loop), agent->lease_period_us > 0);
	if (code == 0)
		code = put_addresses(status, node);
	return code == 0 ? put_info(agent, status) : code;
}

static int put_labels(korch_agent *agent, const agent_node *node, korch_object_meta *meta)
{
	struct utsname system = {0};
	if (agent->is_virtual || uname(&system) < 0)
		system = (struct utsname){.machine = "x86_64"};
	int code = korch_map_set(&meta->labels, "kubernetes.io/hostname", node->name);
	if (code == 0)
		code = korch_map_set(&meta->labels, "kubernetes.io/os", "linux");
	if (code == 0)
		code = korch_map_set(&meta->labels, "kubernetes.io/arch", architecture(system.machine));
	for (size_t i = 0; node->labels && i < node->labels->n && code == 0; i++)
		code =
		    korch_map_set(&meta->labels, node->labels->items[i].key, node->labels->items[i].value);
	return code;
}

static int create_node(korch_agent *agent, const agent_node *node, korch_plan *plan)
{
	korch_object *object = NULL;
	int code = korch_object_new(&object, &korch_node_kind);
	if (code < 0)
		return code;
	korch_node *made = (korch_node *)object;
	code = korch_string_set(&object->metadata->name, node->name);
	korch_node_spec *spec =
	    code == 0 ? korch_struct_edit(&made->spec, &korch_node_spec_type) : NULL;
	code = spec ? put_labels(agent, node, object->metadata) : KORCH_E_NOMEM;
	if (code == 0)
		code = put_status(agent, node, made);
	if (code < 0) {
		korch_object_unref(object);
		return code;
	}
	korch_block_share(&spec->taints, node->taints);
	spec->n_taints = node->taints ? node->n_taints : 0;
	return korch_plan_create(plan, object);
}

/* What a node has may be another thing than what an earlier process said of it; it may have been
 * marked as lost. */
static int is_current(const korch_node *is, const korch_node *want)
{
	if (!is->status || !korch_map_equal(is->status->capacity, want->status->capacity))
		return 0;
	for (size_t i = 0; i < is->status->n_conditions; i++)
		if (korch__text_equal(is->status->conditions[i].type, "Ready"))
			return korch__text_equal(is->status->conditions[i].status, "True");
	return 0;
}

/* A person made the object before the node came: labels that were not given are added, once. */
static int add_labels(korch_agent *agent, const agent_node *node, korch_object *next)
{
	korch_object_meta *meta = korch_object_edit_meta(next);
	korch_map *given = meta ? korch_block_ref(meta->labels) : NULL;
	int code = meta ? put_labels(agent, node, meta) : KORCH_E_NOMEM;
	for (size_t i = 0; given && i < given->n && code == 0; i++)
		code = korch_map_set(&meta->labels, given->items[i].key, given->items[i].value);
	korch_block_unref(given);
	return code;
}

static int update_node(korch_agent *agent, const agent_node *node, const korch_node *is,
                       korch_plan *plan)
{
	korch_object *next = korch_object_edit(&is->object);
	if (!next)
		return KORCH_E_NOMEM;
	int code = put_status(agent, node, (korch_node *)next);
	if (code == 0 && (!is->status || !is->status->node_info))
		code = add_labels(agent, node, next);
	if (code < 0 || is_current(is, (korch_node *)next)) {
		korch_object_unref(next);
		return code;
	}
	return korch_plan_update_status(plan, &is->object, next);
}

static int fill_lease(korch_agent *agent, const agent_node *node, korch_lease *lease, int fresh)
{
	korch_usec now = korch_loop_now(agent->loop);
	korch_lease_spec *spec = korch_struct_edit(&lease->spec, &korch_lease_spec_type);
	if (!spec || korch_string_set(&spec->holder_identity, node->name) < 0)
		return KORCH_E_NOMEM;
	spec->lease_duration_seconds = LEASE_SECONDS;
	if (fresh)
		spec->acquire_time = now;
	spec->renew_time = now;
	return 0;
}

static int create_lease(korch_agent *agent, const agent_node *node, korch_plan *plan)
{
	korch_object *object = NULL;
	int code = korch_object_new(&object, &korch_lease_kind);
	if (code < 0)
		return code;
	if (korch_string_set(&object->metadata->name, node->name) < 0 ||
	    korch_string_set(&object->metadata->namespace_, "kube-node-lease") < 0 ||
	    fill_lease(agent, node, (korch_lease *)object, 1) < 0) {
		korch_object_unref(object);
		return KORCH_E_NOMEM;
	}
	return korch_plan_create(plan, object);
}

static int renew_lease(korch_agent *agent, const agent_node *node, const korch_lease *lease,
                       korch_plan *plan)
{
	korch_usec now = korch_loop_now(agent->loop);
	korch_usec due = lease->spec ? lease->spec->renew_time + agent->lease_period_us : 0;
	korch_object *next = due <= now ? korch_object_edit(&lease->object) : NULL;
	if (due > now) {
		korch_plan_wake_at(plan, due);
		return 0;
	}
	if (!next || fill_lease(agent, node, (korch_lease *)next, 0) < 0) {
		korch_object_unref(next);
		return KORCH_E_NOMEM;
	}
	korch_plan_wake_at(plan, now + agent->lease_period_us);
	return korch_plan_update(plan, &lease->object, next);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	korch_agent *agent = userdata;
	agent_node *node = korch__table_get(&agent->node_index, request->key.name);
	if (!node)
		return 0;
	korch__agent_adopt(agent, view);
	/* A machine that does not answer says nothing of itself. */
	if (!korch__node_listen(agent, node)) {
		korch_plan_wake_at(plan, korch_loop_now(agent->loop) + agent->lease_period_us);
		return 0;
	}
	const korch_node *is =
	    (const korch_node *)korch_view_get(view, &korch_node_kind, "", node->name);
	int code = 0;
	if (!is)
		code = create_node(agent, node, plan);
	else if (!is->object.metadata->deletion_timestamp)
		code = update_node(agent, node, is, plan);
	if (code < 0 || agent->lease_period_us <= 0)
		return code;
	const korch_lease *lease =
	    (const korch_lease *)korch_view_get(view, &korch_lease_kind, "kube-node-lease", node->name);
	if (lease)
		return renew_lease(agent, node, lease, plan);
	korch_plan_wake_at(plan, korch_loop_now(agent->loop) + agent->lease_period_us);
	return create_lease(agent, node, plan);
}

static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	const korch_agent *agent = userdata;
	return korch__table_get(&agent->node_index, korch_object_name(object ? object : previous)) !=
	       NULL;
}

/* A Lease is read when its node is looked at; its changes are the agent's own. */
static void ignore(void *userdata, const korch_view *view, const korch_object *previous,
                   const korch_object *object, korch_enqueue *enqueue)
{
}

int korch__agent_add_nodes(korch_agent *agent, korch_error **err)
{
	const korch_controller_watch watches[] = {{&korch_lease_kind, ignore}};
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = "kubelet-node",
	    .kind = &korch_node_kind,
	    .watches = watches,
	    .n_watches = 1,
	    .reconcile = reconcile,
	    .concerns = concerns,
	    .userdata = agent,
	};
	int code = korch_engine_add(&agent->leases, agent->engine, &spec, err);
	for (size_t i = 0; i < agent->n_nodes && code == 0; i++)
		code = korch_controller_request(agent->leases, "", agent->nodes[i].name, 0);
	return code;
}
