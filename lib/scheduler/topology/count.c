/* Pods and nodes that come and go, told to all counters that they matter to. */
#include "scheduler/topology/counter.h"
#include "scheduler/topology/terms.h"
#include "scheduler/topology/topology.h"

/* What the pod's own terms say to others. */
static void count_own(const sched_pod *pod, int sign)
{
	for (size_t i = 0; i < pod->terms->owned.n; i++) {
		const sched_want *want = &pod->terms->owned.items[i];
		uint32_t domain = want->counter->key->of[pod->slot];
		if (domain == NONE)
			continue;
		if (want->weight == 0)
			want->counter->anti[domain] += sign;
		else
			want->counter->weights[domain] += (int64_t)sign * want->weight;
	}
}

void korch__topology_count(korch_scheduler *s, sched_pod *pod, int sign)
{
	if (sign > 0 ? pod->counted || !s->slots.items[pod->slot]->node : !pod->counted)
		return;
	pod->counted = sign > 0;
	s->topology_version += pod->terms || pod->labels->matches.n > 0;
	pod->labels->n_counted += (size_t)sign;
	for (size_t i = 0; i < pod->labels->matches.n; i++) {
		sched_matcher *matcher = pod->labels->matches.items[i];
		matcher->n_pods += (size_t)sign;
		for (size_t k = 0; k < matcher->counters.n; k++)
			korch__counter_count(matcher->counters.items[k], pod, sign);
	}
	if (pod->terms)
		count_own(pod, sign);
}

void korch__topology_leave(korch_scheduler *s, sched_slot *slot)
{
	for (size_t i = 0; i < slot->pods.n; i++)
		korch__topology_count(s, slot->pods.items[i], -1);
	for (size_t i = 0; i < s->inclusions.n; i++)
		korch__inclusion_node(s, s->inclusions.items[i], slot, -1);
	for (size_t i = 0; i < s->keys.n; i++)
		korch__key_leave(s, s->keys.items[i], slot);
}

/* Every counter gets room for the domains that there are now. */
static int grow_counters(korch_scheduler *s)
{
	const sched_matcher *matcher;
	for (size_t at = 0; (matcher = korch__table_next(&s->matcher_table, &at));) {
		for (size_t k = 0; k < matcher->counters.n; k++) {
			if (korch__counter_grow(matcher->counters.items[k]) < 0)
				return KORCH_E_NOMEM;
		}
	}
	return 0;
}

int korch__topology_reserve(korch_scheduler *s)
{
	if (s->slots.cap == s->topology_cap)
		return 0;
	for (size_t i = 0; i < s->keys.n; i++) {
		if (korch__key_reserve(s, s->keys.items[i]) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < s->inclusions.n; i++) {
		if (korch__inclusion_reserve(s, s->inclusions.items[i]) < 0)
			return KORCH_E_NOMEM;
	}
	s->topology_cap = s->slots.cap;
	return 0;
}

int korch__topology_enter(korch_scheduler *s, sched_slot *slot)
{
	for (size_t i = 0; i < s->keys.n; i++) {
		if (korch__key_enter(s, s->keys.items[i], slot) < 0)
			return KORCH_E_NOMEM;
	}
	if (grow_counters(s) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < s->inclusions.n; i++) {
		if (korch__inclusion_node(s, s->inclusions.items[i], slot, 1) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < slot->pods.n; i++)
		korch__topology_count(s, slot->pods.items[i], 1);
	return 0;
}
