/* Finding room for a pod among given nodes: where it fits, or would when another one moved away. */
#ifndef KORCH_SCHEDULER_WHATIF_ROOM_H
#define KORCH_SCHEDULER_WHATIF_ROOM_H

#include "scheduler/whatif/plan.h"

/* Nodes that pods may go to. */
typedef struct plan_field {
	uint32_t *slots;
	size_t n;
	/* By slot: how great the nodes are. One without pods is used only by those of a smaller one.
	 * NULL: that does not matter */
	const double *sizes;
} plan_field;

/* A pod that leaves its node, with its class, which is kept until the end. */
typedef struct plan_leaver {
	sched_pod *pod;
	sched_class *class_;
	double share; /* of its node, of the resource that it needs most of */
} plan_leaver;

/* The greatest part of its node's allocatable that the pod requests, of any resource. */
double korch__plan_share(const korch_scheduler *s, const sched_pod *pod);
/* The pods of a slot that draining moves, the greatest first; the caller frees the list by
 * korch__plan_leave_out(). 0 or KORCH_E_NOMEM. */
int korch__plan_leavers(plan_leaver **out, size_t *n, sched_plan *plan, const sched_slot *slot);
void korch__plan_leave_out(plan_leaver *list, size_t n);
/* Pods of a slot that draining moves. */
size_t korch__plan_count(const sched_slot *slot);

/* A look at the numbers that most nodes fail at. */
static inline int korch__plan_has_room(const korch_scheduler *s, const sched_shape *shape,
                                       uint32_t slot)
{
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		if (need->amount > s->alloc[need->resource][slot] - s->used[need->resource][slot])
			return 0;
	}
	return s->used[RES_PODS][slot] < s->alloc[RES_PODS][slot];
}
/* All nodes, in the order of ties; the caller frees the slots. 0 or KORCH_E_NOMEM. */
int korch__plan_field(plan_field *out, const korch_scheduler *s);

/* The node of the field on which least is left over with the pod, which is off its own node; NONE:
 * there is none, or memory is short (*failed is set then). */
uint32_t korch__plan_choose(sched_plan *plan, const plan_leaver *one, const plan_field *field,
                            int *failed);
/*
 * Makes room by moving one pod of a node of the field to another one; moves the pod there then. It
 * is on its own node, which is closed. 1: done, 0, or KORCH_E_NOMEM.
 */
int korch__plan_push(sched_plan *plan, const plan_leaver *one, const plan_field *field);

/* splitmix64 (Steele, Lea and Flood, 2014). */
static inline uint64_t korch__plan_draw(uint64_t *dice)
{
	uint64_t z = *dice += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}
/* Uniform in [0, 1). */
static inline double korch__plan_unit(uint64_t *dice)
{
	return (double)(korch__plan_draw(dice) >> 11) * 0x1p-53;
}

#endif
