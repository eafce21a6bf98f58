/* Groups: found by name, counted by slot. */
#include "scheduler/shape/group.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <string.h>

#define GROUP_LABEL "scheduling.x-k8s.io/pod-group"

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int group_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_group *)entry)->name, key) == 0;
}
static uint64_t group_hash(const void *entry)
{
	return korch__hash_string(((const sched_group *)entry)->name);
}
static const korch_table_ops group_ops = {
    .hash = hash_text, .equal = group_equal, .entry_hash = group_hash};

void korch__groups_init(korch_scheduler *s)
{
	korch__table_init(&s->group_table, &group_ops);
}

static const char *annotation_of(const korch_pod *pod)
{
	const korch_object_meta *meta = pod->object.metadata;
	return meta->annotations ? korch_map_get(meta->annotations, KORCH_ANNOTATION_MAX_PER_NODE)
	                         : NULL;
}

/* By the label, or by the controller; a pod without either has no others like it to be counted
 * with. 1: *out is the caller's, 0: none, or KORCH_E_NOMEM. */
static int name_of(char **out, const korch_pod *pod)
{
	const char *space = korch__text_or_empty(korch_object_namespace(&pod->object));
	const char *label = korch_map_get(pod->object.metadata->labels, GROUP_LABEL);
	const korch_owner_reference *owner = korch_object_controller(&pod->object);
	if (!annotation_of(pod) || (!label && !owner))
		return 0;
	*out = label ? korch__sprintf("%s/label/%s", space, label)
	             : korch__sprintf("%s/controller/%s", space, korch__text_or_empty(owner->uid));
	return *out ? 1 : KORCH_E_NOMEM;
}

int korch__group_get(sched_group **out, korch_scheduler *s, const korch_pod *pod)
{
	_cleanup_free_ char *name = NULL;
	int is_in_one = name_of(&name, pod);
	if (is_in_one <= 0)
		return is_in_one;
	sched_group *group = korch__table_get(&s->group_table, name);
	if (!group) {
		group = korch__calloc(1, sizeof(*group));
		if (!group)
			return KORCH_E_NOMEM;
		group->name = KORCH_STEAL(name);
		if (korch__table_put(&s->group_table, group) < 0) {
			korch__free(group->name);
			korch__free(group);
			return KORCH_E_NOMEM;
		}
	}
	*out = korch__group_ref(group);
	return 0;
}

int korch__group_limit(int32_t *out, const korch_pod *pod, korch_error **err)
{
	const char *text = annotation_of(pod);
	int64_t limit = INT32_MAX;
	if (text && (korch__text_to_i64(&limit, text) < 0 || limit < 1 || limit > INT32_MAX)) {
		int code =
		    korch_error_set(err, KORCH_E_INVALID, "\"%s\": must be a number from 1 on", text);
		korch_error_prefix_path(err, "metadata.annotations[" KORCH_ANNOTATION_MAX_PER_NODE "]");
		return code;
	}
	*out = (int32_t)limit;
	return 0;
}

sched_group *korch__group_ref(sched_group *group)
{
	if (group)
		group->refs++;
	return group;
}

void korch__group_unref(korch_scheduler *s, sched_group *group)
{
	if (!group || --group->refs > 0)
		return;
	korch__table_remove(&s->group_table, group->name);
	korch__free(group->name);
	korch__free(group->counts);
	korch__free(group);
}

int korch__group_add(sched_group *group, uint32_t slot)
{
	if (slot >= group->cap) {
		size_t cap = (size_t)slot + slot / 2 + 16;
		uint32_t *counts = korch__realloc_array(group->counts, cap, sizeof(*counts));
		if (!counts)
			return KORCH_E_NOMEM;
		memset(counts + group->cap, 0, (cap - group->cap) * sizeof(*counts));
		group->counts = counts;
		group->cap = cap;
	}
	group->counts[slot]++;
	return 0;
}

void korch__group_drop(sched_group *group, uint32_t slot)
{
	if (group)
		group->counts[slot]--;
}
