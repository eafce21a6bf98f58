/* Defaults and validation through the tables: what is added, what is shared, sentences and paths,
 * changes. */
#include "base/alloc.h"
#include "base/buf.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/validate.h>
#include <string.h>

static korch_object *decode(const char *text)
{
	korch_object *object = NULL;
	korch_error *err = NULL;
	int code = korch_object_from_json(&object, text, strlen(text), NULL, NULL, &err);
	ck_assert_msg(code == 0, "%s: %s", text, korch_error_message(err));
	return object;
}

static const char deployment_text[] =
    "{\"apiVersion\":\"apps/"
    "v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"nginx-deployment\","
    "\"labels\":{\"app\":\"nginx\"}},\"spec\":{\"replicas\":3,\"selector\":{\"matchLabels\":{"
    "\"app\":"
    "\"nginx\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"nginx\"}},\"spec\":{"
    "\"containers\":[{"
    "\"name\":\"nginx\",\"image\":\"nginx:1.14.2\",\"ports\":[{\"containerPort\":80}]}]}}}}";

START_TEST(defaults_of_a_deployment)
{
	korch_object *object = decode(deployment_text);
	korch_deployment *deployment = (korch_deployment *)object;
	ck_assert_int_eq(korch_object_set_defaults(object), 0);
	const korch_deployment_spec *spec = deployment->spec;
	ck_assert_str_eq(spec->strategy->type, "RollingUpdate");
	ck_assert_str_eq(spec->strategy->rolling_update->max_surge.text, "25%");
	ck_assert_int_eq(spec->progress_deadline_seconds, 600);
	const korch_pod_spec *pod = spec->template_->spec;
	ck_assert_str_eq(pod->restart_policy, "Always");
	ck_assert_int_eq(pod->termination_grace_period_seconds, 30);
	ck_assert_str_eq(pod->containers[0].image_pull_policy, "IfNotPresent");
	ck_assert_str_eq(pod->containers[0].ports[0].protocol, "TCP");
	ck_assert_int_eq(korch_object_validate(object, NULL), 0);
	korch_object_unref(object);
}
END_TEST

START_TEST(what_has_its_defaults_stays_shared)
{
	korch_object *object = decode(deployment_text);
	ck_assert_int_eq(korch_object_set_defaults(object), 0);
	korch_object *copy = korch_object_edit(object);
	ck_assert_int_eq(korch_object_set_defaults(copy), 0);
	ck_assert_ptr_eq(((korch_deployment *)copy)->spec, ((korch_deployment *)object)->spec);
	ck_assert_ptr_eq(copy->metadata, object->metadata);
	ck_assert_int_eq(korch_object_equal(copy, object), 1);
	korch_object_unref(copy);
	korch_object_unref(object);
}
END_TEST

static void check_problems(korch_object *object, const korch_object *old, const char *expected)
{
	korch_problems *problems = NULL;
	korch_buf all;
	korch__buf_init(&all, 0);
	korch__buf_puts(&all, "");
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	int code = old ? korch_object_validate_update(object, old, problems)
	               : korch_object_validate(object, problems);
	for (size_t i = 0; i < korch_problems_count(problems); i++) {
		char *line = korch_problem_format(korch_problems_at(problems, i));
		korch__buf_printf(&all, "%.100s\n", line);
		korch__free(line);
	}
	ck_assert_str_eq(all.data, expected);
	ck_assert_int_eq(code, *expected ? KORCH_E_INVALID : 0);
	korch__buf_fini(&all);
	korch_problems_free(problems);
}

START_TEST(rules_of_rows)
{
	korch_object *object = decode("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{"
	                              "\"name\":\"web\",\"labels\":{\"-\":"
	                              "\"x\"}},\"spec\":{\"type\":\"Odd\",\"selector\":{\"app\":"
	                              "\"web\"},\"ports\":[{\"port\":70000,"
	                              "\"targetPort\":80}]}}");
	ck_assert_int_eq(korch_object_set_defaults(object), 0);
	check_problems(
	    object, NULL,
	    "metadata.labels: Invalid value: \"-\": name part must consist of alphanumeric characters, "
	    "'-', '_' or \n"
	    "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive\n"
	    "spec.type: Unsupported value: \"Odd\": supported values: \"ClusterIP\", \"ExternalName\", "
	    "\"LoadBalancer\", \n");
	korch_object_unref(object);
}
END_TEST

START_TEST(names_are_required)
{
	korch_object *object =
	    decode("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"a b\":\"\"}}");
	check_problems(
	    object, NULL,
	    "metadata.name: Required value: name or generateName is required\n"
	    "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric "
	    "characters, '-', '_\n");
	korch_object_unref(object);
	object = decode(
	    "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Gadget\",\"metadata\":{\"name\":\"A\"}}");
	ck_assert_int_eq(korch_object_validate(object, NULL), KORCH_E_INVALID);
	korch_object_unref(object);
}
END_TEST

START_TEST(changes)
{
	korch_object *old = decode(deployment_text);
	ck_assert_int_eq(korch_object_set_defaults(old), 0);
	korch_object *object = korch_object_edit(old);
	check_problems(object, old, "");
	korch_deployment_spec *spec =
	    korch_struct_edit(&((korch_deployment *)object)->spec, &korch_deployment_spec_type);
	korch_label_selector *selector = korch_struct_edit(&spec->selector, &korch_label_selector_type);
	korch_pod_template_spec *template_ =
	    korch_struct_edit(&spec->template_, &korch_pod_template_spec_type);
	korch_object_meta *meta = korch_struct_edit(&template_->metadata, &korch_object_meta_type);
	ck_assert_int_eq(korch_map_set(&selector->match_labels, "app", "other"), 0);
	ck_assert_int_eq(korch_map_set(&meta->labels, "app", "other"), 0);
	check_problems(object, old,
	               "spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"other\"}}: field is "
	               "immutable\n");
	korch_object_unref(object);
	korch_object_unref(old);
}
END_TEST

START_TEST(memory_may_be_short)
{
	for (uint64_t i = 1; i < 2000; i++) {
		korch_object *object = decode(deployment_text);
		korch__alloc_fail_at(i);
		int code = korch_object_set_defaults(object);
		if (code == 0)
			code = korch_object_validate(object, NULL);
		korch__alloc_fail_at(0);
		korch_object_unref(object);
		if (code == 0) {
			ck_assert_uint_gt(i, 5);
			return;
		}
		ck_assert_int_eq(code, KORCH_E_NOMEM);
	}
	ck_abort_msg("never succeeded");
}
END_TEST

KORCH_SUITE(validate)
{
	Suite *suite = suite_create("validate");
	KORCH_CASE(suite, "defaults", defaults_of_a_deployment, what_has_its_defaults_stays_shared);
	KORCH_CASE(suite, "validation", rules_of_rows, names_are_required, changes,
	           memory_may_be_short);
	return suite;
}
