/* The quality-of-service class of a pod, from the requests and limits of its containers. */
#include "agent/lifecycle_internal.h"
#include <korch/quantity.h>

typedef struct sum {
	korch_quantity requests;
	korch_quantity limits;
	int any;     /* some container asks for some of it */
	int limited; /* every container has a limit */
} sum;

static void add(sum *to, const korch_container *container, const char *resource)
{
	const korch_resource_requirements *needs = container->resources;
	korch_quantity request = {0}, limit = {0};
	const char *limit_text = needs ? korch_map_get(needs->limits, resource) : NULL;
	const char *request_text = needs ? korch_map_get(needs->requests, resource) : NULL;
	if (limit_text && korch_quantity_parse(&limit, limit_text, NULL) < 0)
		limit = (korch_quantity){0};
	if (!request_text)
		request = limit;
	else if (korch_quantity_parse(&request, request_text, NULL) < 0)
		request = (korch_quantity){0};
	to->any |= korch_quantity_sign(&request) > 0 || korch_quantity_sign(&limit) > 0;
	to->limited &= korch_quantity_sign(&limit) > 0;
	korch_quantity_add(&to->requests, &request);
	korch_quantity_add(&to->limits, &limit);
}

static int guaranteed(const sum *self)
{
	return self->limited && korch_quantity_compare(&self->requests, &self->limits) == 0;
}

const char *korch__pod_qos(const korch_pod *pod)
{
	sum cpu = {.limited = 1}, memory = {.limited = 1};
	for (size_t i = 0; i < korch__pod_containers(pod); i++) {
		const korch_container *container = korch__pod_container(pod, i);
		add(&cpu, container, "cpu");
		add(&memory, container, "memory");
	}
	if (!cpu.any && !memory.any)
		return "BestEffort";
	return guaranteed(&cpu) && guaranteed(&memory) ? "Guaranteed" : "Burstable";
}
