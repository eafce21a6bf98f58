/* The agent as a whole: made, started, shut down, freed; log files and commands in containers. */
#include "agent/agent_internal.h"
#include "agent/probe_run.h"
#include "base/random.h"
#include <korch/api/core_config.h>
#include <korch/api/core_service.h>
#include <string.h>

static uint64_t text_hash(const void *key)
{
	return korch__hash_string(key);
}

static int node_equal(const void *entry, const void *key)
{
	return strcmp(((const agent_node *)entry)->name, key) == 0;
}

static uint64_t node_hash(const void *entry)
{
	return korch__hash_string(((const agent_node *)entry)->name);
}

static int worker_equal(const void *entry, const void *key)
{
	return strcmp(korch_object_uid(&((const agent_worker *)entry)->pod->object), key) == 0;
}

static uint64_t worker_hash(const void *entry)
{
	return korch__hash_string(korch_object_uid(&((const agent_worker *)entry)->pod->object));
}

static const korch_table_ops node_ops = {text_hash, node_equal, node_hash};
static const korch_table_ops worker_ops = {text_hash, worker_equal, worker_hash};

static void complete_capacity(korch_agent *agent, agent_node *node)
{
	korch_node_capacity has = {0};
	if (agent->ops->capacity(agent->self, node->name, &has) < 0)
		return;
	if (node->capacity.cpu_milli == 0)
		node->capacity.cpu_milli = has.cpu_milli;
	if (node->capacity.memory_bytes == 0)
		node->capacity.memory_bytes = has.memory_bytes;
	if (node->capacity.storage_bytes == 0)
		node->capacity.storage_bytes = has.storage_bytes;
	if (node->capacity.pods == 0)
		node->capacity.pods = has.pods;
}

static int add_node(korch_agent *agent, const korch_agent_node *from, korch_error **err)
{
	agent_node *node = &agent->nodes[agent->n_nodes];
	if (!from->name || korch__table_get(&agent->node_index, from->name))
		return korch_error_set(err, KORCH_E_INVALID, "nodes need different names");
	node->name = korch__strdup(from->name);
	node->address = korch__strdup(from->address ? from->address : "127.0.0.1");
	node->capacity = from->capacity;
	node->labels = korch_block_ref(from->labels);
	node->taints = korch_block_ref(from->taints);
	node->n_taints = from->n_taints;
	agent->n_nodes++;
	if (!node->name || !node->address || korch__table_put(&agent->node_index, node) < 0)
		return KORCH_E_NOMEM;
	complete_capacity(agent, node);
	return 0;
}

static int copy_text(char **out, const char *text)
{
	*out = korch__strdup(text);
	return text && !*out ? KORCH_E_NOMEM : 0;
}

static int fill(korch_agent *agent, const korch_agent_options *options, korch_error **err)
{
	agent->nodes = korch__calloc(options->n_nodes, sizeof(*agent->nodes));
	if (!agent->nodes || korch__intern_new(&agent->intern) < 0 ||
	    copy_text(&agent->state_folder, options->state_folder) < 0 ||
	    copy_text(&agent->log_folder, options->log_folder) < 0 ||
	    copy_text(&agent->api_host, options->api_host) < 0 ||
	    copy_text(&agent->api_port, options->api_port) < 0)
		return KORCH_E_NOMEM;
	int timed = korch_timer_new(&agent->list_timer, agent->loop, korch__agent_list_again, agent);
	if (timed < 0)
		return timed;
	korch__addresses_init(&agent->addresses, options->address_base, options->address_prefix);
	int started = korch__agent_files_start(agent);
	if (started < 0)
		return started;
	agent->seed = options->seed ? options->seed : korch__random_seed_from_system();
	for (size_t i = 0; i < options->n_nodes; i++) {
		int code = add_node(agent, &options->nodes[i], err);
		if (code < 0)
			return code;
	}
	return 0;
}

int korch__agent_new(korch_agent **out, const korch_agent_options *options, korch_error **err)
{
	if (!options->engine || !options->runtime || !options->loop || options->n_nodes == 0)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "an agent needs an engine, a runtime, a loop and nodes");
	korch_agent *agent = korch__calloc(1, sizeof(*agent));
	if (!agent)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for the agent");
	agent->engine = options->engine;
	agent->runtime = options->runtime;
	agent->ops = korch_runtime_get_ops(options->runtime);
	agent->self = korch_runtime_get_self(options->runtime);
	agent->loop = options->loop;
	agent->lease_period_us = options->lease_period_us;
	agent->warnings_only = options->warnings_only;
	agent->is_durable = options->is_durable;
	agent->is_virtual = (agent->ops->capabilities & KORCH_RUNTIME_VIRTUAL) != 0;
	korch__table_init(&agent->node_index, &node_ops);
	korch__table_init(&agent->workers, &worker_ops);
	int code = fill(agent, options, err);
	if (code < 0) {
		korch__agent_free(agent);
		return code == KORCH_E_NOMEM ? korch_error_set(err, code, "no memory for the agent") : code;
	}
	agent->ops->set_listener(agent->self, korch__agent_report, agent);
	agent->listens = 1;
	*out = agent;
	return 0;
}

/* Services are read when containers start and when /etc/hosts is written: see
 * korch__agent_observe(). */
static void ignore(void *userdata, const korch_view *view, const korch_object *previous,
                   const korch_object *object, korch_enqueue *enqueue)
{
}

int korch__agent_start(korch_agent *agent, korch_error **err)
{
	const korch_controller_watch watches[] = {
	    {&korch_config_map_kind, korch__agent_map_config},
	    {&korch_secret_kind, korch__agent_map_config},
	    {&korch_service_kind, ignore},
	};
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = "kubelet",
	    .kind = &korch_pod_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = korch__agent_reconcile,
	    .observe = korch__agent_observe,
	    .concerns = korch__agent_concerns,
	    .userdata = agent,
	};
	int code = korch__agent_list(agent);
	if (code < 0)
		return korch_error_set(err, code, "the runtime cannot list what runs");
	code = korch_engine_add(&agent->pods, agent->engine, &spec, err);
	return code == 0 ? korch__agent_add_nodes(agent, err) : code;
}

static void shutdown_done(void *userdata)
{
	korch_agent *agent = userdata;
	korch_loop_fn fn = agent->shutdown_fn;
	agent->shutdown_fn = NULL;
	if (fn)
		fn(agent->shutdown_userdata);
}

void korch__agent_check_shutdown(korch_agent *agent)
{
	if (!agent->shutdown || !agent->shutdown_fn || agent->shutdown_posted)
		return;
	if (agent->workers.n > 0 || agent->removing > 0 || agent->listing || agent->found)
		return;
	agent->shutdown_posted = korch_loop_post(agent->loop, shutdown_done, agent) == 0;
}

void korch__agent_shutdown(korch_agent *agent, korch_loop_fn fn, void *userdata)
{
	agent_worker *worker;
	agent->shutdown = 1;
	agent->shutdown_fn = fn;
	agent->shutdown_userdata = userdata;
	for (size_t at = 0; (worker = korch__table_next(&agent->workers, &at));)
		korch__worker_request(agent, worker, 0);
	korch__agent_check_shutdown(agent);
}

static void ignore_report(void *userdata, const korch_container_report *report)
{
}

static void free_nodes(korch_agent *agent)
{
	for (size_t i = 0; i < agent->n_nodes; i++) {
		korch__free(agent->nodes[i].name);
		korch__free(agent->nodes[i].address);
		korch_block_unref(agent->nodes[i].labels);
		korch_block_unref(agent->nodes[i].taints);
	}
	korch__free(agent->nodes);
}

/* Operations on the runtime end by themselves, later; pauses end here. */
static void release_ops(korch_agent *agent)
{
	while (agent->op_list) {
		agent_op *op = agent->op_list;
		agent->op_list = op->next;
		op->agent = NULL;
		op->next = op->previous = NULL;
		if (!op->timer && !op->run)
			continue;
		korch_timer_free(op->timer);
		korch__probe_cancel(op->run);
		korch__free(op);
	}
}

void korch__agent_free(korch_agent *agent)
{
	agent_worker *worker;
	if (!agent)
		return;
	if (agent->listens)
		agent->ops->set_listener(agent->self, ignore_report, NULL);
	agent->shutdown = 0;
	for (size_t at = 0; (worker = korch__table_next(&agent->workers, &at));)
		korch__worker_free(agent, worker);
	release_ops(agent);
	for (size_t i = 0; i < agent->waiting.n; i++)
		korch__free(agent->waiting.items[i]);
	korch__vec_fini(&agent->waiting);
	korch__found_free(agent->found);
	korch__agent_probes_fini(agent);
	korch__table_fini(&agent->workers);
	korch__table_fini(&agent->node_index);
	korch__addresses_fini(&agent->addresses);
	korch__pod_output_fini(&agent->out);
	korch__intern_free(agent->intern);
	free_nodes(agent);
	korch_timer_free(agent->hosts_timer);
	korch_timer_free(agent->list_timer);
	korch__free(agent->services);
	korch__free(agent->state_folder);
	korch__free(agent->log_folder);
	korch__free(agent->api_host);
	korch__free(agent->api_port);
	korch__free(agent);
}

const char *korch__agent_node_name(const korch_agent *agent, size_t i)
{
	return i < agent->n_nodes ? agent->nodes[i].name : NULL;
}

size_t korch__agent_pods(const korch_agent *agent)
{
	return agent->workers.n;
}

char *korch__log_folder(const korch_agent *agent, const korch_pod *pod)
{
	if (!agent->log_folder)
		return korch__strdup("");
	return korch__sprintf("%s/%s_%s_%s", agent->log_folder, korch_object_namespace(&pod->object),
	                      korch_object_name(&pod->object), korch_object_uid(&pod->object));
}

char *korch__log_path(const korch_agent *agent, const korch_pod *pod, const char *container,
                      int32_t run)
{
	_cleanup_free_ char *folder = korch__log_folder(agent, pod);
	return folder ? korch__sprintf("%s/%s/%d.log", folder, container, (int)run) : NULL;
}

int korch__agent_log_path(char **out, const korch_agent *agent, const korch_pod *pod,
                          const char *container, int previous)
{
	size_t i = korch__pod_container_index(pod, container);
	if (i == SIZE_MAX || !agent->log_folder)
		return KORCH_E_NOT_FOUND;
	const korch_container_status *status = korch__pod_container_status(pod, i);
	int32_t run = (status ? status->restart_count : 0) - (previous ? 1 : 0);
	if (run < 0)
		return KORCH_E_NOT_FOUND;
	*out = korch__log_path(agent, pod, container, run);
	return *out ? 0 : KORCH_E_NOMEM;
}
