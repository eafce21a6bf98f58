/*
 * The policies that FGD was published beside (Weng et al., USENIX ATC 2023), as plugins: their
 * formulas, in whole numbers from 0 to 100 as there. None of them looks at memory.
 */
#include "base/table.h"
#include "openb.h"
#include <stdlib.h>
#include <string.h>

/* The largest node that is thought of. */
#define MOST_CPU 128000.0
#define MOST_GPU 8000.0
#define GPUS "nvidia.com/gpu"

typedef struct amounts {
	double cpu;
	double gpu; /* thousandths, of all devices */
} amounts;

static int64_t request_of(const korch_pod *pod, const char *resource)
{
	const char *text = korch_map_get(pod->spec->containers[0].resources->requests, resource);
	return text ? strtoll(text, NULL, 10) : 0; /* the bench writes them as whole numbers */
}

static amounts asked(const korch_pod *pod)
{
	int64_t share = request_of(pod, KORCH_RESOURCE_GPU_MILLI);
	return (amounts){.cpu = (double)request_of(pod, "cpu"),
	                 .gpu = (double)(share + 1000 * request_of(pod, GPUS))};
}

static amounts free_of(const korch_node_info *node)
{
	const int32_t *devices;
	size_t n = korch_node_info_devices(&devices, node);
	amounts left = {.cpu = (double)(korch_node_info_allocatable(node, "cpu") -
	                                korch_node_info_requested(node, "cpu"))};
	for (size_t i = 0; i < n; i++)
		left.gpu += devices[i];
	return left;
}

static int64_t random_score(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	const openb_world *world = userdata;
	uint64_t hash = korch__hash_string(korch_object_name(&pod->object));
	hash ^= korch__hash_string(korch_object_name(&korch_node_info_node(node)->object)) << 1;
	return (int64_t)(korch__hash_u64(hash ^ korch__hash_u64(world->seed)) >> 34);
}

static int64_t best_fit(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	amounts left = free_of(node), want = asked(pod);
	double rest = (left.cpu - want.cpu) / MOST_CPU / 2 + (left.gpu - want.gpu) / MOST_GPU / 2;
	return (int64_t)((1 - rest) * 100);
}

/* The less aligned with what is free, the better: as published. */
static int64_t dot_product(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	amounts left = free_of(node), want = asked(pod);
	double dot =
	    left.cpu / MOST_CPU * (want.cpu / MOST_CPU) + left.gpu / MOST_GPU * (want.gpu / MOST_GPU);
	return (int64_t)((1 - dot / 2) * 100);
}

uint32_t openb_use(const korch_pod *pod)
{
	int64_t gpus = request_of(pod, GPUS);
	if (request_of(pod, KORCH_RESOURCE_GPU_MILLI) > 0)
		return 1;
	return gpus == 0 ? 0 : gpus < 30 ? (uint32_t)gpus + 1 : 31;
}

static int by_address(const void *a, const void *b)
{
	const korch_node *x = *(const korch_node *const *)a, *y = *(const korch_node *const *)b;
	return (x > y) - (x < y);
}

uint32_t *openb_uses(const openb_world *world, const korch_node *node)
{
	const korch_node **at =
	    bsearch(&node, world->nodes, world->n, sizeof(*world->nodes), by_address);
	return world->uses + (at - world->nodes);
}

/* Together with pods of the same use, away from others; of these the fuller. */
static int64_t clustering(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	uint32_t use = openb_use(pod), there = *openb_uses(userdata, korch_node_info_node(node));
	if (use == 0)
		return 0;
	int64_t fuller = (int64_t)(25 * (MOST_GPU - free_of(node).gpu) / MOST_GPU);
	if (there == 0)
		return fuller + 25;
	if (!(there >> use & 1))
		return fuller;
	return fuller + (there == UINT32_C(1) << use ? 75 : 50);
}

/* Devices that are in use already before wholly free ones, used nodes before unused ones. */
static int64_t packing(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	const int32_t *devices;
	size_t n = korch_node_info_devices(&devices, node), n_whole = 0;
	int64_t share = request_of(pod, KORCH_RESOURCE_GPU_MILLI), gpus = request_of(pod, GPUS);
	int32_t least = 1001;
	if (share == 0 && gpus == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		n_whole += devices[i] == 1000;
		if (share > 0 && devices[i] >= share && devices[i] < least)
			least = devices[i];
	}
	if (n_whole == n)
		return 33 - (int64_t)n > (int64_t)n ? 33 - (int64_t)n : (int64_t)n;
	if (share == 0 || least == 1000)
		return 50 - (share > 0 ? 1 : gpus) > 33 ? 50 - (share > 0 ? 1 : gpus) : 33;
	return 100 - least / 100;
}

const openb_policy openb_policies[] = {
    {.name = "random", .published = "Random", .plugin = random_score, .differ = 1},
    {.name = "dot-product", .published = "DotProd", .plugin = dot_product},
    {.name = "best-fit", .published = "BestFit", .plugin = best_fit},
    {.name = "clustering", .published = "GpuClustering", .plugin = clustering},
    {.name = "packing", .published = "GpuPacking", .plugin = packing},
    {.name = "fragmentation", .published = "FGD", .score = "Fragmentation"},
    {.name = "headroom", .published = NULL, .score = "DeviceHeadroom"},
};
const size_t openb_n_policies = sizeof(openb_policies) / sizeof(openb_policies[0]);
