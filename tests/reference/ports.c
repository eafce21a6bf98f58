/* Host ports: of containers, and of init containers that stay (sidecars). */
#include "internal.h"
#include <string.h>

enum { MOST_PORTS = 64 };

static size_t add_ports(const korch_container_port **out, size_t n,
                        const korch_container *container)
{
	for (size_t i = 0; i < container->n_ports && n < MOST_PORTS; i++)
		if (container->ports[i].host_port > 0)
			out[n++] = &container->ports[i];
	return n;
}

static size_t host_ports(const korch_container_port **out, const korch_pod *pod)
{
	size_t n = 0;
	for (size_t i = 0; i < pod->spec->n_init_containers; i++)
		if (reference_same(pod->spec->init_containers[i].restart_policy, "Always"))
			n = add_ports(out, n, &pod->spec->init_containers[i]);
	for (size_t i = 0; i < pod->spec->n_containers; i++)
		n = add_ports(out, n, &pod->spec->containers[i]);
	return n;
}

static const char *or_else(const char *text, const char *otherwise)
{
	return text && *text ? text : otherwise;
}

static int clash(const korch_container_port *a, const korch_container_port *b)
{
	const char *x = or_else(a->host_ip, "0.0.0.0"), *y = or_else(b->host_ip, "0.0.0.0");
	if (a->host_port != b->host_port ||
	    strcmp(or_else(a->protocol, "TCP"), or_else(b->protocol, "TCP")) != 0)
		return 0;
	return strcmp(x, y) == 0 || strcmp(x, "0.0.0.0") == 0 || strcmp(y, "0.0.0.0") == 0;
}

int reference_ports_clash(const korch_container *a, const korch_container *b)
{
	for (size_t i = 0; i < a->n_ports; i++)
		for (size_t j = 0; j < b->n_ports; j++)
			if (a->ports[i].host_port > 0 && clash(&a->ports[i], &b->ports[j]))
				return 1;
	return 0;
}

int reference_ports_free(const reference_cluster *cluster, const korch_pod *pod, size_t node)
{
	const korch_container_port *mine[MOST_PORTS], *theirs[MOST_PORTS];
	size_t n_mine = host_ports(mine, pod);
	for (size_t i = 0; i < cluster->n_pods; i++) {
		if (cluster->pods[i].node != node)
			continue;
		size_t n_theirs = host_ports(theirs, cluster->pods[i].pod);
		for (size_t a = 0; a < n_mine; a++)
			for (size_t b = 0; b < n_theirs; b++)
				if (clash(mine[a], theirs[b]))
					return 0;
	}
	return 1;
}
