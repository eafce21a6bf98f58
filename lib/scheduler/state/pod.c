/* Pods on nodes: how they come, change and go. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/shape/group.h"
#include "scheduler/shape/labelset.h"
#include "scheduler/shape/shape.h"
#include "scheduler/state/journal.h"
#include "scheduler/state/nominate.h"
#include "scheduler/topology/counter.h"
#include "scheduler/topology/terms.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void korch__pod_free(korch_scheduler *s, sched_pod *pod)
{
	if (!pod)
		return;
	korch_string_unref(pod->id);
	korch_string_unref(pod->name);
	korch__terms_own(s, pod->terms, -1);
	korch__terms_unref(s, pod->terms);
	korch__labelset_unref(s, pod->labels);
	korch__shape_unref(s, pod->shape);
	korch__group_unref(s, pod->group);
	korch__free(pod);
}

/* Kubernetes' podTerminatingByPreemption: who it was that wanted it to go. */
static int is_preempted(const korch_pod *pod)
{
	const korch_pod_status *status = pod->status;
	for (size_t i = 0; status && i < status->n_conditions; i++) {
		const korch_pod_condition *condition = &status->conditions[i];
		if (korch__text_equal(condition->type, "DisruptionTarget"))
			return korch__text_equal(condition->status, "True") &&
			       korch__text_equal(condition->reason, "PreemptionByScheduler");
	}
	return 0;
}

int korch__pod_is_kept(const korch_object_meta *meta)
{
	for (size_t i = 0; i < meta->n_owner_references; i++) {
		if (meta->owner_references[i].controller &&
		    korch__text_equal(meta->owner_references[i].kind, "DaemonSet"))
			return 1;
	}
	return korch_map_get(meta->annotations, "kubernetes.io/config.mirror") != NULL;
}

static int fill(sched_pod *to, korch_scheduler *s, const korch_pod *pod, korch_error **err)
{
	const korch_object_meta *meta = pod->object.metadata;
	char buffer[KORCH__ID_SIZE];
	const char *id = korch__pod_id(pod, buffer);
	if (!id)
		return korch__pod_nameless(pod, err);
	if (!pod->spec)
		return korch_error_set(err, KORCH_E_INVALID, "a pod without a spec");
	to->id = id == meta->uid ? korch_string_ref(meta->uid) : korch_string_new(id);
	to->name = korch_string_ref(meta->name);
	to->terminating = meta->deletion_timestamp != 0;
	to->preempted = to->terminating && is_preempted(pod);
	to->kept = (uint8_t)korch__pod_is_kept(meta);
	to->start_time = pod->status ? pod->status->start_time : 0;
	int code = korch__shape_get(&to->shape, s, pod->spec, err);
	if (code < 0)
		return code;
	to->labels = korch__labelset_get(s, meta->namespace_, meta->labels);
	if (!to->id || !to->labels || korch__group_get(&to->group, s, pod) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (korch__group_limit(&to->group_limit, pod, NULL) < 0)
		to->group_limit = INT32_MAX;
	to->devices = korch__devices_of(pod, to->shape);
	if (korch__shape_has_terms(to->shape))
		code = korch__terms_get(&to->terms, s, to->shape, to->labels, err);
	korch__terms_own(s, to->terms, 1);
	return code;
}

int korch__pod_make(sched_pod **out, korch_scheduler *s, const korch_pod *pod, korch_error **err)
{
	if (!pod || !pod->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "a pod without metadata");
	sched_pod *made = korch__calloc(1, sizeof(*made));
	if (!made)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = fill(made, s, pod, err);
	if (code < 0) {
		korch__pod_free(s, made);
		return code;
	}
	*out = made;
	return 0;
}

int korch__pod_attach(korch_scheduler *s, sched_pod *pod, uint32_t index)
{
	sched_slot *slot = s->slots.items[index];
	if (korch__vec_reserve(&slot->pods, 1) < 0 ||
	    (pod->group && korch__group_add(pod->group, index) < 0))
		return KORCH_E_NOMEM;
	if (pod->shape->priority < s->lowest_priority)
		s->lowest_priority = pod->shape->priority;
	pod->slot = index;
	pod->at = (uint32_t)slot->pods.n;
	slot->pods.items[slot->pods.n++] = pod;
	korch__devices_take(s, slot, pod); /* by what was free before */
	korch__account(s, pod, 1);
	korch__topology_count(s, pod, 1);
	korch__slot_touch(s, index);
	return 0;
}

void korch__pod_detach(korch_scheduler *s, sched_pod *pod)
{
	sched_slot *slot = s->slots.items[pod->slot];
	korch__topology_count(s, pod, -1);
	korch__account(s, pod, -1);
	korch__devices_give(slot, pod);
	korch__group_drop(pod->group, pod->slot);
	sched_pod *last = slot->pods.items[--slot->pods.n];
	slot->pods.items[pod->at] = last;
	last->at = pod->at;
	korch__slot_freed(s, pod->slot);
}

/* What is hidden for a moment changes nothing. */
static void count_unnoticed(korch_scheduler *s, sched_pod *pod, int sign)
{
	uint64_t version = s->topology_version;
	korch__topology_count(s, pod, sign);
	s->topology_version = version;
}

/* The slot and the group have room: they had the pod before. */
void korch__pod_attach_back(korch_scheduler *s, sched_pod *pod)
{
	sched_slot *slot = s->slots.items[pod->slot];
	sched_pod *moved = slot->pods.items[pod->at];
	if (pod->at < slot->pods.n) {
		moved->at = (uint32_t)slot->pods.n;
		slot->pods.items[moved->at] = moved;
	}
	slot->pods.items[pod->at] = pod;
	slot->pods.n++;
	if (pod->group)
		korch__group_add(pod->group, pod->slot);
	korch__account(s, pod, 1);
	korch__devices_hold(slot, pod);
	korch__topology_count(s, pod, 1);
	korch__slot_touch(s, pod->slot);
}

void korch__pod_hide(korch_scheduler *s, sched_pod *pod)
{
	count_unnoticed(s, pod, -1);
	korch__account(s, pod, -1);
	korch__devices_give(s->slots.items[pod->slot], pod);
	korch__group_drop(pod->group, pod->slot);
	pod->hidden = 1;
}

/* The group has room for the slot: the pod was counted there, or asked for it. */
void korch__pod_show(korch_scheduler *s, sched_pod *pod)
{
	pod->hidden = 0;
	if (pod->group)
		korch__group_add(pod->group, pod->slot);
	korch__devices_hold(s->slots.items[pod->slot], pod);
	korch__account(s, pod, 1);
	count_unnoticed(s, pod, 1);
}

static int has_ended(const korch_pod *pod)
{
	const char *phase = pod->status ? korch__text_or_empty(pod->status->phase) : "";
	return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

/* Whether a known pod on its slot is as the object says, so that nothing is to be done. */
static int is_same(const sched_pod *a, const sched_pod *b, uint32_t slot)
{
	return a->slot == slot && a->shape == b->shape && a->labels == b->labels &&
	       a->group == b->group && a->group_limit == b->group_limit &&
	       a->terminating == b->terminating && a->preempted == b->preempted && a->kept == b->kept &&
	       (b->devices == 0 || a->devices == b->devices);
}

/* Notes what is said of a known pod that is where it was; 1 when that is all. */
static int keep(korch_scheduler *s, sched_pod *old, sched_pod *made, uint32_t slot)
{
	int starts = made->start_time && made->start_time != old->start_time;
	if (!is_same(old, made, slot) || (starts && s->journal))
		return 0;
	if (starts) {
		old->start_time = made->start_time;
		korch__slot_touch(s, old->slot); /* it may be another's turn to be a victim */
	}
	korch__pod_free(s, made);
	return 1;
}

/* Puts a pod in the place of the one that is known by its identity. */
static int replace(korch_scheduler *s, sched_pod *old, sched_pod *made, sched_slot *slot)
{
	if (made->devices == 0 && old->slot == slot->index)
		made->devices = old->devices;
	made->start_time = made->start_time ? made->start_time : old->start_time;
	korch__pod_detach(s, old);
	if (korch__pod_attach(s, made, slot->index) < 0) {
		korch__pod_attach_back(s, old);
		return KORCH_E_NOMEM;
	}
	korch__table_swap(&s->pod_table, made, made->id);
	sched_slot *from = s->slots.items[old->slot];
	korch__journal_note(s, (sched_entry){.op = OP_REPLACED, .who = made, .what = old});
	korch__slot_release(s, from);
	return 0;
}

int korch__pod_add(korch_scheduler *s, sched_pod *made, uint32_t slot)
{
	if (s->pod_table.n >= KORCH_SCHEDULER_PODS_MAX)
		return KORCH_E_LIMIT;
	if (korch__table_put(&s->pod_table, made) < 0)
		return KORCH_E_NOMEM;
	if (korch__pod_attach(s, made, slot) < 0) {
		korch__table_remove(&s->pod_table, made->id);
		return KORCH_E_NOMEM;
	}
	korch__journal_note(s, (sched_entry){.op = OP_PUT, .who = made});
	return 0;
}

/* Takes the pod. */
static int put(korch_scheduler *s, sched_pod *made, const char *on)
{
	/* the pod comes, was nominated, waited */
	sched_slot *slot = korch__journal_reserve(s, 3) < 0 ? NULL : korch__slot_make(s, on);
	if (!slot) {
		korch__pod_free(s, made);
		return KORCH_E_NOMEM;
	}
	sched_pod *old = korch__table_get(&s->pod_table, made->id);
	if (old && keep(s, old, made, slot->index))
		return 0;
	int code = old ? replace(s, old, made, slot) : korch__pod_add(s, made, slot->index);
	if (code < 0)
		korch__pod_free(s, made);
	korch__slot_release(s, slot);
	return code;
}

void korch__pod_undo(korch_scheduler *s, const struct sched_entry *entry)
{
	sched_pod *pod = entry->who, *before = entry->op == OP_REPLACED ? entry->what : NULL;
	if (entry->op != OP_REMOVED) {
		korch__pod_detach(s, pod);
		korch__slot_release(s, s->slots.items[pod->slot]);
	}
	switch (entry->op) {
	case OP_REMOVED:
		korch__table_put_held(&s->pod_table, pod);
		korch__pod_attach_back(s, pod);
		break;
	case OP_REPLACED:
		korch__table_swap(&s->pod_table, before, before->id);
		korch__pod_free(s, pod);
		korch__pod_attach_back(s, before);
		break;
	case OP_MOVED:
		pod->slot = entry->slot;
		pod->at = entry->at;
		pod->devices = entry->devices;
		korch__pod_attach_back(s, pod);
		break;
	default:
		korch__table_remove(&s->pod_table, pod->id);
		korch__pod_free(s, pod);
	}
}

/* Takes the pod. It waits no more, and keeps no room elsewhere. */
static int come(korch_scheduler *s, sched_pod *made, const char *on)
{
	if (!made)
		return KORCH_E_NOMEM;
	const char *id = korch_string_ref(made->id);
	size_t mark = korch__journal_mark(s);
	int code = put(s, made, on);
	if (code == 0 && (korch__nomination_end(s, id) < 0 || korch__waiting_end(s, id) < 0)) {
		korch__journal_back(s, mark);
		code = KORCH_E_NOMEM;
	}
	korch_string_unref(id);
	return code;
}

int korch__pod_assume(korch_scheduler *s, const korch_pod *pod, const char *on, uint64_t devices,
                      korch_error **err)
{
	sched_pod *made = NULL;
	int code = korch__pod_make(&made, s, pod, err);
	if (code < 0)
		return code;
	if (devices)
		made->devices = devices;
	code = korch__account_check(s, made, on, err);
	if (code < 0) {
		korch__pod_free(s, made);
		return code;
	}
	code = come(s, made, on);
	return code == KORCH_E_LIMIT
	           ? korch_error_set(err, code, "too many pods: at most %d", KORCH_SCHEDULER_PODS_MAX)
	       : code < 0 ? korch_error_set(err, code, "out of memory")
	                  : 0;
}

int korch_scheduler_pod_set(korch_scheduler *s, const korch_pod *pod, const char *node,
                            korch_error **err)
{
	if (!s || !pod)
		return korch_error_set(err, KORCH_E_INVALID, "no pod was given");
	const char *on = node ? node : pod->spec ? korch__text_or_empty(pod->spec->node_name) : "";
	if (has_ended(pod)) {
		korch_scheduler_pod_remove(s, pod);
		return 0;
	}
	return on[0] ? korch__pod_assume(s, pod, on, 0, err) : 0;
}

static int remove_pod(korch_scheduler *s, sched_pod *pod)
{
	if (!pod)
		return 0;
	if (korch__journal_reserve_out(s, &s->pod_table) < 0)
		return KORCH_E_NOMEM;
	sched_slot *slot = s->slots.items[pod->slot];
	korch__table_remove(&s->pod_table, pod->id);
	korch__pod_detach(s, pod);
	korch__journal_note(s, (sched_entry){.op = OP_REMOVED, .who = pod});
	korch__slot_release(s, slot);
	return 0;
}

void korch_scheduler_pod_forget(korch_scheduler *s, const char *id)
{
	if (!s || !id)
		return;
	size_t mark = korch__journal_mark(s);
	korch__waiting_turn(s);
	if (korch__nomination_end(s, id) < 0 || korch__waiting_end(s, id) < 0 ||
	    remove_pod(s, korch__table_get(&s->pod_table, id)) < 0)
		korch__journal_back(s, mark);
}

void korch_scheduler_pod_remove(korch_scheduler *s, const korch_pod *pod)
{
	char buffer[KORCH__ID_SIZE];
	const char *id = s && pod ? korch__pod_id(pod, buffer) : NULL;
	if (id)
		korch_scheduler_pod_forget(s, id);
}

const char *korch_scheduler_pod_node(const korch_scheduler *s, const korch_pod *pod)
{
	const sched_pod *known = s && pod ? korch__pod_find(s, pod) : NULL;
	return known ? s->slots.items[known->slot]->name : NULL;
}
