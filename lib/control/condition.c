/*
 * Conditions of any kind's status: find, put, remove. lastTransitionTime follows the status alone,
 * as everywhere in Kubernetes. No rule about when a condition holds.
 */
#include "control/condition.h"
#include "base/text.h"
#include <korch/api/apps.h>
#include <korch/api/batch.h>
#include <korch/api/core_namespace.h>
#include <korch/api/core_node.h>
#include <korch/api/flagger.h>
#include <korch/api/rollout_status.h>
#include <string.h>

#define LAYOUT(s, update_offset)                                                                   \
	{                                                                                              \
		.type = &s##_type, .name = offsetof(s, type), .status = offsetof(s, status),               \
		.reason = offsetof(s, reason), .message = offsetof(s, message),                            \
		.transition = offsetof(s, last_transition_time), .update = (update_offset)                 \
	}

const korch__condition_layout korch__deployment_conditions =
    LAYOUT(korch_deployment_condition, offsetof(korch_deployment_condition, last_update_time));
const korch__condition_layout korch__replica_set_conditions =
    LAYOUT(korch_replica_set_condition, 0);
const korch__condition_layout korch__rollout_conditions =
    LAYOUT(korch_rollout_condition, offsetof(korch_rollout_condition, last_update_time));
const korch__condition_layout korch__flagger_conditions =
    LAYOUT(korch_flagger_condition, offsetof(korch_flagger_condition, last_update_time));
const korch__condition_layout korch__pod_conditions = LAYOUT(korch_pod_condition, 0);
const korch__condition_layout korch__node_conditions =
    LAYOUT(korch_node_condition, offsetof(korch_node_condition, last_heartbeat_time));
const korch__condition_layout korch__namespace_conditions = LAYOUT(korch_namespace_condition, 0);
const korch__condition_layout korch__job_conditions =
    LAYOUT(korch_job_condition, offsetof(korch_job_condition, last_probe_time));
const korch__condition_layout korch__plain_conditions = LAYOUT(korch_condition, 0);

static const char **text_at(const char *item, size_t offset)
{
	return (const char **)(void *)(item + offset);
}

static int64_t *time_at(char *item, size_t offset)
{
	return (int64_t *)(void *)(item + offset);
}

static size_t index_of(const void *items, size_t n, const korch__condition_layout *layout,
                       const char *type)
{
	for (size_t i = 0; i < n; i++) {
		const char *item = (const char *)items + i * layout->type->size;
		if (korch__text_equal(*text_at(item, layout->name), type))
			return i;
	}
	return n;
}

const void *korch__condition_find(const void *items, size_t n,
                                  const korch__condition_layout *layout, const char *type)
{
	size_t i = index_of(items, n, layout, type);
	return i < n ? (const char *)items + i * layout->type->size : NULL;
}

int korch__condition_is(const void *items, size_t n, const korch__condition_layout *layout,
                        const korch__condition_value *value)
{
	const char *item = korch__condition_find(items, n, layout, value->type);
	return item && korch__text_equal(*text_at(item, layout->status), value->status) &&
	       korch__text_equal(*text_at(item, layout->reason), value->reason) &&
	       korch__text_equal(*text_at(item, layout->message), value->message);
}

int korch__condition_put(void *slot, size_t *n_slot, const korch__condition_layout *layout,
                         const korch__condition_value *value)
{
	size_t n = *n_slot;
	size_t i = index_of(*(void **)slot, n, layout, value->type);
	char *items = korch_list_edit(slot, n_slot, layout->type, i < n ? n : n + 1);
	if (!items)
		return KORCH_E_NOMEM;
	char *item = items + i * layout->type->size;
	int changed = i == n || !korch__text_equal(*text_at(item, layout->status), value->status);
	if (korch_string_set(text_at(item, layout->name), value->type) < 0 ||
	    korch_string_set(text_at(item, layout->status), value->status) < 0 ||
	    korch_string_set(text_at(item, layout->reason), value->reason) < 0 ||
	    korch_string_set(text_at(item, layout->message), value->message) < 0)
		return KORCH_E_NOMEM;
	if (changed)
		*time_at(item, layout->transition) = value->now;
	if (layout->update)
		*time_at(item, layout->update) = value->now;
	return 0;
}

int korch__condition_remove(void *slot, size_t *n_slot, const korch__condition_layout *layout,
                            const char *type)
{
	size_t n = *n_slot;
	size_t size = layout->type->size;
	size_t i = index_of(*(void **)slot, n, layout, type);
	if (i == n)
		return 0;
	if (n > 1) {
		char *items = korch_list_edit(slot, n_slot, layout->type, n);
		if (!items)
			return KORCH_E_NOMEM;
		korch_struct_clear(items + i * size, layout->type);
		memmove(items + i * size, items + (i + 1) * size, (n - 1 - i) * size);
		memset(items + (n - 1) * size, 0, size);
	}
	korch_list_edit(slot, n_slot, layout->type, n - 1);
	return *n_slot == n - 1 ? 0 : KORCH_E_NOMEM;
}
