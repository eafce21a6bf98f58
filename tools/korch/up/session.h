/* A session of `korch up`, shared by its files: up.c says what happens when, apply.c what is done
 * with manifests. */
#ifndef KORCH_UP_SESSION_H
#define KORCH_UP_SESSION_H

#include "up/files.h"
#include "up/options.h"
#include "up/output.h"
#include "up/scheduler.h"
#include "up/sealer.h"
#include "up/store.h"
#include <korch/cluster.h>
#include <korch/elector.h>

typedef struct session {
	const up_options *options;
	up_scheduler scheduler;
	korch_loop *loop;
	korch_runtime *runtime; /* the cluster's, once that is open */
	korch_sealer *sealer;   /* of the store, or NULL */
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
	int hands_over; /* it was QUIT, or TERM with an elector: what runs is the next one's */
	int is_elected;
	int has_followed; /* another one has led since the manifests were read */
	int is_ending;
	tool_wish wish;
	tool_asked asked;
} session;

/* up.c: looks at the objects and shows them. */
void session_show(session *self);
/* ending.c: stops all pods in order; a second interrupt ends them at once. 0 or a code. */
int session_stop(session *self);
/* Lets pods run; whatever they do from now on is the next start's. */
int session_leave(session *self);
/* wish.c: does what was wished for by a key. */
void session_grant(session *self);
/* Says what is wrong; frees the error. */
void session_tell(session *self, korch_error *error);
/* Reads all paths again; NULL, with everything said, when something is wrong. */
korch_manifest *session_read(session *self);
/* Whether it has an object of that key. */
int session_manifest_has(const korch_manifest *manifest, const korch_object *object);
/* Deletes an object, and says so. */
void session_delete(session *self, const korch_key *key);
/* prune.c: lets each object say which file it is from; 0 or KORCH_E_NOMEM. */
int session_mark(korch_manifest *manifest);
/* Deletes what an earlier manifest of the files that are given had, and this one has not. */
void session_prune_marked(session *self, const korch_manifest *now);
/* Takes the manifest. Returns 0, or the code after saying what is wrong; then everything stays as
 * it was. */
int session_apply(session *self, korch_manifest *manifest);

#endif
