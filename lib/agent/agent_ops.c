/* Operations on the runtime: how they begin, what their completions and the runtime's reports
 * change. */
#include "agent/agent_internal.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define STOP_RETRY_US (5 * KORCH_USEC_PER_SEC)

agent_op *korch__op_new(korch_agent *agent, agent_worker *worker, const korch__pod_op *from)
{
	agent_op *op = korch__calloc(1, sizeof(*op));
	if (!op)
		return NULL;
	op->agent = agent;
	op->worker = worker;
	op->kind = from->kind;
	op->container = from->container;
	op->restart_count = from->restart_count;
	op->next = agent->op_list;
	if (op->next)
		op->next->previous = op;
	agent->op_list = op;
	if (worker)
		worker->pending++;
	return op;
}

agent_worker *korch__op_end(agent_op *op, korch_agent **out_agent)
{
	korch_agent *agent = op->agent;
	agent_worker *worker = op->worker;
	if (agent) {
		if (op->previous)
			op->previous->next = op->next;
		else
			agent->op_list = op->next;
		if (op->next)
			op->next->previous = op->previous;
	}
	if (worker)
		worker->pending--;
	korch__free(op);
	*out_agent = agent;
	return worker;
}

/* Goes on with the operations, and when there may be news for the status, asks for the pod. */
static void go_on(korch_agent *agent, agent_worker *worker, int news)
{
	if (news || worker->gone || agent->shutdown || worker->extra ||
	    korch__worker_drive(agent, worker, NULL) < 0)
		korch__worker_request(agent, worker, 0);
}

static void on_sandbox(void *userdata, int code, const char *reason, const char *message)
{
	korch_agent *agent;
	agent_worker *worker = korch__op_end(userdata, &agent);
	if (!worker)
		return;
	worker->sandbox = code == 0 ? KORCH__SANDBOX_READY : KORCH__SANDBOX_NONE;
	if (code == 0) {
		go_on(agent, worker, 0);
		return;
	}
	korch__worker_note(agent, worker, "Warning", "FailedCreatePodSandBox",
	                   "Failed to create pod sandbox: %s", korch__text_or_empty(message));
	if (worker->gone || agent->shutdown)
		korch__worker_request(agent, worker, 0);
	else
		korch__worker_request(agent, worker, korch_loop_now(agent->loop) + KORCH__BACKOFF_BASE_US);
}

static void on_removed(void *userdata, int code, const char *reason, const char *message)
{
	korch_agent *agent;
	agent_worker *worker = korch__op_end(userdata, &agent);
	if (!worker)
		return;
	worker->sandbox = KORCH__SANDBOX_REMOVED;
	if (code < 0 && code != KORCH_E_NOT_FOUND)
		korch__worker_note(agent, worker, "Warning", "FailedKillPod", "error killing pod: %s",
		                   korch__text_or_empty(message));
	korch__worker_request(agent, worker, 0);
}

static void on_prepared(void *userdata, int code, const char *reason, const char *message)
{
	size_t container = ((agent_op *)userdata)->container;
	korch_agent *agent;
	agent_worker *worker = korch__op_end(userdata, &agent);
	if (!worker)
		return;
	const char *image = korch__text_or_empty(korch__pod_container(worker->pod, container)->image);
	korch__facts_prepared(&worker->containers[container], code, reason, message,
	                      korch_loop_now(agent->loop));
	if (code == 0) {
		korch__worker_note(agent, worker, "Normal", "Pulled",
		                   "Container image \"%s\" already present on machine", image);
	} else {
		korch__worker_note(agent, worker, "Warning", "Failed", "Failed to pull image \"%s\": %s",
		                   image, korch__text_or_empty(message));
		korch__worker_note(agent, worker, "Warning", "Failed", "Error: %s",
		                   reason && *reason ? reason : "ErrImagePull");
	}
	go_on(agent, worker, code != 0);
}

static void on_started(void *userdata, int code, const char *reason, const char *message)
{
	agent_op op = *(agent_op *)userdata;
	korch_agent *agent;
	agent_worker *worker = korch__op_end(userdata, &agent);
	if (!worker || worker->containers[op.container].restart_count != op.restart_count)
		return;
	const char *name = korch__pod_container(worker->pod, op.container)->name;
	korch__facts_started(&worker->containers[op.container], code, reason, message,
	                     korch_loop_now(agent->loop));
	if (code == KORCH_E_NOT_FOUND && korch__text_equal(reason, "RunContainerError") &&
	    worker->sandbox == KORCH__SANDBOX_READY)
		worker->sandbox = KORCH__SANDBOX_NONE; /* its end was not seen: it is made again */
	if (code == 0) {
		korch__worker_note(agent, worker, "Normal", "Created", "Created container: %s", name);
		korch__worker_note(agent, worker, "Normal", "Started", "Started container %s", name);
	} else {
		korch__worker_note(agent, worker, "Warning", "Failed", "Error: %s",
		                   korch__text_or_empty(message));
	}
	korch__worker_request(agent, worker, 0);
}

/* A stop that could not be sent is sent again: the end comes as a report. */
static void on_stop_sent(void *userdata, int code, const char *reason, const char *message)
{
	agent_op op = *(agent_op *)userdata;
	korch_agent *agent;
	agent_worker *worker = korch__op_end(userdata, &agent);
	if (!worker)
		return;
	korch__container_facts *facts = &worker->containers[op.container];
	int lost = code == KORCH_E_NOT_FOUND && facts->run == KORCH__RUN_RUNNING &&
	           facts->restart_count == op.restart_count;
	if (lost) {
		facts->run = KORCH__RUN_EXITED;
		facts->exit_code = 137;
		facts->finished_us = korch_loop_now(agent->loop);
	}
	int failed = code < 0 && !lost && facts->run == KORCH__RUN_RUNNING &&
	             facts->restart_count == op.restart_count && facts->stopping == KORCH__STOP_SENT;
	if (failed) {
		facts->stopping = KORCH__STOP_HOOKED; /* its hook is not run again */
		if (!worker->gone)                    /* of those that are gone the next list tells */
			korch__worker_request(agent, worker, korch_loop_now(agent->loop) + STOP_RETRY_US);
	} else if (lost || worker->gone || agent->shutdown) {
		korch__worker_request(agent, worker, 0);
	}
}

/* A call that was not accepted ends as one that failed, from the loop. */
typedef struct refusal {
	agent_op *op;
	korch_runtime_done_fn fn;
	int code;
} refusal;

static void on_refusal(void *userdata)
{
	refusal it = *(refusal *)userdata;
	korch__free(userdata);
	it.fn(it.op, it.code, "", korch_code_text(it.code));
}

static int refuse(korch_agent *agent, agent_op *op, korch_runtime_done_fn fn, int code)
{
	refusal *it = korch__alloc(sizeof(*it));
	if (it) {
		*it = (refusal){op, fn, code};
		if (korch_loop_post(agent->loop, on_refusal, it) == 0)
			return 0;
	}
	korch__free(it);
	korch_agent *ignored;
	korch__op_end(op, &ignored);
	return KORCH_E_NOMEM;
}

static int create_sandbox(korch_agent *agent, agent_worker *worker, agent_op *op)
{
	const korch_pod *pod = worker->pod;
	const korch_object_meta *meta = pod->object.metadata;
	char address[KORCH__ADDRESS_TEXT];
	_cleanup_free_ char *folder = korch__log_folder(agent, pod);
	_cleanup_free_ char *hosts =
	    agent->state_folder ? korch__hosts_path(agent->state_folder, pod) : korch__strdup("");
	if (!folder || !hosts)
		return KORCH_E_NOMEM;
	if (*folder)
		mkdir(folder, 0755);
	korch__address_text(address, worker->address);
	const korch_sandbox_spec spec = {
	    .id = korch_object_uid(&pod->object),
	    .node = agent->nodes[worker->node].name,
	    .pod_namespace = korch_object_namespace(&pod->object),
	    .pod_name = korch_object_name(&pod->object),
	    .hostname = korch__text_or_empty(pod->spec->hostname),
	    .address = address,
	    .log_folder = folder,
	    .hosts_file = hosts,
	    .cgroup_parent = "",
	    .labels = meta->labels,
	    .annotations = meta->annotations,
	};
	worker->sandbox = KORCH__SANDBOX_CREATING;
	return agent->ops->sandbox_create(agent->self, &spec, on_sandbox, op);
}

static int stop_container(korch_agent *agent, agent_worker *worker, const korch__pod_op *from,
                          agent_op *op)
{
	char id[AGENT_ID_MAX];
	op->restart_count = worker->containers[op->container].restart_count;
	korch__container_id(id, sizeof(id), "", worker->pod,
	                    korch__pod_container(worker->pod, op->container)->name, op->restart_count);
	return agent->ops->stop(agent->self, id, from->signal, from->grace_us, on_stop_sent, op);
}

static int prepare(korch_agent *agent, agent_worker *worker, agent_op *op)
{
	const korch_container *container = korch__pod_container(worker->pod, op->container);
	return agent->ops->prepare(agent->self, agent->nodes[worker->node].name,
	                           korch__text_or_empty(container->image),
	                           korch__pull_policy(container), on_prepared, op);
}

/* The run before the last is forgotten by the runtime, its log file stays. How the last one ended
 * may not have been stored yet. */
static void forget_done(void *userdata, int code, const char *reason, const char *message)
{
	korch_agent *agent;
	agent_worker *worker = korch__op_end(userdata, &agent);
	if (worker && (worker->gone || agent->shutdown))
		korch__worker_request(agent, worker, 0);
}

static void forget_older(korch_agent *agent, agent_worker *worker, const korch__pod_op *from)
{
	char id[AGENT_ID_MAX];
	agent_op *op = from->restart_count > 1 ? korch__op_new(agent, worker, from) : NULL;
	korch_agent *ignored;
	if (!op)
		return;
	korch__container_id(id, sizeof(id), "", worker->pod,
	                    korch__pod_container(worker->pod, from->container)->name,
	                    from->restart_count - 2);
	if (agent->ops->remove(agent->self, id, forget_done, op) < 0)
		korch__op_end(op, &ignored);
}

/* A container whose configuration cannot be made waits, with the reason; 1: decide again. */
static int cannot_configure(korch_agent *agent, agent_worker *worker, size_t i, char *problem)
{
	korch__container_past *past = korch__facts_past(&worker->containers[i]);
	korch_usec now = korch_loop_now(agent->loop);
	if (!past || korch_string_set(&past->config_message, problem) < 0)
		return KORCH_E_NOMEM;
	const korch_container_status *status = korch__pod_container_status(worker->pod, i);
	const korch_container_state_waiting *waiting =
	    status && status->state ? status->state->waiting : NULL;
	if (!waiting || !korch__text_equal(waiting->message, problem))
		korch__worker_note(agent, worker, "Warning", "Failed", "Error: %s", problem);
	korch__worker_request(agent, worker, now + 60 * KORCH_USEC_PER_SEC);
	return 1;
}

static int start_container(korch_agent *agent, agent_worker *worker, const korch__pod_op *from,
                           const korch__pod_input *in)
{
	korch__container_facts *facts = &worker->containers[from->container];
	_cleanup_free_ char *problem = NULL;
	_cleanup_(korch__container_setup_free) korch__container_setup *setup = NULL;
	int code = korch__container_setup_make(&setup, agent, worker, from, &problem);
	if (problem)
		return cannot_configure(agent, worker, from->container, problem);
	if (code < 0)
		return code;
	agent_op *op = korch__op_new(agent, worker, from);
	korch_agent *ignored;
	if (!op)
		return KORCH_E_NOMEM;
	code = korch__facts_begin(facts, from, in);
	if (code < 0) {
		korch__op_end(op, &ignored);
		return code;
	}
	forget_older(agent, worker, from);
	code = agent->ops->start(agent->self, korch__container_setup_config(setup), on_started, op);
	return code < 0 ? refuse(agent, op, on_started, code) : 0;
}

static int clean(korch_agent *agent, agent_worker *worker)
{
	if (agent->shutdown && agent->is_durable)
		korch__worker_files_remove_made(agent, worker);
	else
		korch__worker_files_remove(agent, worker);
	worker->volumes = KORCH__VOLUMES_CLEANED;
	korch__addresses_give(&agent->addresses, worker->address);
	worker->address = 0;
	return 1;
}

static int call(korch_agent *agent, agent_worker *worker, const korch__pod_op *from, agent_op *op,
                korch_runtime_done_fn *fn)
{
	switch (from->kind) {
	case KORCH__OP_SANDBOX_CREATE:
		*fn = on_sandbox;
		return create_sandbox(agent, worker, op);
	case KORCH__OP_SANDBOX_REMOVE:
		*fn = on_removed;
		worker->sandbox = KORCH__SANDBOX_REMOVING;
		return agent->ops->sandbox_remove(agent->self, korch_object_uid(&worker->pod->object),
		                                  on_removed, op);
	case KORCH__OP_PREPARE:
		*fn = on_prepared;
		return prepare(agent, worker, op);
	default:
		*fn = on_stop_sent;
		return stop_container(agent, worker, from, op);
	}
}

/* All addresses are in use: the pod waits until one is given back. */
static int lacks_address(korch_agent *agent, agent_worker *worker)
{
	if (worker->address != 0 || agent->addresses.n == 0)
		return 0;
	korch__worker_note(agent, worker, "Warning", "FailedCreatePodSandBox",
	                   "Failed to create pod sandbox: all addresses for pods are in use");
	korch__worker_request(agent, worker, korch_loop_now(agent->loop) + KORCH__BACKOFF_BASE_US);
	return 1;
}

int korch__agent_perform(korch_agent *agent, agent_worker *worker, const korch__pod_op *from,
                         const korch__pod_input *in)
{
	korch_runtime_done_fn fn = NULL;
	korch_agent *ignored;
	if (from->kind == KORCH__OP_CLEAN)
		return clean(agent, worker);
	if (from->kind == KORCH__OP_SANDBOX_CREATE && lacks_address(agent, worker))
		return 0;
	korch__note_op(agent, worker, from);
	if (from->kind == KORCH__OP_START)
		return start_container(agent, worker, from, in);
	if (from->kind == KORCH__OP_POST_START || from->kind == KORCH__OP_PRE_STOP)
		return korch__agent_hook(agent, worker, from, in);
	agent_op *op = korch__op_new(agent, worker, from);
	if (!op)
		return KORCH_E_NOMEM;
	int code = from->kind < KORCH__OP_PREPARE
	               ? 0
	               : korch__facts_begin(&worker->containers[from->container], from, in);
	if (code < 0) {
		korch__op_end(op, &ignored);
		return code;
	}
	code = call(agent, worker, from, op, &fn);
	return code < 0 ? refuse(agent, op, fn, code) : 0;
}

void korch__agent_report(void *userdata, const korch_container_report *report)
{
	korch_agent *agent = userdata;
	agent_worker *worker = korch__worker_find(agent, report->sandbox_id);
	size_t i = worker ? korch__pod_container_index(worker->pod, report->name) : SIZE_MAX;
	if (i == SIZE_MAX || i >= worker->n)
		return;
	if (korch__facts_report(&worker->containers[i], report))
		korch__worker_request(agent, worker, 0);
}
