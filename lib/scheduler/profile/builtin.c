/* Built-in profiles. Weights of the default one: kube-scheduler's default_plugins.go. */
#include "base/cleanup.h"
#include "scheduler/profile/profile.h"
#include <string.h>

static const korch_score_use default_scores[] = {
    {.name = "TaintToleration", .weight = 3},
    {.name = "NodeAffinity", .weight = 2},
    {.name = "NodeResourcesFit", .weight = 1},
    {.name = "PodTopologySpread", .weight = 2},
    {.name = "InterPodAffinity", .weight = 2},
    {.name = "NodeResourcesBalancedAllocation", .weight = 1},
    {.name = "ImageLocality", .weight = 1},
};
/* Preferences of the pod count before packing, which only tells apart what they leave equal. */
static const korch_score_use best_fit_scores[] = {{.name = "BestFit", .weight = 1}};
static const korch_score_use dot_product_scores[] = {{.name = "DotProduct", .weight = 1}};
static const korch_score_use fragmentation_scores[] = {{.name = "Fragmentation", .weight = 1}};
static const korch_score_use headroom_scores[] = {{.name = "DeviceHeadroom", .weight = 1}};

#define PROFILE(name_, scores_, ...)                                                               \
	{                                                                                              \
		.size = sizeof(korch_scheduler_profile), .name = (name_), .scores = (scores_),             \
		.n_scores = KORCH_COUNT(scores_), __VA_ARGS__                                              \
	}

static const korch_scheduler_profile builtin[] = {
    PROFILE("default-scheduler", default_scores, .fit_strategy = KORCH_FIT_LEAST_ALLOCATED),
    PROFILE("spread", default_scores, .fit_strategy = KORCH_FIT_LEAST_ALLOCATED),
    PROFILE("binpack", default_scores, .fit_strategy = KORCH_FIT_MOST_ALLOCATED),
    PROFILE("best-fit", best_fit_scores, .fit_strategy = KORCH_FIT_LEAST_ALLOCATED),
    PROFILE("dot-product", dot_product_scores, .fit_strategy = KORCH_FIT_LEAST_ALLOCATED),
    PROFILE("gpu-fragmentation", fragmentation_scores, .fit_strategy = KORCH_FIT_LEAST_ALLOCATED),
    PROFILE("gpu-headroom", headroom_scores, .fit_strategy = KORCH_FIT_LEAST_ALLOCATED),
};

const korch_scheduler_profile *korch_scheduler_profile_builtin(const char *name)
{
	for (size_t i = 0; name && i < KORCH_COUNT(builtin); i++) {
		if (strcmp(builtin[i].name, name) == 0)
			return &builtin[i];
	}
	return NULL;
}
