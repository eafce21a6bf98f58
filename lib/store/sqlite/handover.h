/* The SQLite store, and how what its file has done is handed over to the memory store. */
#ifndef KORCH_STORE_SQLITE_HANDOVER_H
#define KORCH_STORE_SQLITE_HANDOVER_H

#include "store/sqlite/sqlite.h"

typedef struct sqlite_store {
	sqlite_database database;
	memory_store *memory;
	korch_loop *loop;
	sqlite_worker *worker; /* NULL on a virtual loop */
	korch_timer *kick;     /* lets the worker begin */
	korch_poll *poll;
	korch_timer *again; /* set while `ready` waits for memory */
	sqlite_jobs ready;  /* handed back by the worker, not yet handed over */
	size_t n_under_way;
	int is_closed;
	int is_resealing; /* a run is under way */
	int *is_gone;     /* set to 1 when the store is freed from inside of one of its callbacks */
} sqlite_store;

/* Hands over what is ready, in order, unless the timer will: the first waits for memory. */
void korch__sqlite_pass_on(sqlite_store *store);
/* When the store is freed: all that is left. */
void korch__sqlite_pass_rest(sqlite_store *store);
/* Without a thread: writes a job, which is taken, and hands it over. Its code when it is over. */
int korch__sqlite_write_now(sqlite_store *store, sqlite_job *job);
/* Ends a run of resealing; the store may be gone behind it. */
void korch__sqlite_end_reseal(sqlite_reseal *reseal, int code);

/* sqlite.c: a slice of resealing (userdata) was written and answered. */
void korch__sqlite_on_slice(void *userdata, int code, const korch_commit_result *result);

#endif
