/* The journal of a trial, and undoing by it. */
#include "scheduler/state/journal.h"
#include "base/cleanup.h"
#include "scheduler/state/nominate.h"
#include <korch/scheduler/whatif.h>

int korch__journal_reserve(korch_scheduler *s, size_t n)
{
	return s->journal ? korch__vec_reserve(&s->journal->entries, n) : 0;
}

static void note(korch_scheduler *s, sched_entry entry)
{
	s->journal->loose |= entry.op != OP_ATTACHED && entry.op != OP_NAMESPACE;
	s->journal->entries.items[s->journal->entries.n++] = entry;
}

void korch__journal_attached(korch_scheduler *s, sched_pod *pod)
{
	if (s->journal)
		note(s, (sched_entry){.op = OP_ATTACHED, .what = pod});
}

void korch__journal_detached(korch_scheduler *s, sched_pod *pod)
{
	if (s->journal)
		note(s, (sched_entry){.op = OP_DETACHED, .slot = pod->slot, .what = pod});
	else
		korch__pod_free(s, pod);
}

static int note_named(korch_scheduler *s, sched_op op, const char *name, const void *what)
{
	if (!s->journal)
		return 0;
	const char *copy = korch_string_new(name);
	if (!copy || korch__journal_reserve(s, 1) < 0) {
		korch_string_unref(copy);
		return KORCH_E_NOMEM;
	}
	note(s, (sched_entry){.op = op, .name = copy, .what = (void *)(uintptr_t)what});
	return 0;
}

int korch__journal_node(korch_scheduler *s, const char *name, const korch_node *before)
{
	if (note_named(s, OP_NODE, name, before) < 0)
		return KORCH_E_NOMEM;
	if (s->journal && before)
		korch_object_ref(&before->object);
	return 0;
}

void korch__journal_nominated(korch_scheduler *s, const char *id, sched_nomination *before)
{
	if (s->journal)
		note(s, (sched_entry){.op = OP_NOMINATED, .name = korch_string_ref(id), .what = before});
	else
		korch__nomination_free(s, before);
}

int korch__journal_namespace(korch_scheduler *s, const char *name, const korch_map *before)
{
	if (note_named(s, OP_NAMESPACE, name, before) < 0)
		return KORCH_E_NOMEM;
	if (s->journal)
		korch_block_ref(before);
	return 0;
}

/* Undoing allocates nothing that was not there before, but for a node's images and devices. */
static void undo(korch_scheduler *s, sched_entry *entry)
{
	sched_pod *pod = entry->what;
	sched_slot *slot;
	switch (entry->op) {
	case OP_ATTACHED:
		korch__pod_detach(s, pod);
		s->journal->loose |= s->slots.items[pod->slot]->node == NULL;
		korch__pod_free(s, pod);
		break;
	case OP_DETACHED:
		if (korch__pod_attach(s, pod, entry->slot) < 0)
			korch__pod_free(s, pod);
		break;
	case OP_NODE:
		slot = korch__slot_make(s, entry->name);
		if (slot)
			korch__node_replace(s, slot, KORCH_STEAL(entry->what));
		break;
	case OP_NAMESPACE:
		korch__namespace_put(s, entry->name, entry->what);
		korch_block_unref(entry->what);
		break;
	case OP_NOMINATED:
		korch__nomination_restore(s, entry->name, entry->what);
		break;
	}
	korch_string_unref(entry->name);
}

/* Lets go of what an entry keeps for undoing. */
static void forget(korch_scheduler *s, sched_entry *entry)
{
	if (entry->op == OP_DETACHED)
		korch__pod_free(s, entry->what);
	else if (entry->op == OP_NODE)
		korch_object_unref(entry->what);
	else if (entry->op == OP_NAMESPACE)
		korch_block_unref(entry->what);
	else if (entry->op == OP_NOMINATED)
		korch__nomination_free(s, entry->what);
	korch_string_unref(entry->name);
}

/* Slots that nothing is left of were kept for the entries. */
static void close_journal(korch_scheduler *s)
{
	int loose = s->journal->loose;
	korch__vec_fini(&s->journal->entries);
	korch__free(KORCH_STEAL(s->journal));
	for (size_t i = 0; loose && i < s->slots.n; i++) {
		if (s->slots.items[i]->name)
			korch__slot_release(s, s->slots.items[i]);
	}
}

void korch__journal_free(korch_scheduler *s)
{
	while (s->journal)
		korch_scheduler_commit(s);
}

int korch_scheduler_begin(korch_scheduler *s)
{
	if (!s->journal) {
		s->journal = korch__calloc(1, sizeof(*s->journal));
		if (!s->journal)
			return KORCH_E_NOMEM;
	}
	sched_journal *journal = s->journal;
	if (journal->depth == JOURNAL_DEPTH_MAX)
		return KORCH_E_LIMIT;
	journal->marks[journal->depth++] = journal->entries.n;
	return 0;
}

void korch_scheduler_rollback(korch_scheduler *s)
{
	sched_journal *journal = s->journal;
	if (!journal)
		return;
	size_t mark = journal->marks[--journal->depth];
	while (journal->entries.n > mark)
		undo(s, &journal->entries.items[--journal->entries.n]);
	if (journal->depth == 0)
		close_journal(s);
}

void korch_scheduler_commit(korch_scheduler *s)
{
	sched_journal *journal = s->journal;
	if (!journal || --journal->depth > 0)
		return;
	while (journal->entries.n > 0)
		forget(s, &journal->entries.items[--journal->entries.n]);
	close_journal(s);
}
