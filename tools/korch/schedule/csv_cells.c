/* Cells of a CSV as amounts of resources and as labels. */
#include "schedule/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUANTITY_MAX = 64 };
#define DEVICES "nvidia.com/gpu"

/* Adds the quantity of a cell; nothing for an empty one and 0. */
static int put_quantity(korch_map **map, const csv_header *self, size_t field, const char *resource,
                        const char *suffix, korch_error **err)
{
	char text[QUANTITY_MAX];
	korch_quantity quantity;
	korch_error *why = NULL;
	const char *cell = self->rows->fields[field];
	const model_place place = {self->rows->file, self->rows->row_line};
	if (!*cell)
		return 0;
	if ((size_t)snprintf(text, sizeof(text), "%s%s", cell, suffix) >= sizeof(text) ||
	    korch_quantity_parse(&quantity, text, &why) < 0) {
		int code = model_fail(err, place, "%s: \"%.60s\": %s", self->names[field], cell,
		                      why ? korch_error_message(why) : "too long");
		korch_error_free(why);
		return code;
	}
	if (korch_quantity_sign(&quantity) < 0)
		return model_fail(err, place, "%s: \"%s\": must not be negative", self->names[field], cell);
	if (korch_quantity_sign(&quantity) == 0)
		return 0;
	return korch_map_set(map, resource, text) < 0 ? model_nomem(err) : 0;
}

static int put_number(korch_map **map, const char *resource, int64_t number, korch_error **err)
{
	char text[QUANTITY_MAX];
	snprintf(text, sizeof(text), "%lld", (long long)number);
	return number && korch_map_set(map, resource, text) < 0 ? model_nomem(err) : 0;
}

/* A pod's devices: one of them may be a share. */
static int put_devices(korch_map **map, const csv_header *self, int is_of_pod, korch_error **err)
{
	int64_t devices = 0, milli = 0;
	const char *share = is_of_pod ? csv_value(self, CSV_GPU_MILLI) : NULL;
	int code = csv_number(&devices, self, CSV_GPU, 0, 0, 1000000, err);
	if (code == 0 && share)
		code = csv_number(&milli, self, CSV_GPU_MILLI, 0, 0, 1000, err);
	if (code < 0)
		return code;
	if (share && milli == 1000 && !csv_value(self, CSV_GPU))
		devices = 1;
	if (share && milli < 1000 && (devices == 1 || !csv_value(self, CSV_GPU)))
		return put_number(map, KORCH_RESOURCE_GPU_MILLI, milli, err);
	return put_number(map, DEVICES, devices, err);
}

int csv_amounts(korch_map **out, const csv_header *self, int is_of_pod, korch_error **err)
{
	korch_map *map = NULL;
	int code = 0;
	for (size_t i = 0; code == 0 && i < self->n && i < self->rows->n; i++) {
		if (self->columns[i] == CSV_RESOURCE)
			code = put_quantity(&map, self, i, self->resources[i], "", err);
		else if (self->columns[i] == CSV_CPU_MILLI)
			code = put_quantity(&map, self, i, "cpu", "m", err);
		else if (self->columns[i] == CSV_MEMORY_MIB)
			code = put_quantity(&map, self, i, "memory", "Mi", err);
	}
	if (code == 0)
		code = put_devices(&map, self, is_of_pod, err);
	if (code < 0) {
		korch_block_unref(map);
		return code;
	}
	*out = map;
	return 0;
}

int csv_pairs(korch_map **map, const csv_header *self, csv_column column, korch_error **err)
{
	const char *cell = csv_value(self, column);
	char *copy = cell ? strdup(cell) : NULL, *rest = copy;
	int code = cell && !copy ? model_nomem(err) : 0;
	for (char *pair; code == 0 && (pair = strsep(&rest, ";"));) {
		char *equals = strchr(pair, '=');
		if (!*pair)
			continue;
		if (!equals || equals == pair) {
			code = csv_fail(self, column, err, "\"%.60s\": must be key=value;key=value", cell);
			break;
		}
		*equals = '\0';
		if (korch_map_set(map, pair, equals + 1) < 0)
			code = model_nomem(err);
	}
	free(copy);
	return code;
}
