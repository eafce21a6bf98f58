/*
 * Where `korch up` keeps what runs: a folder for each instance, found again by the next start after
 * a crash, so that nothing is left running unseen.
 */
#ifndef KORCH_UP_STATE_H
#define KORCH_UP_STATE_H

#include <korch/process.h>

typedef struct state {
	char folder[3072]; /* of this instance */
	char runtime_folder[3100];
	char cluster_folder[3100];
} state;

/*
 * Claims a free instance folder below `base` (NULL: $KORCH_STATE, /var/lib/korch for root,
 * $XDG_STATE_HOME/korch) and opens the process runtime there. What an earlier instance left in
 * other folders is killed and removed; *cleaned counts those pods.
 */
int state_open(state *out, korch_runtime **runtime, korch_loop *loop, const char *base,
               const korch_process_options *options, size_t *cleaned, korch_error **err);
/* Removes the instance's folder, when nothing runs any more. */
void state_remove(const state *self);

#endif
