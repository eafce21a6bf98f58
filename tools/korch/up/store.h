/* The store of `korch up`, by its options. */
#ifndef KORCH_UP_STORE_H
#define KORCH_UP_STORE_H

#include "up/options.h"
#include "up/state.h"
#include <korch/store.h>

/*
 * Opens the store that the options ask for. *out: the caller's, who frees it after the cluster;
 * NULL: none is asked for, and the cluster makes one in memory. sealer: outlives it, or NULL.
 * folders: have been filled.
 */
int up_store_open(korch_store **out, korch_loop *loop, const up_options *options,
                  korch_sealer *sealer, const state *folders, korch_error **err);
/* readable.c: what is sealed can be opened. Lets the loop go on. 0, or a code with what cannot be
 * read and why. */
int up_store_check_readable(korch_store *store, korch_loop *loop, korch_error **err);

#endif
