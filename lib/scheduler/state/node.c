/* Nodes: from the object to the columns; what a change of the object sets in motion. */
#include "scheduler/state/node.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/state/journal.h"
#include "scheduler/topology/key.h"
#include "scheduler/topology/topology.h"
#include <korch/quantity.h>
#include <string.h>

/* Each pod's tolerations are held against each of them. */
enum { TAINTS_MAX = 256 };

static const korch_map *allocatable_of(const korch_node *node)
{
	const korch_node_status *status = node->status;
	return status && status->allocatable ? status->allocatable : status ? status->capacity : NULL;
}

static int refuse(korch_error **err, const korch_node *node, const korch_map_entry *entry,
                  const char *what)
{
	int code =
	    korch_error_set(err, KORCH_E_INVALID, "node %s: %s \"%s\"",
	                    korch_object_name(&node->object), what, korch__text_or_empty(entry->value));
	korch_error_prefix_path(err, entry->key);
	korch_error_prefix_path(err, "status.allocatable");
	return code;
}

static int check_allocatable(const korch_scheduler *s, const korch_node *node, korch_error **err)
{
	const korch_map *map = allocatable_of(node);
	size_t n_resources = s->n_resources;
	for (size_t i = 0; map && i < map->n; i++) {
		const korch_map_entry *entry = &map->items[i];
		korch_quantity quantity;
		if (korch_quantity_parse(&quantity, korch__text_or_empty(entry->value), NULL) < 0)
			return refuse(err, node, entry, "not a quantity:");
		if (korch_quantity_sign(&quantity) < 0)
			return refuse(err, node, entry, "must be 0 or more:");
		n_resources += korch__resource_find(s, entry->key) == NONE;
	}
	if (n_resources > KORCH_SCHEDULER_RESOURCES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "node %s: too many resources: at most %d",
		                       korch_object_name(&node->object), KORCH_SCHEDULER_RESOURCES_MAX);
	return 0;
}

/* Refuses what makes no sense, before anything is changed. */
static int check(const korch_scheduler *s, const korch_node *node, korch_error **err)
{
	if (!node || !node->object.metadata || !korch_object_name(&node->object)[0])
		return korch_error_set(err, KORCH_E_INVALID, "a node without a name");
	int code = check_allocatable(s, node, err);
	if (code < 0)
		return code;
	if (node->spec && node->spec->n_taints > TAINTS_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "node %s: %zu taints: at most %d",
		                       korch_object_name(&node->object), node->spec->n_taints, TAINTS_MAX);
	return korch__slot_check_room(s, korch_object_name(&node->object), err);
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
	sched_slot *at = s->slots.items[slot];
	s->n_wide -= at->is_wide;
	at->is_wide = 0;
	for (uint32_t r = 0; r < s->n_resources; r++)
		s->alloc[r][slot] = 0;
	for (size_t i = 0; map && i < map->n; i++) {
		uint32_t resource = korch__resource_find(s, map->items[i].key);
		if (resource == NONE)
			continue;
		int64_t amount = korch__resource_amount(resource, map->items[i].value);
		s->alloc[resource][slot] = amount;
		at->is_wide |= resource <= RES_MEMORY && amount >= KORCH__WIDE;
	}
	s->n_wide += at->is_wide;
	s->inverse_cpu[slot] = inverse(s->alloc[RES_CPU][slot]);
	s->inverse_memory[slot] = inverse(s->alloc[RES_MEMORY][slot]);
	korch__columns_settle(s, slot);
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

/* The columns, images and devices by the object; or as they were. */
static int fill(korch_scheduler *s, sched_slot *slot, sched_node_state *before)
{
	if (set_allocatable(s, slot->index, slot->node) < 0)
		return KORCH_E_NOMEM;
	if (!before)
		return korch__images_set(s, slot, slot->node) < 0 ? KORCH_E_NOMEM
		                                                  : korch__devices_set(s, slot);
	korch__images_put_back(s, slot, &before->images);
	korch__free(slot->devices);
	slot->devices = KORCH_STEAL(before->devices);
	slot->n_devices = before->n_devices;
	for (size_t i = 0; i < before->n_lacking; i++)
		before->lacking[i]->devices = 0;
	return 0;
}

/* Replaces the object of a slot (NULL: takes it away); takes the reference. After KORCH_E_NOMEM the
 * slot is half done and has to be restored. */
static int replace(korch_scheduler *s, sched_slot *slot, const korch_node *node,
                   sched_node_state *before)
{
	int moves = !same_place(slot->node, node);
	if (moves)
		korch__topology_leave(s, slot);
	size_t n_nodes = s->n_nodes;
	s->n_nodes = s->n_nodes - (slot->node != NULL) + (node != NULL);
	share_object(slot, node);
	int code = fill(s, slot, before);
	if (code == 0 && moves)
		code = korch__topology_enter(s, slot);
	/* an image counts by the share of the nodes that have it */
	s->image_generation += s->n_nodes != n_nodes && s->image_table.n > 0;
	korch__log_add(&s->changed, slot->index);
	korch__slot_freed(s, slot->index);
	return code;
}

/* The pods that may get devices by a change of the node. */
static int note_lacking(sched_node_state *state, const sched_slot *slot)
{
	size_t n = 0;
	for (size_t i = 0; i < slot->pods.n; i++)
		n += korch__devices_lacks(slot->pods.items[i]);
	if (n == 0)
		return 0;
	state->lacking = korch__calloc(n, sizeof(*state->lacking));
	for (size_t i = 0; state->lacking && i < slot->pods.n; i++) {
		if (korch__devices_lacks(slot->pods.items[i]))
			state->lacking[state->n_lacking++] = slot->pods.items[i];
	}
	return state->lacking ? 0 : KORCH_E_NOMEM;
}

/* What the slot has, before its object is replaced by that one; its devices are taken. */
static sched_node_state *take_state(korch_scheduler *s, sched_slot *slot, const korch_node *node)
{
	sched_node_state *state = korch__calloc(1, sizeof(*state));
	if (!state || note_lacking(state, slot) < 0 ||
	    korch__images_keep(s, slot, node, &state->images) < 0) {
		if (state)
			korch__free(state->lacking);
		korch__free(state);
		return NULL;
	}
	if (slot->node)
		state->node = (const korch_node *)korch_object_ref(&slot->node->object);
	state->devices = KORCH_STEAL(slot->devices);
	state->n_devices = slot->n_devices;
	slot->n_devices = 0;
	return state;
}

void korch__node_restore(korch_scheduler *s, sched_slot *slot, sched_node_state *before)
{
	replace(s, slot, KORCH_STEAL(before->node), before);
	korch__free(before->lacking);
	korch__free(before);
}

void korch__node_state_free(korch_scheduler *s, sched_node_state *before)
{
	korch_object_unref((const korch_object *)before->node);
	korch__images_let_go(s, &before->images);
	korch__free(before->devices);
	korch__free(before->lacking);
	korch__free(before);
}

/* Changes the object of a slot, so that a trial can undo it; takes the reference. */
static int change(korch_scheduler *s, sched_slot *slot, const korch_node *node)
{
	sched_node_state *before = take_state(s, slot, node);
	if (!before) {
		korch_object_unref((const korch_object *)node);
		return KORCH_E_NOMEM;
	}
	korch__domains_hold(s);
	int code = replace(s, slot, node, NULL);
	if (code < 0)
		korch__node_restore(s, slot, before);
	else
		korch__journal_note(s, (sched_entry){.op = OP_NODE, .slot = slot->index, .what = before});
	korch__domains_release(s);
	return code;
}

int korch_scheduler_node_set(korch_scheduler *s, const korch_node *node, korch_error **err)
{
	if (!s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler was given");
	int code = check(s, node, err);
	if (code < 0)
		return code;
	sched_slot *slot = korch__journal_reserve(s, 1) < 0
	                       ? NULL
	                       : korch__slot_make(s, korch_object_name(&node->object));
	if (!slot)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	const korch_node *ours = (const korch_node *)korch_object_ref(&node->object);
	if (slot->node && !s->journal && is_same(slot->node, node)) {
		share_object(slot, ours);
		return 0;
	}
	code = change(s, slot, ours);
	korch__slot_release(s, slot);
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}

void korch_scheduler_node_remove(korch_scheduler *s, const char *name)
{
	sched_slot *slot = s && name ? korch__slot_get(s, name) : NULL;
	if (!slot || !slot->node || korch__journal_reserve(s, 1) < 0)
		return;
	change(s, slot, NULL);
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
