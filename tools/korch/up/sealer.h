/* Keys of `korch up`: what seals Secrets in its store. */
#ifndef KORCH_UP_SEALER_H
#define KORCH_UP_SEALER_H

#include "up/output.h"
#include <korch/store.h>

/* Writes again, in the background, what is under an older key or in plain text, and says when that
 * is done. */
void up_sealer_renew(korch_store *store, tool_output *output);
/* Says what is weaker than it could be. */
void up_sealer_warn(const korch_sealer *sealer, tool_output *output);

#endif
