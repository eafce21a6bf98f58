/* Requests on a node's devices. */
#include "scheduler/gpu/devices.h"

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
