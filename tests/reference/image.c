/* ImageLocality: nodes that have the images already. */
#include "internal.h"
#include <stdio.h>
#include <string.h>

enum { MB = 1024 * 1024 };

/* "name" without a tag means "name:latest"; a colon before the last slash is a registry's port. */
static void with_tag(char *out, size_t size, const char *image)
{
	const char *colon = strrchr(image, ':'), *slash = strrchr(image, '/');
	int has_tag = colon && (!slash || colon > slash);
	snprintf(out, size, "%s%s", image, has_tag ? "" : ":latest");
}

/* The size of the image on the node, or -1. */
static int64_t size_on(const korch_node *node, const char *image)
{
	for (size_t i = 0; node->status && i < node->status->n_images; i++)
		for (size_t j = 0; j < node->status->images[i].n_names; j++)
			if (strcmp(node->status->images[i].names[j], image) == 0)
				return node->status->images[i].size_bytes;
	return -1;
}

static int64_t one_image(const reference_cluster *cluster, const char *image, size_t node)
{
	char name[512];
	size_t on = 0;
	with_tag(name, sizeof(name), image ? image : "");
	int64_t size = size_on(cluster->nodes[node], name);
	if (size < 0)
		return 0;
	for (size_t i = 0; i < cluster->n_nodes; i++)
		on += size_on(cluster->nodes[i], name) >= 0;
	return (int64_t)((double)size * ((double)on / (double)cluster->n_nodes));
}

int64_t reference_image_score(const reference_cluster *cluster, const korch_pod *pod, size_t node)
{
	const korch_pod_spec *spec = pod->spec;
	int64_t sum = 0, least = (int64_t)23 * MB;
	int64_t most = (int64_t)1000 * MB * (int64_t)(spec->n_init_containers + spec->n_containers);
	for (size_t i = 0; i < spec->n_init_containers; i++)
		sum += one_image(cluster, spec->init_containers[i].image, node);
	for (size_t i = 0; i < spec->n_containers; i++)
		sum += one_image(cluster, spec->containers[i].image, node);
	if (sum < least)
		sum = least;
	else if (sum > most)
		sum = most;
	return 100 * (sum - least) / (most - least);
}
