/* Checks of a list of pods, before anything is changed. */
#include "scheduler/batch/members.h"
#include "base/cleanup.h"
#include <stdio.h>
#include <string.h>

typedef struct member {
	const char *id;
	char *own; /* the id, when it is not the pod's own text */
} member;

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int member_equal(const void *entry, const void *key)
{
	return strcmp(((const member *)entry)->id, key) == 0;
}
static uint64_t member_hash(const void *entry)
{
	return korch__hash_string(((const member *)entry)->id);
}
static const korch_table_ops member_ops = {
    .hash = hash_text, .equal = member_equal, .entry_hash = member_hash};

static int add(korch_table *table, member *to, const korch_pod *pod, korch_error **err)
{
	char buffer[KORCH__ID_SIZE];
	const char *id = pod ? korch__pod_id(pod, buffer) : NULL;
	if (pod && !id)
		return korch__pod_nameless(pod, err);
	if (!id || !pod->spec)
		return korch_error_set(err, KORCH_E_INVALID, "a pod without a name or a spec");
	if (korch__table_get(table, id))
		return korch_error_set(err, KORCH_E_INVALID, "pod %s/%s is given twice",
		                       korch_object_namespace(&pod->object),
		                       korch_object_name(&pod->object));
	to->id = id;
	if (id == buffer)
		to->id = to->own = korch__strdup(id);
	return to->id && korch__table_put(table, to) == 0
	           ? 0
	           : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
}

void korch__members_blame(size_t i, korch_error **err)
{
	char path[32];
	snprintf(path, sizeof(path), "pods[%zu]", i);
	korch_error_prefix_path(err, path);
}

int korch__members_check(const korch_pod *const *pods, size_t n, korch_error **err)
{
	if (n > KORCH_SCHEDULER_PODS_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "%zu pods: at most %d", n,
		                       KORCH_SCHEDULER_PODS_MAX);
	_cleanup_free_ member *members = korch__calloc(n + 1, sizeof(*members));
	if (!members)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch_table table;
	korch__table_init(&table, &member_ops);
	int code = 0;
	for (size_t i = 0; code == 0 && i < n; i++) {
		code = add(&table, &members[i], pods[i], err);
		if (code < 0)
			korch__members_blame(i, err);
	}
	korch__table_fini(&table);
	for (size_t i = 0; i < n; i++)
		korch__free(members[i].own);
	return code;
}
