/* Rules of pods over several containers, volumes and fields, and of changes to pods. */
#include "base/alloc.h"
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <korch/api/core_pod.h>
#include <string.h>

enum { NAMESERVERS_MAX = 3, SEARCHES_MAX = 32 };

typedef struct pod_names {
	korch_names containers;
	korch_names volumes;
} pod_names;

static void check_volumes(const korch_pod_spec *spec, korch_names *volumes, const char *path,
                          korch_problems *problems)
{
	for (size_t i = 0; i < spec->n_volumes; i++) {
		if (!korch__names_add(volumes, spec->volumes[i].name))
			korch__problem_field(problems, path, AT("volumes[%zu].name", i),
			                     KORCH_PROBLEM_DUPLICATE, "\"%s\"", spec->volumes[i].name);
	}
}

static void check_mounts(const korch_container *container, const korch_names *volumes,
                         const char *path, korch_problems *problems)
{
	for (size_t i = 0; i < container->n_volume_mounts; i++) {
		const char *name = container->volume_mounts[i].name;
		if (name && *name && !korch__names_has(volumes, name))
			korch__problem_field(problems, path, AT("volumeMounts[%zu].name", i),
			                     KORCH_PROBLEM_NOT_FOUND, "\"%s\"", name);
	}
	for (size_t i = 0; i < container->n_volume_devices; i++) {
		const char *name = container->volume_devices[i].name;
		if (name && *name && !korch__names_has(volumes, name))
			korch__problem_field(problems, path, AT("volumeDevices[%zu].name", i),
			                     KORCH_PROBLEM_NOT_FOUND, "\"%s\"", name);
	}
}

static void check_init_container(const korch_container *container, const char *path,
                                 korch_problems *problems)
{
	const struct {
		const char *name;
		const void *value;
	} fields[] = {{"lifecycle", container->lifecycle},
	              {"livenessProbe", container->liveness_probe},
	              {"readinessProbe", container->readiness_probe},
	              {"startupProbe", container->startup_probe}};
	if (korch__text_equal(container->restart_policy, "Always"))
		return;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].value)
			korch__problem_field(problems, path, fields[i].name, KORCH_PROBLEM_FORBIDDEN,
			                     "may not be set for init containers without restartPolicy=Always");
	}
}

/* A list of containers: names that are unique in the pod, mounts of volumes that there are. */
static void check_containers(const korch_container *list, size_t n, pod_names *names,
                             const char *path, korch_problems *problems)
{
	for (size_t i = 0; i < n; i++) {
		const char *at = AT("%s[%zu]", path, i);
		if (!korch__names_add(&names->containers, list[i].name))
			korch__problem_field(problems, at, "name", KORCH_PROBLEM_DUPLICATE, "\"%s\"",
			                     list[i].name);
		check_mounts(&list[i], &names->volumes, at, problems);
	}
}

static void check_ephemeral(const korch_pod_spec *spec, pod_names *names, const char *path,
                            korch_problems *problems)
{
	for (size_t i = 0; i < spec->n_ephemeral_containers; i++) {
		const korch_ephemeral_container *container = &spec->ephemeral_containers[i];
		const char *target = container->target_container_name;
		if (!korch__names_add(&names->containers, container->name))
			korch__problem_field(problems, path, AT("ephemeralContainers[%zu].name", i),
			                     KORCH_PROBLEM_DUPLICATE, "\"%s\"", container->name);
		if (target && *target && !korch__names_has(&names->containers, target))
			korch__problem_field(problems, path,
			                     AT("ephemeralContainers[%zu].targetContainerName", i),
			                     KORCH_PROBLEM_NOT_FOUND, "\"%s\"", target);
	}
}

/* Two containers cannot have one port of the node. */
static void check_host_ports(const korch_pod_spec *spec, const char *path, korch_problems *problems)
{
	size_t n = 0;
	for (size_t i = 0; i < spec->n_containers; i++)
		n += spec->containers[i].n_ports;
	korch_names used;
	char(*texts)[80] = n > 0 ? korch__calloc(n, sizeof(*texts)) : NULL;
	korch__names_init(&used, n);
	used.failed |= n > 0 && !texts;
	n = 0;
	for (size_t i = 0; i < spec->n_containers && texts; i++) {
		for (size_t j = 0; j < spec->containers[i].n_ports; j++) {
			const korch_container_port *port = &spec->containers[i].ports[j];
			const char *protocol = port->protocol ? port->protocol : "TCP";
			korch__place(texts[n], sizeof(texts[n]), "%.8s/%.45s/%d", protocol,
			             korch__text_or_empty(port->host_ip), port->host_port);
			if (port->host_port > 0 && !korch__names_add(&used, texts[n++]))
				korch__problem_field(problems, path,
				                     AT("containers[%zu].ports[%zu].hostPort", i, j),
				                     KORCH_PROBLEM_DUPLICATE, "\"%s\"", texts[n - 1]);
		}
	}
	korch__names_fini(&used, problems);
	korch__free(texts);
}

static void check_host_network(const korch_pod_spec *spec, const char *path,
                               korch_problems *problems)
{
	for (size_t i = 0; spec->host_network && i < spec->n_containers; i++) {
		for (size_t j = 0; j < spec->containers[i].n_ports; j++) {
			const korch_container_port *port = &spec->containers[i].ports[j];
			if (port->host_port != 0 && port->host_port != port->container_port)
				korch__problem_field(
				    problems, path, AT("containers[%zu].ports[%zu].hostPort", i, j),
				    KORCH_PROBLEM_INVALID,
				    "%d: must match `containerPort` when `hostNetwork` is true", port->host_port);
		}
	}
}

static void check_dns(const korch_pod_spec *spec, const char *path, korch_problems *problems)
{
	const korch_pod_dns_config *config = spec->dns_config;
	if (korch__text_equal(spec->dns_policy, "None") && (!config || config->n_nameservers == 0))
		korch__problem_field(
		    problems, path, config ? "dnsConfig.nameservers" : "dnsConfig", KORCH_PROBLEM_REQUIRED,
		    config ? "must provide at least one DNS nameserver when `dnsPolicy` is None"
		           : "must provide `dnsConfig` when `dnsPolicy` is None");
	if (!config)
		return;
	if (config->n_nameservers > NAMESERVERS_MAX)
		korch__problem_field(problems, path, "dnsConfig.nameservers", KORCH_PROBLEM_INVALID,
		                     "must not have more than 3 nameservers");
	for (size_t i = 0; i < config->n_nameservers; i++)
		korch__syntax_check(problems, path, AT("dnsConfig.nameservers[%zu]", i), KORCH_FORMAT_IP,
		                    config->nameservers[i]);
	if (config->n_searches > SEARCHES_MAX)
		korch__problem_field(problems, path, "dnsConfig.searches", KORCH_PROBLEM_INVALID,
		                     "must not have more than 32 search paths");
}

static void check_names(const korch_pod_spec *spec, const char *path, korch_problems *problems)
{
	korch__syntax_check(problems, path, "nodeName", KORCH_FORMAT_DNS1123_SUBDOMAIN,
	                    spec->node_name);
	korch__syntax_check(problems, path, "serviceAccountName", KORCH_FORMAT_DNS1123_SUBDOMAIN,
	                    spec->service_account_name);
	korch__syntax_check(problems, path, "priorityClassName", KORCH_FORMAT_DNS1123_SUBDOMAIN,
	                    spec->priority_class_name);
	korch__syntax_check(problems, path, "schedulerName", KORCH_FORMAT_QUALIFIED_NAME,
	                    spec->scheduler_name);
	for (size_t i = 0; spec->node_selector && i < spec->node_selector->n; i++)
		korch__syntax_check(problems, path, "nodeSelector", KORCH_FORMAT_LABEL_VALUE,
		                    spec->node_selector->items[i].value);
	if (spec->share_process_namespace && spec->host_pid)
		korch__problem_field(problems, path, "shareProcessNamespace", KORCH_PROBLEM_INVALID,
		                     "true: ShareProcessNamespace and HostPID cannot both be enabled");
	if (KORCH_IS_SET(spec, korch_pod_spec, active_deadline_seconds) &&
	    (spec->active_deadline_seconds < 1 || spec->active_deadline_seconds > INT32_MAX))
		korch__problem_field(problems, path, "activeDeadlineSeconds", KORCH_PROBLEM_INVALID,
		                     "%lld: must be between 1 and 2147483647, inclusive",
		                     (long long)spec->active_deadline_seconds);
}

static void check_gates(const korch_pod_spec *spec, const char *path, korch_problems *problems)
{
	korch_names gates;
	korch__names_init(&gates, spec->n_scheduling_gates);
	for (size_t i = 0; i < spec->n_scheduling_gates; i++) {
		const char *name = spec->scheduling_gates[i].name;
		if (!korch__names_add(&gates, name))
			korch__problem_field(problems, path, AT("schedulingGates[%zu]", i),
			                     KORCH_PROBLEM_DUPLICATE, "\"%s\"", name);
	}
	korch__names_fini(&gates, problems);
	if (spec->n_scheduling_gates > 0 && spec->node_name && *spec->node_name)
		korch__problem_field(problems, path, "nodeName", KORCH_PROBLEM_FORBIDDEN,
		                     "cannot be set until all schedulingGates have been cleared");
}

void korch__pod_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_pod_spec *spec = self;
	pod_names names;
	size_t n = spec->n_containers + spec->n_init_containers + spec->n_ephemeral_containers;
	korch__names_init(&names.containers, n);
	korch__names_init(&names.volumes, spec->n_volumes);
	check_volumes(spec, &names.volumes, path, problems);
	check_containers(spec->containers, spec->n_containers, &names, AT("%s.containers", path),
	                 problems);
	check_containers(spec->init_containers, spec->n_init_containers, &names,
	                 AT("%s.initContainers", path), problems);
	check_ephemeral(spec, &names, path, problems);
	korch__names_fini(&names.containers, problems);
	korch__names_fini(&names.volumes, problems);
	for (size_t i = 0; i < spec->n_init_containers; i++)
		check_init_container(&spec->init_containers[i], AT("%s.initContainers[%zu]", path, i),
		                     problems);
	check_host_ports(spec, path, problems);
	check_host_network(spec, path, problems);
	check_dns(spec, path, problems);
	korch__spread_twins_validate(spec->topology_spread_constraints,
	                             spec->n_topology_spread_constraints, path, problems);
	check_names(spec, path, problems);
	check_gates(spec, path, problems);
}
