/*
 * Watches over a history: each is a position in it, so that a watch that nobody reads costs nothing
 * and falls behind the history's beginning in the end.
 */
#ifndef KORCH_STORE_WATCH_H
#define KORCH_STORE_WATCH_H

#include "store/history.h"

typedef struct korch_log_watch korch_log_watch;

typedef struct korch_watch_list {
	korch_log_watch *first;
	korch_log_watch *last;
} korch_watch_list;

/* All watches of one history. */
typedef struct korch_watches {
	const korch_history *history;
	korch_watch_list waiting;  /* to be told when there is something */
	korch_watch_list checking; /* waiting ones while they are gone through */
	korch_watch_list resting;  /* told already, or not read to the end */
	int is_closed;
} korch_watches;

void korch__watches_init(korch_watches *watches, const korch_history *history);
/* 1 when a watch waits, so that korch__watches_tell() has to be called after a change. */
int korch__watches_wait(const korch_watches *watches);
/*
 * Calls the ready functions of all waiting watches for which there is something. These may open and
 * end watches. *is_gone is looked at after each call: 1 ends it (the watches are no more).
 */
void korch__watches_tell(korch_watches *watches, const int *is_gone);
/* From now on reading gives KORCH_E_CLOSED, and telling tells everybody who waits. */
void korch__watches_close(korch_watches *watches);

/*
 * See korch_store_watch(); the caller sees to it that korch__watches_tell() is called. kind,
 * namespace are copied.
 */
int korch__watch_new(korch_log_watch **out, korch_watches *watches, const korch_watch_query *query,
                     korch_loop_fn ready, void *userdata);
int korch__watch_next(korch_log_watch *watch, korch_change *out);
uint64_t korch__watch_revision(const korch_log_watch *watch);
void korch__watch_free(korch_log_watch *watch);

#endif
