/* Rows of `korch up`, made from the view. */
#include "up/reading.h"

#include <korch/api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 10000, OWNER_DEPTH = 4 };

static const korch_kind *kind_of(const char *api_version, const char *name)
{
	const korch_kind *kind = NULL;
	korch_kind_get(&kind, api_version, name, NULL);
	return kind;
}

static tool_row *find(const tool_rows *rows, const char *uid)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->items[i].uid, uid) == 0)
			return &rows->items[i];
	return NULL;
}

static tool_row *add(tool_rows *rows, const korch_object *object)
{
	if (rows->n == ROWS_MAX)
		return NULL;
	if (rows->n == rows->cap) {
		size_t cap = rows->cap ? rows->cap * 2 : 16;
		tool_row *items = realloc(rows->items, cap * sizeof(*items));
		if (!items)
			return NULL;
		rows->items = items;
		rows->cap = cap;
	}
	tool_row *added = &rows->items[rows->n++];
	memset(added, 0, sizeof(*added));
	added->kind = object->kind;
	added->created_us = object->metadata ? object->metadata->creation_timestamp : 0;
	snprintf(added->namespace_, sizeof(added->namespace_), "%s", korch_object_namespace(object));
	snprintf(added->name, sizeof(added->name), "%s", korch_object_name(object));
	snprintf(added->uid, sizeof(added->uid), "%s", korch_object_uid(object));
	return added;
}

/* 1 when it is not what it was, KORCH_E_NOMEM. */
static int set_waiting(tool_row *row, const tool_waiting *waiting)
{
	if (waiting->pods == 0) {
		int was = row->waiting != NULL;
		free(row->waiting);
		row->waiting = NULL;
		return was;
	}
	if (waiting_equal(row->waiting, waiting))
		return 0;
	if (!row->waiting && !(row->waiting = malloc(sizeof(*row->waiting))))
		return KORCH_E_NOMEM;
	*row->waiting = *waiting;
	return 1;
}

/* 1 when it does not look as it did, KORCH_E_NOMEM. */
static int set_rollout(tool_row *row, const rollout_state *state)
{
	if (!state)
		return 0;
	int is_new = row->rollout == NULL;
	if (is_new && !(row->rollout = malloc(sizeof(*row->rollout))))
		return KORCH_E_NOMEM;
	int is_changed = is_new || !rollout_state_equal(row->rollout, state);
	*row->rollout = *state;
	return is_changed;
}

static void drop_row(tool_row *row)
{
	free(row->waiting);
	free(row->rollout);
}

int row_set(tool_rows *rows, const korch_object *object, const row_numbers *numbers)
{
	tool_row *row = find(rows, korch_object_uid(object));
	int is_new = row == NULL;
	if (is_new && !(row = add(rows, object)))
		return KORCH_E_NOMEM;
	int waits_anew = set_waiting(row, numbers->waiting);
	int rolls_anew = set_rollout(row, numbers->rollout);
	if (waits_anew < 0 || rolls_anew < 0)
		return KORCH_E_NOMEM;
	row->is_changed = is_new || waits_anew || rolls_anew || row->desired != numbers->desired ||
	                  row->ready != numbers->ready || row->updated != numbers->updated ||
	                  row->restarts != numbers->restarts || row->is_failed != numbers->is_failed ||
	                  row->is_finished != numbers->is_finished;
	row->desired = numbers->desired;
	row->ready = numbers->ready;
	row->updated = numbers->updated;
	row->restarts = numbers->restarts;
	row->is_failed = numbers->is_failed;
	row->is_finished = numbers->is_finished;
	row->is_current = 1;
	return 0;
}

static int32_t restarts_of(const korch_pod *pod)
{
	int32_t sum = 0;
	for (size_t i = 0; pod->status && i < pod->status->n_container_statuses; i++)
		sum += pod->status->container_statuses[i].restart_count;
	for (size_t i = 0; pod->status && i < pod->status->n_init_container_statuses; i++)
		sum += pod->status->init_container_statuses[i].restart_count;
	return sum;
}

static int add_pod(void *userdata, const korch_object *object)
{
	row_counting *counting = userdata;
	counting->restarts += restarts_of((const korch_pod *)object);
	waiting_add(&counting->waiting, (const korch_pod *)object, counting->refresh->rows->scheduler);
	return 0;
}

int row_count_set(void *userdata, const korch_object *set)
{
	row_counting *counting = userdata;
	const korch_view_query query = {.kind = kind_of("v1", "Pod"),
	                                .owner_uid = korch_object_uid(set)};
	korch_view_each(counting->refresh->view, &query, add_pod, counting);
	return 0;
}

static int has_failed_to_progress(const korch_deployment *deployment)
{
	for (size_t i = 0; deployment->status && i < deployment->status->n_conditions; i++) {
		const korch_deployment_condition *condition = &deployment->status->conditions[i];
		if (condition->type && strcmp(condition->type, "Progressing") == 0)
			return condition->status && strcmp(condition->status, "False") == 0;
	}
	return 0;
}

static int refresh_deployment(void *userdata, const korch_object *object)
{
	const rows_reading *refresh = userdata;
	const korch_deployment *deployment = (const korch_deployment *)object;
	const korch_deployment_status *status = deployment->status;
	row_counting counting = {.refresh = refresh};
	const korch_view_query query = {.kind = kind_of("apps/v1", "ReplicaSet"),
	                                .owner_uid = korch_object_uid(object)};
	korch_view_each(refresh->view, &query, row_count_set, &counting);
	const row_numbers numbers = {
	    .waiting = &counting.waiting,
	    .desired = deployment->spec ? deployment->spec->replicas : 0,
	    .ready = status ? status->ready_replicas : 0,
	    .updated = status ? status->updated_replicas : 0,
	    .restarts = counting.restarts,
	    .is_failed = has_failed_to_progress(deployment),
	};
	return row_set(refresh->rows, object, &numbers);
}

static int refresh_replica_set(void *userdata, const korch_object *object)
{
	const rows_reading *refresh = userdata;
	const korch_replica_set *set = (const korch_replica_set *)object;
	row_counting counting = {.refresh = refresh};
	if (korch_object_controller(object))
		return 0;
	row_count_set(&counting, object);
	const row_numbers numbers = {
	    .waiting = &counting.waiting,
	    .desired = set->spec ? set->spec->replicas : 0,
	    .ready = set->status ? set->status->ready_replicas : 0,
	    .updated = set->status ? set->status->replicas : 0,
	    .restarts = counting.restarts,
	};
	return row_set(refresh->rows, object, &numbers);
}

static int refresh_stateful_set(void *userdata, const korch_object *object)
{
	const rows_reading *refresh = userdata;
	const korch_stateful_set *set = (const korch_stateful_set *)object;
	row_counting counting = {.refresh = refresh};
	row_count_set(&counting, object);
	const row_numbers numbers = {
	    .waiting = &counting.waiting,
	    .desired = set->spec ? set->spec->replicas : 0,
	    .ready = set->status ? set->status->ready_replicas : 0,
	    .updated = set->status ? set->status->updated_replicas : 0,
	    .restarts = counting.restarts,
	};
	return row_set(refresh->rows, object, &numbers);
}

static int refresh_daemon_set(void *userdata, const korch_object *object)
{
	const rows_reading *refresh = userdata;
	const korch_daemon_set *set = (const korch_daemon_set *)object;
	row_counting counting = {.refresh = refresh};
	row_count_set(&counting, object);
	const row_numbers numbers = {
	    .waiting = &counting.waiting,
	    .desired = set->status ? set->status->desired_number_scheduled : 0,
	    .ready = set->status ? set->status->number_ready : 0,
	    .updated = set->status ? set->status->updated_number_scheduled : 0,
	    .restarts = counting.restarts,
	};
	return row_set(refresh->rows, object, &numbers);
}

static int job_has(const korch_job *job, const char *type)
{
	for (size_t i = 0; job->status && i < job->status->n_conditions; i++) {
		const korch_job_condition *condition = &job->status->conditions[i];
		if (condition->type && strcmp(condition->type, type) == 0)
			return condition->status && strcmp(condition->status, "True") == 0;
	}
	return 0;
}

/* Of a Job pods that succeeded count as ready. */
static int refresh_job(void *userdata, const korch_object *object)
{
	const rows_reading *refresh = userdata;
	const korch_job *job = (const korch_job *)object;
	row_counting counting = {.refresh = refresh};
	row_count_set(&counting, object);
	int has_number = job->spec && KORCH_IS_SET(job->spec, korch_job_spec, completions);
	const row_numbers numbers = {
	    .waiting = &counting.waiting,
	    .desired = has_number ? job->spec->completions : 1,
	    .ready = job->status ? job->status->succeeded : 0,
	    .updated = job->status ? job->status->active + job->status->succeeded : 0,
	    .restarts = counting.restarts,
	    .is_failed = job_has(job, "Failed"),
	    .is_finished = job_has(job, "Complete"),
	};
	return row_set(refresh->rows, object, &numbers);
}

static int pod_is_ready(const korch_pod *pod)
{
	for (size_t i = 0; pod->status && i < pod->status->n_conditions; i++) {
		const korch_pod_condition *condition = &pod->status->conditions[i];
		if (condition->type && strcmp(condition->type, "Ready") == 0)
			return condition->status && strcmp(condition->status, "True") == 0;
	}
	return 0;
}

static int refresh_pod(void *userdata, const korch_object *object)
{
	const rows_reading *refresh = userdata;
	const korch_pod *pod = (const korch_pod *)object;
	const char *phase = pod->status && pod->status->phase ? pod->status->phase : "";
	row_counting counting = {.refresh = refresh};
	if (korch_object_controller(object))
		return 0;
	add_pod(&counting, object);
	const row_numbers numbers = {
	    .waiting = &counting.waiting,
	    .desired = 1,
	    .ready = pod_is_ready(pod),
	    .updated = 1,
	    .restarts = counting.restarts,
	    .is_failed = strcmp(phase, "Failed") == 0,
	    .is_finished = strcmp(phase, "Succeeded") == 0,
	};
	return row_set(refresh->rows, object, &numbers);
}

static int compare(const void *a, const void *b)
{
	const tool_row *first = a;
	const tool_row *second = b;
	int order = strcmp(first->namespace_, second->namespace_);
	if (order == 0)
		order = strcmp(first->kind->name, second->kind->name);
	return order ? order : strcmp(first->name, second->name);
}

int rows_refresh(tool_rows *rows, const korch_view *view)
{
	static const struct {
		const char *api_version;
		const char *kind;
		korch_view_fn fn;
	} KINDS[] = {
	    {"apps/v1", "Deployment", refresh_deployment},
	    {"apps/v1", "ReplicaSet", refresh_replica_set},
	    {"argoproj.io/v1alpha1", "Rollout", row_read_rollout},
	    {"flagger.app/v1beta1", "Canary", row_read_canary},
	    {"apps/v1", "StatefulSet", refresh_stateful_set},
	    {"apps/v1", "DaemonSet", refresh_daemon_set},
	    {"batch/v1", "Job", refresh_job},
	    {"v1", "Pod", refresh_pod},
	};
	rows_reading refresh = {rows, view};
	int code = 0;
	for (size_t i = 0; i < rows->n; i++)
		rows->items[i].is_current = 0;
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]) && code == 0; i++) {
		const korch_view_query query = {.kind = kind_of(KINDS[i].api_version, KINDS[i].kind)};
		code = korch_view_each(view, &query, KINDS[i].fn, &refresh);
	}
	size_t kept = 0;
	for (size_t i = 0; i < rows->n; i++)
		if (rows->items[i].is_current)
			rows->items[kept++] = rows->items[i];
		else
			drop_row(&rows->items[i]);
	rows->n = kept;
	if (rows->n)
		qsort(rows->items, rows->n, sizeof(*rows->items), compare);
	return code < 0 ? code : services_refresh(rows, view);
}

/* The workload at the top of the chain of owners. */
static const korch_object *root_of(const korch_view *view, const korch_object *object)
{
	for (int depth = 0; object && depth < OWNER_DEPTH; depth++) {
		const korch_owner_reference *owner = korch_object_controller(object);
		const korch_object *above =
		    owner && owner->uid ? korch_view_get_uid(view, owner->uid) : NULL;
		if (!above)
			return object;
		object = above;
	}
	return object;
}

tool_row *rows_note_event(tool_rows *rows, const korch_view *view, const korch_object *object)
{
	const korch_event *event = (const korch_event *)object;
	const korch_object_reference *about = event->involved_object;
	if (!about || !about->uid)
		return NULL;
	const korch_object *regarded = korch_view_get_uid(view, about->uid);
	const korch_object *root = regarded ? root_of(view, regarded) : NULL;
	tool_row *row = root ? find(rows, korch_object_uid(root)) : NULL;
	if (!row)
		return NULL;
	snprintf(row->event, sizeof(row->event), "%s: %s", event->reason ? event->reason : "",
	         event->message ? event->message : "");
	row->event_is_warning = event->type && strcmp(event->type, "Warning") == 0;
	return row;
}

void rows_fini(tool_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		drop_row(&rows->items[i]);
	free(rows->items);
	free(rows->services);
	memset(rows, 0, sizeof(*rows));
}

void row_title(char *out, size_t size, const tool_row *row)
{
	if (strcmp(row->namespace_, "default") == 0)
		snprintf(out, size, "%s/%s", row->kind->singular, row->name);
	else
		snprintf(out, size, "%s/%s/%s", row->namespace_, row->kind->singular, row->name);
}
