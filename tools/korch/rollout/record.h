/* A Rollout's state as a JSON object: the lines of type "rollout" of `korch up --output json` and
 * `korch rollout rehearse --output json`, and what the timeline's page is made from. */
#ifndef KORCH_ROLLOUT_RECORD_H
#define KORCH_ROLLOUT_RECORD_H

#include "rollout/state.h"

#include <json-c/json.h>

/* Adds the members of docs/korch.md to `to`. */
void rollout_record_fill(json_object *to, const rollout_state *state);

#endif
