/* Nodes: from the object to the columns; what a change of the object sets in motion. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/score/image.h"
#include "scheduler/state/journal.h"
#include "scheduler/topology/topology.h"
#include <korch/quantity.h>
#include <string.h>

static const korch_map *allocatable_of(const korch_node *node)
{
	const korch_node_status *status = node->status;
	return status && status->allocatable ? status->allocatable : status ? status->capacity : NULL;
}

/* Refuses what makes no sense, before anything is changed. */
static int check(const korch_scheduler *s, const korch_node *node, korch_error **err)
{
	if (!node || !node->object.metadata || !korch_object_name(&node->object)[0])
		return korch_error_set(err, KORCH_E_INVALID, "a node without a name");
	const korch_map *map = allocatable_of(node);
	for (size_t i = 0; map && i < map->n; i++) {
		korch_quantity quantity;
		const char *text = korch__text_or_empty(map->items[i].value);
		int bad = korch_quantity_parse(&quantity, text, NULL) < 0;
		if (!bad && korch_quantity_sign(&quantity) >= 0)
			continue;
		int code = korch_error_set(err, KORCH_E_INVALID, "node %s: %s \"%s\"",
		                           korch_object_name(&node->object),
		                           bad ? "not a quantity:" : "must be 0 or more:", text);
		korch_error_prefix_path(err, map->items[i].key);
		korch_error_prefix_path(err, "status.allocatable");
		return code;
	}
	if (!korch__slot_get(s, korch_object_name(&node->object)) && s->free_slots.n == 0 &&
	    s->slots.n >= KORCH_SCHEDULER_NODES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "too many nodes: at most %d",
		                       KORCH_SCHEDULER_NODES_MAX);
	return 0;
}

static double inverse(int64_t amount)
{
	return amount > 0 ? 1.0 / (double)amount : 0;
}

static int set_allocatable(korch_scheduler *s, uint32_t slot, const korch_node *node)
{
	const korch_map *map = node ? allocatable_of(node) : NULL;
	for (size_t i = 0; map && i < map->n; i++) {
		if (korch__resource_number(s, map->items[i].key) == NONE &&
		    s->n_resources < KORCH_SCHEDULER_RESOURCES_MAX)
			return KORCH_E_NOMEM;
	}
	for (uint32_t r = 0; r < s->n_resources; r++)
		s->alloc[r][slot] = 0;
	for (size_t i = 0; map && i < map->n; i++) {
		uint32_t resource = korch__resource_find(s, map->items[i].key);
		if (resource == NONE)
			continue;
		int64_t amount = korch__resource_amount(resource, map->items[i].value);
		s->alloc[resource][slot] = amount;
		s->is_wide |= amount >= KORCH__WIDE;
	}
	s->inverse_cpu[slot] = inverse(s->alloc[RES_CPU][slot]);
	s->inverse_memory[slot] = inverse(s->alloc[RES_MEMORY][slot]);
	korch__columns_settle(s, slot);
	sched_slot *at = s->slots.items[slot];
	s->n_partial -= at->is_partial;
	at->is_partial = node && (s->alloc[RES_CPU][slot] == 0 || s->alloc[RES_MEMORY][slot] == 0);
	s->n_partial += at->is_partial;
	return 0;
}

static int lists_equal(const korch_container_image *a, size_t n_a, const korch_container_image *b,
                       size_t n_b)
{
	if (n_a != n_b)
		return 0;
	for (size_t i = 0; a != b && i < n_a; i++) {
		if (!korch_struct_equal(&a[i], &b[i], &korch_container_image_type))
			return 0;
	}
	return 1;
}

static const korch_map *labels_of(const korch_node *node)
{
	return node->object.metadata ? node->object.metadata->labels : NULL;
}

/* Whether taints and labels are the same, so that nothing changes for the topology. */
static int same_place(const korch_node *a, const korch_node *b)
{
	if (!a || !b)
		return a == b;
	int same_spec =
	    a->spec == b->spec ||
	    (a->spec && b->spec && korch_struct_equal(a->spec, b->spec, &korch_node_spec_type));
	return same_spec && korch_map_equal(labels_of(a), labels_of(b));
}

/* Heartbeats and the like change nothing that a decision depends on. */
static int is_same(const korch_node *a, const korch_node *b)
{
	if (!same_place(a, b) || !a || !b)
		return 0;
	const korch_node_status *x = a->status, *y = b->status;
	return korch_map_equal(allocatable_of(a), allocatable_of(b)) &&
	       lists_equal(x ? x->images : NULL, x ? x->n_images : 0, y ? y->images : NULL,
	                   y ? y->n_images : 0);
}

static void share_object(sched_slot *slot, const korch_node *node)
{
	const korch_node *old = slot->node;
	slot->node = node;
	korch_object_unref((const korch_object *)old);
}

static int fill(korch_scheduler *s, sched_slot *slot, const korch_node *node)
{
	return set_allocatable(s, slot->index, node) < 0 || korch__images_set(s, slot, node) < 0 ||
	               korch__devices_set(s, slot) < 0
	           ? KORCH_E_NOMEM
	           : 0;
}

int korch__node_replace(korch_scheduler *s, sched_slot *slot, const korch_node *node)
{
	int moves = !same_place(slot->node, node);
	if (moves)
		korch__topology_leave(s, slot);
	size_t n_nodes = s->n_nodes;
	s->n_nodes = s->n_nodes - (slot->node != NULL) + (node != NULL);
	share_object(slot, node);
	int failed = fill(s, slot, node) < 0 || (moves && korch__topology_enter(s, slot) < 0);
	/* an image counts by the share of the nodes that have it */
	s->image_generation += s->n_nodes != n_nodes && s->image_table.n > 0;
	korch__log_add(&s->changed, slot->index);
	korch__slot_freed(s, slot->index);
	if (!failed)
		return 0;
	if (moves)
		korch__topology_leave(s, slot);
	s->n_nodes -= slot->node != NULL;
	share_object(slot, NULL);
	set_allocatable(s, slot->index, NULL);
	korch__images_set(s, slot, NULL);
	return KORCH_E_NOMEM;
}

int korch_scheduler_node_set(korch_scheduler *s, const korch_node *node, korch_error **err)
{
	if (!s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler was given");
	int code = check(s, node, err);
	if (code < 0)
		return code;
	const char *name = korch_object_name(&node->object);
	sched_slot *slot = korch__slot_make(s, name);
	if (!slot)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	const korch_node *ours = (const korch_node *)korch_object_ref(&node->object);
	if (slot->node && is_same(slot->node, node)) {
		share_object(slot, ours);
		return 0;
	}
	if (korch__journal_node(s, name, slot->node) < 0) {
		korch_object_unref(&ours->object);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	if (korch__node_replace(s, slot, ours) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return 0;
}

void korch_scheduler_node_remove(korch_scheduler *s, const char *name)
{
	sched_slot *slot = s && name ? korch__slot_get(s, name) : NULL;
	if (!slot || !slot->node || korch__journal_node(s, name, slot->node) < 0)
		return;
	korch__node_replace(s, slot, NULL);
	if (!s->journal)
		korch__slot_release(s, slot);
}

int korch_scheduler_node_usage(int64_t *allocatable, int64_t *requested, const korch_scheduler *s,
                               const char *node, const char *resource)
{
	const sched_slot *slot = s && node ? korch__slot_get(s, node) : NULL;
	uint32_t number = slot && resource ? korch__resource_find(s, resource) : NONE;
	if (number == NONE || !slot->node)
		return KORCH_E_NOT_FOUND;
	if (allocatable)
		*allocatable = s->alloc[number][slot->index];
	if (requested)
		*requested = s->used[number][slot->index];
	return 0;
}
