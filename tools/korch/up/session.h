/* A session of `korch up`, shared by its files: up.c says what happens when, apply.c what is done
 * with manifests. */
#ifndef KORCH_UP_SESSION_H
#define KORCH_UP_SESSION_H

#include "up/files.h"
#include "up/options.h"
#include "up/output.h"
#include "up/scheduler.h"
#include "up/store.h"
#include <korch/cluster.h>
#include <korch/elector.h>

typedef struct session {
	const up_options *options;
	up_scheduler scheduler;
	korch_loop *loop;
	korch_runtime *runtime; /* the cluster's, once that is open */
	korch_store *store;     /* NULL: the cluster's own, in memory */
	korch_elector *elector; /* NULL: the store is this process' alone */
	korch_cluster *cluster;
	tool_output *output;
	tool_rows rows;
	korch_manifest *manifest; /* what is applied */
	files *files;
	state state;
	int signals;
	int stdin_flags;
	korch_poll *signal_poll;
	korch_poll *key_poll;
	korch_timer *refresh;
	/* what the loop's callbacks leave for the session */
	int is_dirty;
	int is_changed_on_disk;
	int n_interrupts;
	int hands_over; /* it was TERM: the next leader goes on with what runs */
	int is_elected;
	int is_ending;
	tool_wish wish;
	tool_asked asked;
} session;

/* wish.c: does what was wished for by a key. */
void session_grant(session *self);
/* Says what is wrong; frees the error. */
void session_tell(session *self, korch_error *error);
/* Reads all paths again; NULL, with everything said, when something is wrong. */
korch_manifest *session_read(session *self);
/* Takes the manifest. Returns 0, or the code after saying what is wrong; then everything stays as
 * it was. */
int session_apply(session *self, korch_manifest *manifest);

#endif
