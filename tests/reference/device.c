/*
 * Devices that pods have whole or a share of (korch.dev/gpu-milli): no rule of Kubernetes'. A share
 * lies on one device; whole devices are ones that nobody has a share of.
 */
#include "internal.h"
#include <string.h>

enum { MOST_DEVICES = 64, WHOLE = 1000 };

static const char share_resource[] = "korch.dev/gpu-milli";
static const char *const device_resources[] = {"nvidia.com/gpu", "amd.com/gpu", "korch.dev/gpu"};

const char *reference_device_resource(const korch_pod *pod)
{
	for (size_t i = 0; i < 3; i++)
		if (reference_request(pod, device_resources[i], REFERENCE_AS_ASKED) > 0)
			return device_resources[i];
	return NULL;
}

static int64_t share_of(const korch_pod *pod)
{
	return reference_request(pod, share_resource, REFERENCE_AS_ASKED);
}

int reference_wants_devices(const korch_pod *pod)
{
	return share_of(pod) > 0 || reference_device_resource(pod);
}

static int64_t devices_of(const korch_node *node)
{
	for (size_t i = 0; i < 3; i++) {
		int64_t n = reference_allocatable(node, device_resources[i]);
		if (n > 0)
			return n < MOST_DEVICES ? n : MOST_DEVICES;
	}
	return 0;
}

/* Thousandths of a device that nobody has. */
static int64_t left_of(const reference_cluster *cluster, size_t node, int64_t device)
{
	int64_t left = WHOLE;
	for (size_t i = 0; i < cluster->n_pods; i++) {
		const reference_pod *pod = &cluster->pods[i];
		int64_t share = share_of(pod->pod);
		if (pod->node == node && (pod->devices >> device & 1) && reference_wants_devices(pod->pod))
			left -= share > 0 ? share : WHOLE;
	}
	return left;
}

static uint64_t share(const reference_cluster *cluster, size_t node, int64_t wanted)
{
	int64_t best = -1, least = WHOLE + 1;
	for (int64_t i = 0; i < devices_of(cluster->nodes[node]); i++) {
		int64_t left = left_of(cluster, node, i);
		if (left < wanted || left >= least)
			continue;
		best = i;
		least = left;
	}
	return best < 0 ? 0 : UINT64_C(1) << best;
}

/* The first devices that nobody has anything of, at most so many. */
static uint64_t whole(const reference_cluster *cluster, size_t node, int64_t *wanted)
{
	uint64_t mask = 0;
	for (int64_t i = 0; i < devices_of(cluster->nodes[node]) && *wanted > 0; i++) {
		if (left_of(cluster, node, i) < WHOLE)
			continue;
		mask |= UINT64_C(1) << i;
		(*wanted)--;
	}
	return mask;
}

uint64_t reference_devices(const reference_cluster *cluster, const korch_pod *pod, size_t node)
{
	const char *resource = reference_device_resource(pod);
	int64_t wanted = resource ? reference_request(pod, resource, REFERENCE_AS_ASKED) : 0;
	return share_of(pod) > 0 ? share(cluster, node, share_of(pod)) : whole(cluster, node, &wanted);
}

const char *reference_devices_lacking(const reference_cluster *cluster, const korch_pod *pod,
                                      size_t node)
{
	const char *resource = reference_device_resource(pod);
	int64_t wanted = resource ? reference_request(pod, resource, REFERENCE_AS_ASKED) : 0;
	if (share_of(pod) > 0)
		return share(cluster, node, share_of(pod)) ? NULL : share_resource;
	(void)whole(cluster, node, &wanted);
	return wanted > 0 ? resource : NULL;
}
