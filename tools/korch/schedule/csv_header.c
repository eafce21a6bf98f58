/* What the columns of a CSV mean: generic names, and those of traces of GPU clusters. */
#include "schedule/csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NODES = 1, PODS = 2 };

static const struct known {
	const char *name;
	csv_column column;
	int of;
	const char *resource;
} KNOWN[] = {
    {"name", CSV_NAME, NODES | PODS, NULL},
    {"sn", CSV_NAME, NODES, NULL},
    {"namespace", CSV_NAMESPACE, PODS, NULL},
    {"cpu", CSV_RESOURCE, NODES | PODS, "cpu"},
    {"cpu_milli", CSV_CPU_MILLI, NODES | PODS, NULL},
    {"memory", CSV_RESOURCE, NODES | PODS, "memory"},
    {"memory_mib", CSV_MEMORY_MIB, NODES | PODS, NULL},
    {"ephemeral-storage", CSV_RESOURCE, NODES | PODS, "ephemeral-storage"},
    {"storage", CSV_RESOURCE, NODES | PODS, "ephemeral-storage"},
    {"pods", CSV_RESOURCE, NODES, "pods"},
    {"gpu", CSV_GPU, NODES | PODS, NULL},
    {"num_gpu", CSV_GPU, PODS, NULL},
    {"gpu_milli", CSV_GPU_MILLI, PODS, NULL},
    {"gpu_spec", CSV_MODEL, PODS, NULL},
    {"model", CSV_MODEL, NODES, NULL},
    {"labels", CSV_LABELS, NODES | PODS, NULL},
    {"taints", CSV_TAINTS, NODES, NULL},
    {"unschedulable", CSV_UNSCHEDULABLE, NODES, NULL},
    {"zone", CSV_ZONE, NODES, NULL},
    {"region", CSV_REGION, NODES, NULL},
    {"count", CSV_COUNT, NODES | PODS, NULL},
    {"replicas", CSV_COUNT, PODS, NULL},
    {"node", CSV_NODE, PODS, NULL},
    {"priority", CSV_PRIORITY, PODS, NULL},
    {"group", CSV_GROUP, PODS, NULL},
    {"qos", CSV_QOS, PODS, NULL},
    {"node_selector", CSV_NODE_SELECTOR, PODS, NULL},
    {"tolerations", CSV_TOLERATIONS, PODS, NULL},
    {"scheduler_name", CSV_SCHEDULER, PODS, NULL},
};
enum { N_KNOWN = sizeof(KNOWN) / sizeof(KNOWN[0]) };

int csv_is_name_column(const char *text, size_t length)
{
	return (length == 4 && strncasecmp(text, "name", 4) == 0) ||
	       (length == 2 && strncasecmp(text, "sn", 2) == 0);
}

static int fail_header(const csv_header *self, korch_error **err, const char *format,
                       const char *first, const char *second)
{
	return model_fail(err, (model_place){self->rows->file, self->rows->row_line}, format, first,
	                  second);
}

static int read_column(csv_header *self, size_t i, int of, korch_error **err)
{
	const char *name = self->names[i];
	const char *names[N_KNOWN];
	size_t n = 0;
	if (strchr(name, '/') || strncmp(name, "hugepages-", 10) == 0) {
		self->columns[i] = CSV_RESOURCE;
		self->resources[i] = name;
		return 0;
	}
	for (size_t j = 0; j < N_KNOWN; j++) {
		if (!(KNOWN[j].of & of))
			continue;
		if (strcasecmp(KNOWN[j].name, name) == 0) {
			self->columns[i] = KNOWN[j].column;
			self->resources[i] = KNOWN[j].resource;
			return 0;
		}
		names[n++] = KNOWN[j].name;
	}
	/* Traces have columns of all names: only what is very near to a known one is a slip. */
	size_t most = strlen(name) <= 3 ? 0 : strlen(name) <= 7 ? 1 : 2;
	const char *meant = nearest_within(name, names, n, most);
	return meant
	           ? fail_header(self, err, "no column is called \"%s\", did you mean %s?", name, meant)
	           : 0;
}

/* The resource that a column tells, or NULL. */
static const char *resource_of(const csv_header *self, size_t i)
{
	switch (self->columns[i]) {
	case CSV_RESOURCE:
		return self->resources[i];
	case CSV_CPU_MILLI:
		return "cpu";
	case CSV_MEMORY_MIB:
		return "memory";
	case CSV_GPU:
		return "nvidia.com/gpu";
	default:
		return NULL;
	}
}

static int mean_the_same(const csv_header *self, size_t i, size_t j)
{
	const char *one = resource_of(self, i), *other = resource_of(self, j);
	return one && other ? strcmp(one, other) == 0
	                    : self->columns[i] > CSV_RESOURCE && self->columns[i] == self->columns[j];
}

int csv_header_read(csv_header *self, const csv *rows, schedule_model *model, int is_of_nodes,
                    korch_error **err)
{
	int is_named = 0;
	*self = (csv_header){.rows = rows, .n = rows->n};
	for (size_t i = 0; i < rows->n; i++) {
		self->names[i] = model_text(model, rows->fields[i], err);
		if (!self->names[i])
			return KORCH_E_NOMEM;
		int code = read_column(self, i, is_of_nodes ? NODES : PODS, err);
		if (code < 0)
			return code;
		for (size_t j = 0; j < i; j++)
			if (mean_the_same(self, i, j))
				return fail_header(self, err, "columns %s and %s mean the same", self->names[j],
				                   self->names[i]);
		is_named |= self->columns[i] == CSV_NAME;
	}
	return is_named ? 0
	                : fail_header(self, err, "no column \"name\"%s%s",
	                              is_of_nodes ? " (or \"sn\")" : "", "");
}

const char *csv_value(const csv_header *self, csv_column column)
{
	for (size_t i = 0; i < self->n && i < self->rows->n; i++)
		if (self->columns[i] == column)
			return *self->rows->fields[i] ? self->rows->fields[i] : NULL;
	return NULL;
}

int csv_fail(const csv_header *self, csv_column column, korch_error **err, const char *format, ...)
{
	char message[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	size_t i = 0;
	while (i + 1 < self->n && self->columns[i] != column)
		i++;
	return model_fail(err, (model_place){self->rows->file, self->rows->row_line}, "%s: %s",
	                  self->names[i], message);
}

int csv_number(int64_t *out, const csv_header *self, csv_column column, int64_t missing,
               int64_t min, int64_t max, korch_error **err)
{
	const char *text = csv_value(self, column);
	char *end = NULL;
	*out = missing;
	if (!text)
		return 0;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (*end || errno || value < min || value > max)
		return csv_fail(self, column, err,
		                "\"%.60s\": must be a whole number between %lld and %lld", text,
		                (long long)min, (long long)max);
	*out = value;
	return 0;
}

int csv_flag(int *out, const csv_header *self, csv_column column, korch_error **err)
{
	const char *text = csv_value(self, column);
	*out = text && (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0);
	if (!text || *out || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0)
		return 0;
	return csv_fail(self, column, err, "\"%.60s\": must be true, false, 1 or 0", text);
}
