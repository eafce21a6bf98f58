/* Groups of pods: who is in them, and when those that wait are tried again. */
#include "control/scheduler/gang.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/scheduler/group.h"
#include <korch/scheduler/batch.h>
#include <string.h>

/* A gang is tried again after a change, but not before a time has passed that is several times what
 * trying all waiting gangs takes. */
enum { PAUSE_POD_US = 10 };

static uint64_t text_hash(const void *key)
{
	return korch__hash_string(key);
}

static int group_equal(const void *entry, const void *key)
{
	return strcmp(((const korch__group *)entry)->id, key) == 0;
}

static uint64_t group_hash(const void *entry)
{
	return korch__hash_string(((const korch__group *)entry)->id);
}

static int member_equal(const void *entry, const void *key)
{
	return strcmp(entry, key) == 0;
}

void korch__gangs_init(korch__gangs *gangs)
{
	static const korch_table_ops OPS = {text_hash, group_equal, group_hash};
	korch__table_init(&gangs->groups, &OPS);
}

static void free_group(korch__group *group)
{
	char *uid;
	for (size_t at = 0; (uid = korch__table_next(&group->members, &at));)
		korch_string_unref(uid);
	korch__table_fini(&group->members);
	korch__free(group->id);
	korch__free(group->message);
	korch_string_unref(group->asker);
	korch__free(group);
}

void korch__gangs_clear(korch__gangs *gangs)
{
	korch__group *group;
	for (size_t at = 0; (group = korch__table_next(&gangs->groups, &at));)
		free_group(group);
	korch__table_fini(&gangs->groups);
	gangs->n_waiting = 0;
}

void korch__gangs_fini(korch__gangs *gangs)
{
	korch__gangs_clear(gangs);
}

/* Only what runs or will run counts. */
static const char *group_of(const korch_pod *pod)
{
	if (!pod || !pod->spec || !korch__pod_is_active(pod))
		return NULL;
	return korch_map_get(korch__labels(&pod->object), KORCH_LABEL_POD_GROUP);
}

static char *id_of(const korch_pod *pod, const char *name)
{
	return korch__sprintf("%s/%s", korch_object_namespace(&pod->object), name);
}

korch__group *korch__group_of(const korch__scheduling *st, const korch_pod *pod)
{
	const char *name = st->gangs.groups.n > 0 ? group_of(pod) : NULL;
	_cleanup_free_ char *id = name ? id_of(pod, name) : NULL;
	return id ? korch__table_get(&st->gangs.groups, id) : NULL;
}

void korch__group_set_waiting(korch__scheduling *st, korch__group *group, int is_waiting)
{
	st->gangs.n_waiting += (size_t)is_waiting - (size_t)group->is_waiting;
	group->is_waiting = is_waiting;
}

static korch__group *make_group(korch__scheduling *st, const char *id)
{
	static const korch_table_ops OPS = {text_hash, member_equal, text_hash};
	korch__group *group = korch__calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	korch__table_init(&group->members, &OPS);
	group->id = korch__strdup(id);
	if (group->id && korch__table_put(&st->gangs.groups, group) == 0)
		return group;
	free_group(group);
	return NULL;
}

/* What follows when the members of a group, or what they are, changed. */
static void group_changed(korch__scheduling *st, korch__group *group)
{
	st->changes++;
	group->is_asked = 0;
}

static int add_member(korch__scheduling *st, const korch_pod *pod, const char *name)
{
	const char *uid = korch_object_uid(&pod->object);
	_cleanup_free_ char *id = id_of(pod, name);
	korch__group *group = id ? korch__table_get(&st->gangs.groups, id) : NULL;
	if (id && !group)
		group = make_group(st, id);
	if (!group)
		return KORCH_E_NOMEM;
	if (korch__table_get(&group->members, uid))
		return 0;
	char *added = (char *)(uintptr_t)korch_string_new(uid);
	if (!added || korch__table_put(&group->members, added) < 0) {
		korch_string_unref(added);
		return KORCH_E_NOMEM;
	}
	group_changed(st, group);
	return 0;
}

static void remove_member(korch__scheduling *st, const korch_pod *pod, const char *name)
{
	_cleanup_free_ char *id = id_of(pod, name);
	korch__group *group = id ? korch__table_get(&st->gangs.groups, id) : NULL;
	if (!group)
		return;
	korch_string_unref(korch__table_remove(&group->members, korch_object_uid(&pod->object)));
	group_changed(st, group);
	if (group->members.n > 0)
		return;
	korch__group_set_waiting(st, group, 0);
	free_group(korch__table_remove(&st->gangs.groups, id));
}

/* The plan that was made for that pod's request came through, or never will. */
static void end_flight(korch__scheduling *st, const korch_pod *pod, const char *name)
{
	_cleanup_free_ char *id = id_of(pod, name);
	korch__group *group = id ? korch__table_get(&st->gangs.groups, id) : NULL;
	if (!group || !korch__text_equal(group->asker, korch_object_uid(&pod->object)))
		return;
	korch_string_share(&group->asker, NULL);
	korch__group_set_waiting(st, group, 1);
	group->asks_all = 1;
	group_changed(st, group);
}

/* Gates, and how many must be placed, count for the whole group. */
static void see_same(korch__scheduling *st, const korch_pod *before, const korch_pod *pod)
{
	const korch_object_meta *was = before->object.metadata, *is = pod->object.metadata;
	if (was->annotations == is->annotations &&
	    !before->spec->n_scheduling_gates == !pod->spec->n_scheduling_gates)
		return;
	korch__group *group = korch__group_of(st, pod);
	if (group)
		group_changed(st, group);
}

int korch__gangs_see(korch__scheduling *st, const korch_pod *before, const korch_pod *pod)
{
	const char *was = group_of(before), *is = group_of(pod);
	int is_same = was && is && strcmp(was, is) == 0;
	if (was && !korch__pod_node(before)[0] && (!is || korch__pod_node(pod)[0]))
		end_flight(st, before, was);
	if (is_same) {
		see_same(st, before, pod);
		return 0;
	}
	if (was)
		remove_member(st, before, was);
	return is ? add_member(st, pod, is) : 0;
}

/* Asks for the first member that waits, or for all. */
static void ask_members(korch__scheduling *st, const korch_view *view, korch__group *group,
                        korch_usec at, korch_enqueue *enqueue)
{
	const char *uid;
	for (size_t i = 0; (uid = korch__table_next(&group->members, &i));) {
		const korch_object *pod = korch_view_get_uid(view, uid);
		if (!pod || !korch__is_ours(st, pod) || korch__pod_of(pod)->spec->n_scheduling_gates > 0)
			continue;
		korch_enqueue_key_at(enqueue, korch_object_namespace(pod), korch_object_name(pod), at);
		group->is_asked = 1;
		if (!group->asks_all)
			return;
	}
	group->asks_all = 0;
}

void korch__gangs_ask(korch__scheduling *st, const korch_view *view, korch_enqueue *enqueue)
{
	korch_usec now = korch_view_now(view);
	korch__group *group;
	size_t waiting = 0;
	if (st->gangs.n_waiting == 0)
		return;
	for (size_t at = 0; (group = korch__table_next(&st->gangs.groups, &at));)
		waiting += group->is_waiting ? group->members.n : 0;
	for (size_t at = 0; (group = korch__table_next(&st->gangs.groups, &at));) {
		if (!group->is_waiting || group->is_asked || group->tried == st->changes)
			continue;
		korch_usec due = group->tried_at + (korch_usec)waiting * PAUSE_POD_US;
		ask_members(st, view, group, due > now ? due : now, enqueue);
	}
}

const korch_kind *korch__pod_group_kind(void)
{
	const korch_kind *kind = NULL;
	korch_kind_get(&kind, "scheduling.x-k8s.io/v1alpha1", "PodGroup", NULL);
	return kind;
}
