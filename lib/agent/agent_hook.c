/* Hooks of containers: postStart and preStop by a command, a request or a pause. On a virtual
 * runtime commands and requests succeed. */
#include "agent/agent_internal.h"
#include "agent/probe_run.h"
#include <stdio.h>

enum { POST_START_SECONDS_MAX = 3600 };

static void hook_done(agent_op *from, int good, const char *message)
{
	agent_op op = *from;
	korch_agent *agent;
	agent_worker *worker = korch__op_end(from, &agent);
	if (!worker || worker->containers[op.container].restart_count != op.restart_count)
		return;
	int after_start = op.kind == KORCH__OP_POST_START;
	korch__facts_hook(&worker->containers[op.container], op.kind, good);
	if (!good)
		korch__worker_note(agent, worker, "Warning",
		                   after_start ? "FailedPostStartHook" : "FailedPreStopHook", "%s%s%s",
		                   after_start ? "PostStartHook failed" : "PreStopHook failed",
		                   *message ? ": " : "", message);
	korch__worker_request(agent, worker, 0);
}

static void on_exec(void *userdata, int code, int exit_code, const char *output, size_t length)
{
	char message[256];
	const char *text = "";
	if (code < 0) {
		text = korch_code_text(code);
	} else if (exit_code != 0) {
		snprintf(message, sizeof(message), "command exited with %d: %.*s", exit_code,
		         length < 160 ? (int)length : 160, korch__text_or_empty(output));
		text = message;
	}
	hook_done(userdata, code == 0 && exit_code == 0, text);
}

static void on_timer(void *userdata)
{
	agent_op *op = userdata;
	korch_timer_free(op->timer);
	op->timer = NULL;
	hook_done(op, 1, "");
}

static int begin_sleep(korch_agent *agent, agent_op *op, korch_usec us)
{
	int code = korch_timer_new(&op->timer, agent->loop, on_timer, op);
	if (code == 0)
		korch_timer_set(op->timer, korch_loop_now(agent->loop) + us);
	return code;
}

static void on_request(void *userdata, int good, const char *message)
{
	((agent_op *)userdata)->run = NULL;
	hook_done(userdata, good, message);
}

static int begin_request(korch_agent *agent, agent_worker *worker, agent_op *op,
                         const korch_http_get_action *request, korch_usec most)
{
	char address[KORCH__ADDRESS_TEXT];
	korch__address_text(address, worker->address);
	if (!agent->http && korch__http_new(&agent->http, agent->loop) < 0)
		return KORCH_E_NOMEM;
	const korch__probe_target target = {
	    .loop = agent->loop,
	    .runtime = agent->runtime,
	    .http = agent->http,
	    .address = *address ? address : "127.0.0.1",
	    .container_id = "",
	    .container = korch__pod_container(worker->pod, op->container),
	    .type = "",
	    .http_get = request,
	    .timeout_us = most,
	};
	return korch__probe_start(&op->run, &target, on_request, op);
}

static int begin(korch_agent *agent, agent_worker *worker, const korch__pod_op *from, agent_op *op)
{
	const korch_container *container = korch__pod_container(worker->pod, from->container);
	const korch_lifecycle_handler *hook = from->kind == KORCH__OP_POST_START
	                                          ? container->lifecycle->post_start
	                                          : container->lifecycle->pre_stop;
	korch_usec most = from->kind == KORCH__OP_POST_START
	                      ? POST_START_SECONDS_MAX * KORCH_USEC_PER_SEC
	                      : from->grace_us;
	char id[AGENT_ID_MAX];
	if (hook->sleep) {
		int64_t seconds = hook->sleep->seconds;
		korch_usec us = seconds < 0 || seconds > INT32_MAX ? 0 : seconds * KORCH_USEC_PER_SEC;
		return begin_sleep(agent, op, us < most ? us : most);
	}
	if (hook->http_get && !agent->is_virtual)
		return begin_request(agent, worker, op, hook->http_get, most);
	if (!hook->exec || !(agent->ops->capabilities & KORCH_RUNTIME_EXEC))
		return begin_sleep(agent, op, 0);
	korch__container_id(id, sizeof(id), "", worker->pod, container->name, op->restart_count);
	return agent->ops->exec(agent->self, id, (const char *const *)hook->exec->command,
	                        hook->exec->n_command, most, on_exec, op);
}

int korch__agent_hook(korch_agent *agent, agent_worker *worker, const korch__pod_op *from,
                      const korch__pod_input *in)
{
	korch__container_facts *facts = &worker->containers[from->container];
	korch_agent *ignored;
	agent_op *op = korch__op_new(agent, worker, from);
	if (!op)
		return KORCH_E_NOMEM;
	op->restart_count = facts->restart_count;
	int code = korch__facts_begin(facts, from, in);
	if (code == 0)
		code = begin(agent, worker, from, op);
	if (code == 0)
		return 0;
	korch_timer_free(op->timer);
	korch__op_end(op, &ignored);
	if (code == KORCH_E_NOMEM)
		return code;
	korch__facts_hook(facts, from->kind, 0);
	return 1;
}
