/*
 * What pods request, and what of it is taken on a node. Rule of init containers and sidecars: KEP
 * 753; in-place resizing: KEP 1287; resources of the whole pod: KEP 2837.
 */
#include "internal.h"
#include <korch/quantity.h>
#include <string.h>

static const korch_quantity zero;

static korch_quantity larger(korch_quantity a, korch_quantity b)
{
	return korch_quantity_compare(&a, &b) < 0 ? b : a;
}

static korch_quantity sum(korch_quantity a, korch_quantity b)
{
	korch_quantity_add(&a, &b);
	return a;
}

static int find(korch_quantity *out, const korch_map *map, const char *resource)
{
	const char *text = korch_map_get(map, resource);
	*out = zero;
	return text && korch_quantity_parse(out, text, NULL) == 0;
}

static korch_quantity get(const korch_map *map, const char *resource)
{
	korch_quantity quantity;
	find(&quantity, map, resource);
	return quantity;
}

static const korch_container_status *status_of(const korch_pod *pod, const korch_container *c)
{
	const korch_pod_status *status = pod->status;
	for (size_t i = 0; status && i < status->n_container_statuses; i++)
		if (reference_same(status->container_statuses[i].name, c->name))
			return &status->container_statuses[i];
	for (size_t i = 0; status && i < status->n_init_container_statuses; i++)
		if (reference_same(status->init_container_statuses[i].name, c->name))
			return &status->init_container_statuses[i];
	return NULL;
}

static int resize_is_infeasible(const korch_pod *pod)
{
	for (size_t i = 0; i < pod->status->n_conditions; i++)
		if (reference_same(pod->status->conditions[i].type, "PodResizePending"))
			return reference_same(pod->status->conditions[i].reason, "Infeasible");
	return 0;
}

static int is_sidecar(const korch_container *container)
{
	return reference_same(container->restart_policy, "Always");
}

/* One container's request; of a bound pod the largest of what is wished and what is in force. */
static korch_quantity container_request(const korch_pod *pod, const korch_container *container,
                                        const char *resource, int how, int resizable)
{
	korch_quantity quantity;
	int given =
	    find(&quantity, container->resources ? container->resources->requests : NULL, resource);
	const korch_container_status *status =
	    how & REFERENCE_BOUND && resizable ? status_of(pod, container) : NULL;
	if (status && status->resources) {
		korch_quantity actual, allocated;
		int has_actual = find(&actual, status->resources->requests, resource);
		int has_allocated = find(&allocated, status->allocated_resources, resource);
		if (resize_is_infeasible(pod)) {
			quantity = zero;
			given = 0;
		}
		quantity = larger(quantity, larger(actual, allocated));
		given = given || has_actual || has_allocated;
	}
	if (!given && how & REFERENCE_NON_ZERO && strcmp(resource, "cpu") == 0)
		return korch_quantity_from_milli(100, KORCH_QUANTITY_DECIMAL);
	if (!given && how & REFERENCE_NON_ZERO && strcmp(resource, "memory") == 0)
		return korch_quantity_from_int((int64_t)200 << 20, KORCH_QUANTITY_BINARY);
	return quantity;
}

static korch_quantity containers_request(const korch_pod *pod, const char *resource, int how)
{
	const korch_pod_spec *spec = pod->spec;
	korch_quantity running = zero, sidecars = zero, starting = zero;
	for (size_t i = 0; i < spec->n_containers; i++)
		running = sum(running, container_request(pod, &spec->containers[i], resource, how, 1));
	for (size_t i = 0; i < spec->n_init_containers; i++) {
		const korch_container *container = &spec->init_containers[i];
		int stays = is_sidecar(container);
		korch_quantity own = container_request(pod, container, resource, how, stays);
		starting = larger(starting, sum(own, sidecars));
		if (stays) {
			running = sum(running, own);
			sidecars = sum(sidecars, own);
		}
	}
	return larger(running, starting);
}

static int is_pod_level(const char *resource)
{
	return strcmp(resource, "cpu") == 0 || strcmp(resource, "memory") == 0 ||
	       strncmp(resource, "hugepages-", 10) == 0;
}

int64_t reference_request(const korch_pod *pod, const char *resource, int how)
{
	korch_quantity whole, total = containers_request(pod, resource, how);
	if (pod->spec->resources && is_pod_level(resource) &&
	    find(&whole, pod->spec->resources->requests, resource))
		total = whole;
	total = sum(total, get(pod->spec->overhead, resource));
	return strcmp(resource, "cpu") == 0 ? korch_quantity_milli(&total)
	                                    : korch_quantity_value(&total);
}

static size_t add_names(const char **out, size_t n, size_t most, const korch_map *map)
{
	for (size_t i = 0; map && i < map->n; i++) {
		size_t j = 0;
		while (j < n && strcmp(out[j], map->items[i].key) != 0)
			j++;
		if (j == n && n < most)
			out[n++] = map->items[i].key;
	}
	return n;
}

static size_t add_containers(const char **out, size_t n, size_t most,
                             const korch_container *containers, size_t n_containers)
{
	for (size_t i = 0; i < n_containers; i++)
		if (containers[i].resources)
			n = add_names(out, n, most, containers[i].resources->requests);
	return n;
}

size_t reference_requested_names(const char **out, size_t most, const korch_pod *pod)
{
	const korch_pod_spec *spec = pod->spec;
	size_t n = add_containers(out, 0, most, spec->containers, spec->n_containers);
	n = add_containers(out, n, most, spec->init_containers, spec->n_init_containers);
	if (spec->resources)
		n = add_names(out, n, most, spec->resources->requests);
	return add_names(out, n, most, spec->overhead);
}

int64_t reference_allocatable(const korch_node *node, const char *resource)
{
	const korch_map *map = NULL;
	if (node->status)
		map = node->status->allocatable ? node->status->allocatable : node->status->capacity;
	korch_quantity quantity = get(map, resource);
	return strcmp(resource, "cpu") == 0 ? korch_quantity_milli(&quantity)
	                                    : korch_quantity_value(&quantity);
}

int64_t reference_used(const reference_cluster *cluster, size_t node, const char *resource, int how)
{
	int64_t used = 0;
	for (size_t i = 0; i < cluster->n_pods; i++)
		if (cluster->pods[i].node == node)
			used += reference_request(cluster->pods[i].pod, resource, how | REFERENCE_BOUND);
	return used;
}

int64_t reference_pods_on(const reference_cluster *cluster, size_t node)
{
	int64_t n = 0;
	for (size_t i = 0; i < cluster->n_pods; i++)
		n += cluster->pods[i].node == node;
	return n;
}

int reference_is_scalar(const char *resource)
{
	return strchr(resource, '/') != NULL || strncmp(resource, "hugepages-", 10) == 0 ||
	       strncmp(resource, "attachable-volumes-", 19) == 0;
}
