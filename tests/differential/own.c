/* A filter and a score of one's own, once for the reference and once for the engine. */
#include "world.h"
#include <string.h>

static int is(const korch_object *object, const char *key, const char *value)
{
	const korch_map *labels = object->metadata ? object->metadata->labels : NULL;
	const char *found = korch_map_get(labels, key);
	return found && strcmp(found, value) == 0;
}

/* Databases go to no slow disk, and nobody where four pods are. */
static int lets_in(const korch_pod *pod, const korch_node *node, size_t pods)
{
	return pods < 4 && !(is(&pod->object, "app", "db") && is(&node->object, "disk", "hdd"));
}

static int64_t worth(const korch_pod *pod, const korch_node *node, size_t pods, int64_t cpu)
{
	int64_t score = (int64_t)pods * 3 + cpu / 250 + (is(&node->object, "cores", "8") ? 20 : 0);
	score += is(&pod->object, "v", "1") && is(&node->object, "zone", "a") ? 30 : 0;
	return score > 100 ? 100 : score;
}

static size_t pods_on(const reference_cluster *cluster, size_t node)
{
	size_t n = 0;
	for (size_t i = 0; i < cluster->n_pods; i++)
		n += cluster->pods[i].node == node;
	return n;
}

static int reference_filter(const reference_cluster *cluster, const korch_pod *pod, size_t node)
{
	return lets_in(pod, cluster->nodes[node], pods_on(cluster, node));
}

static int64_t reference_score(const reference_cluster *cluster, const korch_pod *pod, size_t node)
{
	return worth(pod, cluster->nodes[node], pods_on(cluster, node),
	             reference_node_requested(cluster, node, "cpu"));
}

static int engine_filter(void *userdata, const korch_pod *pod, const korch_node_info *info)
{
	return lets_in(pod, korch_node_info_node(info), korch_node_info_pods(info));
}

static int64_t engine_score(void *userdata, const korch_pod *pod, const korch_node_info *info)
{
	return worth(pod, korch_node_info_node(info), korch_node_info_pods(info),
	             korch_node_info_requested(info, "cpu"));
}

void draw_own(run *self, int profile)
{
	reference_own *own = &self->own[profile];
	own->name = "MyOwn";
	own->reason = "node(s) were not to my taste";
	own->filter = happens(&self->random, 60) ? reference_filter : NULL;
	own->score = !own->filter || happens(&self->random, 60) ? reference_score : NULL;
	own->normalize = (int)below(&self->random, 3);
	if (own->score)
		self->profiles[profile].weights[REFERENCE_OWN] = 1 + (int64_t)below(&self->random, 3);
}

void own_plugin(korch_scheduler_plugin *out, const reference_own *own)
{
	*out = (korch_scheduler_plugin){.size = sizeof(*out), .name = own->name};
	out->filter = own->filter ? engine_filter : NULL;
	out->reason = own->filter ? own->reason : NULL;
	out->score = own->score ? engine_score : NULL;
	out->normalize = own->normalize == REFERENCE_PLAIN         ? KORCH_NORMALIZE_NONE
	                 : own->normalize == REFERENCE_BY_GREATEST ? KORCH_NORMALIZE_MAX
	                                                           : KORCH_NORMALIZE_REVERSE;
}
