/*
 * The packing map: one page that holds everything it needs. Its data is written here, the rest is
 * in page/.
 */
#include "schedule/jsonw.h"
#include "schedule/output.h"
#include "schedule/page.h"
#include "webpage.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 500000 }; /* nodes and pods that a browser still shows */

/* Texts that stand once and are named by number, in order of their first use. */
typedef struct names {
	const char **items; /* borrowed, sorted */
	size_t n;
} names;

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts and removes what is there twice. */
static void names_settle(names *self)
{
	size_t n = 0;
	if (self->n)
		qsort(self->items, self->n, sizeof(*self->items), compare_texts);
	for (size_t i = 0; i < self->n; i++)
		if (n == 0 || strcmp(self->items[n - 1], self->items[i]) != 0)
			self->items[n++] = self->items[i];
	self->n = n;
}

static int64_t names_index(const names *self, const char *text)
{
	const char **found = bsearch(&text, self->items, self->n, sizeof(*self->items), compare_texts);
	return found ? found - self->items : -1;
}

static void put_names(jsonw *json, const char *key, const names *self)
{
	jsonw_open(json, key, '[');
	for (size_t i = 0; i < self->n; i++)
		jsonw_text(json, NULL, self->items[i]);
	jsonw_close(json, ']');
}

static void put_amounts(jsonw *json, const schedule_model *model, const int64_t *amounts)
{
	jsonw_open(json, NULL, '[');
	for (size_t i = 0; i < model->n_resources; i++)
		jsonw_number(json, NULL, (double)amounts[i] / (double)model->scales[i], 3);
	jsonw_close(json, ']');
}

/* [name, [allocatable], {labels}, taints and cordon as text] */
static void put_node(jsonw *json, const schedule_model *model, const model_node *node)
{
	const korch_map *labels = node->object->object.metadata->labels;
	const korch_node_spec *spec = node->object->spec;
	jsonw_open(json, NULL, '[');
	jsonw_text(json, NULL, korch_object_name(&node->object->object));
	put_amounts(json, model, node->amounts);
	jsonw_open(json, NULL, '{');
	for (size_t i = 0; labels && i < labels->n; i++)
		jsonw_text(json, labels->items[i].key, labels->items[i].value);
	jsonw_close(json, '}');
	jsonw_open(json, NULL, '[');
	if (spec && spec->unschedulable)
		jsonw_text(json, NULL, "unschedulable");
	for (size_t i = 0; spec && i < spec->n_taints; i++) {
		char text[512];
		const korch_taint *taint = &spec->taints[i];
		snprintf(text, sizeof(text), "%s%s%s:%s", taint->key, taint->value ? "=" : "",
		         taint->value ? taint->value : "", taint->effect);
		jsonw_text(json, NULL, text);
	}
	jsonw_close(json, ']');
	jsonw_close(json, ']');
}

/* [name, namespace, group, node, [requests], priority, reason, was there before] */
static void put_pod(jsonw *json, const schedule_model *model, const model_pod *pod,
                    const names *namespaces, const names *groups)
{
	const korch_object *object = &pod->object->object;
	jsonw_open(json, NULL, '[');
	jsonw_text(json, NULL, korch_object_name(object));
	jsonw_int(json, NULL, names_index(namespaces, korch_object_namespace(object)));
	jsonw_int(json, NULL, names_index(groups, pod->group));
	jsonw_int(json, NULL, pod->node == NO_NODE ? -1 : (int64_t)pod->node);
	put_amounts(json, model, pod->amounts);
	jsonw_int(json, NULL, pod->object->spec->priority);
	jsonw_int(json, NULL, pod->state == MODEL_PENDING ? (int64_t)pod->reason : -1);
	jsonw_int(json, NULL, pod->state == MODEL_GIVEN);
	jsonw_close(json, ']');
}

static void put_data(FILE *out, const schedule_run *run, const names *namespaces,
                     const names *groups)
{
	const schedule_model *model = run->model;
	jsonw json = {.out = out, .lines = 2, .is_in_page = 1};
	jsonw_open(&json, NULL, '{');
	jsonw_text(&json, "profile",
	           run->options->profile ? run->options->profile : "default-scheduler");
	jsonw_open(&json, "resources", '[');
	for (size_t i = 0; i < model->n_resources; i++)
		jsonw_text(&json, NULL, model->resources[i]);
	jsonw_close(&json, ']');
	put_names(&json, "namespaces", namespaces);
	put_names(&json, "groups", groups);
	jsonw_open(&json, "reasons", '[');
	for (size_t i = 0; i < model->reasons.n; i++)
		jsonw_text(&json, NULL, model->reasons.items[i]);
	jsonw_close(&json, ']');
	jsonw_open(&json, "nodes", '[');
	for (size_t i = 0; i < model->nodes.n; i++)
		put_node(&json, model, &model->nodes.items[i]);
	jsonw_close(&json, ']');
	jsonw_open(&json, "pods", '[');
	for (size_t i = 0; i < model->pods.n; i++)
		put_pod(&json, model, &model->pods.items[i], namespaces, groups);
	jsonw_close(&json, ']');
	jsonw_close(&json, '}');
}

static int put_page(FILE *out, const void *userdata)
{
	const schedule_run *run = userdata;
	const schedule_model *model = run->model;
	names namespaces = {malloc((model->pods.n + 1) * sizeof(char *)), 0};
	names groups = {malloc((model->pods.n + 1) * sizeof(char *)), 0};
	int code = namespaces.items && groups.items ? 0 : KORCH_E_NOMEM;
	for (size_t i = 0; code == 0 && i < model->pods.n; i++) {
		const model_pod *pod = &model->pods.items[i];
		namespaces.items[namespaces.n++] = korch_object_namespace(&pod->object->object);
		groups.items[groups.n++] = pod->group;
	}
	if (code == 0) {
		names_settle(&namespaces);
		names_settle(&groups);
		fputs(page_before, out);
		put_data(out, run, &namespaces, &groups);
		fputs(page_after, out);
	}
	free(namespaces.items);
	free(groups.items);
	return code;
}

int output_html(const schedule_run *run, const char *path, korch_error **err)
{
	if (run->model->nodes.n + run->model->pods.n > PAGE_MAX)
		return korch_error_set(err, KORCH_E_LIMIT,
		                       "--html: %zu nodes and %zu pods, at most %d together are shown",
		                       run->model->nodes.n, run->model->pods.n, PAGE_MAX);
	return webpage_write("--html", path, put_page, run, err);
}
