/* CSV (RFC 4180): rows of fields, and what their columns mean for nodes and pods. */
#ifndef KORCH_SCHEDULE_CSV_H
#define KORCH_SCHEDULE_CSV_H

#include "schedule/model.h"

enum { CSV_FIELDS_MAX = 256 };

/* A text that is read row by row; fields are unquoted in place. */
typedef struct csv {
	const char *file;
	char *at, *end; /* *end may be written */
	int line;       /* of what comes next */
	int row_line;
	char *fields[CSV_FIELDS_MAX];
	size_t n;
} csv;

void csv_init(csv *self, const char *file, char *text, size_t length);
/* The next row that is not empty: 1, 0 at the end, or the error. */
int csv_next(csv *self, korch_error **err);

typedef enum csv_column {
	CSV_IGNORED,
	CSV_RESOURCE, /* the header is the resource's name */
	CSV_NAME,
	CSV_NAMESPACE,
	CSV_CPU_MILLI,
	CSV_MEMORY_MIB,
	CSV_GPU,
	CSV_GPU_MILLI,
	CSV_MODEL,
	CSV_LABELS,
	CSV_TAINTS,
	CSV_UNSCHEDULABLE,
	CSV_ZONE,
	CSV_REGION,
	CSV_COUNT,
	CSV_NODE,
	CSV_PRIORITY,
	CSV_GROUP,
	CSV_QOS,
	CSV_NODE_SELECTOR,
	CSV_TOLERATIONS,
	CSV_SCHEDULER,
	CSV_COLUMNS,
} csv_column;

/* What each field of a row is. */
typedef struct csv_header {
	const csv *rows;
	const char *names[CSV_FIELDS_MAX]; /* as written; the model's */
	const char *resources[CSV_FIELDS_MAX];
	csv_column columns[CSV_FIELDS_MAX];
	size_t n;
} csv_header;

/* Reads the row at hand as a header. An unknown column is ignored, unless a known one is meant. */
int csv_header_read(csv_header *self, const csv *rows, schedule_model *model, int is_of_nodes,
                    korch_error **err);
/* 1 when the text is the name of a column that nodes or pods must have. */
int csv_is_name_column(const char *text, size_t length);
/* The field of a column, or NULL when there is none or it is empty. */
const char *csv_value(const csv_header *self, csv_column column);
/* An error about a column of the row at hand. */
int csv_fail(const csv_header *self, csv_column column, korch_error **err, const char *format, ...)
    KORCH_PRINTF(4, 5);
/* A whole number of a column between bounds; `missing` when there is none. */
int csv_number(int64_t *out, const csv_header *self, csv_column column, int64_t missing,
               int64_t min, int64_t max, korch_error **err);
/* Yes or no: true, false, 1, 0; no when there is nothing. */
int csv_flag(int *out, const csv_header *self, csv_column column, korch_error **err);
/* All amounts of a row as a map from resource to quantity; owned by the caller. `devices`: whole
 * devices and shares of them are told apart as a pod's requests. */
int csv_amounts(korch_map **out, const csv_header *self, int is_of_pod, korch_error **err);
/* "k=v;k2=v2" into a map, on top of what is there. */
int csv_pairs(korch_map **map, const csv_header *self, csv_column column, korch_error **err);

#endif
