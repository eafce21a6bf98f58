/* Rows of Rollouts and of Flagger's Canaries. */
#include "up/reading.h"

#include <korch/api.h>
#include <string.h>

int row_read_rollout(void *userdata, const korch_object *object)
{
	const rows_reading *refresh = userdata;
	const korch_rollout_status *status = ((const korch_rollout *)object)->status;
	row_counting counting = {.refresh = refresh};
	rollout_state state;
	const korch_view_query query = {.kind = &korch_replica_set_kind,
	                                .owner_uid = korch_object_uid(object)};
	korch_view_each(refresh->view, &query, row_count_set, &counting);
	rollout_state_read(&state, refresh->rows->cluster, object);
	const row_numbers numbers = {
	    .waiting = &counting.waiting,
	    .rollout = &state,
	    .desired = state.desired,
	    .ready = status ? status->ready_replicas : 0,
	    .updated = status ? status->updated_replicas : 0,
	    .restarts = counting.restarts,
	    .is_failed = strcmp(state.phase, "Degraded") == 0,
	};
	return row_set(refresh->rows, object, &numbers);
}

int row_read_canary(void *userdata, const korch_object *object)
{
	const rows_reading *refresh = userdata;
	const row_counting none = {.refresh = refresh};
	rollout_state state;
	rollout_state_read_canary(&state, refresh->rows->cluster, object);
	const rollout_revision *target = state.n_revisions ? &state.revisions[0] : NULL;
	const rollout_revision *primary = state.n_revisions > 1 ? &state.revisions[1] : NULL;
	const row_numbers numbers = {
	    .waiting = &none.waiting,
	    .rollout = &state,
	    .desired = state.desired,
	    .ready = primary ? primary->ready : 0,
	    .updated = strcmp(state.phase, "Healthy") == 0 ? state.desired
	               : target                            ? target->ready
	                                                   : 0,
	    .is_failed = state.is_aborted,
	};
	return row_set(refresh->rows, object, &numbers);
}
