/* The state before a change as a part of the state after it: see delta.c. */
#ifndef KORCH_STORE_SQLITE_DELTA_H
#define KORCH_STORE_SQLITE_DELTA_H

#include "base/table.h"
#include "store/sqlite/sqlite.h"

/* How many bytes are as in the state after, at the begin and at the end; both 0: all is stored. */
typedef struct sqlite_part {
	size_t head;
	size_t tail;
} sqlite_part;

/* What of the state before need not be stored. */
sqlite_part korch__sqlite_part(const char *before, size_t n_before, const char *after,
                               size_t n_after);

/* What the log has of a state. */
typedef struct sqlite_piece {
	const char *data;
	size_t length;
	sqlite_part part;
} sqlite_piece;

/* Bodies in plain while the log is read from its end: for each key the state before the change that
 * was read last. */
typedef struct sqlite_bodies {
	korch_table table;
	const sqlite_database *database;
	sqlite3_stmt *current;
} sqlite_bodies;

int korch__sqlite_bodies_init(sqlite_bodies *bodies, const sqlite_database *database);
void korch__sqlite_bodies_fini(sqlite_bodies *bodies);
/* Remembers the body of a key; data of korch__alloc() is taken in any case. 0 or KORCH_E_NOMEM. */
int korch__sqlite_bodies_take(sqlite_bodies *bodies, const char *key, char *data, size_t length);
/* The whole state, to be freed with korch_seal_clear_free(). KORCH_E_IO: the state after is
 * missing, or is another one; KORCH_E_NOMEM; what opening it says, in err. */
int korch__sqlite_bodies_join(char **out, size_t *length, sqlite_bodies *bodies, const char *key,
                              const sqlite_piece *piece, korch_error **err);

#endif
