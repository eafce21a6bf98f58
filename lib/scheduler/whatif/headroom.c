/*
 * Headroom: how many more pods of a kind fit. Where one more of them changes nothing for the others
 * but what is left on its own node, nodes are counted one by one; otherwise pods are placed in a
 * trial until one finds no node.
 */
#include "base/cleanup.h"
#include "scheduler/filter/fit.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/profile/profile.h"
#include "scheduler/rank/best.h"
#include "scheduler/state/journal.h"
#include "scheduler/whatif/plan.h"
#include <stdio.h>
#include <string.h>

#define MOST 1000000

typedef struct headroom {
	sched_plan plan;
	sched_class *class_;
	const sched_pod *model; /* like the others; on no node */
	int64_t most;
} headroom;

/* 1: pods of the label set are none of those that the probes ask about. */
static int is_about_others(const korch_scheduler *s, const sched_probes *probes,
                           const sched_labelset *labels)
{
	for (size_t i = 0; i < probes->n; i++) {
		if (korch__matcher_matches(s, probes->items[i].counter->matcher, labels))
			return 0;
	}
	return 1;
}

/* Whether a pod more says nothing to the next one but through what it requests. */
static int is_independent(const headroom *h)
{
	const sched_layout *layout = &h->class_->layout;
	const korch_scheduler *s = h->plan.s;
	return layout->spread.n == 0 && is_about_others(s, &layout->affinity, h->model->labels) &&
	       is_about_others(s, &layout->anti, h->model->labels) && !h->class_->profile->has_filters;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Pods that the devices of a slot are enough for. */
static int64_t count_devices(const sched_slot *slot, const sched_shape *shape)
{
	int64_t shares = 0, whole = 0;
	for (uint32_t i = 0; i < slot->n_devices; i++) {
		shares += shape->device_share > 0 && slot->devices[i] > 0
		              ? slot->devices[i] / shape->device_share
		              : 0;
		whole += slot->devices[i] >= DEVICE_WHOLE;
	}
	if (shape->device_share > 0)
		return shares;
	return shape->device_count == 0 || slot->n_devices == KORCH_SCHEDULER_DEVICES_MAX
	           ? INT64_MAX
	           : whole / shape->device_count;
}

/* Pods that fit onto a slot that lets one in. */
static int64_t count_on(const headroom *h, uint32_t slot)
{
	const korch_scheduler *s = h->plan.s;
	const sched_class *c = h->class_;
	int64_t n =
	    c->shape->ports.n > 0 && korch__filter_is_on(c->profile, FILTER_PORTS) ? 1 : INT64_MAX;
	if (c->layout.group_dim != NONE)
		n = least(n, (int64_t)c->group_limit - korch__group_count(c->group, slot));
	if (!korch__filter_is_on(c->profile, FILTER_FIT))
		return n;
	for (size_t i = 0; i < c->shape->needs.n; i++) {
		const sched_need *need = &c->shape->needs.items[i];
		n = least(n, korch__resource_free(s, need->resource, slot) / need->amount);
	}
	n = least(n, korch__resource_free(s, RES_PODS, slot));
	return least(n, count_devices(s->slots.items[slot], c->shape));
}

/* Another pod like the model, on the slot. */
static int add_one(headroom *h, uint32_t slot)
{
	char id[64];
	korch_scheduler *s = h->plan.s;
	const sched_pod *model = h->model;
	sched_pod *pod = korch__calloc(1, sizeof(*pod));
	if (!pod)
		return KORCH_E_NOMEM;
	/* no pod of anybody else's has such an identity */
	snprintf(id, sizeof(id), "\n%zu", s->pod_table.n);
	*pod = *model;
	pod->devices = 0;
	pod->id = korch_string_new(id);
	pod->name = korch_string_ref(model->name);
	pod->labels = korch__labelset_ref(model->labels);
	pod->shape = korch__shape_ref(model->shape);
	pod->terms = model->terms ? korch__terms_ref(model->terms) : NULL;
	korch__terms_own(s, pod->terms, 1);
	pod->group = korch__group_ref(model->group);
	if (!pod->id || korch__journal_reserve(s, 1) < 0 || korch__pod_add(s, pod, slot) < 0) {
		korch__pod_free(s, pod);
		return KORCH_E_NOMEM;
	}
	return 0;
}

/* Places pods on one slot until it is full. */
static int64_t fill_slot(headroom *h, uint32_t slot, int64_t most)
{
	int64_t n = 0;
	for (; n < most && korch__plan_fits_now(&h->plan, h->class_, slot); n++) {
		if (add_one(h, slot) < 0)
			return KORCH_E_NOMEM;
	}
	return n;
}

static int64_t count_nodes(headroom *h)
{
	const korch_scheduler *s = h->plan.s;
	int64_t sum = 0;
	if (korch__plan_ready(&h->plan, h->class_) < 0)
		return KORCH_E_NOMEM;
	for (uint32_t i = 0; i < s->slots.n && sum < h->most; i++) {
		const sched_slot *slot = s->slots.items[i];
		if (!slot->node || !korch__plan_fits_now(&h->plan, h->class_, i))
			continue;
		/* pods that keep room are asked about one by one, as they choose devices anew each time */
		int64_t n = slot->n_nominated == 0 ? count_on(h, i) : fill_slot(h, i, h->most - sum);
		if (n < 0)
			return n;
		sum += least(n, h->most - sum);
	}
	return sum;
}

static int64_t place_all(headroom *h)
{
	int64_t n = 0;
	for (; n < h->most; n++) {
		sched_best best;
		if (korch__best(h->plan.s, h->class_, &best) < 0)
			return KORCH_E_NOMEM;
		if (best.slot == NONE)
			break;
		if (add_one(h, best.slot) < 0)
			return KORCH_E_NOMEM;
	}
	return n;
}

static int64_t count(headroom *h)
{
	if (h->class_->shape->gated)
		return 0;
	if (korch__class_refresh(h->plan.s, h->class_) < 0)
		return KORCH_E_NOMEM;
	return is_independent(h) ? count_nodes(h) : place_all(h);
}

/* The class of such pods, and one to make others by. */
static int make_model(headroom *h, sched_pod **model, const korch_pod *pod, korch_error **err)
{
	int code = korch__class_of(&h->class_, h->plan.s, pod, err);
	if (code == 0)
		code = korch__pod_make(model, h->plan.s, pod, err);
	h->model = *model;
	return code;
}

static int64_t answer(headroom *h, const korch_pod *pod, korch_error **err)
{
	sched_pod *model = NULL;
	int64_t code = make_model(h, &model, pod, err);
	if (code < 0)
		return code;
	h->class_->n_waiting++;
	code = korch__plan_init(&h->plan, h->plan.s);
	if (code == 0)
		code = count(h);
	korch__plan_fini(&h->plan);
	h->class_->n_waiting--;
	korch__pod_free(h->plan.s, model);
	return code < 0 ? korch__plan_error((int)code, err) : code;
}

int64_t korch_scheduler_headroom(korch_scheduler *s, const korch_pod *pod, size_t most,
                                 korch_error **err)
{
	if (!s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler was given");
	most = most == 0 ? MOST : most;
	headroom h = {.plan.s = s,
	              .most =
	                  most < KORCH_SCHEDULER_PODS_MAX ? (int64_t)most : KORCH_SCHEDULER_PODS_MAX};
	return answer(&h, pod, err);
}
