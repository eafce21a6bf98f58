/* Reading rows of `korch up` from the view; shared by rows.c and rollouts.c. */
#ifndef KORCH_UP_READING_H
#define KORCH_UP_READING_H

#include "up/rows.h"

typedef struct rows_reading {
	tool_rows *rows;
	const korch_view *view;
} rows_reading;

/* What a row shows of a workload. */
typedef struct row_numbers {
	const tool_waiting *waiting;  /* with 0 pods: nobody waits */
	const rollout_state *rollout; /* NULL: it is none */
	int32_t desired;
	int32_t ready;
	int32_t updated;
	int32_t restarts;
	int is_failed;
	int is_finished;
} row_numbers;

/* What is counted over the pods of a workload. */
typedef struct row_counting {
	const rows_reading *refresh;
	int32_t restarts;
	tool_waiting waiting;
} row_counting;

/* Counts the pods of a ReplicaSet; userdata: a row_counting. */
int row_count_set(void *userdata, const korch_object *set);
/* Makes or changes the row of an object. 0 or KORCH_E_NOMEM. */
int row_set(tool_rows *rows, const korch_object *object, const row_numbers *numbers);

/* rollouts.c: rows of Rollouts and of Flagger's Canaries; userdata: a rows_reading. */
int row_read_rollout(void *userdata, const korch_object *object);
int row_read_canary(void *userdata, const korch_object *object);

#endif
