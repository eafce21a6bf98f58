/* Outputs of `korch schedule`: tables, JSON, CSV, a page. */
#ifndef KORCH_SCHEDULE_OUTPUT_H
#define KORCH_SCHEDULE_OUTPUT_H

#include "schedule/jsonw.h"
#include "schedule/run.h"

#include <stdio.h>

/* Sums over all nodes and pods. */
typedef struct schedule_summary {
	size_t placed, given, pending;
	size_t nodes, used_nodes;
	double allocatable[MODEL_RESOURCES_MAX]; /* in units: cores, bytes, devices */
	double requested[MODEL_RESOURCES_MAX];   /* of pods on nodes */
	double pending_requests[MODEL_RESOURCES_MAX];
} schedule_summary;

void summarize(schedule_summary *out, const schedule_model *model);
/* requested of allocatable in %, 0 when there is none. */
double summary_percent(const schedule_summary *self, size_t resource);
/* An amount in units for people: "12.5", "64Gi". */
const char *format_amount(char out[32], const char *resource, double amount);
/* Pods that fit nowhere by their reason: indexes of pods in order of reason, then of the files. The
 * caller frees it; NULL when memory is short. *n is their number. */
size_t *group_pending(const schedule_model *model, size_t *n);

enum { NAMES_SHOWN = 8 }; /* of many, to a person */

/* Bindings, reasons and summary. */
int output_table(FILE *out, const schedule_run *run);
int output_json(FILE *out, const schedule_run *run);
/* The numbers of devices of a mask, as the member "devices". */
void json_put_devices(struct jsonw *json, uint64_t devices);
int output_csv(FILE *out, const schedule_run *run);
/* The explanation of one pod; the verdicts best first. */
int output_explanation(FILE *out, const schedule_run *run);
/* The map; 0 or the error. */
int output_html(const schedule_run *run, const char *path, korch_error **err);

/* The verdicts of an explanation, best first, the others by name behind them. The caller frees it;
 * NULL when memory is short. */
const korch_node_verdict **rank_verdicts(const korch_explanation *explanation, size_t *n);

#endif
