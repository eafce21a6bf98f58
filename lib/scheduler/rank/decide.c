/* Decisions: which node a pod gets, and the sentence when it gets none. */
#include "base/cleanup.h"
#include "scheduler/explain/sentence.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/rank/best.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/state/journal.h"
#include "scheduler/state/nominate.h"
#include <string.h>

int korch__slot_will_do(korch_scheduler *s, sched_class *c, uint32_t slot)
{
	if (korch__class_refresh(s, c) < 0)
		return KORCH_E_NOMEM;
	_cleanup_free_ int32_t *key = korch__calloc(c->layout.dims.n + 1, sizeof(*key));
	if (!key)
		return KORCH_E_NOMEM;
	return korch__slot_check(s, c, slot, key) == REASON_NONE;
}

int korch__best_for(korch_scheduler *s, sched_class *c, const sched_nomination *own,
                    sched_best *best)
{
	if (own) {
		int will_do = korch__slot_will_do(s, c, own->pod->slot);
		if (will_do < 0)
			return will_do;
		*best = (sched_best){.slot = own->pod->slot, .feasible = 1};
		if (will_do)
			return 0;
	}
	return korch__best(s, c, best);
}

static int refuse(korch_decision *out, korch_scheduler *s, sched_class *c, const korch_pod *pod)
{
	if (!c->message || c->message_at != s->changes) {
		char *message = korch__sentence(s, c, korch_object_namespace(&pod->object));
		if (!message)
			return KORCH_E_NOMEM;
		korch__free(c->message);
		c->message = message;
		c->message_at = s->changes;
	}
	*out = (korch_decision){.message = c->message};
	return 0;
}

static int decide(korch_decision *out, korch_scheduler *s, const korch_pod *pod, sched_class *c)
{
	sched_nomination *own = korch__nomination_suspend(s, pod);
	sched_best best = {.slot = NONE};
	int code = c->shape->gated ? 0 : korch__best_for(s, c, own, &best);
	if (code == 0 && best.slot == NONE)
		code = refuse(out, s, c, pod);
	if (code == 0 && best.slot != NONE) {
		const sched_slot *slot = s->slots.items[best.slot];
		int wants = c->shape->device_share > 0 || c->shape->device_count > 0;
		*out = (korch_decision){.node = slot->name,
		                        .score = best.score,
		                        .feasible = best.feasible,
		                        .devices = wants ? korch__devices_choose(s, slot, c->shape) : 0};
		code = 1;
	}
	korch__nomination_resume(s, own);
	return code;
}

int korch_scheduler_decide(korch_decision *out, korch_scheduler *s, const korch_pod *pod,
                           korch_error **err)
{
	if (!out || !s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler or no place for the decision");
	sched_class *c = NULL;
	int code = korch__class_to_ask(&c, s, pod, err);
	if (code < 0)
		return code;
	code = decide(out, s, pod, c);
	return code < 0 ? korch_error_set(err, code, "out of memory") : code;
}

int korch_scheduler_schedule(korch_decision *out, korch_scheduler *s, const korch_pod *pod,
                             korch_error **err)
{
	korch_decision decision = {0};
	int found = korch_scheduler_decide(&decision, s, pod, err);
	if (found == 1) {
		int code = korch__pod_assume(s, pod, decision.node, decision.devices, err);
		if (code < 0)
			return code;
	}
	if (found >= 0)
		*out = decision;
	return found;
}
