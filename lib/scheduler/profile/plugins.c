/*
 * A profile's `plugins`: what each section enables and disables, put together as kube-scheduler
 * does it (mergePluginSet() and expandMultiPointPlugins() of its v1 defaults and its framework).
 */
#include "scheduler/profile/plugins.h"
#include "base/cleanup.h"
#include <string.h>

/* A section: plugins in order, and what it takes away. */
typedef struct set {
	korch__plugin_list enabled;
	uint32_t disabled; /* bit for each plugin */
	int is_all_disabled;
} set;

typedef struct sections {
	set multi;
	set points[KORCH__POINTS];
} sections;

static const char *const POINT_NAMES[] = {
    [KORCH__PRE_ENQUEUE] = "preEnqueue",
    [KORCH__QUEUE_SORT] = "queueSort",
    [KORCH__PRE_FILTER] = "preFilter",
    [KORCH__FILTER] = "filter",
    [KORCH__POST_FILTER] = "postFilter",
    [KORCH__PRE_SCORE] = "preScore",
    [KORCH__SCORE] = "score",
    [KORCH__RESERVE] = "reserve",
    [KORCH__PERMIT] = "permit",
    [KORCH__PRE_BIND] = "preBind",
    [KORCH__BIND] = "bind",
    [KORCH__POST_BIND] = "postBind",
    [KORCH__POINTS] = "multiPoint",
    NULL,
};

int korch__plugin_list_has(const korch__plugin_list *list, size_t plugin)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].plugin == plugin)
			return 1;
	return 0;
}

static void append(korch__plugin_list *list, korch__plugin_use use)
{
	if (list->n < KORCH__PLUGINS_MAX)
		list->items[list->n++] = use;
}

/* Removed from kubescheduler.config.k8s.io/v1: no longer to be enabled, and nothing to disable. */
static int is_gone(const char *name)
{
	static const char *const GONE[] = {"AzureDiskLimits", "CinderLimits", "EBSLimits",
	                                   "GCEPDLimits"};
	for (size_t i = 0; i < KORCH_COUNT(GONE); i++)
		if (strcmp(GONE[i], name) == 0)
			return 1;
	return 0;
}

/* One entry: its plugin's index, -1 for "*" and for one that is gone, or an error. */
static int read_entry(int64_t *plugin, korch__plugin_use *use, const korch__config *config,
                      const korch__spot *entry)
{
	static const char *const FIELDS[] = {"name", "weight", NULL};
	const char *name = NULL;
	int64_t weight = 0;
	korch__spot name_spot = korch__spot_field(entry, "name");
	korch__spot weight_spot = korch__spot_field(entry, "weight");
	int code = korch__config_fields(config, entry, FIELDS);
	if (code == 0)
		code = korch__config_text(&name, config, &name_spot);
	if (code == 0)
		code = korch__config_int(&weight, config, &weight_spot, 0, 100);
	if (code < 0)
		return code;
	if (!name)
		return korch__config_fail(config, &name_spot, KORCH_E_INVALID, "Required value");
	*plugin = -1;
	*use = (korch__plugin_use){0, (int32_t)weight};
	if (strcmp(name, "*") == 0 || is_gone(name))
		return name[0] == '*';
	*plugin = korch__plugin_find(config, &name_spot, name);
	use->plugin = (size_t)*plugin;
	return *plugin < 0 ? (int)*plugin : 0;
}

static int read_enabled(set *out, korch__point point, const korch__config *config,
                        const korch__spot *spot)
{
	int64_t n = korch__config_count(config, spot, KORCH__PLUGINS_MAX);
	for (int64_t i = 0; i < n; i++) {
		int64_t plugin = -1;
		korch__plugin_use use;
		korch__spot entry = korch__spot_item(spot, (size_t)i);
		int code = read_entry(&plugin, &use, config, &entry);
		if (code < 0)
			return code;
		if (plugin < 0)
			return korch__config_fail(config, &entry, KORCH_E_INVALID,
			                          code ? "\"*\" can only be disabled"
			                               : "is no longer part of this version");
		korch__plugin named;
		korch__plugin_get(&named, use.plugin);
		if (korch__plugin_list_has(&out->enabled, use.plugin))
			return korch__config_fail(config, &entry, KORCH_E_INVALID, "Duplicate value: \"%s\"",
			                          named.name);
		if (point < KORCH__POINTS && !(named.points & 1u << point))
			return korch__config_fail(config, &entry, KORCH_E_INVALID,
			                          "plugin %s has no extension point %s", named.name,
			                          POINT_NAMES[point]);
		append(&out->enabled, use);
	}
	return n < 0 ? (int)n : 0;
}

static int read_disabled(set *out, const korch__config *config, const korch__spot *spot)
{
	int64_t n = korch__config_count(config, spot, KORCH__PLUGINS_MAX);
	for (int64_t i = 0; i < n; i++) {
		int64_t plugin = -1;
		korch__plugin_use use;
		korch__spot entry = korch__spot_item(spot, (size_t)i);
		int code = read_entry(&plugin, &use, config, &entry);
		if (code < 0)
			return code;
		out->is_all_disabled |= code == 1;
		if (plugin >= 0)
			out->disabled |= 1u << plugin;
	}
	return n < 0 ? (int)n : 0;
}

static int read_set(set *out, korch__point point, const korch__config *config,
                    const korch__spot *plugins)
{
	static const char *const FIELDS[] = {"enabled", "disabled", NULL};
	korch__spot spot = korch__spot_field(plugins, POINT_NAMES[point]);
	korch__spot enabled = korch__spot_field(&spot, "enabled");
	korch__spot disabled = korch__spot_field(&spot, "disabled");
	int code = korch__config_fields(config, &spot, FIELDS);
	if (code == 0)
		code = read_enabled(out, point, config, &enabled);
	return code < 0 ? code : read_disabled(out, config, &disabled);
}

/* The defaults, all of them enabled at multiPoint, under the profile's own multiPoint. */
static korch__plugin_list merge_multi(const set *own)
{
	korch__plugin_list merged = {.n = 0};
	korch__plugin plugin;
	uint32_t replaced = 0;
	for (size_t i = 0; !own->is_all_disabled && korch__plugin_get(&plugin, i); i++) {
		korch__plugin_use use = {i, plugin.default_weight};
		if (!plugin.is_default || own->disabled & 1u << i)
			continue;
		for (size_t j = 0; j < own->enabled.n; j++)
			if (own->enabled.items[j].plugin == i)
				use = own->enabled.items[j];
		replaced |= 1u << i;
		append(&merged, use);
	}
	for (size_t j = 0; j < own->enabled.n; j++)
		if (!(replaced & 1u << own->enabled.items[j].plugin))
			append(&merged, own->enabled.items[j]);
	return merged;
}

/* The plugins of one point: those of its own section that override multiPoint, then multiPoint's,
 * then the other ones of its own. */
static void expand(korch__plugin_list *out, const korch__plugin_list *multi, const set *own,
                   korch__point point)
{
	if (own->is_all_disabled) {
		*out = own->enabled;
		return;
	}
	out->n = 0;
	for (size_t i = 0; i < own->enabled.n; i++) {
		size_t plugin = own->enabled.items[i].plugin;
		if (korch__plugin_list_has(multi, plugin) && !(own->disabled & 1u << plugin))
			append(out, own->enabled.items[i]);
	}
	for (size_t i = 0; i < multi->n; i++) {
		size_t plugin = multi->items[i].plugin;
		korch__plugin named;
		korch__plugin_get(&named, plugin);
		if (named.points & 1u << point && !(own->disabled & 1u << plugin) &&
		    !korch__plugin_list_has(&own->enabled, plugin))
			append(out, multi->items[i]);
	}
	for (size_t i = 0; i < own->enabled.n; i++)
		if (!korch__plugin_list_has(out, own->enabled.items[i].plugin))
			append(out, own->enabled.items[i]);
}

/* A filter or score whose preparation (the point before it) was taken away could not work. */
static int check_prepared(const korch__config *config, const korch__spot *spot,
                          const korch__plugin_list *before, const korch__plugin_list *at,
                          korch__point point)
{
	for (size_t i = 0; i < at->n; i++) {
		korch__plugin plugin;
		korch__plugin_get(&plugin, at->items[i].plugin);
		if (!(plugin.points & 1u << (point - 1)) ||
		    korch__plugin_list_has(before, at->items[i].plugin))
			continue;
		korch__spot section = korch__spot_field(spot, POINT_NAMES[point - 1]);
		return korch__config_fail(config, &section, KORCH_E_INVALID,
		                          "%s is disabled here and enabled at %s, which needs it",
		                          plugin.name, POINT_NAMES[point]);
	}
	return 0;
}

int korch__plugins_read(korch__plugins *out, const korch__config *config, const korch__spot *spot)
{
	static const char *const FIELDS[] = {
	    "preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore",   "score",
	    "reserve",    "permit",    "preBind",   "bind",   "postBind",   "multiPoint", NULL};
	sections own = {.multi.disabled = 0};
	korch__plugin_list pre_filters, pre_scores;
	int code = korch__config_fields(config, spot, FIELDS);
	for (korch__point i = 0; code == 0 && i < KORCH__POINTS; i++)
		code = read_set(&own.points[i], i, config, spot);
	if (code == 0)
		code = read_set(&own.multi, KORCH__POINTS, config, spot);
	if (code < 0)
		return code;
	korch__plugin_list multi = merge_multi(&own.multi);
	expand(&pre_filters, &multi, &own.points[KORCH__PRE_FILTER], KORCH__PRE_FILTER);
	expand(&out->filters, &multi, &own.points[KORCH__FILTER], KORCH__FILTER);
	expand(&out->post_filters, &multi, &own.points[KORCH__POST_FILTER], KORCH__POST_FILTER);
	expand(&pre_scores, &multi, &own.points[KORCH__PRE_SCORE], KORCH__PRE_SCORE);
	expand(&out->scores, &multi, &own.points[KORCH__SCORE], KORCH__SCORE);
	code = check_prepared(config, spot, &pre_filters, &out->filters, KORCH__FILTER);
	return code < 0 ? code : check_prepared(config, spot, &pre_scores, &out->scores, KORCH__SCORE);
}
