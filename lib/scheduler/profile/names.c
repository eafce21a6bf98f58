/* Names of the built-in filters and scores, as kube-scheduler's plugins are called. */
#include "base/cleanup.h"
#include "scheduler/profile/profile.h"
#include <string.h>

static const char *const filters[] = {
    [FILTER_UNSCHEDULABLE] = "NodeUnschedulable",
    [FILTER_NAME] = "NodeName",
    [FILTER_TAINT] = "TaintToleration",
    [FILTER_AFFINITY] = "NodeAffinity",
    [FILTER_PORTS] = "NodePorts",
    [FILTER_FIT] = "NodeResourcesFit",
    [FILTER_VOLUME] = "VolumeBinding",
    [FILTER_SPREAD] = "PodTopologySpread",
    [FILTER_INTERPOD] = "InterPodAffinity",
    [FILTER_MAX_PER_NODE] = "MaxPerNode",
};

static const char *const scores[] = {
    "TaintToleration",   "NodeAffinity",     "NodeResourcesFit",
    "PodTopologySpread", "InterPodAffinity", "NodeResourcesBalancedAllocation",
    "ImageLocality",     "BestFit",          "DotProduct",
    "Fragmentation",     "DeviceHeadroom",
};
/* In the same order. */
static const sched_score kinds[KORCH_COUNT(scores)] = {
    SCORE_TAINT,       SCORE_AFFINITY,      SCORE_FIT,      SCORE_SPREAD,
    SCORE_INTERPOD,    SCORE_BALANCED,      SCORE_IMAGE,    SCORE_BEST_FIT,
    SCORE_DOT_PRODUCT, SCORE_FRAGMENTATION, SCORE_HEADROOM,
};

int korch__filter_number(const char *name)
{
	for (size_t i = 0; i < KORCH_COUNT(filters); i++) {
		if (strcmp(filters[i], name) == 0)
			return (int)i;
	}
	return -1;
}

const char *korch__filter_name(sched_filter filter)
{
	return (size_t)filter < KORCH_COUNT(filters) ? filters[filter] : NULL;
}

int korch__score_number(const char *name)
{
	for (size_t i = 0; i < KORCH_COUNT(scores); i++) {
		if (strcmp(scores[i], name) == 0)
			return (int)kinds[i];
	}
	return -1;
}

const char *korch__score_name(sched_score score)
{
	for (size_t i = 0; i < KORCH_COUNT(scores); i++) {
		if (kinds[i] == score)
			return scores[i];
	}
	return NULL;
}

const char *const *korch__filter_names(size_t *n)
{
	*n = KORCH_COUNT(filters);
	return filters;
}

const char *const *korch__score_names(size_t *n)
{
	*n = KORCH_COUNT(scores);
	return scores;
}
