/* Templates merged and arguments put in. */
#include "base/alloc.h"
#include "unit.h"
#include <korch/codec.h>
#include <korch/strategy/analysis_spec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Templates by name: JSON of their specs. */
typedef struct store {
	const char *names[8];
	korch_analysis_template_spec *specs[8];
	int cluster[8];
	size_t n;
} store;

static void *from_json(const korch_type *type, const char *json)
{
	void *out = NULL;
	korch_error *err = NULL;
	int code = korch_struct_from_json(&out, type, json, NULL, &err);
	ck_assert_msg(code == 0, "%s: %s", json, korch_error_message(err));
	return out;
}

static void add(store *self, const char *name, int cluster, const char *json)
{
	self->names[self->n] = name;
	self->cluster[self->n] = cluster;
	self->specs[self->n++] = from_json(&korch_analysis_template_spec_type, json);
}

static const korch_analysis_template_spec *find(void *userdata, const char *name, int cluster)
{
	const store *self = userdata;
	for (size_t i = 0; i < self->n; i++)
		if (self->cluster[i] == cluster && strcmp(self->names[i], name) == 0)
			return self->specs[i];
	return NULL;
}

static void drop(store *self)
{
	for (size_t i = 0; i < self->n; i++)
		korch_block_unref(self->specs[i]);
}

/* Merges the templates that `refs` (JSON of a template spec) names; its JSON, or the error's line.
 */
static int merge(store *self, const char *refs, const korch_map *args, char *out, size_t size)
{
	korch_analysis_template_spec *named = from_json(&korch_analysis_template_spec_type, refs);
	const korch_analysis_merge_options options = {.size = sizeof(options),
	                                              .refs = named->templates,
	                                              .n_refs = named->n_templates,
	                                              .args = args,
	                                              .dry_run = named->dry_run,
	                                              .n_dry_run = named->n_dry_run,
	                                              .retention = named->measurement_retention,
	                                              .n_retention = named->n_measurement_retention,
	                                              .find = find,
	                                              .userdata = self};
	korch_analysis_run_spec *made = NULL;
	korch_error *err = NULL;
	char *json = NULL;
	int code = korch_analysis_merge(&made, &options, &err);
	ck_assert_int_eq(code == 0, made != NULL);
	if (code == 0)
		ck_assert_int_eq(korch_struct_to_json(&json, made, &korch_analysis_run_spec_type), 0);
	snprintf(out, size, "%s", code == 0 ? json : korch_error_message(err));
	free(json);
	korch_error_free(err);
	korch_block_unref(made);
	korch_block_unref(named);
	return code;
}

#define METRIC(name) "{\"name\":\"" name "\",\"provider\":{\"web\":{\"url\":\"http://x/\"}}}"

START_TEST(test_merge)
{
	store self = {.n = 0};
	char out[4096];
	korch_map *args = NULL;
	add(&self, "c", 1, "{\"metrics\":[" METRIC("mc") "],\"args\":[{\"name\":\"x\"}]}");
	add(&self, "a", 0,
	    "{\"metrics\":[" METRIC(
	        "ma") "],\"args\":[{\"name\":\"x\",\"value\":\"1\"},{\"name\":\"y\"}],"
	              "\"dryRun\":[{\"metricName\":\"ma\"}],\"templates\":[{\"templateName\":\"b\"},"
	              "{\"templateName\":\"a\"}]}");
	add(&self, "b", 0,
	    "{\"metrics\":[" METRIC(
	        "mb") "],\"templates\":[{\"templateName\":\"a\"}],"
	              "\"measurementRetention\":[{\"metricName\":\"mb\",\"limit\":5}]}");
	static const char refs[] = "{\"templates\":[{\"templateName\":\"c\",\"clusterScope\":true},"
	                           "{\"templateName\":\"a\"},{\"templateName\":\"b\"}],"
	                           "\"dryRun\":[{\"metricName\":\"mb\"}]}";
	ck_assert_int_eq(merge(&self, refs, NULL, out, sizeof(out)), KORCH_E_INVALID);
	ck_assert_str_eq(out, "args.y was not resolved");
	ck_assert_int_eq(korch_map_set(&args, "y", "2"), 0);
	ck_assert_int_eq(korch_map_set(&args, "unknown", "3"), 0);
	ck_assert_int_eq(merge(&self, refs, args, out, sizeof(out)), 0);
	ck_assert_str_eq(
	    out,
	    "{\"metrics\":[" METRIC("ma") "," METRIC("mb") "," METRIC(
	        "mc") "],"
	              "\"args\":[{\"name\":\"x\",\"value\":\"1\"},{\"name\":\"y\",\"value\":\"2\"}],"
	              "\"dryRun\":[{\"metricName\":\"ma\"},{\"metricName\":\"mb\"}],"
	              "\"measurementRetention\":[{\"metricName\":\"mb\",\"limit\":5}]}");
	korch_block_unref(args);
	drop(&self);
}
END_TEST

START_TEST(test_conflicts)
{
	store self = {.n = 0};
	char out[1024];
	add(&self, "a", 0,
	    "{\"metrics\":[" METRIC("m") "],\"args\":[{\"name\":\"x\",\"value\":\"1\"}],"
	                                 "\"dryRun\":[{\"metricName\":\"m\"}]}");
	add(&self, "same", 0, "{\"metrics\":[" METRIC("m") "]}");
	add(&self, "arg", 0, "{\"args\":[{\"name\":\"x\",\"value\":\"2\"}]}");
	add(&self, "dry", 0, "{\"dryRun\":[{\"metricName\":\"m\"}]}");
	add(&self, "none", 0, "{\"templates\":[{\"templateName\":\"gone\",\"clusterScope\":true}]}");
	add(&self, "empty", 1, "{}");
	static const struct {
		const char *refs;
		int code;
		const char *words;
	} rows[] = {
	    {"{\"templates\":[{\"templateName\":\"a\"},{\"templateName\":\"same\"}]}", KORCH_E_CONFLICT,
	     "two metrics have the same name 'm'"},
	    {"{\"templates\":[{\"templateName\":\"a\"},{\"templateName\":\"arg\"}]}", KORCH_E_CONFLICT,
	     "Argument `x` specified multiple times with different values: '1', '2'"},
	    {"{\"templates\":[{\"templateName\":\"a\"},{\"templateName\":\"dry\"}]}", KORCH_E_CONFLICT,
	     "two Dry-Run metric rules have the same name 'm'"},
	    {"{\"templates\":[{\"templateName\":\"x\"}]}", KORCH_E_NOT_FOUND,
	     "AnalysisTemplate 'x' not found"},
	    {"{\"templates\":[{\"templateName\":\"none\"}]}", KORCH_E_NOT_FOUND,
	     "ClusterAnalysisTemplate 'gone' not found"},
	    {"{\"templates\":[{\"templateName\":\"empty\",\"clusterScope\":true}]}", KORCH_E_INVALID,
	     "no metrics specified"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(merge(&self, rows[i].refs, NULL, out, sizeof(out)), rows[i].code);
		ck_assert_str_eq(out, rows[i].words);
	}
	drop(&self);
}
END_TEST

static int lookup(void *userdata, const char **out, const korch_analysis_value_from *from,
                  korch_error **err)
{
	if (strcmp(from->secret_key_ref->key, "token") != 0)
		return korch_error_set(err, KORCH_E_NOT_FOUND, "key '%s' does not exist in secret '%s'",
		                       from->secret_key_ref->key, from->secret_key_ref->name);
	*out = korch_string_new("a\"b\n{{args.x}}");
	return *out ? 0 : KORCH_E_NOMEM;
}

static const char run_json[] =
    "{\"metrics\":[{\"name\":\"m\",\"interval\":\"{{args.every}}\",\"count\":\"{{ args.n }}\","
    "\"successCondition\":\"result == '{{args.token}}'\",\"provider\":{\"web\":{\"url\":"
    "\"http://{{args.host}}/\",\"headers\":[{\"key\":\"Authorization\",\"value\":\"Bearer "
    "{{args.token}}\"}],\"jsonBody\":{\"a\":[\"{{args.host}}\"]}}}},"
    "{\"name\":\"plain\",\"provider\":{\"prometheus\":{\"query\":\"up{a=\\\"b\\\"}\"}}}],"
    "\"args\":[{\"name\":\"every\",\"value\":\"30s\"},{\"name\":\"n\",\"value\":\"3\"},"
    "{\"name\":\"host\",\"value\":\"h:80\"},{\"name\":\"token\",\"valueFrom\":{\"secretKeyRef\":{"
    "\"name\":\"s\",\"key\":\"token\"}}}],\"dryRun\":[{\"metricName\":\"pl.*\"}],"
    "\"measurementRetention\":[{\"metricName\":\".*\",\"limit\":4}]}";

START_TEST(test_resolve)
{
	korch_analysis_run_spec *spec = from_json(&korch_analysis_run_spec_type, run_json);
	korch_analysis_run_spec *made = NULL;
	korch_map *values = NULL;
	korch_error *err = NULL;
	korch_analysis_rule rules[KORCH_ANALYSIS_METRICS_MAX];
	size_t n = 0;
	ck_assert_int_eq(korch_analysis_values(&values, spec->args, spec->n_args, lookup, NULL, NULL),
	                 0);
	ck_assert_str_eq(korch_map_get(values, "token"), "a\"b\n{{args.x}}");
	ck_assert_int_eq(korch_analysis_resolve(&made, spec, values, NULL), 0);
	const korch_web_metric *web = made->metrics[0].provider->web;
	ck_assert_str_eq(made->metrics[0].interval, "30s");
	ck_assert_str_eq(made->metrics[0].success_condition, "result == 'a\"b\n{{args.x}}'");
	ck_assert_str_eq(web->url, "http://h:80/");
	ck_assert_str_eq(web->headers[0].value, "Bearer a\"b\n{{args.x}}");
	ck_assert_str_eq(web->json_body, "{\"a\":[\"h:80\"]}");
	ck_assert_str_eq(made->metrics[1].provider->prometheus->query, "up{a=\"b\"}");
	ck_assert_str_eq(spec->metrics[0].interval, "{{args.every}}");
	ck_assert_int_eq(korch_analysis_rules(rules, &n, made, NULL), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(rules[0].count, 3);
	ck_assert(rules[0].interval_us == 30 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(rules[0].dry_run, 0);
	ck_assert_int_eq(rules[1].dry_run, 1);
	ck_assert_int_eq(rules[1].retention, 4);
	ck_assert_int_eq(rules[1].consecutive_error_limit, 4);
	korch_block_unref(made);
	made = NULL;
	ck_assert_int_eq(korch_map_set(&values, "host", NULL), 0);
	ck_assert_int_eq(korch_analysis_resolve(&made, spec, values, &err), KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_message(err), "failed to resolve {{args.host}}");
	ck_assert_str_eq(korch_error_path(err), "metrics[0]");
	korch_error_free(err);
	ck_assert_ptr_null(made);
	korch_block_unref(values);
	korch_block_unref(spec);
}
END_TEST

START_TEST(test_redact)
{
	korch_analysis_run_spec *spec = from_json(&korch_analysis_run_spec_type, run_json);
	korch_map *values = NULL;
	char *out = NULL;
	ck_assert_int_eq(korch_map_set(&values, "token", "s3cret"), 0);
	ck_assert_int_eq(korch_map_set(&values, "host", "web"), 0);
	ck_assert_int_eq(
	    korch_analysis_redact(&out, "s3cret web s3crets3cret", spec->args, spec->n_args, values),
	    0);
	ck_assert_str_eq(out, "***** web **********");
	free(out);
	ck_assert_int_eq(korch_map_set(&values, "token", ""), 0);
	ck_assert_int_eq(korch_analysis_redact(&out, "", spec->args, spec->n_args, values), 0);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(korch_analysis_redact(NULL, "", NULL, 0, NULL), KORCH_E_INVALID);
	korch_block_unref(values);
	korch_block_unref(spec);
}
END_TEST

START_TEST(test_values)
{
	static const struct {
		const char *args;
		const char *words;
	} rows[] = {
	    {"{\"args\":[{\"name\":\"a\"}]}", "argument \"a\" was not supplied"},
	    {"{\"args\":[{\"name\":\"a\",\"value\":\"1\",\"valueFrom\":{\"secretKeyRef\":{\"name\":"
	     "\"s\","
	     "\"key\":\"token\"}}}]}",
	     "arg 'a' has both Value and ValueFrom fields"},
	    {"{\"args\":[{\"name\":\"a\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"k\"}"
	     "}}]}",
	     "key 'k' does not exist in secret 's'"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		korch_analysis_run_spec *spec = from_json(&korch_analysis_run_spec_type, rows[i].args);
		korch_map *values = NULL;
		korch_error *err = NULL;
		ck_assert_int_lt(
		    korch_analysis_values(&values, spec->args, spec->n_args, lookup, NULL, &err), 0);
		ck_assert_str_eq(korch_error_message(err), rows[i].words);
		ck_assert_str_eq(korch_error_path(err), "args[0]");
		ck_assert_ptr_null(values);
		korch_error_free(err);
		korch_block_unref(spec);
	}
}
END_TEST

/* Each allocation fails once on the way from templates to rules. */
START_TEST(test_memory)
{
	store self = {.n = 0};
	add(&self, "a", 0, run_json);
	const korch_analysis_template_ref refs[] = {{.template_name = korch_string_new("a")}};
	const korch_analysis_merge_options options = {
	    .size = sizeof(options), .refs = refs, .n_refs = 1, .find = find, .userdata = &self};
	uint64_t n = 1;
	for (int done = 0; !done; n++) {
		korch_analysis_run_spec *merged = NULL, *made = NULL;
		korch_map *values = NULL;
		korch_analysis_rule rules[KORCH_ANALYSIS_METRICS_MAX];
		size_t n_rules = 0;
		korch__alloc_fail_at(n);
		int code = korch_analysis_merge(&merged, &options, NULL);
		if (code == 0)
			code = korch_analysis_values(&values, merged->args, merged->n_args, lookup, NULL, NULL);
		if (code == 0)
			code = korch_analysis_resolve(&made, merged, values, NULL);
		if (code == 0)
			code = korch_analysis_rules(rules, &n_rules, made, NULL);
		done = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(code, done ? 0 : KORCH_E_NOMEM);
		ck_assert_uint_eq(n_rules, done ? 2 : 0);
		korch_block_unref(made);
		korch_block_unref(merged);
		korch_block_unref(values);
	}
	ck_assert_uint_gt(n, 30);
	korch_string_unref(refs[0].template_name);
	drop(&self);
}
END_TEST

KORCH_SUITE(analysis_spec)
{
	Suite *suite = suite_create("analysis_spec");
	KORCH_CASE(suite, "spec", test_merge, test_conflicts, test_resolve, test_values, test_redact,
	           test_memory);
	return suite;
}
