/* Nominations: who keeps room where. There are few, so they stand in one list. */
#include "scheduler/state/nominate.h"
#include "base/cleanup.h"
#include "scheduler/filter/fit.h"
#include "scheduler/shape/shape.h"
#include <korch/scheduler/preempt.h>
#include <string.h>

sched_nomination *korch__nomination_find(const korch_scheduler *s, const char *id)
{
	for (size_t i = 0; i < s->nominations.n; i++) {
		if (strcmp(s->nominations.items[i]->id, id) == 0)
			return s->nominations.items[i];
	}
	return NULL;
}

static void drop(korch_scheduler *s, size_t i)
{
	sched_nomination *one = korch__vec_swap_remove(&s->nominations, i);
	sched_slot *slot = s->slots.items[one->slot];
	slot->n_nominated--;
	korch__slot_freed(s, one->slot);
	korch__slot_release(s, slot);
	korch_string_unref(one->id);
	korch__shape_unref(s, one->shape);
	korch__free(one);
}

void korch__nomination_end(korch_scheduler *s, const char *id)
{
	for (size_t i = 0; i < s->nominations.n; i++) {
		if (strcmp(s->nominations.items[i]->id, id) == 0) {
			drop(s, i);
			return;
		}
	}
}

void korch__nominations_free(korch_scheduler *s)
{
	while (s->nominations.n > 0)
		drop(s, s->nominations.n - 1);
	korch__vec_fini(&s->nominations);
}

int64_t korch__nominated_amount(const korch_scheduler *s, uint32_t slot, uint32_t resource,
                                int32_t priority)
{
	int64_t sum = 0;
	for (size_t i = 0; i < s->nominations.n; i++) {
		const sched_nomination *one = s->nominations.items[i];
		if (one->slot == slot && !one->suspended && one->shape->priority >= priority)
			sum += resource == RES_PODS ? 1 : korch__shape_need(one->shape, resource);
	}
	return sum;
}

int korch__nominated_ports_collide(const korch_scheduler *s, uint32_t slot,
                                   const sched_shape *shape)
{
	for (size_t i = 0; i < s->nominations.n; i++) {
		const sched_nomination *one = s->nominations.items[i];
		if (one->slot == slot && !one->suspended && one->shape->priority >= shape->priority &&
		    korch__ports_collide(one->shape, shape))
			return 1;
	}
	return 0;
}

static int add(korch_scheduler *s, const char *id, sched_shape *shape, const char *node)
{
	sched_slot *slot = korch__slot_make(s, node);
	sched_nomination *one = slot ? korch__calloc(1, sizeof(*one)) : NULL;
	if (!one || korch__vec_push(&s->nominations, one) < 0) {
		korch__free(one);
		return KORCH_E_NOMEM;
	}
	one->id = korch_string_new(id);
	if (!one->id) {
		s->nominations.n--;
		korch__free(one);
		return KORCH_E_NOMEM;
	}
	one->shape = korch__shape_ref(shape);
	one->slot = slot->index;
	slot->n_nominated++;
	korch__slot_touch(s, slot->index);
	return 0;
}

int korch_scheduler_nominate(korch_scheduler *s, const korch_pod *pod, const char *node,
                             korch_error **err)
{
	char buffer[KORCH__ID_SIZE];
	const char *id = s && pod ? korch__pod_id(pod, buffer) : NULL;
	if (!id || !pod->spec)
		return korch_error_set(err, KORCH_E_INVALID, "a pod without a name or a spec");
	sched_shape *shape = NULL;
	int code = korch__shape_get(&shape, s, pod->spec, err);
	if (code < 0)
		return code;
	korch__nomination_end(s, id);
	code = node && node[0] ? add(s, id, shape, node) : 0;
	korch__shape_unref(s, shape);
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}
