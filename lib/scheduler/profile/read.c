/*
 * KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) into profiles. Sections of plugins
 * are in plugins.c, their arguments in args.c.
 */
#include "object/read.h"
#include "base/cleanup.h"
#include "scheduler/profile/args.h"
#include "scheduler/profile/plugins.h"
#include "scheduler/profile/profile.h"
#include <string.h>

enum { PROFILES_MAX = 16, NAME_MAX_LENGTH = 253 };
#define DEFAULT_NAME "default-scheduler"

struct korch_scheduler_profiles {
	korch_scheduler_profile list[PROFILES_MAX];
	size_t n;
	int32_t hard_weight;
	korch__profile_memory memory;
};

/* Filters of the library that are not among those of the profile. */
static int set_filters(korch_scheduler_profile *out, korch__profile_memory *memory,
                       const korch__plugin_list *filters)
{
	const char **names = korch__profile_calloc(memory, KORCH__PLUGINS_MAX, sizeof(*names));
	korch__plugin plugin = {0};
	if (!names)
		return KORCH_E_NOMEM;
	for (size_t i = 0; korch__plugin_get(&plugin, i); i++)
		if (korch__filter_number(plugin.name) >= 0 && !korch__plugin_list_has(filters, i))
			names[out->n_disabled_filters++] = plugin.name;
	out->disabled_filters = names;
	return 0;
}

static int set_scores(korch_scheduler_profile *out, korch__profile_memory *memory,
                      const korch__plugin_list *scores)
{
	korch_score_use *uses = korch__profile_calloc(memory, SCORES_MAX, sizeof(*uses));
	if (!uses)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < scores->n && out->n_scores < SCORES_MAX; i++) {
		const char *name = korch__plugin_name(scores->items[i].plugin);
		int32_t weight = scores->items[i].weight;
		if (korch__score_number(name) >= 0)
			uses[out->n_scores++] = (korch_score_use){.name = name, .weight = weight ? weight : 1};
	}
	out->scores = uses;
	return 0;
}

static int has_preemption(const korch__plugin_list *post_filters)
{
	for (size_t i = 0; i < post_filters->n; i++)
		if (strcmp(korch__plugin_name(post_filters->items[i].plugin), "DefaultPreemption") == 0)
			return 1;
	return 0;
}

static int read_name(korch_scheduler_profiles *self, korch_scheduler_profile *out,
                     const korch__config *config, const korch__spot *spot)
{
	korch__spot name_spot = korch__spot_field(spot, "schedulerName");
	const char *name = NULL;
	int code = korch__config_text(&name, config, &name_spot);
	if (code < 0)
		return code;
	if (name && (!*name || strlen(name) > NAME_MAX_LENGTH))
		return korch__config_fail(config, &name_spot, KORCH_E_INVALID,
		                          "Invalid value: must be 1 to %d bytes", NAME_MAX_LENGTH);
	if (!name)
		name = DEFAULT_NAME;
	for (const korch_scheduler_profile *other = self->list; other < out; other++)
		if (strcmp(other->name, name) == 0)
			return korch__config_fail(config, &name_spot, KORCH_E_INVALID,
			                          "Duplicate value: \"%s\"", name);
	out->name = korch__profile_strdup(&self->memory, name);
	return out->name ? 0 : korch__config_nomem(config);
}

/* A number that makes no difference here, as every node is looked at. */
static int check_percentage(const korch__config *config, const korch__spot *spot, const char *field)
{
	korch__spot percentage = korch__spot_field(spot, field);
	int64_t value = 0;
	return korch__config_int(&value, config, &percentage, 0, 100);
}

static int read_profile(korch_scheduler_profiles *self, const korch__config *config,
                        const korch__spot *spot, int32_t *hard_weight)
{
	static const char *const FIELDS[] = {"schedulerName",
	                                     "percentageOfNodesToScore",
	                                     "percentageOfPlacementsToScore",
	                                     "plugins",
	                                     "pluginConfig",
	                                     NULL};
	korch_scheduler_profile *out = &self->list[self->n];
	korch__spot plugins_spot = korch__spot_field(spot, "plugins");
	korch__spot args = korch__spot_field(spot, "pluginConfig");
	korch__plugins plugins = {0};
	*out = (korch_scheduler_profile){.size = sizeof(*out)};
	int code = korch__config_fields(config, spot, FIELDS);
	if (code == 0)
		code = read_name(self, out, config, spot);
	if (code == 0)
		code = check_percentage(config, spot, "percentageOfNodesToScore");
	if (code == 0)
		code = korch__plugins_read(&plugins, config, &plugins_spot);
	if (code == 0)
		code = korch__profile_args(out, hard_weight, &self->memory, config, &args);
	if (code < 0)
		return code;
	if (set_filters(out, &self->memory, &plugins.filters) < 0 ||
	    set_scores(out, &self->memory, &plugins.scores) < 0)
		return korch__config_nomem(config);
	out->no_preemption = !has_preemption(&plugins.post_filters);
	self->n++;
	return 0;
}

static int read_profiles(korch_scheduler_profiles *self, const korch__config *config,
                         const korch__spot *root)
{
	korch__spot spot = korch__spot_field(root, "profiles");
	int64_t n = korch__config_count(config, &spot, PROFILES_MAX);
	if (n == 0) { /* kube-scheduler's own, as when there is no configuration */
		spot.node = NULL;
		return read_profile(self, config, &spot, &self->hard_weight);
	}
	for (int64_t i = 0; i < n; i++) {
		korch__spot item = korch__spot_item(&spot, (size_t)i);
		int32_t weight = 1;
		int code = read_profile(self, config, &item, &weight);
		if (code < 0)
			return code;
		if (i > 0 && weight != self->hard_weight)
			return korch__config_fail(
			    config, &item, KORCH_E_INVALID,
			    "the hardPodAffinityWeight of InterPodAffinity must be the same for all profiles");
		self->hard_weight = weight;
	}
	return n < 0 ? (int)n : 0;
}

static int check_type(const korch__config *config, const korch__spot *root)
{
	static const char *const KINDS[] = {"KubeSchedulerConfiguration", NULL};
	static const char *const VERSIONS[] = {"kubescheduler.config.k8s.io/v1", NULL};
	const char *kind = "", *version = "";
	korch__spot kind_spot = korch__spot_field(root, "kind");
	korch__spot version_spot = korch__spot_field(root, "apiVersion");
	if (!json_object_is_type(root->node, json_type_object))
		return korch__config_fail(config, root, KORCH_E_INVALID,
		                          "must be a KubeSchedulerConfiguration");
	int code = korch__config_text(&version, config, &version_spot);
	if (code == 0)
		code = korch__config_text(&kind, config, &kind_spot);
	if (code == 0)
		code = korch__config_choice(config, &kind_spot, kind, KINDS);
	return code < 0 ? code : korch__config_choice(config, &version_spot, version, VERSIONS);
}

static int read_root(korch_scheduler_profiles *self, const korch__config *config,
                     const korch__spot *root)
{
	static const char *const FIELDS[] = {"apiVersion",
	                                     "kind",
	                                     "parallelism",
	                                     "leaderElection",
	                                     "clientConnection",
	                                     "healthzBindAddress",
	                                     "metricsBindAddress",
	                                     "enableProfiling",
	                                     "enableContentionProfiling",
	                                     "percentageOfNodesToScore",
	                                     "percentageOfPlacementsToScore",
	                                     "podInitialBackoffSeconds",
	                                     "podMaxBackoffSeconds",
	                                     "profiles",
	                                     "extenders",
	                                     "delayCacheUntilActive",
	                                     NULL};
	int code = check_type(config, root);
	if (code == 0)
		code = korch__config_fields(config, root, FIELDS);
	if (code == 0)
		code = check_percentage(config, root, "percentageOfNodesToScore");
	if (code < 0)
		return code;
	korch__spot extenders = korch__spot_field(root, "extenders");
	int64_t n = korch__config_count(config, &extenders, SIZE_MAX);
	if (n > 0)
		return korch__config_fail(config, &extenders, KORCH_E_INVALID,
		                          "Forbidden: extenders are not called here");
	return n < 0 ? (int)n : read_profiles(self, config, root);
}

/* The documents of the text, of which there must be one. */
typedef struct reading {
	korch_scheduler_profiles *self;
	korch__config config;
} reading;

static int on_document(void *userdata, struct json_object *tree, int line)
{
	reading *reading_ = userdata;
	korch__spot root = {tree, KORCH__PATH_FIELD(NULL, ""), line};
	if (!tree)
		return 0;
	if (reading_->self->n > 0)
		return korch__config_fail(&reading_->config, &root, KORCH_E_INVALID,
		                          "a second document; one KubeSchedulerConfiguration is read");
	return read_root(reading_->self, &reading_->config, &root);
}

int korch_scheduler_profiles_read(korch_scheduler_profiles **out, const char *text, size_t length,
                                  const char *file, korch_error **err)
{
	if (!out || (!text && length))
		return korch_error_set(err, KORCH_E_INVALID, "no output or no text");
	korch_error *error = NULL, *malformed = NULL; /* of the document; of the text */
	korch_scheduler_profiles *self = korch__calloc(1, sizeof(*self));
	if (!self)
		return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
	reading state = {self, {file, &error}};
	const korch__read read = {.file = file,
	                          .limits = {.max_bytes = 1 << 20,
	                                     .max_nodes = 100000,
	                                     .max_alias_nodes = 10000,
	                                     .max_depth = 64},
	                          .document = on_document,
	                          .userdata = &state};
	int code = korch__text_read(&read, text ? text : "", length, &malformed);
	if (!error)
		error = KORCH_STEAL(malformed);
	korch_error_free(malformed);
	if (code == 0 && self->n == 0) {
		code = korch_error_set(&error, KORCH_E_INVALID, "holds no KubeSchedulerConfiguration");
		korch_error_set_location(&error, file, 1);
	}
	if (code < 0) {
		korch_scheduler_profiles_free(self);
		if (err)
			*err = error;
		else
			korch_error_free(error);
		return code;
	}
	*out = self;
	return 0;
}

const korch_scheduler_profile *
korch_scheduler_profiles_list(const korch_scheduler_profiles *profiles, size_t *n)
{
	if (n)
		*n = profiles ? profiles->n : 0;
	return profiles ? profiles->list : NULL;
}

int32_t korch_scheduler_profiles_hard_weight(const korch_scheduler_profiles *profiles)
{
	return profiles ? profiles->hard_weight : 0;
}

void korch_scheduler_profiles_free(korch_scheduler_profiles *profiles)
{
	if (!profiles)
		return;
	korch__profile_memory_fini(&profiles->memory);
	korch__free(profiles);
}
