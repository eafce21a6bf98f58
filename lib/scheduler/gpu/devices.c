/* Requests on a node's devices. */
#include "scheduler/gpu/devices.h"

static int64_t free_whole(const korch__gpu_node *node)
{
	int64_t n = 0;
	for (uint32_t i = 0; i < node->n_devices; i++)
		n += node->devices[i] >= KORCH__GPU_WHOLE;
	return n;
}

int korch__gpu_fits(const korch__gpu_node *node, const korch__gpu_request *request)
{
	if (node->cpu_milli < request->cpu_milli || node->memory_bytes < request->memory_bytes)
		return 0;
	if (!korch__gpu_is_share(request))
		return free_whole(node) >= korch__gpu_wholes(request);
	for (uint32_t i = 0; i < node->n_devices; i++) {
		if (node->devices[i] >= request->share)
			return 1;
	}
	return 0;
}

uint64_t korch__gpu_take(korch__gpu_node *node, const korch__gpu_request *request, uint32_t device)
{
	uint64_t mask = 0;
	node->cpu_milli -= request->cpu_milli;
	node->memory_bytes -= request->memory_bytes;
	if (korch__gpu_is_share(request)) {
		node->devices[device] -= request->share;
		return UINT64_C(1) << device;
	}
	int64_t left = korch__gpu_wholes(request);
	for (uint32_t i = 0; i < node->n_devices && left > 0; i++) {
		if (node->devices[i] < KORCH__GPU_WHOLE)
			continue;
		node->devices[i] = 0;
		mask |= UINT64_C(1) << i;
		left--;
	}
	return mask;
}
