/* Reading a script: nodes, images, and the whole. Metrics and actions have files of their own. */
#include "rollout/script.h"
#include "rollout/script_internal.h"

#include <korch/quantity.h>
#include <stdlib.h>
#include <string.h>

void *script_grow(doc *d, void *array, size_t *n, size_t size)
{
	void **slot = array;
	char *items = *slot;
	/* room for 1, 2, 4, 8 … */
	if ((*n & (*n - 1)) == 0) {
		items = realloc(items, (*n ? *n * 2 : 1) * size);
		if (!items) {
			korch_error_set(d->err, KORCH_E_NOMEM, "out of memory");
			return NULL;
		}
		*slot = items;
	}
	memset(items + *n * size, 0, size);
	return items + (*n)++ * size;
}

#define TEXT_FIELD(type, member)                                                                   \
	static int type##_##member(doc *d, yaml_node_t *value, void *to)                               \
	{                                                                                              \
		type *self = to;                                                                           \
		return doc_text(d, value, self->member, sizeof(self->member));                             \
	}
#define SPAN_FIELD(type, member)                                                                   \
	static int type##_##member(doc *d, yaml_node_t *value, void *to)                               \
	{                                                                                              \
		return doc_span(d, value, &((type *)to)->member);                                          \
	}
#define INT_FIELD(type, member, least, most)                                                       \
	static int type##_##member(doc *d, yaml_node_t *value, void *to)                               \
	{                                                                                              \
		return doc_int(d, value, least, most, &((type *)to)->member);                              \
	}

static int read_quantity(doc *d, yaml_node_t *value, int is_milli, int64_t *out)
{
	char text[64];
	korch_error *error = NULL;
	korch_quantity quantity;
	int code = doc_text(d, value, text, sizeof(text));
	if (code < 0)
		return code;
	if (korch_quantity_parse(&quantity, text, &error) < 0) {
		code = doc_fail(d, value, "\"%s\": %s", text, korch_error_message(error));
		korch_error_free(error);
		return code;
	}
	*out = is_milli ? korch_quantity_text_milli(text) : korch_quantity_text_value(text);
	return *out > 0 ? 0 : doc_fail(d, value, "\"%s\": more than 0 is needed", text);
}

static int node_cpu(doc *d, yaml_node_t *value, void *to)
{
	return read_quantity(d, value, 1, &((script_node *)to)->capacity.cpu_milli);
}

static int node_memory(doc *d, yaml_node_t *value, void *to)
{
	return read_quantity(d, value, 0, &((script_node *)to)->capacity.memory_bytes);
}

static int node_pods(doc *d, yaml_node_t *value, void *to)
{
	return doc_int(d, value, 1, 100000, &((script_node *)to)->capacity.pods);
}

TEXT_FIELD(script_node, name)
INT_FIELD(script_node, count, 1, SCRIPT_NODES_MAX)

static int read_node(doc *d, yaml_node_t *item, void *to)
{
	static const doc_field FIELDS[] = {{"name", script_node_name}, {"count", script_node_count},
	                                   {"cpu", node_cpu},          {"memory", node_memory},
	                                   {"pods", node_pods},        {0}};
	script *self = to;
	script_node *node = script_grow(d, &self->nodes, &self->n_nodes, sizeof(*node));
	if (!node)
		return KORCH_E_NOMEM;
	node->count = 1;
	node->capacity =
	    (korch_node_capacity){.cpu_milli = 4000, .memory_bytes = (int64_t)16 << 30, .pods = 110};
	strcpy(node->name, "node");
	return doc_mapping(d, item, "a node", FIELDS, node);
}

/* A list, or one mapping with a count. */
static int read_nodes(doc *d, yaml_node_t *value, void *to)
{
	int64_t sum = 0;
	script *self = to;
	int code = value->type == YAML_MAPPING_NODE
	               ? read_node(d, value, to)
	               : doc_list(d, value, SCRIPT_NODES_MAX, read_node, to);
	for (size_t i = 0; code == 0 && i < self->n_nodes; i++)
		sum += self->nodes[i].count;
	return code < 0 || sum <= SCRIPT_NODES_MAX
	           ? code
	           : doc_fail(d, value, "%lld nodes, at most %d are allowed", (long long)sum,
	                      SCRIPT_NODES_MAX);
}

TEXT_FIELD(script_image, image)
TEXT_FIELD(script_image, node)
TEXT_FIELD(script_image, pod)
TEXT_FIELD(script_image, container)
TEXT_FIELD(script_image, pull_error)
TEXT_FIELD(script_image, start_error)
TEXT_FIELD(script_image, startup)
TEXT_FIELD(script_image, readiness)
TEXT_FIELD(script_image, liveness)
SPAN_FIELD(script_image, from)
SPAN_FIELD(script_image, until)
SPAN_FIELD(script_image, pull)
SPAN_FIELD(script_image, start)
SPAN_FIELD(script_image, crash)
SPAN_FIELD(script_image, crash_within)
INT_FIELD(script_image, crash_permille, 0, 1000)
INT_FIELD(script_image, exit_code, 0, 255)

static int read_image(doc *d, yaml_node_t *item, void *to)
{
	static const doc_field FIELDS[] = {{"image", script_image_image},
	                                   {"node", script_image_node},
	                                   {"pod", script_image_pod},
	                                   {"container", script_image_container},
	                                   {"from", script_image_from},
	                                   {"until", script_image_until},
	                                   {"pull", script_image_pull},
	                                   {"pull-error", script_image_pull_error},
	                                   {"start", script_image_start},
	                                   {"start-error", script_image_start_error},
	                                   {"startup", script_image_startup},
	                                   {"readiness", script_image_readiness},
	                                   {"liveness", script_image_liveness},
	                                   {"crash", script_image_crash},
	                                   {"crash-permille", script_image_crash_permille},
	                                   {"crash-within", script_image_crash_within},
	                                   {"exit-code", script_image_exit_code},
	                                   {0}};
	script *self = to;
	script_image *image = script_grow(d, &self->images, &self->n_images, sizeof(*image));
	if (!image)
		return KORCH_E_NOMEM;
	image->until = KORCH_USEC_NEVER;
	image->exit_code = 1;
	image->line = doc_line(item);
	int code = doc_mapping(d, item, "an image", FIELDS, image);
	if (code == 0 && (*image->pod || *image->container) && (image->pull || *image->pull_error))
		return doc_fail(d, item, "images are pulled for a node, not for a pod or container");
	if (code == 0 && !*image->image)
		return doc_fail(d, item, "\"image\" is missing: which images, such as \"web:2*\"");
	if (code == 0 && image->until <= image->from)
		return doc_fail(d, item, "\"until\" is not behind \"from\"");
	return code;
}

static int read_images(doc *d, yaml_node_t *value, void *to)
{
	return doc_list(d, value, SCRIPT_IMAGES_MAX, read_image, to);
}

static int read_metrics(doc *d, yaml_node_t *value, void *to)
{
	return doc_list(d, value, SCRIPT_METRICS_MAX, script_read_metric, to);
}

static int read_actions(doc *d, yaml_node_t *value, void *to)
{
	return doc_list(d, value, SCRIPT_ACTIONS_MAX, script_read_action, to);
}

SPAN_FIELD(script, until)
SPAN_FIELD(script, lease)
INT_FIELD(script, seed, 1, INT64_MAX)

static int compare_actions(const void *a, const void *b)
{
	const script_action *first = a, *second = b;
	if (first->at != second->at)
		return first->at < second->at ? -1 : 1;
	return first->line < second->line ? -1 : first->line > second->line;
}

static int read_all(script *out, doc *d)
{
	static const doc_field FIELDS[] = {{"nodes", read_nodes},     {"images", read_images},
	                                   {"metrics", read_metrics}, {"actions", read_actions},
	                                   {"until", script_until},   {"lease", script_lease},
	                                   {"seed", script_seed},     {0}};
	yaml_node_t *root = doc_root(d);
	if (!root || doc_is_null(root))
		return 0;
	return doc_mapping(d, root, "a script", FIELDS, out);
}

int script_read(script *out, const char *path, korch_error **err)
{
	doc d;
	script self = {.file = path};
	int code = doc_open(&d, path, err);
	if (code == 0)
		code = read_all(&self, &d);
	doc_close(&d);
	if (code < 0) {
		script_free(&self);
		return code;
	}
	if (self.n_actions)
		qsort(self.actions, self.n_actions, sizeof(*self.actions), compare_actions);
	*out = self;
	return 0;
}

void script_free(script *self)
{
	for (size_t i = 0; i < self->n_metrics; i++)
		script_metric_fini(&self->metrics[i]);
	free(self->nodes);
	free(self->images);
	free(self->metrics);
	free(self->actions);
	*self = (script){0};
}
