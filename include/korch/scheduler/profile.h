/*
 * Profiles of the scheduler: which filters and scores decide, with which weights; and the tables of
 * functions that a user's own filter or score is made of.
 */
#ifndef KORCH_SCHEDULER_PROFILE_H
#define KORCH_SCHEDULER_PROFILE_H

#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/error.h>

KORCH_BEGIN_DECLS

/** @file scheduler/profile.h Profiles of the scheduler, and plugins of one's own. */

/** A node as a plugin sees it; valid during the call. */
typedef struct korch_node_info korch_node_info;

/** The node object. @since 0.1 */
KORCH_API const korch_node *korch_node_info_node(const korch_node_info *info);
/** What it offers and what its pods request of a resource ("cpu": thousandths, others: units), 0
 * for a resource that it has not. @since 0.1 */
KORCH_API int64_t korch_node_info_allocatable(const korch_node_info *info, const char *resource);
/** See korch_node_info_allocatable(). @since 0.1 */
KORCH_API int64_t korch_node_info_requested(const korch_node_info *info, const char *resource);
/** Its devices that can be shared, and in *free what is free of each, in thousandths. Borrowed.
 * @return their number. @since 0.1 */
KORCH_API size_t korch_node_info_devices(const int32_t **free, const korch_node_info *info);
/** Number of pods on it. @since 0.1 */
KORCH_API size_t korch_node_info_pods(const korch_node_info *info);

/** How a score's raw values become 0 to 100. */
typedef enum korch_normalize {
	KORCH_NORMALIZE_NONE = 0,    /**< they are 0 to 100 already */
	KORCH_NORMALIZE_MAX = 1,     /**< 100 × raw / greatest raw of the feasible nodes */
	KORCH_NORMALIZE_REVERSE = 2, /**< 100 − 100 × raw / greatest raw of the feasible nodes */
} korch_normalize;

/**
 * A filter or a score of one's own, or both. The functions must be pure: the same pod spec, labels
 * and node give the same answer, whatever other nodes there are. They are called again only when
 * the node or its pods changed. They must not call the scheduler.
 */
typedef struct korch_scheduler_plugin {
	size_t size;      /**< sizeof(korch_scheduler_plugin) */
	const char *name; /**< as profiles name it; not one of the library's own */
	/** 1: the node will do, 0: it will not. NULL: not a filter */
	int (*filter)(void *userdata, const korch_pod *pod, const korch_node_info *node);
	/** What the sentence says of nodes that will not do; required with a filter */
	const char *reason;
	/** 0 to 2^31 − 1, more is better (see normalize). NULL: not a score */
	int64_t (*score)(void *userdata, const korch_pod *pod, const korch_node_info *node);
	int32_t normalize; /**< a korch_normalize */
	int32_t reserved_; /**< 0 */
	void *userdata;    /**< handed to the functions; must outlive the scheduler */
} korch_scheduler_plugin;

/** A score in a profile. */
typedef struct korch_score_use {
	const char *name;  /**< see korch_scheduler_profile */
	int32_t weight;    /**< 1 to 100 */
	int32_t reserved_; /**< 0 */
} korch_score_use;

/** A resource that a score looks at. */
typedef struct korch_resource_weight {
	const char *name;  /**< "cpu", "memory", an extended resource … */
	int32_t weight;    /**< 1 to 100 */
	int32_t reserved_; /**< 0 */
} korch_resource_weight;

/** A point of RequestedToCapacityRatio's shape. */
typedef struct korch_shape_point {
	int32_t utilization; /**< 0 to 100, rising from point to point */
	int32_t score;       /**< 0 to 10 */
} korch_shape_point;

/** How NodeResourcesFit scores: KubeSchedulerConfiguration's scoringStrategy.type. */
typedef enum korch_fit_strategy {
	KORCH_FIT_LEAST_ALLOCATED = 0,             /**< the emptier the better: spreads */
	KORCH_FIT_MOST_ALLOCATED = 1,              /**< the fuller the better: packs */
	KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO = 2, /**< by `shape` */
} korch_fit_strategy;

/**
 * What decides. The filters' names are kube-scheduler's: NodeUnschedulable, NodeName,
 * TaintToleration, NodeAffinity, NodePorts, NodeResourcesFit, VolumeBinding, PodTopologySpread,
 * InterPodAffinity; and MaxPerNode. So are the scores': TaintToleration, NodeAffinity,
 * NodeResourcesFit, PodTopologySpread, InterPodAffinity, NodeResourcesBalancedAllocation,
 * ImageLocality; and for packing BestFit (least of the scarcest resource left over), DotProduct
 * (Tetris' alignment of request and what is free), Fragmentation (FGD's gradient) and
 * DeviceHeadroom (what the pods that are expected could still use of a node's devices), see
 * korch_scheduler_expect().
 */
typedef struct korch_scheduler_profile {
	size_t size;      /**< sizeof(korch_scheduler_profile) */
	const char *name; /**< the schedulerName of its pods */
	/** Names of filters that are left out */
	const char *const *disabled_filters;
	size_t n_disabled_filters; /**< number of disabled_filters */
	/** What is scored; NULL: kube-scheduler's default plugins and weights */
	const korch_score_use *scores;
	size_t n_scores;       /**< number of scores, at most 16 */
	int32_t fit_strategy;  /**< a korch_fit_strategy */
	int32_t no_preemption; /**< 1: korch_scheduler_preempt() finds nothing for its pods */
	/** Resources of NodeResourcesFit's score; NULL: cpu and memory, weight 1 each */
	const korch_resource_weight *fit_resources;
	size_t n_fit_resources; /**< number of fit_resources, at most 16 */
	/** For KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO: at least one point, at most 16 */
	const korch_shape_point *shape;
	size_t n_shape; /**< number of shape points */
	/** Resources of NodeResourcesBalancedAllocation (weights do not matter); NULL: cpu, memory */
	const korch_resource_weight *balanced_resources;
	size_t n_balanced_resources; /**< number of balanced_resources, at most 16 */
	/** Filters and scores of one's own; scores among them must be named in `scores` to count */
	const korch_scheduler_plugin *plugins;
	size_t n_plugins; /**< number of plugins, at most 16 */
} korch_scheduler_profile;

/**
 * A built-in profile by name: "default-scheduler" (kube-scheduler's defaults), "spread" (the same),
 * "binpack" (MostAllocated), "best-fit", "dot-product", "gpu-fragmentation", "gpu-headroom".
 * Static.
 * @return NULL for another name. @since 0.1
 */
KORCH_API const korch_scheduler_profile *korch_scheduler_profile_builtin(const char *name);

/** Profiles that were read from text. */
typedef struct korch_scheduler_profiles korch_scheduler_profiles;
/**
 * Reads a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1), YAML or JSON: its profiles'
 * plugins (enabled, disabled, weights) and the pluginConfig of NodeResourcesFit,
 * NodeResourcesBalancedAllocation and InterPodAffinity.
 * @param file named in errors. @return 0, KORCH_E_PARSE, KORCH_E_INVALID with file, line and path,
 * KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_scheduler_profiles_read(korch_scheduler_profiles **out, const char *text,
                                            size_t length, const char *file, korch_error **err);
/** The profiles that were read. Borrowed. @since 0.1 */
KORCH_API const korch_scheduler_profile *
korch_scheduler_profiles_list(const korch_scheduler_profiles *profiles, size_t *n);
/** The hardPodAffinityWeight that was read, for korch_scheduler_options; 0: none was. @since 0.1 */
KORCH_API int32_t korch_scheduler_profiles_hard_weight(const korch_scheduler_profiles *profiles);
/** Frees them; NULL is fine. @since 0.1 */
KORCH_API void korch_scheduler_profiles_free(korch_scheduler_profiles *profiles);

KORCH_END_DECLS

#endif
