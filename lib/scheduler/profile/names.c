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

typedef struct named_score {
	const char *name;
	sched_score kind;
} named_score;

static const named_score scores[] = {
    {"TaintToleration", SCORE_TAINT},     {"NodeAffinity", SCORE_AFFINITY},
    {"NodeResourcesFit", SCORE_FIT},      {"PodTopologySpread", SCORE_SPREAD},
    {"InterPodAffinity", SCORE_INTERPOD}, {"NodeResourcesBalancedAllocation", SCORE_BALANCED},
    {"ImageLocality", SCORE_IMAGE},       {"BestFit", SCORE_BEST_FIT},
    {"DotProduct", SCORE_DOT_PRODUCT},
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
		if (strcmp(scores[i].name, name) == 0)
			return (int)scores[i].kind;
	}
	return -1;
}

const char *korch__score_name(sched_score score)
{
	for (size_t i = 0; i < KORCH_COUNT(scores); i++) {
		if (scores[i].kind == score)
			return scores[i].name;
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
	static const char *names[KORCH_COUNT(scores)]; /* always the same values */
	for (size_t i = 0; i < KORCH_COUNT(scores); i++)
		names[i] = scores[i].name;
	*n = KORCH_COUNT(scores);
	return names;
}
