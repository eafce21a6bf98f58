/* The nodes and pods of `korch schedule` as lists: adding, finding, naming, freeing. */
#include "schedule/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int model_nomem(korch_error **err)
{
	return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
}

int model_fail(korch_error **err, model_place place, const char *format, ...)
{
	char message[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	korch_error_set(err, KORCH_E_INVALID, "%s", message);
	korch_error_set_location(err, place.file, place.line);
	return KORCH_E_INVALID;
}

int model_grow(void *items_slot, size_t n, size_t *cap, size_t size, korch_error **err)
{
	if (n < *cap)
		return 0;
	size_t wanted = *cap ? *cap * 2 : 16;
	void *memory =
	    wanted > SIZE_MAX / 2 / size ? NULL : realloc(*(void **)items_slot, wanted * size);
	if (!memory)
		return model_nomem(err);
	*(void **)items_slot = memory;
	*cap = wanted;
	return 0;
}

void *model_calloc(schedule_model *self, size_t n, size_t size, korch_error **err)
{
	void *memory = calloc(n ? n : 1, size);
	if (!memory) {
		model_nomem(err);
		return NULL;
	}
	if (MODEL_ADD(&self->memory, memory, err) < 0) {
		free(memory);
		return NULL;
	}
	return memory;
}

const char *model_text(schedule_model *self, const char *text, korch_error **err)
{
	size_t size = strlen(text) + 1;
	char *copy = model_calloc(self, size, 1, err);
	return copy ? memcpy(copy, text, size) : NULL;
}

int model_keep_block(schedule_model *self, void *block, korch_error **err)
{
	int code = MODEL_ADD(&self->blocks, block, err);
	if (code < 0)
		korch_block_unref(block);
	return code;
}

int model_add_node(schedule_model *self, korch_node *node, model_place place, korch_error **err)
{
	model_node added = {.object = node, .place = place};
	int code = self->nodes.n >= KORCH_SCHEDULER_NODES_MAX
	               ? model_fail(err, place, "more than %d nodes", KORCH_SCHEDULER_NODES_MAX)
	               : MODEL_ADD(&self->nodes, added, err);
	if (code < 0)
		korch_object_unref(&node->object);
	return code;
}

int model_add_pod(schedule_model *self, korch_pod *pod, model_place place, korch_error **err)
{
	model_pod added = {.object = pod,
	                   .place = place,
	                   .group = "",
	                   .node = NO_NODE,
	                   .reason = NO_REASON,
	                   .gang = NO_GANG,
	                   .preempted_from = NO_NODE};
	int code = self->pods.n >= MODEL_PODS_MAX
	               ? model_fail(err, place, "more than %d pods", MODEL_PODS_MAX)
	               : MODEL_ADD(&self->pods, added, err);
	if (code < 0)
		korch_object_unref(&pod->object);
	return code;
}

void model_fini(schedule_model *self)
{
	for (size_t i = 0; i < self->nodes.n; i++)
		korch_object_unref(&self->nodes.items[i].object->object);
	for (size_t i = 0; i < self->pods.n; i++)
		korch_object_unref(&self->pods.items[i].object->object);
	for (size_t i = 0; i < self->blocks.n; i++)
		korch_block_unref(self->blocks.items[i]);
	for (size_t i = 0; i < self->reasons.n; i++)
		free(self->reasons.items[i]);
	for (size_t i = 0; i < self->memory.n; i++)
		free(self->memory.items[i]);
	free(self->nodes.items);
	free(self->pods.items);
	free(self->namespaces.items);
	free(self->budgets.items);
	free(self->claims.items);
	free(self->gangs.items);
	free(self->daemons.items);
	free(self->memory.items);
	free(self->blocks.items);
	free(self->reasons.items);
	free(self->reason_hashes);
	korch_manifest_free(self->manifest);
}

static const char *node_name(const schedule_model *self, size_t i)
{
	return korch_object_name(&self->nodes.items[i].object->object);
}

size_t model_node_index(const schedule_model *self, const char *name)
{
	size_t low = 0, high = self->nodes.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, node_name(self, self->by_name[middle]));
		if (order == 0)
			return self->by_name[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NO_NODE;
}

size_t model_resource_index(const schedule_model *self, const char *name)
{
	for (size_t i = 0; i < self->n_resources; i++)
		if (strcmp(self->resources[i], name) == 0)
			return i;
	return MODEL_RESOURCES_MAX;
}

const char *model_pod_name(const model_pod *pod, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", korch_object_namespace(&pod->object->object),
	         korch_object_name(&pod->object->object));
	return out;
}

static int no_such_pod(const schedule_model *self, const char *name, korch_error **err)
{
	const char **names = calloc(self->pods.n + 1, sizeof(*names));
	if (!names)
		return model_nomem(err);
	const char *bare = strchr(name, '/') ? strchr(name, '/') + 1 : name;
	for (size_t i = 0; i < self->pods.n; i++)
		names[i] = korch_object_name(&self->pods.items[i].object->object);
	const char *meant = nearest_name(bare, names, self->pods.n);
	int code =
	    korch_error_set(err, KORCH_E_NOT_FOUND, "no pod \"%s\"%s%s%s", name,
	                    meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
	free(names);
	return code;
}

int model_find_pod(size_t *out, const schedule_model *self, const char *name, korch_error **err)
{
	size_t found = self->pods.n;
	const char *slash = strchr(name, '/');
	for (size_t i = 0; i < self->pods.n; i++) {
		const korch_object *object = &self->pods.items[i].object->object;
		const char *namespace_ = korch_object_namespace(object);
		if (strcmp(korch_object_name(object), slash ? slash + 1 : name) != 0)
			continue;
		if (slash && (strlen(namespace_) != (size_t)(slash - name) ||
		              memcmp(namespace_, name, (size_t)(slash - name)) != 0))
			continue;
		if (found < self->pods.n)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "pod \"%s\" is in namespaces %s and %s, say which: %s/%s", name,
			                       korch_object_namespace(&self->pods.items[found].object->object),
			                       namespace_, namespace_, name);
		found = i;
	}
	if (found == self->pods.n)
		return no_such_pod(self, name, err);
	*out = found;
	return 0;
}

/* FNV-1a. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = 14695981039346656037u;
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash;
}

int model_reason(size_t *out, schedule_model *self, const char *sentence, korch_error **err)
{
	uint64_t hash = hash_text(sentence);
	/* The latest ones first: pods of one template stand together. */
	for (size_t i = self->reasons.n; i > 0; i--)
		if (self->reason_hashes[i - 1] == hash &&
		    strcmp(self->reasons.items[i - 1], sentence) == 0) {
			*out = i - 1;
			return 0;
		}
	if (model_grow(&self->reason_hashes, self->reasons.n, &self->reason_hashes_cap,
	               sizeof(*self->reason_hashes), err) < 0)
		return KORCH_E_NOMEM;
	char *copy = strdup(sentence);
	if (!copy)
		return model_nomem(err);
	int code = MODEL_ADD(&self->reasons, copy, err);
	if (code < 0) {
		free(copy);
		return code;
	}
	*out = self->reasons.n - 1;
	self->reason_hashes[*out] = hash;
	return 0;
}

void model_count(schedule_model *self, size_t pod, size_t node, int sign)
{
	model_node *to = &self->nodes.items[node];
	const model_pod *counted = &self->pods.items[pod];
	for (size_t i = 0; i < self->n_resources; i++)
		to->requested[i] += sign * counted->amounts[i];
	to->n_pods = sign > 0 ? to->n_pods + 1 : to->n_pods - 1;
}
