/*
 * What nodes offer and pods request, in the scheduler's own counting: each pod is put on a scale, a
 * node of a scheduler that nothing is decided with. Shares of devices are counted here, as
 * thousandths of devices.
 */
#include "schedule/model.h"

#include <stdio.h>
#include <string.h>

#define SCALE "scale"

/* The resource whose units can be shared, on these nodes. */
static const char *device_resource(const schedule_model *self)
{
	static const char *const DEVICES[] = {"nvidia.com/gpu", "amd.com/gpu", "korch.dev/gpu"};
	for (size_t i = 0; i < 3; i++)
		if (model_resource_index(self, DEVICES[i]) < MODEL_RESOURCES_MAX)
			return DEVICES[i];
	return DEVICES[0];
}

/* Shares are no resource beside the devices, but parts of them. */
static void merge_shares(schedule_model *self)
{
	size_t share = model_resource_index(self, KORCH_RESOURCE_GPU_MILLI);
	if (share == MODEL_RESOURCES_MAX)
		return;
	const char *devices = device_resource(self);
	size_t whole = model_resource_index(self, devices);
	if (whole == MODEL_RESOURCES_MAX) { /* shares only: they stand for the devices */
		self->resources[share] = devices;
		self->scales[share] = 1000;
		return;
	}
	self->scales[whole] = 1000;
	self->n_resources--;
	memmove(&self->resources[share], &self->resources[share + 1],
	        (self->n_resources - share) * sizeof(self->resources[0]));
	memmove(&self->scales[share], &self->scales[share + 1],
	        (self->n_resources - share) * sizeof(self->scales[0]));
}

static int is_cpu(const char *resource)
{
	return strcmp(resource, "cpu") == 0;
}

static void measure_node(const schedule_model *self, model_node *node)
{
	const korch_node_status *status = node->object->status;
	const korch_map *map = !status               ? NULL
	                       : status->allocatable ? status->allocatable
	                                             : status->capacity;
	for (size_t i = 0; i < self->n_resources; i++) {
		const char *text = korch_map_get(map, self->resources[i]);
		int64_t amount = is_cpu(self->resources[i]) ? korch_quantity_text_milli(text)
		                                            : korch_quantity_text_value(text);
		if (!is_cpu(self->resources[i]) && self->scales[i] > 1)
			amount = amount > INT64_MAX / self->scales[i] ? INT64_MAX : amount * self->scales[i];
		node->amounts[i] = amount < 0 ? 0 : amount;
	}
}

static int64_t share_of(const korch_container *container)
{
	const korch_resource_requirements *resources = container->resources;
	return resources ? korch_quantity_text_value(
	                       korch_map_get(resources->requests, KORCH_RESOURCE_GPU_MILLI))
	                 : 0;
}

/* The share of a device that a pod asks for: of all containers, or of the greediest one before. */
static int64_t pod_share(const korch_pod_spec *spec)
{
	int64_t sum = 0;
	for (size_t i = 0; i < spec->n_containers; i++)
		sum += share_of(&spec->containers[i]);
	for (size_t i = 0; i < spec->n_init_containers; i++)
		if (share_of(&spec->init_containers[i]) > sum)
			sum = share_of(&spec->init_containers[i]);
	return sum;
}

/* What the scheduler says of the scale, said of the pod. */
static int fail_weight(const model_pod *pod, korch_error **err)
{
	static const char SCALE_SAYS[] = "node " SCALE ": ";
	char message[256], name[512];
	if (strncmp(korch_error_message(*err), SCALE_SAYS, sizeof(SCALE_SAYS) - 1) != 0) {
		korch_error_set_location(err, pod->place.file, pod->place.line);
		return korch_error_code(*err);
	}
	snprintf(message, sizeof(message), "%s", korch_error_message(*err) + sizeof(SCALE_SAYS) - 1);
	korch_error_free(*err);
	*err = NULL;
	return model_fail(err, pod->place, "pod %s: %s", model_pod_name(pod, name, sizeof(name)),
	                  message);
}

static int weigh(const schedule_model *self, korch_scheduler *scale, const model_pod *pod,
                 int64_t *amounts, korch_error **err)
{
	int code = korch_scheduler_pod_set(scale, pod->object, SCALE, err);
	if (code < 0)
		return fail_weight(pod, err);
	for (size_t i = 0; i < self->n_resources; i++) {
		int64_t allocatable = 0, requested = 0;
		korch_scheduler_node_usage(&allocatable, &requested, scale, SCALE, self->resources[i]);
		int is_shared = !is_cpu(self->resources[i]) && self->scales[i] > 1;
		amounts[i] =
		    is_shared ? requested * self->scales[i] + pod_share(pod->object->spec) : requested;
	}
	korch_scheduler_pod_remove(scale, pod->object);
	return 0;
}

static int weigh_all(schedule_model *self, korch_scheduler *scale, korch_error **err)
{
	const model_pod *last = NULL;
	for (size_t i = 0; i < self->pods.n; i++) {
		model_pod *pod = &self->pods.items[i];
		if (last && last->object->spec == pod->object->spec) {
			pod->amounts = last->amounts;
			continue;
		}
		int64_t *amounts = model_calloc(self, self->n_resources, sizeof(*amounts), err);
		if (!amounts)
			return KORCH_E_NOMEM;
		int code = weigh(self, scale, pod, amounts, err);
		if (code < 0)
			return code;
		pod->amounts = amounts;
		last = pod;
	}
	return 0;
}

static int make_scale(korch_scheduler **out, korch_error **err)
{
	korch_object *node = NULL;
	korch_scheduler *scale = NULL;
	int code = korch_object_new(&node, &korch_node_kind);
	if (code == 0)
		code = korch_string_set(&node->metadata->name, SCALE);
	if (code == 0)
		code = korch_scheduler_new(&scale, NULL, err);
	if (code == 0)
		code = korch_scheduler_node_set(scale, (const korch_node *)node, err);
	korch_object_unref(node);
	if (code < 0)
		korch_scheduler_free(scale);
	else
		*out = scale;
	return code == KORCH_E_NOMEM ? model_nomem(err) : code;
}

int model_measure(schedule_model *self, korch_error **err)
{
	korch_scheduler *scale = NULL;
	for (size_t i = 0; i < self->n_resources; i++)
		self->scales[i] = is_cpu(self->resources[i]) ? 1000 : 1;
	merge_shares(self);
	for (size_t i = 0; i < self->nodes.n; i++)
		measure_node(self, &self->nodes.items[i]);
	int code = make_scale(&scale, err);
	if (code == 0)
		code = weigh_all(self, scale, err);
	korch_scheduler_free(scale);
	return code;
}
