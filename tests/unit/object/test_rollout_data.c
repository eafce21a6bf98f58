/*
 * The kinds of Argo Rollouts and Flagger: Argo's own examples pass strictly and lose nothing, and
 * an object with every row of the tables set survives text and back.
 */
#include "base/buf.h"
#include "files.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/manifest.h>
#include <korch/validate.h>
#include <string.h>

static const korch_kind *const kinds[] = {
    &korch_rollout_kind,
    &korch_analysis_template_kind,
    &korch_cluster_analysis_template_kind,
    &korch_analysis_run_kind,
    &korch_experiment_kind,
    &korch_flagger_canary_kind,
    &korch_metric_template_kind,
    &korch_alert_provider_kind,
};

static char *json_of(const korch_object *object)
{
	char *text = NULL;
	ck_assert_int_eq(korch_object_to_json(&text, NULL, object, 0), 0);
	return text;
}

/* decode, encode and decode again is the same */
static void check_again(const korch_object *object)
{
	char *text = json_of(object);
	korch_object *again = NULL;
	ck_assert_int_eq(korch_object_from_json(&again, text, strlen(text), NULL, NULL, NULL), 0);
	ck_assert_msg(korch_object_equal(object, again), "%s", text);
	char *twice = json_of(again);
	ck_assert_str_eq(text, twice);
	korch_object_unref(again);
	free(text);
	free(twice);
}

typedef struct tally {
	size_t n_files, n_rollouts, n_analysis, n_steps, n_refused;
} tally;

static size_t members_of(const korch_canary_step *step)
{
	return KORCH_IS_SET(step, korch_canary_step, set_weight) + !!step->pause + !!step->experiment +
	       !!step->analysis + !!step->set_canary_scale + !!step->set_header_route +
	       !!step->set_mirror_route + !!step->plugin;
}

static void count(tally *self, const korch_object *object, const char *name)
{
	if (object->kind == &korch_analysis_template_kind ||
	    object->kind == &korch_cluster_analysis_template_kind)
		self->n_analysis++;
	if (object->kind != &korch_rollout_kind)
		return;
	const korch_rollout *rollout = (const korch_rollout *)object;
	const korch_canary_strategy *canary = rollout->spec->strategy->canary;
	self->n_rollouts++;
	ck_assert_msg(canary || rollout->spec->strategy->blue_green, "%s", name);
	for (size_t i = 0; canary && i < canary->n_steps; i++) {
		ck_assert_msg(members_of(&canary->steps[i]) > 0, "%s: step %zu", name, i);
		self->n_steps++;
	}
}

static void read_example(void *userdata, const char *path, const char *name)
{
	tally *self = userdata;
	/* not manifests: a dashboard, a chart's files, a Kustomization */
	if (strstr(name, ".json") || strstr(name, "helm-") || strstr(name, "kustomization"))
		return;
	korch_manifest_options options = {.size = sizeof(options), .strict = 1, .validate = 1};
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, &options, NULL), 0);
	int code = korch_manifest_read_file(manifest, path, &error);
	self->n_files++;
	/* {{args.x}} without quotes is no YAML that Kubernetes takes, either */
	self->n_refused += code < 0;
	ck_assert_msg(code == 0 || strcmp(name, "traffic-management/rollout-linkerd.yaml") == 0,
	              "%s: %s", name, korch_error_message(error));
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		check_again(korch_manifest_object(manifest, i));
		count(self, korch_manifest_object(manifest, i), name);
	}
	korch_error_free(error);
	korch_manifest_free(manifest);
}

START_TEST(test_examples)
{
	tally self = {.n_files = 0};
	files_each("rollouts/argo-examples", read_example, &self);
	ck_assert_uint_eq(self.n_refused, 1);
	ck_assert_uint_eq(self.n_rollouts, 20);
	ck_assert_uint_ge(self.n_analysis, 5);
	ck_assert_uint_ge(self.n_steps, 60);
}
END_TEST

/* A value for every row, in JSON. */
static void put_struct(korch_buf *buf, const korch_type *type);

static void put_value(korch_buf *buf, const korch_field *field)
{
	switch (field->kind) {
	case KORCH_FIELD_BOOL:
		korch__buf_puts(buf, "true");
		break;
	case KORCH_FIELD_INT32:
	case KORCH_FIELD_INT64:
	case KORCH_FIELD_INT_OR_STRING:
		korch__buf_printf(buf, "%u", 7 + field->number % 50u);
		break;
	case KORCH_FIELD_TIME:
	case KORCH_FIELD_MICROTIME:
		korch__buf_puts(buf, "\"2026-11-28T12:00:00Z\"");
		break;
	case KORCH_FIELD_RAW:
		korch__buf_puts(buf, "{\"a\":[1,2.5,null]}");
		break;
	case KORCH_FIELD_QUANTITY:
		korch__buf_puts(buf, "\"5\"");
		break;
	case KORCH_FIELD_STRUCT:
		put_struct(buf, field->type);
		break;
	default:
		korch__buf_printf(buf, "\"%s\"", field->allowed ? field->allowed[0] : "eA==");
	}
}

static void put_struct(korch_buf *buf, const korch_type *type)
{
	korch__buf_putc(buf, '{');
	for (size_t i = 0; i < type->n_fields; i++) {
		const korch_field *field = &type->fields[i];
		korch__buf_printf(buf, "%s\"%s\":", i ? "," : "", field->name);
		if (field->shape == KORCH_SHAPE_LIST)
			korch__buf_putc(buf, '[');
		if (field->shape == KORCH_SHAPE_MAP)
			korch__buf_puts(buf, "{\"k\":");
		put_value(buf, field);
		if (field->shape == KORCH_SHAPE_LIST)
			korch__buf_putc(buf, ']');
		if (field->shape == KORCH_SHAPE_MAP)
			korch__buf_putc(buf, '}');
	}
	korch__buf_putc(buf, '}');
}

START_TEST(test_every_row)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		korch_buf buf;
		korch_object *object = NULL;
		korch_error *error = NULL;
		korch_decode_options options = {.size = sizeof(options), .strict = 1};
		korch__buf_init(&buf, 0);
		korch__buf_printf(&buf, "{\"apiVersion\":\"%s\",\"kind\":\"%s\",", kinds[i]->api_version,
		                  kinds[i]->name);
		size_t head = buf.len;
		put_struct(&buf, kinds[i]->type);
		buf.data[head] = ' '; /* the struct's own brace */
		int code = korch_object_from_json(&object, buf.data, buf.len, &options, NULL, &error);
		ck_assert_msg(code == 0, "%s: %s", kinds[i]->name, korch_error_message(error));
		char *text = json_of(object);
		ck_assert_msg(strlen(text) + 1 >= buf.len, "%s: %s became %s", kinds[i]->name, buf.data,
		              text);
		check_again(object);
		free(text);
		korch_object_unref(object);
		korch__buf_fini(&buf);
	}
}
END_TEST

/* Nothing is written into a stored object that Argo does not write. */
START_TEST(test_no_defaults)
{
	static const char given[] =
	    "{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Rollout\",\"metadata\":{\"name\":"
	    "\"r\"},\"spec\":{\"strategy\":{\"canary\":{\"steps\":[{\"pause\":{}}]}},\"workloadRef\":"
	    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"web\"}}}";
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_from_json(&object, given, strlen(given), NULL, NULL, NULL), 0);
	ck_assert_int_eq(korch_object_set_defaults(object), 0);
	char *text = json_of(object);
	ck_assert_str_eq(text, given);
	free(text);
	korch_object_unref(object);
}
END_TEST

KORCH_SUITE(rollout_data)
{
	Suite *suite = suite_create("rollout_data");
	KORCH_CASE(suite, "rows", test_every_row, test_no_defaults);
	if (getenv("KORCH_DATA"))
		KORCH_CASE(suite, "files", test_examples);
	return suite;
}
