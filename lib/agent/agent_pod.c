/* The agent's records of pods: made when a pod is bound here, driven by the pure decision, freed
 * when nothing is left. */
#include "agent/agent_internal.h"
#include <string.h>

agent_worker *korch__worker_find(const korch_agent *agent, const char *uid)
{
	return korch__table_get(&agent->workers, uid);
}

size_t korch__agent_node_of(const korch_agent *agent, const korch_pod *pod)
{
	if (!pod || !pod->spec || !pod->spec->node_name)
		return SIZE_MAX;
	const agent_node *node = korch__table_get(&agent->node_index, pod->spec->node_name);
	return node ? (size_t)(node - agent->nodes) : SIZE_MAX;
}

agent_extra *korch__worker_extra(agent_worker *worker)
{
	if (!worker->extra)
		worker->extra = korch__calloc(1, sizeof(*worker->extra));
	return worker->extra;
}

static void extra_free(agent_extra *extra)
{
	if (!extra)
		return;
	while (extra->notes) {
		agent_note *note = extra->notes;
		extra->notes = note->next;
		korch__free(note);
	}
	korch__free(extra->mount_message);
	korch__free(extra);
}

static void worker_release(korch_agent *agent, agent_worker *worker)
{
	for (agent_op *op = agent->op_list; op && worker->pending > 0; op = op->next) {
		if (op->worker != worker)
			continue;
		op->worker = NULL;
		worker->pending--;
	}
	for (size_t i = 0; i < worker->n; i++)
		korch__facts_fini(&worker->containers[i]);
	korch__addresses_give(&agent->addresses, worker->address);
	korch__worker_probes_free(worker);
	extra_free(worker->extra);
	korch_object_unref(&worker->pod->object);
	korch__free(worker);
}

static int worker_prepare(korch_agent *agent, agent_worker *worker)
{
	const korch_pod *pod = worker->pod;
	worker->start_us = pod->status && pod->status->start_time ? pod->status->start_time
	                                                          : korch_loop_now(agent->loop);
	worker->uses = korch__pod_uses(pod);
	worker->volumes = agent->state_folder ? KORCH__VOLUMES_WAITING : KORCH__VOLUMES_READY;
	const korch__seed_times times = {.now = korch_loop_now(agent->loop),
	                                 .stopped_us = korch__node_stopped(agent, worker->node)};
	int code = korch__facts_seed(pod, worker->containers, &times);
	return code < 0 ? code : korch__table_put(&agent->workers, worker);
}

agent_worker *korch__worker_new(korch_agent *agent, const korch_pod *pod)
{
	size_t n = korch__pod_containers(pod);
	size_t node = korch__agent_node_of(agent, pod);
	if (n > UINT16_MAX || node == SIZE_MAX)
		return NULL;
	agent_worker *worker = korch__calloc(1, sizeof(*worker) + n * sizeof(worker->containers[0]));
	if (!worker)
		return NULL;
	worker->pod = (const korch_pod *)korch_object_ref(&pod->object);
	worker->n = (uint16_t)n;
	worker->node = (uint32_t)node;
	if (worker_prepare(agent, worker) < 0) {
		worker_release(agent, worker);
		return NULL;
	}
	return worker;
}

void korch__worker_free(korch_agent *agent, agent_worker *worker)
{
	korch__table_remove(&agent->workers, korch_object_uid(&worker->pod->object));
	if (worker->gone && agent->log_folder) {
		_cleanup_free_ char *logs = korch__log_folder(agent, worker->pod);
		if (logs)
			korch__tree_remove(logs);
	}
	worker_release(agent, worker);
	korch__agent_check_shutdown(agent);
}

void korch__worker_request(korch_agent *agent, agent_worker *worker, korch_usec at)
{
	const korch_object *pod = &worker->pod->object;
	if (worker->gone)
		korch__worker_drive(agent, worker, NULL);
	else if (agent->pods)
		korch_controller_request(agent->pods, korch_object_namespace(pod), korch_object_name(pod),
		                         at);
}

static int is_terminal(const korch_pod *pod)
{
	const char *phase = pod->status ? pod->status->phase : NULL;
	return korch__text_equal(phase, "Succeeded") || korch__text_equal(phase, "Failed");
}

/* Nothing of it will be started any more. */
static int is_ending(const korch_agent *agent, const agent_worker *worker)
{
	return worker->gone || agent->shutdown || worker->stop_us != 0 || is_terminal(worker->pod) ||
	       worker->pod->object.metadata->deletion_timestamp != 0;
}

/* What the runtime needs before the first operation: an address. */
static int worker_address(korch_agent *agent, agent_worker *worker)
{
	const korch_pod_spec *spec = worker->pod->spec;
	if (worker->address != 0 || worker->stop_us != 0)
		return 0;
	if (spec->host_network) {
		worker->address = korch__address_parse(agent->nodes[worker->node].address);
		return 0;
	}
	/* One that is made again stays where others know it to be. */
	const korch_pod_status *status = worker->pod->status;
	uint32_t before = status ? korch__address_parse(status->pod_ip) : 0;
	return korch__addresses_take(&agent->addresses, &worker->address, before);
}

static void make_input(korch_agent *agent, agent_worker *worker, const char *address,
                       korch__pod_input *in)
{
	*in = (korch__pod_input){
	    .pod = worker->pod,
	    .now = korch_loop_now(agent->loop),
	    .start_us = worker->start_us,
	    .stop_us = worker->stop_us,
	    .sandbox = worker->sandbox,
	    .volumes = worker->volumes,
	    .shutdown = (uint8_t)(agent->shutdown != 0),
	    .gone = worker->gone,
	    .address = address,
	    .host_address = agent->nodes[worker->node].address,
	    .runtime_name = agent->ops->name,
	    .containers = worker->containers,
	    .intern = agent->intern,
	};
}

static int put_status(korch_agent *agent, agent_worker *worker, korch_plan *plan)
{
	if (!agent->out.status)
		return 0;
	korch_object *next = korch_object_edit(&worker->pod->object);
	if (!next)
		return KORCH_E_NOMEM;
	korch_block_take(&((korch_pod *)next)->status, agent->out.status);
	agent->out.status = NULL;
	return korch_plan_update_status(plan, &worker->pod->object, next);
}

static int conclude(korch_agent *agent, agent_worker *worker, korch_plan *plan)
{
	const korch_delete_options now = {.grace_seconds = 0};
	if (agent->out.status)
		korch__note_backoff(agent, worker, agent->out.status);
	int code = korch__worker_notes_flush(worker, plan);
	if (code == 0)
		code = put_status(agent, worker, plan);
	if (agent->out.wake_us != KORCH_USEC_NEVER)
		korch_plan_wake_at(plan, agent->out.wake_us);
	if (code == 0 && agent->out.delete_object)
		code = korch_plan_delete(plan, &worker->pod->object, &now);
	return code;
}

/* The operations of a decision; 1 when one could not be begun and the decision has to be made
 * again. */
static int perform_all(korch_agent *agent, agent_worker *worker, const korch__pod_input *in)
{
	korch__pod_op ops[16];
	int again = 0;
	size_t n = agent->out.ops.n < KORCH_COUNT(ops) ? agent->out.ops.n : KORCH_COUNT(ops);
	if (n > 0)
		memcpy(ops, agent->out.ops.items, n * sizeof(ops[0]));
	again = n < agent->out.ops.n;
	for (size_t i = 0; i < n; i++) {
		int code = korch__agent_perform(agent, worker, &ops[i], in);
		if (code < 0)
			return code;
		again |= code;
	}
	return again;
}

int korch__worker_drive(korch_agent *agent, agent_worker *worker, korch_plan *plan)
{
	char address[KORCH__ADDRESS_TEXT];
	korch__pod_input in;
	int code = 1;
	if (worker_address(agent, worker) == KORCH_E_NOMEM)
		return KORCH_E_NOMEM;
	korch__address_text(address, worker->address);
	if (!is_ending(agent, worker) && korch__worker_files(agent, worker, 0) < 0)
		return KORCH_E_NOMEM;
	for (int round = 0; code == 1 && round < 8; round++) {
		make_input(agent, worker, address, &in);
		in.no_status = plan == NULL;
		code = korch__pod_decide(&in, &agent->out);
		if (code < 0)
			return code;
		worker->stop_us = agent->out.stop_us;
		code = korch__worker_probes(agent, worker, agent->out.probes.items, agent->out.probes.n);
		if (code < 0)
			return code;
		code = perform_all(agent, worker, &in);
	}
	if (code < 0)
		return code;
	code = plan && !worker->gone ? conclude(agent, worker, plan) : 0;
	int terminal = is_terminal(worker->pod);
	int deleting = worker->pod->object.metadata->deletion_timestamp != 0;
	int forget = worker->gone || agent->shutdown || (terminal && !deleting);
	if (agent->out.done && forget && worker->pending == 0)
		korch__worker_free(agent, worker);
	return code;
}

/* While leftovers are being removed nothing is started; pods are remembered. */
static int wait_for_removal(korch_agent *agent, const korch_request *request)
{
	char *key = korch__sprintf("%s/%s", request->key.namespace_, request->key.name);
	if (!key || korch__vec_push(&agent->waiting, key) < 0) {
		korch__free(key);
		return KORCH_E_NOMEM;
	}
	return 0;
}

/* Configurations that could not be made are tried again. */
static void retry_configs(agent_worker *worker)
{
	for (size_t i = 0; i < worker->n; i++) {
		korch__container_past *past = worker->containers[i].past;
		if (past && past->config_message)
			korch_string_set(&past->config_message, NULL);
	}
}

int korch__agent_reconcile(void *userdata, const korch_view *view, const korch_request *request,
                           korch_plan *plan, korch_error **err)
{
	korch_agent *agent = userdata;
	const korch_pod *pod = (const korch_pod *)korch_view_get(
	    view, &korch_pod_kind, request->key.namespace_, request->key.name);
	size_t node = korch__agent_node_of(agent, pod);
	if (node == SIZE_MAX)
		return 0;
	int adopting = korch__agent_adopt(agent, view);
	if (adopting < 0)
		return korch_error_set(err, adopting, "no memory for what runs");
	if (adopting)
		return wait_for_removal(agent, request);
	if (korch__node_is_silent(agent, node)) {
		korch_plan_wake_at(plan, korch_loop_now(agent->loop) + agent->lease_period_us);
		return 0;
	}
	agent_worker *worker = korch__worker_find(agent, korch_object_uid(&pod->object));
	if (!worker && agent->shutdown)
		return 0;
	if (!worker)
		worker = korch__worker_new(agent, pod);
	if (!worker)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for pod %s", request->key.name);
	if (worker->pod != pod) {
		korch_object_unref(&worker->pod->object);
		worker->pod = (const korch_pod *)korch_object_ref(&pod->object);
	}
	retry_configs(worker);
	int code = (worker->uses & AGENT_USES_CONFIG) && worker->volumes == KORCH__VOLUMES_READY &&
	                   !is_ending(agent, worker)
	               ? korch__worker_files(agent, worker, 1)
	               : 0;
	if (code == 0)
		code = korch__worker_drive(agent, worker, plan);
	return code < 0 ? korch_error_set(err, code, "pod %s", request->key.name) : 0;
}
