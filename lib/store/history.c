/*
 * The ring of latest changes. Who reads it, and how far, is not known here: readers keep positions.
 */
#include "store/history.h"
#include "base/alloc.h"
#include <assert.h>

enum { CAP_MIN = 64 };

void korch__history_init(korch_history *history, size_t limit)
{
	*history = (korch_history){.limit = limit};
}

static korch_record *slot(const korch_history *history, uint64_t position)
{
	return &history->items[position & (history->cap - 1)];
}

/* A record leaves the ring before its objects go, as their release may take a while. */
static void drop_first(korch_history *history)
{
	korch_record record = *slot(history, history->begin++);
	if (record.revision > history->compacted)
		history->compacted = record.revision;
	korch_object_unref(record.object);
	korch_object_unref(record.previous);
}

void korch__history_fini(korch_history *history)
{
	while (history->begin < history->end)
		drop_first(history);
	korch__free(history->items);
	history->items = NULL;
}

int korch__history_reserve(korch_history *history, size_t n)
{
	uint64_t wanted = history->end - history->begin + n;
	if (wanted > history->limit)
		wanted = history->limit;
	if (wanted <= history->cap)
		return 0;
	size_t cap = history->cap ? history->cap : CAP_MIN;
	while (cap < wanted)
		cap *= 2;
	korch_record *items = korch__realloc_array(NULL, cap, sizeof(*items));
	if (!items)
		return KORCH_E_NOMEM;
	for (uint64_t at = history->begin; at < history->end; at++)
		items[at & (cap - 1)] = *slot(history, at);
	korch__free(history->items);
	history->items = items;
	history->cap = cap;
	return 0;
}

void korch__history_push(korch_history *history, const korch_record *record)
{
	if (history->end - history->begin == history->limit)
		drop_first(history);
	assert(history->end - history->begin < history->cap);
	*slot(history, history->end++) = *record;
}

void korch__history_compact(korch_history *history, uint64_t revision)
{
	while (history->begin < history->end && slot(history, history->begin)->revision <= revision)
		drop_first(history);
	if (revision > history->compacted)
		history->compacted = revision;
}

const korch_record *korch__history_at(const korch_history *history, uint64_t position)
{
	return slot(history, position);
}

uint64_t korch__history_after(const korch_history *history, uint64_t revision)
{
	uint64_t low = history->begin, high = history->end;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (slot(history, middle)->revision > revision)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

uint64_t korch__history_before(const korch_history *history, uint64_t position)
{
	if (position < history->end)
		return (uint64_t)slot(history, position)->revision - 1;
	uint64_t newest = 0;
	if (history->begin < history->end)
		newest = slot(history, history->end - 1)->revision;
	return newest > history->compacted ? newest : history->compacted;
}
