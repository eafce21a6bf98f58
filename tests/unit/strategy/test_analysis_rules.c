/* Rules and states made of runs; conditions of Argo's examples can be read. */
#include "../object/files.h"
#include "unit.h"
#include <korch/codec.h>
#include <korch/manifest.h>
#include <korch/strategy/analysis_spec.h>
#include <stdlib.h>
#include <string.h>

static void *from_json(const korch_type *type, const char *json)
{
	void *out = NULL;
	korch_error *err = NULL;
	int code = korch_struct_from_json(&out, type, json, NULL, &err);
	ck_assert_msg(code == 0, "%s: %s", json, korch_error_message(err));
	return out;
}

#define METRIC(name) "{\"name\":\"" name "\",\"provider\":{\"web\":{\"url\":\"http://x/\"}}}"

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

KORCH_SUITE(analysis_rules)
{
	Suite *suite = suite_create("analysis_rules");
	KORCH_CASE(suite, "rules", test_rules_refused, test_states, test_check);
	if (getenv("KORCH_DATA"))
		KORCH_CASE(suite, "examples", test_examples);
	return suite;
}
