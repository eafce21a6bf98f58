/* Probes of the agent's pods: all wait in one heap with one timer; results change what is known of
 * containers. */
#include "agent/agent_internal.h"
#include "agent/probe.h"
#include "agent/probe_run.h"
#include <string.h>

enum { STARTUP, READINESS, LIVENESS, TYPES };

typedef struct probe_slot {
	korch_heap_node node; /* first: the heap's entries are slots */
	korch_agent *agent;
	agent_worker *worker;
	korch__probe_state state;
	korch__probe_run *run; /* under way, or NULL */
	int32_t restart_count; /* of the run of the container that is asked */
	uint16_t container;
	uint8_t type;
	uint8_t active;
} probe_slot;

struct korch__prober {
	size_t n;
	probe_slot slots[];
};

static const korch_probe *probe_of(const probe_slot *slot)
{
	const korch_container *container = korch__pod_container(slot->worker->pod, slot->container);
	return slot->type == STARTUP     ? container->startup_probe
	       : slot->type == READINESS ? container->readiness_probe
	                                 : container->liveness_probe;
}

static const korch_probe *probe_at(const korch_container *container, int type)
{
	return type == STARTUP     ? container->startup_probe
	       : type == READINESS ? container->readiness_probe
	                           : container->liveness_probe;
}

static void set_timer(korch_agent *agent)
{
	const korch_heap_node *first = korch__heap_first(&agent->probes);
	korch_timer_set(agent->probe_timer, first ? first->when : KORCH_USEC_NEVER);
}

static void schedule(probe_slot *slot)
{
	slot->node.when = slot->state.due_us;
	if (korch__heap_insert(&slot->agent->probes, &slot->node) < 0)
		slot->active = 0; /* begun anew with the next decision */
	set_timer(slot->agent);
}

static void note_failure(probe_slot *slot, const char *message)
{
	static const char *const names[] = {"Startup", "Readiness", "Liveness"};
	korch__worker_note(slot->agent, slot->worker, "Warning", "Unhealthy", "%s probe failed: %s",
	                   names[slot->type], message);
}

/* What counts now is put where the decision reads it. */
static void publish(const probe_slot *slot)
{
	korch__container_facts *facts = &slot->worker->containers[slot->container];
	uint8_t *to = slot->type == STARTUP     ? &facts->startup
	              : slot->type == READINESS ? &facts->readiness
	                                        : &facts->liveness;
	*to = slot->state.result;
}

static void on_answer(void *userdata, int good, const char *message)
{
	probe_slot *slot = userdata;
	const korch_probe *probe = probe_of(slot);
	korch_usec now = korch_loop_now(slot->agent->loop);
	slot->run = NULL;
	if (!slot->active || !probe)
		return;
	int news = korch__probe_answer(&slot->state, probe, good, now);
	if (!good && (news || slot->state.streak == 1)) {
		note_failure(slot, message);
		if (!news)
			korch__worker_request(slot->agent, slot->worker, 0);
	}
	/* After its verdict a startup probe is not asked again, and a liveness probe not after a bad
	 * one. */
	int last = slot->type == STARTUP    ? slot->state.result != KORCH__PROBE_UNKNOWN
	           : slot->type == LIVENESS ? slot->state.result == KORCH__PROBE_BAD
	                                    : 0;
	if (!last)
		schedule(slot);
	if (!news)
		return;
	publish(slot);
	korch__worker_request(slot->agent, slot->worker, 0);
}

static void ask(probe_slot *slot)
{
	korch_agent *agent = slot->agent;
	const korch_probe *probe = probe_of(slot);
	const korch_container *container = korch__pod_container(slot->worker->pod, slot->container);
	static const char *const names[] = {"startup", "readiness", "liveness"};
	char address[KORCH__ADDRESS_TEXT], id[AGENT_ID_MAX];
	if (!probe)
		return;
	korch__address_text(address, slot->worker->address);
	korch__container_id(id, sizeof(id), "", slot->worker->pod, container->name,
	                    slot->restart_count);
	const korch__probe_target target = {
	    .loop = agent->loop,
	    .runtime = agent->runtime,
	    .http = agent->http,
	    .address = *address ? address : "127.0.0.1",
	    .container_id = id,
	    .container = container,
	    .type = names[slot->type],
	    .exec = probe->exec,
	    .http_get = probe->http_get,
	    .tcp_socket = probe->tcp_socket,
	    .grpc = probe->grpc,
	    .timeout_us = korch__probe_timeout(probe),
	};
	int code = korch__probe_start(&slot->run, &target, on_answer, slot);
	if (code == 0)
		return;
	slot->run = NULL;
	slot->state.due_us = korch_loop_now(agent->loop) + KORCH_USEC_PER_SEC;
	schedule(slot);
}

static void on_due(void *userdata)
{
	korch_agent *agent = userdata;
	korch_usec now = korch_loop_now(agent->loop);
	korch_heap_node *first;
	while ((first = korch__heap_first(&agent->probes)) && first->when <= now) {
		korch__heap_remove(&agent->probes, first);
		ask((probe_slot *)first);
	}
	set_timer(agent);
}

static void deactivate(probe_slot *slot)
{
	korch__heap_remove(&slot->agent->probes, &slot->node);
	korch__probe_cancel(slot->run);
	slot->run = NULL;
	slot->active = 0;
}

static void activate(probe_slot *slot)
{
	const korch__container_facts *facts = &slot->worker->containers[slot->container];
	korch__probe_begin(&slot->state, probe_of(slot), facts->started_us);
	/* Of a pod that was adopted the first delay is over. */
	if (slot->state.due_us < korch_loop_now(slot->agent->loop))
		slot->state.due_us = korch_loop_now(slot->agent->loop);
	slot->restart_count = facts->restart_count;
	slot->active = 1;
	schedule(slot);
}

static int make(korch_agent *agent, agent_worker *worker)
{
	size_t n = 0;
	for (size_t i = 0; i < worker->n; i++)
		for (int type = 0; type < TYPES; type++)
			n += probe_at(korch__pod_container(worker->pod, i), type) != NULL;
	struct korch__prober *prober = korch__calloc(1, sizeof(*prober) + n * sizeof(probe_slot));
	if (!prober)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < worker->n; i++) {
		for (int type = 0; type < TYPES; type++) {
			if (!probe_at(korch__pod_container(worker->pod, i), type))
				continue;
			prober->slots[prober->n++] = (probe_slot){.node = {.index = SIZE_MAX},
			                                          .agent = agent,
			                                          .worker = worker,
			                                          .container = (uint16_t)i,
			                                          .type = (uint8_t)type};
		}
	}
	worker->prober = prober;
	return 0;
}

static int begin(korch_agent *agent)
{
	if (agent->probe_timer)
		return 0;
	if (!agent->http && korch__http_new(&agent->http, agent->loop) < 0)
		return KORCH_E_NOMEM;
	return korch_timer_new(&agent->probe_timer, agent->loop, on_due, agent);
}

int korch__worker_probes(korch_agent *agent, agent_worker *worker, const uint8_t *wanted, size_t n)
{
	static const uint8_t bits[] = {KORCH__WANT_STARTUP, KORCH__WANT_READINESS,
	                               KORCH__WANT_LIVENESS};
	if (n == 0)
		return 0;
	int code = begin(agent);
	if (code == 0 && !worker->prober)
		code = make(agent, worker);
	if (code < 0)
		return code;
	for (size_t i = 0; i < worker->prober->n; i++) {
		probe_slot *slot = &worker->prober->slots[i];
		int want =
		    slot->container < n && (wanted[slot->container] & bits[slot->type]) && probe_of(slot);
		int stale = slot->restart_count != worker->containers[slot->container].restart_count;
		if (slot->active && (!want || stale))
			deactivate(slot);
		if (want && !slot->active)
			activate(slot);
	}
	set_timer(agent);
	return 0;
}

void korch__worker_probes_free(agent_worker *worker)
{
	for (size_t i = 0; worker->prober && i < worker->prober->n; i++)
		deactivate(&worker->prober->slots[i]);
	korch__free(worker->prober);
	worker->prober = NULL;
}

void korch__agent_probes_fini(korch_agent *agent)
{
	korch_timer_free(agent->probe_timer);
	korch__heap_fini(&agent->probes);
	korch__http_free(agent->http);
}
