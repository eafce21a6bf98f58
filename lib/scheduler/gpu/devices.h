/*
 * A node as the packing of devices looks at it: what is free of it, what a request takes of it.
 * Plain data, no scheduler.
 */
#ifndef KORCH_SCHEDULER_GPU_DEVICES_H
#define KORCH_SCHEDULER_GPU_DEVICES_H

#include <korch/scheduler.h>

/* Thousandths of a whole device. */
enum { KORCH__GPU_WHOLE = 1000 };

/* What is free. */
typedef struct korch__gpu_node {
	int64_t cpu_milli;
	int64_t memory_bytes;
	uint32_t n_devices;
	int32_t devices[KORCH_SCHEDULER_DEVICES_MAX]; /* thousandths, 0 to 1000 */
} korch__gpu_node;

/* What a pod asks for: whole devices or a share of one, never both. */
typedef struct korch__gpu_request {
	int64_t cpu_milli;
	int64_t memory_bytes;
	int64_t whole; /* devices */
	int32_t share; /* thousandths of one device, 1 to 1000; 0 = none */
} korch__gpu_request;

/* A share of all thousandths is a whole device, and the other way round for one. */
static inline int korch__gpu_is_share(const korch__gpu_request *r)
{
	return r->share > 0 && r->share < KORCH__GPU_WHOLE;
}
/* Devices that are taken whole. */
static inline int64_t korch__gpu_wholes(const korch__gpu_request *r)
{
	return r->share == KORCH__GPU_WHOLE ? 1 : r->whole;
}

/* Takes it off the node, which must have room: a share from `device`, whole devices from the first
 * whole ones. Returns the devices' mask. */
uint64_t korch__gpu_take(korch__gpu_node *node, const korch__gpu_request *request, uint32_t device);

#endif
