/* NodeResourcesFit and NodePorts. */
#include "scheduler/filter/fit.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/state/nominate.h"
#include <string.h>

int korch__resources_fit(const korch_scheduler *s, const sched_shape *shape, uint32_t slot)
{
	if (s->used[RES_PODS][slot] >= s->alloc[RES_PODS][slot])
		return 0;
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		if (need->amount > korch__resource_free(s, need->resource, slot))
			return 0;
	}
	return (shape->device_share == 0 && shape->device_count == 0) ||
	       korch__devices_fit(s->slots.items[slot], shape);
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
	if (at->n_ports == 0)
		return 1;
	for (size_t i = 0; i < at->pods.n; i++) {
		const sched_pod *pod = at->pods.items[i];
		if (!pod->hidden && korch__ports_collide(shape, pod->shape))
			return 0;
	}
	for (const sched_nomination *one = at->nominated; one; one = one->next) {
		if (!one->pod->hidden && korch__ports_collide(shape, one->pod->shape))
			return 0;
	}
	return 1;
}
