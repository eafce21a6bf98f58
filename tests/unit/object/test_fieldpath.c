/* Values by path, as JSON and as plain text. */
#include "base/alloc.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/fieldpath.h>
#include <string.h>

static const char pod_text[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\",\"labels\":{\"a/"
    "b\":\"1\","
    "\"app\":\"s\\\"x\"},\"creationTimestamp\":\"2024-01-01T00:00:00Z\",\"managedFields\":[{"
    "\"fieldsV1\":{\"f:a\":[1,{\"k\":2.50}]}}]},\"spec\":{\"containers\":[{\"name\":\"c\","
    "\"image\":"
    "\"i:1\",\"args\":[\"x\",\"y\"],\"resources\":{\"limits\":{\"cpu\":2}},\"livenessProbe\":{"
    "\"httpGet\":"
    "{\"port\":\"web\"}}}],\"hostNetwork\":true,\"odd\":{\"deep\":[\"v\"]}}}";

static korch_object *object;

static void setup(void)
{
	ck_assert_int_eq(
	    korch_object_from_json(&object, pod_text, sizeof(pod_text) - 1, NULL, NULL, NULL), 0);
}

static void teardown(void)
{
	korch_object_unref(object);
	object = NULL;
}

static void check(const char *path, const char *json, const char *plain)
{
	char *out = NULL;
	korch_error *err = NULL;
	ck_assert_msg(korch_object_get_json(&out, object, path, &err) == 0, "%s: %s", path,
	              korch_error_message(err));
	ck_assert_str_eq(out, json);
	korch__free(out);
	ck_assert_int_eq(korch_object_get_text(&out, object, path, NULL), 0);
	ck_assert_str_eq(out, plain);
	korch__free(out);
}

START_TEST(values)
{
	check("apiVersion", "\"v1\"", "v1");
	check("kind", "\"Pod\"", "Pod");
	check("metadata.name", "\"web\"", "web");
	check("metadata.labels['a/b']", "\"1\"", "1");
	check("metadata.labels[app]", "\"s\\\"x\"", "s\"x");
	check("metadata.labels", "{\"a/b\":\"1\",\"app\":\"s\\\"x\"}", "a/b=\"1\"\napp=\"s\\\"x\"");
	check("metadata.creationTimestamp", "\"2024-01-01T00:00:00Z\"", "2024-01-01T00:00:00Z");
	check("spec.containers[0].image", "\"i:1\"", "i:1");
	check("spec.containers[0].args[1]", "\"y\"", "y");
	check("spec.containers[0].args", "[\"x\",\"y\"]", "[\"x\",\"y\"]");
	check("spec.containers[0].resources.limits.cpu", "\"2\"", "2");
	check("spec.containers[0].livenessProbe.httpGet.port", "\"web\"", "web");
	check("spec.hostNetwork", "true", "true");
	check("spec.odd.deep[0]", "\"v\"", "v");
	check("metadata.managedFields[0].fieldsV1['f:a'][1].k", "2.50", "2.50");
	check("metadata.managedFields[0].fieldsV1", "{\"f:a\":[1,{\"k\":2.50}]}",
	      "{\"f:a\":[1,{\"k\":2.50}]}");
}
END_TEST

static void check_code(const char *path, int code, const char *message)
{
	char *out = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_object_get_text(&out, object, path, &err), code);
	ck_assert_str_eq(korch_error_message(err), message);
	korch_error_free(err);
}

START_TEST(misses)
{
	check_code("metadata.uid", KORCH_E_NOT_FOUND, "field \"metadata.uid\" is not set");
	check_code("spec.containers[1]", KORCH_E_NOT_FOUND, "field \"spec.containers[1]\" is not set");
	check_code("metadata.labels[x]", KORCH_E_NOT_FOUND, "field \"metadata.labels[x]\" is not set");
	check_code("metadata.name.x", KORCH_E_NOT_FOUND, "field \"metadata.name.x\" is not set");
	check_code("spec.contaners", KORCH_E_INVALID,
	           "PodSpec has no field \"contaners\", did you mean containers?");
	check_code("spec.", KORCH_E_INVALID, "malformed field path \"spec.\"");
	check_code("spec[", KORCH_E_INVALID, "malformed field path \"spec[\"");
	check_code("metadata.labels['a", KORCH_E_INVALID,
	           "malformed field path \"metadata.labels['a\"");
}
END_TEST

START_TEST(revision_and_whole)
{
	object->revision = 9;
	check("metadata.resourceVersion", "\"9\"", "9");
	char *whole = NULL, *out = NULL;
	ck_assert_int_eq(korch_object_get_json(&whole, object, "", NULL), 0);
	ck_assert_int_eq(korch_object_to_json(&out, NULL, object, 0), 0);
	ck_assert_str_eq(whole, out);
	korch__free(whole);
	korch__free(out);
}
END_TEST

START_TEST(untyped_objects)
{
	const char *text =
	    "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Gadget\",\"metadata\":{\"name\":"
	    "\"g\"},\"spec\":{\"size\":[3]}}";
	teardown();
	ck_assert_int_eq(korch_object_from_json(&object, text, strlen(text), NULL, NULL, NULL), 0);
	check("spec.size[0]", "3", "3");
	check("metadata.name", "\"g\"", "g");
	check("", text, text);
	check_code("spec.weight", KORCH_E_NOT_FOUND, "field \"spec.weight\" is not set");
}
END_TEST

KORCH_SUITE(fieldpath)
{
	Suite *suite = suite_create("fieldpath");
	TCase *tcase = tcase_create("paths");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, values);
	tcase_add_test(tcase, misses);
	tcase_add_test(tcase, revision_and_whole);
	tcase_add_test(tcase, untyped_objects);
	suite_add_tcase(suite, tcase);
	return suite;
}
