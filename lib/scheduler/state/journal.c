/* The journal of a trial, and undoing by it. */
#include "scheduler/state/journal.h"
#include "base/cleanup.h"
#include "scheduler/filter/claim.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/state/budget.h"
#include "scheduler/state/node.h"
#include "scheduler/state/nominate.h"
#include "scheduler/topology/key.h"
#include <korch/scheduler/whatif.h>

/* Each entry leaves at most two slots with nothing on them, now or when it is undone. */
int korch__journal_reserve(korch_scheduler *s, size_t n)
{
	sched_journal *journal = s->journal;
	if (!journal)
		return 0;
	size_t loose = journal->loose.n + 2 * journal->entries.n;
	if (korch__vec_grow(&journal->loose.items, &journal->loose.cap, loose, 2 * n,
	                    sizeof(*journal->loose.items)) < 0)
		return KORCH_E_NOMEM;
	return korch__vec_reserve(&journal->entries, n);
}

int korch__journal_reserve_out(korch_scheduler *s, korch_table *table)
{
	if (!s->journal)
		return 0;
	return korch__journal_reserve(s, 1) < 0 ? KORCH_E_NOMEM : korch__table_hold(table);
}

int korch__journal_keeps(korch_scheduler *s, sched_slot *slot)
{
	sched_journal *journal = s->journal;
	if (journal && !slot->is_loose && korch__vec_push(&journal->loose, slot->index) == 0)
		slot->is_loose = 1;
	return journal != NULL;
}

/* Lets go of what an entry keeps for undoing. */
static void forget(korch_scheduler *s, const sched_entry *entry)
{
	switch (entry->op) {
	case OP_REMOVED:
		korch__pod_free(s, entry->who);
		break;
	case OP_REPLACED:
		korch__pod_free(s, entry->what);
		break;
	case OP_NODE:
		korch__node_state_free(s, entry->what);
		break;
	case OP_NAMESPACE:
		korch_block_unref(entry->what);
		break;
	case OP_NOMINATION_OUT:
		korch__nomination_free(s, entry->who);
		break;
	case OP_BUDGET:
	case OP_BUDGET_OUT:
		korch__budget_free(entry->what);
		break;
	case OP_CLAIM:
		korch_block_unref(entry->what);
		korch__claim_settle(s, entry->who);
		break;
	case OP_WAITED:
		korch__waiting_drop(s, entry->who);
		break;
	case OP_PUT:
	case OP_MOVED:
	case OP_NOMINATED:
	case OP_WAITS:
		break;
	}
}

void korch__journal_note(korch_scheduler *s, sched_entry entry)
{
	sched_journal *journal = s->journal;
	if (!journal) {
		forget(s, &entry);
		return;
	}
	journal->has_namespaces |= entry.op == OP_NAMESPACE;
	journal->entries.items[journal->entries.n++] = entry;
}

static void undo(korch_scheduler *s, const sched_entry *entry)
{
	switch (entry->op) {
	case OP_PUT:
	case OP_REMOVED:
	case OP_REPLACED:
	case OP_MOVED:
		korch__pod_undo(s, entry);
		break;
	case OP_NODE:
		korch__node_restore(s, s->slots.items[entry->slot], entry->what);
		korch__slot_release(s, s->slots.items[entry->slot]);
		break;
	case OP_NAMESPACE:
		korch__namespace_put(s, entry->who, entry->what);
		korch_block_unref(entry->what);
		break;
	case OP_NOMINATED:
	case OP_NOMINATION_OUT:
		korch__nomination_undo(s, entry);
		break;
	case OP_BUDGET:
	case OP_BUDGET_OUT:
		korch__budget_undo(s, entry);
		break;
	case OP_CLAIM:
		korch__claim_undo(s, entry);
		break;
	case OP_WAITS:
	case OP_WAITED:
		korch__waiting_undo(s, entry);
		break;
	}
}

size_t korch__journal_mark(const korch_scheduler *s)
{
	return s->journal ? s->journal->entries.n : 0;
}

void korch__journal_back(korch_scheduler *s, size_t mark)
{
	sched_journal *journal = s->journal;
	while (journal && journal->entries.n > mark)
		undo(s, &journal->entries.items[--journal->entries.n]);
}

/* Slots and domains that nothing is left of were kept for the entries. */
static void close_journal(korch_scheduler *s)
{
	sched_journal *journal = KORCH_STEAL(s->journal);
	for (size_t i = 0; i < journal->loose.n; i++) {
		sched_slot *slot = s->slots.items[journal->loose.items[i]];
		slot->is_loose = 0;
		korch__slot_release(s, slot);
	}
	korch__vec_fini(&journal->loose);
	korch__vec_fini(&journal->entries);
	korch__free(journal);
	korch__domains_release(s);
}

void korch__journal_free(korch_scheduler *s)
{
	while (s->journal)
		korch_scheduler_commit(s);
}

int korch_scheduler_begin(korch_scheduler *s)
{
	if (!s)
		return KORCH_E_INVALID;
	if (!s->journal) {
		s->journal = korch__calloc(1, sizeof(*s->journal));
		if (!s->journal)
			return KORCH_E_NOMEM;
		korch__domains_hold(s);
	}
	sched_journal *journal = s->journal;
	if (journal->depth == JOURNAL_DEPTH_MAX)
		return KORCH_E_LIMIT;
	journal->marks[journal->depth++] =
	    (sched_mark){.entries = journal->entries.n, .changes = s->changes};
	return 0;
}

/* The state is again the one that it was, and has its number again. */
void korch_scheduler_rollback(korch_scheduler *s)
{
	sched_journal *journal = s ? s->journal : NULL;
	if (!journal)
		return;
	sched_mark mark = journal->marks[--journal->depth];
	korch__journal_back(s, mark.entries);
	s->changes = mark.changes;
	if (journal->depth == 0)
		close_journal(s);
}

void korch_scheduler_commit(korch_scheduler *s)
{
	sched_journal *journal = s ? s->journal : NULL;
	if (!journal || --journal->depth > 0)
		return;
	while (journal->entries.n > 0) {
		const sched_entry *entry = &journal->entries.items[--journal->entries.n];
		if (entry->op == OP_REMOVED)
			korch__table_unhold(&s->pod_table);
		else if (entry->op == OP_NOMINATION_OUT)
			korch__table_unhold(&s->nominations);
		else if (entry->op == OP_WAITED)
			korch__table_unhold(&s->waiting_table);
		forget(s, entry);
	}
	close_journal(s);
}
