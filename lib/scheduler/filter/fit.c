/* NodeResourcesFit and NodePorts. */
#include "scheduler/filter/fit.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/state/nominate.h"
#include <string.h>

int64_t korch__resource_free(const korch_scheduler *s, uint32_t resource, uint32_t slot,
                             int32_t priority)
{
	int64_t left = s->alloc[resource][slot] - s->used[resource][slot];
	return s->slots.items[slot]->n_nominated == 0
	           ? left
	           : left - korch__nominated_amount(s, slot, resource, priority);
}

int korch__resources_fit(const korch_scheduler *s, const sched_shape *shape, uint32_t slot)
{
	const sched_slot *at = s->slots.items[slot];
	if (at->n_nominated == 0) {
		if (s->used[RES_PODS][slot] >= s->alloc[RES_PODS][slot])
			return 0;
		for (size_t i = 0; i < shape->needs.n; i++) {
			const sched_need *need = &shape->needs.items[i];
			if (need->amount > s->alloc[need->resource][slot] - s->used[need->resource][slot])
				return 0;
		}
	} else {
		if (korch__resource_free(s, RES_PODS, slot, shape->priority) < 1)
			return 0;
		for (size_t i = 0; i < shape->needs.n; i++) {
			const sched_need *need = &shape->needs.items[i];
			if (need->amount > korch__resource_free(s, need->resource, slot, shape->priority))
				return 0;
		}
	}
	return (shape->device_share == 0 && shape->device_count == 0) || korch__devices_fit(at, shape);
}

static int is_any(const char *ip)
{
	return !ip[0] || strcmp(ip, "0.0.0.0") == 0;
}

static int port_collides(const sched_port *a, const sched_port *b)
{
	return a->port == b->port && strcmp(a->protocol, b->protocol) == 0 &&
	       (is_any(a->ip) || is_any(b->ip) || strcmp(a->ip, b->ip) == 0);
}

int korch__ports_collide(const sched_shape *a, const sched_shape *b)
{
	for (size_t i = 0; i < a->ports.n; i++) {
		for (size_t j = 0; j < b->ports.n; j++) {
			if (port_collides(&a->ports.items[i], &b->ports.items[j]))
				return 1;
		}
	}
	return 0;
}

int korch__ports_free(const korch_scheduler *s, const sched_shape *shape, uint32_t slot)
{
	const sched_slot *at = s->slots.items[slot];
	for (size_t i = 0; at->n_ports > 0 && i < at->pods.n; i++) {
		if (korch__ports_collide(shape, at->pods.items[i]->shape))
			return 0;
	}
	return at->n_nominated == 0 || !korch__nominated_ports_collide(s, slot, shape);
}
