/*
 * What a pod needs of its node: effective requests (containers, init containers, sidecars,
 * overhead, pod-level requests) and host ports. Kubernetes' rule of adding them up.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "object/quantity.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/shape/shape.h"
#include <string.h>

/* What a container without requests counts for in the score: Kubernetes' DefaultMilliCPURequest and
 * DefaultMemoryRequest. */
#define SCORE_CPU ((korch__wide)KORCH__NANO / 10)
#define SCORE_MEMORY ((korch__wide)KORCH__NANO * 200 * 1024 * 1024)

/* Amounts by resource in billionths, for Kubernetes rounds the sum and not what is added up; those
 * behind n are 0. Most pods name two or three resources. */
typedef struct amounts {
	uint32_t n;
	korch__wide of[KORCH_SCHEDULER_RESOURCES_MAX];
} amounts;

/* Where requests are added up, and how: with or without what counts for the score alone. */
typedef struct adding {
	korch_scheduler *s;
	int for_score;
	int *is_partial; /* set when a container leaves processor or memory open */
	korch_error **err;
} adding;

static korch__wide plus(korch__wide a, korch__wide b)
{
	korch__wide sum;
	return __builtin_add_overflow(a, b, &sum) ? KORCH__QUANTITY_MAX : sum;
}

static korch__wide *amount_at(amounts *a, uint32_t resource)
{
	while (a->n <= resource)
		a->of[a->n++] = 0;
	return &a->of[resource];
}

static korch__wide amount(const amounts *a, uint32_t resource)
{
	return resource < a->n ? a->of[resource] : 0;
}

/* In thousandths of cpu and units of others, rounded up. */
static int64_t rounded(const amounts *a, uint32_t resource)
{
	korch_quantity sum = {0};
	korch__quantity_set(&sum, amount(a, resource));
	return resource == RES_CPU ? korch_quantity_milli(&sum) : korch_quantity_value(&sum);
}

static int refuse(korch_error **err, const char *resource, const char *text, const char *what)
{
	int code = korch_error_set(err, KORCH_E_INVALID, "%s \"%s\"", what, text);
	korch_error_prefix_path(err, resource);
	korch_error_prefix_path(err, "resources.requests");
	return code;
}

/* The number and the amount of one entry of a map of quantities. */
static int read_entry(uint32_t *resource, korch__wide *value, const adding *in,
                      const korch_map_entry *entry)
{
	const char *text = korch__text_or_empty(entry->value);
	korch_quantity quantity;
	if (korch_quantity_parse(&quantity, text, NULL) < 0)
		return refuse(in->err, entry->key, text, "not a quantity:");
	if (korch_quantity_sign(&quantity) < 0)
		return refuse(in->err, entry->key, text, "must be 0 or more:");
	*resource = korch__resource_number(in->s, entry->key);
	if (*resource == NONE)
		return in->s->n_resources == KORCH_SCHEDULER_RESOURCES_MAX
		           ? korch_error_set(in->err, KORCH_E_LIMIT, "too many resources: at most %d",
		                             KORCH_SCHEDULER_RESOURCES_MAX)
		           : korch_error_set(in->err, KORCH_E_NOMEM, "out of memory");
	*value = korch__quantity_nano(&quantity);
	return 0;
}

/* Adds a map of quantities; `replace`: sets them instead. */
static int add_map(const adding *in, amounts *to, const korch_map *map, int replace)
{
	for (size_t i = 0; map && i < map->n; i++) {
		uint32_t resource = 0;
		korch__wide value = 0;
		int code = read_entry(&resource, &value, in, &map->items[i]);
		if (code < 0)
			return code;
		korch__wide *at = amount_at(to, resource);
		*at = replace ? value : plus(*at, value);
	}
	return 0;
}

/* The requests of a container; a limit without a request is one. */
static int add_container(const adding *in, amounts *to, const korch_container *container)
{
	const korch_resource_requirements *resources = container->resources;
	const korch_map *requests = resources ? resources->requests : NULL;
	const korch_map *limits = resources ? resources->limits : NULL;
	int code = add_map(in, to, requests, 0);
	for (size_t i = 0; code == 0 && limits && i < limits->n; i++) {
		uint32_t resource = 0;
		korch__wide value = 0;
		if (korch_map_get(requests, limits->items[i].key))
			continue;
		code = read_entry(&resource, &value, in, &limits->items[i]);
		if (code == 0)
			*amount_at(to, resource) = plus(amount(to, resource), value);
	}
	if (code < 0)
		return code;
	int no_cpu = !korch_map_get(requests, "cpu") && !korch_map_get(limits, "cpu");
	int no_memory = !korch_map_get(requests, "memory") && !korch_map_get(limits, "memory");
	*in->is_partial |= no_cpu || no_memory;
	if (in->for_score && no_cpu)
		*amount_at(to, RES_CPU) = plus(amount(to, RES_CPU), SCORE_CPU);
	if (in->for_score && no_memory)
		*amount_at(to, RES_MEMORY) = plus(amount(to, RES_MEMORY), SCORE_MEMORY);
	return 0;
}

/* Init containers run one after the other beside the sidecars that were started before them. */
static int add_init(const adding *in, amounts *sum, const korch_pod_spec *spec)
{
	_cleanup_free_ amounts *room = korch__calloc(3, sizeof(*room));
	if (!room)
		return korch_error_set(in->err, KORCH_E_NOMEM, "out of memory");
	amounts *sidecars = &room[0], *peak = &room[1], *one = &room[2];
	for (size_t i = 0; i < spec->n_init_containers; i++) {
		const korch_container *container = &spec->init_containers[i];
		*one = *sidecars;
		int code = add_container(in, one, container);
		if (code < 0)
			return code;
		for (uint32_t r = 0; r < one->n; r++) {
			if (one->of[r] > amount(peak, r))
				*amount_at(peak, r) = one->of[r];
		}
		if (korch__text_equal(container->restart_policy, "Always"))
			*sidecars = *one;
	}
	for (uint32_t r = 0; r < peak->n; r++) {
		korch__wide running = plus(amount(sum, r), amount(sidecars, r));
		*amount_at(sum, r) = running > peak->of[r] ? running : peak->of[r];
	}
	return 0;
}

static int add_all(const adding *in, amounts *sum, const korch_pod_spec *spec)
{
	int code = 0;
	sum->n = 0;
	for (size_t i = 0; code == 0 && i < spec->n_containers; i++)
		code = add_container(in, sum, &spec->containers[i]);
	if (code == 0 && spec->n_init_containers > 0)
		code = add_init(in, sum, spec);
	if (code == 0 && spec->resources)
		code = add_map(in, sum, spec->resources->requests, 1);
	return code == 0 ? add_map(in, sum, spec->overhead, 0) : code;
}

static int add_ports(sched_shape *shape, const korch_pod_spec *spec,
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
			if (number > 0 && korch__vec_push(&shape->ports, port) < 0)
				return KORCH_E_NOMEM;
		}
	}
	return 0;
}

static int fill_ports(sched_shape *shape)
{
	const korch_pod_spec *spec = shape->spec;
	if (add_ports(shape, spec, spec->containers, spec->n_containers) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < spec->n_init_containers; i++) {
		const korch_container *container = &spec->init_containers[i];
		if (korch__text_equal(container->restart_policy, "Always") &&
		    add_ports(shape, spec, container, 1) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* The fixed resources in their order, then the others by name: so reasons are always told alike. */
static int goes_before(const korch_scheduler *s, uint32_t a, uint32_t b)
{
	if (a < RES_FIXED || b < RES_FIXED)
		return a < b;
	return strcmp(s->resources[a], s->resources[b]) < 0;
}

/* There is room for it. */
static void put_need(const korch_scheduler *s, sched_shape *shape, sched_need need)
{
	sched_need *items = shape->needs.items;
	size_t i = shape->needs.n++;
	for (; i > 0 && goes_before(s, need.resource, items[i - 1].resource); i--)
		items[i] = items[i - 1];
	items[i] = need;
}

static int fill_needs(const korch_scheduler *s, sched_shape *shape, const amounts *sum)
{
	if (korch__vec_reserve(&shape->needs, sum->n) < 0)
		return KORCH_E_NOMEM;
	for (uint32_t r = 0; r < sum->n; r++) {
		sched_need need = {.resource = r, .amount = rounded(sum, r)};
		if (need.amount <= 0 || r == RES_PODS || korch__device_need(s, shape, r, need.amount))
			continue;
		put_need(s, shape, need);
	}
	return 0;
}

int korch__needs_fill(korch_scheduler *s, sched_shape *shape, korch_error **err)
{
	amounts sum;
	int is_partial = 0;
	adding in = {.s = s, .is_partial = &is_partial, .err = err};
	int code = add_all(&in, &sum, shape->spec);
	if (code == 0 && (fill_needs(s, shape, &sum) < 0 || fill_ports(shape) < 0))
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	in.for_score = 1;
	if (code == 0 && is_partial)
		code = add_all(&in, &sum, shape->spec);
	if (code < 0)
		return code;
	shape->score_cpu = rounded(&sum, RES_CPU);
	shape->score_memory = rounded(&sum, RES_MEMORY);
	return korch__device_check(s, shape, err);
}
