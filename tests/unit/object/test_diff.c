/* Differences between objects, and the text that explains kinds and fields. */
#include "base/alloc.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/diff.h>
#include <korch/explain.h>
#include <string.h>

static korch_object *decode(const char *text)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_from_json(&object, text, strlen(text), NULL, NULL, NULL), 0);
	return object;
}

static void check_diff(const char *old_text, const char *new_text, const char *expected)
{
	korch_object *old = decode(old_text), *now = decode(new_text);
	korch_diff *diff = NULL;
	ck_assert_int_eq(korch_object_diff(&diff, old, now, 0), 0);
	char *text = korch_diff_format(diff, 0);
	ck_assert_str_eq(text, expected);
	korch__free(text);
	korch_diff_free(diff);
	korch_object_unref(old);
	korch_object_unref(now);
}

#define POD(rest) "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"," rest "}"

START_TEST(typed_objects)
{
	check_diff(
	    POD("\"metadata\":{\"name\":\"p\",\"resourceVersion\":\"1\",\"labels\":{\"a\":\"1\","
	        "\"b\":\"2\"}},\"spec\":{\"containers\":[{\"name\":\"x\",\"image\":\"i:1\"},{\"name\":"
	        "\"y\",\"args\":[\"1\"]}]}"),
	    POD("\"metadata\":{\"name\":\"p\",\"resourceVersion\":\"2\",\"labels\":{\"a\":\"3\","
	        "\"c\":\"4\"}},\"spec\":{\"containers\":[{\"name\":\"y\",\"args\":[\"2\"]},{\"name\":"
	        "\"x\",\"image\":\"i:2\",\"odd\":[1]}],\"hostNetwork\":true,\"securityContext\":{}}"),
	    "metadata.labels[a]: \"1\" → \"3\", metadata.labels[b]: \"2\" → none, "
	    "metadata.labels[c]: none → \"4\", spec.containers[0].args: [\"1\"] → [\"2\"], "
	    "spec.containers[1].image: \"i:1\" → \"i:2\", spec.containers[1].odd: none → [1], "
	    "spec.hostNetwork: none → true, spec.securityContext: none → {}");
	check_diff(POD("\"metadata\":{\"name\":\"p\"}"), POD("\"metadata\":{\"name\":\"p\"}"), "");
}
END_TEST

START_TEST(untyped_objects)
{
	check_diff("{\"apiVersion\":\"example.com/"
	           "v1\",\"kind\":\"Gadget\",\"spec\":{\"a\":1,\"l\":[1,{\"k\":2}],"
	           "\"gone\":null}}",
	           "{\"apiVersion\":\"example.com/"
	           "v1\",\"kind\":\"Gadget\",\"spec\":{\"a\":2,\"l\":[1,{\"k\":3}],"
	           "\"new\":{}}}",
	           "spec.a: 1 → 2, spec.l[1].k: 2 → 3, spec.gone: null → none, spec.new: none → {}");
}
END_TEST

START_TEST(whole_objects)
{
	korch_object *object =
	    decode(POD("\"metadata\":{\"name\":\"p\"},\"status\":{\"phase\":\"Running\"}"));
	korch_diff *diff = NULL;
	ck_assert_int_eq(korch_object_diff(&diff, NULL, object, 0), 0);
	ck_assert_uint_eq(korch_diff_count(diff), 2);
	ck_assert_str_eq(korch_diff_at(diff, 1)->path, "status.phase");
	ck_assert_ptr_null(korch_diff_at(diff, 1)->old_value);
	char *text = korch_diff_format(diff, 20);
	ck_assert_str_eq(text, "metadata.name: none …");
	korch__free(text);
	korch_diff_free(diff);
	ck_assert_int_eq(korch_object_diff(&diff, object, NULL, 1), 0);
	ck_assert_uint_eq(korch_diff_count(diff), 1);
	korch_diff_free(diff);
	ck_assert_int_eq(korch_object_diff(&diff, NULL, NULL, 1), KORCH_E_INVALID);
	for (uint64_t i = 1; i < 100; i++) {
		korch__alloc_fail_at(i);
		int code = korch_object_diff(&diff, NULL, object, 0);
		korch__alloc_fail_at(0);
		if (code == 0)
			break;
		ck_assert_int_eq(code, KORCH_E_NOMEM);
	}
	korch_diff_free(diff);
	korch_object_unref(object);
}
END_TEST

static void check_explain(const char *what, uint32_t flags, const char *begin, const char *part)
{
	char *text = NULL;
	korch_error *err = NULL;
	ck_assert_msg(korch_explain(&text, what, flags, &err) == 0, "%s", korch_error_message(err));
	ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "%.1500s", text);
	ck_assert_msg(strstr(text, part) != NULL, "%s in %.1500s", part, text);
	korch__free(text);
}

START_TEST(explanations)
{
	check_explain("pod", 0, "KIND:       Pod\nVERSION:    v1\n\nDESCRIPTION:\n    ",
	              "FIELDS:\n  apiVersion\t<string>\n");
	check_explain("deploy.spec", 0,
	              "GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n\nFIELD: spec "
	              "<DeploymentSpec>",
	              "  selector\t<LabelSelector> -required-\n");
	check_explain("pods.spec.containers[0].image", 0, "KIND:       Pod\n", "FIELD: image <string>");
	check_explain("pods.spec", 0, "KIND:       Pod\n", "  containers\t<[]Container> -required-\n");
	check_explain("pods.spec", 0, "KIND:       Pod\n", "  enum: ");
	check_explain("pods.spec", 0, "KIND:       Pod\n", "  default: 30\n");
	check_explain("deployments", KORCH_EXPLAIN_RECURSIVE, "GROUP:      apps\n",
	              "\n      spec\t<PodSpec>");
	check_explain("cm.data", 0, "KIND:       ConfigMap\n", "FIELD: data <map[string]string>");
}
END_TEST

static void check_unknown(const char *what, const char *message)
{
	char *text = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_explain(&text, what, 0, &err), KORCH_E_NOT_FOUND);
	ck_assert_str_eq(korch_error_message(err), message);
	korch_error_free(err);
}

START_TEST(unknown_explanations)
{
	check_unknown("deploymnt", "kind \"deploymnt\" is not known, did you mean deployment?");
	check_unknown("pod.spec.contaners",
	              "field \"contaners\" does not exist in PodSpec, did you mean containers?");
	check_unknown("pod.spec.hostNetwork.x", "field \"hostNetwork\" has no fields");
	check_unknown("pod..x", "field \"\" does not exist in Pod");
}
END_TEST

KORCH_SUITE(diff)
{
	Suite *suite = suite_create("diff");
	KORCH_CASE(suite, "diff", typed_objects, untyped_objects, whole_objects);
	KORCH_CASE(suite, "explain", explanations, unknown_explanations);
	return suite;
}
