/* Profiles: checked, and turned into numbers. */
#include "scheduler/profile/profile.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <string.h>

enum { PROFILES_MAX = 16 };

static int invalid(korch_error **err, const char *profile, const char *what, const char *name,
                   const char *near)
{
	return near ? korch_error_set(err, KORCH_E_INVALID,
	                              "profile %s: %s \"%s\", did you mean \"%s\"?", profile, what,
	                              name, near)
	            : korch_error_set(err, KORCH_E_INVALID, "profile %s: %s \"%s\"", profile, what,
	                              name);
}

static int out_of_range(korch_error **err, const char *profile, const char *what, int64_t value,
                        const char *range)
{
	return korch_error_set(err, KORCH_E_INVALID, "profile %s: %s %lld: must be %s", profile, what,
	                       (long long)value, range);
}

/* Lists that are not there, though they are said to have something. */
static int check_lists(const sched_profile *to, const korch_scheduler_profile *from,
                       korch_error **err)
{
	const struct {
		const char *name;
		const void *items;
		size_t n;
	} lists[] = {{"disabled_filters", from->disabled_filters, from->n_disabled_filters},
	             {"scores", from->scores, from->n_scores},
	             {"fit_resources", from->fit_resources, from->n_fit_resources},
	             {"balanced_resources", from->balanced_resources, from->n_balanced_resources},
	             {"shape", from->shape, from->n_shape},
	             {"plugins", from->plugins, from->n_plugins}};
	for (size_t i = 0; i < KORCH_COUNT(lists); i++) {
		if (!lists[i].items && lists[i].n > 0)
			return korch_error_set(err, KORCH_E_INVALID, "profile %s: %s is NULL, and not empty",
			                       to->name, lists[i].name);
	}
	return 0;
}

static int read_filters(sched_profile *to, const korch_scheduler_profile *from, korch_error **err)
{
	for (size_t i = 0; i < from->n_disabled_filters; i++) {
		const char *name = korch__text_or_empty(from->disabled_filters[i]);
		int number = korch__filter_number(name);
		size_t n;
		const char *const *names = korch__filter_names(&n);
		if (number < 0)
			return invalid(err, to->name, "unknown filter", name,
			               korch__text_nearest(name, names, n));
		to->disabled |= 1u << number;
	}
	return 0;
}

static int plugin_index(const sched_profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->n_plugins; i++) {
		if (strcmp(profile->plugins[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

static int read_plugins(sched_profile *to, const korch_scheduler_profile *from, korch_error **err)
{
	if (from->n_plugins > PLUGINS_MAX)
		return out_of_range(err, to->name, "number of plugins", (int64_t)from->n_plugins,
		                    "at most 16");
	for (size_t i = 0; i < from->n_plugins; i++) {
		const korch_scheduler_plugin *plugin = &from->plugins[i];
		const char *name = korch__text_or_empty(plugin->name);
		if (!name[0] || plugin_index(to, name) >= 0 || korch__filter_number(name) >= 0 ||
		    korch__score_number(name) >= 0)
			return invalid(err, to->name, "a plugin's name is empty or taken:", name, NULL);
		if (plugin->size != sizeof(*plugin) || (!plugin->filter && !plugin->score) ||
		    (plugin->filter && !korch__text_or_empty(plugin->reason)[0]))
			return invalid(err, to->name,
			               "a plugin needs its size, a filter with a reason or a score:", name,
			               NULL);
		if (plugin->normalize < KORCH_NORMALIZE_NONE || plugin->normalize > KORCH_NORMALIZE_REVERSE)
			return out_of_range(err, to->name, "normalize of a plugin", plugin->normalize,
			                    "0 to 2");
		to->plugins[to->n_plugins] = *plugin;
		to->plugins[to->n_plugins].name = korch__strdup(name);
		to->plugins[to->n_plugins].reason = plugin->filter ? korch__strdup(plugin->reason) : NULL;
		to->n_plugins++;
		if (!to->plugins[i].name || (plugin->filter && !to->plugins[i].reason))
			return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
		to->has_filters |= plugin->filter != NULL;
	}
	return 0;
}

static int read_use(sched_profile *to, const korch_score_use *use, korch_error **err)
{
	const char *name = korch__text_or_empty(use->name);
	int kind = korch__score_number(name), plugin = plugin_index(to, name);
	if (kind < 0 && plugin >= 0 && to->plugins[plugin].score)
		kind = to->plugins[plugin].normalize == KORCH_NORMALIZE_NONE ? SCORE_PLUGIN_OWN
		                                                             : SCORE_PLUGIN_SHARED;
	if (kind < 0) {
		size_t n;
		const char *const *names = korch__score_names(&n);
		return invalid(err, to->name, "unknown score", name, korch__text_nearest(name, names, n));
	}
	if (use->weight < 1 || use->weight > 100)
		return out_of_range(err, to->name, "weight", use->weight, "1 to 100");
	for (size_t i = 0; i < to->n_uses; i++) {
		if (strcmp(to->uses[i].name, name) == 0)
			return invalid(err, to->name, "a score that is named twice:", name, NULL);
	}
	to->uses[to->n_uses++] = (sched_use){.kind = (sched_score)kind,
	                                     .weight = use->weight,
	                                     .plugin = plugin < 0 ? 0 : (uint32_t)plugin,
	                                     .name = plugin < 0 ? korch__score_name((sched_score)kind)
	                                                        : to->plugins[plugin].name};
	return 0;
}

static int read_uses(sched_profile *to, const korch_scheduler_profile *from, korch_error **err)
{
	const korch_scheduler_profile *standard = korch_scheduler_profile_builtin("default-scheduler");
	const korch_score_use *uses = from->scores ? from->scores : standard->scores;
	size_t n = from->scores ? from->n_scores : standard->n_scores;
	if (n > SCORES_MAX)
		return out_of_range(err, to->name, "number of scores", (int64_t)n, "at most 16");
	int code = 0;
	for (size_t i = 0; code == 0 && i < n; i++)
		code = read_use(to, &uses[i], err);
	return code;
}

static int check_resource(const char *profile, const korch_resource_weight *list, size_t i,
                          korch_error **err)
{
	const char *name = korch__text_or_empty(list[i].name);
	if (!name[0])
		return korch_error_set(err, KORCH_E_INVALID, "profile %s: a resource without a name",
		                       profile);
	for (size_t k = 0; k < i; k++) {
		if (strcmp(name, list[k].name) == 0)
			return invalid(err, profile, "a resource that is named twice:", name, NULL);
	}
	if (list[i].weight < 1 || list[i].weight > 100)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "profile %s: weight %d of resource %s: must be 1 to 100", profile,
		                       list[i].weight, name);
	return 0;
}

/* As it was given. */
typedef struct resource_list {
	const korch_resource_weight *items;
	size_t n;
} resource_list;

static int read_resources(const sched_profile *of, sched_weight *to, size_t *n_to,
                          resource_list from, korch_error **err)
{
	static const korch_resource_weight standard[] = {{.name = "cpu", .weight = 1},
	                                                 {.name = "memory", .weight = 1}};
	if (from.n == 0)
		from = (resource_list){standard, KORCH_COUNT(standard)};
	if (from.n > RESOURCES_SCORED_MAX)
		return out_of_range(err, of->name, "number of resources of a score", (int64_t)from.n,
		                    "at most 16");
	for (size_t i = 0; i < from.n; i++) {
		int code = check_resource(of->name, from.items, i, err);
		if (code < 0)
			return code;
		to[i] = (sched_weight){.name = korch__strdup(from.items[i].name),
		                       .resource = NONE,
		                       .weight = from.items[i].weight};
		*n_to = i + 1;
		if (!to[i].name)
			return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return 0;
}

static int read_shape(sched_profile *to, const korch_scheduler_profile *from, korch_error **err)
{
	to->fit_strategy = from->fit_strategy;
	if (from->fit_strategy < KORCH_FIT_LEAST_ALLOCATED ||
	    from->fit_strategy > KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO)
		return out_of_range(err, to->name, "fit strategy", from->fit_strategy, "0 to 2");
	if (from->fit_strategy != KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO)
		return 0;
	if (from->n_shape < 1 || from->n_shape > SHAPE_MAX)
		return out_of_range(err, to->name, "number of shape points", (int64_t)from->n_shape,
		                    "1 to 16");
	for (size_t i = 0; i < from->n_shape; i++) {
		const korch_shape_point *point = &from->shape[i];
		int32_t before = i > 0 ? from->shape[i - 1].utilization : -1;
		if (point->utilization <= before || point->utilization > 100)
			return out_of_range(err, to->name, "utilization of a shape point", point->utilization,
			                    "0 to 100 and rising");
		if (point->score < 0 || point->score > 10)
			return out_of_range(err, to->name, "score of a shape point", point->score, "0 to 10");
		to->shape[to->n_shape++] = *point;
	}
	return 0;
}

static int is_cpu_and_memory(const sched_weight *list, size_t n)
{
	return n == 2 && ((strcmp(list[0].name, "cpu") == 0 && strcmp(list[1].name, "memory") == 0) ||
	                  (strcmp(list[1].name, "cpu") == 0 && strcmp(list[0].name, "memory") == 0));
}

static int can_sweep(const sched_profile *profile)
{
	for (size_t i = 0; i < profile->n_uses; i++) {
		sched_score kind = profile->uses[i].kind;
		if (kind == SCORE_BEST_FIT || kind == SCORE_DOT_PRODUCT || kind == SCORE_FRAGMENTATION ||
		    kind == SCORE_HEADROOM || kind == SCORE_PLUGIN_OWN || kind == SCORE_PLUGIN_SHARED)
			return 0;
	}
	return profile->fit_strategy != KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO &&
	       is_cpu_and_memory(profile->fit, profile->n_fit) &&
	       is_cpu_and_memory(profile->balanced, profile->n_balanced) && !profile->has_filters &&
	       profile->fit[0].weight == profile->fit[1].weight;
}

/* Whether a score looks at the pods that are expected, and which one first. */
static void find_expecting(sched_profile *profile)
{
	for (size_t i = 0; i < profile->n_uses && !profile->expects; i++) {
		profile->device_score = profile->uses[i].kind;
		profile->expects =
		    profile->device_score == SCORE_FRAGMENTATION || profile->device_score == SCORE_HEADROOM;
	}
}

static int read_profile(sched_profile *to, const korch_scheduler_profile *from, korch_error **err)
{
	to->name = korch__strdup(korch__text_or_empty(from->name));
	if (!to->name)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (from->size != sizeof(*from) || !to->name[0])
		return korch_error_set(err, KORCH_E_INVALID, "a profile needs its size and a name");
	to->no_preemption = from->no_preemption;
	int code = check_lists(to, from, err);
	if (code == 0)
		code = read_filters(to, from, err);
	if (code == 0)
		code = read_plugins(to, from, err);
	if (code == 0)
		code = read_uses(to, from, err);
	if (code == 0)
		code = read_resources(to, to->fit, &to->n_fit,
		                      (resource_list){from->fit_resources, from->n_fit_resources}, err);
	if (code == 0)
		code = read_resources(to, to->balanced, &to->n_balanced,
		                      (resource_list){from->balanced_resources, from->n_balanced_resources},
		                      err);
	if (code == 0)
		code = read_shape(to, from, err);
	to->can_sweep = code == 0 && can_sweep(to);
	find_expecting(to);
	return code;
}

static void free_profile(sched_profile *profile)
{
	if (!profile)
		return;
	for (size_t i = 0; i < profile->n_fit; i++)
		korch__free(profile->fit[i].name);
	for (size_t i = 0; i < profile->n_balanced; i++)
		korch__free(profile->balanced[i].name);
	for (size_t i = 0; i < profile->n_plugins; i++) {
		korch__free((char *)(uintptr_t)profile->plugins[i].name);
		korch__free((char *)(uintptr_t)profile->plugins[i].reason);
	}
	korch__free(profile->name);
	korch__free(profile);
}

int korch__profiles_new(korch_scheduler *s, const korch_scheduler_options *options,
                        korch_error **err)
{
	const korch_scheduler_profile *from = options->profiles;
	size_t n = options->n_profiles;
	if (!from || n == 0) {
		from = korch_scheduler_profile_builtin("default-scheduler");
		n = 1;
	}
	if (n > PROFILES_MAX)
		return korch_error_set(err, KORCH_E_INVALID, "%zu profiles: at most %d", n, PROFILES_MAX);
	s->profiles = korch__calloc(n, sizeof(sched_profile *));
	if (!s->profiles)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		s->profiles[i] = korch__calloc(1, sizeof(sched_profile));
		if (!s->profiles[i])
			return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
		s->n_profiles++;
		int code = read_profile(s->profiles[i], &from[i], err);
		if (code == 0 && korch__profile_find(s, s->profiles[i]->name) != i)
			code = korch_error_set(err, KORCH_E_INVALID, "profile %s: given twice",
			                       s->profiles[i]->name);
		if (code < 0)
			return code;
	}
	return 0;
}

void korch__profiles_free(korch_scheduler *s)
{
	for (size_t i = 0; i < s->n_profiles; i++)
		free_profile(s->profiles[i]);
	korch__free(s->profiles);
}

static int resolve(korch_scheduler *s, sched_weight *list, size_t n, korch_error **err)
{
	for (size_t i = 0; i < n; i++) {
		list[i].resource = korch__resource_number(s, list[i].name);
		if (list[i].resource != NONE)
			continue;
		return s->n_resources == KORCH_SCHEDULER_RESOURCES_MAX
		           ? korch_error_set(err, KORCH_E_LIMIT, "too many resources: at most %d",
		                             KORCH_SCHEDULER_RESOURCES_MAX)
		           : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return 0;
}

int korch__profiles_resolve(korch_scheduler *s, korch_error **err)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < s->n_profiles; i++) {
		sched_profile *profile = s->profiles[i];
		code = resolve(s, profile->fit, profile->n_fit, err);
		if (code == 0)
			code = resolve(s, profile->balanced, profile->n_balanced, err);
	}
	return code;
}

uint32_t korch__profile_find(const korch_scheduler *s, const char *scheduler_name)
{
	for (size_t i = 0; scheduler_name && i < s->n_profiles; i++) {
		if (strcmp(s->profiles[i]->name, scheduler_name) == 0)
			return (uint32_t)i;
	}
	return 0;
}
