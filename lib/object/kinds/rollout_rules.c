/* Rules that Rollouts, analysis, Experiments and Flagger's Canaries share. */
#include "object/kinds/rollout_rules.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/json.h"
#include "object/kinds/common.h"
#include "object/problems.h"
#include "object/tree.h"
#include <json-c/json.h>
#include <korch/time.h>
#include <string.h>

void korch__check_unique(const korch__name_list *names, const char *path, korch_problems *problems)
{
	korch_names seen;
	korch__names_init(&seen, names->n);
	for (size_t i = 0; i < names->n; i++) {
		const char *item = (const char *)names->items + i * names->size;
		const char *name = *(const char *const *)(item + names->offset);
		if (!korch__names_add(&seen, name))
			korch__problem_field(problems, path, AT("%s[%zu].%s", names->field, i, names->key),
			                     KORCH_PROBLEM_DUPLICATE, "\"%s\"", name);
	}
	korch__names_fini(&seen, problems);
}

/* What Kubernetes' downward API knows of metadata (pkg/fieldpath). */
static int is_metadata_path(const char *path)
{
	static const char *const plain[] = {"metadata.annotations", "metadata.labels", "metadata.name",
	                                    "metadata.namespace", "metadata.uid"};
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (strcmp(path, plain[i]) == 0)
			return 1;
	}
	return (korch__text_has_prefix(path, "metadata.annotations['") ||
	        korch__text_has_prefix(path, "metadata.labels['")) &&
	       korch__text_has_suffix(path, "']");
}

static void check_argument(const korch_analysis_run_argument *arg, const char *path,
                           korch_problems *problems)
{
	const korch_argument_value_from *from = arg->value_from;
	if (!from)
		return;
	if (arg->value && *arg->value)
		korch__problem_field(problems, path, "valueFrom", KORCH_PROBLEM_FORBIDDEN,
		                     "arg '%s' has both Value and ValueFrom fields",
		                     korch__text_or_empty(arg->name));
	if (!from->pod_template_hash_value && !from->field_ref)
		korch__problem_field(problems, path, "valueFrom", KORCH_PROBLEM_REQUIRED,
		                     "podTemplateHashValue or fieldRef");
	const char *field = from->field_ref ? from->field_ref->field_path : NULL;
	if (field && korch__text_has_prefix(field, "metadata") && !is_metadata_path(field))
		korch__problem_field(problems, path, "valueFrom.fieldRef.fieldPath", KORCH_PROBLEM_INVALID,
		                     "\"%s\": Analyses arguments must refer to valid object metadata "
		                     "supported by downwardAPI",
		                     field);
}

void korch__check_arguments(const korch_analysis_run_argument *args, size_t n, const char *path,
                            korch_problems *problems)
{
	const korch__name_list names = {
	    args, n, sizeof(*args), offsetof(korch_analysis_run_argument, name), "args", "name"};
	korch__check_unique(&names, path, problems);
	for (size_t i = 0; i < n; i++) {
		char at[512];
		korch__path_join(at, sizeof(at), path, AT("args[%zu]", i));
		check_argument(&args[i], at, problems);
	}
}

void korch__check_duration(const char *text, const char *field, const char *path,
                           korch_problems *problems)
{
	int64_t ns = 0;
	if (!text || !*text || strstr(text, "{{"))
		return;
	if (korch_duration_parse(&ns, text, NULL) < 0)
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "\"%s\": invalid duration, a number with a unit is expected, such as "
		                     "\"30s\", \"5m\" or \"1h30m\"",
		                     text);
	else if (ns < 0)
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be greater than or equal to 0", text);
}

void korch__check_range(int32_t value, int32_t most, const char *field, const char *path,
                        korch_problems *problems)
{
	if (value < 0 || value > most)
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "%d: must be between 0 and %d", value, most);
}

/* The tree of a RAW value that must be an object; NULL when there is none. */
static struct json_object *raw_object(const char *raw, const char *path, korch_problems *problems)
{
	struct json_object *tree = NULL;
	if (!raw)
		return NULL;
	int code = korch__json_parse(&tree, raw, strlen(raw), NULL, NULL, NULL);
	if (code == KORCH_E_NOMEM)
		korch__problems_set_failed(problems);
	if (code == 0 && json_object_is_type(tree, json_type_object))
		return tree;
	if (code == 0)
		korch__problem(problems, path, KORCH_PROBLEM_TYPE, "expected object, found %.60s", raw);
	json_object_put(tree);
	return NULL;
}

int korch__raw_members(const char *raw, const char *field, const char *path,
                       korch_problems *problems)
{
	char at[512];
	korch__path_join(at, sizeof(at), path, field);
	_cleanup_tree_ struct json_object *tree = raw_object(raw, at, problems);
	return tree ? json_object_object_length(tree) : raw ? -1 : 0;
}

static int is_one_of(const char *name, const char *const *allowed)
{
	while (*allowed && strcmp(name, *allowed) != 0)
		allowed++;
	return *allowed != NULL;
}

static void check_raw_match(struct json_object *match, const char *const *allowed, const char *path,
                            korch_problems *problems)
{
	int n = 0;
	if (json_object_is_type(match, json_type_object)) {
		json_object_object_foreach(match, key, value)
		{
			n += json_object_is_type(value, json_type_string);
			if (!is_one_of(key, allowed))
				korch__problem_field(problems, path, key, KORCH_PROBLEM_UNKNOWN_FIELD,
				                     "unknown field");
		}
	}
	if (n != 1)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "%s: must have exactly one of exact, prefix and regex, as text",
		               json_object_to_json_string(match));
}

void korch__check_raw_matches(const char *raw, const char *const *allowed, const char *path,
                              korch_problems *problems)
{
	_cleanup_tree_ struct json_object *tree = raw_object(raw, path, problems);
	if (!tree)
		return;
	json_object_object_foreach(tree, key, value)
	{
		char at[512];
		korch__path_join(at, sizeof(at), path, AT("[%.200s]", key));
		check_raw_match(value, allowed, at, problems);
	}
}
