/* Objects from and to JSON: every kind of Kubernetes there and back, wrong types, unknown fields,
 * short memory. */
#include "base/alloc.h"
#include "base/buf.h"
#include "data.h"
#include "object/codec.h"
#include "object/json.h"
#include "object/tree.h"
#include "unit.h"
#include <dirent.h>
#include <korch/api.h>
#include <string.h>

static korch_object *decode(const char *text)
{
	korch_object *object = NULL;
	korch_error *err = NULL;
	int code = korch_object_from_json(&object, text, strlen(text), NULL, NULL, &err);
	ck_assert_msg(code == 0, "%s: %s", text, korch_error_message(err));
	return object;
}

static void check_text(const char *text, const char *expected)
{
	korch_object *object = decode(text);
	char *out = NULL;
	size_t length = 0;
	ck_assert_int_eq(korch_object_to_json(&out, &length, object, 0), 0);
	ck_assert_str_eq(out, expected);
	ck_assert_uint_eq(length, strlen(out));
	korch__free(out);
	korch_object_unref(object);
}

/* Decodes the text with problems; all of them, one a line. */
static void check_problems(const char *text, int strict, int code, const char *expected)
{
	korch_problems *problems = NULL;
	korch_object *object = NULL;
	korch_error *err = NULL;
	const korch_decode_options options = {.strict = strict, .file = "web.json"};
	korch_buf all;
	korch__buf_init(&all, 0);
	korch__buf_puts(&all, "");
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	ck_assert_int_eq(korch_object_from_json(&object, text, strlen(text), &options, problems, &err),
	                 code);
	for (size_t i = 0; i < korch_problems_count(problems); i++) {
		char *line = korch_problem_format(korch_problems_at(problems, i));
		korch__buf_printf(&all, "%s\n", line);
		korch__free(line);
	}
	ck_assert_str_eq(all.data, expected);
	ck_assert_int_eq(korch_error_code(err), code);
	korch__buf_fini(&all);
	korch_error_free(err);
	korch_object_unref(object);
	korch_problems_free(problems);
}

START_TEST(order_and_zeroes)
{
	check_text("{\"spec\":{\"replicas\":0,\"x\":[1.50,{}],\"paused\":false,\"selector\":{}},"
	           "\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"labels\":{\"b\":\"2\","
	           "\"a\":\"1\"}},\"apiVersion\":\"apps/v1\",\"zzz\":null}",
	           "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\","
	           "\"labels\":{\"a\":\"1\",\"b\":\"2\"}},\"spec\":{\"replicas\":0,\"selector\":{},"
	           "\"paused\":false,\"x\":[1.50,{}]},\"zzz\":null}");
}
END_TEST

START_TEST(untyped_kinds_keep_everything)
{
	check_text(
	    "{\"kind\":\"Gadget\",\"apiVersion\":\"example.com/v1\",\"metadata\":{\"name\":\"g\"},"
	    "\"spec\":{\"n\":18446744073709551615,\"f\":1e400,\"d\":0.1000,\"t\":\"\\u0000\"}}",
	    "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Gadget\",\"metadata\":{\"name\":\"g\"},"
	    "\"spec\":{\"n\":18446744073709551615,\"f\":1e400,\"d\":0.1000,\"t\":\"\\u0000\"}}");
	check_text("{\"kind\":\"Odd\",\"apiVersion\":\"example.com/v1\",\"metadata\":[1],\"a\":2}",
	           "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Odd\",\"metadata\":[1],\"a\":2}");
	check_text("{\"kind\":\"Bare\",\"apiVersion\":\"example.com/v1\"}",
	           "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Bare\"}");
}
END_TEST

START_TEST(numbers_are_quantities)
{
	check_text("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{"
	           "\"overhead\":{\"cpu\":2,\"memory\":0.5}}}",
	           "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{"
	           "\"overhead\":{\"cpu\":\"2\",\"memory\":\"0.5\"}}}");
}
END_TEST

START_TEST(revision_is_written)
{
	korch_object *object =
	    decode("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\","
	           "\"resourceVersion\":\"abc\"},\"data\":{\"k\":\"\\ud83d\\ude00\\n\"}}");
	ck_assert_str_eq(object->metadata->resource_version, "abc");
	object->revision = 42;
	char *out = NULL;
	ck_assert_int_eq(korch_object_to_json(&out, NULL, object, KORCH_ENCODE_PRETTY), 0);
	ck_assert_str_eq(out, "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"ConfigMap\",\n"
	                      "  \"metadata\": {\n    \"name\": \"c\",\n"
	                      "    \"resourceVersion\": \"42\"\n  },\n"
	                      "  \"data\": {\n    \"k\": \"\360\237\230\200\\n\"\n  }\n}");
	korch__free(out);
	korch_object_unref(object);
}
END_TEST

START_TEST(wrong_types)
{
	check_problems("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\n\"spec\":{\n"
	               "\"replicas\":\"3\",\n\"paused\":1,\"template\":{\"spec\":{\"containers\":[\n"
	               "{\"image\":5,\"args\":\"x\",\"resources\":{\"limits\":{\"cpu\":\"1x\"}}}]}}}}",
	               0, KORCH_E_INVALID,
	               "web.json:3: spec.replicas: expected integer, found string \"3\"\n"
	               "web.json:4: spec.paused: expected boolean, found integer 1\n"
	               "web.json:5: spec.template.spec.containers[0].image: expected string, found "
	               "integer 5\n"
	               "web.json:5: spec.template.spec.containers[0].args: expected array, found "
	               "string \"x\"\n"
	               "web.json:5: spec.template.spec.containers[0].resources.limits[cpu]: Invalid "
	               "value: \"1x\": quantities must match the regular expression "
	               "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'\n");
	check_problems("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"spec\":{\"replicas\":"
	               "3000000000}}",
	               0, KORCH_E_INVALID,
	               "web.json:1: spec.replicas: 3000000000 is out of range, expected -2147483648 to "
	               "2147483647\n");
	check_problems("[]", 0, KORCH_E_INVALID, "web.json:1: expected object, found array\n");
	check_problems("{}", 0, KORCH_E_INVALID,
	               "web.json:1: apiVersion: Required value\nweb.json:1: kind: Required value\n");
	check_problems(
	    "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"a\":\"!\"},\"metadata\":7}", 0,
	    KORCH_E_INVALID,
	    "web.json:1: data[a]: expected base64, found string \"!\"\n"
	    "web.json:1: metadata: expected object, found integer 7\n");
}
END_TEST

START_TEST(unknown_and_double_fields)
{
	const char *text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\n\"contaners\":[],\n"
	                   "\"hostNetwork\":true,\n\"hostNetwork\":false}}";
	const char *found = "web.json:4: spec.hostNetwork: field is given twice, the last one counts\n"
	                    "web.json:2: spec.contaners: unknown field, did you mean containers?\n";
	check_problems(text, 0, 0, found);
	check_problems(text, 1, KORCH_E_INVALID, found);
}
END_TEST

START_TEST(malformed_text)
{
	static const char *const wrong[] = {"",         "{",        "{\"a\"}",
	                                    "{\"a\":}", "[1,]",     "{\"a\":1,}",
	                                    "01",       "1.",       "1e",
	                                    "-",        "\"\\x\"",  "\"\\u12\"",
	                                    "tru",      "\"\x80\"", "\"\n\"",
	                                    "nulll",    "{} x",     "\"abc",
	                                    "+1",       "'a'",      "[1 2]",
	                                    "{a:1}",    "NaN",      "\"\xed\xa0\x80\"",
	                                    "//x\n1",   "\x01",     "{\"\\u0000\":1}"};
	struct json_object *tree;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		korch_error *err = NULL;
		ck_assert_msg(korch__json_parse(&tree, wrong[i], strlen(wrong[i]), NULL, NULL, &err) ==
		                  KORCH_E_PARSE,
		              "%s", wrong[i]);
		ck_assert_int_eq(korch_error_line(err) > 0, 1);
		korch_error_free(err);
	}
}
END_TEST

START_TEST(limits)
{
	char text[5000];
	memset(text, '[', sizeof(text));
	struct json_object *tree;
	ck_assert_int_eq(korch__json_parse(&tree, text, sizeof(text), NULL, NULL, NULL), KORCH_E_LIMIT);
	const korch_decode_options deep = {.max_depth = 1000000};
	ck_assert_int_eq(korch__json_parse(&tree, text, sizeof(text), &deep, NULL, NULL),
	                 KORCH_E_LIMIT);
	const korch_decode_options small = {.max_bytes = 10};
	ck_assert_int_eq(korch__json_parse(&tree, text, 11, &small, NULL, NULL), KORCH_E_LIMIT);
	memset(text, '1', sizeof(text));
	ck_assert_int_eq(korch__json_parse(&tree, text, sizeof(text), NULL, NULL, NULL), KORCH_E_PARSE);
	ck_assert_int_eq(korch__json_parse(&tree, "1 2", 3, NULL, NULL, NULL), KORCH_E_PARSE);
}
END_TEST

/* The envelope of a watch has no kind of its own, so it is only read and written as JSON. */
static void check_envelope(const char *text, size_t length)
{
	struct json_object *before = NULL, *after = NULL;
	korch_buf buf;
	korch__buf_init(&buf, 0);
	ck_assert_int_eq(korch__json_parse(&before, text, length, NULL, NULL, NULL), 0);
	korch__json_write(&buf, before);
	ck_assert_int_eq(korch__json_parse(&after, buf.data, buf.len, NULL, NULL, NULL), 0);
	ck_assert(korch__tree_equal(before, after));
	korch__buf_fini(&buf);
	json_object_put(before);
	json_object_put(after);
}

static void check_file(const char *name)
{
	char path[512];
	size_t length = 0;
	snprintf(path, sizeof(path), "k8s-api-testdata/HEAD/%s", name);
	char *text = data_read(path, &length), *again = NULL;
	if (strstr(name, "WatchEvent")) {
		check_envelope(text, length);
		korch__free(text);
		return;
	}
	korch_object *object = NULL, *second = NULL;
	korch_error *err = NULL;
	struct json_object *before = NULL, *after = NULL;
	const korch_decode_options strict = {.strict = 1};
	int code = korch_object_from_json(&object, text, length, &strict, NULL, &err);
	ck_assert_msg(code == 0, "%s: %s: %s", name, korch_error_path(err), korch_error_message(err));
	ck_assert_int_eq(korch_object_to_json(&again, NULL, object, 0), 0);
	ck_assert_int_eq(korch__json_parse(&before, text, length, NULL, NULL, NULL), 0);
	ck_assert_int_eq(korch__json_parse(&after, again, strlen(again), NULL, NULL, NULL), 0);
	ck_assert_msg(korch__tree_equal(before, after), "%s: %s", name, again);
	ck_assert_int_eq(korch_object_from_json(&second, again, strlen(again), NULL, NULL, NULL), 0);
	ck_assert_int_eq(korch_object_equal(object, second), 1);
	const korch_type *type = korch_block_type(object);
	ck_assert_uint_eq(korch_struct_hash(object, type), korch_struct_hash(second, type));
	korch_object_unref(object);
	korch_object_unref(second);
	json_object_put(before);
	json_object_put(after);
	korch__free(again);
	korch__free(text);
}

START_TEST(every_kind_there_and_back)
{
	const char *root = getenv("KORCH_DATA");
	if (!root)
		return;
	char path[4096];
	snprintf(path, sizeof(path), "%s/k8s-api-testdata/HEAD", root);
	DIR *folder = opendir(path);
	ck_assert_ptr_nonnull(folder);
	int n = 0;
	for (struct dirent *entry; (entry = readdir(folder));) {
		size_t length = strlen(entry->d_name);
		if (length < 5 || strcmp(entry->d_name + length - 5, ".json") != 0)
			continue;
		check_file(entry->d_name);
		n++;
	}
	closedir(folder);
	ck_assert_int_eq(n, 193);
}
END_TEST

static const char pod_text[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-1\",\"labels\":{\"app\":"
    "\"shop\",\"x\":\"y\"},\"finalizers\":[\"example.com/a\"]},\"spec\":{\"containers\":[{\"name\":"
    "\"server\",\"image\":\"shop:1\",\"ports\":[{\"containerPort\":80}],\"unknown\":{\"a\":[1.5]},"
    "\"resources\":{\"limits\":{\"cpu\":\"1500m\"}},\"livenessProbe\":{\"httpGet\":{\"port\":"
    "\"http\"}}}]}}";

START_TEST(memory_may_be_short)
{
	for (uint64_t i = 1; i < 500; i++) {
		korch_object *object = NULL;
		char *text = NULL;
		korch__alloc_fail_at(i);
		int code =
		    korch_object_from_json(&object, pod_text, sizeof(pod_text) - 1, NULL, NULL, NULL);
		if (code == 0)
			code = korch_object_to_json(&text, NULL, object, KORCH_ENCODE_PRETTY);
		korch__alloc_fail_at(0);
		ck_assert_int_eq(text != NULL, code == 0);
		korch__free(text);
		korch_object_unref(object);
		if (code == 0) {
			ck_assert_uint_gt(i, 20);
			return;
		}
		ck_assert_int_eq(code, KORCH_E_NOMEM);
	}
	ck_abort_msg("never succeeded");
}
END_TEST

START_TEST(structs_alone)
{
	korch_label_selector *selector = NULL;
	char *text = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_struct_from_json((void **)&selector, &korch_label_selector_type,
	                                        "{\"matchLabels\":{\"a\":\"b\"}}", NULL, NULL),
	                 0);
	ck_assert_str_eq(korch_map_get(selector->match_labels, "a"), "b");
	ck_assert_int_eq(korch_struct_to_json(&text, selector, &korch_label_selector_type), 0);
	ck_assert_str_eq(text, "{\"matchLabels\":{\"a\":\"b\"}}");
	korch__free(text);
	korch_block_unref(selector);
	void *none = NULL;
	ck_assert_int_eq(korch_struct_from_json(&none, &korch_label_selector_type,
	                                        "{\"matchLabels\":{\"a\":1}}", NULL, &err),
	                 KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_path(err), "matchLabels[a]");
	korch_error_free(err);
	ck_assert_ptr_null(none);
}
END_TEST

/* What a store gives back is as it was: also to those who change it then. */
START_TEST(stored)
{
	static const char made[] =
	    "{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"a\"},"
	    "\"spec\":{\"parallelism\":0,\"completions\":2},\"status\":{\"active\":1,"
	    "\"conditions\":[{\"type\":\"Failed\",\"status\":\"\"}]}}";
	const korch_decode_options options = {.stored = 1};
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_from_json(&object, made, strlen(made), &options, NULL, NULL), 0);
	korch_job *job = (korch_job *)object;
	ck_assert_int_eq(KORCH_IS_SET(job->spec, korch_job_spec, parallelism), 1);
	ck_assert_ptr_null(job->status->conditions[0].status);
	((korch_job_status *)(uintptr_t)job->status)->active = 0;
	/* Kubernetes tells no completions from zero of them. */
	((korch_job_spec *)(uintptr_t)job->spec)->completions = 0;
	char *out = NULL;
	ck_assert_int_eq(korch_object_to_json(&out, NULL, object, 0), 0);
	ck_assert_ptr_nonnull(strstr(out, "\"parallelism\":0"));
	ck_assert_ptr_nonnull(strstr(out, "\"completions\":0"));
	ck_assert_ptr_nonnull(strstr(out, "\"status\":\"\""));
	ck_assert_ptr_null(strstr(out, "active"));
	korch__free(out);
	korch_object_unref(object);
}
END_TEST

KORCH_SUITE(codec)
{
	Suite *suite = suite_create("codec");
	KORCH_CASE(suite, "json", malformed_text, limits);
	KORCH_CASE(suite, "objects", order_and_zeroes, untyped_kinds_keep_everything,
	           numbers_are_quantities, revision_is_written, wrong_types, unknown_and_double_fields,
	           every_kind_there_and_back, memory_may_be_short, structs_alone, stored);
	return suite;
}
