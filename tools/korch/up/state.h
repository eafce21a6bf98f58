/*
 * Where `korch up` keeps what runs. With --state: in that folder, for ever. Without: in a folder
 * for each instance, found again by the next start after a crash, so that nothing is left running
 * unseen.
 */
#ifndef KORCH_UP_STATE_H
#define KORCH_UP_STATE_H

#include <korch/process.h>

typedef struct state {
	char folder[3072];
	char runtime_folder[3100];
	char cluster_folder[3100];
	char store_file[3100];
	char prefix_file[3100]; /* says where in etcd the objects are, when they are there */
	int is_durable;         /* it stays when korch ends */
} state;

/*
 * A folder that keeps everything, made when it is missing. may_be_new 0: there must be something in
 * it. What runs from there has to have its objects: KORCH_E_NOT_FOUND when the store's file is gone
 * and pods are there.
 */
int state_at(state *out, const char *path, int may_be_new, korch_error **err);
/* The same for what runs when the objects are in etcd, under a prefix. A folder whose pods belong
 * to objects elsewhere is refused: KORCH_E_CONFLICT. */
int state_in_etcd(state *out, const char *path, const char *prefix, korch_error **err);
/* Opens the process runtime there; nothing that runs is touched. */
int state_runtime(korch_runtime **out, const state *self, korch_loop *loop,
                  const korch_process_options *options, korch_error **err);

/*
 * Claims a free instance folder ($KORCH_STATE, /var/lib/korch for root, $XDG_STATE_HOME/korch) and
 * opens the process runtime there. What an earlier instance left in other folders is killed and
 * removed; *cleaned counts those pods.
 */
int state_open(state *out, korch_runtime **runtime, korch_loop *loop,
               const korch_process_options *options, size_t *cleaned, korch_error **err);
/* Removes the instance's folder, when nothing runs any more; leaves a durable one alone. */
void state_remove(const state *self);

#endif
