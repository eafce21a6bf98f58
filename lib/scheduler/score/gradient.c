/* What a node's measures lose by a pod: the scores, and the device that is best for a share. */
#include "scheduler/score/expected.h"
#include "scheduler/score/typical.h"
#include <math.h>
#include <string.h>

typedef int64_t (*measure_fn)(const korch__gpu_expected *expected, const uint8_t *allowed,
                              const korch__gpu_node *node);

/* A change of a measure, and where a share has to go for it. */
typedef struct change {
	int64_t by;
	uint32_t device; /* NONE: nowhere */
} change;

void korch__shape_request(korch__gpu_request *request, const sched_shape *shape)
{
	*request = (korch__gpu_request){.cpu_milli = korch__shape_need(shape, RES_CPU),
	                                .memory_bytes = korch__shape_need(shape, RES_MEMORY),
	                                .whole = shape->device_count,
	                                .share = shape->device_share};
}

static void look(korch__gpu_node *node, const korch_scheduler *s, uint32_t slot)
{
	const sched_slot *at = s->slots.items[slot];
	node->cpu_milli = s->alloc[RES_CPU][slot] - s->used[RES_CPU][slot];
	node->memory_bytes = s->alloc[RES_MEMORY][slot] - s->used[RES_MEMORY][slot];
	node->n_devices = at->n_devices;
	if (at->n_devices > 0)
		memcpy(node->devices, at->devices, at->n_devices * sizeof(*node->devices));
}

static int is_seen(const korch__gpu_node *node, uint32_t device)
{
	for (uint32_t i = 0; i < device; i++) {
		if (node->devices[i] == node->devices[device])
			return 1;
	}
	return 0;
}

/* The best change of a measure that the shape can make of a node with room for it; `sign` -1: the
 * less of the measure the better. */
static change best_change(const korch_scheduler *s, const sched_shape *shape, uint32_t slot,
                          measure_fn measure, int sign)
{
	const sched_typical *t = s->typical;
	const sched_region *region = t && slot < t->cap ? t->region_of[slot] : NULL;
	change best = {.device = NONE};
	korch__gpu_node node, after;
	korch__gpu_request request;
	if (!region)
		return best;
	look(&node, s, slot);
	korch__shape_request(&request, shape);
	int64_t before = measure(&t->expected, region->allowed, &node);
	uint32_t n = korch__gpu_is_share(&request) ? node.n_devices : 1;
	for (uint32_t i = 0; i < n; i++) {
		if (korch__gpu_is_share(&request) && (node.devices[i] < request.share || is_seen(&node, i)))
			continue;
		after = node;
		korch__gpu_take(&after, &request, i);
		int64_t by = sign * (measure(&t->expected, region->allowed, &after) - before);
		if (best.device == NONE || by > best.by)
			best = (change){.by = by, .device = i};
	}
	return best;
}

int64_t korch__fragmentation_score(const korch_scheduler *s, const sched_shape *shape,
                                   uint32_t slot)
{
	change best = best_change(s, shape, slot, korch__gpu_fragmentation, -1);
	double devices = (double)best.by / (double)(KORCH__GPU_ONE * KORCH__GPU_WHOLE);
	return (int64_t)(100 / (1 + exp(-devices)));
}

int64_t korch__headroom_score(const korch_scheduler *s, const sched_shape *shape, uint32_t slot)
{
	return best_change(s, shape, slot, korch__gpu_headroom, 1).by;
}

uint32_t korch__expected_device(const korch_scheduler *s, sched_score score,
                                const sched_shape *shape, uint32_t slot)
{
	if (shape->device_share >= KORCH__GPU_WHOLE)
		return NONE; /* any whole one */
	return score == SCORE_FRAGMENTATION
	           ? best_change(s, shape, slot, korch__gpu_fragmentation, -1).device
	           : best_change(s, shape, slot, korch__gpu_headroom, 1).device;
}
