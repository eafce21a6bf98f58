/* What pods add to their node's columns; sums that no column could hold are refused. */
#include "scheduler/shape/shape.h"
#include "scheduler/state/nominate.h"

static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

void korch__account(korch_scheduler *s, const sched_pod *pod, int64_t sign)
{
	const sched_shape *shape = pod->shape;
	sched_slot *slot = s->slots.items[pod->slot];
	uint32_t i = pod->slot;
	for (size_t k = 0; k < shape->needs.n; k++) {
		const sched_need *need = &shape->needs.items[k];
		s->used[need->resource][i] = plus(s->used[need->resource][i], sign * need->amount);
	}
	s->used[RES_PODS][i] += sign;
	s->score_cpu[i] = plus(s->score_cpu[i], sign * shape->score_cpu);
	s->score_memory[i] = plus(s->score_memory[i], sign * shape->score_memory);
	korch__columns_settle(s, i);
	slot->n_ports = (uint32_t)(slot->n_ports + (uint32_t)sign * (uint32_t)shape->ports.n);
}

/* 1: there would be more than half of what fits into a column; those who keep room there may have
 * the other half. */
static int is_too_much(int64_t there, int64_t more)
{
	return more > SUM_MAX || there > SUM_MAX - more;
}

static int refuse(const korch_scheduler *s, const sched_slot *slot, uint32_t resource,
                  korch_error **err)
{
	return korch_error_set(err, KORCH_E_LIMIT, "node %s: requests of %s add up to more than %lld",
	                       slot->name, s->resources[resource], (long long)SUM_MAX);
}

int korch__account_check(const korch_scheduler *s, const sched_pod *pod, const char *node,
                         korch_error **err)
{
	const sched_slot nobody = {.name = node}, *known = korch__slot_get(s, node),
	                 *slot = known ? known : &nobody;
	const sched_pod *old = known ? korch__table_get(&s->pod_table, pod->id) : NULL;
	for (size_t k = 0; k < pod->shape->needs.n; k++) {
		const sched_need *need = &pod->shape->needs.items[k];
		int64_t there = known ? s->used[need->resource][known->index] : 0;
		if (old && old->slot == known->index)
			there -= korch__shape_need(old->shape, need->resource);
		if (is_too_much(there, need->amount))
			return refuse(s, slot, need->resource, err);
	}
	return korch__slot_check_room(s, node, err);
}

int korch__account_check_nominated(const korch_scheduler *s, const sched_pod *pod, const char *node,
                                   korch_error **err)
{
	const sched_slot nobody = {.name = node}, *known = korch__slot_get(s, node),
	                 *slot = known ? known : &nobody;
	for (size_t k = 0; k < pod->shape->needs.n; k++) {
		const sched_need *need = &pod->shape->needs.items[k];
		int64_t there = 0;
		for (const sched_nomination *one = slot->nominated; one; one = one->next)
			there += korch__shape_need(one->pod->shape, need->resource);
		if (is_too_much(there, need->amount))
			return refuse(s, slot, need->resource, err);
	}
	return korch__slot_check_room(s, node, err);
}
