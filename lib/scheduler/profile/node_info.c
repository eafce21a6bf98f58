/* What plugins may ask about a node. */
#include "scheduler/profile/node_info.h"

const korch_node *korch_node_info_node(const korch_node_info *info)
{
	return info->slot->node;
}

int64_t korch_node_info_allocatable(const korch_node_info *info, const char *resource)
{
	uint32_t number = korch__resource_find(info->scheduler, resource);
	return number == NONE ? 0 : info->scheduler->alloc[number][info->slot->index];
}

int64_t korch_node_info_requested(const korch_node_info *info, const char *resource)
{
	uint32_t number = korch__resource_find(info->scheduler, resource);
	return number == NONE ? 0 : info->scheduler->used[number][info->slot->index];
}

size_t korch_node_info_devices(const int32_t **free, const korch_node_info *info)
{
	*free = info->slot->devices;
	return info->slot->n_devices;
}

size_t korch_node_info_pods(const korch_node_info *info)
{
	return (size_t)info->scheduler->used[RES_PODS][info->slot->index];
}
