/*
 * What must hold however the store failed: what was acknowledged is there, as a whole and once;
 * what was refused is not; of what nobody knows there is all or nothing; each write held when it
 * was done; watches and lists show just that.
 */
#include "store_faults.h"
#include <stdlib.h>
#include <string.h>

/* What is stored at some revision: change by key, NULL: nothing. */
typedef struct state {
	const fault_change *at[FAULT_KEYS];
} state;

static void advance(state *now, const fault_change *change)
{
	now->at[change->key] = change->value < 0 ? NULL : change;
}

static state state_at(const fault_changes *truth, uint64_t revision)
{
	state now = {{NULL}};
	for (size_t i = 0; i < truth->n && truth->items[i].revision <= revision; i++)
		advance(&now, &truth->items[i]);
	return now;
}

static int holds(const state *before, const fault_write *write)
{
	const fault_change *stored = before->at[write->key];
	if (write->expected == KORCH_REVISION_ANY)
		return 1;
	return write->expected == (stored ? stored->revision : KORCH_REVISION_NONE);
}

/* Each write is among the changes, which are nothing else. */
static void check_writes(const state *before, const fault_attempt *attempt,
                         const fault_change *changes, size_t n)
{
	size_t n_expected = 0;
	for (size_t i = 0; i < attempt->n; i++) {
		const fault_write *write = &attempt->writes[i];
		ck_assert_msg(holds(before, write), "a write was done that did not hold");
		if (write->op == KORCH_WRITE_CHECK ||
		    (write->op == KORCH_WRITE_DELETE && !before->at[write->key]))
			continue;
		n_expected++;
		int is_there = 0;
		for (size_t k = 0; k < n; k++)
			is_there |= changes[k].key == write->key &&
			            (changes[k].value < 0) == (write->op == KORCH_WRITE_DELETE);
		ck_assert_msg(is_there, "half of a transaction was done");
	}
	ck_assert_uint_eq(n_expected, n);
}

/* The attempt that made changes of one revision. */
static int maker_of(const fault_change *changes, size_t n)
{
	int maker = -1;
	for (size_t i = 0; i < n; i++) {
		if (changes[i].value < 0)
			continue;
		ck_assert_msg(maker < 0 || maker == changes[i].value, "two transactions, one revision");
		maker = changes[i].value;
	}
	ck_assert_msg(maker >= 0, "changes that nobody made");
	return maker;
}

static void check_attempts(const fault_record *record)
{
	state now = {{NULL}};
	uint64_t done_at[FAULT_ATTEMPTS] = {0};
	const fault_changes *truth = &record->truth;
	for (size_t i = 0, n; i < truth->n; i += n) {
		const fault_change *first = &truth->items[i];
		for (n = 1; i + n < truth->n && first[n].revision == first->revision;)
			n++;
		int maker = maker_of(first, n);
		ck_assert_int_lt(maker, record->n_attempts);
		ck_assert_msg(!done_at[maker], "a transaction was done twice");
		done_at[maker] = first->revision;
		check_writes(&now, &record->attempts[maker], first, n);
		for (size_t k = 0; k < n; k++)
			advance(&now, &first[k]);
	}
	for (int i = 0; i < record->n_attempts; i++) {
		const fault_attempt *attempt = &record->attempts[i];
		if (attempt->is_refused || (attempt->code < 0 && attempt->code != KORCH_E_IO))
			ck_assert_msg(!done_at[i], "what was refused was done");
		else if (attempt->code == 0)
			ck_assert_msg(done_at[i] == attempt->revision, "what was acknowledged is lost");
	}
}

static void check_span(const fault_changes *truth, const fault_span *span)
{
	size_t at = 0;
	for (size_t i = 0; i < truth->n; i++) {
		const fault_change *wanted = &truth->items[i];
		if (wanted->revision <= span->from || wanted->revision > span->to)
			continue;
		ck_assert_msg(at < span->changes.n, "a watch has a gap");
		const fault_change *got = &span->changes.items[at++];
		ck_assert_msg(got->revision == wanted->revision && got->key == wanted->key &&
		                  got->value == wanted->value,
		              "a watch told something else");
	}
	ck_assert_msg(at == span->changes.n, "a watch told what did not happen, or twice");
}

static void check_list(const fault_changes *truth, const fault_list *list)
{
	state then = state_at(truth, list->revision);
	for (int key = 0; key < FAULT_KEYS; key++) {
		const fault_change *stored = then.at[key];
		ck_assert_msg(list->values[key] == (stored ? stored->value : -1),
		              "a list at %llu shows %d under key %d in place of %d",
		              (unsigned long long)list->revision, list->values[key], key,
		              stored ? stored->value : -1);
	}
}

void faults_note(fault_changes *changes, const korch_change *change)
{
	changes->items = realloc(changes->items, (changes->n + 1) * sizeof(*changes->items));
	ck_assert_ptr_nonnull(changes->items);
	changes->items[changes->n++] = (fault_change){
	    .revision = change->revision,
	    .key = atoi(korch_object_name(change->object) + 1),
	    .value = change->type == KORCH_CHANGE_DELETED ? -1 : atoi(value_of(change->object)),
	};
}

void faults_judge(const fault_record *record)
{
	check_attempts(record);
	for (size_t i = 0; i < record->n_spans; i++)
		check_span(&record->truth, &record->spans[i]);
	for (size_t i = 0; i < record->n_lists; i++) {
		if (record->lists[i].revision <= record->end)
			check_list(&record->truth, &record->lists[i]);
	}
}
