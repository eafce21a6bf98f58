/* Once all is read: names in order, nothing twice, the list of resources. */
#include "schedule/model.h"

#include <stdlib.h>
#include <string.h>

static int compare_nodes(const void *a, const void *b, void *userdata)
{
	const schedule_model *self = userdata;
	size_t first = *(const size_t *)a, second = *(const size_t *)b;
	int order = strcmp(korch_object_name(&self->nodes.items[first].object->object),
	                   korch_object_name(&self->nodes.items[second].object->object));
	return order ? order : first < second ? -1 : first > second;
}

static int compare_pods(const void *a, const void *b, void *userdata)
{
	const schedule_model *self = userdata;
	size_t first = *(const size_t *)a, second = *(const size_t *)b;
	const korch_object *one = &self->pods.items[first].object->object;
	const korch_object *other = &self->pods.items[second].object->object;
	int order = strcmp(korch_object_namespace(one), korch_object_namespace(other));
	if (order == 0)
		order = strcmp(korch_object_name(one), korch_object_name(other));
	return order ? order : first < second ? -1 : first > second;
}

static size_t *count_up(schedule_model *self, size_t n, korch_error **err)
{
	size_t *order = model_calloc(self, n, sizeof(*order), err);
	for (size_t i = 0; order && i < n; i++)
		order[i] = i;
	return order;
}

static int fail_twice(korch_error **err, const char *what, const korch_object *object,
                      model_place first, model_place second)
{
	const char *namespace_ = korch_object_namespace(object);
	return model_fail(err, second, "%s %s%s%s is there twice, first in %s:%d", what, namespace_,
	                  *namespace_ ? "/" : "", korch_object_name(object), first.file, first.line);
}

static int sort_nodes(schedule_model *self, korch_error **err)
{
	self->by_name = count_up(self, self->nodes.n, err);
	if (!self->by_name)
		return KORCH_E_NOMEM;
	qsort_r(self->by_name, self->nodes.n, sizeof(*self->by_name), compare_nodes, self);
	for (size_t i = 1; i < self->nodes.n; i++) {
		const model_node *one = &self->nodes.items[self->by_name[i - 1]];
		const model_node *other = &self->nodes.items[self->by_name[i]];
		if (strcmp(korch_object_name(&one->object->object),
		           korch_object_name(&other->object->object)) == 0)
			return fail_twice(err, "node", &one->object->object, one->place, other->place);
	}
	return 0;
}

static int check_pods(schedule_model *self, korch_error **err)
{
	size_t *order = malloc((self->pods.n + 1) * sizeof(*order));
	int code = 0;
	if (!order)
		return model_nomem(err);
	for (size_t i = 0; i < self->pods.n; i++)
		order[i] = i;
	qsort_r(order, self->pods.n, sizeof(*order), compare_pods, self);
	for (size_t i = 1; code == 0 && i < self->pods.n; i++) {
		const model_pod *one = &self->pods.items[order[i - 1]];
		const model_pod *other = &self->pods.items[order[i]];
		const korch_object *a = &one->object->object, *b = &other->object->object;
		if (strcmp(korch_object_name(a), korch_object_name(b)) == 0 &&
		    strcmp(korch_object_namespace(a), korch_object_namespace(b)) == 0)
			code = fail_twice(err, "pod", b, one->place, other->place);
	}
	free(order);
	return code;
}

/* cpu, memory, ephemeral-storage, then the others by name. */
static int resource_rank(const char *name)
{
	static const char *const FIRST[] = {"cpu", "memory", "ephemeral-storage"};
	for (int i = 0; i < 3; i++)
		if (strcmp(name, FIRST[i]) == 0)
			return i;
	return 3;
}

static int compare_resources(const void *a, const void *b)
{
	const char *one = *(const char *const *)a, *other = *(const char *const *)b;
	int order = resource_rank(one) - resource_rank(other);
	return order ? order : strcmp(one, other);
}

static int note_resources(schedule_model *self, const korch_map *map, model_place place,
                          korch_error **err)
{
	for (size_t i = 0; map && i < map->n; i++) {
		const char *name = map->items[i].key;
		if (strcmp(name, "pods") == 0 || model_resource_index(self, name) < MODEL_RESOURCES_MAX ||
		    korch_quantity_text_milli(map->items[i].value) == 0)
			continue;
		if (self->n_resources == MODEL_RESOURCES_MAX)
			return model_fail(err, place, "%s: more than %d different resources", name,
			                  MODEL_RESOURCES_MAX);
		self->resources[self->n_resources++] = name;
	}
	return 0;
}

static int note_requirements(schedule_model *self, const korch_resource_requirements *resources,
                             model_place place, korch_error **err)
{
	return resources ? note_resources(self, resources->requests, place, err) : 0;
}

static int note_pod(schedule_model *self, const model_pod *pod, korch_error **err)
{
	const korch_pod_spec *spec = pod->object->spec;
	int code = note_resources(self, spec->overhead, pod->place, err);
	if (code == 0)
		code = note_requirements(self, spec->resources, pod->place, err);
	for (size_t i = 0; code == 0 && i < spec->n_containers; i++)
		code = note_requirements(self, spec->containers[i].resources, pod->place, err);
	for (size_t i = 0; code == 0 && i < spec->n_init_containers; i++)
		code = note_requirements(self, spec->init_containers[i].resources, pod->place, err);
	return code;
}

static int list_resources(schedule_model *self, korch_error **err)
{
	const korch_pod_spec *last = NULL; /* pods of one template share their spec */
	for (size_t i = 0; i < self->nodes.n; i++) {
		const korch_node_status *status = self->nodes.items[i].object->status;
		const korch_map *map = !status               ? NULL
		                       : status->allocatable ? status->allocatable
		                                             : status->capacity;
		int code = note_resources(self, map, self->nodes.items[i].place, err);
		if (code < 0)
			return code;
		self->has_pod_limits |= korch_map_get(map, "pods") != NULL;
	}
	for (size_t i = 0; i < self->pods.n; i++) {
		int code = self->pods.items[i].object->spec == last
		               ? 0
		               : note_pod(self, &self->pods.items[i], err);
		if (code < 0)
			return code;
		last = self->pods.items[i].object->spec;
	}
	qsort(self->resources, self->n_resources, sizeof(*self->resources), compare_resources);
	return 0;
}

static int compare_gangs(const void *a, const void *b)
{
	const model_gang *one = a, *other = b;
	int order = strcmp(one->namespace_, other->namespace_);
	return order ? order : strcmp(one->name, other->name);
}

/* The gang that a pod names by its label or its scheduling group. */
static size_t find_gang(const schedule_model *self, const model_pod *pod)
{
	const korch_pod_scheduling_group *group = pod->object->spec->scheduling_group;
	const char *name =
	    korch_map_get(pod->object->object.metadata->labels, "scheduling.x-k8s.io/pod-group");
	if (!name && group)
		name = group->pod_group_name;
	if (!name)
		return NO_GANG;
	const model_gang key = {.namespace_ = korch_object_namespace(&pod->object->object),
	                        .name = name};
	const model_gang *found =
	    bsearch(&key, self->gangs.items, self->gangs.n, sizeof(key), compare_gangs);
	return found ? (size_t)(found - self->gangs.items) : NO_GANG;
}

static void find_gangs(schedule_model *self)
{
	if (self->gangs.n == 0)
		return;
	qsort(self->gangs.items, self->gangs.n, sizeof(*self->gangs.items), compare_gangs);
	for (size_t i = 0; i < self->pods.n; i++)
		self->pods.items[i].gang = find_gang(self, &self->pods.items[i]);
}

int model_settle(schedule_model *self, korch_error **err)
{
	int code = sort_nodes(self, err);
	if (code == 0)
		code = check_pods(self, err);
	if (code == 0)
		code = list_resources(self, err);
	find_gangs(self);
	return code < 0 ? code : model_measure(self, err);
}
