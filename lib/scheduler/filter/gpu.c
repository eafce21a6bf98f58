/* Devices of nodes and shares of them. */
#include "scheduler/filter/gpu.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/score/expected.h"
#include <stdlib.h>
#include <string.h>

/* Resources whose units are devices that can be shared; a node's first one counts. */
static const char *const device_resources[] = {"nvidia.com/gpu", "amd.com/gpu", "korch.dev/gpu"};

static int is_device(const char *name)
{
	for (size_t i = 0; i < KORCH_COUNT(device_resources); i++) {
		if (strcmp(name, device_resources[i]) == 0)
			return 1;
	}
	return 0;
}

int korch__device_need(const korch_scheduler *s, sched_shape *shape, uint32_t resource,
                       int64_t amount)
{
	if (resource < RES_FIXED)
		return 0;
	if (strcmp(s->resources[resource], KORCH_RESOURCE_GPU_MILLI) == 0) {
		shape->device_share = amount > INT32_MAX ? INT32_MAX : (int32_t)amount;
		return 1;
	}
	if (is_device(s->resources[resource])) {
		shape->device_resource = resource;
		shape->device_count = amount;
	}
	return 0;
}

int korch__device_check(korch_scheduler *s, sched_shape *shape, korch_error **err)
{
	if (shape->device_share == 0 ||
	    (shape->device_share <= DEVICE_WHOLE && shape->device_count == 0))
		return 0;
	int code = korch_error_set(
	    err, KORCH_E_INVALID,
	    shape->device_count > 0
	        ? "%d: a share cannot be requested together with whole devices"
	        : "%d: must be at most 1000, a share of one device; request whole devices for more",
	    shape->device_share);
	korch_error_prefix_path(err, "resources.requests." KORCH_RESOURCE_GPU_MILLI);
	return code;
}

static uint32_t count_devices(const korch_scheduler *s, uint32_t slot)
{
	for (size_t i = 0; i < KORCH_COUNT(device_resources); i++) {
		uint32_t resource = korch__resource_find(s, device_resources[i]);
		int64_t n = resource == NONE ? 0 : s->alloc[resource][slot];
		if (n > 0)
			return n > KORCH_SCHEDULER_DEVICES_MAX ? KORCH_SCHEDULER_DEVICES_MAX : (uint32_t)n;
	}
	return 0;
}

/* A mask's devices lose (or get back) what one pod has of each. */
static void change(sched_slot *slot, const sched_pod *pod, int32_t sign)
{
	int32_t each = pod->shape->device_share > 0 ? pod->shape->device_share : DEVICE_WHOLE;
	for (uint32_t i = 0; i < slot->n_devices; i++) {
		if (pod->devices >> i & 1)
			slot->devices[i] -= sign * each;
	}
}

/* The fullest devices that still hold what is asked for, as a mask. */
static uint64_t fullest(const sched_slot *slot, const sched_shape *shape)
{
	uint32_t best = NONE;
	uint64_t mask = 0;
	int64_t left = shape->device_share > 0 ? 0 : shape->device_count;
	for (uint32_t i = 0; i < slot->n_devices; i++) {
		if (shape->device_share > 0 && slot->devices[i] >= shape->device_share &&
		    (best == NONE || slot->devices[i] < slot->devices[best]))
			best = i;
		if (left == 0 || slot->devices[i] < DEVICE_WHOLE)
			continue;
		mask |= UINT64_C(1) << i;
		left--;
	}
	return best == NONE ? mask : UINT64_C(1) << best;
}

int korch__devices_lacks(const sched_pod *pod)
{
	return pod->devices == 0 && (pod->shape->device_share > 0 || pod->shape->device_count > 0);
}

/* Pods that came before their node did get what they can, in the order of their identities. */
static void give_to_all(sched_slot *slot)
{
	const sched_pod *last = NULL;
	for (;;) {
		sched_pod *next = NULL;
		for (size_t i = 0; i < slot->pods.n; i++) {
			sched_pod *pod = slot->pods.items[i];
			if (korch__devices_lacks(pod) && (!last || strcmp(pod->id, last->id) > 0) &&
			    (!next || strcmp(pod->id, next->id) < 0))
				next = pod;
		}
		if (!next)
			return;
		next->devices = fullest(slot, next->shape);
		change(slot, next, 1);
		last = next;
	}
}

int korch__devices_set(korch_scheduler *s, sched_slot *slot)
{
	uint32_t n = slot->node ? count_devices(s, slot->index) : 0;
	if (n == slot->n_devices)
		return 0;
	int32_t *devices = n > 0 ? korch__calloc(n, sizeof(*devices)) : NULL;
	if (n > 0 && !devices)
		return KORCH_E_NOMEM;
	korch__free(slot->devices);
	slot->devices = devices;
	slot->n_devices = n;
	for (uint32_t i = 0; i < n; i++)
		devices[i] = DEVICE_WHOLE;
	for (size_t i = 0; i < slot->pods.n; i++)
		change(slot, slot->pods.items[i], 1);
	give_to_all(slot);
	return 0;
}

/* The lowest n bits that are set. */
static uint64_t first_bits(uint64_t mask, int64_t n)
{
	uint64_t first = 0;
	for (; mask && n > 0; n--) {
		first |= mask & (~mask + 1);
		mask &= mask - 1;
	}
	return first;
}

uint64_t korch__devices_of(const korch_pod *pod, const sched_shape *shape)
{
	const korch_map *annotations = pod->object.metadata->annotations;
	const char *text =
	    annotations ? korch_map_get(annotations, KORCH_ANNOTATION_GPU_DEVICES) : NULL;
	uint64_t mask = 0;
	while (text && *text) {
		char *end;
		unsigned long number = strtoul(text, &end, 10);
		if (end == text)
			break;
		if (number < KORCH_SCHEDULER_DEVICES_MAX)
			mask |= UINT64_C(1) << number;
		text = *end == ',' ? end + 1 : end;
	}
	return first_bits(mask, shape->device_share > 0 ? 1 : shape->device_count);
}

static int64_t free_whole(const sched_slot *slot)
{
	int64_t n = 0;
	for (uint32_t i = 0; i < slot->n_devices; i++)
		n += slot->devices[i] >= DEVICE_WHOLE;
	return n;
}

int korch__devices_fit(const sched_slot *slot, const sched_shape *shape)
{
	if (shape->device_share > 0) {
		for (uint32_t i = 0; i < slot->n_devices; i++) {
			if (slot->devices[i] >= shape->device_share)
				return 1;
		}
		return 0;
	}
	return shape->device_count == 0 || slot->n_devices == KORCH_SCHEDULER_DEVICES_MAX ||
	       free_whole(slot) >= shape->device_count;
}

uint64_t korch__devices_choose(korch_scheduler *s, const sched_slot *slot, const sched_shape *shape)
{
	const sched_profile *profile = s->profiles[shape->profile];
	if (shape->device_share > 0 && profile->expects && korch__expected_refresh(s) == 0) {
		uint32_t best = korch__expected_device(s, profile->device_score, shape, slot->index);
		if (best != NONE)
			return UINT64_C(1) << best;
	}
	return fullest(slot, shape);
}

void korch__devices_take(korch_scheduler *s, sched_slot *slot, sched_pod *pod)
{
	if (pod->shape->device_share == 0 && pod->shape->device_count == 0) {
		pod->devices = 0; /* whatever it had, or an annotation says */
		return;
	}
	if (pod->devices == 0)
		pod->devices = korch__devices_choose(s, slot, pod->shape);
	change(slot, pod, 1);
}

void korch__devices_hold(sched_slot *slot, const sched_pod *pod)
{
	if (pod->devices)
		change(slot, pod, 1);
}

void korch__devices_give(sched_slot *slot, const sched_pod *pod)
{
	if (pod->devices)
		change(slot, pod, -1);
}
