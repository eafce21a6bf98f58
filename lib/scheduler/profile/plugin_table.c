/*
 * kube-scheduler's plugins and the library's own: names, extension points, default weights. Facts
 * of Kubernetes' pkg/scheduler/apis/config/v1/default_plugins.go and of each plugin's interfaces.
 * The library's own filters are there by default, its own scores only when they are asked for.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/profile/plugins.h"
#include "scheduler/profile/profile.h"
#include <string.h>

enum {
	ENQUEUE = 1 << KORCH__PRE_ENQUEUE,
	SORT = 1 << KORCH__QUEUE_SORT,
	FILTER = 1 << KORCH__FILTER,
	PRE_FILTER = 1 << KORCH__PRE_FILTER | FILTER,
	POST_FILTER = 1 << KORCH__POST_FILTER,
	SCORE = 1 << KORCH__SCORE,
	PRE_SCORE = 1 << KORCH__PRE_SCORE | SCORE,
	RESERVE = 1 << KORCH__RESERVE | 1 << KORCH__PRE_BIND,
	BIND = 1 << KORCH__BIND,
};

static const korch__plugin PLUGINS[] = {
    {"SchedulingGates", ENQUEUE, 0, 1},
    {"PrioritySort", SORT, 0, 1},
    {"NodeUnschedulable", FILTER, 0, 1},
    {"NodeName", FILTER, 0, 1},
    {"TaintToleration", FILTER | PRE_SCORE, 3, 1},
    {"NodeAffinity", PRE_FILTER | PRE_SCORE, 2, 1},
    {"NodePorts", PRE_FILTER, 0, 1},
    {"NodeResourcesFit", PRE_FILTER | PRE_SCORE, 1, 1},
    {"VolumeRestrictions", PRE_FILTER, 0, 1},
    {"NodeVolumeLimits", PRE_FILTER, 0, 1},
    {"VolumeBinding", PRE_FILTER | PRE_SCORE | RESERVE, 0, 1},
    {"VolumeZone", PRE_FILTER, 0, 1},
    {"PodTopologySpread", PRE_FILTER | PRE_SCORE, 2, 1},
    {"InterPodAffinity", PRE_FILTER | PRE_SCORE, 2, 1},
    {"DynamicResources", ENQUEUE | PRE_FILTER | POST_FILTER | RESERVE | SCORE, 0, 1},
    {"DefaultPreemption", ENQUEUE | POST_FILTER, 0, 1},
    {"NodeResourcesBalancedAllocation", PRE_SCORE, 1, 1},
    {"ImageLocality", SCORE, 1, 1},
    {"DefaultBinder", BIND, 0, 1},
};

static int is_kubes(const char *name)
{
	for (size_t i = 0; i < KORCH_COUNT(PLUGINS); i++)
		if (strcmp(PLUGINS[i].name, name) == 0)
			return 1;
	return 0;
}

/* The i-th of the names that are not kube-scheduler's; otherwise NULL, and how many there are. */
static const char *own_name(const char *const *names, size_t n, size_t i, size_t *count)
{
	*count = 0;
	for (size_t j = 0; j < n; j++)
		if (!is_kubes(names[j]) && (*count)++ == i)
			return names[j];
	return NULL;
}

int korch__plugin_get(korch__plugin *out, size_t i)
{
	size_t n, count;
	if (i < KORCH_COUNT(PLUGINS)) {
		*out = PLUGINS[i];
		return 1;
	}
	i -= KORCH_COUNT(PLUGINS);
	const char *const *names = korch__filter_names(&n);
	const char *name = own_name(names, n, i, &count);
	*out = (korch__plugin){name, FILTER, 0, 1};
	if (name)
		return 1;
	names = korch__score_names(&n);
	name = own_name(names, n, i - count, &count);
	*out = (korch__plugin){name, SCORE, 1, 0};
	return name != NULL;
}

const char *korch__plugin_name(size_t i)
{
	korch__plugin plugin;
	return korch__plugin_get(&plugin, i) ? plugin.name : "";
}

int64_t korch__plugin_find(const korch__config *config, const korch__spot *spot, const char *name)
{
	const char *names[KORCH__PLUGINS_MAX];
	korch__plugin plugin;
	size_t n = 0;
	for (; n < KORCH__PLUGINS_MAX && korch__plugin_get(&plugin, n); n++) {
		names[n] = plugin.name;
		if (strcmp(names[n], name) == 0)
			return (int64_t)n;
	}
	const char *meant = korch__text_nearest(name, names, n);
	return korch__config_fail(config, spot, KORCH_E_INVALID, "no plugin \"%.80s\"%s%s%s", name,
	                          meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
}
