/*
 * What a pod needs of its node: effective requests (containers, init containers, sidecars,
 * overhead, pod-level requests) and host ports. Kubernetes' rule of adding them up.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state.h"
#include <korch/quantity.h>
#include <string.h>

/* What a pod without requests counts for in the score: Kubernetes' DefaultMilliCPURequest and
 * DefaultMemoryRequest. */
#define SCORE_CPU 100
#define SCORE_MEMORY ((int64_t)200 * 1024 * 1024)

/* A row of amounts by resource. */
typedef struct amounts {
	int64_t of[RES_MAX];
} amounts;

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

uint32_t korch__resource_number(korch_scheduler *s, const char *name)
{
	for (uint32_t i = 0; i < s->n_resources; i++) {
		if (strcmp(s->resources[i], name) == 0)
			return i;
	}
	if (s->n_resources == RES_MAX || korch__scheduler_widen(s, s->n_resources + 1) < 0)
		return NONE;
	char *copy = korch__strdup(name);
	if (!copy)
		return NONE;
	s->resources[s->n_resources] = copy;
	return s->n_resources++;
}

int64_t korch__resource_amount(uint32_t resource, const char *text)
{
	return resource == RES_CPU ? korch_quantity_text_milli(text) : korch_quantity_text_value(text);
}

/* Adds a map of quantities; `replace`: sets them instead. */
static int add_map(korch_scheduler *s, amounts *to, const korch_map *map, int replace)
{
	for (size_t i = 0; map && i < map->n; i++) {
		uint32_t resource = korch__resource_number(s, map->items[i].key);
		if (resource == NONE)
			return KORCH_E_NOMEM;
		int64_t amount = korch__resource_amount(resource, map->items[i].value);
		to->of[resource] = replace ? amount : add(to->of[resource], amount);
	}
	return 0;
}

/* The requests of a container; a limit without a request is one. */
static int add_container(korch_scheduler *s, amounts *to, const korch_container *container)
{
	const korch_resource_requirements *resources = container->resources;
	if (!resources)
		return 0;
	if (add_map(s, to, resources->requests, 0) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; resources->limits && i < resources->limits->n; i++) {
		const korch_map_entry *limit = &resources->limits->items[i];
		if (korch_map_get(resources->requests, limit->key))
			continue;
		uint32_t resource = korch__resource_number(s, limit->key);
		if (resource == NONE)
			return KORCH_E_NOMEM;
		to->of[resource] = add(to->of[resource], korch__resource_amount(resource, limit->value));
	}
	return 0;
}

/* Init containers run one after the other beside the sidecars that were started before them. */
static int add_init(korch_scheduler *s, amounts *sum, const korch_pod_spec *spec)
{
	_cleanup_free_ amounts *sidecars = korch__calloc(1, sizeof(*sidecars));
	_cleanup_free_ amounts *peak = korch__calloc(1, sizeof(*peak));
	_cleanup_free_ amounts *one = korch__calloc(1, sizeof(*one));
	if (!sidecars || !peak || !one)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < spec->n_init_containers; i++) {
		const korch_container *container = &spec->init_containers[i];
		int sidecar = korch__text_equal(container->restart_policy, "Always");
		*one = *sidecars;
		if (add_container(s, one, container) < 0)
			return KORCH_E_NOMEM;
		for (size_t r = 0; r < RES_MAX; r++)
			peak->of[r] = one->of[r] > peak->of[r] ? one->of[r] : peak->of[r];
		if (sidecar)
			*sidecars = *one;
	}
	for (size_t r = 0; r < RES_MAX; r++) {
		int64_t running = add(sum->of[r], sidecars->of[r]);
		sum->of[r] = running > peak->of[r] ? running : peak->of[r];
	}
	return 0;
}

static int add_all(korch_scheduler *s, amounts *sum, const korch_pod_spec *spec)
{
	for (size_t i = 0; i < spec->n_containers; i++) {
		if (add_container(s, sum, &spec->containers[i]) < 0)
			return KORCH_E_NOMEM;
	}
	if (spec->n_init_containers > 0 && add_init(s, sum, spec) < 0)
		return KORCH_E_NOMEM;
	if (spec->resources && add_map(s, sum, spec->resources->requests, 1) < 0)
		return KORCH_E_NOMEM;
	return add_map(s, sum, spec->overhead, 0);
}

static int add_ports(sched_needs *needs, const korch_pod_spec *spec,
                     const korch_container *containers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < containers[i].n_ports; j++) {
			const korch_container_port *from = &containers[i].ports[j];
			int32_t number = from->host_port > 0  ? from->host_port
			                 : spec->host_network ? from->container_port
			                                      : 0;
			const char *protocol = from->protocol && from->protocol[0] ? from->protocol : "TCP";
			sched_port port = {
			    .ip = korch__text_or_empty(from->host_ip), .protocol = protocol, .port = number};
			if (number > 0 && korch__vec_push(&needs->ports, port) < 0)
				return KORCH_E_NOMEM;
		}
	}
	return 0;
}

static int fill(korch_scheduler *s, sched_needs *needs, const korch_pod_spec *spec)
{
	_cleanup_free_ amounts *sum = korch__calloc(1, sizeof(*sum));
	if (!sum || add_all(s, sum, spec) < 0)
		return KORCH_E_NOMEM;
	for (uint32_t r = 0; r < s->n_resources; r++) {
		sched_need need = {.resource = r, .amount = sum->of[r]};
		if (sum->of[r] > 0 && r != RES_PODS && korch__vec_push(&needs->items, need) < 0)
			return KORCH_E_NOMEM;
	}
	needs->score_cpu = sum->of[RES_CPU] > 0 ? sum->of[RES_CPU] : SCORE_CPU;
	needs->score_memory = sum->of[RES_MEMORY] > 0 ? sum->of[RES_MEMORY] : SCORE_MEMORY;
	if (add_ports(needs, spec, spec->containers, spec->n_containers) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < spec->n_init_containers; i++) {
		const korch_container *container = &spec->init_containers[i];
		if (korch__text_equal(container->restart_policy, "Always") &&
		    add_ports(needs, spec, container, 1) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

sched_needs *korch__needs_new(korch_scheduler *s, const korch_pod_spec *spec)
{
	sched_needs *needs = korch__calloc(1, sizeof(*needs));
	if (!needs)
		return NULL;
	needs->refs = 1;
	needs->spec = korch_block_ref(spec);
	if (fill(s, needs, spec) < 0) {
		korch__needs_unref(needs);
		return NULL;
	}
	return needs;
}

void korch__needs_unref(sched_needs *needs)
{
	if (!needs || --needs->refs > 0)
		return;
	korch_block_unref(needs->spec);
	korch__vec_fini(&needs->items);
	korch__vec_fini(&needs->ports);
	korch__free(needs);
}
