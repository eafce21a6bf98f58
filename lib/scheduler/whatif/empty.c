/* Emptying one node: all of its pods find a place, or none moves. */
#include "scheduler/rank/best.h"
#include "scheduler/whatif/compact.h"

/* Where the profile sends a pod that is off its node; NONE: nowhere. 0 or KORCH_E_NOMEM. */
static int ask_profile(uint32_t *out, sched_plan *plan, const plan_leaver *one)
{
	sched_best best = {.slot = NONE};
	int code = one->class_->shape->gated ? 0 : korch__best(plan->s, one->class_, &best);
	*out = best.slot;
	return code;
}

/* 1: it has moved, 0, or KORCH_E_NOMEM. */
static int move_one(sched_compaction *c, const plan_leaver *one, const compact_way *way)
{
	sched_plan *plan = &c->plan;
	uint32_t to = NONE;
	int failed = 0, code = korch__plan_may_go(plan, one->pod);
	if (code != 1 || plan->moves.n >= plan->most)
		return code < 0 ? code : 0;
	korch__pod_detach(plan->s, one->pod);
	if (way->is_profile)
		failed = ask_profile(&to, plan, one) < 0;
	else
		to = korch__plan_choose(plan, one, &c->field, &failed);
	if (!failed && to != NONE)
		return korch__plan_land(plan, one->pod, to) < 0 ? KORCH_E_NOMEM : 1;
	korch__pod_attach_back(plan->s, one->pod);
	if (failed)
		return KORCH_E_NOMEM;
	return way->pushes ? korch__plan_push(plan, one, &c->field) : 0;
}

/* Moves all; those that find no place at first may find one when others have moved. */
static int move_all(sched_compaction *c, plan_leaver *list, size_t n, const compact_way *way)
{
	size_t left = n;
	for (size_t before = n + 1; left > 0 && left < before;) {
		before = left;
		left = 0;
		for (size_t i = 0; i < before; i++) {
			int code = move_one(c, &list[i], way);
			if (code < 0)
				return code;
			if (code == 1)
				continue;
			plan_leaver kept = list[left]; /* all of the list is let go of in the end */
			list[left] = list[i];
			list[i] = kept;
			left++;
			/* what needs only room will not find more of it */
			if (!list[left - 1].pod->terms)
				return 0;
		}
	}
	return left == 0;
}

int korch__compaction_empty(sched_compaction *c, const compact_node *node, const compact_way *way)
{
	sched_plan *plan = &c->plan;
	sched_slot *slot = plan->s->slots.items[node->slot];
	plan_leaver *list = NULL;
	size_t n = 0, mark = plan->moves.n;
	int code = korch__plan_leavers(&list, &n, plan, slot);
	if (code < 0 || plan->moves.n + n > plan->most) {
		korch__plan_leave_out(list, n);
		return code;
	}
	korch__slot_close(plan->s, slot, 1);
	code = move_all(c, list, n, way);
	if (code != 1) {
		korch__plan_cut(plan, mark);
		korch__slot_close(plan->s, slot, 0);
	}
	korch__plan_leave_out(list, n);
	return code;
}
