/* Rows of CSV into nodes and pods. What columns there are stands in csv_header.c. */
#include "schedule/csv.h"
#include "schedule/input.h"

#include <korch/codec.h>
#include <korch/validate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_LABEL "nvidia.com/gpu.product"
#define PODS_UNBOUNDED "1000000" /* a list that does not say how many pods a node takes */

/* The row at hand, as what is made of it. */
typedef struct row {
	const csv_header *header;
	schedule_model *model;
	model_place place;
	const char *name;
	int64_t count;
	int has_count;
} row;

static int set_label(korch_map **labels, const row *from, csv_column column, const char *key,
                     korch_error **err)
{
	const char *value = csv_value(from->header, column);
	return value && korch_map_set(labels, key, value) < 0 ? model_nomem(err) : 0;
}

/* "key=value:Effect" */
static int read_taint(korch_taint *out, const row *from, char *text, korch_error **err)
{
	static const char *const EFFECTS[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
	char *colon = strrchr(text, ':');
	char *equals = strchr(text, '=');
	int is_known = 0;
	for (size_t i = 0; colon && i < 3; i++)
		is_known |= strcmp(colon + 1, EFFECTS[i]) == 0;
	if (!is_known)
		return csv_fail(from->header, CSV_TAINTS, err,
		                "\"%.60s\": must be key=value:Effect;…, Effect one of NoSchedule, "
		                "PreferNoSchedule, NoExecute",
		                text);
	*colon = '\0';
	if (equals)
		*equals = '\0';
	return korch_string_set(&out->key, text) < 0 ||
	               korch_string_set(&out->value, equals ? equals + 1 : NULL) < 0 ||
	               korch_string_set(&out->effect, colon + 1) < 0
	           ? model_nomem(err)
	           : 0;
}

static int set_taints(korch_node_spec *spec, const row *from, korch_error **err)
{
	const char *cell = csv_value(from->header, CSV_TAINTS);
	char *copy = cell ? strdup(cell) : NULL, *rest = copy;
	int code = cell && !copy ? model_nomem(err) : 0;
	for (char *text; code == 0 && (text = strsep(&rest, ";"));) {
		if (!*text)
			continue;
		korch_taint *taints =
		    korch_list_edit(&spec->taints, &spec->n_taints, &korch_taint_type, spec->n_taints + 1);
		code = taints ? read_taint(&taints[spec->n_taints - 1], from, text, err) : model_nomem(err);
	}
	free(copy);
	return code;
}

static int fill_node(korch_node *node, const row *from, korch_error **err)
{
	korch_map **labels = &node->object.metadata->labels;
	korch_node_status *status = korch_struct_edit(&node->status, &korch_node_status_type);
	korch_node_spec *spec = korch_struct_edit(&node->spec, &korch_node_spec_type);
	int closed = 0;
	if (!status || !spec)
		return model_nomem(err);
	int code = csv_amounts(&status->allocatable, from->header, 0, err);
	if (code == 0 && !korch_map_get(status->allocatable, "pods") &&
	    korch_map_set(&status->allocatable, "pods", PODS_UNBOUNDED) < 0)
		code = model_nomem(err);
	if (code == 0)
		code = set_label(labels, from, CSV_MODEL, MODEL_LABEL, err);
	if (code == 0)
		code = set_label(labels, from, CSV_ZONE, "topology.kubernetes.io/zone", err);
	if (code == 0)
		code = set_label(labels, from, CSV_REGION, "topology.kubernetes.io/region", err);
	if (code == 0)
		code = csv_pairs(labels, from->header, CSV_LABELS, err);
	if (code == 0)
		code = set_taints(spec, from, err);
	if (code == 0)
		code = csv_flag(&closed, from->header, CSV_UNSCHEDULABLE, err);
	spec->unschedulable = closed;
	return code;
}

/* Alternatives joined by "|" as a required node affinity. */
static int set_models(korch_pod_spec *spec, const row *from, korch_error **err)
{
	const char *cell = csv_value(from->header, CSV_MODEL);
	if (!cell)
		return 0;
	char json[2048];
	char *copy = strdup(cell), *rest = copy;
	size_t length =
	    (size_t)snprintf(json, sizeof(json),
	                     "{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{"
	                     "\"nodeSelectorTerms\":[{\"matchExpressions\":[{\"key\":\"" MODEL_LABEL
	                     "\",\"operator\":\"In\",\"values\":[");
	if (!copy)
		return model_nomem(err);
	for (char *text; (text = strsep(&rest, "|")) && length < sizeof(json);) {
		struct json_object *value = json_object_new_string(text);
		length +=
		    (size_t)snprintf(json + length, sizeof(json) - length, "%s%s",
		                     json[length - 1] == '[' ? "" : ",", json_object_to_json_string(value));
		json_object_put(value);
	}
	free(copy);
	if (length < sizeof(json))
		length += (size_t)snprintf(json + length, sizeof(json) - length, "]}]}]}}}");
	if (length >= sizeof(json))
		return csv_fail(from->header, CSV_MODEL, err, "too long");
	void *affinity = NULL;
	int code = korch_struct_from_json(&affinity, &korch_affinity_type, json, NULL, err);
	if (code == 0)
		korch_block_take(&spec->affinity, affinity);
	return code;
}

/* "key=value:Effect;key:Effect;key" */
static int set_tolerations(korch_pod_spec *spec, const row *from, korch_error **err)
{
	const char *cell = csv_value(from->header, CSV_TOLERATIONS);
	char *copy = cell ? strdup(cell) : NULL, *rest = copy;
	int code = cell && !copy ? model_nomem(err) : 0;
	for (char *text; code == 0 && (text = strsep(&rest, ";"));) {
		if (!*text)
			continue;
		char *colon = strrchr(text, ':'), *equals = strchr(text, '=');
		korch_toleration *list = korch_list_edit(&spec->tolerations, &spec->n_tolerations,
		                                         &korch_toleration_type, spec->n_tolerations + 1);
		korch_toleration *added = list ? &list[spec->n_tolerations - 1] : NULL;
		if (colon)
			*colon = '\0';
		if (equals)
			*equals = '\0';
		if (!added || korch_string_set(&added->key, text) < 0 ||
		    korch_string_set(&added->value, equals ? equals + 1 : NULL) < 0 ||
		    korch_string_set(&added->effect, colon ? colon + 1 : NULL) < 0 ||
		    korch_string_set(&added->operator_, equals ? "Equal" : "Exists") < 0)
			code = model_nomem(err);
	}
	free(copy);
	return code;
}

/* Kubernetes wants a limit with each request of an extended resource. */
static int set_requests(korch_pod_spec *spec, const row *from, korch_error **err)
{
	korch_container *containers =
	    korch_list_edit(&spec->containers, &spec->n_containers, &korch_container_type, 1);
	korch_resource_requirements *resources =
	    containers ? korch_struct_edit(&containers->resources, &korch_resource_requirements_type)
	               : NULL;
	if (!resources || korch_string_set(&containers->name, "main") < 0 ||
	    korch_string_set(&containers->image, "none") < 0)
		return model_nomem(err);
	int code = csv_amounts(&resources->requests, from->header, 1, err);
	for (size_t i = 0; code == 0 && resources->requests && i < resources->requests->n; i++) {
		const korch_map_entry *entry = &resources->requests->items[i];
		if (strchr(entry->key, '/') &&
		    korch_map_set(&resources->limits, entry->key, entry->value) < 0)
			code = model_nomem(err);
	}
	return code;
}

static int fill_spec(korch_pod_spec *spec, const row *from, korch_error **err)
{
	int64_t priority = 0;
	int code = set_requests(spec, from, err);
	if (code == 0)
		code = set_models(spec, from, err);
	if (code == 0)
		code = set_tolerations(spec, from, err);
	if (code == 0)
		code = csv_pairs(&spec->node_selector, from->header, CSV_NODE_SELECTOR, err);
	if (code == 0)
		code = csv_number(&priority, from->header, CSV_PRIORITY, 0, INT32_MIN, 2000001000, err);
	if (code < 0)
		return code;
	KORCH_SET(spec, korch_pod_spec, priority, (int32_t)priority);
	if (korch_string_set(&spec->node_name, csv_value(from->header, CSV_NODE)) < 0 ||
	    korch_string_set(&spec->scheduler_name, csv_value(from->header, CSV_SCHEDULER)) < 0)
		return model_nomem(err);
	return korch_struct_set_defaults(spec, &korch_pod_spec_type) < 0 ? model_nomem(err) : 0;
}

static int fill_pod(korch_pod *pod, const row *from, korch_error **err)
{
	const char *namespace_ = csv_value(from->header, CSV_NAMESPACE);
	korch_object_meta *meta = pod->object.metadata;
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	if (!spec || korch_string_set(&meta->namespace_, namespace_ ? namespace_ : "default") < 0)
		return model_nomem(err);
	int code = csv_pairs(&meta->labels, from->header, CSV_LABELS, err);
	return code < 0 ? code : fill_spec(spec, from, err);
}

/* What Kubernetes would say of the object; the first problem is the error. */
static int check(const korch_object *object, const row *from, korch_error **err)
{
	korch_problems *problems = NULL;
	if (korch_problems_new(&problems, 1) < 0)
		return model_nomem(err);
	korch_object_validate(object, problems);
	int code = korch_problems_result(problems, err);
	korch_problems_free(problems);
	korch_error_set_location(err, from->place.file, from->place.line);
	return code;
}

/* Number i of the objects of a row: the first one as it was filled, the others share its parts. */
static int add_one(const row *from, const korch_object *filled, int64_t i, const char *group,
                   korch_error **err)
{
	char name[512];
	korch_object *object = korch_object_edit(filled);
	korch_object_meta *meta = object ? korch_object_edit_meta(object) : NULL;
	snprintf(name, sizeof(name), from->has_count ? "%s-%lld" : "%s", from->name, (long long)i);
	if (!meta || korch_string_set(&meta->name, name) < 0) {
		korch_object_unref(object);
		return model_nomem(err);
	}
	if (object->kind == &korch_node_kind)
		return model_add_node(from->model, (korch_node *)object, from->place, err);
	int code = model_add_pod(from->model, (korch_pod *)object, from->place, err);
	if (code == 0)
		from->model->pods.items[from->model->pods.n - 1].group =
		    group ? group : input_group(filled);
	return code;
}

static int read_row(row *from, int is_of_nodes, korch_error **err)
{
	const char *group = csv_value(from->header, CSV_GROUP);
	korch_object *object = NULL;
	if (!group)
		group = csv_value(from->header, CSV_QOS);
	from->name = csv_value(from->header, CSV_NAME);
	from->has_count = csv_value(from->header, CSV_COUNT) != NULL;
	if (!from->name)
		return csv_fail(from->header, CSV_NAME, err, "Required value");
	int code = csv_number(&from->count, from->header, CSV_COUNT, 1, 0, MODEL_PODS_MAX, err);
	if (code == 0 && group && !(group = model_text(from->model, group, err)))
		code = KORCH_E_NOMEM;
	if (code == 0 &&
	    (korch_object_new(&object, is_of_nodes ? &korch_node_kind : &korch_pod_kind) < 0 ||
	     korch_string_set(&object->metadata->name, from->name) < 0))
		code = model_nomem(err);
	if (code == 0)
		code = is_of_nodes ? fill_node((korch_node *)object, from, err)
		                   : fill_pod((korch_pod *)object, from, err);
	if (code == 0)
		code = check(object, from, err);
	for (int64_t i = 0; code == 0 && i < from->count; i++)
		code = add_one(from, object, i, group, err);
	korch_object_unref(object);
	return code;
}

int input_is_csv(const char *text, size_t length)
{
	const char *end = memchr(text, '\n', length);
	const char *at = text;
	if (!end)
		end = text + length;
	if (end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end;
		size_t n = (size_t)(stop - at);
		while (n > 0 && (at[n - 1] == '\r' || at[n - 1] == '"'))
			n--;
		if (csv_is_name_column(*at == '"' && n ? at + 1 : at, *at == '"' && n ? n - 1 : n))
			return 1;
		at = stop + 1;
	}
	return 0;
}

int input_read_csv(schedule_model *self, const input_file *file, const char *name, char *text,
                   size_t length, korch_error **err)
{
	csv rows;
	csv_header header;
	csv_init(&rows, name, text, length);
	int code = csv_next(&rows, err);
	if (code == 0)
		return model_fail(err, (model_place){name, 1}, "no header: a row with the columns' names");
	if (code > 0)
		code = csv_header_read(&header, &rows, self, file->is_of_nodes, err);
	while (code == 0 && (code = csv_next(&rows, err)) > 0) {
		row at = {.header = &header, .model = self, .place = {name, rows.row_line}};
		if (rows.n > header.n)
			return model_fail(err, at.place, "%zu fields, but the header has %zu", rows.n,
			                  header.n);
		code = read_row(&at, file->is_of_nodes, err);
	}
	return code;
}
