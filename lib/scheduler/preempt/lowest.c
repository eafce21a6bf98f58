/* The least important pods of each slot. */
#include "scheduler/preempt/lowest.h"
#include "base/cleanup.h"
#include "scheduler/shape/shape.h"
#include <string.h>

static void add_start(sched_lowest *to, int64_t start)
{
	size_t at = to->n < LATEST ? to->n : LATEST;
	for (; at > 0 && start > to->latest[at - 1]; at--) {
		if (at < LATEST)
			to->latest[at] = to->latest[at - 1];
	}
	if (at < LATEST)
		to->latest[at] = start;
}

static void add(sched_lowest *to, const sched_pod *pod)
{
	int64_t cpu = korch__shape_need(pod->shape, RES_CPU),
	        memory = korch__shape_need(pod->shape, RES_MEMORY), start = korch__pod_start(pod);
	if (to->n == 0 || pod->shape->priority < to->priority)
		*to = (sched_lowest){.priority = pod->shape->priority};
	add_start(to, start);
	to->n++;
	to->most_cpu = cpu > to->most_cpu ? cpu : to->most_cpu;
	to->most_memory = memory > to->most_memory ? memory : to->most_memory;
	if (__builtin_add_overflow(to->sum_cpu, cpu, &to->sum_cpu))
		to->sum_cpu = INT64_MAX;
	if (__builtin_add_overflow(to->sum_memory, memory, &to->sum_memory))
		to->sum_memory = INT64_MAX;
}

static void look_at(const korch_scheduler *s, sched_lowests *lowests, uint32_t i)
{
	const sched_slot *slot = s->slots.items[i];
	sched_lowest *to = &lowests->of[i];
	*to = (sched_lowest){0};
	for (size_t k = 0; k < slot->pods.n; k++) {
		const sched_pod *pod = slot->pods.items[k];
		if (to->n == 0 || pod->shape->priority <= to->priority)
			add(to, pod);
	}
}

int korch__lowests_refresh(const korch_scheduler *s, sched_lowests *lowests)
{
	if (lowests->cap < s->cap) {
		sched_lowest *of = korch__realloc_array(lowests->of, s->cap, sizeof(*of));
		if (!of)
			return KORCH_E_NOMEM;
		memset(of + lowests->cap, 0, (s->cap - lowests->cap) * sizeof(*of));
		lowests->of = of;
		lowests->cap = s->cap;
	}
	if (korch__log_lost(&s->touched, lowests->seen)) {
		lowests->seen = s->touched.end;
		for (uint32_t i = 0; i < s->slots.n; i++)
			look_at(s, lowests, i);
	}
	for (; lowests->seen < s->touched.end; lowests->seen++)
		look_at(s, lowests, s->touched.items[lowests->seen & (s->touched.cap - 1)]);
	return 0;
}

void korch__lowests_fini(sched_lowests *lowests)
{
	korch__free(lowests->of);
	*lowests = (sched_lowests){0};
}
