/* What a node says for itself: the filters and scores that depend on it and its pods alone. */
#include "base/cleanup.h"
#include "scheduler/filter/fit.h"
#include "scheduler/profile/node_info.h"
#include "scheduler/rank/class.h"
#include "scheduler/score/expected.h"
#include "scheduler/score/image.h"
#include "scheduler/score/resources.h"

static int plugins_pass(const korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	korch_node_info info = {.scheduler = s, .slot = s->slots.items[slot]};
	for (size_t i = 0; i < c->profile->n_plugins; i++) {
		const korch_scheduler_plugin *plugin = &c->profile->plugins[i];
		if (plugin->filter && !plugin->filter(plugin->userdata, c->pod, &info))
			return 0;
	}
	return 1;
}

sched_reason korch__node_check(const korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	unsigned fails = c->eligibility->fails[slot] & c->fails_that_count;
	if (fails & (FAILS_ABSENT | FAILS_UNSCHEDULABLE | FAILS_CLOSED))
		return REASON_UNSCHEDULABLE;
	if (fails & FAILS_NAME)
		return REASON_NODE_NAME;
	if (fails & FAILS_TAINT)
		return REASON_TAINT;
	if (fails & FAILS_AFFINITY)
		return REASON_AFFINITY;
	if (c->shape->ports.n > 0 && korch__filter_is_on(c->profile, FILTER_PORTS) &&
	    !korch__ports_free(s, c->shape, slot))
		return REASON_PORTS;
	if (korch__filter_is_on(c->profile, FILTER_FIT) && !korch__resources_fit(s, c->shape, slot))
		return REASON_FIT;
	if (fails & FAILS_VOLUME)
		return REASON_VOLUME;
	return c->profile->has_filters && !plugins_pass(s, c, slot) ? REASON_PLUGIN : REASON_NONE;
}

static int64_t plugin_score(const korch_scheduler *s, const sched_class *c, uint32_t slot,
                            uint32_t number)
{
	korch_node_info info = {.scheduler = s, .slot = s->slots.items[slot]};
	const korch_scheduler_plugin *plugin = &c->profile->plugins[number];
	int64_t score = plugin->score(plugin->userdata, c->pod, &info);
	return score < 0 ? 0 : score > INT32_MAX ? INT32_MAX : score;
}

int64_t korch__own_score_of(const korch_scheduler *s, const sched_class *c, uint32_t slot,
                            const sched_use *use)
{
	switch (use->kind) {
	case SCORE_FIT:
		return korch__fit_score(s, c->profile, c->shape, slot);
	case SCORE_BALANCED:
		return korch__balanced_score(s, c->profile, c->shape, slot);
	case SCORE_IMAGE:
		return korch__image_score(s, c->shape->spec, s->slots.items[slot]);
	case SCORE_BEST_FIT:
		return korch__best_fit_score(s, c->shape, slot);
	case SCORE_DOT_PRODUCT:
		return korch__dot_product_score(s, c->shape, slot);
	case SCORE_FRAGMENTATION:
		return korch__fragmentation_score(s, c->shape, slot);
	case SCORE_HEADROOM:
		return korch__headroom_score(s, c->shape, slot);
	case SCORE_PLUGIN_OWN:
		return plugin_score(s, c, slot, use->plugin);
	default:
		return 0;
	}
}

int64_t korch__own_score(const korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	int64_t sum = 0;
	for (size_t k = 0; k < c->profile->n_uses; k++) {
		const sched_use *use = &c->profile->uses[k];
		if (use->kind < SCORE_FIRST_SHARED)
			sum += use->weight * korch__own_score_of(s, c, slot, use);
	}
	return sum;
}
