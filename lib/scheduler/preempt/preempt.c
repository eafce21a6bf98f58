/* Preemption: who may, on which node, and who has to go. After kube-scheduler's DefaultPreemption
 * (pkg/scheduler/framework/preemption), over all nodes. */
#include "scheduler/preempt/preempt.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/preempt/prospects.h"
#include "scheduler/state/nominate.h"
#include <korch/scheduler/preempt.h>

int korch__preempt_is_allowed(const korch_scheduler *s, const sched_class *c)
{
	return !c->shape->gated && !c->shape->never_preempts && !c->profile->no_preemption &&
	       c->shape->priority > s->lowest_priority;
}

int korch__preempt_prepare(korch_scheduler *s, sched_class *c)
{
	if (!s->preempt)
		s->preempt = korch__calloc(1, sizeof(*s->preempt));
	return s->preempt ? korch__class_refresh(s, c) : KORCH_E_NOMEM;
}

int korch__preempt_is_possible(korch_scheduler *s, sched_class *c)
{
	sched_prospect best;
	if (!korch__preempt_is_allowed(s, c))
		return 0;
	return korch__preempt_prepare(s, c) < 0 ? KORCH_E_NOMEM : korch__prospects_best(&best, s, c);
}

/* Whether nobody is leaving that node any more who was driven out for such a pod; or the node will
 * not do, whoever leaves. 1, 0, or KORCH_E_NOMEM. */
static int is_over(korch_scheduler *s, const sched_class *c, uint32_t index)
{
	const sched_slot *slot = s->slots.items[index];
	sched_victims *room = &s->preempt->victims;
	if (!slot->node)
		return 1;
	room->key.n = 0;
	if (korch__vec_reserve(&room->key, c->layout.dims.n + 1) < 0)
		return KORCH_E_NOMEM;
	sched_reason reason = korch__slot_check(s, c, index, room->key.items);
	if (reason != REASON_NONE && !korch__reason_is_resolvable(s, c, index, reason))
		return 1;
	for (size_t i = 0; i < slot->pods.n; i++) {
		const sched_pod *pod = slot->pods.items[i];
		if (pod->preempted && pod->shape->priority < c->shape->priority)
			return 0;
	}
	return 1;
}

int korch__preempt_may_try(korch_scheduler *s, const sched_class *c, const korch_pod *pod,
                           const sched_nomination *own)
{
	const char *name = pod->status ? korch__text_or_empty(pod->status->nominated_node_name) : "";
	const sched_slot *slot = own       ? s->slots.items[own->pod->slot]
	                         : name[0] ? korch__slot_get(s, name)
	                                   : NULL;
	return slot ? is_over(s, c, slot->index) : 1;
}

/* As far as its own node goes: 1: it is over there, and could begin again; 2: it is over. */
static int is_over_here(korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	sched_toll toll;
	int over = is_over(s, c, slot);
	if (over != 1)
		return over;
	int found = korch__victims_choose(&s->preempt->victims, &toll, s, c, slot);
	return found == 0 ? 2 : found;
}

int korch__preempt_is_possible_again(korch_scheduler *s, sched_class *c, sched_nomination *own)
{
	sched_prospect best;
	if (!korch__preempt_is_allowed(s, c))
		return 0;
	if (korch__preempt_prepare(s, c) < 0)
		return KORCH_E_NOMEM;
	own->suspended = 1;
	int found = is_over_here(s, c, own->pod->slot);
	own->suspended = 0;
	return found == 2 ? korch__prospects_best(&best, s, c) : found;
}

static void forget_ids(struct sched_preempt *of)
{
	while (of->ids.n > 0)
		korch_string_unref(of->ids.items[--of->ids.n]);
}

/* Tells who has to go; the identities stay valid while the pods go. */
static int tell(korch_preemption *out, korch_scheduler *s, const sched_class *c,
                const sched_prospect *best)
{
	struct sched_preempt *of = s->preempt;
	sched_toll toll;
	int found = korch__victims_choose(&of->victims, &toll, s, c, best->slot);
	forget_ids(of);
	if (found < 0 || korch__vec_reserve(&of->ids, of->victims.items.n) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < of->victims.items.n; i++) {
		const sched_victim *one = &of->victims.items.items[i];
		if (one->leaves)
			of->ids.items[of->ids.n++] = korch_string_ref(one->pod->id);
	}
	*out = (korch_preemption){.node = s->slots.items[best->slot]->name,
	                          .victims = of->ids.items,
	                          .n_victims = of->ids.n,
	                          .n_violations = toll.violations};
	return 1;
}

static int preempt(korch_preemption *out, korch_scheduler *s, sched_class *c, const korch_pod *pod,
                   const sched_nomination *own)
{
	sched_prospect best;
	if (korch__preempt_prepare(s, c) < 0)
		return KORCH_E_NOMEM;
	int found = korch__preempt_may_try(s, c, pod, own);
	if (found == 1)
		found = korch__prospects_best(&best, s, c);
	return found == 1 ? tell(out, s, c, &best) : found;
}

int korch_scheduler_preempt(korch_preemption *out, korch_scheduler *s, const korch_pod *pod,
                            korch_error **err)
{
	if (!out || !s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler or no place for the victims");
	sched_class *c = NULL;
	int code = korch__class_of(&c, s, pod, err);
	if (code < 0 || !korch__preempt_is_allowed(s, c))
		return code;
	sched_nomination *own = korch__nomination_suspend(s, pod);
	code = preempt(out, s, c, pod, own);
	korch__nomination_resume(s, own);
	return code < 0 ? korch_error_set(err, code, "out of memory") : code;
}

void korch__preempt_free_class(korch_scheduler *s, sched_class *c)
{
	sched_prospects *of = KORCH_STEAL(c->prospects);
	korch__preempt_words_free(c);
	if (!of)
		return;
	s->cells -= of->cap;
	korch__prospects_fini(of);
	korch__free(of);
}

void korch__preempt_free(korch_scheduler *s)
{
	struct sched_preempt *of = KORCH_STEAL(s->preempt);
	if (!of)
		return;
	forget_ids(of);
	korch__vec_fini(&of->ids);
	korch__lowests_fini(&of->lowests);
	korch__victims_fini(&of->victims);
	korch__prospects_fini(&of->once);
	korch__free(of);
}
