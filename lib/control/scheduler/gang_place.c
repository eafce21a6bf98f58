/* The turn of a pod of a gang: all that must be placed are, in one plan, or all are told why not.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/scheduler/gang.h"
#include "control/scheduler/group.h"
#include <korch/fieldpath.h>
#include <korch/scheduler/batch.h>
#include <korch/scheduler/preempt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The pods of a gang as they are now. */
typedef struct members {
	korch__pods pods; /* on nodes, and behind them those that wait, in the order of their age */
	size_t placed;    /* of these, on nodes */
	size_t gated;     /* not among them */
	int64_t least;    /* as many must be placed; 0: it is no gang */
	char *wrong;      /* what is wrong with a pod's own number, or NULL */
} members;

static void members_fini(members *all)
{
	korch__vec_fini(&all->pods);
	korch__free(all->wrong);
}

static int by_age(const void *a, const void *b)
{
	const korch_object *x = *(const korch_object *const *)a, *y = *(const korch_object *const *)b;
	if (x->metadata->creation_timestamp != y->metadata->creation_timestamp)
		return x->metadata->creation_timestamp < y->metadata->creation_timestamp ? -1 : 1;
	return strcmp(korch_object_name(x), korch_object_name(y));
}

/* How many must be placed, as a pod says it. */
static int read_annotation(members *all, const korch_pod *pod)
{
	const char *text = korch__annotation(&pod->object, KORCH_ANNOTATION_GANG_MIN);
	int64_t least = 0;
	if (!text)
		return 0;
	if (korch__text_to_i64(&least, text) < 0 || least < 1) {
		if (!all->wrong)
			all->wrong =
			    korch__sprintf("metadata.annotations[%s] of pod %s: \"%s\" is not a "
			                   "number of pods, 1 or more",
			                   KORCH_ANNOTATION_GANG_MIN, korch_object_name(&pod->object), text);
		return all->wrong ? 0 : KORCH_E_NOMEM;
	}
	all->least = least > all->least ? least : all->least;
	return 0;
}

/* The PodGroup's word counts more than the pods'. */
static int read_group(members *all, const korch_view *view, const korch__group *group)
{
	const char *slash = strchr(group->id, '/');
	_cleanup_free_ char *namespace_ = korch__strndup(group->id, (size_t)(slash - group->id));
	const korch_kind *kind = korch__pod_group_kind();
	int64_t least = 0;
	if (!namespace_)
		return KORCH_E_NOMEM;
	const korch_object *object = kind ? korch_view_get(view, kind, namespace_, slash + 1) : NULL;
	char *text = NULL;
	int code = object ? korch_object_get_text(&text, object, "spec.minMember", NULL) : 0;
	if (code == 0 && text && korch__text_to_i64(&least, text) == 0 && least >= 1) {
		all->least = least;
		korch__free(KORCH_STEAL(all->wrong));
	}
	free(text);
	return code == KORCH_E_NOMEM ? code : 0;
}

/* Pods on nodes first, then those that wait. */
static int gather(members *all, const korch__turn *turn, const korch__group *group)
{
	const char *uid;
	for (int waiting = 0; waiting < 2; waiting++) {
		for (size_t at = 0; (uid = korch__table_next(&group->members, &at));) {
			const korch_object *object = korch_view_get_uid(turn->view, uid);
			const korch_pod *pod = object ? korch__pod_of(object) : NULL;
			int waits = object && korch__is_ours(turn->st, object);
			if (!pod || waits != waiting || (!waits && !korch__pod_node(pod)[0]))
				continue;
			if (read_annotation(all, pod) < 0)
				return KORCH_E_NOMEM;
			int is_gated = waits && pod->spec->n_scheduling_gates > 0;
			all->gated += (size_t)is_gated;
			if (!is_gated && korch__vec_push(&all->pods, pod) < 0)
				return KORCH_E_NOMEM;
		}
		all->placed = waiting ? all->placed : all->pods.n;
	}
	if (all->pods.n > all->placed)
		qsort(all->pods.items + all->placed, all->pods.n - all->placed, sizeof(*all->pods.items),
		      by_age);
	/* More than a transaction can bind are left for later. */
	if (all->pods.n - all->placed > korch_plan_room(turn->plan))
		all->pods.n = all->placed + korch_plan_room(turn->plan);
	return read_group(all, turn->view, group);
}

static const char *name_of(const korch__group *group)
{
	return strchr(group->id, '/') + 1;
}

/* Why too few are there to begin with; NULL when memory is short. */
static char *say_missing(const members *all, const korch__group *group, size_t room)
{
	char gated[64] = "";
	if (all->least > (int64_t)(all->placed + room))
		return korch__sprintf("group %s: %lld pods cannot be placed together, at most %zu can",
		                      name_of(group), (long long)all->least, room);
	if (all->gated > 0)
		snprintf(gated, sizeof(gated), ", and %zu whose scheduling is gated", all->gated);
	return korch__sprintf("waiting for the pods of group %s: %zu of at least %lld are there%s",
	                      name_of(group), all->pods.n, (long long)all->least, gated);
}

static int bind_all(const korch__turn *turn, const members *all, const korch_binding *bindings)
{
	for (size_t i = all->placed; i < all->pods.n; i++) {
		const korch_pod *pod = all->pods.items[i];
		if (!bindings[i].node)
			continue;
		int code = korch__bind_pod(turn, pod, bindings[i].node, bindings[i].devices);
		if (code < 0)
			return code;
	}
	return 0;
}

/* 1: they are placed, 0: not, and *why says it (korch__free()); or KORCH_E_NOMEM. */
static int place(char **why, const korch__turn *turn, const members *all, const korch__group *group)
{
	_cleanup_error_ korch_error *err = NULL;
	const char *message = NULL;
	korch_scheduler *scheduler = turn->st->scheduler;
	_cleanup_free_ korch_binding *bindings = korch__calloc(all->pods.n + 1, sizeof(*bindings));
	if (!bindings)
		return KORCH_E_NOMEM;
	int code = korch_scheduler_gang(bindings, &message, scheduler, all->pods.items, all->pods.n,
	                                (size_t)all->least, &err);
	if (code == KORCH_E_NOMEM)
		return code;
	if (code == 1)
		return bind_all(turn, all, bindings) < 0 ? KORCH_E_NOMEM : 1;
	*why = korch__sprintf("group %s cannot be placed: %s", name_of(group),
	                      code < 0 ? korch_error_message(err) : korch__text_or_empty(message));
	return *why ? 0 : KORCH_E_NOMEM;
}

/* All of it is tried. 1: a plan was made, 0: group->message says why not. */
static int try_gang(const korch__turn *turn, korch__group *group, const members *all)
{
	char *why = NULL;
	int is_there = (int64_t)all->pods.n >= all->least;
	int code = 0;
	group->is_asked = 0;
	/* Those that wait and were assumed to be placed were in a plan that was not committed. */
	for (size_t i = all->placed; i < all->pods.n; i++)
		korch_scheduler_pod_remove(turn->st->scheduler, all->pods.items[i]);
	if (is_there)
		code = place(&why, turn, all, group);
	else
		why = say_missing(all, group, korch_plan_room(turn->plan));
	if (code < 0 || (code == 0 && !why))
		return KORCH_E_NOMEM;
	korch__free(group->message);
	group->message = why;
	group->tried = turn->st->changes;
	group->tried_at = turn->now;
	korch__group_set_waiting(turn->st, group, code == 0);
	return code;
}

static int refuse(const korch__turn *turn, const korch_pod *pod, const char *reason,
                  const char *message)
{
	const korch__refusal refusal = {.reason = reason, .message = message};
	if (korch__refused_add(turn->st, pod) < 0)
		return KORCH_E_NOMEM;
	return korch__refuse(turn, pod, &refusal) < 0 ? KORCH_E_NOMEM : 1;
}

static int take_turn(const korch__turn *turn, korch__group *group, const korch_pod *pod,
                     const members *all)
{
	if (all->wrong)
		return refuse(turn, pod, "SchedulerError", all->wrong);
	if (all->least <= 1 || (int64_t)all->placed >= all->least)
		return 0;
	int code = try_gang(turn, group, all);
	if (code == 0)
		return refuse(turn, pod, "Unschedulable", group->message);
	if (code > 0)
		korch_string_share(&group->asker, pod->object.metadata->uid);
	return code;
}

int korch__gang_schedule(const korch__turn *turn, const korch_pod *pod)
{
	korch__scheduling *st = turn->st;
	korch__group *group = korch__group_of(st, pod);
	if (!group || pod->spec->n_scheduling_gates > 0)
		return 0;
	if (group->asker && !korch__text_equal(group->asker, korch_object_uid(&pod->object)))
		return 1;
	korch_string_share(&group->asker, NULL); /* asked for again: that plan was not committed */
	if (group->is_waiting && group->message && group->tried == st->changes)
		return refuse(turn, pod, "Unschedulable", group->message);
	_cleanup_(members_fini) members all = {0};
	int code = gather(&all, turn, group);
	return code < 0 ? code : take_turn(turn, group, pod, &all);
}
