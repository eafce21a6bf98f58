/* What an earlier process left on the runtime: pods that still exist are adopted, others are
 * removed before anything starts. */
#include "agent/agent_internal.h"
#include "base/log.h"
#include <string.h>

typedef struct found_container {
	char *sandbox_id;
	char *name;
	char *image_id;
	char *reason;
	char *message;
	korch_container_report report; /* its strings are those above */
} found_container;

typedef struct found_sandbox {
	char *id;
	char *address;
} found_sandbox;

struct agent_found {
	KORCH_VEC(found_sandbox) sandboxes;
	KORCH_VEC(found_container) containers;
};

void korch__found_free(struct agent_found *found)
{
	if (!found)
		return;
	for (size_t i = 0; i < found->sandboxes.n; i++) {
		korch__free(found->sandboxes.items[i].id);
		korch__free(found->sandboxes.items[i].address);
	}
	for (size_t i = 0; i < found->containers.n; i++) {
		found_container *it = &found->containers.items[i];
		korch__free(it->sandbox_id);
		korch__free(it->name);
		korch__free(it->image_id);
		korch__free(it->reason);
		korch__free(it->message);
	}
	korch__vec_fini(&found->sandboxes);
	korch__vec_fini(&found->containers);
	korch__free(found);
}

static int keep_sandbox(struct agent_found *found, const korch_sandbox_report *report)
{
	found_sandbox it = {korch__strdup(report->id),
	                    korch__strdup(korch__text_or_empty(report->address))};
	if (it.id && it.address && korch__vec_push(&found->sandboxes, it) == 0)
		return 0;
	korch__free(it.id);
	korch__free(it.address);
	return KORCH_E_NOMEM;
}

static int keep_container(struct agent_found *found, const korch_container_report *report)
{
	if (korch__vec_reserve(&found->containers, 1) < 0)
		return KORCH_E_NOMEM;
	found_container *it = &found->containers.items[found->containers.n++];
	*it = (found_container){
	    .sandbox_id = korch__strdup(report->sandbox_id),
	    .name = korch__strdup(report->name),
	    .image_id = korch__strdup(korch__text_or_empty(report->image_id)),
	    .reason = korch__strdup(korch__text_or_empty(report->reason)),
	    .message = korch__strdup(korch__text_or_empty(report->message)),
	    .report = *report,
	};
	it->report.id = "";
	it->report.sandbox_id = it->sandbox_id;
	it->report.name = it->name;
	it->report.image_id = it->image_id;
	it->report.reason = it->reason;
	it->report.message = it->message;
	int whole = it->sandbox_id && it->name && it->image_id && it->reason && it->message;
	return whole ? 0 : KORCH_E_NOMEM;
}

static void list_done(korch_agent *agent, struct agent_found *found, int code)
{
	agent->listing = 0;
	agent->found = found;
	if (code < 0)
		korch__log(KORCH_LOG_ERROR, "agent", "the runtime cannot list what runs: %s",
		           korch_code_text(code));
	korch__agent_release(agent);
	korch_controller_request(agent->leases, "", agent->nodes[0].name, 0);
}

static void on_list(void *userdata, int code, const korch_runtime_list *list)
{
	korch_agent *agent;
	korch__op_end(userdata, &agent);
	if (!agent)
		return;
	struct agent_found *found = code == 0 ? korch__calloc(1, sizeof(*found)) : NULL;
	if (code == 0 && !found)
		code = KORCH_E_NOMEM;
	for (size_t i = 0; code == 0 && i < list->n_sandboxes; i++)
		code = keep_sandbox(found, &list->sandboxes[i]);
	for (size_t i = 0; code == 0 && i < list->n_containers; i++)
		code = keep_container(found, &list->containers[i]);
	list_done(agent, found, code);
}

int korch__agent_list(korch_agent *agent)
{
	const korch__pod_op none = {0};
	korch_agent *ignored;
	agent_op *op = korch__op_new(agent, NULL, &none);
	if (!op)
		return KORCH_E_NOMEM;
	int code = agent->ops->list(agent->self, on_list, op);
	if (code < 0)
		korch__op_end(op, &ignored);
	else
		agent->listing = 1;
	return code;
}

static int adopt(korch_agent *agent, const korch_pod *pod, const found_sandbox *sandbox)
{
	agent_worker *worker = korch__worker_new(agent, pod);
	if (!worker)
		return KORCH_E_NOMEM;
	worker->sandbox = KORCH__SANDBOX_READY;
	worker->address = korch__address_parse(sandbox->address);
	korch__addresses_claim(&agent->addresses, worker->address);
	for (size_t i = 0; i < agent->found->containers.n; i++) {
		const found_container *it = &agent->found->containers.items[i];
		size_t k = korch__pod_container_index(pod, it->name);
		if (strcmp(it->sandbox_id, sandbox->id) != 0 || k == SIZE_MAX)
			continue;
		const korch_container_status *status = korch__pod_container_status(pod, k);
		const char *image =
		    status && status->image ? status->image : korch__pod_container(pod, k)->image;
		korch__container_facts *facts = &worker->containers[k];
		korch__facts_fini(facts);
		if (status && status->last_state && korch__facts_past(facts))
			korch_block_share(&facts->past->last_state, status->last_state);
		korch__facts_adopt(facts, &it->report, image);
		/* Its probes have said so before; they are asked again from now on. */
		if (status && status->started)
			facts->startup = KORCH__PROBE_GOOD;
		if (status && status->ready)
			facts->readiness = KORCH__PROBE_GOOD;
	}
	return 0;
}

void korch__agent_release(korch_agent *agent)
{
	for (size_t i = 0; i < agent->waiting.n; i++) {
		char *key = agent->waiting.items[i];
		char *slash = strchr(key, '/');
		*slash = '\0';
		korch_controller_request(agent->pods, key, slash + 1, 0);
		korch__free(key);
	}
	korch__vec_fini(&agent->waiting);
	korch__agent_check_shutdown(agent);
}

static void on_removed(void *userdata, int code, const char *reason, const char *message)
{
	korch_agent *agent;
	korch__op_end(userdata, &agent);
	if (agent && --agent->removing == 0)
		korch__agent_release(agent);
}

void korch__agent_remove_leftover(korch_agent *agent, const char *id)
{
	const korch__pod_op none = {.kind = KORCH__OP_SANDBOX_REMOVE};
	korch_agent *ignored;
	agent_op *op = korch__op_new(agent, NULL, &none);
	korch__log(KORCH_LOG_INFO, "agent", "removing what an earlier run left: %s", id);
	if (!op)
		return;
	agent->removing++;
	if (agent->ops->sandbox_remove(agent->self, id, on_removed, op) == 0)
		return;
	agent->removing--;
	korch__op_end(op, &ignored);
}

int korch__agent_adopt(korch_agent *agent, const korch_view *view)
{
	struct agent_found *found = agent->found;
	if (agent->listing)
		return 1;
	for (size_t i = 0; found && i < found->sandboxes.n; i++) {
		const found_sandbox *sandbox = &found->sandboxes.items[i];
		const korch_object *object = korch_view_get_uid(view, sandbox->id);
		const korch_pod *pod =
		    object && object->kind == &korch_pod_kind ? (const korch_pod *)object : NULL;
		if (korch__agent_node_of(agent, pod) == SIZE_MAX || adopt(agent, pod, sandbox) < 0)
			korch__agent_remove_leftover(agent, sandbox->id);
	}
	if (found)
		korch__agent_sweep(agent, view);
	agent->found = NULL;
	korch__found_free(found);
	return agent->removing > 0;
}
