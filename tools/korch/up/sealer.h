/* Keys of `korch up`: what seals Secrets in its store. */
#ifndef KORCH_UP_SEALER_H
#define KORCH_UP_SEALER_H

#include "up/options.h"
#include "up/output.h"
#include <korch/store.h>

/* *out: the caller's, who frees it after the store; NULL: no keys are given. With one, nobody can
 * read this process's memory any more. */
int up_sealer_open(korch_sealer **out, const up_options *options, korch_error **err);
/* Writes again, in the background, what is under an older key or in plain text, and says when that
 * is done. */
void up_sealer_renew(korch_store *store, tool_output *output);
/* Says what is weaker than it could be. */
void up_sealer_warn(const korch_sealer *sealer, tool_output *output);

#endif
