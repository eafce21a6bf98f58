/*
 * Which pod of a ReplicaSet goes first: the order of kube-controller-manager's ActivePodsWithRanks.
 * Decides no number, deletes nothing. Its comparison is not transitive (equal age buckets are
 * ordered by uid, equal ages by what comes next), hence a merge sort of our own, which is
 * well-behaved with any comparison.
 */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "control/pods.h"
#include "control/replicaset.h"
#include <string.h>

typedef struct ranked {
	const korch_pod *pod;
	korch_usec ready_since;
	korch_usec created;
	int32_t cost; /* annotation controller.kubernetes.io/pod-deletion-cost */
	int32_t restarts;
	int32_t sidecar_restarts;
	uint32_t rank; /* active related pods on its node */
	int8_t ready_bucket;
	int8_t created_bucket;
	uint8_t assigned;
	uint8_t phase;
	uint8_t ready;
} ranked;

/* How many pods a node bears. */
typedef struct node_count {
	const char *name;
	uint32_t n;
} node_count;

static uint64_t node_hash(const void *key)
{
	return korch__hash_string(key);
}
static int node_equal(const void *entry, const void *key)
{
	return strcmp(((const node_count *)entry)->name, key) == 0;
}
static uint64_t node_entry_hash(const void *entry)
{
	return korch__hash_string(((const node_count *)entry)->name);
}
static const korch_table_ops node_ops = {
    .hash = node_hash, .equal = node_equal, .entry_hash = node_entry_hash};

/* floor(log2(age in nanoseconds)), -1 for an age that is not positive. */
static int8_t bucket_of(korch_usec since, korch_usec now)
{
	korch_usec age = now - since;
	if (age <= 0)
		return -1;
	return (int8_t)(63 - __builtin_clzll((unsigned long long)age * 1000));
}

static uint8_t phase_rank(const korch_pod *pod)
{
	const char *phase = pod->status ? pod->status->phase : NULL;
	if (korch__text_equal(phase, "Running"))
		return 2;
	return korch__text_equal(phase, "Unknown") ? 1 : 0;
}

static int32_t deletion_cost(const korch_pod *pod)
{
	const char *text =
	    korch__annotation(&pod->object, "controller.kubernetes.io/pod-deletion-cost");
	int64_t value = 0;
	if (!text || !(text[0] == '-' || (text[0] >= '1' && text[0] <= '9')) ||
	    korch__text_to_i64(&value, text) < 0 || value < INT32_MIN || value > INT32_MAX)
		return 0;
	return (int32_t)value;
}

static int is_sidecar(const korch_pod *pod, const char *name)
{
	for (size_t i = 0; pod->spec && i < pod->spec->n_init_containers; i++) {
		const korch_container *container = &pod->spec->init_containers[i];
		if (korch__text_equal(container->name, name))
			return korch__text_equal(container->restart_policy, "Always");
	}
	return 0;
}

static void count_restarts(ranked *item)
{
	const korch_pod_status *status = item->pod->status;
	for (size_t i = 0; status && i < status->n_container_statuses; i++) {
		if (status->container_statuses[i].restart_count > item->restarts)
			item->restarts = status->container_statuses[i].restart_count;
	}
	for (size_t i = 0; status && i < status->n_init_container_statuses; i++) {
		const korch_container_status *container = &status->init_container_statuses[i];
		if (container->restart_count > item->sidecar_restarts &&
		    is_sidecar(item->pod, container->name))
			item->sidecar_restarts = container->restart_count;
	}
}

/* One step of the order: negative when a goes first. Ages in the same bucket count as equal and are
 * ordered by uid. */
static int by_age(const ranked *a, const ranked *b, korch_usec since_a, korch_usec since_b)
{
	if (since_a == 0 || since_b == 0)
		return since_a == 0 ? -1 : 1;
	int bucket_a = since_a == a->ready_since ? a->ready_bucket : a->created_bucket;
	int bucket_b = since_b == b->ready_since ? b->ready_bucket : b->created_bucket;
	if (bucket_a != bucket_b)
		return bucket_a - bucket_b;
	return strcmp(korch_object_uid(&a->pod->object), korch_object_uid(&b->pod->object));
}

static int compare(const ranked *a, const ranked *b)
{
	if (a->assigned != b->assigned)
		return a->assigned - b->assigned;
	if (a->phase != b->phase)
		return a->phase - b->phase;
	if (a->ready != b->ready)
		return a->ready - b->ready;
	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	if (a->ready && b->ready && a->ready_since != b->ready_since)
		return by_age(a, b, a->ready_since, b->ready_since);
	if (a->restarts != b->restarts)
		return a->restarts > b->restarts ? -1 : 1;
	if (a->sidecar_restarts != b->sidecar_restarts)
		return a->sidecar_restarts > b->sidecar_restarts ? -1 : 1;
	if (a->created != b->created)
		return by_age(a, b, a->created, b->created);
	return strcmp(korch_object_uid(&a->pod->object), korch_object_uid(&b->pod->object));
}

static void merge_sort(ranked *items, ranked *scratch, size_t n)
{
	if (n < 2)
		return;
	size_t half = n / 2;
	merge_sort(items, scratch, half);
	merge_sort(items + half, scratch, n - half);
	memcpy(scratch, items, half * sizeof(*items));
	size_t left = 0, right = half, to = 0;
	while (left < half && right < n)
		items[to++] = compare(&items[right], &scratch[left]) < 0 ? items[right++] : scratch[left++];
	memcpy(items + to, scratch + left, (half - left) * sizeof(*items));
}

static int count_nodes(korch_table *table, node_count *counts, const korch_pod *const *related,
                       size_t n)
{
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		const char *node = korch__pod_node(related[i]);
		if (!node[0] || !korch__pod_is_active(related[i]))
			continue;
		node_count *count = korch__table_get(table, node);
		if (!count) {
			count = &counts[used++];
			*count = (node_count){.name = node};
			if (korch__table_put(table, count) < 0)
				return KORCH_E_NOMEM;
		}
		count->n++;
	}
	return 0;
}

static ranked rank_pod(const korch_pod *pod, const korch_table *nodes, korch_usec now)
{
	ranked item = {.pod = pod, .phase = phase_rank(pod), .cost = deletion_cost(pod)};
	const char *node = korch__pod_node(pod);
	const node_count *count = node[0] ? korch__table_get(nodes, node) : NULL;
	item.assigned = node[0] != '\0';
	item.rank = count ? count->n : 0;
	item.ready = (uint8_t)korch__pod_is_ready(pod);
	item.ready_since = korch__pod_ready_since(pod);
	item.ready_bucket = bucket_of(item.ready_since, now);
	item.created = pod->object.metadata ? pod->object.metadata->creation_timestamp : 0;
	item.created_bucket = bucket_of(item.created, now);
	count_restarts(&item);
	return item;
}

int korch__pods_sort_for_deletion(const korch_pod **pods, size_t n, const korch_pod *const *related,
                                  size_t n_related, korch_usec now)
{
	_cleanup_free_ ranked *items = korch__calloc(n + n / 2 + 1, sizeof(*items));
	_cleanup_free_ node_count *counts = korch__calloc(n_related + 1, sizeof(*counts));
	if (!items || !counts)
		return KORCH_E_NOMEM;
	korch_table nodes;
	korch__table_init(&nodes, &node_ops);
	int code = count_nodes(&nodes, counts, related, n_related);
	for (size_t i = 0; code == 0 && i < n; i++)
		items[i] = rank_pod(pods[i], &nodes, now);
	korch__table_fini(&nodes);
	if (code < 0)
		return code;
	merge_sort(items, items + n, n);
	for (size_t i = 0; i < n; i++)
		pods[i] = items[i].pod;
	return 0;
}
