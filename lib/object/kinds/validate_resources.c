/* Rules of requests and limits. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <korch/api/core_container.h>
#include <korch/api/core_volume.h>
#include <korch/quantity.h>
#include <string.h>

static int is_huge(const char *name)
{
	return korch__text_has_prefix(name, "hugepages-");
}

static int is_standard(const char *name)
{
	return strcmp(name, "cpu") == 0 || strcmp(name, "memory") == 0 ||
	       strcmp(name, "ephemeral-storage") == 0 || is_huge(name);
}

/* Kubernetes' own resources may be promised more often than they are there. */
static int is_overcommitted(const char *name)
{
	return !is_huge(name) && (!strchr(name, '/') || strstr(name, "kubernetes.io/"));
}

/* The name and the sign of one entry of limits or requests. */
static void check_entry(const korch_map_entry *entry, const char *map, const char *path,
                        korch_problems *problems)
{
	const char *name = entry->key;
	const char *at = AT("%s[%.100s]", map, name);
	korch_quantity quantity;
	korch__syntax_check(problems, path, at, KORCH_FORMAT_QUALIFIED_NAME, name);
	if (!strchr(name, '/') && !is_standard(name)) {
		korch__problem_field(problems, path, at, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be a standard resource type or fully qualified", name);
		korch__problem_field(problems, path, at, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be a standard resource for containers", name);
	}
	if (korch_quantity_parse(&quantity, entry->value, NULL) < 0)
		return;
	if (korch_quantity_sign(&quantity) < 0)
		korch__problem_field(problems, path, at, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be greater than or equal to 0", entry->value);
	else if (!is_overcommitted(name) && korch_quantity_milli(&quantity) % 1000 != 0)
		korch__problem_field(problems, path, at, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be an integer", entry->value);
}

/* A request against the limit of the same resource. */
static void check_request(const korch_map_entry *request, const korch_map *limits, const char *path,
                          korch_problems *problems)
{
	const char *limit_text = korch_map_get(limits, request->key);
	korch_quantity quantity, limit;
	int loose = is_overcommitted(request->key);
	if (!limit_text && !loose && strchr(request->key, '/'))
		korch__problem_field(problems, path, "limits", KORCH_PROBLEM_REQUIRED,
		                     "Limit must be set for non overcommitable resources");
	if (!limit_text || korch_quantity_parse(&quantity, request->value, NULL) < 0 ||
	    korch_quantity_parse(&limit, limit_text, NULL) < 0)
		return;
	int order = korch_quantity_compare(&quantity, &limit);
	if (order > 0 || (!loose && order != 0))
		korch__problem_field(
		    problems, path, "requests", KORCH_PROBLEM_INVALID, "\"%s\": must be %s %s limit of %s",
		    request->value, loose ? "less than or equal to" : "equal to", request->key, limit_text);
}

void korch__resource_requirements_validate(const void *self, const char *path,
                                           korch_problems *problems)
{
	const korch_resource_requirements *resources = self;
	const korch_map *limits = resources->limits, *requests = resources->requests;
	for (size_t i = 0; limits && i < limits->n; i++)
		check_entry(&limits->items[i], "limits", path, problems);
	for (size_t i = 0; requests && i < requests->n; i++) {
		check_entry(&requests->items[i], "requests", path, problems);
		check_request(&requests->items[i], limits, path, problems);
	}
}

void korch__empty_dir_volume_source_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	const korch_empty_dir_volume_source *source = self;
	const char *medium = korch__text_or_empty(source->medium);
	korch_quantity limit;
	if (source->size_limit && korch_quantity_parse(&limit, source->size_limit, NULL) == 0 &&
	    korch_quantity_sign(&limit) < 0)
		korch__problem_field(problems, path, "sizeLimit", KORCH_PROBLEM_FORBIDDEN,
		                     "SizeLimit field must be a valid resource quantity");
	if (*medium && strcmp(medium, "Memory") != 0 && strcmp(medium, "HugePages") != 0 &&
	    !korch__text_has_prefix(medium, "HugePages-")) {
		static const char *const supported[] = {"", "HugePages", "Memory", NULL};
		korch__problem_unsupported(problems, path, "medium", medium, supported);
	}
}
