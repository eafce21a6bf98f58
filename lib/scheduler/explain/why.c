/* Why a slot will not do, in numbers. */
#include "base/text.h"
#include "scheduler/explain/sentence.h"
#include "scheduler/explain/tally.h"
#include "scheduler/filter/fit.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/filter/taint.h"
#include "scheduler/state/nominate.h"
#include <string.h>

static void lack(sched_why *out, size_t bit)
{
	out->lacks[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static void find_lacks(sched_why *out, const korch_scheduler *s, const sched_shape *shape,
                       uint32_t slot)
{
	if (korch__resource_free(s, RES_PODS, slot) < 1)
		lack(out, 0);
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		if (need->amount > korch__resource_free(s, need->resource, slot))
			lack(out, 2 + i);
	}
	if ((shape->device_share > 0 || shape->device_count > 0) &&
	    !korch__devices_fit(s->slots.items[slot], shape))
		lack(out, 1);
}

static void find(sched_why *out, const korch_scheduler *s, const sched_class *c, uint32_t slot,
                 int32_t *key)
{
	*out = (sched_why){.reason = korch__verdict_reason(s, c, slot, key)};
	if (out->reason == REASON_FIT)
		find_lacks(out, s, c->shape, slot);
	if (out->reason == REASON_PLUGIN)
		out->plugin = korch__verdict_plugin(s, c, slot);
	if (out->reason == REASON_TAINT) {
		const korch_taint *taint =
		    korch__untolerated_taint(c->shape->spec, s->slots.items[slot]->node);
		out->taint_key = taint->key;
		out->taint_value = taint->value;
	}
}

void korch__why_find(sched_why *out, korch_scheduler *s, const sched_class *c, uint32_t slot,
                     int32_t *key)
{
	out->reason = REASON_NONE;
	if (s->slots.items[slot]->n_nominated > 0 &&
	    korch__nominated_show(s, slot, c->shape->priority) > 0) {
		find(out, s, c, slot, key);
		korch__nominated_hide(s, slot);
	}
	if (out->reason == REASON_NONE)
		find(out, s, c, slot, key);
}

int korch__why_equal(const sched_why *a, const sched_why *b)
{
	return a->reason == b->reason && a->plugin == b->plugin &&
	       memcmp(a->lacks, b->lacks, sizeof(a->lacks)) == 0 &&
	       korch__text_equal(a->taint_key, b->taint_key) &&
	       korch__text_equal(a->taint_value, b->taint_value);
}
