/* What the filters say of one node, in words. */
#include "base/text.h"
#include "scheduler/explain/sentence.h"
#include "scheduler/filter/fit.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/filter/node_affinity.h"
#include "scheduler/filter/taint.h"
#include "scheduler/profile/node_info.h"
#include "scheduler/state/nominate.h"
#include <stdio.h>

#define REASON_SIZE 384

static void tell_resource(const char *name, sched_tell tell, void *userdata)
{
	char text[REASON_SIZE];
	snprintf(text, sizeof(text), "Insufficient %s", name);
	tell(userdata, text);
}

static void tell_resources(const korch_scheduler *s, const sched_shape *shape, uint32_t slot,
                           sched_tell tell, void *userdata)
{
	if (korch__resource_free(s, RES_PODS, slot) < 1)
		tell(userdata, "Too many pods");
	int devices = 0;
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		if (need->amount <= korch__resource_free(s, need->resource, slot))
			continue;
		tell_resource(s->resources[need->resource], tell, userdata);
		devices |= need->resource == shape->device_resource;
	}
	if (devices || (shape->device_share == 0 && shape->device_count == 0) ||
	    korch__devices_fit(s->slots.items[slot], shape))
		return;
	tell_resource(shape->device_share > 0 ? KORCH_RESOURCE_GPU_MILLI
	                                      : s->resources[shape->device_resource],
	              tell, userdata);
}

const korch_scheduler_plugin *korch__verdict_plugin(const korch_scheduler *s, const sched_class *c,
                                                    uint32_t slot)
{
	korch_node_info info = {.scheduler = s, .slot = s->slots.items[slot]};
	for (size_t i = 0; i < c->profile->n_plugins; i++) {
		const korch_scheduler_plugin *plugin = &c->profile->plugins[i];
		if (plugin->filter && !plugin->filter(plugin->userdata, c->pod, &info))
			return plugin;
	}
	return NULL;
}

static void tell_reason(const korch_scheduler *s, const sched_class *c, uint32_t slot,
                        sched_reason reason, sched_tell tell, void *userdata)
{
	char text[REASON_SIZE];
	const korch_taint *taint;
	const korch_scheduler_plugin *plugin;
	switch (reason) {
	case REASON_TAINT:
		taint = korch__untolerated_taint(c->shape->spec, s->slots.items[slot]->node);
		snprintf(text, sizeof(text), "node(s) had untolerated taint {%s: %s}",
		         korch__text_or_empty(taint->key), korch__text_or_empty(taint->value));
		tell(userdata, text);
		return;
	case REASON_FIT:
		tell_resources(s, c->shape, slot, tell, userdata);
		return;
	case REASON_PLUGIN:
		plugin = korch__verdict_plugin(s, c, slot);
		tell(userdata, plugin ? plugin->reason : "node(s) were refused by a plugin");
		return;
	default:
		tell(userdata, korch__reason_text(reason));
	}
}

/* What kube-scheduler finds out before it filters. */
static sched_reason left_out(const korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	const korch_pod_spec *spec = c->shape->spec;
	if (!korch__filter_is_on(c->profile, FILTER_AFFINITY) ||
	    !korch__node_is_left_out(spec, s->slots.items[slot]->name))
		return REASON_NONE;
	return korch__node_names_conflict(spec) ? REASON_NAMES_CONFLICT : REASON_LEFT_OUT;
}

sched_reason korch__verdict_reason(const korch_scheduler *s, const sched_class *c, uint32_t slot,
                                   int32_t *key)
{
	sched_reason reason = left_out(s, c, slot);
	if (reason == REASON_NONE)
		reason = korch__node_check(s, c, slot);
	if (reason == REASON_NONE) {
		korch__layout_key(s, c, slot, key);
		reason = korch__layout_check(s, c, key);
	}
	return reason;
}

static sched_reason judge(const korch_scheduler *s, const sched_class *c, uint32_t slot,
                          int32_t *key, sched_tell tell, void *userdata)
{
	sched_reason reason = korch__verdict_reason(s, c, slot, key);
	if (reason != REASON_NONE)
		tell_reason(s, c, slot, reason, tell, userdata);
	return reason;
}

/* As korch__slot_check(), in words. */
sched_filter korch__verdict(korch_scheduler *s, const sched_class *c, uint32_t slot, int32_t *key,
                            sched_tell tell, void *userdata)
{
	sched_reason reason = REASON_NONE;
	if (s->slots.items[slot]->n_nominated > 0 &&
	    korch__nominated_show(s, slot, c->shape->priority) > 0) {
		reason = judge(s, c, slot, key, tell, userdata);
		korch__nominated_hide(s, slot);
	}
	if (reason == REASON_NONE)
		reason = judge(s, c, slot, key, tell, userdata);
	return korch__reason_filter(reason);
}

const char *korch__verdict_filter(korch_scheduler *s, const sched_class *c, uint32_t slot,
                                  sched_filter filter)
{
	if (filter != FILTER_PLUGIN)
		return korch__filter_name(filter);
	const korch_scheduler_plugin *plugin = NULL;
	if (s->slots.items[slot]->n_nominated > 0 &&
	    korch__nominated_show(s, slot, c->shape->priority) > 0) {
		plugin = korch__verdict_plugin(s, c, slot);
		korch__nominated_hide(s, slot);
	}
	if (!plugin)
		plugin = korch__verdict_plugin(s, c, slot);
	return plugin ? plugin->name : NULL;
}
