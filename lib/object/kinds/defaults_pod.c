/*
 * Defaults of pods that depend on other fields: pull policy by tag, requests from limits, host
 * ports. Fixed defaults stand in the tables.
 */
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include <korch/api/core_pod.h>
#include <string.h>

/* 1 when the image is named by the tag "latest", also when no tag and no digest is given. */
static int is_latest(const char *image)
{
	if (!image || !*image || strchr(image, '@'))
		return 0;
	const char *slash = strrchr(image, '/');
	const char *tag = strchr(slash ? slash : image, ':');
	return !tag || strcmp(tag, ":latest") == 0;
}

static int default_pull_policy(const char **policy, const char *image)
{
	if (*policy && **policy)
		return 0;
	return korch_string_set(policy, is_latest(image) ? "Always" : "IfNotPresent");
}

int korch__container_set_defaults(void *self)
{
	korch_container *container = self;
	return default_pull_policy(&container->image_pull_policy, container->image);
}

int korch__ephemeral_container_set_defaults(void *self)
{
	korch_ephemeral_container *container = self;
	return default_pull_policy(&container->image_pull_policy, container->image);
}

/* 1 when a volume has any of its sources: every row but the name is one. */
static int has_source(const korch_volume *volume)
{
	for (size_t i = 0; i < korch_volume_type.n_fields; i++) {
		const korch_field *field = &korch_volume_type.fields[i];
		if (field->kind == KORCH_FIELD_STRUCT &&
		    *(void *const *)((const char *)volume + field->offset))
			return 1;
	}
	return 0;
}

int korch__volume_set_defaults(void *self)
{
	korch_volume *volume = self;
	if (!has_source(volume) &&
	    !korch_struct_edit(&volume->empty_dir, &korch_empty_dir_volume_source_type))
		return KORCH_E_NOMEM;
	if (!volume->image)
		return 0;
	korch_image_volume_source *image =
	    korch_struct_edit(&volume->image, &korch_image_volume_source_type);
	return image ? default_pull_policy(&image->pull_policy, image->reference) : KORCH_E_NOMEM;
}

int korch__pod_spec_set_defaults(void *self)
{
	korch_pod_spec *spec = self;
	if (!spec->security_context &&
	    !korch_struct_edit(&spec->security_context, &korch_pod_security_context_type))
		return KORCH_E_NOMEM;
	if (!spec->service_account_name)
		korch_string_share(&spec->service_account_name, spec->service_account);
	else
		korch_string_share(&spec->service_account, spec->service_account_name);
	return 0;
}

/* 1 when a limit has no request of the same resource. */
static int lacks_requests(const korch_resource_requirements *resources)
{
	const korch_map *limits = resources ? resources->limits : NULL;
	for (size_t i = 0; limits && i < limits->n; i++) {
		if (!korch_map_get(resources->requests, limits->items[i].key))
			return 1;
	}
	return 0;
}

/* Every limit that has no request becomes one. */
static int requests_from_limits(korch_resource_requirements **slot)
{
	if (!lacks_requests(*slot))
		return 0;
	korch_resource_requirements *resources =
	    korch_struct_edit(slot, &korch_resource_requirements_type);
	return resources
	           ? korch__map_merge(&resources->requests, resources->limits, resources->requests)
	           : KORCH_E_NOMEM;
}

static int lacks_host_ports(const korch_container *container)
{
	for (size_t i = 0; i < container->n_ports; i++) {
		if (container->ports[i].host_port == 0)
			return 1;
	}
	return 0;
}

/* With the node's network a container port is a host port. */
static int host_ports(korch_container *container)
{
	if (!lacks_host_ports(container))
		return 0;
	korch_container_port *ports = korch_list_edit(&container->ports, &container->n_ports,
	                                              &korch_container_port_type, container->n_ports);
	if (!ports)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < container->n_ports; i++) {
		if (ports[i].host_port == 0)
			ports[i].host_port = ports[i].container_port;
	}
	return 0;
}

static int pod_containers(korch_container **slot, size_t *n, int host_network)
{
	int needed = 0;
	for (size_t i = 0; i < *n && !needed; i++)
		needed =
		    lacks_requests((*slot)[i].resources) || (host_network && lacks_host_ports(&(*slot)[i]));
	if (!needed)
		return 0;
	korch_container *containers = korch_list_edit(slot, n, &korch_container_type, *n);
	if (!containers)
		return KORCH_E_NOMEM;
	int result = 0;
	for (size_t i = 0; i < *n && result == 0; i++) {
		result = requests_from_limits(&containers[i].resources);
		if (result == 0 && host_network)
			result = host_ports(&containers[i]);
	}
	return result;
}

/* The spec of a pod that is changed already, or does not share it. */
static int default_spec(korch_pod_spec *spec)
{
	if (!KORCH_IS_SET(spec, korch_pod_spec, enable_service_links))
		KORCH_SET(spec, korch_pod_spec, enable_service_links, 1);
	int result = pod_containers(&spec->containers, &spec->n_containers, spec->host_network);
	if (result == 0)
		result =
		    pod_containers(&spec->init_containers, &spec->n_init_containers, spec->host_network);
	return result == 0 ? requests_from_limits(&spec->resources) : result;
}

static int needs_defaults(const korch_pod_spec *spec)
{
	int needed = !KORCH_IS_SET(spec, korch_pod_spec, enable_service_links) ||
	             lacks_requests(spec->resources);
	for (size_t i = 0; i < spec->n_containers && !needed; i++)
		needed = lacks_requests(spec->containers[i].resources) ||
		         (spec->host_network && lacks_host_ports(&spec->containers[i]));
	for (size_t i = 0; i < spec->n_init_containers && !needed; i++)
		needed = lacks_requests(spec->init_containers[i].resources) ||
		         (spec->host_network && lacks_host_ports(&spec->init_containers[i]));
	return needed;
}

/*
 * What holds for pods only and not for templates, so that a template stays as it was written. A
 * spec that needs nothing stays shared with the other pods of its template.
 */
int korch__pod_set_defaults(void *self)
{
	korch_pod *pod = self;
	if (!pod->spec || !needs_defaults(pod->spec))
		return 0;
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	return spec ? default_spec(spec) : KORCH_E_NOMEM;
}
