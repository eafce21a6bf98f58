/*
 * Watches over a history: reading on, and telling those who wait. When to tell is the store's to
 * say.
 */
#include "store/watch.h"
#include "base/alloc.h"
#include <string.h>

struct korch_log_watch {
	korch_log_watch *previous;
	korch_log_watch *next;
	korch_watch_list *list; /* the one it is in */
	korch_watches *watches;
	const korch_kind *kind; /* NULL: all */
	uint64_t since;
	uint64_t position; /* of the next record to look at */
	uint64_t revision; /* all up to here has been given; as of the last look */
	korch_loop_fn ready;
	void *userdata;
	korch_record given; /* what the reader has borrowed */
	char namespace_[];  /* "" for all */
};

static void leave_list(korch_log_watch *watch)
{
	korch_watch_list *list = watch->list;
	*(watch->previous ? &watch->previous->next : &list->first) = watch->next;
	*(watch->next ? &watch->next->previous : &list->last) = watch->previous;
}

static void join_list(korch_log_watch *watch, korch_watch_list *list)
{
	watch->list = list;
	watch->previous = list->last;
	watch->next = NULL;
	*(list->last ? &list->last->next : &list->first) = watch;
	list->last = watch;
}

static void move_to(korch_log_watch *watch, korch_watch_list *list)
{
	if (watch->list == list)
		return;
	leave_list(watch);
	join_list(watch, list);
}

void korch__watches_init(korch_watches *watches, const korch_history *history)
{
	*watches = (korch_watches){.history = history};
}

int korch__watches_wait(const korch_watches *watches)
{
	return watches->waiting.first != NULL;
}

static int is_wanted(const korch_log_watch *watch, const korch_record *record)
{
	if (record->revision <= watch->since)
		return 0;
	if (watch->kind && watch->kind != record->object->kind)
		return 0;
	return !*watch->namespace_ ||
	       strcmp(watch->namespace_, korch_object_namespace(record->object)) == 0;
}

/*
 * Goes on to the next record that is wanted. 1: there is one; 0: none yet; or why there will be no
 * more.
 */
static int advance(korch_log_watch *watch)
{
	const korch_history *history = watch->watches->history;
	if (watch->watches->is_closed)
		return KORCH_E_CLOSED;
	if (watch->position < history->begin)
		return KORCH_E_COMPACTED;
	int found = 0;
	for (; watch->position < history->end; watch->position++) {
		found = is_wanted(watch, korch__history_at(history, watch->position));
		if (found)
			break;
	}
	watch->revision = korch__history_before(history, watch->position);
	return found;
}

void korch__watches_tell(korch_watches *watches, const int *is_gone)
{
	while (watches->waiting.first)
		move_to(watches->waiting.first, &watches->checking);
	while (!*is_gone && watches->checking.first) {
		korch_log_watch *watch = watches->checking.first;
		if (advance(watch) == 0) {
			move_to(watch, &watches->waiting);
			continue;
		}
		move_to(watch, &watches->resting);
		if (watch->ready)
			watch->ready(watch->userdata); /* may end any watch */
	}
}

void korch__watches_close(korch_watches *watches)
{
	watches->is_closed = 1;
}

int korch__watch_new(korch_log_watch **out, korch_watches *watches, const korch_watch_query *query,
                     korch_loop_fn ready, void *userdata)
{
	const korch_history *history = watches->history;
	if (query->since < history->compacted)
		return KORCH_E_COMPACTED;
	const char *namespace_ = query->namespace_ ? query->namespace_ : "";
	size_t length = strlen(namespace_);
	korch_log_watch *watch = korch__calloc(1, sizeof(*watch) + length + 1);
	if (!watch)
		return KORCH_E_NOMEM;
	memcpy(watch->namespace_, namespace_, length);
	watch->watches = watches;
	watch->kind = query->kind;
	watch->since = query->since == KORCH_REVISION_ANY ? 0 : query->since;
	watch->position = korch__history_after(history, query->since);
	watch->revision = korch__history_before(history, watch->position);
	watch->ready = ready;
	watch->userdata = userdata;
	join_list(watch, &watches->waiting);
	*out = watch;
	return 0;
}

static void give_back(korch_log_watch *watch)
{
	korch_object_unref(watch->given.object);
	korch_object_unref(watch->given.previous);
	watch->given = (korch_record){0};
}

int korch__watch_next(korch_log_watch *watch, korch_change *out)
{
	give_back(watch);
	int r = advance(watch);
	if (r == 0)
		move_to(watch, &watch->watches->waiting);
	if (r <= 0)
		return r;
	watch->given = *korch__history_at(watch->watches->history, watch->position++);
	korch_object_ref(watch->given.object);
	korch_object_ref(watch->given.previous);
	*out = (korch_change){
	    .type = watch->given.type,
	    .object = watch->given.object,
	    .previous = watch->given.previous,
	    .revision = watch->given.revision,
	};
	return 1;
}

uint64_t korch__watch_revision(const korch_log_watch *watch)
{
	const korch_history *history = watch->watches->history;
	if (watch->position < history->begin)
		return watch->revision;
	return korch__history_before(history, watch->position);
}

void korch__watch_free(korch_log_watch *watch)
{
	if (!watch)
		return;
	give_back(watch);
	leave_list(watch);
	korch__free(watch);
}
