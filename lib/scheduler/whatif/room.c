/* Where a pod fits best, and whom it could push aside. */
#include "scheduler/whatif/room.h"
#include "base/cleanup.h"
#include "scheduler/filter/fit.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/profile/profile.h"
#include <stdlib.h>
#include <string.h>

double korch__plan_share(const korch_scheduler *s, const sched_pod *pod)
{
	double most = 0;
	for (size_t i = 0; i < pod->shape->needs.n; i++) {
		const sched_need *need = &pod->shape->needs.items[i];
		int64_t all = s->alloc[need->resource][pod->slot];
		double part = all > 0 ? (double)need->amount / (double)all : 1;
		most = part > most ? part : most;
	}
	const sched_slot *slot = s->slots.items[pod->slot];
	double part = slot->n_devices > 0
	                  ? (double)pod->shape->device_share / DEVICE_WHOLE / (double)slot->n_devices
	                  : 0;
	return part > most ? part : most;
}

static int by_share(const void *a, const void *b)
{
	const plan_leaver *x = a, *y = b;
	if (x->share > y->share || x->share < y->share)
		return x->share > y->share ? -1 : 1;
	return strcmp(x->pod->id, y->pod->id);
}

size_t korch__plan_count(const sched_slot *slot)
{
	size_t n = 0;
	for (size_t i = 0; i < slot->pods.n; i++)
		n += (size_t)korch__plan_moves(slot->pods.items[i]);
	return n;
}

int korch__plan_leavers(plan_leaver **out, size_t *n, sched_plan *plan, const sched_slot *slot)
{
	plan_leaver *list = korch__calloc(slot->pods.n + 1, sizeof(*list));
	if (!list)
		return KORCH_E_NOMEM;
	size_t found = 0;
	for (size_t i = 0; i < slot->pods.n; i++) {
		sched_pod *pod = slot->pods.items[i];
		plan_leaver *one = &list[found];
		if (!korch__plan_moves(pod))
			continue;
		if (korch__class_of_placed(&one->class_, plan->s, pod) < 0) {
			korch__plan_leave_out(list, found);
			return KORCH_E_NOMEM;
		}
		one->class_->n_waiting++;
		one->pod = pod;
		one->share = korch__plan_share(plan->s, pod);
		found++;
	}
	if (found > 1)
		qsort(list, found, sizeof(*list), by_share);
	*out = list;
	*n = found;
	return 0;
}

void korch__plan_leave_out(plan_leaver *list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		list[i].class_->n_waiting--;
	korch__free(list);
}

static int goes_before(const korch_scheduler *s, uint32_t a, uint32_t b)
{
	return s->tie[a] < s->tie[b];
}

/* Heap sort: qsort has no place for the scheduler. */
static void sort_field(const korch_scheduler *s, plan_field *field)
{
	uint32_t *list = field->slots;
	for (size_t n = field->n, start = n / 2; n > 1;) {
		uint32_t value;
		if (start > 0) {
			value = list[--start];
		} else {
			value = list[--n];
			list[n] = list[0];
		}
		size_t at = start;
		for (size_t child; (child = 2 * at + 1) < n; at = child) {
			if (child + 1 < n && goes_before(s, list[child], list[child + 1]))
				child++;
			if (!goes_before(s, value, list[child]))
				break;
			list[at] = list[child];
		}
		list[at] = value;
	}
}

int korch__plan_field(plan_field *out, const korch_scheduler *s)
{
	*out = (plan_field){.slots = korch__calloc(s->slots.n + 1, sizeof(*out->slots))};
	if (!out->slots)
		return KORCH_E_NOMEM;
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (s->slots.items[i]->node)
			out->slots[out->n++] = i;
	}
	sort_field(s, out);
	return 0;
}

/* What of a node would be left over with the pod, as a sum of parts: the less, the fuller. */
static double left_over(const korch_scheduler *s, const sched_shape *shape, uint32_t slot)
{
	double left = 0;
	for (uint32_t r = RES_CPU; r <= RES_MEMORY; r++) {
		int64_t all = s->alloc[r][slot];
		if (all > 0)
			left += (double)(all - s->used[r][slot]) / (double)all;
	}
	const sched_slot *at = s->slots.items[slot];
	int64_t free_share = 0;
	for (uint32_t i = 0; i < at->n_devices; i++)
		free_share += at->devices[i];
	if (at->n_devices > 0)
		left += (double)free_share / DEVICE_WHOLE / (double)at->n_devices;
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		if (need->resource <= RES_MEMORY && s->alloc[need->resource][slot] > 0)
			left -= (double)need->amount / (double)s->alloc[need->resource][slot];
	}
	return left;
}

/* Whether the slot has no pods and is not worth taking into use for those of the other one. */
static int is_too_small(const korch_scheduler *s, const plan_field *field, uint32_t from,
                        uint32_t to)
{
	return field->sizes && field->sizes[to] <= field->sizes[from] &&
	       korch__plan_count(s->slots.items[to]) == 0;
}

uint32_t korch__plan_choose(sched_plan *plan, const plan_leaver *one, const plan_field *field,
                            int *failed)
{
	const korch_scheduler *s = plan->s;
	uint32_t best = NONE;
	double least = 0;
	if (korch__plan_ready(plan, one->class_) < 0) {
		*failed = 1;
		return NONE;
	}
	int fit_is_on = korch__filter_is_on(one->class_->profile, FILTER_FIT);
	for (size_t i = 0; i < field->n && !one->class_->shape->gated; i++) {
		uint32_t slot = field->slots[i];
		if (s->slots.items[slot]->is_closed || slot == one->pod->slot ||
		    (fit_is_on && !korch__plan_has_room(s, one->class_->shape, slot)))
			continue;
		double left = left_over(s, one->class_->shape, slot);
		if ((best != NONE && left >= least) || is_too_small(s, field, one->pod->slot, slot) ||
		    !korch__plan_fits_now(plan, one->class_, slot))
			continue;
		best = slot;
		least = left;
	}
	return best;
}

/* Nodes that are looked at for a pod to push, and pods of each. */
enum { PUSH_NODES = 8, PUSH_PODS = 4 };

/* What a node lacks for a pod, as a sum of parts of what it has; below 0: it is refused whatever
 * leaves it. */
static double lack(const korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	double sum = s->used[RES_PODS][slot] >= s->alloc[RES_PODS][slot] ? 1e-9 : 0;
	if (c->eligibility->fails[slot] & c->fails_that_count)
		return -1;
	for (size_t i = 0; i < c->shape->needs.n; i++) {
		const sched_need *need = &c->shape->needs.items[i];
		int64_t all = s->alloc[need->resource][slot];
		int64_t left = all - s->used[need->resource][slot];
		if (need->amount > all)
			return -1;
		if (need->amount > left)
			sum += (double)(need->amount - left) / (double)all;
	}
	return sum;
}

typedef struct push_node {
	uint32_t slot;
	double lack;
} push_node;

/* The nodes that lack least, in order. */
static size_t find_nodes(push_node *out, const sched_plan *plan, const plan_leaver *one,
                         const plan_field *field)
{
	size_t n = 0;
	for (size_t i = 0; i < field->n; i++) {
		uint32_t slot = field->slots[i];
		if (plan->s->slots.items[slot]->is_closed || slot == one->pod->slot)
			continue;
		double missing = lack(plan->s, one->class_, slot);
		if (missing < 0 || (n == PUSH_NODES && missing >= out[n - 1].lack))
			continue;
		size_t at = n < PUSH_NODES ? n++ : n - 1;
		for (; at > 0 && out[at - 1].lack > missing; at--)
			out[at] = out[at - 1];
		out[at] = (push_node){.slot = slot, .lack = missing};
	}
	return n;
}

/* 1: the pod would fit onto the slot without the other one. */
static int fits_without(sched_plan *plan, const plan_leaver *one, sched_pod *other, uint32_t slot)
{
	korch__pod_hide(plan->s, one->pod);
	korch__pod_hide(plan->s, other);
	int fits = korch__plan_fits_now(plan, one->class_, slot);
	korch__pod_show(plan->s, other);
	korch__pod_show(plan->s, one->pod);
	return fits;
}

/* Moves one pod that is as it is in the list, if it finds a place. 1, 0 or KORCH_E_NOMEM. */
static int move_one(sched_plan *plan, const plan_leaver *one, const plan_field *field, uint32_t to)
{
	int failed = 0;
	korch__pod_detach(plan->s, one->pod);
	if (to == NONE)
		to = korch__plan_choose(plan, one, field, &failed);
	else if (korch__plan_fits(plan, one->class_, to) != 1)
		to = NONE;
	if (to != NONE)
		return korch__plan_land(plan, one->pod, to) < 0 ? KORCH_E_NOMEM : 1;
	korch__pod_attach_back(plan->s, one->pod);
	return failed ? KORCH_E_NOMEM : 0;
}

/* The other pod moves elsewhere, then the one comes. */
static int push(sched_plan *plan, const plan_leaver *one, const plan_leaver *other,
                const plan_field *field)
{
	size_t mark = plan->moves.n;
	uint32_t slot = other->pod->slot;
	int code = korch__plan_may_go(plan, other->pod);
	if (code == 1)
		code = move_one(plan, other, field, NONE);
	if (code == 1)
		code = korch__plan_may_go(plan, one->pod);
	if (code == 1)
		code = move_one(plan, one, field, slot);
	if (code != 1)
		korch__plan_cut(plan, mark);
	return code;
}

static int push_from(sched_plan *plan, const plan_leaver *one, const plan_field *field,
                     uint32_t slot)
{
	plan_leaver *others = NULL;
	size_t n = 0, tried = 0;
	int code = korch__plan_leavers(&others, &n, plan, plan->s->slots.items[slot]);
	/* the smallest that is enough */
	for (size_t i = n; code == 0 && i-- > 0 && tried < PUSH_PODS;) {
		if (korch__plan_ready(plan, one->class_) < 0) {
			code = KORCH_E_NOMEM;
		} else if (fits_without(plan, one, others[i].pod, slot)) {
			tried++;
			code = push(plan, one, &others[i], field);
		}
	}
	korch__plan_leave_out(others, n);
	return code;
}

int korch__plan_push(sched_plan *plan, const plan_leaver *one, const plan_field *field)
{
	push_node nodes[PUSH_NODES];
	if (plan->moves.n + 2 > plan->most || one->class_->shape->gated)
		return 0;
	if (korch__plan_ready(plan, one->class_) < 0)
		return KORCH_E_NOMEM;
	size_t n = find_nodes(nodes, plan, one, field);
	for (size_t i = 0; i < n; i++) {
		int code = push_from(plan, one, field, nodes[i].slot);
		if (code != 0)
			return code;
	}
	return 0;
}
