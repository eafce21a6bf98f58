/*
 * Looking again at what the runtime holds: machines that come back from silence have lost what ran
 * on them or have gone on without us, and events get lost on the way. Whatever differs from what is
 * believed is told as if an event had come.
 */
#include "agent/agent_internal.h"
#include <string.h>

int korch__node_is_silent(const korch_agent *agent, size_t node)
{
	return node < agent->n_nodes && agent->nodes[node].is_silent;
}

int korch__node_listen(korch_agent *agent, agent_node *node)
{
	korch_node_capacity has;
	if (agent->lease_period_us <= 0)
		return 1;
	int was_silent = node->is_silent;
	node->is_silent = agent->ops->capacity(agent->self, node->name, &has) == KORCH_E_IO;
	korch_usec now = korch_loop_now(agent->loop);
	int is_due = now >= agent->relist_at;
	if (!node->is_silent && (was_silent || is_due) && korch__agent_relist(agent) == 0 && is_due)
		agent->relist_at = now + agent->lease_period_us;
	return !node->is_silent;
}

/* A container that should run and is not there has ended, nobody knows how. */
static int lose_containers(korch_agent *agent, agent_worker *worker)
{
	int lost = 0;
	for (size_t i = 0; i < worker->n; i++) {
		korch__container_facts *facts = &worker->containers[i];
		if (facts->run != KORCH__RUN_RUNNING || facts->is_listed)
			continue;
		const korch_container_report report = {
		    .image_id = "",
		    .phase = KORCH_CONTAINER_EXITED,
		    .restart_count = facts->restart_count,
		    .exit_code = 137,
		    .finished_us = korch_loop_now(agent->loop),
		    .reason = "",
		    .message = "",
		};
		lost |= korch__facts_report(facts, &report);
	}
	return lost;
}

/* What is under way will tell itself. */
static void compare_worker(korch_agent *agent, agent_worker *worker)
{
	if (worker->pending > 0 || worker->sandbox != KORCH__SANDBOX_READY ||
	    korch__node_is_silent(agent, worker->node))
		return;
	int changed = lose_containers(agent, worker);
	if (!worker->is_listed)
		worker->sandbox = KORCH__SANDBOX_NONE;
	if (changed || !worker->is_listed || worker->gone)
		korch__worker_request(agent, worker, 0);
}

static void forget_list(korch_agent *agent)
{
	agent_worker *worker;
	for (size_t at = 0; (worker = korch__table_next(&agent->workers, &at));) {
		worker->is_listed = 0;
		for (size_t i = 0; i < worker->n; i++)
			worker->containers[i].is_listed = 0;
	}
}

static void see_container(korch_agent *agent, const korch_container_report *report)
{
	agent_worker *worker = korch__worker_find(agent, report->sandbox_id);
	size_t i = worker ? korch__pod_container_index(worker->pod, report->name) : SIZE_MAX;
	if (i == SIZE_MAX || i >= worker->n)
		return;
	if (report->restart_count == worker->containers[i].restart_count)
		worker->containers[i].is_listed = 1;
	korch__agent_report(agent, report);
}

/* A sandbox of no pod: its pod was removed by force while the machine was silent. */
static void see_sandbox(korch_agent *agent, const korch_sandbox_report *report)
{
	agent_worker *worker = korch__worker_find(agent, report->id);
	if (worker)
		worker->is_listed = 1;
	else if (!korch_view_get_uid(korch_engine_view(agent->engine), report->id))
		korch__agent_remove_leftover(agent, report->id);
}

static void on_list(void *userdata, int code, const korch_runtime_list *list)
{
	korch_agent *agent;
	agent_worker *worker;
	korch__op_end(userdata, &agent);
	if (!agent || code < 0)
		return;
	forget_list(agent);
	for (size_t i = 0; i < list->n_containers; i++)
		see_container(agent, &list->containers[i]);
	/* Last: a leftover that is removed takes the reports of its containers along. */
	for (size_t i = 0; i < list->n_sandboxes; i++)
		see_sandbox(agent, &list->sandboxes[i]);
	for (size_t at = 0; (worker = korch__table_next(&agent->workers, &at));)
		compare_worker(agent, worker);
}

int korch__agent_relist(korch_agent *agent)
{
	const korch__pod_op none = {0};
	korch_agent *ignored;
	agent_op *op = korch__op_new(agent, NULL, &none);
	if (!op)
		return KORCH_E_NOMEM;
	int code = agent->ops->list(agent->self, on_list, op);
	if (code < 0)
		korch__op_end(op, &ignored);
	return code;
}
