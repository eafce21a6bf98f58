/*
 * The plugins that a KubeSchedulerConfiguration may name, the extension points that each has, and
 * which of them decide at filter, score and postFilter once defaults and a profile's own sections
 * are put together.
 */
#ifndef KORCH_SCHEDULER_PROFILE_PLUGINS_H
#define KORCH_SCHEDULER_PROFILE_PLUGINS_H

#include "object/config.h"
#include <stdint.h>

/* Extension points, by their field in `plugins`. */
typedef enum korch__point {
	KORCH__PRE_ENQUEUE,
	KORCH__QUEUE_SORT,
	KORCH__PRE_FILTER,
	KORCH__FILTER,
	KORCH__POST_FILTER,
	KORCH__PRE_SCORE,
	KORCH__SCORE,
	KORCH__RESERVE,
	KORCH__PERMIT,
	KORCH__PRE_BIND,
	KORCH__BIND,
	KORCH__POST_BIND,
	KORCH__POINTS,
} korch__point;

typedef struct korch__plugin {
	const char *name;
	uint32_t points;        /* bit for each korch__point */
	int32_t default_weight; /* when enabled by default; 0: has no score */
	int is_default;         /* enabled when nothing is said */
} korch__plugin;

/* The i-th plugin in the order in which they are called by default: kube-scheduler's, then the
 * library's own; 0 behind the last. */
int korch__plugin_get(korch__plugin *out, size_t i);
/* Its name. */
const char *korch__plugin_name(size_t i);

enum { KORCH__PLUGINS_MAX = 32 };

/* One plugin that is called, by its index. */
typedef struct korch__plugin_use {
	size_t plugin;
	int32_t weight;
} korch__plugin_use;

typedef struct korch__plugin_list {
	korch__plugin_use items[KORCH__PLUGINS_MAX];
	size_t n;
} korch__plugin_list;

/* What decides, in order. */
typedef struct korch__plugins {
	korch__plugin_list filters; /* all, also those that are not the library's */
	korch__plugin_list scores;
	korch__plugin_list post_filters;
} korch__plugins;

/* Reads a profile's `plugins` (may be absent) on top of the defaults. */
int korch__plugins_read(korch__plugins *out, const korch__config *config, const korch__spot *spot);
/* 1 when the list has the plugin of that index. */
int korch__plugin_list_has(const korch__plugin_list *list, size_t plugin);
/* The index of the plugin that the text at the spot names, or the error that says which one may be
 * meant. */
int64_t korch__plugin_find(const korch__config *config, const korch__spot *spot, const char *name);

#endif
