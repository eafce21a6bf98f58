/*
 * The history: the latest changes of a store in order, in a ring that drops the oldest. Lists at an
 * older revision and watches are answered from it. A change has a position that never changes: the
 * first ever is 0.
 */
#ifndef KORCH_STORE_HISTORY_H
#define KORCH_STORE_HISTORY_H

#include <korch/store.h>

typedef struct korch_record {
	uint64_t revision : 62;
	uint64_t type : 2;            /* a korch_change_type */
	const korch_object *object;   /* owned; DELETED: the last state with the deletion's revision */
	const korch_object *previous; /* owned, or NULL */
} korch_record;

typedef struct korch_history {
	korch_record *items;
	size_t cap;         /* a power of two */
	size_t limit;       /* most records */
	uint64_t begin;     /* position of the oldest record */
	uint64_t end;       /* position of the next record to come */
	uint64_t compacted; /* everything behind this revision is here */
} korch_history;

void korch__history_init(korch_history *history, size_t limit);
void korch__history_fini(korch_history *history);
/* Room for n more records, so that pushing them cannot fail; 0 or KORCH_E_NOMEM. */
int korch__history_reserve(korch_history *history, size_t n);
/* Adds a record, whose references pass over, and drops the oldest when there are too many. */
void korch__history_push(korch_history *history, const korch_record *record);
/* Forgets all up to and including a revision. */
void korch__history_compact(korch_history *history, uint64_t revision);
/* The record at a position from begin to end - 1. Borrowed until the next push or compact. */
const korch_record *korch__history_at(const korch_history *history, uint64_t position);
/* Position of the first record with a greater revision; end when there is none. */
uint64_t korch__history_after(const korch_history *history, uint64_t revision);
/*
 * The revision up to which everything stands before a position: of a transaction that goes on
 * behind it, the one before.
 */
uint64_t korch__history_before(const korch_history *history, uint64_t position);

#endif
