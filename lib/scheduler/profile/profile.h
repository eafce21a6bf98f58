/* Profiles inside: names turned into numbers. */
#ifndef KORCH_SCHEDULER_PROFILE_INTERNAL_H
#define KORCH_SCHEDULER_PROFILE_INTERNAL_H

#include "scheduler/state/state.h"

/* Filters in kube-scheduler's order; then the library's own. */
typedef enum sched_filter {
	FILTER_UNSCHEDULABLE,
	FILTER_NAME,
	FILTER_TAINT,
	FILTER_AFFINITY,
	FILTER_PORTS,
	FILTER_FIT,
	FILTER_VOLUME,
	FILTER_SPREAD,
	FILTER_INTERPOD,
	FILTER_MAX_PER_NODE,
	FILTER_PLUGIN, /* a user's own */
	FILTER_NONE,   /* passed them all */
} sched_filter;

/* Scores. The first ones depend on the node and its pods alone; SCORE_FIRST_SHARED and the ones
 * after it are the same for many nodes and are normalized over the feasible ones. */
typedef enum sched_score {
	SCORE_FIT,
	SCORE_BALANCED,
	SCORE_IMAGE,
	SCORE_BEST_FIT,
	SCORE_DOT_PRODUCT,
	SCORE_FRAGMENTATION, /* these two look at the pods that are expected */
	SCORE_HEADROOM,
	SCORE_PLUGIN_OWN, /* a user's, not normalized */
	SCORE_FIRST_SHARED,
	SCORE_TAINT = SCORE_FIRST_SHARED,
	SCORE_AFFINITY,
	SCORE_SPREAD,
	SCORE_INTERPOD,
	SCORE_PLUGIN_SHARED, /* a user's, normalized */
} sched_score;

enum { SCORES_MAX = 16, PLUGINS_MAX = 16, RESOURCES_SCORED_MAX = 16, SHAPE_MAX = 16 };

typedef struct sched_use {
	sched_score kind;
	int32_t weight;
	uint32_t plugin; /* index among the profile's plugins */
	const char *name;
} sched_use;

typedef struct sched_weight {
	char *name;
	uint32_t resource; /* NONE: not known yet */
	int32_t weight;
} sched_weight;

struct sched_profile {
	char *name;
	uint32_t disabled; /* bits by sched_filter */
	int32_t no_preemption;
	size_t n_uses;
	sched_use uses[SCORES_MAX];
	int32_t fit_strategy;
	size_t n_fit;
	sched_weight fit[RESOURCES_SCORED_MAX];
	size_t n_balanced;
	sched_weight balanced[RESOURCES_SCORED_MAX];
	size_t n_shape;
	korch_shape_point shape[SHAPE_MAX];
	size_t n_plugins;
	korch_scheduler_plugin plugins[PLUGINS_MAX]; /* names owned */
	int has_filters;                             /* a plugin is a filter */
	/* Only NodeResourcesFit (least or most allocated) and the balance of cpu and memory depend on
	 * the node's pods: all nodes can be scored in one sweep over the columns. */
	int can_sweep;
	int expects; /* a score looks at the pods that are expected; the first such chooses devices */
	sched_score device_score;
};

int korch__profiles_new(korch_scheduler *s, const korch_scheduler_options *options,
                        korch_error **err);
void korch__profiles_free(korch_scheduler *s);
/* Finds the resources' numbers. 0, KORCH_E_LIMIT or KORCH_E_NOMEM. */
int korch__profiles_resolve(korch_scheduler *s, korch_error **err);
/* Index of the profile of that schedulerName; the first one for an unknown name. */
uint32_t korch__profile_find(const korch_scheduler *s, const char *scheduler_name);
static inline int korch__filter_is_on(const sched_profile *profile, sched_filter filter)
{
	return !(profile->disabled >> filter & 1);
}

/* names.c: number of a filter or kind of a score by name, -1 when there is none; all names, for
 * "did you mean". */
int korch__filter_number(const char *name);
const char *korch__filter_name(sched_filter filter);
int korch__score_number(const char *name);
const char *korch__score_name(sched_score score);
const char *const *korch__filter_names(size_t *n);
const char *const *korch__score_names(size_t *n);

#endif
