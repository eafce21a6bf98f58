/*
 * Arguments of plugins (kubescheduler.config.k8s.io/v1, NodeResourcesFitArgs and the others), with
 * kube-scheduler's own rules. What the library does not do is refused, never passed over.
 */
#include "scheduler/profile/args.h"
#include "base/cleanup.h"
#include "scheduler/profile/plugins.h"
#include <stdio.h>
#include <string.h>

enum { MAX_ITEMS = 16, MAX_WEIGHT = 100, MAX_SCORE = 10, MAX_RESOURCE_NAME = 317 };

/* Where arguments go. */
typedef struct target {
	korch_scheduler_profile *profile;
	int32_t *hard_weight;
	korch__profile_memory *memory;
} target;

void *korch__profile_calloc(korch__profile_memory *memory, size_t n, size_t size)
{
	void *block = korch__calloc(n ? n : 1, size);
	if (block && korch__vec_push(&memory->blocks, block) < 0) {
		korch__free(block);
		block = NULL;
	}
	return block;
}

char *korch__profile_strdup(korch__profile_memory *memory, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = korch__profile_calloc(memory, size, 1);
	return copy ? memcpy(copy, text, size) : NULL;
}

void korch__profile_memory_fini(korch__profile_memory *memory)
{
	for (size_t i = 0; i < memory->blocks.n; i++)
		korch__free(memory->blocks.items[i]);
	korch__vec_fini(&memory->blocks);
}

static int refuse(const korch__config *config, const korch__spot *spot)
{
	return spot->node
	           ? korch__config_fail(config, spot, KORCH_E_INVALID, "Forbidden: not supported here")
	           : 0;
}

/* One entry of `resources`: name and weight, where 0 stands for 1. */
static int read_resource(korch_resource_weight *out, const korch__config *config,
                         const korch__spot *spot, int64_t max_weight)
{
	static const char *const FIELDS[] = {"name", "weight", NULL};
	korch__spot name_spot = korch__spot_field(spot, "name");
	korch__spot weight_spot = korch__spot_field(spot, "weight");
	int64_t weight = 0;
	int code = korch__config_fields(config, spot, FIELDS);
	if (code == 0)
		code = korch__config_text(&out->name, config, &name_spot);
	if (code == 0)
		code = korch__config_int(&weight, config, &weight_spot, 0, max_weight);
	if (code < 0)
		return code;
	if (!out->name || !*out->name)
		return korch__config_fail(config, &name_spot, KORCH_E_INVALID, "Required value");
	if (strlen(out->name) > MAX_RESOURCE_NAME)
		return korch__config_fail(config, &name_spot, KORCH_E_INVALID,
		                          "Too long: may not be more than %d bytes", MAX_RESOURCE_NAME);
	out->weight = weight ? (int32_t)weight : 1;
	return 0;
}

static int read_resources(const korch_resource_weight **out, size_t *n_out, const target *to,
                          const korch__config *config, const korch__spot *spot, int64_t max_weight)
{
	int64_t n = korch__config_count(config, spot, MAX_ITEMS);
	if (n <= 0)
		return (int)n; /* an empty list stands for the default */
	korch_resource_weight *items = korch__profile_calloc(to->memory, (size_t)n, sizeof(*items));
	if (!items)
		return korch__config_nomem(config);
	for (int64_t i = 0; i < n; i++) {
		korch__spot item = korch__spot_item(spot, (size_t)i);
		int code = read_resource(&items[i], config, &item, max_weight);
		for (int64_t j = 0; code == 0 && j < i; j++)
			if (strcmp(items[j].name, items[i].name) == 0)
				code = korch__config_fail(config, &item, KORCH_E_INVALID, "Duplicate value: \"%s\"",
				                          items[i].name);
		if (code < 0)
			return code;
		items[i].name = korch__profile_strdup(to->memory, items[i].name);
		if (!items[i].name)
			return korch__config_nomem(config);
	}
	*out = items;
	*n_out = (size_t)n;
	return 0;
}

static int read_point(korch_shape_point *out, const korch__config *config, const korch__spot *spot,
                      const korch_shape_point *before)
{
	static const char *const FIELDS[] = {"utilization", "score", NULL};
	korch__spot utilization_spot = korch__spot_field(spot, "utilization");
	korch__spot score_spot = korch__spot_field(spot, "score");
	int64_t utilization = 0, score = 0;
	int code = korch__config_fields(config, spot, FIELDS);
	if (code == 0)
		code = korch__config_int(&utilization, config, &utilization_spot, 0, 100);
	if (code == 0)
		code = korch__config_int(&score, config, &score_spot, 0, MAX_SCORE);
	if (code < 0)
		return code;
	if (before && before->utilization >= utilization)
		return korch__config_fail(config, &utilization_spot, KORCH_E_INVALID,
		                          "Invalid value: %lld: values must be sorted in increasing order",
		                          (long long)utilization);
	*out = (korch_shape_point){(int32_t)utilization, (int32_t)score};
	return 0;
}

static int read_shape(const target *to, const korch__config *config, const korch__spot *ratio)
{
	static const char *const FIELDS[] = {"shape", NULL};
	korch__spot spot = korch__spot_field(ratio, "shape");
	int code = korch__config_fields(config, ratio, FIELDS);
	int64_t n = code < 0 ? code : korch__config_count(config, &spot, MAX_ITEMS);
	if (n < 0)
		return (int)n;
	if (n == 0)
		return korch__config_fail(config, &spot, KORCH_E_INVALID,
		                          "Required value: at least one point must be specified");
	korch_shape_point *points = korch__profile_calloc(to->memory, (size_t)n, sizeof(*points));
	if (!points)
		return korch__config_nomem(config);
	for (int64_t i = 0; i < n; i++) {
		korch__spot item = korch__spot_item(&spot, (size_t)i);
		code = read_point(&points[i], config, &item, i ? &points[i - 1] : NULL);
		if (code < 0)
			return code;
	}
	to->profile->shape = points;
	to->profile->n_shape = (size_t)n;
	return 0;
}

static int read_strategy(const target *to, const korch__config *config, const korch__spot *spot)
{
	static const char *const FIELDS[] = {"type", "resources", "requestedToCapacityRatio", NULL};
	static const char *const TYPES[] = {
	    [KORCH_FIT_LEAST_ALLOCATED] = "LeastAllocated",
	    [KORCH_FIT_MOST_ALLOCATED] = "MostAllocated",
	    [KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO] = "RequestedToCapacityRatio",
	    NULL,
	};
	korch__spot type_spot = korch__spot_field(spot, "type");
	korch__spot resources = korch__spot_field(spot, "resources");
	korch__spot ratio = korch__spot_field(spot, "requestedToCapacityRatio");
	const char *type = "";
	int code = korch__config_fields(config, spot, FIELDS);
	if (code == 0)
		code = korch__config_text(&type, config, &type_spot);
	if (code == 0)
		code = korch__config_choice(config, &type_spot, type, TYPES);
	if (code < 0)
		return code;
	to->profile->fit_strategy = code;
	code = read_resources(&to->profile->fit_resources, &to->profile->n_fit_resources, to, config,
	                      &resources, MAX_WEIGHT);
	if (code < 0)
		return code;
	if (to->profile->fit_strategy == KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO)
		return read_shape(to, config, &ratio);
	return ratio.node ? korch__config_fail(config, &ratio, KORCH_E_INVALID,
	                                       "Forbidden: the type is not RequestedToCapacityRatio")
	                  : 0;
}

static int read_fit(const target *to, const korch__config *config, const korch__spot *args)
{
	static const char *const FIELDS[] = {
	    "apiVersion", "kind", "ignoredResources", "ignoredResourceGroups", "scoringStrategy", NULL};
	korch__spot resources = korch__spot_field(args, "ignoredResources");
	korch__spot groups = korch__spot_field(args, "ignoredResourceGroups");
	korch__spot strategy = korch__spot_field(args, "scoringStrategy");
	int code = korch__config_fields(config, args, FIELDS);
	if (code == 0)
		code = refuse(config, &resources);
	if (code == 0)
		code = refuse(config, &groups);
	if (code < 0 || !strategy.node)
		return code;
	return read_strategy(to, config, &strategy);
}

static int read_balanced(const target *to, const korch__config *config, const korch__spot *args)
{
	static const char *const FIELDS[] = {"apiVersion", "kind", "resources", NULL};
	korch__spot resources = korch__spot_field(args, "resources");
	int code = korch__config_fields(config, args, FIELDS);
	if (code < 0)
		return code;
	return read_resources(&to->profile->balanced_resources, &to->profile->n_balanced_resources, to,
	                      config, &resources, 1);
}

static int read_pod_affinity(const target *to, const korch__config *config, const korch__spot *args)
{
	static const char *const FIELDS[] = {"apiVersion", "kind", "hardPodAffinityWeight",
	                                     "ignorePreferredTermsOfExistingPods", NULL};
	korch__spot weight_spot = korch__spot_field(args, "hardPodAffinityWeight");
	korch__spot ignore_spot = korch__spot_field(args, "ignorePreferredTermsOfExistingPods");
	int64_t weight = 1;
	int is_ignored = 0;
	int code = korch__config_fields(config, args, FIELDS);
	if (code == 0)
		code = korch__config_int(&weight, config, &weight_spot, 0, MAX_WEIGHT);
	if (code == 0)
		code = korch__config_bool(&is_ignored, config, &ignore_spot);
	if (code == 0 && is_ignored)
		code = refuse(config, &ignore_spot);
	if (code == 0)
		*to->hard_weight = weight ? (int32_t)weight : -1;
	return code;
}

/* Every node is looked at, so how many at least makes no difference. */
static int read_preemption(const target *to, const korch__config *config, const korch__spot *args)
{
	static const char *const FIELDS[] = {"apiVersion", "kind", "minCandidateNodesPercentage",
	                                     "minCandidateNodesAbsolute", NULL};
	korch__spot percentage = korch__spot_field(args, "minCandidateNodesPercentage");
	korch__spot absolute = korch__spot_field(args, "minCandidateNodesAbsolute");
	int64_t value = 0;
	int code = korch__config_fields(config, args, FIELDS);
	if (code == 0)
		code = korch__config_int(&value, config, &percentage, 0, 100);
	return code < 0 ? code : korch__config_int(&value, config, &absolute, 0, INT32_MAX);
}

static int read_spread(const target *to, const korch__config *config, const korch__spot *args)
{
	static const char *const FIELDS[] = {"apiVersion", "kind", "defaultConstraints",
	                                     "defaultingType", NULL};
	static const char *const TYPES[] = {"List", "System", NULL};
	korch__spot constraints = korch__spot_field(args, "defaultConstraints");
	korch__spot type_spot = korch__spot_field(args, "defaultingType");
	const char *type = "System";
	int code = korch__config_fields(config, args, FIELDS);
	if (code == 0)
		code = korch__config_text(&type, config, &type_spot);
	if (code == 0)
		code = korch__config_choice(config, &type_spot, type, TYPES);
	int64_t n = code < 0 ? code : korch__config_count(config, &constraints, SIZE_MAX);
	return n > 0 ? refuse(config, &constraints) : (int)n;
}

static int read_node_affinity(const target *to, const korch__config *config,
                              const korch__spot *args)
{
	static const char *const FIELDS[] = {"apiVersion", "kind", "addedAffinity", NULL};
	korch__spot added = korch__spot_field(args, "addedAffinity");
	int code = korch__config_fields(config, args, FIELDS);
	return code < 0 ? code : refuse(config, &added);
}

static int read_volume_binding(const target *to, const korch__config *config,
                               const korch__spot *args)
{
	static const char *const FIELDS[] = {"apiVersion", "kind", "bindTimeoutSeconds", "shape", NULL};
	korch__spot timeout = korch__spot_field(args, "bindTimeoutSeconds");
	korch__spot shape = korch__spot_field(args, "shape");
	int64_t seconds = 0;
	int code = korch__config_fields(config, args, FIELDS);
	if (code == 0)
		code = korch__config_int(&seconds, config, &timeout, 0, INT64_MAX);
	return code < 0 ? code : refuse(config, &shape);
}

static const struct reader {
	const char *plugin;
	int (*read)(const target *to, const korch__config *config, const korch__spot *args);
} READERS[] = {
    {"NodeResourcesFit", read_fit},          {"NodeResourcesBalancedAllocation", read_balanced},
    {"InterPodAffinity", read_pod_affinity}, {"DefaultPreemption", read_preemption},
    {"PodTopologySpread", read_spread},      {"NodeAffinity", read_node_affinity},
    {"VolumeBinding", read_volume_binding},
};

/* apiVersion and kind may be left out, and must be right when they are not. */
static int check_type(const korch__config *config, const korch__spot *args, const char *plugin)
{
	char wanted[96];
	snprintf(wanted, sizeof(wanted), "%sArgs", plugin);
	const char *const kinds[] = {wanted, NULL};
	static const char *const VERSIONS[] = {"kubescheduler.config.k8s.io/v1", NULL};
	const char *kind = wanted, *version = VERSIONS[0];
	korch__spot kind_spot = korch__spot_field(args, "kind");
	korch__spot version_spot = korch__spot_field(args, "apiVersion");
	int code = korch__config_text(&kind, config, &kind_spot);
	if (code == 0)
		code = korch__config_choice(config, &kind_spot, kind, kinds);
	if (code == 0)
		code = korch__config_text(&version, config, &version_spot);
	return code < 0 ? code : korch__config_choice(config, &version_spot, version, VERSIONS);
}

static int read_args(const target *to, const korch__config *config, const korch__spot *args,
                     const char *plugin)
{
	static const char *const NONE[] = {"apiVersion", "kind", NULL};
	int code = check_type(config, args, plugin);
	for (size_t i = 0; code == 0 && i < KORCH_COUNT(READERS); i++)
		if (strcmp(READERS[i].plugin, plugin) == 0)
			return READERS[i].read(to, config, args);
	return code < 0 ? code : korch__config_fields(config, args, NONE);
}

static int read_entry(uint32_t *seen, const target *to, const korch__config *config,
                      const korch__spot *spot)
{
	static const char *const FIELDS[] = {"name", "args", NULL};
	korch__spot name_spot = korch__spot_field(spot, "name");
	korch__spot args = korch__spot_field(spot, "args");
	const char *name = NULL;
	int code = korch__config_fields(config, spot, FIELDS);
	if (code == 0)
		code = korch__config_text(&name, config, &name_spot);
	if (code < 0)
		return code;
	if (!name)
		return korch__config_fail(config, &name_spot, KORCH_E_INVALID, "Required value");
	int64_t plugin = korch__plugin_find(config, &name_spot, name);
	if (plugin < 0)
		return (int)plugin;
	if (*seen & 1u << plugin)
		return korch__config_fail(config, &name_spot, KORCH_E_INVALID, "Duplicate value: \"%s\"",
		                          name);
	*seen |= 1u << plugin;
	return read_args(to, config, &args, name);
}

int korch__profile_args(korch_scheduler_profile *profile, int32_t *hard_weight,
                        korch__profile_memory *memory, const korch__config *config,
                        const korch__spot *spot)
{
	const target to = {profile, hard_weight, memory};
	uint32_t seen = 0;
	int64_t n = korch__config_count(config, spot, KORCH__PLUGINS_MAX);
	for (int64_t i = 0; i < n; i++) {
		korch__spot entry = korch__spot_item(spot, (size_t)i);
		int code = read_entry(&seen, &to, config, &entry);
		if (code < 0)
			return code;
	}
	return n < 0 ? (int)n : 0;
}
