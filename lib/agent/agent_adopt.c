/* What an earlier process left on the runtime: pods that still exist are adopted, others are
 * removed before anything starts. */
#include "agent/agent_internal.h"
#include "base/log.h"
#include <stdlib.h>
#include <string.h>

#define LIST_RETRY_US KORCH_USEC_PER_SEC

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
	int is_lost;
	int is_done; /* adopted, or being removed */
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
	                    korch__strdup(korch__text_or_empty(report->address)), report->lost};
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

/* By pod and name, the newest run first. */
static int compare_found(const void *a, const void *b)
{
	const found_container *x = a;
	const found_container *y = b;
	int order = strcmp(x->sandbox_id, y->sandbox_id);
	if (order == 0)
		order = strcmp(x->name, y->name);
	if (order == 0)
		order = (x->report.restart_count < y->report.restart_count) -
		        (x->report.restart_count > y->report.restart_count);
	return order;
}

/* The first of a container of a pod, its newest run; NULL: the runtime has none. */
static const found_container *find_newest(const struct agent_found *found, const char *sandbox_id,
                                          const char *name)
{
	size_t low = 0;
	size_t high = found->containers.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const found_container *it = &found->containers.items[middle];
		int order = strcmp(it->sandbox_id, sandbox_id);
		if (order == 0)
			order = strcmp(it->name, name);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	const found_container *it = &found->containers.items[low];
	int is_it = low < found->containers.n && strcmp(it->sandbox_id, sandbox_id) == 0 &&
	            strcmp(it->name, name) == 0;
	return is_it ? it : NULL;
}

/* Without a list nothing may be started: it could be running. */
static void list_failed(korch_agent *agent, int code)
{
	korch__log(KORCH_LOG_ERROR, "agent", "the runtime cannot list what runs: %s; it is asked again",
	           korch_code_text(code));
	korch_timer_set(agent->list_timer, korch_loop_now(agent->loop) + LIST_RETRY_US);
}

void korch__agent_list_again(void *userdata)
{
	korch_agent *agent = userdata;
	int code = korch__agent_list(agent);
	if (code < 0)
		list_failed(agent, code);
}

static void list_done(korch_agent *agent, struct agent_found *found)
{
	agent->listing = 0;
	agent->found = found;
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
	if (code == 0 && found->containers.n)
		qsort(found->containers.items, found->containers.n, sizeof(found_container), compare_found);
	if (code == 0) {
		list_done(agent, found);
		return;
	}
	korch__found_free(found);
	list_failed(agent, code);
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

/* How the run before the newest one ended: as the object tells, or as the runtime remembers when
 * the host program ended before that was stored. */
static int adopt_last_state(korch_agent *agent, agent_worker *worker, size_t k,
                            const found_container *newest)
{
	const struct agent_found *found = agent->found;
	const korch_container_status *status = korch__pod_container_status(worker->pod, k);
	korch__container_facts *facts = &worker->containers[k];
	const found_container *before = newest + 1;
	int is_stored = status && status->restart_count >= newest->report.restart_count;
	int is_kept = before < found->containers.items + found->containers.n &&
	              strcmp(before->sandbox_id, newest->sandbox_id) == 0 &&
	              strcmp(before->name, newest->name) == 0;
	korch_container_state *state = NULL;
	if (is_stored || !is_kept) {
		state = status ? korch_block_ref(status->last_state) : NULL;
	} else {
		const korch__pod_input in = {.pod = worker->pod,
		                             .containers = worker->containers,
		                             .runtime_name = agent->ops->name,
		                             .intern = agent->intern};
		korch__facts_adopt(facts, &before->report, "");
		state = korch__terminated_state(&in, k);
		korch__facts_fini(facts);
		if (!state)
			return KORCH_E_NOMEM;
	}
	if (!state)
		return 0;
	if (!korch__facts_past(facts)) {
		korch_block_unref(state);
		return KORCH_E_NOMEM;
	}
	korch_block_take(&facts->past->last_state, state);
	return 0;
}

static int adopt_container(korch_agent *agent, agent_worker *worker, size_t k,
                           const found_container *it)
{
	const korch_container_status *status = korch__pod_container_status(worker->pod, k);
	const char *image =
	    status && status->image ? status->image : korch__pod_container(worker->pod, k)->image;
	korch__container_facts *facts = &worker->containers[k];
	korch__facts_fini(facts);
	if (adopt_last_state(agent, worker, k, it) < 0)
		return KORCH_E_NOMEM;
	korch__facts_adopt(facts, &it->report, image);
	if (status && status->restart_count == it->report.restart_count)
		korch__facts_seed_backoff(facts, status);
	/* Its probes have said so before; they are asked again from now on. */
	if (status && status->started)
		facts->startup = KORCH__PROBE_GOOD;
	if (status && status->ready)
		facts->readiness = KORCH__PROBE_GOOD;
	return 0;
}

static int adopt_containers(korch_agent *agent, agent_worker *worker, const found_sandbox *sandbox)
{
	for (size_t k = 0; k < worker->n; k++) {
		const char *name = korch__text_or_empty(korch__pod_container(worker->pod, k)->name);
		const found_container *it = find_newest(agent->found, sandbox->id, name);
		if (it && adopt_container(agent, worker, k, it) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Short of memory nothing is taken over by half: it would be started a second time. */
static int adopt(korch_agent *agent, const korch_pod *pod, const found_sandbox *sandbox)
{
	agent_worker *worker = korch__worker_new(agent, pod);
	if (!worker)
		return KORCH_E_NOMEM;
	worker->address = korch__address_parse(sandbox->address);
	korch__addresses_claim(&agent->addresses, worker->address);
	if (agent->shutdown)
		korch__worker_request(agent, worker, 0);
	/* What the object tells of its containers is all that is known; the sandbox is made again. */
	if (sandbox->is_lost)
		return 0;
	worker->sandbox = KORCH__SANDBOX_READY;
	if (adopt_containers(agent, worker, sandbox) == 0)
		return 0;
	korch__worker_free(agent, worker);
	return KORCH_E_NOMEM;
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

/* What is left of a pod that was being stopped in order when the host program was killed. */
static int is_stopped_rest(const korch_agent *agent, const korch_pod *pod,
                           const found_sandbox *sandbox)
{
	korch_usec at = korch__node_stopped(agent, korch__agent_node_of(agent, pod));
	if (sandbox->is_lost || !korch__pod_was_stopped(pod, at))
		return 0;
	for (size_t k = 0; k < korch__pod_containers(pod); k++) {
		const char *name = korch__text_or_empty(korch__pod_container(pod, k)->name);
		const found_container *it = find_newest(agent->found, sandbox->id, name);
		if (it && it->report.phase != KORCH_CONTAINER_EXITED)
			return 0;
		const korch_container_status *status = korch__pod_container_status(pod, k);
		int ran = status && status->state && status->state->running;
		if (it && ran && it->report.finished_us < at)
			return 0;
	}
	return 1;
}

/* One that no pod of ours has goes. */
static int deal_with(korch_agent *agent, const korch_view *view, const found_sandbox *sandbox)
{
	const korch_object *object = korch_view_get_uid(view, sandbox->id);
	const korch_pod *pod =
	    object && object->kind == &korch_pod_kind ? (const korch_pod *)object : NULL;
	int is_ours = korch__agent_node_of(agent, pod) != SIZE_MAX;
	if (is_ours && !is_stopped_rest(agent, pod, sandbox))
		return adopt(agent, pod, sandbox);
	korch__agent_remove_leftover(agent, sandbox->id);
	return 0;
}

int korch__agent_adopt(korch_agent *agent, const korch_view *view)
{
	struct agent_found *found = agent->found;
	if (agent->listing)
		return 1;
	for (size_t i = 0; found && i < found->sandboxes.n; i++) {
		found_sandbox *sandbox = &found->sandboxes.items[i];
		int code = sandbox->is_done ? 0 : deal_with(agent, view, sandbox);
		if (code < 0)
			return code;
		sandbox->is_done = 1;
	}
	if (found)
		korch__agent_sweep(agent, view);
	agent->found = NULL;
	korch__found_free(found);
	if (found)
		korch__agent_check_shutdown(agent);
	return agent->removing > 0;
}
