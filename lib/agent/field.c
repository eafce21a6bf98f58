/* Fields of a pod and resources of its containers as text, for environment variables and downward
 * API files. */
#include "agent/env.h"
#include "agent/lifecycle.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <korch/quantity.h>
#include <stdio.h>
#include <string.h>

static int give(char **out, const char *text)
{
	*out = korch__strdup(korch__text_or_empty(text));
	return *out ? 0 : KORCH_E_NOMEM;
}

/* All pairs as lines key="value", as the downward API writes them. */
static int give_map(char **out, const korch_map *map)
{
	korch_buf text;
	korch__buf_init(&text, 0);
	for (size_t i = 0; map && i < map->n; i++) {
		korch__buf_printf(&text, "%s%s=\"", i > 0 ? "\n" : "", map->items[i].key);
		for (const char *at = map->items[i].value; *at; at++) {
			const char *escaped = *at == '\n'   ? "\\n"
			                      : *at == '\t' ? "\\t"
			                      : *at == '\r' ? "\\r"
			                      : *at == '"'  ? "\\\""
			                      : *at == '\\' ? "\\\\"
			                                    : NULL;
			if (escaped)
				korch__buf_puts(&text, escaped);
			else
				korch__buf_putc(&text, *at);
		}
		korch__buf_putc(&text, '"');
	}
	*out = korch__buf_steal(&text);
	return *out ? 0 : KORCH_E_NOMEM;
}

/* "metadata.labels['x']": 1 and the value when the path has that form for this prefix. */
static int subscript(char **out, const korch_map *map, const char *prefix, const char *path)
{
	size_t length = strlen(prefix);
	size_t all = strlen(path);
	if (strncmp(path, prefix, length) != 0 || all < length + 4 ||
	    strncmp(path + length, "['", 2) != 0 || strcmp(path + all - 2, "']") != 0)
		return 0;
	char *key = korch__strndup(path + length + 2, all - length - 4);
	int code = key ? give(out, korch_map_get(map, key)) : KORCH_E_NOMEM;
	korch__free(key);
	return code < 0 ? code : 1;
}

/* Fields with a fixed name; NULL: none of them. */
static const char *plain(const korch__env_context *context, const char *path)
{
	const korch_pod *pod = context->pod;
	const struct {
		const char *path;
		const char *value;
	} fields[] = {
	    {"metadata.name", korch_object_name(&pod->object)},
	    {"metadata.namespace", korch_object_namespace(&pod->object)},
	    {"metadata.uid", korch_object_uid(&pod->object)},
	    {"spec.nodeName", korch__text_or_empty(pod->spec->node_name)},
	    {"spec.serviceAccountName",
	     pod->spec->service_account_name ? pod->spec->service_account_name : "default"},
	    {"status.podIP", context->pod_address},
	    {"status.podIPs", context->pod_address},
	    {"status.hostIP", context->host_address},
	    {"status.hostIPs", context->host_address},
	};
	for (size_t i = 0; i < KORCH_COUNT(fields); i++)
		if (strcmp(fields[i].path, path) == 0)
			return fields[i].value;
	return NULL;
}

int korch__pod_field(char **out, const korch__env_context *context, const char *path,
                     char **problem)
{
	const korch_object_meta *meta = context->pod->object.metadata;
	const char *value = plain(context, korch__text_or_empty(path));
	if (value)
		return give(out, value);
	path = korch__text_or_empty(path);
	if (strcmp(path, "metadata.labels") == 0)
		return give_map(out, meta->labels);
	if (strcmp(path, "metadata.annotations") == 0)
		return give_map(out, meta->annotations);
	int code = subscript(out, meta->labels, "metadata.labels", path);
	if (code == 0)
		code = subscript(out, meta->annotations, "metadata.annotations", path);
	if (code != 0)
		return code < 0 ? code : 0;
	*problem = korch__sprintf("unsupported fieldPath: %s", path);
	return *problem ? KORCH_E_INVALID : KORCH_E_NOMEM;
}

static const char *find_quantity(const korch_container *container, const char *resource)
{
	const korch_resource_requirements *needs = container->resources;
	if (strncmp(resource, "limits.", 7) == 0)
		return needs ? korch_map_get(needs->limits, resource + 7) : NULL;
	if (strncmp(resource, "requests.", 9) != 0)
		return NULL;
	const char *request = needs ? korch_map_get(needs->requests, resource + 9) : NULL;
	return !request && needs ? korch_map_get(needs->limits, resource + 9) : request;
}

/* What a limit is when there is none: all that the node has. */
static korch_quantity default_limit(const korch__env_context *context, const char *resource)
{
	if (strcmp(resource, "limits.cpu") == 0)
		return korch_quantity_from_milli(context->node_cpu_milli, KORCH_QUANTITY_DECIMAL);
	if (strcmp(resource, "limits.memory") == 0)
		return korch_quantity_from_int(context->node_memory_bytes, KORCH_QUANTITY_BINARY);
	return (korch_quantity){0};
}

int korch__resource_field(char **out, const korch__env_context *context,
                          const korch_resource_field_selector *selector, const korch_container *own,
                          char **problem)
{
	const char *resource = korch__text_or_empty(selector->resource);
	const char *name = korch__text_or_empty(selector->container_name);
	size_t i = *name ? korch__pod_container_index(context->pod, name) : SIZE_MAX;
	const korch_container *container = i != SIZE_MAX ? korch__pod_container(context->pod, i) : own;
	korch_quantity value, divisor = {0};
	if (!container || (*name && i == SIZE_MAX)) {
		*problem = korch__sprintf("container %s not found", name);
		return *problem ? KORCH_E_INVALID : KORCH_E_NOMEM;
	}
	const char *text = find_quantity(container, resource);
	if (!text || korch_quantity_parse(&value, text, NULL) < 0)
		value = default_limit(context, resource);
	if (selector->divisor)
		korch_quantity_parse(&divisor, selector->divisor, NULL);
	int cpu = korch__text_has_suffix(resource, ".cpu");
	if (korch_quantity_sign(&divisor) <= 0)
		divisor = korch_quantity_from_int(1, KORCH_QUANTITY_DECIMAL);
	int64_t dividend = cpu ? korch_quantity_milli(&value) : korch_quantity_value(&value);
	int64_t by = cpu ? korch_quantity_milli(&divisor) : korch_quantity_value(&divisor);
	int64_t quotient = dividend / by + (dividend % by > 0);
	*out = korch__sprintf("%lld", (long long)quotient);
	return *out ? 0 : KORCH_E_NOMEM;
}
