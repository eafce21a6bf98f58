/* Templates merged, arguments put in, rules and states made of runs; conditions of Argo's examples
 * can be read. */
#include "../object/files.h"
#include "unit.h"
#include <korch/codec.h>
#include <korch/manifest.h>
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

START_TEST(test_rules_refused)
{
	static const struct {
		const char *spec, *words;
	} rows[] = {
	    {"{}", "metrics: no metrics specified"},
	    {"{\"metrics\":[" METRIC("a") "," METRIC("a") "]}", "metrics[1].name: duplicate name 'a'"},
	    {"{\"metrics\":[{\"name\":\"a\",\"count\":2}]}",
	     "metrics[0].interval: interval must be specified when count > 1"},
	    {"{\"metrics\":[{\"name\":\"a\",\"count\":1,\"failureLimit\":2}]}",
	     "metrics[0].count: count must be >= failureLimit"},
	    {"{\"metrics\":[{\"name\":\"a\",\"interval\":\"soon\"}]}",
	     "metrics[0].interval: invalid duration \"soon\": 30s, 5m and 1h are some"},
	    {"{\"metrics\":[{\"name\":\"a\",\"count\":\"many\"}]}",
	     "metrics[0].count: \"many\" is no number"},
	    {"{\"metrics\":[{\"name\":\"a\",\"inconclusiveLimit\":-1}]}",
	     "metrics[0].inconclusiveLimit: inconclusiveLimit is out of range"},
	    {"{\"metrics\":[{\"name\":\"a\"}],\"dryRun\":[{\"metricName\":\"b\"}]}",
	     "dryRun[0].metricName: Rule didn't match any metric name(s)"},
	    {"{\"metrics\":[{\"name\":\"a\"}],\"measurementRetention\":[{\"metricName\":\"(\"}]}",
	     "measurementRetention[0].metricName: error parsing regexp: missing closing )"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		korch_analysis_run_spec *spec = from_json(&korch_analysis_run_spec_type, rows[i].spec);
		korch_analysis_rule rules[KORCH_ANALYSIS_METRICS_MAX];
		korch_error *err = NULL;
		size_t n = 77;
		ck_assert_int_lt(korch_analysis_rules(rules, &n, spec, &err), 0);
		char *line = korch_error_format(err);
		ck_assert_str_eq(line, rows[i].words);
		ck_assert_uint_eq(n, 77);
		free(line);
		korch_error_free(err);
		korch_block_unref(spec);
	}
}
END_TEST

START_TEST(test_states)
{
	korch_analysis_run_spec *spec =
	    from_json(&korch_analysis_run_spec_type,
	              "{\"metrics\":[" METRIC("a") "," METRIC("b") "," METRIC("c") "]}");
	korch_analysis_run_status *status = from_json(
	    &korch_analysis_run_status_type,
	    "{\"metricResults\":[{\"name\":\"c\",\"phase\":\"Running\",\"count\":2,\"failed\":1,"
	    "\"successful\":1,\"consecutiveError\":0,\"measurements\":[{\"phase\":\"Failed\","
	    "\"startedAt\":"
	    "\"2024-05-01T12:00:00Z\",\"finishedAt\":\"2024-05-01T12:00:01Z\",\"message\":\"why\"}]},"
	    "{\"name\":\"a\",\"phase\":\"Running\",\"measurements\":[{\"phase\":\"Running\","
	    "\"resumeAt\":"
	    "\"2024-05-01T12:00:10Z\"}]}]}");
	korch_analysis_state states[3];
	korch_analysis_states(states, spec, NULL);
	ck_assert_int_eq(states[2].phase, KORCH_ANALYSIS_NONE);
	korch_analysis_states(states, spec, status);
	ck_assert_int_eq(states[0].last, KORCH_ANALYSIS_RUNNING);
	ck_assert(states[0].finished_us == 0 && states[0].resume_us == 1714564810 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(states[1].phase, KORCH_ANALYSIS_NONE);
	ck_assert_int_eq(states[2].failed, 1);
	ck_assert_int_eq(states[2].kept, 1);
	ck_assert_int_eq(states[2].last, KORCH_ANALYSIS_FAILED);
	ck_assert_str_eq(states[2].message, "why");
	ck_assert(states[2].finished_us == 1714564801 * KORCH_USEC_PER_SEC);
	korch_block_unref(status);
	korch_block_unref(spec);
}
END_TEST

START_TEST(test_check)
{
	korch_analysis_run_spec *spec = from_json(
	    &korch_analysis_run_spec_type,
	    "{\"metrics\":[{\"name\":\"a\",\"successCondition\":\"result[0] >= 0.95\"},"
	    "{\"name\":\"b\",\"successCondition\":\"result >\",\"failureCondition\":\"reslt > 1\"},"
	    "{\"name\":\"c\",\"successCondition\":\"result > {{args.x}}\"}]}");
	korch_problems *problems = NULL;
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	ck_assert_int_eq(korch_analysis_check(spec->metrics, spec->n_metrics, "spec.metrics", problems),
	                 0);
	ck_assert_uint_eq(korch_problems_count(problems), 2);
	const korch_problem *first = korch_problems_at(problems, 0);
	ck_assert_str_eq(first->path, "spec.metrics[1].successCondition");
	ck_assert_ptr_nonnull(strstr(first->message, "column 9: unexpected end, expected a value"));
	ck_assert_str_eq(korch_problems_at(problems, 1)->path, "spec.metrics[1].failureCondition");
	korch_problems_free(problems);
	korch_block_unref(spec);
}
END_TEST

/* Conditions of Argo's own examples. */
typedef struct tally {
	size_t n_files, n_conditions;
} tally;

static void check_metrics(tally *self, const korch_analysis_template_spec *spec, const char *name)
{
	korch_problems *problems = NULL;
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	ck_assert_int_eq(korch_analysis_check(spec->metrics, spec->n_metrics, "spec.metrics", problems),
	                 0);
	ck_assert_msg(korch_problems_count(problems) == 0, "%s", name);
	for (size_t i = 0; i < spec->n_metrics; i++)
		self->n_conditions +=
		    !!spec->metrics[i].success_condition + !!spec->metrics[i].failure_condition;
	korch_problems_free(problems);
}

static void read_example(void *userdata, const char *path, const char *name)
{
	tally *self = userdata;
	korch_manifest_options options = {.size = sizeof(options)};
	korch_manifest *manifest = NULL;
	/* not manifests: a chart's files */
	if (strstr(name, "helm-"))
		return;
	ck_assert_int_eq(korch_manifest_new(&manifest, &options, NULL), 0);
	self->n_files += korch_manifest_read_file(manifest, path, NULL) == 0;
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		const korch_object *object = korch_manifest_object(manifest, i);
		if (object->kind == &korch_analysis_template_kind)
			check_metrics(self, ((const korch_analysis_template *)object)->spec, name);
		if (object->kind == &korch_cluster_analysis_template_kind)
			check_metrics(self, ((const korch_cluster_analysis_template *)object)->spec, name);
	}
	korch_manifest_free(manifest);
}

START_TEST(test_examples)
{
	tally self = {.n_files = 0};
	files_each("rollouts/argo-examples", read_example, &self);
	ck_assert_uint_ge(self.n_files, 20);
	ck_assert_uint_ge(self.n_conditions, 2);
}
END_TEST

KORCH_SUITE(analysis_spec)
{
	Suite *suite = suite_create("analysis_spec");
	KORCH_CASE(suite, "spec", test_merge, test_conflicts, test_resolve, test_values,
	           test_rules_refused, test_states, test_check);
	if (getenv("KORCH_DATA"))
		KORCH_CASE(suite, "examples", test_examples);
	return suite;
}
