/* Node and pod lists as objects. */
#include "openb.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL "nvidia.com/gpu.product"
#define GPUS "nvidia.com/gpu"

void openb_check(int code, const korch_error *err)
{
	if (code >= 0)
		return;
	fprintf(stderr, "bench-openb: %s\n", err ? korch_error_message(err) : korch_code_text(code));
	exit(EXIT_FAILURE);
}

static int64_t number(const openb_csv *csv, size_t row, const char *column)
{
	char cell[64];
	return openb_csv_cell(cell, sizeof(cell), csv, row, column) ? atoll(cell) : 0;
}

static void put(korch_map **map, const char *key, int64_t amount, const char *unit)
{
	char text[48];
	snprintf(text, sizeof(text), "%lld%s", (long long)amount, unit);
	openb_check(korch_map_set(map, key, text), NULL);
}

static korch_node *make_node(const openb_csv *csv, size_t row)
{
	char cell[128];
	korch_object *object = NULL;
	openb_check(korch_object_new(&object, &korch_node_kind), NULL);
	korch_node *node = (korch_node *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_node_status *status = korch_struct_edit(&node->status, &korch_node_status_type);
	openb_csv_cell(cell, sizeof(cell), csv, row, "sn");
	openb_check(korch_string_set(&meta->name, cell), NULL);
	openb_csv_cell(cell, sizeof(cell), csv, row, "model");
	openb_check(korch_map_set(&meta->labels, MODEL, cell), NULL);
	put(&status->allocatable, "cpu", number(csv, row, "cpu_milli"), "m");
	put(&status->allocatable, "memory", number(csv, row, "memory_mib"), "Mi");
	put(&status->allocatable, "pods", 1000000, "");
	put(&status->allocatable, GPUS, number(csv, row, "gpu"), "");
	return node;
}

void openb_nodes_read(openb_nodes *to, const char *path)
{
	openb_csv csv;
	openb_csv_read(&csv, path);
	*to = (openb_nodes){.items = calloc(csv.n, sizeof(*to->items))};
	for (size_t i = 1; to->items && i < csv.n; i++) {
		if (number(&csv, i, "gpu") <= 0)
			continue; /* nodes with devices only */
		to->items[to->n++] = make_node(&csv, i);
		to->gpu_milli += number(&csv, i, "gpu") * 1000;
	}
	openb_csv_free(&csv);
}

void openb_nodes_free(openb_nodes *nodes)
{
	for (size_t i = 0; i < nodes->n; i++)
		korch_object_unref(&nodes->items[i]->object);
	free(nodes->items);
}

/* gpu_spec: models joined by "|". */
static void choose_models(korch_pod_spec *spec, char *models)
{
	korch_affinity *affinity = korch_struct_edit(&spec->affinity, &korch_affinity_type);
	korch_node_affinity *node =
	    korch_struct_edit(&affinity->node_affinity, &korch_node_affinity_type);
	korch_node_selector *selector = korch_struct_edit(
	    &node->required_during_scheduling_ignored_during_execution, &korch_node_selector_type);
	korch_node_selector_term *term =
	    korch_list_edit(&selector->node_selector_terms, &selector->n_node_selector_terms,
	                    &korch_node_selector_term_type, 1);
	korch_node_selector_requirement *in =
	    korch_list_edit(&term->match_expressions, &term->n_match_expressions,
	                    &korch_node_selector_requirement_type, 1);
	openb_check(korch_string_set(&in->key, MODEL), NULL);
	openb_check(korch_string_set(&in->operator_, "In"), NULL);
	size_t n = 1;
	for (const char *at = models; *at; at++)
		n += *at == '|';
	const char **values = korch_string_list_edit(&in->values, &in->n_values, n);
	for (size_t i = 0; i < n; i++)
		openb_check(korch_string_set(&values[i], strsep(&models, "|")), NULL);
}

/* A pod with one device may ask for a share of it; others take theirs whole. */
static void make_kind(openb_kind *kind, const openb_csv *csv, size_t row)
{
	char models[128];
	korch_object *object = NULL;
	openb_check(korch_object_new(&object, &korch_pod_kind), NULL);
	kind->pod = (korch_pod *)object;
	korch_pod_spec *spec = korch_struct_edit(&kind->pod->spec, &korch_pod_spec_type);
	korch_container *container =
	    korch_list_edit(&spec->containers, &spec->n_containers, &korch_container_type, 1);
	korch_resource_requirements *resources =
	    korch_struct_edit(&container->resources, &korch_resource_requirements_type);
	int64_t gpus = number(csv, row, "num_gpu"), milli = number(csv, row, "gpu_milli");
	openb_check(korch_string_set(&korch_object_edit_meta(object)->namespace_, "openb"), NULL);
	openb_check(korch_string_set(&container->name, "main"), NULL);
	put(&resources->requests, "cpu", number(csv, row, "cpu_milli"), "m");
	put(&resources->requests, "memory", number(csv, row, "memory_mib"), "Mi");
	kind->shares = gpus == 1 && milli > 0 && milli < 1000;
	kind->gpu_milli = kind->shares ? milli : gpus * 1000;
	if (kind->shares)
		put(&resources->requests, KORCH_RESOURCE_GPU_MILLI, milli, "");
	else if (gpus > 0)
		put(&resources->requests, GPUS, gpus, "");
	openb_csv_cell(models, sizeof(models), csv, row, "gpu_spec");
	if (models[0])
		choose_models(spec, models);
}

static uint32_t find_kind(openb_pods *to, const openb_csv *csv, size_t row)
{
	static const char *const columns[] = {"cpu_milli", "memory_mib", "num_gpu", "gpu_milli",
	                                      "gpu_spec"};
	char key[sizeof(to->kinds->key)], cell[128];
	size_t n = 0;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		openb_csv_cell(cell, sizeof(cell), csv, row, columns[i]);
		n += (size_t)snprintf(key + n, sizeof(key) - n, "%s,", cell);
		n = n < sizeof(key) ? n : sizeof(key) - 1;
	}
	for (size_t i = 0; i < to->n_kinds; i++) {
		if (strcmp(to->kinds[i].key, key) == 0)
			return (uint32_t)i;
	}
	openb_kind *kind = &to->kinds[to->n_kinds++];
	memcpy(kind->key, key, sizeof(key));
	make_kind(kind, csv, row);
	return (uint32_t)to->n_kinds - 1;
}

/* "…/openb_pod_list_default.csv" is the workload "default". */
static void name_workload(openb_pods *to, const char *path)
{
	static const char prefix[] = "openb_pod_list_";
	const char *name = strrchr(path, '/');
	name = name ? name + 1 : path;
	name += strncmp(name, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
	snprintf(to->name, sizeof(to->name), "%.*s", (int)strcspn(name, "."), name);
}

void openb_pods_read(openb_pods *to, const char *path)
{
	openb_csv csv;
	openb_csv_read(&csv, path);
	*to = (openb_pods){.kinds = calloc(csv.n, sizeof(*to->kinds)),
	                   .lines = calloc(csv.n, sizeof(*to->lines))};
	if (!to->kinds || !to->lines)
		exit(EXIT_FAILURE);
	name_workload(to, path);
	int64_t gpu_milli = 0;
	for (size_t i = 1; i < csv.n; i++) {
		to->lines[to->n_lines++] = find_kind(to, &csv, i);
		to->kinds[to->lines[to->n_lines - 1]].pods++;
		gpu_milli += to->kinds[to->lines[to->n_lines - 1]].gpu_milli;
	}
	openb_csv_free(&csv);
	if (gpu_milli > 0)
		return;
	fprintf(stderr, "%s: no pod asks for a device\n", path);
	exit(EXIT_FAILURE);
}

void openb_pods_free(openb_pods *pods)
{
	for (size_t i = 0; i < pods->n_kinds; i++)
		korch_object_unref(&pods->kinds[i].pod->object);
	free(pods->kinds);
	free(pods->lines);
}
